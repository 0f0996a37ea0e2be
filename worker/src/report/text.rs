//! Making foreign text printable: what a log holds may be anything, and a page must show it
//! without being changed by it.
//!
//! [`neutral`] takes out what acts instead of being read: control characters, overrides of the
//! reading direction. What fonts lack can be told only when it is known which fonts there are, and
//! is the PDF's own business.

/// Stands for a character that cannot be shown. Noto Sans has it.
pub(super) const SUBSTITUTE: &str = "□";
/// Stands for a line break within a value.
const LINE_BREAK: char = '¶';
/// Marks a value that was cut.
pub(super) const CUT: char = '…';
/// More characters than any place on the page can hold.
const LONGEST: usize = 2000;
/// More marks on one letter would run into the lines above and below.
const MARKS_MAX: usize = 3;

/// A text of one line in which every character is only read. What must not act but says something
/// becomes a noncharacter that no font has, so that it is shown, and counted, as a substitute.
pub(super) fn neutral(text: &str) -> String {
    cleaned(text.trim(), LONGEST)
}

/// The same of a text whose spaces count, and of which so many characters do.
pub(super) fn cleaned(text: &str, longest: usize) -> String {
    const UNSHOWN: char = '\u{ffff}';
    let mut neutral = String::with_capacity(text.len().min(longest));
    let mut marks = 0;
    let mut letters = text.chars().peekable();
    let mut left = longest;
    while let Some(letter) = letters.next() {
        if left == 0 {
            neutral.push(CUT);
            break;
        }
        left -= 1;
        let before = neutral.trim_end_matches(is_joiner);
        let lonely = before.is_empty() || before.ends_with(' ');
        marks = match (is_stacking_mark(letter), lonely) {
            (false, _) => 0,
            (true, false) => marks + 1,
            (true, true) => MARKS_MAX + 1,
        };
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                neutral.extend([' ', LINE_BREAK, ' ']);
            }
            space if space.is_whitespace() => neutral.push(' '),
            _ if is_invisible(letter) => {}
            _ if letter.is_control() || is_override(letter) || is_private(letter) => neutral.push(UNSHOWN),
            _ if marks > MARKS_MAX + 1 => {}
            _ if marks > MARKS_MAX => neutral.push(UNSHOWN),
            _ => neutral.push(letter),
        }
    }
    neutral
}

/// Tells its neighbours how to look and has no looks itself: emoji, Arabic and Indic scripts
/// need it, and no font need have it.
pub(super) fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}')
}

/// Changes the order in which its neighbours are seen: "evil" can be made to read "live".
fn is_override(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Neither seen nor missed.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}'..='\u{2064}'
            | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Means what its sender and nobody else knows, or nothing at all.
fn is_private(letter: char) -> bool {
    let code = u32::from(letter);
    let noncharacter = code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code);
    noncharacter || matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// Goes above or below the letter before it, and on top of other marks.
fn is_stacking_mark(letter: char) -> bool {
    matches!(
        letter,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_taken_out() {
        assert_eq!(neutral(" a\r\nb\tc\u{2028}d "), "a ¶ b c ¶ d");
        assert_eq!(neutral("\u{202e}live\u{202c}"), "\u{ffff}live\u{ffff}");
        assert_eq!(neutral("a\0b\u{1b}[31m"), "a\u{ffff}b\u{ffff}[31m");
        assert_eq!(neutral("a\u{200b}\u{feff}b\u{ad}"), "ab");
        assert_eq!(neutral("\u{e000}\u{fdd0}"), "\u{ffff}\u{ffff}");
        assert_eq!(neutral("👩\u{200d}👧"), "👩\u{200d}👧");
    }

    #[test]
    fn towers_of_marks_stay_low() {
        assert_eq!(neutral(&format!("e{}", "\u{301}".repeat(50))), "e\u{301}\u{301}\u{301}\u{ffff}");
        assert_eq!(neutral("a \u{301}\u{301}b"), "a \u{ffff}b");
    }

    #[test]
    fn no_text_is_endless() {
        let text = neutral(&"x".repeat(100_000));
        assert_eq!(text.chars().count(), LONGEST + 1);
        assert!(text.ends_with(CUT));
    }
}
