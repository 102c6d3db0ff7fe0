//! What those who keep the plant fetch besides: lines, commissioning, policies.

fn main() {
    frontend::plant();
}
