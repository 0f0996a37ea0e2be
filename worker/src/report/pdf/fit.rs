//! Making foreign text fit a place on the page: cleaned, shown as far as the fonts go, in lines
//! that are no wider and no more than the place allows.

use super::fonts::{Palette, pieces};
use crate::report::{
    text::{SUBSTITUTE, is_joiner, neutral},
    wrap::{Wrapped, wrap},
};

/// Room for a text, in points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// The size of the type.
    pub(super) size: f64,
    /// The width.
    pub(super) width: f64,
    /// How many lines.
    pub(super) lines: usize,
}

/// Fits texts, and remembers what could not be shown as it is.
pub(super) struct Fitter<'p> {
    palette: &'p Palette,
    /// How many characters have a substitute in their place.
    pub(super) substituted: u64,
    /// Whether any text needed another font than the built-in one.
    pub(super) foreign: bool,
    /// Whether any text was cut.
    pub(super) cut: bool,
}

impl<'p> Fitter<'p> {
    /// A fitter that has fitted nothing yet.
    pub(super) fn new(palette: &'p Palette) -> Self {
        Self { palette, substituted: 0, foreign: false, cut: false }
    }

    /// The text in lines.
    pub(super) fn fit(&mut self, text: &str, room: Room) -> Vec<String> {
        let Wrapped { lines, cut } = wrap(&neutral(text), &self.palette.ruler(room.size), room.width, room.lines);
        self.cut |= cut;
        lines.iter().map(|line| self.shown(line)).collect()
    }

    /// The line with substitutes for what no font has.
    fn shown(&mut self, line: &str) -> String {
        let mut shown = String::with_capacity(line.len());
        for piece in pieces(line) {
            match self.palette.set_in(piece) {
                // Joiners have nothing to do there, and the built-in font need not have them.
                Some((0, _)) => shown.extend(piece.chars().filter(|letter| !is_joiner(*letter))),
                Some(_) => {
                    self.foreign = true;
                    shown.push_str(piece);
                }
                None => self.substitute(piece, &mut shown),
            }
        }
        shown
    }

    /// Saves of a piece its first letter, if any font has that: letters of two fonts cannot be put
    /// together.
    fn substitute(&mut self, piece: &str, shown: &mut String) {
        for (at, letter) in piece.char_indices().filter(|(_, letter)| !is_joiner(*letter)) {
            let font = self.palette.set_in(&piece[at..at + letter.len_utf8()]).map(|(font, _)| font);
            if at == 0 && font.is_some() {
                self.foreign |= font != Some(0);
                shown.push(letter);
            } else {
                self.substituted += 1;
                shown.push_str(SUBSTITUTE);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::pdf::Fonts;
    use std::path::Path;

    #[test]
    fn what_no_font_has_is_shown_and_counted() {
        let palette = Fonts::load(Some(Path::new("/nowhere"))).built_in();
        let mut fitter = Fitter::new(&palette);
        let room = Room { size: 10.0, width: 500.0, lines: 1 };
        assert_eq!(fitter.fit("é中\u{200d}文 e\u{301}", room), ["é□□ e\u{301}"]);
        assert_eq!(fitter.fit("1\u{20e3} a\u{200d}b \u{202e}", room), ["1□ ab □"]);
        assert_eq!((fitter.substituted, fitter.foreign, fitter.cut), (4, false, false));
    }
}
