//! Making foreign text fit a place on the page: cleaned, shown as far as the fonts go, in lines
//! that are no wider and no more than the place allows.

use super::fonts::{BUILT_IN, Palette, pieces};
use crate::report::{
    text::{SUBSTITUTE, is_joiner, neutral},
    wrap::{Wrapped, wrap},
};

/// Room for a text, in points.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct Room {
    /// The size of the type.
    pub(in crate::report) size: f64,
    /// The width.
    pub(in crate::report) width: f64,
    /// How many lines.
    pub(in crate::report) lines: usize,
}

/// Fits texts, and remembers what could not be shown as it is.
pub(in crate::report) struct Fitter<'p> {
    palette: &'p Palette,
    /// How many characters have a substitute in their place.
    pub(in crate::report) substituted: u64,
    /// Whether any text needed another font than the built-in ones.
    pub(in crate::report) foreign: bool,
    /// Whether any text was cut.
    pub(in crate::report) cut: bool,
}

impl<'p> Fitter<'p> {
    /// A fitter that has fitted nothing yet.
    pub(in crate::report) fn new(palette: &'p Palette) -> Self {
        Self { palette, substituted: 0, foreign: false, cut: false }
    }

    /// The text in lines.
    pub(in crate::report) fn fit(&mut self, text: &str, room: Room) -> Vec<String> {
        let Wrapped { lines, cut } = wrap(&neutral(text), &self.palette.ruler(room.size), room.width, room.lines);
        self.cut |= cut;
        lines.iter().map(|line| self.shown(line)).collect()
    }

    /// The line with substitutes for what no font has.
    pub(in crate::report) fn shown(&mut self, line: &str) -> String {
        let mut shown = String::with_capacity(line.len());
        for piece in pieces(line) {
            match self.palette.set_in(piece) {
                // Joiners have nothing to do there, and the built-in fonts need not have them.
                Some((font, _)) if font < BUILT_IN => shown.extend(piece.chars().filter(|letter| !is_joiner(*letter))),
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
                self.foreign |= font.is_some_and(|font| font >= BUILT_IN);
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
