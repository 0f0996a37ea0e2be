//! What a page of HTML carries: forms and their fields, titles, and the words that a reader sees.
//!
//! Pages of sign-in software are looked through tag by tag; scripts are not run and no tree is built. HTML is no XML,
//! so it has a reader of its own: one that is content with what browsers are content with.

use super::pairs::Pairs;

/// How many forms of a page are looked at.
const FORMS_MAX: usize = 16;
/// How many bytes of a page's words are kept: an error page says it in the first lines.
const WORDS_MAX: usize = 8 * 1024;

/// A form and the values that its fields come with.
#[derive(Debug, Default)]
pub struct Form {
    /// Where it is sent, as the page says it.
    pub action: String,
    /// Its fields.
    pub fields: Pairs,
}

/// What was found on a page.
#[derive(Debug, Default)]
pub struct Page {
    /// What the browser's tab says, on one line.
    pub title: String,
    /// The first heading, on one line.
    pub heading: String,
    /// The forms, in their order.
    pub forms: Vec<Form>,
    /// The words outside of tags, a line for each stretch.
    pub words: String,
}

impl Page {
    /// Reads a page, once.
    pub fn read(html: &str) -> Self {
        let mut page = Self::default();
        let mut tags = Tags { rest: html };
        let mut inside = false;
        while let Some(tag) = tags.next() {
            let text = tags.text();
            match tag.name.as_str() {
                "title" if page.title.is_empty() => page.title = words(text),
                "title" | "option" | "noscript" => {}
                "h1" | "h2" if page.heading.is_empty() => {
                    page.heading = words(text);
                    page.say(text);
                }
                "form" => {
                    inside = page.forms.len() < FORMS_MAX;
                    if inside {
                        let action = tag.attribute("action").unwrap_or_default();
                        page.forms.push(Form { action, fields: Pairs::default() });
                    }
                    page.say(text);
                }
                "/form" => {
                    inside = false;
                    page.say(text);
                }
                "input" | "textarea" => {
                    if let (true, Some(form), Some(name)) = (inside, page.forms.last_mut(), tag.attribute("name")) {
                        form.fields.push(name, tag.attribute("value").unwrap_or_default());
                    }
                    page.say(text);
                }
                _ => page.say(text),
            }
        }
        page
    }

    fn say(&mut self, text: &str) {
        if self.words.len() < WORDS_MAX && !text.trim().is_empty() {
            let room = WORDS_MAX - self.words.len();
            let said = words(&text[..text.floor_char_boundary(room.min(text.len()))]);
            self.words.push_str(&said);
            self.words.push('\n');
        }
    }
}

/// The text out of its references, on one line.
fn words(text: &str) -> String {
    unescape(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A tag with its name in lower case.
struct Tag<'a> {
    name: String,
    attributes: &'a str,
}

impl Tag<'_> {
    fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
            let name = &rest[..end];
            rest = rest[end..].trim_start();
            let mut value = "";
            if let Some(behind) = rest.strip_prefix('=') {
                (value, rest) = attribute_value(behind.trim_start());
            } else if name.is_empty() {
                return None;
            }
            if name.eq_ignore_ascii_case(wanted) {
                return Some(unescape(value));
            }
        }
    }
}

/// The value at the beginning, quoted or not, and what stands behind it.
fn attribute_value(text: &str) -> (&str, &str) {
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].split_once(quote).unwrap_or((&text[1..], "")),
        _ => text.split_at(text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len())),
    }
}

/// The tags of a page, without comments and without what stands in scripts and styles.
struct Tags<'a> {
    rest: &'a str,
}

impl<'a> Tags<'a> {
    /// What stands between the tag that came last and the next.
    fn text(&self) -> &'a str {
        self.rest.split('<').next().unwrap_or_default()
    }

    fn next(&mut self) -> Option<Tag<'a>> {
        loop {
            self.rest = &self.rest[self.rest.find('<')? + 1..];
            if let Some(comment) = self.rest.strip_prefix("!--") {
                self.rest = comment.split_once("-->").map_or("", |(_, behind)| behind);
                continue;
            }
            let end = end_of_tag(self.rest)?;
            let (inside, behind) = (&self.rest[..end], &self.rest[end + 1..]);
            self.rest = behind;
            let length = inside
                .char_indices()
                .find(|&(place, c)| c.is_ascii_whitespace() || (c == '/' && place > 0))
                .map_or(inside.len(), |(place, _)| place);
            let name = inside[..length].to_ascii_lowercase();
            if name == "script" || name == "style" {
                self.rest = after_closing(behind, &name);
                continue;
            }
            return Some(Tag { name, attributes: &inside[length..] });
        }
    }
}

/// Where the tag's `>` is: not within quotes.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    text.bytes().position(|byte| {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b'"' || byte == b'\'' => quote = Some(byte),
            None => return byte == b'>',
        }
        false
    })
}

fn after_closing<'a>(text: &'a str, name: &str) -> &'a str {
    let closing = format!("</{name}");
    let place =
        text.as_bytes().windows(closing.len()).position(|window| window.eq_ignore_ascii_case(closing.as_bytes()));
    place.map_or("", |place| &text[place..])
}

/// The text with its character references resolved, those that protocols' pages have.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find('&') {
        plain.push_str(&rest[..place]);
        rest = &rest[place..];
        let (character, length) = reference(rest).unwrap_or(('&', 1));
        plain.push(character);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    plain
}

/// The character that a reference at the beginning stands for, and the reference's length.
fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let character = match &text[1..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        name => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            code.ok().and_then(char::from_u32)?
        }
    };
    Some((character, end + 1))
}
