//! What a SAML message says, read from its XML event by event. Entities other than XML's own and
//! characters' numbers are passed over, nothing outside the message is fetched, and depth is bounded.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};

/// The deepest nesting that is followed.
const DEPTH_MAX: usize = 64;
/// The longest text of one element that is kept.
const TEXT_MAX: usize = 4096;
/// How many attributes of a person are kept.
const ATTRIBUTES_MAX: usize = 256;

/// The message's own element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import::derive) enum Root {
    AuthnRequest,
    Response,
    LogoutRequest,
    LogoutResponse,
    ArtifactResolve,
    ArtifactResponse,
}

/// What is of interest in a message.
#[derive(Debug, Default)]
pub(in crate::import::derive) struct Saml {
    pub(in crate::import::derive) root: Option<Root>,
    pub(in crate::import::derive) id: Option<String>,
    pub(in crate::import::derive) in_response_to: Option<String>,
    pub(in crate::import::derive) issuer: Option<String>,
    pub(in crate::import::derive) acs_url: Option<String>,
    pub(in crate::import::derive) has_assertion: bool,
    /// The last part of each status code, outermost first: `Responder`, `AuthnFailed`.
    pub(in crate::import::derive) status: Vec<String>,
    pub(in crate::import::derive) status_message: Option<String>,
    pub(in crate::import::derive) audience: Option<String>,
    pub(in crate::import::derive) name_id: Option<String>,
    pub(in crate::import::derive) name_id_format: String,
    pub(in crate::import::derive) name_qualifier: Option<String>,
    pub(in crate::import::derive) sp_name_qualifier: Option<String>,
    pub(in crate::import::derive) session_index: Option<String>,
    pub(in crate::import::derive) artifact: Option<String>,
    /// Names (and friendly names) and values of the person's attributes.
    pub(in crate::import::derive) attributes: Vec<(String, String)>,
}

/// Reads a message. What is broken is read up to where it breaks.
pub(in crate::import::derive) fn read(xml: &str) -> Saml {
    let mut reader = Reader::from_str(xml);
    let mut walk = Walk::default();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) => {
                walk.open(&element);
                if walk.path.len() > DEPTH_MAX {
                    break;
                }
            }
            Event::Empty(element) => {
                walk.open(&element);
                walk.close();
            }
            Event::End(_) => walk.close(),
            Event::Text(text) => walk.text(&text.decode().unwrap_or_default()),
            Event::CData(text) => walk.text(&text.decode().unwrap_or_default()),
            Event::GeneralRef(reference) => walk.text(&resolved(&reference)),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    walk.saml
}

fn resolved(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let text = match &**reference {
        b"amp" => "&",
        b"lt" => "<",
        b"gt" => ">",
        b"quot" => "\"",
        b"apos" => "'",
        _ => "",
    };
    text.to_owned()
}

#[derive(Default)]
struct Walk {
    saml: Saml,
    /// The local names of the open elements.
    path: Vec<String>,
    text: String,
    attribute: Vec<String>,
}

impl Walk {
    fn open(&mut self, element: &BytesStart<'_>) {
        let name = String::from_utf8_lossy(element.local_name().as_ref()).into_owned();
        let inside = self.path.last().map_or("", String::as_str);
        let saml = &mut self.saml;
        match name.as_str() {
            // An ArtifactResponse has the message proper inside, which is what counts.
            "AuthnRequest" | "Response" | "LogoutRequest" | "LogoutResponse" | "ArtifactResolve"
            | "ArtifactResponse"
                if matches!(saml.root, None | Some(Root::ArtifactResponse)) =>
            {
                saml.root = root(&name);
                saml.id = attribute(element, "ID");
                saml.in_response_to = attribute(element, "InResponseTo");
                saml.acs_url = attribute(element, "AssertionConsumerServiceURL");
                saml.status.clear();
                saml.issuer = None;
            }
            "Assertion" | "EncryptedAssertion" => saml.has_assertion = true,
            "StatusCode" if self.path.iter().any(|n| n == "Status") && saml.status.len() < 4 => {
                saml.status.extend(attribute(element, "Value").map(|v| last_part(&v).to_owned()));
            }
            // Some libraries write the message as an attribute.
            "StatusMessage" => saml.status_message = attribute(element, "Value"),
            "NameID" if inside != "SubjectConfirmation" && saml.name_id.is_none() => {
                saml.name_id_format = attribute(element, "Format").unwrap_or_default();
                saml.name_qualifier = attribute(element, "NameQualifier");
                saml.sp_name_qualifier = attribute(element, "SPNameQualifier");
            }
            "AuthnStatement" if saml.session_index.is_none() => saml.session_index = attribute(element, "SessionIndex"),
            "Attribute" => {
                self.attribute = ["Name", "FriendlyName"].iter().filter_map(|n| attribute(element, n)).collect();
            }
            _ => {}
        }
        self.text.clear();
        self.path.push(name);
    }

