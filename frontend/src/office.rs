//! What an office fetches besides: tariffs, lines, people and books.

fn main() {
    frontend::office();
}
