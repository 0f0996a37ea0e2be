//! Whose call it was: names that identity providers assert and that people type, told apart from
//! the opaque ids that stand in the same places.

use super::{html::unescape, jwt, saml::xml::Saml};
use entity::log::filter::user_key;
use serde_json::{Map, Value};

/// A person, by email, by login id, or by both. Never empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) email: Option<String>,
    pub(super) login: Option<String>,
}

/// How well a name is founded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Somebody said who wants to sign in.
    Claimed,
    /// An identity provider said who signed in.
    Asserted,
}

/// The longest name that is taken, in bytes; no email is longer.
const NAME_MAX: usize = 320;

impl Person {
    /// The person that a name stands for: an email if it looks like one, else a login id.
    pub(super) fn named(text: &str) -> Option<Self> {
        let name = clean(text).filter(|name| !is_opaque(name))?;
        Some(if is_email(&name) {
            Self { email: Some(name), login: None }
        } else {
            Self { email: None, login: Some(name) }
        })
    }

    /// From the claims of an ID token, of userinfo or of an introspection.
    pub(super) fn of_claims(claims: &Map<String, Value>) -> Option<Self> {
        let first = |names: &[&str]| names.iter().find_map(|name| clean(jwt::text(claims, name)?));
        let email = first(&["email"]).filter(|name| is_email(name));
        let login = first(&["preferred_username", "upn", "unique_name", "username"]);
        Self { email, login }.or_named(|| Self::named(jwt::text(claims, "sub")?).filter(|sub| sub.email.is_some()))
    }

    /// From the subject of a SAML message and, where it has one, the statement about their attributes.
    pub(super) fn of_saml(saml: &Saml) -> Option<Self> {
        let attribute = |names: &[&str]| {
            saml.attributes.iter().find(|(name, _)| names.contains(&short(name).as_str())).and_then(|(_, v)| clean(v))
        };
        let format = saml.name_id_format.rsplit(':').next().unwrap_or_default();
        let subject = match format {
            "transient" | "persistent" | "entity" | "encrypted" => None,
            _ => saml.name_id.as_deref().and_then(Self::named),
        };
        let subject = subject.unwrap_or_default();
        Self {
            email: attribute(&EMAILS).filter(|name| is_email(name)).or(subject.email),
            login: attribute(&LOGINS).filter(|name| !is_opaque(name)).or(subject.login),
        }
        .or_named(|| None)
    }

    fn or_named(self, otherwise: impl FnOnce() -> Option<Self>) -> Option<Self> {
        if self == Self::default() { otherwise() } else { Some(self) }
    }

    /// Whether the two cannot be the same person.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        let names = |p: &Self| p.email.iter().chain(&p.login).map(|n| user_key(n)).collect::<Vec<_>>();
        let theirs = names(other);
        !names(self).iter().any(|name| theirs.contains(name))
    }
}

/// The attributes that hold an email, by the last part of their name.
const EMAILS: [&str; 6] = ["mail", "email", "emailaddress", "e-mail", "0.9.2342.19200300.100.1.3", "useremail"];

/// The attributes that hold a login id, by the last part of their name.
const LOGINS: [&str; 11] = [
    "uid",
    "loginid",
    "login",
    "username",
    "upn",
    "userprincipalname",
    "samaccountname",
    "edupersonprincipalname",
    "windowsaccountname",
    "0.9.2342.19200300.100.1.1",
    "1.3.6.1.4.1.5923.1.1.1.6",
];

/// `http://schemas.xmlsoap.org/…/claims/emailaddress` is `emailaddress`, `urn:mace:…:uid` is `uid`.
fn short(name: &str) -> String {
    name.rsplit(['/', ':']).next().unwrap_or(name).to_ascii_lowercase()
}

/// A name without what is around it. Character references are resolved: software that escapes a
/// name for HTML before it asserts it means the person all the same.
fn clean(text: &str) -> Option<String> {
    let text = unescape(text);
    let text = text.trim();
    let text = ["mailto:", "acct:"].iter().find_map(|scheme| text.strip_prefix(scheme)).unwrap_or(text);
    let text = &in_own_script(text);
    let fits = !text.is_empty() && text.len() <= NAME_MAX && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

/// An email whose host is written as DNS has it (`xn--…`), as people write it: they look for it so.
fn in_own_script(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((local, host)) if host.to_ascii_lowercase().contains("xn--") => {
            format!("{local}@{}", url::quirks::domain_to_unicode(host))
        }
        _ => text.to_owned(),
    }
}

pub(super) fn is_email(text: &str) -> bool {
    match text.rsplit_once('@') {
        Some((local, host)) => !local.is_empty() && host.contains('.') && !text.contains(char::is_whitespace),
        None => false,
    }
}

/// Whether a name says nothing to people: a number, a UUID, a hash.
fn is_opaque(text: &str) -> bool {
    if text.contains(['@', '\\', ' ']) || !text.is_ascii() {
        return false;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let hex = text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let long_and_mixed = text.len() >= 20 && digits >= 4 && !text.contains('.');
    (digits == text.len() && digits > 6) || (hex && text.len() >= 16) || long_and_mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(email: Option<&str>, login: Option<&str>) -> Person {
        Person { email: email.map(str::to_owned), login: login.map(str::to_owned) }
    }

    #[test]
    fn names_are_told_from_opaque_ids() {
        assert_eq!(Person::named(" anna@a.example "), Some(person(Some("anna@a.example"), None)));
        assert_eq!(Person::named("o&#39;connor@a.example"), Some(person(Some("o'connor@a.example"), None)));
        assert_eq!(Person::named("HALDEN\\dmitri.s"), Some(person(None, Some("HALDEN\\dmitri.s"))));
        assert_eq!(Person::named("e@xn--e1afmkfd.example"), Some(person(Some("e@пример.example"), None)));
        assert_eq!(Person::named("小明"), Some(person(None, Some("小明"))));
        for opaque in [
            "",
            "116000000000000000000",
            "9f86d081884c7d659a2feaa0c55ad015",
            "00u1a2b3c4d5E6f7g8h9i0j",
            "2d3a1b3c-0000-4000-8000-000000000000",
        ] {
            assert_eq!(Person::named(opaque), None, "{opaque}");
        }
    }

    #[test]
    fn claims_and_attributes() {
        let claims = serde_json::json!({"sub": "abc", "preferred_username": "anna", "email": "anna@a.example"});
        assert_eq!(Person::of_claims(claims.as_object().unwrap()), Some(person(Some("anna@a.example"), Some("anna"))));
        let claims = serde_json::json!({"sub": "abc", "name": "Anna"});
        assert_eq!(Person::of_claims(claims.as_object().unwrap()), None);
        let saml = Saml {
            name_id: Some("_6f3".to_owned()),
            name_id_format: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient".to_owned(),
            attributes: vec![(
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress".to_owned(),
                "a@b.example".to_owned(),
            )],
            ..Saml::default()
        };
        assert_eq!(Person::of_saml(&saml), Some(person(Some("a@b.example"), None)));
    }

    #[test]
    fn the_same_name_in_another_form_is_no_contradiction() {
        let anna = Person::named("Anna@A.example").unwrap();
        assert!(!anna.contradicts(&Person { email: None, login: Some("anna@a.example".to_owned()) }));
        assert!(anna.contradicts(&Person::named("ben@a.example").unwrap()));
    }
}
