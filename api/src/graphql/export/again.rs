//! An export that nobody wants any more, and one that is wanted again.

use super::Export;
use crate::{
    auth::Viewer as Caller,
    error::Error,
    graphql::{
        record::UserError,
        viewer::{app, caller},
    },
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{
    access_event::{Kind, NewEvent},
    clock,
    db::{within, within_to_write},
    export::{self, Status, life::end},
    fault::Fault,
    id::ExportId,
    token::Scope,
};
use sea_orm::{ConnectionTrait, DbErr};
use worker::{metrics, request::repeat};

/// Which export to cancel.
#[derive(InputObject)]
pub(in crate::graphql) struct CancelExportInput {
    id: ID,
}

/// The export, which is canceled now.
#[derive(SimpleObject)]
pub(in crate::graphql) struct CancelExportPayload {
    export: Option<Export>,
    user_errors: Vec<UserError>,
}

/// Which export to make again.
#[derive(InputObject)]
pub(in crate::graphql) struct RepeatExportInput {
    id: ID,
}

/// The export, which is queued again.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RepeatExportPayload {
    export: Option<Export>,
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct Mutation;

#[Object(name = "ExportAgainMutation")]
impl Mutation {
    /// Cancels an export that is QUEUED or RUNNING; nothing of it is kept.
    async fn cancel_export(
        &self,
        ctx: &Context<'_>,
        input: CancelExportInput,
    ) -> Option<Result<CancelExportPayload, Error>> {
        let payload = |export| match export {
            Ok(export) => CancelExportPayload { export: Some(export), user_errors: Vec::new() },
            Err(fault) => CancelExportPayload { export: None, user_errors: vec![UserError::from(fault)] },
        };
        Some(cancel(ctx, &input.id).await.map(payload))
    }

    /// Queues an export again that is EXPIRED, FAILED or CANCELED: the same records and options, and so
    /// the same file.
    async fn repeat_export(
        &self,
        ctx: &Context<'_>,
        input: RepeatExportInput,
    ) -> Option<Result<RepeatExportPayload, Error>> {
        let payload = |export| match export {
            Ok(export) => RepeatExportPayload { export: Some(export), user_errors: Vec::new() },
            Err(fault) => RepeatExportPayload { export: None, user_errors: vec![UserError::from(fault)] },
        };
        Some(again(ctx, &input.id).await.map(payload))
    }
}

async fn cancel(ctx: &Context<'_>, id: &ID) -> Result<Result<Export, Fault>, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    may_ask(caller)?;
    let tx = within_to_write(&app.db, caller.domain.id).await?;
    let Some(export) = find(&tx, caller, id).await? else {
        return Ok(Err(unknown()));
    };
    if !end::cancel(&tx, caller.domain.id, export.id, clock::now()).await? {
        let status = export.status_at(clock::now()).name();
        return Ok(Err(Fault::new("id", format!("is an export that is {status}: it has ended already"))));
    }
    let export = find(&tx, caller, id).await?.unwrap_or(export);
    tx.commit().await?;
    metrics::canceled(export.format);
    Ok(Ok(Export::shown(export, app, caller)))
}

async fn again(ctx: &Context<'_>, id: &ID) -> Result<Result<Export, Fault>, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    may_ask(caller)?;
    let Some(export) = find(&within(&app.db, caller.domain.id).await?, caller, id).await? else {
        return Ok(Err(unknown()));
    };
    let detail = export.options.shows_payloads().then(|| "with payloads".to_owned());
    if detail.is_some() {
        caller.needs(Scope::PayloadsRead)?;
    }
    let queued = repeat(&app.db, &app.queue, &app.store, &export).await;
    if !queued.map_err(|error| Error::internal(&format!("{error:#}")))? {
        let words = match export.status_at(clock::now()) {
            Status::Completed => "is an export that is COMPLETED: its file is there",
            _ => "is an export that is on its way already: wait for it, or cancel it",
        };
        return Ok(Err(Fault::new("id", words)));
    }
    let event = NewEvent { detail, ..caller.does(Kind::ExportRequested, vec![export.id.to_string()]) };
    app.ledger.write(event).await?;
    let now = find(&within(&app.db, caller.domain.id).await?, caller, id).await?;
    Ok(Ok(Export::shown(now.unwrap_or(export), app, caller)))
}

fn may_ask(caller: &Caller) -> Result<(), Error> {
    caller.needs(Scope::LogsRead)?;
    caller.needs(Scope::ExportsWrite)
}

async fn find(rows: &impl ConnectionTrait, caller: &Caller, id: &ID) -> Result<Option<export::Model>, DbErr> {
    let Ok(id) = id.parse::<ExportId>() else { return Ok(None) };
    Ok(export::by_ids(rows, caller.domain.id, [id]).await?.pop())
}

fn unknown() -> Fault {
    Fault::new("id", "is no export of this domain: `exports` lists them")
}
