//! Compiles the crate `frontend` to WebAssembly with a cargo inside this cargo.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Effort, Outcome};

const TARGET: &str = "wasm32-unknown-unknown";

/// Settings of the outer build that would reach into the inner one: flags for another machine
/// (coverage instrumentation has no wasm runtime), clippy as the compiler, and where to write.
const NOT_FOR_WASM: &[&str] = &[
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "CLIPPY_ARGS",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
];

/// What cargo tells this script about the server package, and must not tell other packages'.
const ABOUT_US: &[&str] =
    &["CARGO_CFG_", "CARGO_FEATURE_", "CARGO_MANIFEST_", "CARGO_PKG_", "DEP_"];

/// The web app's programs: what everybody fetches, what the office and the plant do, and the
/// sandbox for its worker.
pub(crate) const PROGRAMS: [&str; 4] = ["frontend", "office", "plant", "sandbox"];

/// The folder with each program as one `.wasm` file, not yet bound to its JavaScript.
pub(crate) fn frontend(root: &Path, target_folder: &Path, effort: Effort) -> Outcome<PathBuf> {
    ensure_target()?;
    let profile = match effort {
        Effort::Quick => "web-dev",
        Effort::Thorough => "web",
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(root)
        .args(["build", "--locked", "--package", "frontend", "--bins"])
        .args(["--target", TARGET, "--profile", profile, "--target-dir"])
        .arg(target_folder);
    for (name, _) in env::vars_os() {
        let leaks = name.to_str().is_some_and(|name| {
            NOT_FOR_WASM.contains(&name) || ABOUT_US.iter().any(|start| name.starts_with(start))
        });
        if leaks {
            command.env_remove(name);
        }
    }
    let status = command.status().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !status.success() {
        return Err("the web app does not compile to WebAssembly; its errors are above. \
                    METERHOUSE_UI=skip builds the server without it"
            .to_owned());
    }
    Ok(target_folder.join(TARGET).join(profile))
}

/// The compiler's standard library for WebAssembly. rust-toolchain.toml names it, but where
/// `RUSTUP_AUTO_INSTALL=0` is set nobody installs it, so we do.
fn ensure_target() -> Outcome<()> {
    if target_is_installed()? {
        return Ok(());
    }
    let added = Command::new("rustup").args(["target", "add", TARGET]).status();
    if matches!(&added, Ok(status) if status.success()) && target_is_installed()? {
        return Ok(());
    }
    Err(format!(
        "the web app needs the Rust target {TARGET}, which is not installed and could not be \
         added: run `rustup target add {TARGET}` in this folder (it needs the network), then build again"
    ))
}

fn target_is_installed() -> Outcome<bool> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let answer = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .map_err(|error| format!("cannot run {}: {error}", rustc.display()))?;
    let folder = String::from_utf8_lossy(&answer.stdout);
    Ok(answer.status.success() && Path::new(folder.trim()).is_dir())
}
