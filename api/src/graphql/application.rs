//! Applications: the names on either side of a call.

use super::{
    scalar::DateTime,
    viewer::{app, caller},
};
use crate::error::Error;
use async_graphql::{Context, ID, Object, SimpleObject};
use entity::{
    application::{self, Detail},
    db::within,
    token::Scope,
};

/// A party to the domain's calls. Names are learnt as records come.
#[derive(SimpleObject, Clone)]
pub(super) struct Application {
    pub(super) id: ID,
    name: String,
    /// The first call that it took part in.
    first_seen_at: DateTime,
    /// The last.
    last_seen_at: DateTime,
}

impl From<&application::Application> for Application {
    fn from(it: &application::Application) -> Self {
        Self {
            id: it.uid.to_string().into(),
            name: it.name.clone(),
            first_seen_at: it.first_seen_at.into(),
            last_seen_at: it.last_seen_at.into(),
        }
    }
}

#[derive(Default)]
pub(super) struct Query;

#[Object(name = "ApplicationQuery")]
impl Query {
    /// The domain's applications, by name: what a filter's drop-down offers.
    async fn applications(&self, ctx: &Context<'_>) -> Option<Result<Vec<Application>, Error>> {
        Some(list(ctx).await)
    }
}

async fn list(ctx: &Context<'_>) -> Result<Vec<Application>, Error> {
    let caller = caller(ctx);
    caller.needs(Scope::LogsRead)?;
    let rows = within(&app(ctx).db, caller.domain.id).await?;
    let all = application::load(&rows, &caller.domain, None, Detail::Seen).await?;
    let mut all: Vec<_> = all.values().collect();
    all.sort_by_cached_key(|a| (a.name.to_lowercase(), a.name.clone()));
    Ok(all.into_iter().map(Application::from).collect())
}
