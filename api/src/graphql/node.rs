//! Nodes by id (Relay's object identification). What is another domain's is null, like what does
//! not exist; an id of no known kind is a fault of the caller's.

use super::{
    application::Application,
    export::Export,
    log::{ConnectorLog, Wanted, shown},
    viewer::{Domain, app, caller},
};
use crate::error::Error;
use async_graphql::{Context, ID, Interface, Object};
use entity::{
    application::{self, Detail},
    export,
    fault::Fault,
    id::{ApplicationUid, DomainUid, ExportId, LogId},
    log,
    token::Scope,
};
use std::collections::HashMap;

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

enum AnyId {
    Log(LogId),
    Application(ApplicationUid),
    Export(ExportId),
    Domain(DomainUid),
}

fn parse(text: &str) -> Option<AnyId> {
    text.parse()
        .map(AnyId::Log)
        .or_else(|_| text.parse().map(AnyId::Application))
        .or_else(|_| text.parse().map(AnyId::Export))
        .or_else(|_| text.parse().map(AnyId::Domain))
        .ok()
}

/// One statement a kind, however many ids.
async fn load(ctx: &Context<'_>, field: &str, ids: &[ID]) -> Result<Vec<Option<Node>>, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    caller.needs(Scope::LogsRead)?;
    if ids.len() > IDS_MAX {
        return Err(Fault::new(field, format!("has more than {IDS_MAX} ids: ask in parts")).into());
    }
    let parsed = ids
        .iter()
        .map(|id| parse(id).ok_or_else(|| Fault::new(field, "is no id of this API: pass one on as you received it")))
        .collect::<Result<Vec<_>, _>>()?;
    let logs = logs(ctx, &parsed).await?;
    let exports = parsed.iter().filter_map(|id| if let AnyId::Export(id) = id { Some(*id) } else { None });
    let exports: Vec<ExportId> = exports.collect();
    let exports: HashMap<ExportId, export::Model> = if exports.is_empty() {
        HashMap::new()
    } else {
        export::by_ids(&app.db, caller.domain.id, exports).await?.into_iter().map(|e| (e.id, e)).collect()
    };
    let numbers = parsed.iter().filter_map(|id| match id {
        AnyId::Application(uid) => uid.number_in(caller.domain.uid),
        _ => None,
    });
    let numbers: std::collections::BTreeSet<_> = numbers.collect();
    let applications = if numbers.is_empty() {
        HashMap::new()
    } else {
        application::load(&app.db, &caller.domain, Some(numbers), Detail::Seen).await?
    };
    let node = |id: AnyId| match id {
        AnyId::Log(id) => logs.get(&id).cloned().map(Node::ConnectorLog),
        AnyId::Export(id) => exports.get(&id).cloned().map(|e| Node::Export(Export::shown(e, &app.links))),
        AnyId::Application(uid) => {
            uid.number_in(caller.domain.uid).and_then(|n| applications.get(&n)).map(|a| Node::Application(a.into()))
        }
        AnyId::Domain(uid) => (uid == caller.domain.uid).then(|| Node::Domain(caller.domain.as_ref().into())),
    };
    Ok(parsed.into_iter().map(node).collect())
}

async fn logs(ctx: &Context<'_>, ids: &[AnyId]) -> Result<HashMap<LogId, ConnectorLog>, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    let wanted: Vec<LogId> =
        ids.iter().filter_map(|id| if let AnyId::Log(id) = id { Some(*id) } else { None }).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let found = log::by_ids(&app.db, caller.domain.id, wanted).await?;
    let keys: Vec<LogId> = found.iter().map(|log| log.id).collect();
    let shown = shown(app, caller, found, Wanted::by(&[ctx.look_ahead()])).await?;
    Ok(keys.into_iter().zip(shown).collect())
}
