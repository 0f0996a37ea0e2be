//! Text whose spaces and line breaks count: payloads, set in type of one width. A line that is too long
//! goes on below, deeper than it began; nothing is joined, and nothing is left out but at the end.

use crate::report::{
    pdf::{Fitter, Palette, Room},
    text::{CUT, cleaned},
    wrap::Ruler,
};
use std::{mem, ops::Range};

/// How a marker begins and ends that stands for a secret, plain and in a URL: see
/// `entity::payload::redact`.
const MARKERS: [(&str, &str); 2] = [("[redacted:", "]"), ("%5Bredacted%3A", "%5D")];
/// The hexadecimal digits between them.
const DIGITS: usize = 16;
/// How much deeper than it began a line goes on.
const DEEPER: usize = 2;
/// What begins deeper begins here, so that there is room for it.
const DEEPEST: usize = 40;
/// A tab, as most viewers of JSON and XML show it.
const TAB: &str = "    ";

/// Breaks payloads into lines.
pub(super) struct Code<'p> {
    palette: &'p Palette,
    /// Remembers what could not be shown.
    pub(super) fitter: Fitter<'p>,
}

/// A text in lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    /// Plain text and markers by turns, plain text first. Line feeds part the lines.
    pub(super) parts: Vec<String>,
    /// How many lines there are.
    pub(super) count: usize,
    /// How many characters of the text are not in them.
    pub(super) left_out: usize,
}

impl<'p> Code<'p> {
    /// One that has broken nothing yet. The palette begins with the font of one width.
    pub(super) fn new(palette: &'p Palette) -> Self {
        Self { palette, fitter: Fitter::new(palette) }
    }

    /// As many lines of a text as there is room for.
    pub(super) fn lines(&mut self, text: &str, room: Room) -> Lines {
        let mut lines = Lines::default();
        let mut rest = text.trim_end().lines();
        while lines.count < room.lines
            && let Some(line) = rest.next()
        {
            let mut printed = self.broken(line, room);
            let hidden = printed.split_off(printed.len().min(room.lines - lines.count));
            lines.left_out += hidden.iter().map(|line| line.trim_start().chars().count()).sum::<usize>();
            lines.add(&printed.iter().map(|line| self.fitter.shown(line)).collect::<Vec<_>>());
        }
        lines.left_out += rest.map(|line| line.chars().count() + 1).sum::<usize>();
        lines
    }

    /// A line as it is printed: in several, where it is too long.
    fn broken(&self, line: &str, room: Room) -> Vec<String> {
        let ruler = self.palette.ruler(room.size);
        let line = cleaned(&line.replace('\t', TAB), usize::MAX);
        let text = line.trim_start_matches(' ');
        let mut margin = " ".repeat((line.len() - text.len()).min(DEEPEST));
        let deeper = " ".repeat(margin.len() + DEEPER);
        let pieces = ruler.pieces(text);
        let (mut rest, mut lines) = (pieces.as_slice(), Vec::new());
        while !rest.is_empty() || lines.is_empty() {
            let margin_width: f64 = ruler.pieces(&margin).iter().map(|(_, width)| width).sum();
            let (fitting, after) = rest.split_at(line_end(rest, room.width - margin_width));
            margin.extend(fitting.iter().map(|(piece, _)| *piece));
            lines.push(mem::take(&mut margin));
            margin.clone_from(&deeper);
            rest = after;
        }
        lines
    }
}

/// How many pieces a line has: up to a space in its second half, else as many as fit.
fn line_end(pieces: &[(&str, f64)], width: f64) -> usize {
    let mut used = 0.0;
    let fit = |(_, width_of_one): &&(&str, f64)| {
        used += width_of_one;
        used <= width
    };
    let fitting = pieces.iter().take_while(fit).count().max(1).min(pieces.len());
    if fitting == pieces.len() {
        return fitting;
    }
    let space = (fitting / 2..fitting).rev().find(|&at| pieces[at].0 == " ");
    space.map_or(fitting, |at| at + 1)
}

impl Lines {
    /// These lines.
    pub(super) fn of(lines: &[String]) -> Self {
        let mut all = Self::default();
        all.add(lines);
        all
    }

    /// The same, marked as cut if something is left out.
    pub(super) fn ending(mut self) -> Self {
        if self.left_out > 0 {
            self.push(&CUT.to_string(), false);
        }
        self
    }

