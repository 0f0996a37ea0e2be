//! The provider as the settings name it, and what is known of it. Cheap to clone; one of an API
//! process.

use super::{
    claims::Rules,
    http::Http,
    known::{Cache, Known, Unreachable},
};
use chrono::TimeDelta;
use jsonwebtoken::Algorithm;
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl, Scope, core::CoreJwsSigningAlgorithm};
use std::{str::FromStr, sync::Arc};
use url::{Host, Url};

/// The company's provider.
#[derive(Clone)]
pub struct Provider(Arc<Parts>);

/// What a provider is made of: the business of this module alone.
pub struct Parts {
    pub(super) issuer: IssuerUrl,
    pub(super) client_id: ClientId,
    pub(super) client_secret: Option<ClientSecret>,
    /// The audience of the access tokens that are taken; none are, without.
    pub(super) audience: Option<String>,
    /// What to ask the provider for, beside `openid`.
    pub(super) scopes: Vec<Scope>,
    pub(super) algorithms: Algorithms,
    pub(super) rules: Rules,
    /// How long somebody stays signed in.
    pub(super) ttl: TimeDelta,
    /// What addresses of this server begin with.
    pub(super) public_url: Url,
    /// Where the provider sends people back to.
    pub(super) redirect: RedirectUrl,
    pub(super) http: Http,
    pub(super) cache: Cache,
}

impl Provider {
    pub(super) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// What is known of it.
    pub(super) async fn known(&self) -> Result<Arc<Known>, Unreachable> {
        self.cache.current(&self.http, &self.issuer).await
    }

    /// What is known of it after a key was looked for in `before` and not found.
    pub(super) async fn search(&self, before: &Arc<Known>) -> Result<Arc<Known>, Unreachable> {
        self.cache.search(before, &self.http, &self.issuer).await
    }

    /// Whether people reach this server by https, so that cookies may insist on it.
    pub(super) fn secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

impl std::ops::Deref for Provider {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// An issuer's address, exactly as its tokens say it: a slash more or less is another issuer.
#[derive(Clone, Debug)]
pub struct Issuer(pub(super) IssuerUrl);

impl FromStr for Issuer {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WORDS: &str = "must be an https address without query, such as https://login.example.com \
             (http only on this machine)";
        let url = Url::parse(text).map_err(|_| WORDS)?;
        if !is_safe(&url) || url.query().is_some() || url.fragment().is_some() {
            return Err(WORDS);
        }
        IssuerUrl::new(text.to_owned()).map(Self).map_err(|_| WORDS)
    }
}

/// Whether nobody on the way can read or change what goes to this address: https, or this machine.
pub(super) fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

/// The client's secret.
#[derive(Clone)]
pub struct Secret(pub(super) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl FromStr for Secret {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() { Err("is empty: leave it out for a public client") } else { Ok(Self(text.to_owned())) }
    }
}

/// The algorithms with which the provider may have signed. All of them have a public key: with a
/// shared one, or none, anybody could sign.
#[derive(Clone, Debug)]
pub struct Algorithms(Vec<Algorithm>);

impl FromStr for Algorithms {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = text.split([',', ' ']).filter(|name| !name.is_empty());
        let algorithms: Vec<Algorithm> = names
            .map(|name| {
                let known = name.parse().ok().filter(|algorithm| twin(*algorithm).is_some());
                known.ok_or_else(|| {
                    format!("names {name:?}: give one or more of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA")
                })
            })
            .collect::<Result<_, _>>()?;
        if algorithms.is_empty() { Err("names no algorithm, such as RS256".to_owned()) } else { Ok(Self(algorithms)) }
    }
}

impl Algorithms {
    /// Whether a token may be signed with this one.
    pub(super) fn allow(&self, algorithm: Algorithm) -> bool {
        self.0.contains(&algorithm)
    }

    /// The same, as `openidconnect` calls them.
    pub(super) fn twins(&self) -> Vec<CoreJwsSigningAlgorithm> {
        self.0.iter().copied().filter_map(twin).collect()
    }
}

/// What `openidconnect` calls an algorithm; none for those with a shared secret.
fn twin(algorithm: Algorithm) -> Option<CoreJwsSigningAlgorithm> {
    Some(match algorithm {
        Algorithm::RS256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        Algorithm::RS384 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
        Algorithm::RS512 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
        Algorithm::PS256 => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        Algorithm::PS384 => CoreJwsSigningAlgorithm::RsaSsaPssSha384,
        Algorithm::PS512 => CoreJwsSigningAlgorithm::RsaSsaPssSha512,
        Algorithm::ES256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        Algorithm::ES384 => CoreJwsSigningAlgorithm::EcdsaP384Sha384,
        Algorithm::EdDSA => CoreJwsSigningAlgorithm::EdDsa,
        _ => return None,
    })
}
