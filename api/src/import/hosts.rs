//! Whose host is whose: the domain's own hosts, which tell incoming calls from outgoing ones,
//! and the names of the applications behind the others.

use crate::import::names;
use std::collections::HashMap;
use url::{Host, Url};

/// What is known of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owner {
    name: String,
    own: bool,
}

/// Hosts and the names behind them. Hosts are compared whatever their case, without port and
/// without a dot at their end; `*.example.com` stands for every host below `example.com`, and a
/// host that is named itself goes before a pattern, a longer pattern before a shorter one.
#[derive(Clone, Debug)]
pub struct Hosts {
    exact: HashMap<String, Owner>,
    below: HashMap<String, Owner>,
    own_name: Option<String>,
    domain: String,
}

impl Hosts {
    /// Knows no host yet; `domain` is what the domain is called until one of its own hosts says
    /// otherwise.
    pub fn new(domain: impl Into<String>) -> Self {
        Self { exact: HashMap::new(), below: HashMap::new(), own_name: None, domain: domain.into() }
    }

    /// Reads a hosts file: `HOST=NAME` a line, own hosts with `self ` before, `#` for comments.
    ///
    /// # Errors
    /// A sentence that names the line.
    pub fn read(&mut self, text: &str) -> Result<(), String> {
        for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let result = match line.split_once(char::is_whitespace) {
                Some(("self", rest)) => self.add_own(rest),
                _ => self.add_application(line),
            };
            result.map_err(|e| format!("line {number}: {e}"))?;
        }
        Ok(())
    }

    /// Adds one of the domain's own hosts, `HOST=NAME`.
    ///
    /// # Errors
    /// A sentence that says how to write it.
    pub fn add_own(&mut self, text: &str) -> Result<(), String> {
        let name = self.add(text, true)?;
        self.own_name.get_or_insert(name);
        Ok(())
    }

    /// Adds an application's host, `HOST=NAME`. What is added later goes before.
    ///
    /// # Errors
    /// A sentence that says how to write it.
    pub fn add_application(&mut self, text: &str) -> Result<(), String> {
        self.add(text, false).map(drop)
    }

    fn add(&mut self, text: &str, own: bool) -> Result<String, String> {
        let (host, name) = text.split_once('=').ok_or("must be HOST=NAME, such as idp.example.com=Partner IdP")?;
        let name = names::application(name).ok_or("has no name after the '='")?;
        let host = host.trim();
        let (table, host) = match host.strip_prefix("*.") {
            Some(rest) => (&mut self.below, rest),
            None => (&mut self.exact, host),
        };
        let host = normal(host).ok_or("must name a host alone, without https:// and without a path")?;
        table.insert(host, Owner { name: name.clone(), own });
        Ok(name)
    }

    fn owner(&self, host: &str) -> Option<&Owner> {
        let host = normal(host)?;
        self.exact.get(&host).or_else(|| host.match_indices('.').find_map(|(dot, _)| self.below.get(&host[dot + 1..])))
    }

    /// Whether the host is the domain's own.
    pub fn is_own(&self, host: &str) -> bool {
        self.owner(host).is_some_and(|owner| owner.own)
    }

    /// Whether any host is the domain's own.
    pub fn knows_own(&self) -> bool {
        self.exact.values().chain(self.below.values()).any(|owner| owner.own)
    }

    /// The name given to a host, if it was given one.
    pub fn name(&self, host: &str) -> Option<&str> {
        self.owner(host).map(|owner| owner.name.as_str())
    }

    /// What the domain itself is called: the name of its first own host.
    pub fn own_name(&self) -> &str {
        self.own_name.as_deref().unwrap_or(&self.domain)
    }
}

/// A host as it is compared: lower case, in ASCII, without port and without a dot at its end.
fn normal(text: &str) -> Option<String> {
    let text = text.trim();
    if text.contains(['/', '@', '?', '#']) {
        return None;
    }
    // `Host` knows no ports, `Url` does.
    let host = match Host::parse(text) {
        Ok(host) => host,
        Err(_) => Url::parse(&format!("http://{text}/")).ok()?.host()?.to_owned(),
    };
    let host = host.to_string();
    Some(host.trim_end_matches('.').to_owned()).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_own_hosts_and_applications() {
        let mut hosts = Hosts::new("acme");
        assert_eq!(hosts.own_name(), "acme");
        hosts
            .read("# ours\nself Portal.Example.=Portal\n\nidp.example = Partner IdP \n*.suite.example=Suite\n")
            .unwrap();
        assert_eq!(hosts.own_name(), "Portal");
        assert!(hosts.is_own("portal.example:8443"));
        assert!(!hosts.is_own("idp.example"));
        assert_eq!(hosts.name("IDP.example."), Some("Partner IdP"));
        assert_eq!(hosts.name("a.b.suite.example"), Some("Suite"));
        assert_eq!(hosts.name("suite.example"), None);
    }

    #[test]
    fn what_is_added_later_goes_before() {
        let mut hosts = Hosts::new("acme");
        hosts.read("self a.example=Ours\n*.example=All").unwrap();
        hosts.add_application("a.example=Theirs").unwrap();
        assert!(!hosts.is_own("a.example"));
        assert_eq!(hosts.name("a.example"), Some("Theirs"));
        assert_eq!(hosts.name("b.example"), Some("All"));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let error = Hosts::new("acme").read("a.example=A\nhttps://b.example/=B").unwrap_err();
        assert!(error.starts_with("line 2: must name a host alone"), "{error}");
        assert!(Hosts::new("acme").add_own("a.example").is_err());
        assert!(Hosts::new("acme").add_own("a.example= ").is_err());
    }
}
