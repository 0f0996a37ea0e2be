//! The product under the tests' own name: see this package's Cargo.toml.

fn main() -> std::process::ExitCode {
    api::main()
}
