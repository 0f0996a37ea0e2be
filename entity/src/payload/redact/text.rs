//! Free text: error messages, pages without markup, scripts, header values of no known form.
//!
//! The text is read word by word. A word may be a URL, a pair (`password=…`) or a name whose value is the next
//! word (`"password": "…"`); credentials of a known shape are found wherever they stand.

use super::{
    authorization, brackets,
    codec::{Form, Json, Loose, Xml, through},
    edit::{Edit, merge, shift},
    envelope, form, json, known, link,
    names::{self, Rule, is_harmless, looks_like_word, looks_opaque, looks_random},
    pass::Pass,
    rules::Way,
    value,
    words::{Signs, ends_setting, literal, parts_words},
};

/// How far is looked ahead to tell the value of a header from a remark about it.
const HEADER_PEEK: usize = 256;

/// What the words before lead to expect.
#[derive(Clone, Copy)]
enum Expect {
    Nothing,
    /// A colon or an equals sign, then a value.
    Sign(Rule),
    /// A value. Sure if only a value can stand there.
    Value {
        rule: Rule,
        sure: bool,
    },
    /// The credential of a scheme such as `Bearer`; of Basic, if so.
    Credential(bool),
    /// A name and a password with a colon between them, as after `curl -u`.
    Login,
}

/// Redacts a text.
pub(super) fn scan(pass: Pass<'_>, text: &[u8]) -> Vec<Edit> {
    read(pass, text, 0)
}

/// Redacts a text whose JSON is read by somebody else.
pub(super) fn around(pass: Pass<'_>, text: &[u8]) -> Vec<Edit> {
    read(pass, text, text.len())
}

fn read(pass: Pass<'_>, text: &[u8], opened: usize) -> Vec<Edit> {
    let mut reader = Reader { pass, text, edits: Vec::new(), inner: Vec::new(), expect: Expect::Nothing, opened };
    reader.run();
    merge(merge(reader.inner, reader.edits), known::scan(pass, text))
}

struct Reader<'a> {
    pass: Pass<'a>,
    text: &'a [u8],
    edits: Vec<Edit>,
    /// Edits within JSON and string literals.
    inner: Vec<Edit>,
    expect: Expect,
    /// Up to where JSON and literals were opened.
    opened: usize,
}

