//! The caller: its domain, and what it may do.

use super::{scalar::DateTime, vocabulary::Scope};
use crate::{app::App, auth::Viewer as Caller};
use async_graphql::{Context, ID, Object, SimpleObject};
use entity::domain;

/// Who asks. Present in every request: without a token none is executed.
pub(super) fn caller<'a>(ctx: &Context<'a>) -> &'a Caller {
    ctx.data::<Caller>().expect("http::serve puts the caller into every request")
}

/// The parts that resolvers work with.
pub(super) fn app<'a>(ctx: &Context<'a>) -> &'a App {
    ctx.data::<App>().expect("http::serve puts the app into every request")
}

/// The caller: its domain, and what it may do.
#[derive(SimpleObject)]
pub(super) struct Viewer {
    domain: Domain,
    /// The name of the token, or of the person who signed in.
    name: String,
    scopes: Vec<Scope>,
}

/// A company whose calls are kept. Nothing of one domain is visible to another.
#[derive(SimpleObject)]
pub(super) struct Domain {
    pub(super) id: ID,
    name: String,
    created_at: DateTime,
}

impl From<&domain::Model> for Domain {
    fn from(domain: &domain::Model) -> Self {
        Self { id: domain.uid.to_string().into(), name: domain.name.clone(), created_at: domain.created_at.into() }
    }
}

#[derive(Default)]
pub(super) struct Query;

#[Object(name = "ViewerQuery")]
impl Query {
    /// The caller: its domain, and what it may do.
    async fn viewer(&self, ctx: &Context<'_>) -> Viewer {
        let caller = caller(ctx);
        Viewer {
            domain: caller.domain.as_ref().into(),
            name: caller.name.clone(),
            scopes: caller.scopes.iter().map(|s| (*s).into()).collect(),
        }
    }
}
