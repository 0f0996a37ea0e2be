//! Exported files, read with other people's software.

pub use crate::tables::{column, csv};

use serde_json::Value;
use std::{path::Path, process::Command};

/// A PDF file on disk.
pub struct Pdf<'a>(&'a Path);

impl<'a> Pdf<'a> {
    /// Writes it down, and has `qpdf` look for anything wrong with it.
    pub fn check(path: &'a Path, file: &[u8]) -> Self {
        std::fs::write(path, file).unwrap();
        read("qpdf", &["--check"], path);
        Self(path)
    }

    /// Its pages as text, by `pdftotext`.
    pub fn pages(&self) -> Vec<String> {
        let text = read("pdftotext", &["-layout", "-enc", "UTF-8"], self.0);
        let mut pages: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
        assert_eq!(pages.pop().as_deref(), Some(""), "each page ends with a form feed");
        pages
    }

    /// Its objects without compression, by `qpdf`.
    pub fn objects(&self) -> Vec<u8> {
        let plain = self.0.with_extension("plain.pdf");
        let path = plain.to_str().unwrap();
        read("qpdf", &["--qdf", "--object-streams=disable", self.0.to_str().unwrap()], Path::new(path));
        std::fs::read(plain).unwrap()
    }

    /// What `pdfinfo` says under a name.
    pub fn info(&self, name: &str) -> String {
        let text = read("pdfinfo", &[], self.0);
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("pdfinfo says no {name}: {text}")).trim().to_owned()
    }

    /// A file that it carries, by `qpdf`.
    pub fn attached(&self, name: &str) -> Vec<u8> {
        read("qpdf", &[&format!("--show-attachment={name}")], self.0).into_bytes()
    }

    /// Its bookmarks in their order, two spaces deeper a level, by `qpdf`.
    pub fn bookmarks(&self) -> Vec<String> {
        fn list(bookmarks: &Value, depth: usize, titles: &mut Vec<String>) {
            for bookmark in bookmarks.as_array().unwrap() {
                titles.push(format!("{}{}", "  ".repeat(depth), bookmark["title"].as_str().unwrap()));
                list(&bookmark["kids"], depth + 1, titles);
            }
        }
        let told: Value = serde_json::from_str(&read("qpdf", &["--json", "--json-key=outlines"], self.0)).unwrap();
        let mut titles = Vec::new();
        list(&told["outlines"], 0, &mut titles);
        titles
    }

    /// The short codes of its records, in their order.
    pub fn references(&self) -> Vec<String> {
        self.pages()
            .iter()
            .flat_map(|page| page.split_whitespace())
            .filter(|w| is_reference(w))
            .map(str::to_owned)
            .collect()
    }
}

/// `7KQ2-M9XF-04TB`
fn is_reference(word: &str) -> bool {
    let groups: Vec<&str> = word.split('-').collect();
    let letters =
        |group: &&str| group.len() == 4 && group.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    groups.len() == 3 && groups.iter().all(letters)
}

fn read(program: &str, arguments: &[&str], path: &Path) -> String {
    let mut command = Command::new(program);
    command.args(arguments).arg(path);
    if program == "pdftotext" {
        command.arg("-");
    }
    let output = command.output().unwrap_or_else(|e| panic!("{program}, which scripts/test installs: {e}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} says {}: {stderr}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
