//! House rules that the compiler does not know: who may use whom, what the pure core must not touch,
//! and what never to write. `docs/architecture.md` says why.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::root;

/// Which of our packages each package may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("shared", &[]),
    ("simulator", &["shared"]),
    ("frontend", &["shared", "simulator"]),
    ("server", &["shared", "simulator"]),
];

/// What rings 1 and 2 (`shared`) must not touch: clocks, files, sockets, threads, chance.
const NOT_IN_SHARED: &[&str] = &[
    "std::time",
    "std::fs",
    "std::net",
    "std::thread",
    "std::env",
    "std::process",
    "SystemTime",
    "Instant",
    "tokio::time",
    "tokio::net",
    "tokio::fs",
    "tokio::spawn",
    "rand",
    "println!",
    "Timestamp::now",
];

/// What the pure core (`shared` without `actor`) must not know of besides.
const NOT_IN_CORE: &[&str] = &["async", "await", "actix", "tokio", "Mutex"];

/// What the actors must not do: their time comes in messages.
const NOT_IN_ACTORS: &[&str] =
    &["run_later", "run_interval", "notify_later", "actix_rt", "actix::clock"];

/// Files of `shared` that may speak of floats, and why.
const FLOATS: &[(&str, &str)] = &[(
    "shared/src/meter/profile/encode.rs",
    "writes a frame as a meter with float registers would; nothing is charged from it",
)];

