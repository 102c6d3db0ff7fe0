//! The whole site inside the page: the same actors as in the server over a simulated building and a
//! journal in memory, in a worker, so that the page stays quick. A program of its own, fetched only
//! by who opens the sandbox.

#![expect(unreachable_pub, reason = "a program: nothing in it is reached from outside")]

mod answer;
mod books;
mod clock;
mod curves;
mod house;
mod screen;
mod worker;

use wasm_bindgen::JsCast as _;

fn main() {
    let scope = js_sys::global().dyn_into().expect("only worker.js starts this, inside a worker");
    worker::serve(scope);
}
