//! The company's own OpenID provider, through which people sign in. What the settings mean
//! together, and which must be given with which, is checked in `oidc/mod.rs`.

use super::quiet::quiet;
use crate::oidc::{
    claims::{DomainNames, GroupScopes, ScopeList},
    provider::{Algorithms, Issuer, Secret},
};
use clap::{Args, builder::NonEmptyStringValueParser};

/// The company's own OpenID provider, through which people sign in.
#[derive(Clone, Debug, Args)]
pub struct Oidc {
    /// Lets people sign in through the OpenID provider of this issuer: its address as its tokens
    /// say it (https; docs/SIGN-IN.md has examples)
    #[arg(long, env = "OIDC_ISSUER")]
    pub oidc_issuer: Option<Issuer>,
    /// The id under which the provider knows this server; register PUBLIC_URL/auth/callback there
    #[arg(long, env = "OIDC_CLIENT_ID", value_parser = NonEmptyStringValueParser::new())]
    pub oidc_client_id: Option<String>,
    /// The secret to it; none for a public client
    #[arg(long, env = "OIDC_CLIENT_SECRET", hide_env_values = true, value_parser = quiet::<Secret>())]
    pub oidc_client_secret: Option<Secret>,
    /// Takes the provider's JWT access tokens as bearer tokens: those whose audience (aud) is this
    #[arg(long, env = "OIDC_AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub oidc_audience: Option<String>,
    /// Which scopes to ask the provider for, beside openid
    #[arg(long, env = "OIDC_EXTRA_SCOPES", default_value = "profile email")]
    pub oidc_extra_scopes: String,
    /// The domain that everybody who signs in comes into; made where it is new
    #[arg(long, env = "OIDC_DOMAIN", value_parser = NonEmptyStringValueParser::new())]
    pub oidc_domain: Option<String>,
    /// The claim that names the domain, which must be there already: a name, a dotted path or a
    /// JSON pointer
    #[arg(long, env = "OIDC_DOMAIN_CLAIM", value_parser = NonEmptyStringValueParser::new())]
    pub oidc_domain_claim: Option<String>,
    /// Which values of that claim are let in, and the domain each means: "acme.com=Acme;beta.com=Beta"
    #[arg(long, env = "OIDC_DOMAINS")]
    pub oidc_domains: Option<DomainNames>,
    /// The claims that hold a person's groups: names, dotted paths or JSON pointers, by spaces
    #[arg(long, env = "OIDC_SCOPES_CLAIM", default_value = "groups", value_parser = NonEmptyStringValueParser::new())]
    pub oidc_scopes_claim: String,
    /// What each group allows: "log-admins=ADMIN,LOGS_READ,PAYLOADS_READ;helpdesk=LOGS_READ"
    #[arg(long, env = "OIDC_SCOPES")]
    pub oidc_scopes: Option<GroupScopes>,
    /// What everybody may who has an account in the domain; nothing, where nothing is said
    #[arg(long, env = "OIDC_DEFAULT_SCOPES")]
    pub oidc_default_scopes: Option<ScopeList>,
    /// The claim that names a person in exports and in access events; email (unless unverified),
    /// preferred_username, then sub, where nothing is said
    #[arg(long, env = "OIDC_NAME_CLAIM", value_parser = NonEmptyStringValueParser::new())]
    pub oidc_name_claim: Option<String>,
    /// The algorithms with which the provider may have signed: RS256, RS384, RS512, PS256, PS384,
    /// PS512, ES256, ES384, EdDSA
    #[arg(long, env = "OIDC_ALGORITHMS", default_value = "RS256")]
    pub oidc_algorithms: Algorithms,
    /// How long somebody stays signed in, in hours
    #[arg(long, env = "SESSION_TTL", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=720))]
    pub session_ttl: u16,
}
