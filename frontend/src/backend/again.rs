//! Weighty acts want the password once more: whoever shows the dialog is asked here, and the
//! request is made again after it.

use std::cell::RefCell;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use yew::Callback;

thread_local! {
    static ASKED: RefCell<Option<Callback<Waiting>>> = const { RefCell::new(None) };
}

/// A request that waits for the password.
#[derive(Debug)]
pub struct Waiting(Function);

impl Waiting {
    /// Was the password given? Nobody waiting any more is no fault.
    pub fn told(self, given: bool) {
        drop(self.0.call1(&JsValue::NULL, &JsValue::from_bool(given)));
    }
}

/// Whom to ask from now on.
pub fn ask_by(asked: Option<Callback<Waiting>>) {
    ASKED.with_borrow_mut(|place| *place = asked);
}

/// Waits until the password was given, or the person thought better of it.
pub(super) async fn was_given() -> bool {
    let Some(asked) = ASKED.with_borrow(Clone::clone) else { return false };
    let promise = Promise::new(&mut |resolve, _reject| asked.emit(Waiting(resolve)));
    JsFuture::from(promise).await.is_ok_and(|given| given.is_truthy())
}
