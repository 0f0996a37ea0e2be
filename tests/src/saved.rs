//! Exported files as their users keep them, the manifest beside them, and the command that compares
//! the two.

use crate::{Client, Place, get};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A file as a user has it: downloaded into a folder, its manifest beside it.
pub struct Saved {
    /// The export's id.
    pub export: String,
    /// The file.
    pub file: PathBuf,
    /// Its manifest.
    pub manifest: PathBuf,
}

impl Saved {
    /// Asks for an export, waits for it and downloads it.
    pub async fn of(place: &Place, acme: &Client, input: &Value) -> Self {
        let export = acme.completed(&acme.export(input).await).await;
        let query = "query ($id: ID!) { node(id: $id) { ... on Export { file { manifestUrl } } } }";
        let links = acme.ask(query, &json!({ "id": export["id"] })).await;
        let export_id = export["id"].as_str().unwrap().to_owned();
        let folder = place.path(&export_id);
        fs::create_dir(&folder).unwrap();
        let mut saved = Vec::new();
        for url in [&export["file"]["url"], &links["node"]["file"]["manifestUrl"]] {
            let answer = get(url.as_str().unwrap()).await;
            let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
            let name = disposition.split('"').nth(1).unwrap();
            let path = folder.join(name);
            fs::write(&path, answer.bytes().await.unwrap()).unwrap();
            saved.push(path);
        }
        let manifest = saved.pop().unwrap();
        let file = saved.pop().unwrap();
        assert_eq!(manifest.to_str().unwrap(), format!("{}.manifest.json", file.display()));
        Self { export: export_id, file, manifest }
    }

    /// What the file holds.
    pub fn bytes(&self) -> Vec<u8> {
        fs::read(&self.file).unwrap()
    }

    /// What the manifest says.
    pub fn told(&self) -> Value {
        serde_json::from_slice(&fs::read(&self.manifest).unwrap()).unwrap()
    }

    /// The same under another name, with other bytes and another manifest.
    pub fn altered(&self, name: &str, bytes: &[u8], manifest: Option<&Value>) -> PathBuf {
        let path = self.file.with_file_name(name);
        fs::write(&path, bytes).unwrap();
        if let Some(manifest) = manifest {
            fs::write(format!("{}.manifest.json", path.display()), manifest.to_string()).unwrap();
        }
        path
    }
}

/// Runs what must find nothing wrong, and answers with what it says.
pub fn accepted(mut command: Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success() && stderr.is_empty(), "{status}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// Runs what must find something wrong, and answers with the sentence that says what.
pub fn refused(mut command: Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert_eq!(status.code(), Some(1), "{stdout}{stderr}");
    assert!(stdout.is_empty() && stderr.lines().count() == 1 && !stderr.contains("panicked"), "{stdout}{stderr}");
    stderr
}

/// The command, away from any database.
pub fn alone(place: &Place, file: &Path) -> Command {
    place.bare_command(&["verify-report", file.to_str().unwrap()])
}

/// The command, beside the server's database.
pub fn beside(place: &Place, file: &Path) -> Command {
    place.command(&["verify-report", file.to_str().unwrap()], &[])
}

/// What other people's tools say of a file, which is `$1`.
pub fn shell(script: &str, file: &Path) -> String {
    let output = Command::new("bash").args(["-c", script, "bash"]).arg(file).output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// SHA-256 by `sha256sum`.
pub fn sha256(place: &Place, bytes: &[u8]) -> String {
    shell("sha256sum < \"$1\"", &place.write("summed", bytes))[..64].to_owned()
}

/// A PDF with another seal, as a forger makes it.
pub fn sealed_again(place: &Place, sealed: &[u8]) -> Vec<u8> {
    let end = sealed.windows(9).rposition(|window| window == b"startxref").unwrap();
    let seal = sealed[..end].windows(22).rposition(|window| window == b"%ConnectorLog-SHA256: ").unwrap_or(end);
    let (before, after) = (&sealed[..seal], &sealed[end..]);
    let line = format!("%ConnectorLog-SHA256: {}\n", sha256(place, &[before, after].concat()));
    [before, line.as_bytes(), after].concat()
}

/// Where a word stands first.
pub fn place_of(bytes: &[u8], word: &str) -> usize {
    bytes.windows(word.len()).position(|window| window == word.as_bytes()).unwrap_or_else(|| panic!("no {word}"))
}

/// The same with one byte that is another.
pub fn flipped(bytes: &[u8], at: usize, bit: u32) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[at] ^= 1 << bit;
    changed
}