#[test]
fn packages_use_only_those_to_their_left() {
    let mut faults = Vec::new();
    for (package, may_use) in ARROWS {
        let manifest = read(&root().join(package).join("Cargo.toml"));
        for other in ARROWS.iter().map(|(name, _)| name) {
            let uses = manifest.lines().any(|line| {
                line.split(['.', ' ', '=']).next() == Some(other) && !line.starts_with("name")
            });
            if uses && !may_use.contains(other) {
                faults.push(format!("{package}/Cargo.toml uses {other}"));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn modules_of_the_core_use_only_those_above_them() {
    let shared = root().join("shared/src");
    let ladder: Vec<String> = read(&shared.join("lib.rs"))
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    assert!(ladder.len() > 8, "shared/src/lib.rs lists its modules from the ground up: {ladder:?}");
    let mut faults = Vec::new();
    for file in sources("shared/src") {
        let place = file.strip_prefix(&shared).expect("a file of shared");
        let module = place.components().next().map(|part| part.as_os_str().to_string_lossy());
        let module = module.unwrap_or_default().trim_end_matches(".rs").to_owned();
        let Some(own) = ladder.iter().position(|step| *step == module) else { continue };
        for used in modules_used(&code(&read(&file))) {
            if ladder.iter().position(|step| *step == used).is_none_or(|step| step > own) {
                faults.push(format!(
                    "{} uses crate::{used}, which stands below {module}",
                    shown(&file)
                ));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn the_core_asks_no_clock_no_disk_no_network_and_no_dice() {
    let mut faults = Vec::new();
    for file in sources("shared/src").into_iter().filter(|file| !is_for_tests(file)) {
        let actor = shown(&file).starts_with("shared/src/actor");
        let besides = if actor { NOT_IN_ACTORS } else { NOT_IN_CORE };
        let code = code(&read(&file));
        for word in NOT_IN_SHARED.iter().chain(besides).filter(|word| has_word(&code, word)) {
            faults.push(format!("{} speaks of {word}", shown(&file)));
        }
    }
    assert_none(&faults);
}

#[test]
fn no_float_comes_near_money_or_energy() {
    let mut faults = Vec::new();
    for file in sources("shared/src").into_iter().filter(|file| !is_for_tests(file)) {
        let code = code(&read(&file));
        // In quotes it is the name of a register format.
        let code = code.replace("\"f32\"", "").replace("\"f64\"", "");
        let float = has_word(&code, "f32") || has_word(&code, "f64");
        match FLOATS.iter().find(|(name, _)| shown(&file) == *name) {
            None if float => {
                faults.push(format!("{} uses floats without a reason", shown(&file)));
            }
            Some((name, _)) if !float => {
                faults.push(format!("{name} needs no leave to use floats"));
            }
            None | Some(_) => (),
        }
    }
    assert_none(&faults);
}

#[test]
fn every_file_says_in_its_first_line_what_it_is() {
    let folders = [
        "shared/src",
        "simulator/src",
        "server/src",
        "server/build",
        "frontend/src",
        "tests/it",
        "benches",
    ];
    let faults: Vec<String> = folders
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|file| !read(file).starts_with("//! "))
        .map(|file| shown(&file))
        .collect();
    assert_none(&faults);
}

/// The policy `style-src 'self'` drops style attributes without a word, and raw HTML would let a
/// customer's name run as a script.
#[test]
fn the_web_app_writes_no_style_attribute_and_no_raw_html() {
    let mut faults = Vec::new();
    for file in sources("frontend/src") {
        let code = code(&read(&file));
        for word in ["style=", "from_html_unchecked", "set_inner_html", "innerHTML"] {
            if has_word(&code, word) {
                faults.push(format!("{} writes {word}", shown(&file)));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn no_question_to_the_database_is_put_together_from_text() {
    let mut faults = Vec::new();
    for file in sources("server/src") {
        let code = code(&read(&file));
        for (at, start) in code.match_indices("format!") {
            let argument = in_parentheses(code.get(at + start.len()..).unwrap_or_default());
            let sql = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", " FROM ", " WHERE ", "PRAGMA "];
            if sql.iter().any(|word| argument.contains(word)) {
                faults.push(format!("{} formats SQL: {}", shown(&file), argument.trim()));
            }
        }
    }
    assert_none(&faults);
}

#[track_caller]
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// All Rust files below a folder of the repository; none when the folder is not there.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Whether the module above names the file for tests only.
fn is_for_tests(file: &Path) -> bool {
    let name = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let above = file.with_file_name("mod.rs");
    above.exists() && read(&above).contains(&format!("#[cfg(test)]\nmod {name};"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The program part of a file: without comments, and without the tests at its end.
fn code(text: &str) -> String {
    let program = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = program.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether `word` stands in `text` and not as a part of a longer name.
fn has_word(text: &str, word: &str) -> bool {
    let of_a_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let ends_open = word.ends_with(|c: char| c.is_alphanumeric());
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|text| text.chars().next());
        !(before.is_some_and(of_a_name) || ends_open && after.is_some_and(of_a_name))
    })
}

/// The beginning of `text` up to the bracket that closes its first.
fn in_parentheses(text: &str) -> &str {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth <= 1 => return text.get(..=at).unwrap_or(text),
            ')' => depth -= 1,
            _ => (),
        }
    }
    text
}

/// The top modules named after `crate::`, also in `crate::{a::B, c}`.
fn modules_used(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, start) in code.match_indices("crate::") {
        let rest = code.get(at + start.len()..).unwrap_or_default();
        let Some(list) = rest.strip_prefix('{') else {
            used.extend(first_name(rest));
            continue;
        };
        let mut depth = 1_u32;
        let mut part = String::new();
        for c in list.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => (),
            }
            if (c == ',' && depth == 1) || depth == 0 {
                used.extend(first_name(part.trim()));
                part.clear();
            } else {
                part.push(c);
            }
            if depth == 0 {
                break;
            }
        }
    }
    used
}

fn first_name(path: &str) -> Option<String> {
    let name: String = path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    // `crate::Type` and `crate::macro!` are not modules.
    name.starts_with(|c: char| c.is_ascii_lowercase()).then_some(name)
}

#[test]
fn the_rules_above_see_what_they_look_for() {
    let used =
        modules_used("use crate::{money::Money, api::{self, sale::Order}, id};\ncrate::event::X");
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["api", "event", "id", "money"]);
    assert_eq!(in_parentheses("(a(b), c) d; e"), "(a(b), c)");
    assert!(has_word("let x: f64 = 1.0;", "f64"));
    assert!(!has_word("let buf64 = 1;", "f64"));
    assert!(has_word("<div style={x}>", "style") && has_word("<div style=\"a\">", "style="));
    assert!(!has_word("data-style=\"a\"", "style="));
    assert_eq!(code("a\n  // b\nc\n#[cfg(test)]\nmod tests {}"), "a\nc");
}
