//! All that Typst can see: the template, the report's values and the fonts. There is no file, no
//! network and no clock to be reached from here, whatever a template might ask for.

use super::fonts::Palette;
use std::sync::LazyLock;
use typst::{
    Library, LibraryExt,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Dict, Duration},
    syntax::{FileId, Source},
    text::{Font, FontBook},
    utils::LazyHash,
};

/// Parsed once a process. Its id is the only one ever made: Typst keeps ids for good, and has
/// room for 65,535 of them.
static TEMPLATE: LazyLock<Source> = LazyLock::new(|| Source::detached(include_str!("../report.typ")));

/// What one report is set with.
pub(super) struct World {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

impl World {
    /// The template with a report's values, set in the palette's fonts.
    pub(super) fn new(inputs: Dict, palette: &Palette) -> Self {
        let fonts = palette.fonts();
        Self {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
        }
    }
}

impl typst::World for World {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        TEMPLATE.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == TEMPLATE.id() { Ok(TEMPLATE.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
