//! From what the provider says about somebody to what they may do here: claims → domain, name and
//! scopes, as the settings say. An account at the provider alone opens nothing.

use entity::token::Scope;
use serde_json::Value;
use std::{borrow::Cow, str::FromStr};

/// How claims are read.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) domain: DomainRule,
    /// Where a person's groups are.
    pub(super) groups: Vec<String>,
    /// What each group allows.
    pub(super) scopes: GroupScopes,
    /// What everybody may.
    pub(super) everybody: ScopeList,
    /// Where a person's name is.
    pub(super) name: Option<String>,
}

/// Which domain a person comes into.
#[derive(Clone, Debug)]
pub(super) enum DomainRule {
    /// This one.
    Fixed(String),
    /// The one that a claim names; by a table, where there is one.
    Claim(String, Option<DomainNames>),
}

/// Somebody whom the provider vouches for, and who may come in.
pub(super) struct Person {
    /// Who they are to the provider; never given to another.
    pub(super) subject: String,
    pub(super) name: String,
    /// The domain's name.
    pub(super) domain: String,
    /// At least one.
    pub(super) scopes: Vec<Scope>,
}

/// Why somebody whom the provider vouches for may not come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stranger {
    /// No `sub`: no claims of a person.
    Unnamed,
    /// The domain's claim is missing, or names none that is let in.
    Elsewhere,
    /// No group that allows anything.
    Powerless,
}

/// The longest name of a person, in characters.
const NAME_MAX: usize = 200;
/// The longest subject, in bytes: OpenID Connect Core 1.0 allows 255 ASCII characters.
const SUBJECT_MAX: usize = 255;

impl Rules {
    /// Who comes in with these claims, which are verified already.
    pub(super) fn read(&self, claims: &Value) -> Result<Person, Stranger> {
        let subject = claims["sub"].as_str().filter(|sub| !sub.is_empty() && sub.len() <= SUBJECT_MAX);
        let subject = subject.ok_or(Stranger::Unnamed)?.to_owned();
        let domain = match &self.domain {
            DomainRule::Fixed(name) => name.clone(),
            DomainRule::Claim(claim, names) => {
                let value = find(claims, claim).and_then(Value::as_str).ok_or(Stranger::Elsewhere)?;
                let name = names.as_ref().map_or(Some(value), |names| names.name(value));
                name.ok_or(Stranger::Elsewhere)?.to_owned()
            }
        };
        let groups: Vec<Cow<str>> = self.groups.iter().flat_map(|claim| texts(find(claims, claim))).collect();
        let allowed = |scope: &Scope| self.everybody.0.contains(scope) || self.scopes.allow(&groups, *scope);
        let scopes: Vec<Scope> = Scope::ALL.into_iter().filter(allowed).collect();
        if scopes.is_empty() {
            return Err(Stranger::Powerless);
        }
        let name = self.name(claims).unwrap_or_else(|| subject.clone());
        Ok(Person { subject, name, domain, scopes })
    }

    /// Whether a claim is missing that the settings name: somebody else may have it.
    pub(super) fn lack(&self, claims: &Value) -> bool {
        let of_domain = match &self.domain {
            DomainRule::Fixed(_) => None,
            DomainRule::Claim(claim, _) => Some(claim),
        };
        let of_groups = self.groups.iter().filter(|_| !self.scopes.0.is_empty());
        of_domain.into_iter().chain(of_groups).any(|claim| find(claims, claim).is_none())
    }

    /// What a person is called, if anything but their subject.
    pub(super) fn name(&self, claims: &Value) -> Option<String> {
        let text = |name: &str| find(claims, name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        // An address that the provider has not verified is what a person calls themselves.
        let unverified = claims["email_verified"] == false || claims["email_verified"] == "false";
        let name = match &self.name {
            Some(claim) => text(claim),
            None => text("email").filter(|_| !unverified).or_else(|| text("preferred_username")),
        };
        name.map(|name| name.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect())
    }
}

/// A claim by its name, by a JSON pointer (RFC 6901), or by a dotted path: the first that is there.
fn find<'a>(claims: &'a Value, path: &str) -> Option<&'a Value> {
    claims
        .get(path)
        .or_else(|| claims.pointer(path))
        .or_else(|| path.split('.').try_fold(claims, |value, name| value.get(name)))
}

/// The texts of a claim: one, several by spaces (as OAuth writes scopes), or an array of them.
fn texts(claim: Option<&Value>) -> Vec<Cow<'_, str>> {
    match claim {
        Some(Value::String(text)) => [text.as_str()].into_iter().chain(text.split(' ')).map(Cow::Borrowed).collect(),
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).map(Cow::Borrowed).collect(),
        _ => Vec::new(),
    }
}

/// Scopes by their names: `LOGS_READ,PAYLOADS_READ`.
#[derive(Clone, Debug, Default)]
pub struct ScopeList(Vec<Scope>);

impl FromStr for ScopeList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = text.split([',', ' ']).filter(|name| !name.is_empty());
        let scope = |name: &str| {
            let known = Scope::ALL.into_iter().find(|scope| scope.name().eq_ignore_ascii_case(name));
            known.ok_or_else(|| {
                format!("names {name:?}, which is no scope: give {}", Scope::ALL.map(Scope::name).join(", "))
            })
        };
        names.map(scope).collect::<Result<_, _>>().map(Self)
    }
}

