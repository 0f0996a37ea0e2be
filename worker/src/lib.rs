//! From an export's row to a file in the object store.
//!
//! The queue rings, [`export`] claims the row that is next, has [`read`] read its frozen records,
//! [`report`] make a file of them and [`store`] keep it, and writes down that it is there. PDFs are
//! set in a process of their own ([`render`]). The [`sweep`] rings again for exports that wait too
//! long, and removes what has expired. What is true about an export is in its row alone: the bell
//! may ring never, once or three times.
//!
//! Dialect SQL stands in `queue.rs` and nowhere else in this crate; so does every word of apalis.
//! The object store is the business of `store.rs`, Typst of `report/pdf`.
#![forbid(unsafe_code)]

pub mod export;
pub mod fault;
mod make;
pub mod metrics;
pub mod pulse;
pub mod queue;
pub mod read;
pub mod render;
pub mod report;
pub mod request;
pub mod store;
pub mod sweep;
pub mod trace;

use pulse::Pulse;
use queue::Queue;
use render::Renderer;
use sea_orm::DatabaseConnection;
use std::time::Duration;
use store::Store;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

/// What a worker works with.
#[derive(Clone)]
pub struct Context {
    /// The rows.
    pub db: DatabaseConnection,
    /// The bell.
    pub queue: Queue,
    /// The files.
    pub store: Store,
    /// How PDFs are set.
    pub renderer: Renderer,
    /// What holds for every export.
    pub rules: Rules,
    /// True once the process is to end.
    pub stop: watch::Receiver<bool>,
    /// The exports that are being worked on.
    pub in_work: TaskTracker,
    /// Whether the queue is served.
    pub pulse: Pulse,
}

/// What holds for every export.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How many of one domain may be in work at a time, in all workers together.
    pub per_domain: u32,
    /// How long one attempt may take.
    pub time_limit: Duration,
    /// How long an export is tried while the store or the database does not answer.
    pub patience: Duration,
    /// How long a file is kept.
    pub keep: Duration,
}

/// How long running exports may take to finish once the process is to end; after it they are
/// given back.
pub const GRACE: Duration = Duration::from_secs(15);

/// Works until `context.stop` says so, at `exports` exports at a time.
///
/// # Errors
/// Where the queue cannot be served any more; the process should end and be started again.
pub async fn run(context: Context, exports: usize) -> anyhow::Result<()> {
    let sweep = tokio::spawn(sweep::run(context.clone()));
    let result = queue::run(context, exports).await;
    sweep.abort();
    result
}

/// Resolves when `stop` becomes true, or its sender is gone.
pub(crate) async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error means that the sender is gone: nobody is left to work for.
    let _ = stop.wait_for(|stop| *stop).await;
}
