//! The one program: `connector-log`.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    api::main()
}
