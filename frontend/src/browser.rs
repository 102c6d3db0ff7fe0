//! The browser around the app: its clock, its storage, its chance, its document. The only place
//! that asks for any of them.

use js_sys::{Function, Promise, Reflect};
use shared::time::Timestamp;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlInputElement, Storage, Window};

const PREFIX: &str = "meterhouse.";

pub fn window() -> Window {
    web_sys::window().expect("the app runs in a window")
}

/// This machine's time; only ever used for ages and reconnecting, never for money.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "whole milliseconds since 1970 are exact in a double"
)]
pub fn now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() as i64)
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

pub fn stored(key: &str) -> Option<String> {
    storage()?.get_item(&format!("{PREFIX}{key}")).ok().flatten()
}

/// Whether it was stored; a browser may refuse.
pub fn store(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(&format!("{PREFIX}{key}"), value).is_ok())
}

pub fn forget(key: &str) {
    if let Some(storage) = storage() {
        drop(storage.remove_item(&format!("{PREFIX}{key}")));
    }
}

/// Every stored key that begins so, without our prefix.
pub fn stored_keys(begin: &str) -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let count = storage.length().unwrap_or_default();
    (0..count)
        .filter_map(|place| storage.key(place).ok().flatten())
        .filter_map(|key| key.strip_prefix(PREFIX).map(str::to_owned))
        .filter(|key| key.starts_with(begin))
        .collect()
}

/// The first file that was chosen, as text; what is no text in UTF-8 comes as question marks.
/// Asked through the language itself: the bindings of files would weigh more than this.
pub async fn chosen_text(input: HtmlInputElement) -> Option<String> {
    let part = |of: &JsValue, name: &str| Reflect::get(of, &JsValue::from_str(name)).ok();
    let file = part(&part(&input, "files")?, "0")?;
    let read: Function = part(&file, "text")?.dyn_into().ok()?;
    let promise: Promise = read.call0(&file).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()?.as_string()
}

/// Random bytes for idempotency keys. They need not be secret, only never the same twice, so the
/// clock stands in where a browser has no crypto.
pub fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    let drawn = window()
        .crypto()
        .is_ok_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !drawn {
        let (time, chance) =
            (now().millis().to_le_bytes(), js_sys::Math::random().to_bits().to_le_bytes());
        for (byte, source) in bytes.iter_mut().zip(time.into_iter().chain(chance)) {
            *byte = source;
        }
    }
    bytes
}

/// The languages the person wants, the first of them.
pub fn language() -> String {
    window().navigator().language().unwrap_or_else(|| "zh-CN".to_owned())
}

/// Sets or, without a value, removes an attribute of `<html>`.
pub fn mark_root(name: &str, value: Option<&str>) {
    let Some(root) = window().document().and_then(|document| document.document_element()) else {
        return;
    };
    drop(match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    });
}

/// Loads the page at the address that is shown.
pub fn load_anew() {
    drop(window().location().reload());
}

pub fn set_title(title: &str) {
    if let Some(document) = window().document() {
        document.set_title(title);
    }
}

pub fn element(id: &str) -> Option<HtmlElement> {
    window().document()?.get_element_by_id(id)?.dyn_into().ok()
}

pub fn focus(id: &str) {
    if let Some(element) = element(id) {
        drop(element.focus());
    }
}

/// Whether typing goes into a field just now, so that plain keys are letters and not shortcuts.
pub fn is_typing() -> bool {
    window().document().and_then(|document| document.active_element()).is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}

pub fn print() {
    drop(window().print());
}

/// The path under which the app runs inside the page instead of over a server.
pub fn in_sandbox() -> bool {
    window().location().pathname().is_ok_and(|path| {
        path == crate::route::SANDBOX || path.starts_with(&format!("{}/", crate::route::SANDBOX))
    })
}
