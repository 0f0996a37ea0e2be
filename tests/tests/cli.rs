//! The command line: what scripts rely on.

use std::process::{Output, Stdio};
use tests::{Place, on_both, on_sqlite};

on_sqlite![
    every_command_has_a_help_that_ends_well,
    wrong_usage_is_told_from_failure,
    the_schema_is_printed_without_any_database,
    who_has_read_enough_hears_no_complaint,
    nothing_is_left_in_the_folder_by_a_command_that_needs_nothing,
];

mod databases {
    use super::{a_migration_may_be_run_again, a_token_is_printed_alone, on_both};
    on_both![a_migration_may_be_run_again, a_token_is_printed_alone];
}

const COMMANDS: [&[&str]; 10] = [
    &[],
    &["serve"],
    &["worker"],
    &["migrate"],
    &["schema"],
    &["token"],
    &["token", "create"],
    &["token", "list"],
    &["import"],
    &["verify-report"],
];

fn words(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

async fn every_command_has_a_help_that_ends_well(place: &Place) {
    for command in COMMANDS {
        let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let output = place.bare_command(&arguments).output().unwrap();
        let (stdout, stderr) = words(&output);
        assert!(output.status.success(), "{arguments:?}: {stderr}");
        assert!(stdout.contains("Usage: connector-log") && stderr.is_empty(), "{stdout}{stderr}");
    }
    let output = place.bare_command(&["--help"]).output().unwrap();
    for told in
        ["serve", "worker", "migrate", "schema", "token", "import", "DATABASE_URL", "STORE_URL", "LISTEN", "PUBLIC_URL"]
    {
        assert!(words(&output).0.contains(told), "the help does not tell of {told}");
    }
    let version = place.bare_command(&["--version"]).output().unwrap();
    assert_eq!(words(&version).0.trim(), concat!("connector-log ", env!("CARGO_PKG_VERSION")));
    // The help never shows what a variable holds.
    let help = place.command(&["--help"], &[("DATABASE_URL", "postgres://ann:hunter2@db/log")]).output().unwrap();
    assert!(help.status.success() && !words(&help).0.contains("hunter2"));
}

async fn wrong_usage_is_told_from_failure(place: &Place) {
    for wrong in [
        &["frobnicate"][..],
        &["--frobnicate"],
        &["token", "create"],
        &["token", "revoke"],
        &["import"],
        &["verify-report"],
        &["token", "create", "--domain", "Acme", "--scope", "ALL"],
    ] {
        let output = place.run(wrong);
        let (_, stderr) = words(&output);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {stderr}");
        assert!(!stderr.contains("panicked") && !stderr.is_empty());
    }
    for failing in
        [&["token", "list", "--domain", "Nobody"][..], &["import", "--domain", "Acme", "there-is-no-such.har"]]
    {
        let output = place.run(failing);
        let (_, stderr) = words(&output);
        assert_eq!(output.status.code(), Some(1), "{failing:?}: {stderr}");
        assert!(!stderr.contains("panicked") && !stderr.is_empty());
    }
}

async fn the_schema_is_printed_without_any_database(place: &Place) {
    let output = place.bare_command(&["schema"]).output().unwrap();
    let (stdout, stderr) = words(&output);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    assert!(stdout.contains("type ConnectorLog implements Node"), "{stdout}");
}

async fn who_has_read_enough_hears_no_complaint(place: &Place) {
    let mut command = place.bare_command(&["schema"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let (_, stderr) = words(&output);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
}

async fn nothing_is_left_in_the_folder_by_a_command_that_needs_nothing(place: &Place) {
    for command in COMMANDS {
        let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        place.bare_command(&arguments).output().unwrap();
    }
    place.bare_command(&["schema"]).output().unwrap();
    assert_eq!(std::fs::read_dir(place.folder()).unwrap().count(), 0);
}

async fn a_migration_may_be_run_again(place: &Place) {
    // What is not to migrate says so where there is nothing yet.
    let refused = place.run(&["serve", "--no-migrate"]);
    let (_, stderr) = words(&refused);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr.contains("migrate") && !stderr.contains("panicked"), "{stderr}");
    place.succeed(&["migrate"]);
    place.succeed(&["migrate"]);
    assert_eq!(place.number("SELECT COUNT(*) FROM domain").await, 0);
    let server = place.serve_with(&["--no-migrate"], &[]).await;
    // Many at once get into nobody's way.
    let many: Vec<_> =
        (0..4).map(|_| place.command(&["migrate"], &[]).stderr(Stdio::null()).spawn().unwrap()).collect();
    for child in many {
        assert!(child.wait_with_output().unwrap().status.success());
    }
    drop(server);
}

async fn a_token_is_printed_alone(place: &Place) {
    let output = place.succeed(&["token", "create", "--domain", "Acme"]);
    let (token, rest) = output.split_once('\n').unwrap();
    let digits = token.strip_prefix("clog_").unwrap();
    assert!(digits.len() == 48 && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{token}");
    assert_eq!(rest, "");
    // The same domain again, and another one.
    place.succeed(&[
        "token",
        "create",
        "--domain",
        "Acme",
        "--name",
        "n",
        "--scope",
        "LOGS_READ",
        "--scope",
        "ADMIN",
        "--expires",
        "30",
    ]);
    place.succeed(&["token", "create", "--domain", "Größe & Co."]);
    assert_eq!(place.number("SELECT COUNT(*) FROM domain").await, 2);
}
