//! `meterhouse`: see `meterhouse --help`.

fn main() -> std::process::ExitCode {
    server::cli::main()
}