    fn text(&mut self, text: &str) {
        if self.text.len() + text.len() <= TEXT_MAX {
            self.text.push_str(text);
        }
    }

    fn close(&mut self) {
        let Some(name) = self.path.pop() else { return };
        let inside = self.path.last().map_or("", String::as_str);
        let text = Some(self.text.trim().to_owned()).filter(|text| !text.is_empty());
        let saml = &mut self.saml;
        match (name.as_str(), text) {
            ("Attribute", _) => self.attribute.clear(),
            (_, None) => {}
            ("Issuer", text) if saml.issuer.is_none() => saml.issuer = text,
            ("StatusMessage", text) => saml.status_message = text,
            ("Audience", text) if saml.audience.is_none() => saml.audience = text,
            ("NameID", text) if inside != "SubjectConfirmation" && saml.name_id.is_none() => saml.name_id = text,
            ("SessionIndex", text) if saml.session_index.is_none() => saml.session_index = text,
            ("Artifact", text) => saml.artifact = text,
            ("AttributeValue", Some(text)) if saml.attributes.len() < ATTRIBUTES_MAX => {
                saml.attributes.extend(self.attribute.iter().map(|name| (name.clone(), text.clone())));
            }
            _ => {}
        }
        self.text.clear();
    }
}

fn root(name: &str) -> Option<Root> {
    Some(match name {
        "AuthnRequest" => Root::AuthnRequest,
        "Response" => Root::Response,
        "LogoutRequest" => Root::LogoutRequest,
        "LogoutResponse" => Root::LogoutResponse,
        "ArtifactResolve" => Root::ArtifactResolve,
        "ArtifactResponse" => Root::ArtifactResponse,
        _ => return None,
    })
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
    let value = value.trim();
    (!value.is_empty() && value.len() <= TEXT_MAX).then(|| value.to_owned())
}

/// `urn:oasis:names:tc:SAML:2.0:status:Success` is `Success`.
fn last_part(urn: &str) -> &str {
    urn.rsplit(':').next().unwrap_or(urn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_messages_and_people() {
        let saml = read(
            r#"<s:Envelope xmlns:s="s"><s:Body><p:ArtifactResponse ID="a" xmlns:p="p"><Issuer>x</Issuer><p:Response ID="r" InResponseTo="q">
            <Issuer> https://idp </Issuer><p:Status><p:StatusCode Value="urn:x:Responder"><p:StatusCode Value="urn:x:AuthnFailed"/></p:StatusCode>
            <p:StatusMessage>Wrong &amp; old &#x27;key&#39; &unknown;</p:StatusMessage></p:Status>
            <Assertion><Subject><NameID Format="f">anna</NameID></Subject><AuthnStatement SessionIndex="_7"/>
            <Attribute Name="urn:oid:0.9" FriendlyName="mail"><AttributeValue>anna@a.example</AttributeValue></Attribute></Assertion>
            </p:Response></p:ArtifactResponse></s:Body></s:Envelope>"#,
        );
        assert_eq!(saml.root, Some(Root::Response));
        assert_eq!((saml.id.as_deref(), saml.in_response_to.as_deref()), (Some("r"), Some("q")));
        assert_eq!(saml.issuer.as_deref(), Some("https://idp"));
        assert_eq!(saml.status, ["Responder", "AuthnFailed"]);
        assert_eq!(saml.status_message.as_deref(), Some("Wrong & old 'key'"));
        assert_eq!(saml.name_id.as_deref(), Some("anna"));
        assert_eq!(saml.session_index.as_deref(), Some("_7"));
        assert!(saml.attributes.contains(&("mail".to_owned(), "anna@a.example".to_owned())));
    }

    #[test]
    fn entities_are_not_expanded_and_depth_is_bounded() {
        let bomb =
            r#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Response ID="r"><Issuer>&b;</Issuer></Response>"#;
        assert_eq!(read(bomb).issuer, None);
        let deep = format!("<Response ID=\"r\">{}", "<a>".repeat(100_000));
        assert_eq!(read(&deep).id.as_deref(), Some("r"));
        assert!(read("<Response ID='r'").root.is_none());
        assert!(read("not xml").root.is_none());
    }
}
