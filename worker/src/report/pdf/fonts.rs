//! Letters for every script: Noto Sans and a font of one width are built in, the rest comes from a folder
//! of fonts.

use super::{
    mend::without,
    shelf::{self, Face, Shelf},
};
use crate::report::{
    text::{SUBSTITUTE, is_joiner},
    wrap::Ruler,
};
use std::{
    cell::RefCell,
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    path::Path,
};
use typst::{
    foundations::{Bytes, Str, Value},
    layout::{Abs, Em},
    text::{Font, FontInstance, FontVariant, FontVariations},
};

/// The fonts that a process has. Made once; cheap until a report needs more than Noto Sans.
#[derive(Debug)]
pub struct Fonts {
    built_in: [Font; BUILT_IN],
    /// The fonts of the Noto Sans family, and those to fall back on for what these lack.
    shelves: [Shelf; 2],
}

/// How many fonts are built in: Noto Sans, the same in bold, and one of one width.
pub(super) const BUILT_IN: usize = 3;

/// Where Debian's font packages put fonts.
const FOLDER: &str = "/usr/share/fonts";

impl Fonts {
    /// The built-in fonts and those in `folder`, or where Debian puts them. Where there are none,
    /// scripts that Noto Sans lacks are shown as substitutes.
    pub fn load(folder: Option<&Path>) -> Self {
        let files = shelf::files(folder.unwrap_or(Path::new(FOLDER)));
        let upright = files.into_iter().filter(|path| is_upright(path));
        let (noto, others) = upright.partition(|path| is_noto_sans(path));
        Self {
            built_in: [notosans::REGULAR_TTF, notosans::BOLD_TTF, truce_font::JETBRAINS_MONO].map(built_in),
            shelves: [noto, others].map(Shelf::new),
        }
    }

    /// The built-in fonts alone.
    pub(in crate::report) fn built_in(&self) -> Palette {
        Palette::new(self.built_in.to_vec())
    }

    /// The built-in fonts and as few others as cover as many of the letters as can be covered.
    pub(in crate::report) fn palette(&self, letters: &BTreeSet<char>) -> Palette {
        let mut fonts = self.built_in.to_vec();
        let covers = |font: &Font, letter: char| font.info().coverage.contains(u32::from(letter));
        let mut missing: BTreeSet<char> = letters
            .iter()
            .copied()
            .filter(|&letter| !is_joiner(letter) && !fonts.iter().any(|font| covers(font, letter)))
            .collect();
        for shelf in &self.shelves {
            let mut faces: Vec<&Face> = if missing.is_empty() { Vec::new() } else { shelf.faces().iter().collect() };
            while let Some((at, face)) = best(&faces, &missing, letters) {
                faces.swap_remove(at);
                // Typst picks fonts by the name of their family: a second of one name is not seen.
                let namesake = fonts.iter().any(|font| font.info().family == face.info.family);
                if let Some(font) = face.font().filter(|_| !namesake) {
                    missing.retain(|&letter| !covers(&font, letter));
                    fonts.push(font);
                }
            }
        }
        Palette::new(fonts)
    }
}

/// A font of the crate, without the table that sorts its letters. The crate's version, 1.04, sorts
/// U+0060, U+00A8, U+00B4 and others among the marks, which take no room: they would be printed on
/// top of the next letter. Without the table they are sorted as Unicode does it.
fn built_in(bytes: &[u8]) -> Font {
    let bytes = without(bytes.to_vec(), 0, *b"GDEF");
    Font::new(Bytes::new(bytes), 0).expect("the crate's fonts can be read: every test of a report reads them")
}

/// The face that covers most of what is missing; none where none covers anything.
fn best<'s>(faces: &[&'s Face], missing: &BTreeSet<char>, letters: &BTreeSet<char>) -> Option<(usize, &'s Face)> {
    let region = region(letters);
    faces
        .iter()
        .enumerate()
        .map(|(at, face)| {
            let covered = missing.iter().filter(|&&c| face.info.coverage.contains(u32::from(c))).count();
            let family = face.info.family.as_str();
            // Of equals, the plainest name: "Noto Sans Thai" before "Noto Sans Thai Looped".
            let rank = (covered, family.ends_with(region), Reverse(family.len()), Reverse(family));
            (rank, at, *face)
        })
        .filter(|((covered, ..), ..)| *covered > 0)
        .max_by_key(|(rank, ..)| *rank)
        .map(|(_, at, face)| (at, face))
}

/// Chinese, Japanese and Korean share characters and write them differently. Kana and Hangul give
/// a report's language away.
fn region(letters: &BTreeSet<char>) -> &'static str {
    if letters.range('\u{3041}'..='\u{30ff}').next().is_some() {
        "CJK JP"
    } else if letters.range('\u{ac00}'..='\u{d7a3}').next().is_some() {
        "CJK KR"
    } else {
        "CJK SC"
    }
}

fn is_noto_sans(path: &Path) -> bool {
    let name = stem(path);
    (name.starts_with("NotoSans") && !name.contains("Mono")) || name.starts_with("NotoColorEmoji")
}

/// Bold and the like are left out: what is bold on the page is ours to write, in Latin letters.
fn is_upright(path: &Path) -> bool {
    const STYLES: [&str; 11] = [
        "Bold",
        "Italic",
        "Oblique",
        "Light",
        "Thin",
        "Medium",
        "Black",
        "Condensed",
        "Expanded",
        "LastResort",
        "Heavy",
    ];
    let name = stem(path);
    !STYLES.iter().any(|style| name.contains(style))
}

