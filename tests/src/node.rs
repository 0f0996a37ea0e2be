//! Other people's clients, audits and scanners: scripts for Node in `tests/node`, and Schemathesis.
//! They ask the server under test as anybody would, and judge it by their own rules.

use std::{
    path::Path,
    process::{Command, Stdio},
};

const NODE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node");
const SCHEMATHESIS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/schemathesis");
const REMEDY: &str = "run scripts/install-test-packages";

/// A script of `tests/node`, to be run by Node.
pub fn script(name: &str) -> Command {
    assert!(Path::new(NODE).join("node_modules").is_dir(), "the packages of tests/node are not there: {REMEDY}");
    let mut command = Command::new("node");
    command.arg(name).current_dir(NODE);
    command
}

/// Schemathesis on all fields of Query and Mutation.
pub fn schemathesis(options: &[&str]) -> Command {
    let mut command = Command::new(SCHEMATHESIS);
    command.args(options);
    command
}

/// Runs a script or a scanner against a GraphQL endpoint, as somebody with a token or as a
/// stranger. It must end well, and answers with what it said.
pub fn passes(mut command: Command, endpoint: &str, token: Option<&str>) -> String {
    command.env("ENDPOINT", endpoint).env_remove("TOKEN").envs(token.map(|token| ("TOKEN", token)));
    let output = command.stdin(Stdio::null()).output();
    let output =
        output.unwrap_or_else(|e| panic!("{} does not start ({e}): {REMEDY}", command.get_program().display()));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} ended with {}:\n{said}", output.status);
    said
}
