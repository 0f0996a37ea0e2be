//! Pages: what their forms post, and else their titles and words.

use super::{
    Kind,
    carrier::{self, Carrier},
    errors,
    html::Page,
    message::{Message, Messages},
    saml::Way,
};

/// Adds what a page carries.
pub(super) fn add(messages: &mut Messages, carrier: &Carrier<'_>, html: &str) {
    let page = Page::read(html);
    let mut known = false;
    for form in &page.forms {
        known |= carrier::in_pairs(messages, carrier, &form.fields, Way::Page(&form.action));
    }
    if let Some(error) = errors::microsoft_in_text(html) {
        messages.push(error);
        known = true;
    }
    if known || (page.title.is_empty() && page.heading.is_empty() && page.words.is_empty()) {
        return;
    }
    let mut message = Message::new(Kind::Html);
    message.add("Title", &page.title);
    message.add("Heading", &page.heading);
    messages.push(message.with_text(page.words));
}
