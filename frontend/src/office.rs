//! What an office fetches besides: tariffs, people and books.

fn main() {
    frontend::office();
}