fn stem(path: &Path) -> &str {
    path.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
}

/// The fonts of one report, in the order in which they are asked for a letter.
pub(in crate::report) struct Palette {
    fonts: Vec<Font>,
    instances: Vec<FontInstance>,
    /// What [`Self::set_in`] has found for single letters so far.
    letters: RefCell<HashMap<char, Option<(usize, f64)>>>,
}

impl Palette {
    fn new(fonts: Vec<Font>) -> Self {
        let plain =
            |font: &Font| font.clone().instantiate(FontVariant::default(), Abs::pt(10.0), &FontVariations::default());
        Self { instances: fonts.iter().map(plain).collect(), fonts, letters: RefCell::default() }
    }

    /// The same fonts, of which the one of one width is asked first: for text whose spaces count.
    pub(in crate::report) fn code(&self) -> Self {
        let mut fonts = self.fonts();
        fonts[..BUILT_IN].rotate_right(1);
        Self::new(fonts)
    }

    /// The fonts.
    pub(super) fn fonts(&self) -> Vec<Font> {
        self.fonts.clone()
    }

    /// Their families, each once.
    pub(in crate::report) fn families(&self) -> Vec<&str> {
        let mut families: Vec<_> = self.fonts.iter().map(|font| font.info().family.as_str()).collect();
        families.dedup();
        families
    }

    /// A ruler for type of `size` points.
    pub(in crate::report) fn ruler(&self, size: f64) -> impl Ruler {
        Type { palette: self, size }
    }

    /// The first font that has every letter of a piece, and how wide the piece can be, in ems. It is
    /// narrower where its letters melt into one.
    pub(super) fn set_in(&self, piece: &str) -> Option<(usize, f64)> {
        let mut letters = piece.chars().filter(|letter| !is_joiner(*letter));
        match (letters.next(), letters.next()) {
            (None, _) => Some((0, 0.0)),
            (Some(letter), None) => {
                *self.letters.borrow_mut().entry(letter).or_insert_with(|| self.first_with(&[letter]))
            }
            (Some(first), Some(second)) => {
                let letters: Vec<_> = [first, second].into_iter().chain(letters).collect();
                self.first_with(&letters)
            }
        }
    }

    fn first_with(&self, letters: &[char]) -> Option<(usize, f64)> {
        // A mark that has no letter to stand on is given a circle.
        const CIRCLE: f64 = 0.7;
        self.instances.iter().enumerate().find_map(|(at, font)| {
            let width = |letter: &char| {
                // Some fonts list letters that they do not have: as glyph 0.
                let glyph = font.ttf().glyph_index(*letter).filter(|glyph| glyph.0 != 0)?;
                font.x_advance(glyph.0).map(Em::get)
            };
            let widths = letters.iter().map(width).collect::<Option<Vec<_>>>()?;
            let circle = if widths.first().is_some_and(|width| *width > 0.0) { 0.0 } else { CIRCLE };
            Some((at, widths.iter().sum::<f64>() + circle))
        })
    }
}

struct Type<'p> {
    palette: &'p Palette,
    size: f64,
}

impl Ruler for Type<'_> {
    fn pieces<'t>(&self, text: &'t str) -> Vec<(&'t str, f64)> {
        let ems = |piece: &str| self.palette.set_in(piece).map(|(_, ems)| ems);
        let substitute = ems(SUBSTITUTE).unwrap_or(1.0);
        let substituted = |piece: &str| piece.chars().map(|_| substitute).sum::<f64>();
        pieces(text).map(|piece| (piece, ems(piece).unwrap_or_else(|| substituted(piece)) * self.size)).collect()
    }
}

/// A text in pieces that must stay together: a letter with its marks, a composed emoji.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    lengths(text).into_iter().map(move |length| {
        let (piece, after) = rest.split_at(length);
        rest = after;
        piece
    })
}

fn lengths(text: &str) -> Vec<usize> {
    if text.is_ascii() {
        return vec![1; text.len()];
    }
    let length = |cluster: Value| {
        if let Value::Str(cluster) = cluster { cluster.len() } else { 0 }
    };
    Str::from(text).clusters().into_iter().map(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_not_parted_from_its_marks() {
        let palette = Fonts::load(Some(Path::new("/nowhere"))).built_in();
        let pieces = palette.ruler(10.0).pieces("ae\u{301} 👨\u{200d}👩x");
        let texts: Vec<_> = pieces.iter().map(|(piece, _)| *piece).collect();
        assert_eq!(texts, ["a", "e\u{301}", " ", "👨\u{200d}👩", "x"]);
        assert!((pieces[0].1 - 5.61).abs() < 0.01, "{:?}", pieces[0]);
    }

    #[test]
    fn noto_sans_is_there_without_any_folder() {
        let fonts = Fonts::load(Some(Path::new("/nowhere")));
        let palette = fonts.palette(&"aб中".chars().collect());
        assert_eq!(palette.families(), ["Noto Sans", "JetBrains Mono"]);
        let fonts =
            ["б", "e\u{301}", "中", "e\u{20e9}", "\u{ffff}"].map(|piece| palette.set_in(piece).map(|(font, _)| font));
        assert_eq!(fonts, [Some(0), Some(0), None, None, None]);
    }
}
