//! What fonts a folder has, and which characters each of them covers.
//!
//! A folder such as `/usr/share/fonts` may hold hundreds of megabytes. A font's tables tell what it
//! covers in a few kilobytes, so those alone are read, once, when a report first needs them; the
//! whole font is read when a report has text for it.

use super::mend::without;
use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::OnceLock,
};
use typst::{
    foundations::Bytes,
    text::{Font, FontInfo},
};

/// Font files, and what is known about them.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    files: Vec<PathBuf>,
    faces: OnceLock<Vec<Face>>,
}

/// One font of a file.
#[derive(Debug)]
pub(super) struct Face {
    path: PathBuf,
    index: u32,
    /// Where in the file its directory of tables begins.
    start: u32,
    pub(super) info: FontInfo,
    font: OnceLock<Option<Font>>,
}

impl Shelf {
    /// A shelf of these files, none of which is looked into yet.
    pub(super) fn new(files: Vec<PathBuf>) -> Self {
        Self { files, faces: OnceLock::new() }
    }

    /// Every font that could be read.
    pub(super) fn faces(&self) -> &[Face] {
        self.faces.get_or_init(|| self.files.iter().flat_map(|path| faces(path).unwrap_or_default()).collect())
    }
}

impl Face {
    /// The font itself; none where its file is gone or broken.
    pub(super) fn font(&self) -> Option<Font> {
        self.font.get_or_init(|| self.read()).clone()
    }

    /// Pairs are not kerned in a report, and rustybuzz 0.20, asked not to, leaves right-to-left text
    /// in the wrong order where a font has a table of pairs.
    fn read(&self) -> Option<Font> {
        let bytes = without(fs::read(&self.path).ok()?, usize::try_from(self.start).ok()?, *b"kern");
        Font::new(Bytes::new(bytes), self.index)
    }
}

/// The font files in a folder and the folders in it, in the order of their paths.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    const DEPTH: usize = 6;
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
            if matches!(extension.as_str(), "ttf" | "otf" | "ttc" | "otc") {
                found.push(path);
            } else if depth < DEPTH && path.is_dir() {
                folders.push((path, depth + 1));
            }
        }
    }
    found.sort();
    found
}

/// The tables that name a font and list its characters.
const TELLING: [&[u8; 4]; 8] = [b"OS/2", b"cmap", b"fvar", b"head", b"hhea", b"maxp", b"name", b"post"];
/// No such table is larger; a file that says otherwise is broken.
const TABLE_MAX: u32 = 8 << 20;

fn faces(path: &Path) -> io::Result<Vec<Face>> {
    let mut file = File::open(path)?;
    let mut faces = Vec::new();
    for (index, start) in (0..).zip(starts(&mut file)?) {
        let tables = telling_tables(&mut file, start)?;
        if let Some(info) = FontInfo::new(&tables, 0) {
            faces.push(Face { path: path.to_owned(), index, start, info, font: OnceLock::new() });
        }
    }
    Ok(faces)
}

/// Where the fonts of a file begin: a collection lists them, any other file is one.
fn starts(file: &mut File) -> io::Result<Vec<u32>> {
    const FONTS_MAX: u32 = 64;
    if read(file, 0, 4)? != b"ttcf" {
        return Ok(vec![0]);
    }
    let count = number(&read(file, 8, 4)?).min(FONTS_MAX);
    Ok(read(file, 12, count * 4)?.chunks(4).map(number).collect())
}

/// A font file made of nothing but the telling tables of the font that begins at `start`.
fn telling_tables(file: &mut File, start: u32) -> io::Result<Vec<u8>> {
    const RECORD: u32 = 16;
    let header = read(file, start, 12)?;
    let count = number(&header[4..6]);
    let records = read(file, start.saturating_add(12), count * RECORD)?;
    let telling: Vec<_> = records.chunks(16).filter(|r| TELLING.iter().any(|tag| r.starts_with(&tag[..]))).collect();
    let kept = u16::try_from(telling.len()).unwrap_or(u16::MAX);
    let mut directory = [&header[..4], &kept.to_be_bytes(), &[0; 6]].concat();
    let mut tables = Vec::new();
    for record in telling {
        let (offset, length) = (number(&record[8..12]), number(&record[12..16]));
        let place = 12 + RECORD * u32::from(kept) + u32::try_from(tables.len()).unwrap_or(u32::MAX);
        directory.extend_from_slice(&record[..8]);
        directory.extend_from_slice(&place.to_be_bytes());
        directory.extend_from_slice(&record[12..16]);
        tables.extend(read(file, offset, length)?);
        // Tables begin at multiples of four.
        tables.resize(tables.len().next_multiple_of(4), 0);
    }
    directory.extend(tables);
    Ok(directory)
}

fn read(file: &mut File, offset: u32, length: u32) -> io::Result<Vec<u8>> {
    if length > TABLE_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.seek(SeekFrom::Start(u64::from(offset)))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A number as font files write it, the greatest digit first.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_telling_tables_tell_what_the_font_tells() {
        let folder = std::env::temp_dir().join(format!("connector-log-shelf-{}", std::process::id()));
        fs::create_dir_all(folder.join("a/b")).unwrap();
        fs::write(folder.join("a/b/regular.TTF"), notosans::REGULAR_TTF).unwrap();
        fs::write(folder.join("broken.ttf"), &notosans::REGULAR_TTF[..5000]).unwrap();
        fs::write(folder.join("a/readme.txt"), "no font").unwrap();
        let shelf = Shelf::new(files(&folder));
        assert_eq!(shelf.files.len(), 2);
        let whole = FontInfo::new(notosans::REGULAR_TTF, 0).unwrap();
        let [face] = shelf.faces() else { panic!("one font can be read") };
        assert_eq!(face.info, whole);
        assert!(face.font().is_some());
        fs::remove_dir_all(folder).unwrap();
    }
}
