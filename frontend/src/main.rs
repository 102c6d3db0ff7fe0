//! What everybody fetches of the web app: looking and selling.

fn main() {
    frontend::counter();
}