impl Reader<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(&byte) = self.text.get(at) {
            if parts_words(byte) {
                if at >= self.opened {
                    self.open(at, byte);
                }
                at = self.between(at, byte);
                continue;
            }
            let len = self.text[at..].iter().take_while(|b| !parts_words(**b)).count();
            at = self.word(at, at + len);
        }
    }

    /// Opens JSON that stands in the text, and a literal of a program with escapes in it. Both are read on as text.
    fn open(&mut self, at: usize, byte: u8) {
        let text = &self.text[at..];
        let found = match byte {
            b'{' | b'[' if brackets::begins(text) => {
                let len = brackets::extent(text);
                self.opened = at + len;
                json::within_text(self.pass, &text[..len])
            }
            // A quote that is escaped itself ends nothing and begins nothing.
            b'"' | b'\'' if !self.text[..at].ends_with(b"\\") => {
                let Some(len) = literal(text) else {
                    return;
                };
                self.opened = at + 1 + len;
                shift(through::<Json>(&text[1..=len], |text| value::scan(self.pass, text)), 1)
            }
            _ => return,
        };
        self.inner.extend(shift(found, at));
    }

    /// A byte between words. Returns where to go on.
    fn between(&mut self, at: usize, byte: u8) -> usize {
        match (self.expect, byte) {
            (Expect::Value { rule, .. }, b'"' | b'\'' | b'`') => {
                // In quotes that are escaped themselves, the escape of the second ends the value.
                let escaped = at > 0 && self.text[at - 1] == b'\\';
                let ends = |b: u8| b == b'\n' || b == if escaped { b'\\' } else { byte };
                let len = self.text[at + 1..].iter().take_while(|b| !ends(**b)).count();
                self.expect = Expect::Nothing;
                if self.takes(rule, &self.text[at + 1..at + 1 + len], at + 1, true) {
                    return self.value(rule, at + 1, at + 1 + len);
                }
            }
            (Expect::Sign(rule), b'"' | b'\'' | b'`') => {
                // `invalid token "…"` has no sign, `"token": "…"` has one after the quote.
                let len = self.text[at + 1..].iter().take_while(|b| !parts_words(**b)).count();
                let word = &self.text[at + 1..at + 1 + len];
                // `with password 'abc1'`: nobody quotes a remark.
                let password = rule.label == "password" && word.len() >= 4 && !looks_like_word(word);
                if looks_opaque(word) || (password && self.text.get(at + 1 + len) == Some(&byte)) {
                    self.expect = Expect::Nothing;
                    return self.value(rule, at + 1, at + 1 + len);
                }
            }
            // `->` and `=>` part a name from its value too.
            (Expect::Sign(rule), b'>') => self.expect = Expect::Value { rule, sure: false },
            (_, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'\\') | (Expect::Value { .. }, b'>') => {}
            _ => self.expect = Expect::Nothing,
        }
        at + 1
    }

    /// A word. Returns where to go on: after it, or after the value that it began.
    fn word(&mut self, start: usize, end: usize) -> usize {
        let word = &self.text[start..end];
        if word.ends_with(b"-----BEGIN")
            && let Some(pem) = known::Pem::at(self.text, end - b"-----BEGIN".len())
        {
            // Left to `known`: none of its lines is a name or a value.
            self.expect = Expect::Nothing;
            return pem.end;
        }
        let kept = word.iter().rev().take_while(|b| b".,;)".contains(b)).count();
        let word = &word[..word.len() - kept];
        match std::mem::replace(&mut self.expect, Expect::Nothing) {
            Expect::Credential(basic)
                if authorization::follows_scheme(word, &self.text[end..])
                    || (basic && authorization::is_basic(word)) =>
            {
                self.edits.push(self.pass.hide(start..start + word.len(), word, "authorization"));
                return end;
            }
            Expect::Value { rule, sure } if self.takes(rule, word, start, sure) => {
                return self.value(rule, start, end);
            }
            Expect::Login => {
                if let Some(colon) = word.iter().position(|b| *b == b':').filter(|colon| colon + 1 < word.len()) {
                    return self.value(Rule::secret("password"), start + colon + 1, end);
                }
            }
            // A comparison.
            Expect::Sign(_) if matches!(word, b"==" | b"===") => {}
            // `setItem("token", "…")`, and half of an arrow.
            Expect::Sign(rule) if matches!(word, b"" | b"-") => self.expect = Expect::Sign(rule),
            Expect::Sign(rule) => {
                let signs = word.iter().take_while(|b| matches!(b, b':' | b'=')).count();
                if signs > 0 {
                    let sure = word[0] == b'=' && signs < word.len();
                    self.expect = Expect::Value { rule, sure };
                    if signs < word.len() && self.takes(rule, &word[signs..], start + signs, sure) {
                        self.expect = Expect::Nothing;
                        return self.value(rule, start + signs, end);
                    }
                    return end;
                }
                if looks_opaque(word) {
                    return self.value(rule, start, end);
                }
            }
            _ => {}
        }
        self.plain(word, start, end)
    }

    /// A word of which nothing was expected.
    fn plain(&mut self, word: &[u8], start: usize, end: usize) -> usize {
        let signs = Signs::of(word);
        if signs.entity
            && let Some(inner) = self.pass.deeper(word.len())
        {
            // The source of a page in a text; the semicolon at its end belongs to it.
            let found = through::<Xml>(&self.text[start..end], |text| value::scan(inner, text));
            self.edits.extend(shift(found, start));
            return end;
        }
        let equals = signs.equals.unwrap_or(word.len());
        let is_link = signs.link.is_some_and(|link| link < equals);
        let colon = signs.colon.filter(|colon| *colon < equals && !is_link);
        if let Some(end) = colon.and_then(|colon| self.pair(word, colon, start, end)) {
            return end;
        }
        // `url=https://…`: what follows is one URL, though it may have escapes of its own.
        let value = word.get(equals + 1..).unwrap_or_default();
        let named = value.starts_with(b"http://") || value.starts_with(b"https://");
        let (found, from) = if is_link {
            (link::scan(self.pass, word), 0)
        } else if named {
            (link::scan(self.pass, value), equals + 1)
        } else if let Some(found) = self.opened(word, &signs) {
            (found, 0)
        } else if signs.equals.is_none() && signs.encoded.is_some() {
            (through::<Form>(word, |text| value::scan(self.pass, text)), 0)
        } else if signs.equals.is_none() || value.starts_with(b"=") {
            (Vec::new(), 0)
        } else if signs.ampersand.is_some() {
            (form::scan::<Form>(self.pass, word, b"&;"), 0)
        } else {
            (form::scan::<Loose>(self.pass, word, b";"), 0)
        };
        self.edits.extend(shift(found, start + from));
        if let Some(name) = word.strip_suffix(b"=").or_else(|| word.strip_suffix(b":")) {
            let name = name.rsplit(|b| b"&;,?(".contains(b)).next().unwrap_or(name);
            if let Some(rule) = names::rule(name) {
                self.expect = Expect::Value { rule, sure: word.ends_with(b"=") };
            }
        } else if !is_link && signs.equals.is_none() {
            self.name(word);
        }
        end
    }

    /// What is in a word that is base64 of a text.
    fn opened(&self, word: &[u8], signs: &Signs) -> Option<Vec<Edit>> {
        let padding = signs.equals.is_none_or(|equals| word[equals..].iter().all(|b| *b == b'='));
        if !padding || signs.colon.is_some() || signs.link.is_some() {
            return None;
        }
        envelope::base64(self.pass.deeper(word.len())?, word).filter(|found| !found.is_empty())
    }

    /// A word without signs in it.
    fn name(&mut self, word: &[u8]) {
        if authorization::is_scheme(word) {
            self.expect = Expect::Credential(word.eq_ignore_ascii_case(b"basic"));
        } else if matches!(word, b"-u" | b"--user") {
            self.expect = Expect::Login;
        } else if let Some(rule) = word.strip_prefix(b"--").and_then(names::rule).filter(|rule| rule.stands_alone()) {
            self.expect = Expect::Value { rule, sure: false };
        } else if let Some(rule) = names::rule(word).filter(|rule| rule.stands_alone() || rule.way == Way::Code) {
            self.expect = Expect::Sign(rule);
        }
    }

    /// A word with a colon in it: a name and its value, perhaps. Returns where to go on if it was.
    fn pair(&mut self, word: &[u8], colon: usize, start: usize, end: usize) -> Option<usize> {
        let rule = names::rule(&word[..colon])?;
        let value = &word[colon + 1..];
        let takes = !value.is_empty() && self.takes(rule, value, start + colon + 1, false);
        takes.then(|| self.value(rule, start + colon + 1, end))
    }

    /// Whether a word, which begins at `start`, is believed to be the value of that name.
    fn takes(&self, rule: Rule, word: &[u8], start: usize, sure: bool) -> bool {
        match rule.way {
            Way::Authorization | Way::Cookie | Way::SetCookie | Way::Jar => {
                let ahead = &self.text[start..self.text.len().min(start + HEADER_PEEK)];
                rule.is_header(ahead) || looks_random(word)
            }
            Way::Code => looks_random(word),
            Way::Jwk | Way::Rsa | Way::Signature | Way::Bearer | Way::Answer | Way::OpaqueField | Way::Sid => false,
            Way::Opaque => names::looks_drawn(word),
            Way::UserCode => names::is_user_code(word),
            Way::Ticket => names::is_ticket(word),
            // A variable of GraphQL.
            _ if word.strip_prefix(b"$").is_some_and(|name| names::rule(name).is_some()) => false,
            _ if sure => !is_harmless(word),
            _ if word.contains(&b'(') => false,
            _ if word.len() >= 6 && !looks_like_word(word) => true,
            _ => !names::is_remark(word) && ends_setting(self.text, start, start + word.len()),
        }
    }

    /// Hides a value, or finds what is secret in it. Returns where to go on.
    fn value(&mut self, rule: Rule, start: usize, end: usize) -> usize {
        let header = matches!(rule.way, Way::Authorization | Way::Cookie | Way::SetCookie | Way::Jar);
        let end = if header { (start + authorization::end(&self.text[start..])).max(end) } else { end };
        let value = &self.text[start..end];
        let kept = value.iter().rev().take_while(|b| b".,;)".contains(b)).count();
        let value = if header { value } else { &value[..value.len() - kept] };
        let rule = if rule.stands_alone() { rule } else { Rule::secret(rule.label) };
        let found = value::secret(self.pass, rule, value);
        self.edits.extend(shift(found, start));
        end
    }
}
