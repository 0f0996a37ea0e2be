//! What can be watched: new records as they are recorded, and an export as it goes on.
//!
//! Both are read off the rows, so that it is all one which process recorded, and which worked.
//! [`tail`] follows the log, [`watched`] ends what somebody may not see any more, [`crowd`] counts those
//! who watch.
#![expect(clippy::unused_async, reason = "the library awaits each field, also one that has nothing to wait for")]

pub(super) mod crowd;
mod tail;
pub(super) mod watched;

pub use crowd::Crowd;
pub use tail::Tails;

use super::{
    export::Export,
    filter::ConnectorLogFilter,
    log::{ConnectorLog, Wanted, shown},
    viewer::{app, caller},
};
use crate::{app::App, auth::Viewer as Caller, error::Error};
use async_graphql::{Context, ID};
use entity::{
    db::within,
    export,
    fault::Fault,
    id::{ExportId, LogId},
    log::{filter::Filter, tail::matching},
    token::Scope,
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::broadcast;

/// How often an export's row is looked at while somebody watches it.
const LOOK: Duration = Duration::from_millis(500);
/// How many records are read, and shown, at once.
const CHUNK: usize = 50;

/// The root of what can be watched.
#[derive(Default)]
pub struct Subscription;

/// What can be watched.
#[async_graphql::Subscription]
impl Subscription {
    /// New records that match, as they are recorded, by whichever process: the live tail.
    async fn connector_log_recorded(
        &self,
        ctx: &Context<'_>,
        filter: Option<ConnectorLogFilter>,
    ) -> Result<BoxStream<'static, Result<ConnectorLog, Error>>, Error> {
        let (app, caller) = (app(ctx).clone(), caller(ctx).clone());
        caller.needs(Scope::LogsRead)?;
        let filter = filter.map_or_else(|| Ok(Filter::default()), ConnectorLogFilter::parse)?;
        let wanted = Wanted::by(&[ctx.look_ahead()]);
        let told = app.tails.follow(&app, caller.domain.id);
        let follower = Follower { app, caller, filter, wanted, told };
        Ok(stream::unfold(Some(follower), Follower::next).flat_map(stream::iter).boxed())
    }

    /// An export, now and at each change, until it is COMPLETED or FAILED.
    async fn export_updated(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<BoxStream<'static, Result<Export, Error>>, Error> {
        let (app, caller) = (app(ctx).clone(), caller(ctx).clone());
        caller.needs(Scope::LogsRead)?;
        let unknown = || Fault::new("id", "is no export of this domain: pass on the id of one as you received it");
        let id: ExportId = id.parse().map_err(|_| unknown())?;
        let row = row(&app, &caller, id).await?.ok_or_else(unknown)?;
        let watcher = Watcher { app, caller, row, begun: false };
        Ok(stream::unfold(Some(watcher), Watcher::next).boxed())
    }
}

/// Somebody who follows the log.
struct Follower {
    app: App,
    caller: Caller,
    filter: Filter,
    wanted: Wanted,
    told: broadcast::Receiver<Arc<[LogId]>>,
}

type Records = Vec<Result<ConnectorLog, Error>>;

impl Follower {
    /// The next records that match; some of those that have come may match not at all.
    async fn next(this: Option<Self>) -> Option<(Records, Option<Self>)> {
        let mut this = this?;
        match this.told.recv().await {
            Ok(ids) => match this.records(&ids).await {
                Ok(records) => Some((records.into_iter().map(Ok).collect(), Some(this))),
                Err(error) => Some((vec![Err(error)], None)),
            },
            Err(broadcast::error::RecvError::Lagged(_)) => Some((vec![Err(Error::TooSlow)], None)),
            // The process is to end.
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }

    async fn records(&self, ids: &[LogId]) -> Result<Vec<ConnectorLog>, Error> {
        let mut records = Vec::new();
        for ids in ids.chunks(CHUNK) {
            let rows = within(&self.app.db, self.caller.domain.id).await?;
            // Bound anew each time: an application that the filter names may have been learnt since.
            let filter = self.filter.bind(&rows, self.caller.domain.id).await?;
            let logs = matching(&rows, &filter, ids.iter().copied()).await?;
            records.extend(shown(&self.app, &self.caller, &rows, logs, self.wanted).await?);
        }
        Ok(records)
    }
}

/// Somebody who watches an export.
struct Watcher {
    app: App,
    caller: Caller,
    /// As it was shown last.
    row: export::Model,
    /// Whether it has been shown at all.
    begun: bool,
}

impl Watcher {
    /// The export as it is; later, once it differs from what was shown last.
    async fn next(this: Option<Self>) -> Option<(Result<Export, Error>, Option<Self>)> {
        let mut this = this?;
        if this.begun {
            if this.row.completed_at.is_some() {
                return None;
            }
            this.row = match this.changed().await {
                Ok(row) => row?,
                Err(error) => return Some((Err(error), None)),
            };
        }
        this.begun = true;
        Some((Ok(Export::shown(this.row.clone(), &this.app, &this.caller)), Some(this)))
    }

    /// Waits for news; none where the export is gone.
    async fn changed(&self) -> Result<Option<export::Model>, Error> {
        loop {
            tokio::time::sleep(LOOK).await;
            match row(&self.app, &self.caller, self.row.id).await? {
                Some(now) if as_shown(&now) == as_shown(&self.row) => {}
                now => return Ok(now),
            }
        }
    }
}

async fn row(app: &App, caller: &Caller, id: ExportId) -> Result<Option<export::Model>, Error> {
    let rows = within(&app.db, caller.domain.id).await?;
    Ok(export::by_ids(&rows, caller.domain.id, vec![id]).await?.pop())
}

/// What of a row is shown, and changes: that a worker renews its claim is no news.
fn as_shown(row: &export::Model) -> (export::Status, i32, f64, Option<chrono::DateTime<chrono::Utc>>) {
    (row.status, row.attempts, row.progress, row.completed_at)
}
