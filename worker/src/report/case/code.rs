//! Text whose spaces and line breaks count: payloads, set in type of one width. A line that is too long
//! goes on below, deeper than it began; nothing is joined, and nothing is left out but at the end.

use crate::report::{
    pdf::{Fitter, Palette, Room},
    text::{CUT, cleaned},
    wrap::{Ruler, wrap},
};
use std::ops::Range;

/// What every marker begins with that stands for a secret: see `entity::payload::redact`.
const MARKER: &str = "[redacted:";
/// The hexadecimal digits that follow, before a closing bracket.
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
        let width = |text: &str| ruler.pieces(text).iter().map(|(_, width)| width).sum::<f64>();
        let line = cleaned(&line.replace('\t', TAB), usize::MAX);
        let text = line.trim_start_matches(' ');
        let margin = " ".repeat((line.len() - text.len()).min(DEEPEST));
        if width(text) <= room.width - width(&margin) {
            return vec![margin + text];
        }
        let deeper = " ".repeat(margin.len() + DEEPER);
        let lines = wrap(text, &ruler, room.width - width(&deeper), usize::MAX).lines;
        let margins = std::iter::once(&margin).chain(std::iter::repeat(&deeper));
        lines.iter().zip(margins).map(|(text, margin)| format!("{margin}{text}")).collect()
    }
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
    let marker = |(start, _): (usize, &str)| {
        let digits = start + MARKER.len()..start + MARKER.len() + DIGITS;
        let whole = text.get(digits.clone())?.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        (whole && text[digits.end..].starts_with(']')).then_some(start..digits.end + 1)
    };
    text.match_indices(MARKER).filter_map(marker).collect()
}
