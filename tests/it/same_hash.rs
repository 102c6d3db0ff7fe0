//! A run is a function of scenario and seed: the week of 200 meters, with cuts and top-ups, ends with
//! the same journal in one slice and in a thousand, natively and as WebAssembly in node.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use simulator::sandbox::engine;
use simulator::week::{Ending, week};
use wasm_bindgen_cli_support::Bindgen;

use crate::harness::{Folder, root};

const TARGET: &str = "wasm32-unknown-unknown";
const SLICES: [u32; 2] = [1, 1_000];

#[test]
fn the_week_ends_the_same_in_any_slices_natively_and_in_a_browsers_engine() {
    let folder = Folder::new();
    let script = bind(&compile(), folder.path());
    // The browser's engine runs while we do.
    let engine = start_node(&script);
    let native: Vec<Ending> = SLICES.iter().map(|slices| native(*slices)).collect();
    let [whole, sliced] = native.as_slice() else { unreachable!("a run for each of two slicings") };

    let count = |kind: &str| whole.kinds.get(kind).copied().unwrap_or(0);
    for (kind, least) in [("bound", 200), ("sold", 100), ("cut", 20), ("lifted", 20), ("held", 20)]
    {
        assert!(count(kind) >= least, "{kind} {} times in a week:\n{whole}", count(kind));
    }
    assert!(whole.charged.mwh() > 10_000_000_000, "{whole}");
    assert!(whole.charged <= whole.metered, "charged what no meter counted:\n{whole}");

    assert_eq!(whole.to_string(), sliced.to_string(), "one slice and a thousand differ");
    let told = told(engine);
    for (slices, told) in SLICES.iter().zip(&told) {
        assert_eq!(told, &whole.to_string(), "WebAssembly in {slices} slices differs from native");
    }
    assert_eq!(told.len(), SLICES.len());
}

fn native(slices: u32) -> Ending {
    engine().block_on(week(slices)).expect("the week runs to its end natively")
}

/// Compiles the week to WebAssembly as the web app is compiled, in the web app's own target folder,
/// so that both share their libraries.
fn compile() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_meterhouse"));
    let folder = program.parent().expect("the program lies in target/<profile>");
    let profile = if folder.ends_with("release") { "web" } else { "web-dev" };
    let target = folder.parent().expect("a profile's folder lies in target").join("ui");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(root())
        .args(["build", "--locked", "--quiet", "--package", "simulator", "--bin", "week"])
        .args(["--features", "wasm", "--target", TARGET, "--profile", profile, "--target-dir"])
        .arg(&target);
    // What the outer cargo tells of itself, and flags for another machine.
    for (name, _) in env::vars_os() {
        let leaks = name.to_str().is_some_and(|name| {
            name.contains("RUSTFLAGS")
                || ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BUILD_"]
                    .iter()
                    .any(|p| name.starts_with(p))
                || ["CARGO_TARGET_DIR", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"].contains(&name)
        });
        if leaks {
            cargo.env_remove(name);
        }
    }
    let status = cargo.status().expect("cargo can be run: it runs this test");
    assert!(status.success(), "the week does not compile to WebAssembly; its errors are above");
    target.join(TARGET).join(profile).join("week.wasm")
}

/// Binds the program to its JavaScript for node, with a script that runs every slicing.
fn bind(wasm: &Path, folder: &Path) -> PathBuf {
    Bindgen::new()
        .input_path(wasm)
        .out_name("week")
        .typescript(false)
        .nodejs(true)
        .and_then(|bindgen| bindgen.generate(folder))
        .expect("wasm-bindgen binds the week to its JavaScript");
    let script = folder.join("run.cjs");
    let slices = SLICES.map(|slices| slices.to_string()).join(", ");
    let text = format!(
        "const {{ week }} = require('./week.js');\n\
         console.log(JSON.stringify([{slices}].map(slices => week(slices))));\n"
    );
    std::fs::write(&script, text).expect("a script can be written beside it");
    script
}

fn start_node(script: &Path) -> Child {
    Command::new("node").arg(script).stdout(Stdio::piped()).spawn().unwrap_or_else(|error| {
        panic!(
            "cannot run `node` ({error}): this test compares the native run with WebAssembly, so it \
             needs Node.js; install it with `apt-get install nodejs`, or let tests/run do it"
        )
    })
}

fn told(engine: Child) -> Vec<String> {
    let output = engine.wait_with_output().expect("node can be waited for");
    assert!(output.status.success(), "node failed with {}; its words are above", output.status);
    serde_json::from_slice(&output.stdout).expect("the script prints one list of endings")
}
