//! A wrong setting ends the start with a sentence that names it, and says no secret aloud.

use tests::{Place, on_sqlite};

on_sqlite![
    a_wrong_setting_ends_the_start_with_a_sentence,
    what_cannot_be_reached_is_named_without_its_password,
    a_flag_goes_before_a_variable,
    settings_are_all_in_the_example
];

/// Starts with a setting that must not do, and answers with what it says.
fn refused(place: &Place, name: &str, value: &str) -> String {
    let output = place.command(&["serve"], &[(name, value)]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(matches!(output.status.code(), Some(1 | 2)), "{name}={value} ended with {}: {stderr}", output.status);
    assert!(!stderr.contains("panicked") && !stderr.contains("RUST_BACKTRACE"), "{stderr}");
    stderr
}

async fn a_wrong_setting_ends_the_start_with_a_sentence(place: &Place) {
    for (name, value, flag) in [
        ("DATABASE_URL", "mysql://db/log", "--database-url"),
        ("DATABASE_URL", "sqlite:", "--database-url"),
        ("DATABASE_URL", "log.db", "--database-url"),
        ("STORE_URL", "ftp://host/folder", "--store-url"),
        ("STORE_URL", "s3:", "--store-url"),
        ("STORE_URL", "", "--store-url"),
        ("LISTEN", "nonsense", "--listen"),
        ("LISTEN", "127.0.0.1:70000", "--listen"),
        ("PUBLIC_URL", "log.example.com", "--public-url"),
        ("PUBLIC_URL", "ftp://log.example.com", "--public-url"),
        ("LOG_FORMAT", "xml", "--log-format"),
        ("DOWNLOAD_LINK_TTL", "0", "--download-link-ttl"),
        ("DOWNLOAD_LINK_TTL", "soon", "--download-link-ttl"),
        ("LINK_KEY", "too short", "--link-key"),
        ("RATE_PER_ADDRESS", "many", "--rate-per-address"),
        ("RATE_PER_TOKEN", "-1", "--rate-per-token"),
        ("CLIENT_TIMEOUT", "0", "--client-timeout"),
        ("TRUSTED_PROXIES", "10.0.0.1,proxy", "--trusted-proxies"),
        ("METRICS_LISTEN", "9090", "--metrics-listen"),
        ("METRICS_TOKEN", "too short", "--metrics-token"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "--otel-exporter-otlp-endpoint"),
    ] {
        let stderr = refused(place, name, value);
        assert!(stderr.contains(name) || stderr.contains(flag), "{name}={value} is not named: {stderr}");
    }
}

async fn what_cannot_be_reached_is_named_without_its_password(place: &Place) {
    // Port 1 is nobody's.
    let stderr = refused(place, "DATABASE_URL", "postgres://ann:hunter2@127.0.0.1:1/log");
    assert!(stderr.contains("database") && !stderr.contains("hunter2"), "{stderr}");
    let stderr = refused(place, "DATABASE_URL", "postgres://ann:hunter2@127.0.0.1:notaport/log");
    assert!(!stderr.contains("hunter2"), "{stderr}");
    // A folder where a file should be, and a file where a folder should be.
    place.write("file", "");
    let file = place.path("file");
    let stderr = refused(place, "STORE_URL", &format!("file:{}/exports", file.display()));
    assert!(stderr.contains("STORE_URL") || stderr.contains("store"), "{stderr}");
    let stderr = refused(place, "DATABASE_URL", &format!("sqlite:{}", place.folder().display()));
    assert!(stderr.contains("database"), "{stderr}");
    // An address that is taken.
    let server = place.serve().await;
    let taken = server.url("").replace("http://", "");
    let stderr = refused(place, "LISTEN", &taken);
    assert!(stderr.contains(&taken), "{stderr}");
}

async fn a_flag_goes_before_a_variable(place: &Place) {
    let elsewhere = format!("sqlite:{}", place.path("elsewhere.db").display());
    let output = place.command(&["migrate", "--database-url", &elsewhere], &[]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(place.path("elsewhere.db").exists() && !place.path("log.db").exists());
}

async fn settings_are_all_in_the_example(place: &Place) {
    let example = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../.env.example")).unwrap();
    for command in ["serve", "worker", "migrate", "import"] {
        let help = String::from_utf8(place.bare_command(&[command, "--help"]).output().unwrap().stdout).unwrap();
        let names = help.match_indices("[env: ").map(|(at, start)| &help[at + start.len()..]);
        for name in names.map(|rest| rest.split([']', '=']).next().unwrap()) {
            let listed =
                example.lines().any(|line| line.trim_start_matches(['#', ' ']).starts_with(&format!("{name}=")));
            assert!(listed, "{name} is not in .env.example");
        }
    }
    assert!(example.contains("DATABASE_URL=") && example.contains("STORE_URL="));
}
