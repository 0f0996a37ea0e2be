//! Credentials never rest here: what a sender let through in clear is in no file of the database, no row, no line of
//! the log, no answer and no export, in whatever spelling; but its mark is there, and the rest can be read.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::Path};
use tests::{Client, Kind, Place, Server, files::Pdf, on_both, tables::all_columns};

on_both![no_secret_of_a_capture_rests_here, no_secret_rests_in_any_field, faults_repeat_no_secret];

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

/// Everything that holds something after a run, by name.
type Holds = Vec<(String, Vec<u8>)>;

/// The spellings of a secret: as it is, in URLs, in JSON, in base64 wherever it begins, and all of these in hexadecimal,
/// as dumps write bytes.
fn spellings(secret: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::from([secret.to_owned(), json!(secret).to_string().trim_matches('"').to_owned()]);
    let escaped: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    all.insert(escaped.replace('%', "%25"));
    all.insert(escaped.to_lowercase());
    all.insert(escaped);
    for lead in 0..3 {
        // The first and the last letters depend on what stands beside; those between do not.
        let text = STANDARD.encode([&b"\0\0"[..lead], secret.as_bytes()].concat());
        let core = text.trim_end_matches('=');
        let core = &core[usize::from(lead > 0) * 4..core.len() - 2];
        if core.len() >= 10 {
            all.extend([core.to_owned(), core.replace('+', "-").replace('/', "_")]);
        }
    }
    let hex = |text: &String| text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let hexes: Vec<String> = all.iter().map(hex).collect();
    all.extend(hexes.iter().map(|hex| hex.to_uppercase()));
    all.extend(hexes);
    all
}

/// The secrets that are found in a text, in any spelling.
fn found<'a>(secrets: &[&'a str], text: &[u8]) -> Vec<&'a str> {
    let text = String::from_utf8_lossy(text);
    let is_in = |secret: &&str| spellings(secret).iter().any(|spelling| text.contains(spelling));
    secrets.iter().copied().filter(|secret| is_in(secret)).collect()
}

/// Every file below a folder.
fn files(folder: &Path, into: &mut Holds) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else {
            into.push((path.display().to_string(), fs::read(path).unwrap()));
        }
    }
}

/// All that the API tells of all records.
async fn answers(acme: &Client) -> String {
    let query = "query ($after: String) { connectorLogs(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
            id reference occurredAt direction outcome action requestType userEmail loginId operation statusCode
            correlationId method url clientIp errorMessage applicationFrom { name } applicationTo { name }
            request { headers { name value } body redactions { path rule fingerprint } }
            response { headers { name value } body redactions { path rule fingerprint } }
        }
    } }";
    let (mut all, mut after) = (String::new(), Value::Null);
    loop {
        let data = acme.ask(query, &json!({ "after": after })).await;
        all += &data.to_string();
        let page = &data["connectorLogs"]["pageInfo"];
        after = page["endCursor"].clone();
        if page["hasNextPage"] == false {
            return all;
        }
    }
}

/// Everything: the files, the rows, the log, the answers, both exports and what can be read in them.
async fn everything(place: &Place, server: &Server, acme: &Client) -> Holds {
    let mut holds = Holds::new();
    let report = place.path("report.pdf");
    let whole = json!({ "format": "CSV", "csv": { "columns": all_columns() } });
    holds.push(("CSV".to_owned(), acme.exported(&whole).await));
    let file = acme.exported(&json!({ "format": "PDF", "timeZone": "Europe/Berlin" })).await;
    let pdf = Pdf::check(&report, &file);
    // What is too long for a line goes on in the next.
    let text: String = pdf.pages().concat().split_whitespace().collect();
    holds.push(("the report's text".to_owned(), text.into_bytes()));
    holds.push(("the report's objects".to_owned(), pdf.objects()));
    holds.push(("answers".to_owned(), answers(acme).await.into_bytes()));
    let log = server.log().iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    assert!(log.contains("sqlx"), "the log tells all that it can");
    holds.push(("the log".to_owned(), log.into_bytes()));
    holds.push(("standard output".to_owned(), server.printed().into_bytes()));
    let dump = place.dump().await;
    assert!(dump.contains("connector_log"), "the dump has the records");
    holds.push(("rows".to_owned(), dump.into_bytes()));
    files(place.folder(), &mut holds);
    let has = |part: &str| holds.iter().any(|(name, _)| name.contains(part));
    assert!(has("/exports/"), "the object store is among the files");
    assert!(place.kind() == Kind::Postgres || has(".db-wal"), "the database's own log is among the files");
    holds
}

async fn talkative(place: &Place) -> (Server, Client) {
    let server = place.serve_with(&[], &[("LOG", "trace")]).await;
    let acme = server.client(&place.token("Acme", &[]));
    (server, acme)
}

async fn no_secret_of_a_capture_rests_here(place: &Place) {
    let (server, acme) = talkative(place).await;
    let list = fs::read_to_string(format!("{FIXTURES}/logins.secrets.txt")).unwrap();
    let secrets: Vec<&str> = list.lines().collect();
    let capture = fs::read(format!("{FIXTURES}/logins.har")).unwrap();
    let lines = fs::read(format!("{FIXTURES}/records.ndjson")).unwrap();
    assert!(secrets.len() > 40);
    assert_eq!(found(&secrets, &[capture, lines].concat()), secrets, "they are in the capture, and are found there");
    let mut told = Vec::new();
    for name in ["logins.har", "records.ndjson"] {
        let (hosts, path) = (format!("{FIXTURES}/hosts"), format!("{FIXTURES}/{name}"));
        let output = place.run(&["import", "--domain", "Acme", "--hosts", &hosts, &path]);
        assert!(output.status.success());
        told.extend([output.stdout, output.stderr].concat());
    }
    let mut holds = everything(place, &server, &acme).await;
    holds.push(("what the import said".to_owned(), told));
    for (name, content) in &holds {
        assert_eq!(found(&secrets, content), [""; 0], "in {name}");
    }
    let marks = String::from_utf8_lossy(&holds[3].1).matches("[redacted:").count();
    assert!(marks > secrets.len(), "{marks} marks");
}

