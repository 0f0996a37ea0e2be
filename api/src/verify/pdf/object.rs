//! The objects of a PDF (ISO 32000-1, 7.3), as far as the way to its attachments needs them.

use std::borrow::Cow;

/// How deep objects may stand within each other.
const DEPTH: u8 = 16;
/// How many objects one may hold, all told.
const SIZE: usize = 10_000;

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Object<'a> {
    /// A whole number.
    Number(usize),
    /// A name without its slash.
    Name(Cow<'a, [u8]>),
    /// A string.
    Text(Vec<u8>),
    /// A list.
    Array(Vec<Object<'a>>),
    /// Names and their values.
    Dict(Vec<(Cow<'a, [u8]>, Object<'a>)>),
    /// Another object, by its number.
    Reference(usize),
    /// Anything else.
    Other,
}

impl<'a> Object<'a> {
    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Object<'a>> {
        let Self::Dict(pairs) = self else { return None };
        pairs.iter().find(|(key, _)| **key == *name.as_bytes()).map(|(_, value)| value)
    }

    /// The members of a list; none of anything else.
    pub(super) fn members(&self) -> &[Object<'a>] {
        if let Self::Array(members) = self { members } else { &[] }
    }

    /// The number, of a number.
    pub(super) fn number(&self) -> Option<usize> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// Whether it is this name.
    pub(super) fn is_name(&self, name: &str) -> bool {
        matches!(self, Self::Name(it) if **it == *name.as_bytes())
    }
}

/// Reads objects from a place in a file on.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    left: usize,
}

impl<'a> Reader<'a> {
    /// A reader at a place.
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, left: SIZE }
    }

    /// The bytes from here on.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Passes over white space and comments.
    fn space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'%' => self.at += self.rest().iter().take_while(|b| !matches!(b, b'\r' | b'\n')).count(),
                byte if is_space(byte) => self.at += 1,
                _ => return,
            }
        }
    }

    /// Passes over a word, if it stands here.
    pub(super) fn word(&mut self, word: &str) -> Option<()> {
        self.space();
        let found = self.rest().starts_with(word.as_bytes());
        found.then(|| self.at += word.len())
    }

    /// A whole number.
    pub(super) fn number(&mut self) -> Option<usize> {
        self.space();
        let digits = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
        let number = str::from_utf8(self.rest().get(..digits)?).ok()?.parse().ok()?;
        self.at += digits;
        Some(number)
    }

    /// So many bytes, behind white space.
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        self.space();
        let taken = self.rest().get(..length)?;
        self.at += length;
        Some(taken)
    }

    /// The object that stands here.
    pub(super) fn object(&mut self) -> Option<Object<'a>> {
        self.nested(DEPTH)
    }

    fn nested(&mut self, depth: u8) -> Option<Object<'a>> {
        self.left = self.left.checked_sub(1)?;
        let depth = depth.checked_sub(1)?;
        self.space();
        match self.peek()? {
            b'/' => self.name().map(Object::Name),
            b'(' => self.literal().map(Object::Text),
            b'<' if self.rest().starts_with(b"<<") => self.dict(depth),
            b'<' => self.hexadecimal().map(Object::Text),
            b'[' => self.array(depth),
            b'0'..=b'9' => self.number_or_reference(),
            _ => self.other(),
        }
    }

    fn dict(&mut self, depth: u8) -> Option<Object<'a>> {
        self.at += 2;
        let mut pairs = Vec::new();
        while self.word(">>").is_none() {
            let name = self.name()?;
            pairs.push((name, self.nested(depth)?));
        }
        Some(Object::Dict(pairs))
    }

    fn array(&mut self, depth: u8) -> Option<Object<'a>> {
        self.at += 1;
        let mut members = Vec::new();
        while self.word("]").is_none() {
            members.push(self.nested(depth)?);
        }
        Some(Object::Array(members))
    }

    fn name(&mut self) -> Option<Cow<'a, [u8]>> {
        self.word("/")?;
        let name = self.regular();
        if !name.contains(&b'#') {
            return Some(Cow::Borrowed(name));
        }
        let (mut plain, mut rest) = (Vec::with_capacity(name.len()), name);
        while let Some((&byte, after)) = rest.split_first() {
            let escaped = (byte == b'#').then(|| after.split_at_checked(2)).flatten();
            let decoded = escaped.and_then(|(digits, after)| Some((*hex::decode(digits).ok()?.first()?, after)));
            let (byte, after) = decoded.unwrap_or((byte, after));
            plain.push(byte);
            rest = after;
        }
        Some(Cow::Owned(plain))
    }

    /// The bytes up to the next that ends a word.
    fn regular(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().take_while(|b| !is_space(**b) && !b"()<>[]{}/%".contains(b)).count();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn literal(&mut self) -> Option<Vec<u8>> {
        self.at += 1;
        let (mut text, mut open) = (Vec::new(), 1_usize);
        loop {
            let byte = self.next()?;
            match byte {
                b'\\' => {
                    self.escaped(&mut text)?;
                    continue;
                }
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            if open == 0 {
                return Some(text);
            }
            text.push(byte);
        }
    }

    /// What a backslash and what stands behind it mean; nothing, at the end of a line.
    fn escaped(&mut self, text: &mut Vec<u8>) -> Option<()> {
        text.push(match self.next()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\n' => return Some(()),
            b'\r' => {
                self.at += usize::from(self.peek() == Some(b'\n'));
                return Some(());
            }
            digit @ b'0'..=b'7' => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                u8::try_from(value & 0xff).ok()?
            }
            byte => byte,
        });
        Some(())
    }

    fn hexadecimal(&mut self) -> Option<Vec<u8>> {
        self.at += 1;
        let length = self.rest().iter().position(|b| *b == b'>')?;
        let mut digits: Vec<u8> = self.rest().get(..length)?.iter().copied().filter(|b| !is_space(*b)).collect();
        self.at += length + 1;
        if !digits.len().is_multiple_of(2) {
            digits.push(b'0');
        }
        hex::decode(digits).ok()
    }

    fn number_or_reference(&mut self) -> Option<Object<'a>> {
        let start = self.at;
        let Some(number) = self.number() else { return self.other() };
        let behind = self.at;
        if !self.peek().is_some_and(is_space) {
            return if self.peek() == Some(b'.') {
                self.at = start;
                self.other()
            } else {
                Some(Object::Number(number))
            };
        }
        let reference = self.number().and_then(|_| self.word("R"));
        if reference.is_some() {
            return Some(Object::Reference(number));
        }
        self.at = behind;
        Some(Object::Number(number))
    }

    /// A word that means nothing here: true, null, -0.5.
    fn other(&mut self) -> Option<Object<'a>> {
        (!self.regular().is_empty()).then_some(Object::Other)
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}