/// What each group allows: `log-admins=ADMIN,LOGS_READ;helpdesk=LOGS_READ`. A group's own name may
/// hold `=`, as those of a directory do.
#[derive(Clone, Debug, Default)]
pub struct GroupScopes(Vec<(String, ScopeList)>);

impl FromStr for GroupScopes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let group = |(name, scopes): (String, String)| {
            let scopes: ScopeList = scopes.parse()?;
            if scopes.0.is_empty() { Err(format!("gives {name:?} no scope")) } else { Ok((name, scopes)) }
        };
        pairs(text, "log-admins=ADMIN,LOGS_READ;helpdesk=LOGS_READ")?
            .into_iter()
            .map(group)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl GroupScopes {
    fn allow(&self, groups: &[Cow<str>], scope: Scope) -> bool {
        self.0.iter().any(|(name, scopes)| scopes.0.contains(&scope) && groups.iter().any(|group| group == name))
    }
}

/// Which domain a claim's value means: `acme.com=Acme;beta.com=Beta`.
#[derive(Clone, Debug)]
pub struct DomainNames(Vec<(String, String)>);

impl FromStr for DomainNames {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        pairs(text, "acme.com=Acme;beta.com=Beta").map(Self)
    }
}

impl DomainNames {
    fn name(&self, value: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == value).map(|(_, name)| name.as_str())
    }
}

/// `a=b;c=d`, each part trimmed and none empty.
fn pairs(text: &str, example: &str) -> Result<Vec<(String, String)>, String> {
    let entries = text.split(';').filter(|entry| !entry.trim().is_empty());
    let pairs: Option<Vec<_>> = entries
        .map(|entry| {
            let (left, right) = entry.rsplit_once('=')?;
            let (left, right) = (left.trim(), right.trim());
            (!left.is_empty() && !right.is_empty()).then(|| (left.to_owned(), right.to_owned()))
        })
        .collect();
    pairs.filter(|pairs| !pairs.is_empty()).ok_or_else(|| format!("must look like {example}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends with a panic, and says where")]

    use super::*;
    use serde_json::json;

    fn rules(groups: &str, scopes: &str) -> Rules {
        Rules {
            domain: DomainRule::Claim("company".to_owned(), None),
            groups: groups.split(' ').map(str::to_owned).collect(),
            scopes: scopes.parse().unwrap(),
            everybody: ScopeList::default(),
            name: None,
        }
    }

    #[test]
    fn groups_are_found_wherever_providers_put_them() {
        let scopes = "CN=log admins,OU=IT,DC=acme=ADMIN; helpdesk = LOGS_READ, PAYLOADS_READ ;";
        for (path, claims, allowed) in [
            ("groups", json!({ "groups": ["helpdesk"] }), 2),
            ("groups", json!({ "groups": "staff helpdesk" }), 2),
            ("groups", json!({ "groups": ["CN=log admins,OU=IT,DC=acme", 7, "helpdesk"] }), 3),
            ("groups", json!({ "groups": "CN=log admins,OU=IT,DC=acme" }), 1),
            ("realm_access.roles", json!({ "realm_access": { "roles": ["helpdesk"] } }), 2),
            ("/realm_access/roles", json!({ "realm_access": { "roles": ["helpdesk"] } }), 2),
            ("https://acme.com/groups", json!({ "https://acme.com/groups": ["helpdesk"] }), 2),
            ("none groups", json!({ "groups": ["helpdesk"] }), 2),
            ("groups", json!({ "groups": ["Helpdesk", "helpdesk2", "help desk"] }), 0),
            ("groups", json!({ "groups": { "helpdesk": true } }), 0),
            ("groups", json!({ "realm": { "groups": ["helpdesk"] } }), 0),
        ] {
            let mut claims = claims;
            claims["sub"] = json!("1");
            claims["company"] = json!("Acme");
            let read = rules(path, scopes).read(&claims).map(|person| person.scopes.len());
            assert_eq!(read.unwrap_or_default(), allowed, "{path} {claims}");
        }
    }

    #[test]
    fn a_person_has_a_subject_a_domain_and_a_name() {
        let rules = rules("groups", "helpdesk=LOGS_READ");
        let read = |claims: Value| rules.read(&claims).map(|person| person.name);
        let ann = json!({ "sub": "1", "company": "Acme", "groups": "helpdesk", "email": "ann@acme.com" });
        let with = |name: &str, value: Value| {
            let mut claims = ann.clone();
            claims[name] = value;
            claims
        };
        assert_eq!(read(ann.clone()).as_deref(), Ok("ann@acme.com"));
        assert_eq!(read(with("email_verified", json!("false"))).as_deref(), Ok("1"));
        assert_eq!(read(with("email", json!("a\u{0}\nb"))).as_deref(), Ok("ab"));
        assert_eq!(read(with("sub", json!(""))), Err(Stranger::Unnamed));
        assert_eq!(read(with("sub", json!("s".repeat(256)))), Err(Stranger::Unnamed));
        assert_eq!(read(with("company", json!(["Acme"]))), Err(Stranger::Elsewhere));
        assert_eq!(read(with("groups", Value::Null)), Err(Stranger::Powerless));
    }
}
