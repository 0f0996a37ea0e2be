//! What is known of the provider: its endpoints (OpenID Connect Discovery 1.0) and its keys.
//!
//! Nothing is asked before somebody signs in or sends a JWT, so a provider that is down holds up
//! neither the start nor those who have a token of ours. What was learnt is asked anew after some
//! minutes, and at once when a token names a key that is not known, which is how keys are rotated;
//! but a flood of unknown keys, or of attempts while the provider is down, is no flood of fetches.

use super::http::Http;
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{Jwk, PublicKeyUse},
};
use openidconnect::{
    AdditionalProviderMetadata, DiscoveryError, IssuerUrl, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

/// After how long the provider is asked anew.
const FRESH: Duration = Duration::from_mins(10);
/// How long its keys are good while it does not answer.
const GOOD: Duration = Duration::from_hours(24);
/// How long lies between two searches for a key that a token names and nobody knows.
const PAUSE: Duration = Duration::from_secs(30);
/// How long lies between two attempts while it does not answer.
const RETRY: Duration = Duration::from_secs(5);

/// What a provider says beyond the library's own list.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct More {
    /// Where people sign out (RP-Initiated Logout 1.0).
    pub(super) end_session_endpoint: Option<Url>,
    /// Whether each answer names its issuer (RFC 9207).
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

/// The discovery document, keys included.
pub(super) type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What the provider said, and when.
pub(super) struct Known {
    pub(super) metadata: Metadata,
    keys: Vec<Jwk>,
    at: Instant,
}

impl Known {
    fn new(metadata: Metadata, at: Instant) -> Self {
        let keys = metadata.jwks().keys().iter();
        let keys = keys.filter_map(|key| serde_json::from_value(serde_json::to_value(key).ok()?).ok()).collect();
        Self { metadata, keys, at }
    }

    /// The key with which a token was signed, by its own account; none where none fits. A token
    /// that names no key is taken where one key alone could have signed it.
    pub(super) fn key(&self, id: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        let mut fitting = self.keys.iter().filter(|key| {
            let common = &key.common;
            let named = id.is_none_or(|id| common.key_id.as_deref() == Some(id));
            let signs = common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
            let same = common.key_algorithm.is_none_or(|of_key| of_key.to_string() == format!("{algorithm:?}"));
            named && signs && same
        });
        let keys = fitting.by_ref().filter_map(|key| DecodingKey::from_jwk(key).ok());
        let mut keys = keys.filter(|key| key.family() == algorithm.family());
        let key = keys.next()?;
        keys.next().is_none().then_some(key)
    }
}

/// Nothing is known, and nobody answers.
#[derive(Debug)]
pub(super) struct Unreachable;

/// The latest of it.
#[derive(Default)]
pub(super) struct Cache {
    state: RwLock<State>,
    /// Held by the one who asks.
    asking: Mutex<()>,
}

#[derive(Clone, Default)]
struct State {
    known: Option<Arc<Known>>,
    /// When the provider was asked in vain, if it has not answered since.
    failed: Option<Instant>,
    /// When it was last asked for a key that was not known.
    searched: Option<Instant>,
}

impl State {
    fn just_failed(&self) -> bool {
        self.failed.is_some_and(|at| at.elapsed() < RETRY)
    }
}

impl Cache {
    fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// What is known, asked anew where that was too long ago.
    pub(super) async fn current(&self, http: &Http, issuer: &IssuerUrl) -> Result<Arc<Known>, Unreachable> {
        let asking = match self.state().known {
            Some(known) if known.at.elapsed() < FRESH => return Ok(known),
            // One asks; the others go on with what there is.
            Some(known) if known.at.elapsed() < GOOD => match self.asking.try_lock() {
                Ok(asking) => asking,
                Err(_) => return Ok(known),
            },
            _ => self.asking.lock().await,
        };
        let state = self.state();
        let fresh = state.known.as_ref().is_some_and(|known| known.at.elapsed() < FRESH);
        if !fresh && !state.just_failed() {
            self.ask(http, issuer, asking).await;
        }
        self.state().known.filter(|known| known.at.elapsed() < GOOD).ok_or(Unreachable)
    }

    /// What is known after one looked for a key in `before` and found none. The same, where the
    /// provider was asked for such a key a moment ago.
    pub(super) async fn search(
        &self,
        before: &Arc<Known>,
        http: &Http,
        issuer: &IssuerUrl,
    ) -> Result<Arc<Known>, Unreachable> {
        let asking = self.asking.lock().await;
        let state = self.state();
        if let Some(known) = state.known.as_ref().filter(|known| !Arc::ptr_eq(known, before)) {
            return Ok(known.clone());
        }
        if state.just_failed() {
            return Err(Unreachable);
        }
        if state.searched.is_some_and(|at| at.elapsed() < PAUSE) {
            return Ok(before.clone());
        }
        self.change(|state| state.searched = Some(Instant::now()));
        self.ask(http, issuer, asking).await;
        let state = self.state();
        state.known.filter(|_| state.failed.is_none()).ok_or(Unreachable)
    }

    async fn ask(&self, http: &Http, issuer: &IssuerUrl, _asking: MutexGuard<'_, ()>) {
        let at = Instant::now();
        // Noted before, for the caller may go away while the provider is asked.
        self.change(|state| state.failed = Some(at));
        match Metadata::discover_async(issuer.clone(), http).await {
            Ok(metadata) => {
                let known = Arc::new(Known::new(metadata, at));
                self.change(|state| (state.known, state.failed) = (Some(known), None));
            }
            Err(error) => {
                tracing::warn!(reason = words(&error), "the OpenID provider could not be asked");
                self.change(|state| state.failed = Some(Instant::now()));
            }
        }
    }
}

/// Why discovery failed, without what the provider sent.
fn words(error: &DiscoveryError<super::http::Unanswered>) -> String {
    match error {
        DiscoveryError::Request(error) => error.to_string(),
        DiscoveryError::Parse(error) => format!("its discovery document or keys cannot be read, at {}", error.path()),
        DiscoveryError::Response(status, ..) => format!("it answered with status {status}"),
        DiscoveryError::Validation(words) => words.clone(),
        _ => "its addresses cannot be read".to_owned(),
    }
}