    /// Adds a line that was broken into these.
    fn add(&mut self, printed: &[String]) {
        // A marker has no spaces, so it is whole again where its lines are joined.
        let whole: String = printed.iter().map(|line| line.trim_start_matches(' ')).collect();
        let markers = markers(&whole);
        let mut at = 0;
        for line in printed {
            let text = line.trim_start_matches(' ');
            let margin = &line[..line.len() - text.len()];
            let feed = if self.count == 0 { "" } else { "\n" };
            self.push(&format!("{feed}{margin}"), false);
            self.count += 1;
            let (mut from, end) = (at, at + text.len());
            for marker in markers.iter().filter(|marker| marker.start < end && marker.end > at) {
                let (start, stop) = (marker.start.max(at), marker.end.min(end));
                self.push(&whole[from..start], false);
                self.push(&whole[start..stop], true);
                from = stop;
            }
            self.push(&whole[from..end], false);
            at = end;
        }
    }

    fn push(&mut self, text: &str, marker: bool) {
        let turn = self.parts.len() % 2 == 1;
        match self.parts.last_mut() {
            Some(last) if turn != marker => last.push_str(text),
            None if marker => self.parts.extend([String::new(), text.to_owned()]),
            _ if text.is_empty() => {}
            _ => self.parts.push(text.to_owned()),
        }
    }
}

/// Where markers stand.
fn markers(text: &str) -> Vec<Range<usize>> {
    let of_kind = |(open, close): (&'static str, &'static str)| {
        let whole = move |(start, _): (usize, &str)| {
            let digits = start + open.len()..start + open.len() + DIGITS;
            let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
            let whole = text.get(digits.clone())?.bytes().all(is_digit) && text[digits.end..].starts_with(close);
            whole.then_some(start..digits.end + close.len())
        };
        text.match_indices(open).filter_map(whole)
    };
    let mut markers: Vec<_> = MARKERS.into_iter().flat_map(of_kind).collect();
    markers.sort_by_key(|marker| marker.start);
    markers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::pdf::Fonts;
    use std::path::Path;

    const MARKED: &str = "[redacted:0123456789abcdef]";

    /// The lines of a text, where so many letters have room.
    fn lines(text: &str, letters: u8, lines: usize) -> Lines {
        let palette = Fonts::load(Some(Path::new("/nowhere"))).built_in().code();
        // The letters of the font are six tenths of its size wide.
        Code::new(&palette).lines(text, Room { size: 10.0, width: f64::from(letters) * 6.0 + 0.1, lines })
    }

    fn printed(lines: &Lines) -> Vec<String> {
        lines.parts.concat().split('\n').map(str::to_owned).collect()
    }

    #[test]
    fn lines_and_their_margins_are_kept() {
        let all = lines("{\n  \"a\": 1,\n\n\t\"b\":  2\r\n}\n", 40, 9);
        assert_eq!(printed(&all), ["{", "  \"a\": 1,", "", "    \"b\":  2", "}"]);
        assert_eq!((all.count, all.left_out), (5, 0));
    }

    #[test]
    fn a_long_line_goes_on_below_and_deeper() {
        assert_eq!(printed(&lines("  abcdefghij", 8, 9)), ["  abcdef", "    ghij"]);
        assert_eq!(printed(&lines("one two three", 8, 9)), ["one two ", "  three"]);
        assert_eq!(printed(&lines(&format!("{}x", " ".repeat(300)), 60, 9)), [format!("{}x", " ".repeat(DEEPEST))]);
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let all = lines("abcd\nefgh\nij", 4, 2);
        assert_eq!((printed(&all), all.left_out), (vec!["abcd".to_owned(), "efgh".to_owned()], 3));
        let all = lines("abcdefghij", 4, 2);
        assert_eq!((printed(&all), all.left_out), (vec!["abcd".to_owned(), "  ef".to_owned()], 4));
        assert_eq!(lines("abcdefghij", 4, 1).ending().parts.concat(), "abcd…");
    }

    #[test]
    fn markers_are_told_from_text_though_a_line_ends_within() {
        assert_eq!(lines(&format!("a={MARKED}&b"), 60, 9).parts, ["a=", MARKED, "&b"]);
        assert_eq!(lines(MARKED, 60, 9).parts, ["", MARKED]);
        let in_url = "%5Bredacted%3A0123456789abcdef%5D";
        assert_eq!(lines(&format!("{MARKED} {in_url}"), 80, 9).parts, ["", MARKED, " ", in_url]);
        let broken = lines(&format!("a={MARKED}"), 20, 9).parts;
        assert_eq!(broken, ["a=", "[redacted:01234567", "\n  ", "89abcdef]"]);
        for text in ["[redacted:]", "[redacted:0123456789ABCDEF]", "[redacted:0123456789abcdef", "[redacted:é"] {
            assert_eq!(lines(text, 60, 9).parts, [text]);
        }
    }
}
