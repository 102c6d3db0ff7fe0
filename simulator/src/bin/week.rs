//! The week of 200 meters in WebAssembly: the same actors and the same story as natively.

use simulator::sandbox::engine;
use wasm_bindgen::prelude::wasm_bindgen;

fn main() {}

/// Runs the week in so many slices and tells how it came out.
#[wasm_bindgen]
pub fn week(slices: u32) -> Result<String, String> {
    let ending = engine().block_on(simulator::week::week(slices));
    ending.map(|ending| ending.to_string()).map_err(|error| error.to_string())
}
