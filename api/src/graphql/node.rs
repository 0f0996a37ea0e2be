//! Nodes by id (Relay's object identification). What is another domain's is null, like what does
//! not exist; an id of no known kind is a fault of the caller's.

use super::{
    access::AccessEvent,
    application::Application,
    export::Export,
    log::{ConnectorLog, Wanted, shown},
    token::Token,
    viewer::{Domain, app, caller},
};
use crate::{auth::Viewer as Caller, error::Error};
use async_graphql::{Context, ID, Interface, Object};
use entity::{
    access_event,
    application::{self, Detail},
    db::within,
    export,
    fault::Fault,
    id::{AccessEventId, ApplicationNo, ApplicationUid, DomainUid, ExportId, LogId, TokenId},
    log, token,
    token::Scope,
};
use sea_orm::DatabaseTransaction;
use std::collections::{BTreeSet, HashMap};

/// Anything with an id.
#[expect(clippy::large_enum_variant, reason = "at most a hundred at a time, each written out at once")]
#[derive(Interface)]
#[graphql(field(name = "id", ty = "&ID"))]
pub(super) enum Node {
    /// A record.
    ConnectorLog(ConnectorLog),
    /// An application.
    Application(Application),
    /// An export.
    Export(Export),
    /// A domain.
    Domain(Domain),
    /// An access token.
    Token(Token),
    /// An access event.
    AccessEvent(AccessEvent),
}

#[derive(Default)]
pub(super) struct Query;

#[Object(name = "NodeQuery")]
impl Query {
    /// What has this id; null where there is no such thing in the caller's domain.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Option<Result<Node, Error>> {
        match load(ctx, "id", &[id]).await {
            Ok(mut nodes) => nodes.pop().flatten().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }

    /// What has these ids, in their order, at most 100.
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Option<Result<Vec<Option<Node>>, Error>> {
        Some(load(ctx, "ids", &ids).await)
    }
}

/// The most ids of a call.
const IDS_MAX: usize = 100;

#[derive(Clone, Copy)]
enum AnyId {
    Log(LogId),
    Application(ApplicationUid),
    Export(ExportId),
    Domain(DomainUid),
    Token(TokenId),
    AccessEvent(AccessEventId),
}

impl AnyId {
    fn parse(text: &str) -> Option<Self> {
        text.parse()
            .map(Self::Log)
            .or_else(|_| text.parse().map(Self::Application))
            .or_else(|_| text.parse().map(Self::Export))
            .or_else(|_| text.parse().map(Self::Domain))
            .or_else(|_| text.parse().map(Self::Token))
            .or_else(|_| text.parse().map(Self::AccessEvent))
            .ok()
    }

    /// The scope that its kind needs. The kind alone decides: nothing is told of what there is.
    fn needs(self) -> Scope {
        match self {
            Self::Log(_) | Self::Application(_) | Self::Export(_) | Self::Domain(_) => Scope::LogsRead,
            Self::Token(_) | Self::AccessEvent(_) => Scope::Admin,
        }
    }
}

/// The rows of one kind among some ids, by id, read in one statement; in none where there is no such id.
macro_rules! found {
    ($ids:ident, $kind:ident, |$wanted:ident| $read:expr) => {{
        let of_kind = |id: &AnyId| if let AnyId::$kind(id) = id { Some(*id) } else { None };
        let $wanted: Vec<_> = $ids.iter().filter_map(of_kind).collect();
        let rows = if $wanted.is_empty() { Vec::new() } else { $read.await? };
        rows.into_iter().map(|row| (row.id, row)).collect::<HashMap<_, _>>()
    }};
}

async fn load(ctx: &Context<'_>, field: &str, ids: &[ID]) -> Result<Vec<Option<Node>>, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    if ids.len() > IDS_MAX {
        return Err(Fault::new(field, format!("has more than {IDS_MAX} ids: ask in parts")).into());
    }
    let unknown = || Fault::new(field, "is no id of this API: pass one on as you received it");
    let ids = ids.iter().map(|id| AnyId::parse(id).ok_or_else(unknown)).collect::<Result<Vec<_>, _>>()?;
    for id in &ids {
        caller.needs(id.needs())?;
    }
    let domain = caller.domain.id;
    let rows = within(&app.db, domain).await?;
    let logs = found!(ids, Log, |wanted| log::by_ids(&rows, domain, wanted));
    let exports = found!(ids, Export, |wanted| export::by_ids(&rows, domain, wanted));
    let tokens = found!(ids, Token, |wanted| token::by_ids(&rows, domain, wanted));
    let events = found!(ids, AccessEvent, |wanted| access_event::by_ids(&rows, domain, wanted));
    let applications = applications(&rows, caller, &ids).await?;
    let keys: Vec<LogId> = logs.keys().copied().collect();
    let wanted = Wanted::by(&[ctx.look_ahead()]);
    let shown = shown(app, caller, &rows, logs.into_values().collect(), wanted).await?;
    let logs: HashMap<LogId, ConnectorLog> = keys.into_iter().zip(shown).collect();
    let node = |id: AnyId| match id {
        AnyId::Log(id) => logs.get(&id).cloned().map(Node::ConnectorLog),
        AnyId::Export(id) => exports.get(&id).cloned().map(|e| Node::Export(Export::shown(e, app, caller))),
        AnyId::Token(id) => tokens.get(&id).cloned().map(|t| Node::Token(t.into())),
        AnyId::AccessEvent(id) => events.get(&id).cloned().map(|e| Node::AccessEvent(e.into())),
        AnyId::Application(uid) => {
            uid.number_in(caller.domain.uid).and_then(|n| applications.get(&n)).map(|a| Node::Application(a.into()))
        }
        AnyId::Domain(uid) => (uid == caller.domain.uid).then(|| Node::Domain(caller.domain.as_ref().into())),
    };
    Ok(ids.into_iter().map(node).collect())
}

async fn applications(
    rows: &DatabaseTransaction,
    caller: &Caller,
    ids: &[AnyId],
) -> Result<HashMap<ApplicationNo, application::Application>, Error> {
    let ours = |id: &AnyId| if let AnyId::Application(uid) = id { uid.number_in(caller.domain.uid) } else { None };
    let numbers: BTreeSet<ApplicationNo> = ids.iter().filter_map(ours).collect();
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(application::load(rows, &caller.domain, Some(numbers), Detail::Seen).await?)
}
