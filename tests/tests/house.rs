//! The house's laws: which way the arrows point, what stands in one room alone, and how large a
//! file may be. They are read off the source, so that no review has to.

use std::{
    fs,
    path::{Path, PathBuf},
};

const CRATES: [&str; 5] = ["api", "entity", "migration", "tests", "worker"];
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// All Rust files of a crate, with their paths from the project's root.
fn sources(of: &str) -> Vec<(PathBuf, String)> {
    let root = fs::canonicalize(ROOT).unwrap();
    let mut files = Vec::new();
    let mut folders = vec![root.join(of)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    assert!(!files.is_empty(), "{of} has no source");
    files
}

/// The siblings that a crate names in its manifest.
fn siblings(of: &str) -> Vec<&'static str> {
    let manifest = fs::read_to_string(Path::new(ROOT).join(of).join("Cargo.toml")).unwrap();
    let dependencies = manifest.split_once("dependencies]").map_or("", |(_, rest)| rest);
    let named = |sibling: &&str| dependencies.lines().any(|line| line.split(['.', ' ', '=']).next() == Some(sibling));
    CRATES.into_iter().filter(named).collect()
}

#[test]
fn arrows_point_one_way() {
    assert_eq!(siblings("tests"), ["api"]);
    assert_eq!(siblings("api"), ["entity", "migration", "worker"]);
    assert_eq!(siblings("worker"), ["entity"]);
    assert_eq!(siblings("entity"), [""; 0]);
    assert_eq!(siblings("migration"), [""; 0]);
}

#[test]
fn there_are_no_other_crates() {
    let folders = fs::read_dir(ROOT).unwrap().map(|entry| entry.unwrap().path());
    let mut crates: Vec<String> = folders
        .filter(|path| path.join("Cargo.toml").exists())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    crates.sort();
    assert_eq!(crates, CRATES);
}

#[test]
fn a_difference_lives_in_one_room() {
    for (word, rooms) in [
        ("apalis", &["worker/src/queue"][..]),
        ("object_store", &["worker/src/store"]),
        ("typst", &["worker/src/report/pdf"]),
    ] {
        let at_home = |path: &Path| {
            let path = path.to_str().unwrap();
            rooms.iter().any(|room| path == format!("{room}.rs") || path.starts_with(&format!("{room}/")))
        };
        let mut used = false;
        for (path, text) in ["api", "entity", "migration", "worker"].into_iter().flat_map(sources) {
            // What comments say is no dependence.
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let found: Vec<&str> = code.filter(|line| mentions(line, word)).collect();
            used |= at_home(&path) && !found.is_empty();
            assert!(at_home(&path) || found.is_empty(), "{word} outside {rooms:?}: {} {found:?}", path.display());
        }
        assert!(used, "{word} is not used where it should be: the law has lost its object");
    }
}

/// Whether the word stands in the line as a word, or as the first part of one: `apalis_core`.
fn mentions(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[test]
fn files_are_small_and_say_what_they_are() {
    for (path, text) in CRATES.into_iter().flat_map(sources) {
        let (path, lines) = (path.display(), text.lines().count());
        assert!(lines <= 300, "{path} has {lines} lines");
        assert!(text.starts_with("//!"), "{path} does not say what it is");
        assert!(
            !text.contains(concat!("TO", "DO")) && !text.contains(concat!("FIX", "ME")),
            "{path} leaves something to do"
        );
        assert!(!text.contains(concat!("#[", "ignore")), "{path} ignores a test");
    }
}
