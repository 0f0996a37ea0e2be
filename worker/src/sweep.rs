//! The sweep: rings again for exports that wait though they could be worked on (their job was
//! lost, their worker died, their pause is over), removes files whose time is over, and clears the
//! queue of what has ended.

use crate::{Context, metrics, queue, request, stopped};
use chrono::TimeDelta;
use entity::{
    clock,
    export::life::{
        claim::{LEASE, waiting},
        clear,
    },
};
use sea_orm::DbErr;
use std::time::Duration;

/// How often the sweep looks.
const EVERY: Duration = Duration::from_secs(2);
/// How long a fresh export may wait before the sweep rings: its own job rings first.
const PATIENCE: TimeDelta = TimeDelta::seconds(20);
/// The most exports that one look rings for or clears up after: each bell wakes a slot, and a slot
/// works until nothing waits.
const AT_ONCE: u64 = 16;
/// How many looks lie between two clearings of the queue.
const CLEAR_EVERY: u32 = 900;
/// How long after its last byte an upload is taken for one that will have no end.
const UNFINISHED: Duration = Duration::from_hours(1);

/// Sweeps until `context.stop`.
pub async fn run(context: Context) {
    let mut look = 0u32;
    loop {
        if let Err(error) = ring_again(&context, look == 0).await {
            tracing::warn!(%error, "could not look for waiting exports");
        }
        if let Err(error) = clear_up(&context).await {
            tracing::warn!(error = format!("{error:#}"), "could not remove files whose time is over");
        }
        if look.is_multiple_of(CLEAR_EVERY) {
            if let Err(error) = queue::forget_ended(&context.db).await {
                tracing::warn!(%error, "could not clear the queue");
            }
            if let Err(error) = context.store.clear_unfinished(UNFINISHED).await {
                tracing::warn!(error = format!("{error:#}"), "could not clear the store of uploads without an end");
            }
        }
        look = look.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stopped(context.stop.clone()) => return,
        }
    }
}

/// A process that begins rings for all that waits: the one before may have taken the bell with it.
async fn ring_again(context: &Context, first: bool) -> Result<(), DbErr> {
    let now = clock::now();
    let waiting = waiting(&context.db, now, AT_ONCE).await?;
    for export in &waiting {
        let waited = now - export.lease_until.unwrap_or(export.due_at);
        // The ring of a fresh export is its own job; a retry has none yet.
        if export.attempts == 0 && waited < PATIENCE && !first {
            continue;
        }
        let occasion = if first {
            format!("start at {}", now.timestamp_millis())
        } else {
            format!("{}.{}.{}", export.edition, export.attempts, waited.num_seconds() / PATIENCE.num_seconds())
        };
        queue::ring(&context.db, export.id, &occasion).await?;
    }
    if !waiting.is_empty() {
        context.queue.wake();
    }
    Ok(())
}

/// Marks what has expired, and removes what lies in the store for nobody.
async fn clear_up(context: &Context) -> anyhow::Result<()> {
    let now = clock::now();
    metrics::expired(clear::expire(&context.db, now).await?);
    // An attempt that does not know yet that its claim is lost may still be writing.
    let over = now - LEASE - TimeDelta::from_std(context.rules.time_limit)?;
    for export in clear::leftovers(&context.db, over, AT_ONCE).await? {
        request::remove(&context.db, &context.store, &export).await?;
        tracing::info!(export = %export.id, "the files of an export were removed");
    }
    Ok(())
}
