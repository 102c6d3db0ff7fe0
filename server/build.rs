//! Builds the web app to WebAssembly and embeds it, so that plain `cargo run` needs no other tool.
#![allow(clippy::print_stdout, reason = "a build script speaks to cargo through its output")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

mod build {
    pub(crate) mod bundle;
    pub(crate) mod compile;
    pub(crate) mod table;
}

use build::{bundle, compile, table};

/// What a step of this script answers: the error is one sentence for whoever runs the build.
type Outcome<T> = Result<T, String>;

/// How much effort a build deserves: a released binary is squeezed, a development build is quick.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    Quick,
    Thorough,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            println!("cargo::error={}", sentence.replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let root = variable("CARGO_MANIFEST_DIR")?.join("..");
    for watched in ["frontend", "simulator", "shared", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }
    println!("cargo::rerun-if-env-changed=METERHOUSE_UI");

    let out = variable("OUT_DIR")?;
    let dist = out.join("ui");
    if dist.exists() {
        fs::remove_dir_all(&dist).map_err(|error| cannot("empty", &dist, &error))?;
    }
    fs::create_dir_all(&dist).map_err(|error| cannot("create", &dist, &error))?;

    let assets = match env::var("METERHOUSE_UI").as_deref() {
        Ok("skip") => Vec::new(),
        Ok("") | Err(env::VarError::NotPresent) => {
            let effort = match env::var("PROFILE").as_deref() {
                Ok("release") => Effort::Thorough,
                _ => Effort::Quick,
            };
            let programs = compile::frontend(&root, &ui_target_folder(&out)?, effort)?;
            let files = bundle::gather(&root.join("frontend"), &programs, &dist, effort)?;
            bundle::name_by_content(files)?
        }
        other => {
            return Err(format!(
                "METERHOUSE_UI may be unset or `skip` (no web app in the binary), but it is {other:?}"
            ));
        }
    };
    table::write(&out, &dist, &assets)
}

/// The web app's own target folder beside ours: two builds in one folder would wait for each other
/// for ever (rust-lang/cargo#6412). `OUT_DIR` is `<target>/<profile>/build/<package>/out`.
fn ui_target_folder(out: &Path) -> Outcome<PathBuf> {
    let mut above = out.ancestors().skip(2);
    let build = above.next().is_some_and(|folder| folder.ends_with("build"));
    match (build, above.nth(1)) {
        (true, Some(target)) => Ok(target.join("ui")),
        _ => Err(format!("cannot tell the target folder from OUT_DIR {}", out.display())),
    }
}

fn variable(name: &str) -> Outcome<PathBuf> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("cargo did not set {name}"))
}

fn cannot(what: &str, path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("cannot {what} {}: {error}", path.display())
}
