//! All that Typst can see: a template, the look that all templates share, the document's values and
//! the fonts. There is no file, no network and no clock to be reached from here, whatever a
//! template might ask for.

use super::fonts::Palette;
use std::sync::{LazyLock, OnceLock};
use typst::{
    Library, LibraryExt,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Dict, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

/// What templates import as `look.typ`.
static LOOK: LazyLock<Source> = LazyLock::new(|| source("look.typ", include_str!("look.typ")));

/// How a document looks, in Typst's language; parsed once a process.
pub(in crate::report) struct Template {
    text: &'static str,
    parsed: OnceLock<Source>,
}

impl Template {
    /// A template of this text, for a `static`.
    pub(in crate::report) const fn new(text: &'static str) -> Self {
        Self { text, parsed: OnceLock::new() }
    }

    fn source(&self) -> &Source {
        self.parsed.get_or_init(|| source("main.typ", self.text))
    }
}

/// Typst keeps the ids of files for good, and has room for 65,535: there are two, and no more.
fn source(name: &str, text: &str) -> Source {
    let path = VirtualPath::new(name).expect("a plain name is a path");
    Source::new(RootedPath::new(VirtualRoot::Project, path).intern(), text.to_owned())
}

/// What one document is set with.
pub(super) struct World {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: &'static Source,
}

impl World {
    /// The template with a document's values, set in the palette's fonts.
    pub(super) fn new(template: &'static Template, inputs: Dict, palette: &Palette) -> Self {
        let fonts = palette.fonts();
        Self {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            template: template.source(),
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
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        [self.template, &LOOK].into_iter().find(|source| source.id() == id).cloned().ok_or(FileError::AccessDenied)
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
