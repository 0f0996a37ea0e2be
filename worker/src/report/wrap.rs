//! Breaking text into lines before it is set: whoever sets it then has no line to break and no
//! height to measure, which is most of what a table of a thousand records costs. It also keeps
//! the promise that no value, however long and whatever it is made of, runs into its neighbour.

use super::text::CUT;

/// Measures text in one size of type.
pub(super) trait Ruler {
    /// The text in pieces that must not be parted, each with its width in points.
    fn pieces<'t>(&self, text: &'t str) -> Vec<(&'t str, f64)>;
}

/// A text in lines that fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wrapped {
    /// The lines.
    pub(super) lines: Vec<String>,
    /// Whether the end is missing.
    pub(super) cut: bool,
}

/// Breaks a text into at most `lines_max` lines of at most `width` points: at spaces, after the
/// punctuation within addresses and names, else wherever the line is full. What does not fit is
/// cut, and marked so.
pub(super) fn wrap(text: &str, ruler: &impl Ruler, width: f64, lines_max: usize) -> Wrapped {
    let pieces = ruler.pieces(text);
    let mut lines = Vec::new();
    let mut rest = pieces.as_slice();
    while !rest.is_empty() && lines.len() < lines_max {
        let fitting = fitting(rest, width);
        let end = match fitting {
            all if all == rest.len() => all,
            some if lines.len() + 1 == lines_max => {
                lines.push(cut(&rest[..some], ruler, width));
                return Wrapped { lines, cut: true };
            }
            some => line_end(&rest[..some], width).unwrap_or(some.max(1)),
        };
        lines.push(joined(&rest[..end]));
        let next = rest[end..].iter().position(|(piece, _)| *piece != " ").unwrap_or(rest.len() - end);
        rest = &rest[end + next..];
    }
    Wrapped { lines, cut: !rest.is_empty() }
}

/// Where to break a line of pieces that fit: at the last space or behind the `@` of an address,
/// unless that leaves most of the line empty; else behind the last punctuation. None where the line
/// has neither, or no piece: one that is wider than the line will stand alone in it.
fn line_end(line: &[(&str, f64)], width: f64) -> Option<usize> {
    let last = |ends_line: fn(&str) -> bool| (1..=line.len()).rev().find(|&end| ends_line(line[end - 1].0));
    let filled = |end: &usize| line[..*end].iter().map(|(_, width)| width).sum::<f64>() >= width / 4.0;
    last(|piece| matches!(piece, " " | "@")).filter(filled).or_else(|| last(may_end_line))
}

/// How many pieces fit; spaces at the end need no room.
fn fitting(pieces: &[(&str, f64)], width: f64) -> usize {
    let mut used = 0.0;
    let mut end = 0;
    for (at, (piece, piece_width)) in pieces.iter().enumerate() {
        used += piece_width;
        if *piece == " " || used <= width {
            end = at + 1;
        }
        if used > width {
            break;
        }
    }
    end
}

/// The pieces as a line, less as many of them as make room for the mark of cutting.
fn cut(pieces: &[(&str, f64)], ruler: &impl Ruler, width: f64) -> String {
    let mark = CUT.to_string();
    let mark_width: f64 = ruler.pieces(&mark).iter().map(|(_, width)| width).sum();
    let mut line = joined(&pieces[..fitting(pieces, width - mark_width)]);
    line.push(CUT);
    line
}

fn joined(pieces: &[(&str, f64)]) -> String {
    let line: String = pieces.iter().map(|(piece, _)| *piece).collect();
    line.trim_end_matches(' ').to_owned()
}

/// Whether a line may end behind the piece.
fn may_end_line(piece: &str) -> bool {
    const AFTER: &str = " ._-/@,:;&=?)]}|→、。";
    piece.chars().next_back().is_some_and(|last| AFTER.contains(last) || is_unspaced(last))
}

/// Of a script that is written without spaces and broken anywhere.
fn is_unspaced(letter: char) -> bool {
    let thai_and_lao = matches!(letter, '\u{e00}'..='\u{eff}');
    let chinese_and_japanese = matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}');
    thai_and_lao || chinese_and_japanese || matches!(letter, '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character is ten points wide.
    struct Tens;

    impl Ruler for Tens {
        fn pieces<'t>(&self, text: &'t str) -> Vec<(&'t str, f64)> {
            text.split_inclusive(|_| true).map(|piece| (piece, 10.0)).collect()
        }
    }

    fn lines(text: &str, letters: u8, lines_max: usize) -> (Vec<String>, bool) {
        let wrapped = wrap(text, &Tens, f64::from(letters) * 10.0, lines_max);
        (wrapped.lines, wrapped.cut)
    }

    fn these(lines: &[&str], cut: bool) -> (Vec<String>, bool) {
        (lines.iter().map(|line| (*line).to_owned()).collect(), cut)
    }

    #[test]
    fn lines_break_where_people_would_break_them() {
        assert_eq!(lines("to be or not", 5, 3), these(&["to be", "or", "not"], false));
        assert_eq!(lines("ann.smith@example-house.com", 18, 3), these(&["ann.smith@", "example-house.com"], false));
        assert_eq!(lines("GET https://login.example", 18, 3), these(&["GET https://login.", "example"], false));
        assert_eq!(lines("to be", 5, 1), these(&["to be"], false));
        assert_eq!(lines("", 5, 3), these(&[], false));
    }

    #[test]
    fn no_line_is_too_wide() {
        assert_eq!(lines("abcdefghij", 4, 3), these(&["abcd", "efgh", "ij"], false));
        assert_eq!(lines("abcdefghij", 4, 2), these(&["abcd", "efg…"], true));
        assert_eq!(lines("abc defghij", 4, 2), these(&["abc", "def…"], true));
        assert_eq!(lines("ab", 0, 5), these(&["a", "b"], false));
    }
}
