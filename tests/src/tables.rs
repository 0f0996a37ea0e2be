//! Tables, read with the software that those who export them have: Python's `csv`, pandas and
//! LibreOffice.

use crate::Place;
use serde_json::Value;
use std::{
    io::Write,
    process::{Command, Stdio},
};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-tools/venv/bin/python");
const REMEDY: &str = "run scripts/install-test-packages";

/// The columns: the API's name, and the plain words that stand over them.
pub const COLUMNS: [(&str, &str); 30] = [
    ("id", "Record"),
    ("occurredAt", "Time"),
    ("recordedAt", "Recorded at"),
    ("direction", "Direction"),
    ("applicationFrom", "Application from"),
    ("applicationTo", "Application to"),
    ("action", "Action"),
    ("requestType", "Request type"),
    ("outcome", "Outcome"),
    ("userEmail", "Email"),
    ("loginId", "Login id"),
    ("operation", "Operation"),
    ("method", "Method"),
    ("url", "URL"),
    ("statusCode", "Status"),
    ("durationMs", "Duration (ms)"),
    ("clientIp", "Client IP"),
    ("correlationId", "Correlation id"),
    ("reference", "Reference"),
    ("errorMessage", "Error"),
    ("requestHeaders", "Request headers"),
    ("requestBody", "Request body"),
    ("requestEncoding", "Request encoding"),
    ("requestSizeBytes", "Request size (bytes)"),
    ("requestTruncated", "Request truncated"),
    ("responseHeaders", "Response headers"),
    ("responseBody", "Response body"),
    ("responseEncoding", "Response encoding"),
    ("responseSizeBytes", "Response size (bytes)"),
    ("responseTruncated", "Response truncated"),
];

/// All columns, as options name them: `REQUEST_BODY`.
pub fn all_columns() -> Vec<String> {
    let letter = |c: char| if c.is_ascii_uppercase() { format!("_{c}") } else { c.to_ascii_uppercase().to_string() };
    COLUMNS.iter().map(|column| column.0.chars().map(letter).collect()).collect()
}

/// The rows of a CSV file with commas, by Python's `csv`, under the API's names.
pub fn csv(file: &[u8]) -> Vec<Value> {
    split(file, ',')
}

/// The same of a file with another delimiter. It is read strictly, and under the API's names
/// whatever its header row says.
pub fn split(file: &[u8], delimiter: char) -> Vec<Value> {
    let rows = python("python3", "rows.py", delimiter, file);
    let name = |title: String| {
        let known = COLUMNS.iter().find(|column| column.1 == title);
        known.map_or(title, |column| column.0.to_owned())
    };
    let named = |row: &Value| {
        assert!(row["too many"].is_null(), "a row with more cells than the header: {row}");
        let cells = row.as_object().unwrap().clone().into_iter();
        cells.map(|(title, cell)| (name(title), cell)).inspect(|cell| assert_ne!(cell.1, "too few")).collect()
    };
    rows.as_array().unwrap().iter().map(named).collect()
}

/// One column of a CSV file, by the API's name.
pub fn column(rows: &[Value], name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].as_str().unwrap_or_else(|| panic!("no column {name}")).to_owned()).collect()
}

/// A CSV file as pandas reads it: the columns' `types`, and their `values`.
pub fn pandas(file: &[u8], delimiter: char) -> Value {
    python(PYTHON, "frame.py", delimiter, file)
}

/// A CSV file as LibreOffice opens it, split at whatever it is told: rows of cells with their `kind`,
/// `formula` and `text`. What looks like a formula is one to it. Where `texts`, what stands in quotes
/// is text and nothing else.
pub fn libreoffice(place: &Place, file: &[u8], delimiter: char, texts: bool) -> Vec<Vec<Value>> {
    let path = place.write("opened.csv", file);
    // Each in a profile of its own, so that tests do not wait for each other.
    let profile = format!("-env:UserInstallation=file://{}", place.path("libreoffice").display());
    // Delimiter, quote, UTF-8, from line 1, …, quoted is text, dates and the like are found, …,
    // formulas are reckoned.
    let how = format!("--infilter=CSV:{},34,76,1,,0,{texts},true,false,false,false,0,true", u32::from(delimiter));
    let mut office = Command::new("soffice");
    office.args([&profile, "--headless", &how, "--convert-to", "fods", "--outdir"]).arg(place.folder()).arg(path);
    let output = office.stdin(Stdio::null()).output().unwrap_or_else(|e| panic!("soffice: {e}: {REMEDY}"));
    let opened = std::fs::read(place.path("opened.fods"));
    let opened = opened.unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    serde_json::from_value(python("python3", "cells.py", delimiter, &opened)).unwrap()
}

/// What a script of `tests/python` makes of a file.
fn python(python: &str, script: &str, delimiter: char, file: &[u8]) -> Value {
    let mut command = Command::new(python);
    command.arg(format!("{SCRIPTS}/{script}")).arg(delimiter.to_string());
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|e| panic!("{python}: {e}: {REMEDY}"));
    // One that ends before it has read everything says why.
    let _ = child.stdin.take().unwrap().write_all(file);
    let output = child.wait_with_output().unwrap();
    let beginning = String::from_utf8_lossy(&file[..file.len().min(2000)]);
    assert!(output.status.success(), "{script}: {}\n{beginning}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
