//! What an API process works with. Plain, and cheap to clone.

use crate::{
    access::Ledger,
    download::Links,
    graphql::{Crowd, Schema, Tails},
    oidc::Provider,
    peer::Gate,
    settings::GraphQl,
};
use entity::{domain, id::DomainId};
use sea_orm::{DatabaseConnection, DbErr};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use worker::{queue::Queue, store::Store};

/// The parts of an API process.
#[derive(Clone)]
pub struct App {
    /// The rows.
    pub db: DatabaseConnection,
    /// The bell.
    pub queue: Queue,
    /// The files.
    pub store: Store,
    /// The links to them.
    pub links: Links,
    /// The executable schema.
    pub schema: Schema,
    /// What GraphQL lets through.
    pub graphql: GraphQl,
    /// How long an operation may take.
    pub patience: Duration,
    /// Who follows which log.
    pub tails: Tails,
    /// Who keeps how many connections open.
    pub crowd: Crowd,
    /// The open sockets.
    pub sockets: TaskTracker,
    /// Becomes true when the process is to end.
    pub stop: watch::Receiver<bool>,
    /// The domains seen so far.
    pub domains: Domains,
    /// Who looked.
    pub ledger: Ledger,
    /// Who asks too often.
    pub gate: Gate,
    /// The company's OpenID provider, if one is set.
    pub oidc: Option<Provider>,
}

/// Domains by key, each read once: a domain's row never changes.
#[derive(Clone, Default)]
pub struct Domains(Arc<RwLock<HashMap<DomainId, Arc<domain::Model>>>>);

impl Domains {
    /// The domain of that key.
    pub async fn get(&self, db: &DatabaseConnection, id: DomainId) -> Result<Option<Arc<domain::Model>>, DbErr> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let Some(read) = domain::by_id(db, id).await?.map(Arc::new) else {
            return Ok(None);
        };
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(id, read.clone());
        Ok(Some(read))
    }
}
