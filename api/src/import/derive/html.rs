//! What a page of HTML carries for a protocol: forms that post themselves, and the title that an
//! error page has.
//!
//! Pages of sign-in software are looked through tag by tag; scripts are not run and the tree is
//! not built.

use super::params::Params;

/// How much of a page is looked at.
const PAGE_MAX: usize = 1 << 20;
/// How many forms of a page are looked at.
const FORMS_MAX: usize = 16;

/// A form and the values its fields come with.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) action: String,
    pub(super) fields: Params,
}

/// The forms of a page.
pub(super) fn forms(page: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut inside = false;
    for tag in Tags::of(page) {
        match tag.name.as_str() {
            "form" if forms.len() >= FORMS_MAX => break,
            "form" => {
                inside = true;
                forms.push(Form { action: tag.attribute("action").unwrap_or_default(), fields: Params::default() });
            }
            "/form" => inside = false,
            "input" | "textarea" if inside => {
                if let (Some(form), Some(name)) = (forms.last_mut(), tag.attribute("name")) {
                    form.fields.push(name, tag.attribute("value").unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    forms
}

/// The title of a page, on one line.
pub(super) fn title(page: &str) -> Option<String> {
    let tag = Tags::of(page).find(|tag| tag.name == "title")?;
    let text = tag.rest.split('<').next().unwrap_or_default();
    let text = unescape(text).split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// A tag, with its name in lower case and what stands behind it.
struct Tag<'a> {
    name: String,
    attributes: &'a str,
    rest: &'a str,
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
    fn of(page: &'a str) -> Self {
        let end = if page.len() > PAGE_MAX { page.floor_char_boundary(PAGE_MAX) } else { page.len() };
        Self { rest: &page[..end] }
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

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
            return Some(Tag { name, attributes: &inside[length..], rest: behind });
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
pub(super) fn unescape(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_posts_itself() {
        let page = r#"<!-- <form action="no"> --><script>"<form action='no'>"</script>
            <FORM id=f method = 'post' action="https&#x3a;&#x2f;&#x2f;sp.example/acs?a=1&amp;b=2">
            <input type="hidden" name="SAMLResponse" value="PHg&#43;Pg&#x3d;&#61;"/><input disabled name=RelayState value=a/b>
            </form><input name="outside" value="x">"#;
        let forms = forms(page);
        assert_eq!(forms.len(), 1);
        assert_eq!(forms[0].action, "https://sp.example/acs?a=1&b=2");
        assert_eq!(forms[0].fields.get("SAMLResponse"), Some("PHg+Pg=="));
        assert_eq!(forms[0].fields.get("RelayState"), Some("a/b"));
        assert_eq!(forms[0].fields.get("outside"), None);
    }

    #[test]
    fn titles_and_references() {
        assert_eq!(title("<html><Title>\n502 Bad\n Gateway</title>").as_deref(), Some("502 Bad Gateway"));
        assert_eq!(title("<title></title>"), None);
        assert_eq!(unescape("o&#39;connor & &unknown; &#x110000;"), "o'connor & &unknown; &#x110000;");
    }

    #[test]
    fn what_is_broken_ends_quietly() {
        for page in
            ["<", "<form", "<form action=", "<input name='", "&", "<!--", "<script>", "<a =>", "< >", "<form =x =y>"]
        {
            forms(page);
            title(page);
        }
    }
}
