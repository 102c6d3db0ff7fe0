//! Binds the web app to JavaScript, gathers its files and names each by its content.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::{Effort, Outcome, cannot, compile};

/// One file of the web app.
pub(crate) struct Asset {
    /// Where the browser asks for it, such as `/frontend-1f00c2a977.js`.
    pub(crate) path: String,
    pub(crate) content: Vec<u8>,
    /// The name tells the content, so a browser may keep the file for ever.
    pub(crate) immutable: bool,
    /// SHA-256 of the content.
    pub(crate) digest: String,
    pub(crate) effort: Effort,
}

/// A file under the name that other files know it by, without the leading slash.
pub(crate) struct Files {
    by_name: BTreeMap<String, Vec<u8>>,
    effort: Effort,
}

/// Names that stay as they are: the page, which people ask for, and what the WebAssembly asks for,
/// such as its worker: names inside a `.wasm` cannot be rewritten.
fn kept_names(by_name: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let wasm: Vec<&Vec<u8>> = by_name
        .iter()
        .filter(|(name, _)| extension(name) == "wasm")
        .map(|(_, file)| file)
        .collect();
    let asked_for = |name: &str| {
        let address = format!("/{name}");
        wasm.iter().any(|wasm| wasm.windows(address.len()).any(|part| part == address.as_bytes()))
    };
    by_name.keys().filter(|name| *name == "index.html" || asked_for(name)).cloned().collect()
}

pub(crate) fn gather(
    frontend: &Path,
    programs: &Path,
    dist: &Path,
    effort: Effort,
) -> Outcome<Files> {
    for name in compile::PROGRAMS {
        bind(&programs.join(name).with_extension("wasm"), name, dist, effort)?;
    }
    let mut by_name = BTreeMap::new();
    read_folder(dist, "", &mut by_name)?;
    read_folder(&frontend.join("static"), "", &mut by_name)?;
    let page = frontend.join("index.html");
    by_name.insert("index.html".to_owned(), read(&page)?);
    by_name.insert("styles.css".to_owned(), styles(&frontend.join("styles"))?);
    Ok(Files { by_name, effort })
}

fn bind(wasm: &Path, name: &str, dist: &Path, effort: Effort) -> Outcome<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .out_name(name)
        .typescript(false)
        // Without this, `init()` does not know its own wasm and the page stays blank.
        .omit_default_module_path(false)
        .remove_name_section(effort == Effort::Thorough)
        .remove_producers_section(effort == Effort::Thorough);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(dist))
        .map_err(|error| cannot("bind to JavaScript", wasm, &format!("{error:#}")))
}

/// All style sheets as one, in the order that `order.txt` gives: later rules win.
fn styles(folder: &Path) -> Outcome<Vec<u8>> {
    let list = folder.join("order.txt");
    let order = fs::read_to_string(&list).map_err(|error| cannot("read", &list, &error))?;
    let order: Vec<&str> = order
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let mut sheets = BTreeMap::new();
    read_folder(folder, "", &mut sheets)?;
    for name in sheets.keys().filter(|name| extension(name) == "css") {
        if !order.contains(&name.as_str()) {
            return Err(format!(
                "{} has no line for {name}, so no page would use it",
                list.display()
            ));
        }
    }
    let mut all = Vec::new();
    for name in order {
        let sheet = sheets
            .get(name)
            .ok_or_else(|| format!("{} names {name}, which is not there", list.display()))?;
        all.extend_from_slice(sheet);
        all.push(b'\n');
    }
    Ok(all)
}

/// Gives every file a name with its content's hash, and writes the new names wherever another file
/// speaks of it. A file is hashed after those it names.
pub(crate) fn name_by_content(files: Files) -> Outcome<Vec<Asset>> {
    let Files { mut by_name, effort } = files;
    let kept = kept_names(&by_name);
    let changing: BTreeSet<String> =
        by_name.keys().filter(|name| !kept.contains(*name)).cloned().collect();
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    let mut done = Vec::new();
    while !by_name.is_empty() {
        let ready = by_name
            .iter()
            .find(|(name, content)| {
                mentions(name, content, &changing).all(|other| renamed.contains_key(other))
            })
            .map(|(name, _)| name.clone());
        let Some(name) = ready else {
            let circle: Vec<&String> = by_name.keys().collect();
            return Err(format!(
                "these files of the web app name each other in a circle: {circle:?}"
            ));
        };
        let content = by_name.remove(&name).unwrap_or_default();
        let content = if is_text(&name) { rewrite(content, &renamed)? } else { content };
        let digest = hex::encode(Sha256::digest(&content));
        let immutable = changing.contains(&name);
        let path = if immutable { with_hash(&name, &digest) } else { name.clone() };
        renamed.insert(name, path.clone());
        done.push(Asset { path: format!("/{path}"), content, immutable, digest, effort });
    }
    done.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(done)
}

fn is_text(name: &str) -> bool {
    matches!(extension(name), "html" | "js" | "css" | "svg" | "webmanifest" | "json")
}

pub(crate) fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// The other files that a text file speaks of and whose names change.
fn mentions<'a>(
    name: &'a str,
    content: &'a [u8],
    changing: &'a BTreeSet<String>,
) -> impl Iterator<Item = &'a String> {
    let text = if is_text(name) { std::str::from_utf8(content).unwrap_or_default() } else { "" };
    changing.iter().filter(move |other| other.as_str() != name && !places(text, other).is_empty())
}

/// Where `name` stands in `text` as a whole name, not as a part of a longer one.
fn places(text: &str, name: &str) -> Vec<usize> {
    let part_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.match_indices(name)
        .filter(|(at, _)| {
            let (before, after) = (text.get(..*at), text.get(at + name.len()..));
            let before = before.and_then(|before| before.chars().next_back());
            let after = after.and_then(|after| after.chars().next());
            // `./name` is the name: the dot before the slash is not looked at.
            !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
        })
        .map(|(at, _)| at)
        .collect()
}

fn rewrite(content: Vec<u8>, renamed: &BTreeMap<String, String>) -> Outcome<Vec<u8>> {
    let mut text = String::from_utf8(content)
        .map_err(|error| format!("a text file of the web app is not UTF-8: {error}"))?;
    for (name, new) in renamed.iter().filter(|(name, new)| name != new) {
        for at in places(&text, name).into_iter().rev() {
            text.replace_range(at..at + name.len(), new);
        }
    }
    Ok(text.into_bytes())
}

/// `fonts/a.woff2` becomes `fonts/a-0123456789.woff2`.
fn with_hash(name: &str, digest: &str) -> String {
    let short = digest.get(..10).unwrap_or(digest);
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{short}.{extension}"),
        None => format!("{name}-{short}"),
    }
}

fn read_folder(folder: &Path, prefix: &str, into: &mut BTreeMap<String, Vec<u8>>) -> Outcome<()> {
    for entry in fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))? {
        let path = entry.map_err(|error| cannot("read", folder, &error))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| format!("{} has no plain name", path.display()))?;
        if path.is_dir() {
            read_folder(&path, &format!("{prefix}{name}/"), into)?;
        } else {
            into.insert(format!("{prefix}{name}"), read(&path)?);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| cannot("read", path, &error))
}
