//! Who looked: the domain's access events, for those with the scope ADMIN.

use super::{
    connection::{connection, read},
    page::Window,
    scalar::DateTime,
    viewer::{app, caller},
    vocabulary::AccessEventKind,
};
use crate::error::Error;
use async_graphql::{Context, ID, Object, SimpleObject};
use entity::{access_event, db::within, fault::Fault, id::AccessEventId, token::Scope};

/// What somebody read, made, changed or was refused. Never changed, never deleted.
#[derive(SimpleObject)]
pub(super) struct AccessEvent {
    pub(super) id: ID,
    occurred_at: DateTime,
    kind: AccessEventKind,
    /// The name of the token or of the person.
    actor: Option<String>,
    /// The id of the token or session.
    actor_id: Option<String>,
    /// The address that the request came from.
    client_ip: Option<String>,
    /// What it was about: ids of records, of an export, of a token.
    subjects: Vec<ID>,
    /// What else there is to say: why somebody was refused, which token it was.
    detail: Option<String>,
}

impl From<access_event::Model> for AccessEvent {
    fn from(event: access_event::Model) -> Self {
        Self {
            id: event.id.to_string().into(),
            occurred_at: event.occurred_at.into(),
            kind: event.kind.into(),
            actor: event.actor,
            actor_id: event.actor_id,
            client_ip: event.client_ip,
            subjects: event.subjects.0.into_iter().map(ID).collect(),
            detail: event.detail,
        }
    }
}

connection!(
    /// A page of access events, newest first.
    AccessEventConnection,
    AccessEventEdge,
    AccessEvent
);

#[derive(Default)]
pub(super) struct Query;

#[Object(name = "AccessQuery")]
impl Query {
    /// Who read payloads, asked for exports, fetched files, changed tokens, signed in or was refused,
    /// newest first; needs the scope ADMIN. first/last: default 50, at most 100, more is an error.
    async fn access_events(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<AccessEventConnection, Error>> {
        let window = Window::parse(first, after.as_deref(), last, before.as_deref(), false);
        Some(list(ctx, window).await)
    }
}

async fn list(
    ctx: &Context<'_>,
    window: Result<Window<AccessEventId>, Vec<Fault>>,
) -> Result<AccessEventConnection, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    caller.needs(Scope::Admin)?;
    let window = window?;
    let tx = within(&app.db, caller.domain.id).await?;
    let rows = |stretch| access_event::rows(&tx, caller.domain.id, stretch);
    let (events, page_info) = read(ctx, &window, rows, |event| event.id.to_string()).await?;
    Ok(AccessEventConnection::of(events.into_iter().map(AccessEvent::from), page_info))
}