/// A record in which every field that takes a text holds a secret, `S3cr3t` and a number, and what is beside it.
fn leaky() -> (Value, Vec<String>) {
    let mut number = 100;
    let mut secrets = Vec::new();
    let mut secret = || {
        number += 7;
        secrets.push(format!("S3cr3t{number}Zk3vT9qLr8WxY2mN5bA7cD1e"));
        secrets.last().unwrap().clone()
    };
    let saml = STANDARD.encode(format!(
        "<samlp:Response><saml:Issuer>idp</saml:Issuer><xenc:CipherValue>{}</xenc:CipherValue></samlp:Response>",
        secret()
    ));
    let inner = json!({ "note": json!({ "clientSecret": secret() }).to_string(), "user": "anna" });
    let form = format!(
        "user=anna&password={}&SAMLResponse={}",
        secret(),
        form_urlencoded::byte_serialize(saml.as_bytes()).collect::<String>()
    );
    let record = json!({
        "occurredAt": "2026-06-01T08:00:00Z",
        "idempotencyKey": format!("key password={}", secret()),
        "direction": "OUTGOING",
        "applicationFrom": format!("Intranet token={}", secret()),
        "applicationTo": format!("Okta clog_{}0123456789", secret()),
        "action": "NOT_APPLICABLE",
        "requestType": "OTHER",
        "userEmail": format!("clog_{}0123456789@example.com", secret()),
        "loginId": format!("anna Bearer {}", secret()),
        "operation": format!("login password={} of anna", secret()),
        "correlationId": format!("https://h.example/cb?code={}&state=s", secret()),
        "method": "POST",
        "url": format!("https://h.example/cb?code={}&state=kept#access_token={}", secret(), secret()),
        "errorMessage": format!("refused: {{\"refresh_token\":\"{}\"}} of anna", secret()),
        "request": {
            "headers": [
                { "name": "Authorization", "value": format!("Bearer {}", secret()) },
                { "name": "Proxy-Authorization", "value": format!("Custom {}", secret()) },
                { "name": "Cookie", "value": format!("sid={}; theme={}", secret(), secret()) },
                { "name": "X-Api-Key", "value": secret() },
                { "name": "Referer", "value": format!("https://h.example/x?session_id={}", secret()) },
                { "name": "Content-Type", "value": "application/x-www-form-urlencoded" },
            ],
            "body": form,
        },
        "response": {
            "headers": [
                { "name": "Set-Cookie", "value": format!("sid={}; Path=/; HttpOnly", secret()) },
                { "name": "Location", "value": format!("https://h.example/#id_token={}", secret()) },
                { "name": "Content-Type", "value": "application/json" },
            ],
            "body": json!({ "access_token": secret(), "scope": "kept", "deep": [{ "inner": inner.to_string() }] }).to_string(),
        },
    });
    (record, secrets)
}

async fn no_secret_rests_in_any_field(place: &Place) {
    let (server, acme) = talkative(place).await;
    let (record, secrets) = leaky();
    assert_eq!(
        acme.record(std::slice::from_ref(&record)).await,
        acme.record(&[record]).await,
        "the key is the same key"
    );
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let holds = everything(place, &server, &acme).await;
    for (name, content) in &holds {
        assert_eq!(found(&secrets, content), [""; 0], "in {name}");
    }
    let answers = String::from_utf8_lossy(&holds[3].1);
    for kept in
        ["anna Bearer [redacted:", "of anna", "state=kept", "HttpOnly", r#"\"scope\":\"kept\""#, "theme=[redacted:"]
    {
        assert!(answers.contains(kept), "{kept} is not in {answers}");
    }
}

async fn faults_repeat_no_secret(place: &Place) {
    let (server, acme) = talkative(place).await;
    let secret = "S3cr3tZk3vT9qLr8WxY2mN5bA7cD1e";
    let (mut record, _) = leaky();
    let mut told = String::new();
    for (field, value) in [
        ("durationMs", json!(-1)),
        ("clientIp", json!(format!("Bearer {secret}"))),
        ("operation", json!(format!("password={secret} {}", "x".repeat(300)))),
        ("loginId", json!(format!("password={secret}\u{0}"))),
        ("occurredAt", json!(format!("token={secret}"))),
        ("direction", json!(format!("token={secret}"))),
        ("request", json!({ "headers": [{ "name": "", "value": format!("Bearer {secret}") }] })),
        ("request", json!({ "headers": [], "body": format!("token={secret}"), "encoding": "BASE64" })),
    ] {
        let before = std::mem::replace(&mut record[field], value);
        told += &acme.record_answer(std::slice::from_ref(&record)).await.text;
        record[field] = before;
    }
    for body in [format!("{{\"query\":\"{{ password: {secret}"), format!("password={secret}"), format!("\"{secret}\"")]
    {
        let answer = acme.post().header("content-type", "application/json").body(body).send().await.unwrap();
        told += &answer.text().await.unwrap();
    }
    told += &server.client(&format!("clog_{secret}{secret}")).answer("{ viewer { name } }", &Value::Null).await.text;
    assert!(told.contains("durationMs") && told.contains("UNAUTHENTICATED"), "{told}");
    assert_eq!(found(&[secret], told.as_bytes()), [""; 0], "{told}");
    let log = server.log().iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    assert_eq!(found(&[secret], log.as_bytes()), [""; 0], "in the log");
}
