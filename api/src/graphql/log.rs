//! The log: one record, and the list.
#![expect(clippy::doc_markdown, reason = "the comments are descriptions that GraphQL clients show as they stand")]

use super::{
    application::Application,
    connection::asks_behind,
    filter::ConnectorLogFilter,
    page::{Page, PageInfo, Window},
    payload::{self, Asked, Payload, Read},
    scalar::DateTime,
    viewer::{app, caller},
    vocabulary::{Action, Direction, OrderDirection, Outcome, RequestType},
};
use crate::{app::App, auth::Viewer as Caller, error::Error};
use async_graphql::{ComplexObject, Context, ID, InputObject, Lookahead, Object, SimpleObject};
use entity::{
    application::{self, Detail},
    db::within,
    id::{ApplicationNo, LogId},
    log::{
        self,
        filter::{Filter, Matching},
        page::{self as rows, COUNT_MAX},
    },
    token::Scope,
};
use sea_orm::DatabaseTransaction;
use std::collections::HashMap;

/// One API call between the domain and an application. Never changed, never deleted.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub(super) struct ConnectorLog {
    #[graphql(skip)]
    request: Result<Option<Payload>, Error>,
    #[graphql(skip)]
    response: Result<Option<Payload>, Error>,
    pub(super) id: ID,
    /// When the call was made.
    occurred_at: DateTime,
    /// When the log learnt of it.
    recorded_at: DateTime,
    direction: Direction,
    application_from: Application,
    application_to: Application,
    action: Action,
    request_type: RequestType,
    outcome: Outcome,
    user_email: Option<String>,
    login_id: Option<String>,
    /// Connector verb where action says too little: netsuite.customer.upsert.
    operation: Option<String>,
    method: Option<String>,
    /// Secrets in the query string are redacted.
    url: Option<String>,
    status_code: Option<i32>,
    duration_ms: Option<i32>,
    client_ip: Option<String>,
    correlation_id: Option<String>,
    /// The short code that a person can read out: `reference` in a filter finds it.
    reference: String,
    /// What the transport or the remote side said went wrong.
    error_message: Option<String>,
}

#[ComplexObject]
impl ConnectorLog {
    /// The request; needs the scope PAYLOADS_READ.
    async fn request(&self) -> Option<Result<&Payload, Error>> {
        self.request.as_ref().map_err(Clone::clone).map(Option::as_ref).transpose()
    }

    /// The response; needs the scope PAYLOADS_READ.
    async fn response(&self) -> Option<Result<&Payload, Error>> {
        self.response.as_ref().map_err(Clone::clone).map(Option::as_ref).transpose()
    }
}

impl ConnectorLog {
    fn shown(
        log: log::Model,
        names: &HashMap<ApplicationNo, application::Application>,
        [request, response]: &mut [Read; 2],
    ) -> Result<Self, Error> {
        let name = |number: ApplicationNo| {
            names
                .get(&number)
                .map(Application::from)
                .ok_or_else(|| Error::internal(&format!("application {} of record {} is unknown", number.0, log.id)))
        };
        Ok(Self {
            request: request.take(log.id),
            response: response.take(log.id),
            id: log.id.to_string().into(),
            occurred_at: log.id.occurred_at().into(),
            recorded_at: log.recorded_at.into(),
            direction: log.direction.into(),
            application_from: name(log.application_from)?,
            application_to: name(log.application_to)?,
            action: log.action.into(),
            request_type: log.request_type.into(),
            outcome: log.outcome.into(),
            reference: log.reference().to_string(),
            user_email: log.user_email,
            login_id: log.login_id,
            operation: log.operation,
            method: log.method,
            url: log.url,
            status_code: log.status_code.map(i32::from),
            duration_ms: log.duration_ms,
            client_ip: log.client_ip,
            correlation_id: log.correlation_id,
            error_message: log.error_message,
        })
    }
}

/// What is asked of some records beyond their own columns.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// When their applications were first or last seen, which costs look-ups.
    seen: bool,
    payloads: Asked,
}

