//! SAML 2.0: the messages that requests, redirects, pages and SOAP envelopes carry.

mod binding;
pub(super) mod xml;

use super::{
    key::Key,
    message::{Kind, Message, Name, Role},
    params::Params,
    person::{Person, Standing},
};
use url::Url;
use xml::{Root, Saml};

/// The message that a query or a form carries: HTTP redirect, HTTP POST, HTTP artifact.
pub(super) fn in_params(params: &Params) -> Option<Message> {
    if let Some(packed) = params.get("SAMLRequest").or_else(|| params.get("SAMLResponse")) {
        return message(&xml::read(&binding::unpack(packed)?));
    }
    let artifact = params.get("SAMLart")?;
    let mut message = Message::new(Kind::SignInResponse, "saml.artifact");
    let key = Key::new("artifact", &[artifact]);
    message.ties.push(key);
    message.mark = Some(key);
    Some(message)
}

/// The message in a SOAP envelope.
pub(super) fn in_soap(body: &str) -> Option<Message> {
    if !body.contains("SAML:2.0:protocol") {
        return None;
    }
    let mut message = message(&xml::read(body))?;
    match message.kind {
        // Beside the browser, a request and its answer are one exchange.
        Kind::SignOutRequest => message.kind = Kind::SignOutNotice,
        // An answer to ArtifactResolve: its assertion arrived there, not here.
        Kind::SignInResponse => message.kind = Kind::Step,
        _ => {}
    }
    Some(message)
}

fn message(saml: &Saml) -> Option<Message> {
    let (kind, operation) = match saml.root? {
        Root::AuthnRequest => (Kind::SignInRequest, "saml.authn_request"),
        Root::Response => (Kind::SignInResponse, "saml.response"),
        Root::LogoutRequest => (Kind::SignOutRequest, "saml.logout_request"),
        Root::LogoutResponse => (Kind::SignOutResponse, "saml.logout_response"),
        Root::ArtifactResolve | Root::ArtifactResponse => (Kind::Step, "saml.artifact_resolve"),
    };
    let mut message = Message::new(kind, operation);
    let own = saml.id.as_deref().map(|id| Key::new("saml", &[id]));
    let answered = saml.in_response_to.as_deref().map(|id| Key::new("saml", &[id]));
    let artifact = saml.artifact.as_deref().map(|a| Key::new("artifact", &[a]));
    message.ties = [own, answered, artifact].into_iter().flatten().collect();
    message.mark = own;
    message.subjects = subjects(saml);
    message.person = Person::of_saml(saml).map(|person| (person, standing(kind)));
    message.senders = senders(saml);
    message.receivers = saml.audience.iter().cloned().map(Name::Entity).collect();
    message.sender_role = match kind {
        Kind::SignInRequest => Some(Role::Client),
        Kind::SignInResponse => Some(Role::Provider),
        _ => qualified_role(saml),
    };
    message.failure = failure(saml, kind);
    message.conclusive = kind == Kind::SignInResponse && saml.has_assertion && message.failure.is_none();
    message.unasked = kind == Kind::SignInResponse && answered.is_none();
    Some(message)
}

/// Whom a request for sign-in names is who is expected; anyone else was signed in.
fn standing(kind: Kind) -> Standing {
    if kind == Kind::SignInRequest { Standing::Claimed } else { Standing::Asserted }
}

fn subjects(saml: &Saml) -> Vec<Key> {
    let session = saml.session_index.as_deref().and_then(|index| Key::by_chance("session", index));
    let opaque = saml.name_id_format.ends_with(":persistent") || saml.name_id_format.ends_with(":transient");
    let name = saml.name_id.as_deref().filter(|_| opaque).and_then(|name| Key::by_chance("name-id", name));
    session.into_iter().chain(name).collect()
}

fn senders(saml: &Saml) -> Vec<Name> {
    let acs = saml.acs_url.as_deref().and_then(|url| Some(Name::Host(Url::parse(url).ok()?.host_str()?.to_owned())));
    acs.into_iter().chain(saml.issuer.iter().cloned().map(Name::Entity)).collect()
}

/// A name may be qualified by the provider that gave it and by the party it was given to.
fn qualified_role(saml: &Saml) -> Option<Role> {
    let issuer = saml.issuer.as_deref()?;
    match (saml.name_qualifier.as_deref(), saml.sp_name_qualifier.as_deref()) {
        (Some(provider), Some(client)) if provider == client => None,
        (Some(provider), _) if provider == issuer => Some(Role::Provider),
        (_, Some(client)) if client == issuer => Some(Role::Client),
        _ => None,
    }
}

/// The status where it is no success: `Responder / AuthnFailed: message`.
fn failure(saml: &Saml, kind: Kind) -> Option<String> {
    let success = saml.status.first().is_none_or(|code| code == "Success");
    let codes = match kind {
        Kind::SignInResponse if !success => &saml.status[..],
        // A sign-out may succeed in part, which the second code says.
        Kind::SignOutResponse if success => saml.status.get(1..).unwrap_or_default(),
        Kind::SignOutResponse => &saml.status[..],
        _ => return None,
    };
    let codes = codes.join(" / ");
    match (codes.is_empty(), &saml.status_message) {
        (true, _) => None,
        (false, Some(message)) => Some(format!("{codes}: {message}")),
        (false, None) => Some(codes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, prelude::BASE64_STANDARD};

    fn read(xml: &str) -> Message {
        let mut params = Params::default();
        params.push("SAMLResponse".to_owned(), BASE64_STANDARD.encode(xml));
        in_params(&params).unwrap()
    }

    #[test]
    fn a_status_that_is_no_success_is_a_failure() {
        let refused = read(
            r#"<Response ID="r" InResponseTo="q"><Status><StatusCode Value="x:Responder"><StatusCode Value="x:NoPassive"/></StatusCode></Status></Response>"#,
        );
        assert_eq!(refused.failure.as_deref(), Some("Responder / NoPassive"));
        assert!(!refused.conclusive);
        let partial = read(
            r#"<LogoutResponse ID="r"><Status><StatusCode Value="x:Success"><StatusCode Value="x:PartialLogout"/></StatusCode></Status></LogoutResponse>"#,
        );
        assert_eq!(partial.failure.as_deref(), Some("PartialLogout"));
    }

    #[test]
    fn an_assertion_says_who_signed_in() {
        let accepted = read(
            r#"<Response ID="r" InResponseTo="q"><Status><StatusCode Value="x:Success"/></Status><Assertion><Issuer>https://idp.example/</Issuer>
            <Subject><NameID>anna@a.example</NameID></Subject></Assertion></Response>"#,
        );
        assert!(accepted.conclusive && accepted.failure.is_none());
        assert_eq!(accepted.ties, [Key::new("saml", &["r"]), Key::new("saml", &["q"])]);
        assert_eq!(accepted.person.unwrap().0.email.as_deref(), Some("anna@a.example"));
    }

    #[test]
    fn a_qualified_name_tells_the_parts() {
        let request = |qualifier: &str| {
            read(&format!(r#"<LogoutRequest ID="r"><Issuer>me</Issuer><NameID {qualifier}>x</NameID></LogoutRequest>"#))
                .sender_role
        };
        assert_eq!(request(r#"SPNameQualifier="me" NameQualifier="you""#), Some(Role::Client));
        assert_eq!(request(r#"NameQualifier="me""#), Some(Role::Provider));
        assert_eq!(request(""), None);
    }
}
