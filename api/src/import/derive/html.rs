//! What a page of HTML carries for a protocol: forms that post themselves, and the title that an
//! error page has. The pages are read by the decoder that opens payloads, once for both.

use super::params::Params;
pub(super) use entity::payload::decode::html::unescape;
use entity::payload::decode::html::{self, Page};

/// How much of a page is looked at.
const PAGE_MAX: usize = 1 << 20;

/// A form and the values its fields come with.
#[derive(Debug)]
pub(super) struct Form {
    /// Where it is sent, as the page says it.
    pub(super) action: String,
    pub(super) fields: Params,
}

impl From<html::Form> for Form {
    fn from(form: html::Form) -> Self {
        let mut fields = Params::default();
        form.fields.iter().for_each(|(name, value)| fields.push(name.to_owned(), value.to_owned()));
        Self { action: form.action, fields }
    }
}

/// The forms of a page.
pub(super) fn forms(page: &str) -> Vec<Form> {
    read(page).forms.into_iter().map(Form::from).collect()
}

/// The title of a page, on one line.
pub(super) fn title(page: &str) -> Option<String> {
    Some(read(page).title).filter(|title| !title.is_empty())
}

fn read(page: &str) -> Page {
    Page::read(&page[..page.floor_char_boundary(PAGE_MAX)])
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