impl Wanted {
    /// What the selections on a record ask, in any of the places where records are selected.
    pub(super) fn by(records: &[Lookahead<'_>]) -> Self {
        let sides = records.iter().flat_map(|r| [r.field("applicationFrom"), r.field("applicationTo")]);
        let seen = sides.into_iter().any(|s| s.field("firstSeenAt").exists() || s.field("lastSeenAt").exists());
        Self { seen, payloads: Asked::by(records) }
    }
}

/// Records as they are shown, in the order given, with all that is wanted of them: the number of
/// statements does not depend on the number of records. `rows` is bound to the caller's domain.
pub(super) async fn shown(
    app: &App,
    caller: &Caller,
    rows: &DatabaseTransaction,
    logs: Vec<log::Model>,
    wanted: Wanted,
) -> Result<Vec<ConnectorLog>, Error> {
    if logs.is_empty() {
        return Ok(Vec::new());
    }
    let numbers = logs.iter().flat_map(|log| [log.application_from, log.application_to]).collect();
    let detail = if wanted.seen { Detail::Seen } else { Detail::Names };
    let names = application::load(rows, &caller.domain, Some(numbers), detail).await?;
    let mut payloads = payload::read(app, caller, rows, &logs, wanted.payloads).await;
    logs.into_iter().map(|log| ConnectorLog::shown(log, &names, &mut payloads)).collect()
}

/// The order of the list.
#[derive(InputObject)]
pub(super) struct ConnectorLogOrder {
    direction: OrderDirection,
}

/// A page of the log.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct ConnectorLogConnection {
    edges: Vec<ConnectorLogEdge>,
    page_info: PageInfo,
    #[graphql(skip)]
    matching: Matching,
}

/// A record and its place in the list.
#[derive(SimpleObject)]
pub(super) struct ConnectorLogEdge {
    cursor: String,
    node: std::sync::Arc<ConnectorLog>,
}

/// How many there are.
#[derive(SimpleObject)]
pub(super) struct Count {
    value: i32,
    /// False where there are more than `value`.
    exact: bool,
}

impl From<rows::Count> for Count {
    fn from(count: rows::Count) -> Self {
        debug_assert!(count.value <= COUNT_MAX);
        Self { value: i32::try_from(count.value).unwrap_or(i32::MAX), exact: count.exact }
    }
}

#[ComplexObject]
impl ConnectorLogConnection {
    /// The records alone.
    async fn nodes(&self) -> Vec<std::sync::Arc<ConnectorLog>> {
        self.edges.iter().map(|edge| edge.node.clone()).collect()
    }

    /// Computed only where it is selected; exact up to 10,000.
    async fn total_count(&self, ctx: &Context<'_>) -> Option<Result<Count, Error>> {
        let count = async || rows::count(&within(&app(ctx).db, self.matching.domain()).await?, &self.matching).await;
        Some(count().await.map(Count::from).map_err(Error::from))
    }
}

#[derive(Default)]
pub(super) struct Query;

#[Object(name = "LogQuery")]
impl Query {
    /// Newest first unless ordered otherwise. first/last: default 50, at most 100, more is an error.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn connector_logs(
        &self,
        ctx: &Context<'_>,
        filter: Option<ConnectorLogFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        order_by: Option<ConnectorLogOrder>,
    ) -> Option<Result<ConnectorLogConnection, Error>> {
        let ascending = order_by.is_some_and(|order| order.direction == OrderDirection::Asc);
        let window = Window::parse(first, after.as_deref(), last, before.as_deref(), ascending);
        Some(list(ctx, filter, window).await)
    }
}

async fn list(
    ctx: &Context<'_>,
    filter: Option<ConnectorLogFilter>,
    window: Result<Window<LogId>, Vec<entity::fault::Fault>>,
) -> Result<ConnectorLogConnection, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    caller.needs(Scope::LogsRead)?;
    let filter = filter.map_or_else(|| Ok(Filter::default()), ConnectorLogFilter::parse);
    let (filter, window) = match (filter, window) {
        (Ok(filter), Ok(window)) => (filter, window),
        (filter, window) => {
            return Err([window.err(), filter.err()].into_iter().flatten().flatten().collect::<Vec<_>>().into());
        }
    };
    let tx = within(&app.db, caller.domain.id).await?;
    let matching = filter.bind(&tx, caller.domain.id).await?;
    let look = ctx.look_ahead();
    let page = window.page(rows::rows(&tx, &matching, window.stretch()).await?);
    let behind = match window.behind().filter(|_| asks_behind(&look)) {
        Some(stretch) => !rows::rows(&tx, &matching, stretch).await?.is_empty(),
        None => false,
    };
    let info = window.info(&page, behind, |log| log.id.to_string());
    let wanted = Wanted::by(&[look.field("nodes"), look.field("edges").field("node")]);
    let Page { rows: logs, .. } = page;
    let nodes = shown(app, caller, &tx, logs, wanted).await?;
    let edge = |node: ConnectorLog| ConnectorLogEdge { cursor: node.id.to_string(), node: node.into() };
    Ok(ConnectorLogConnection { edges: nodes.into_iter().map(edge).collect(), page_info: info, matching })
}
