//! The sweep: rings again for exports that wait though they could be worked on (their job was
//! lost, their worker died, their pause is over), and clears the queue of what has ended.

use crate::{Context, queue, stopped};
use chrono::TimeDelta;
use entity::{clock, export::life};
use sea_orm::DbErr;
use std::time::Duration;

/// How often the sweep looks.
const EVERY: Duration = Duration::from_secs(2);
/// How long an export may wait before the sweep rings, and between two of its rings.
const PATIENCE: TimeDelta = TimeDelta::seconds(20);
/// The most exports that one look rings for.
const AT_ONCE: u64 = 100;
/// How many looks lie between two clearings of the queue.
const CLEAR_EVERY: u32 = 900;

/// Sweeps until `context.stop`.
pub async fn run(context: Context) {
    let mut look = 0u32;
    loop {
        if let Err(error) = ring_again(&context, look == 0).await {
            tracing::warn!(%error, "could not look for waiting exports");
        }
        if look.is_multiple_of(CLEAR_EVERY)
            && let Err(error) = queue::forget_ended(&context.db).await
        {
            tracing::warn!(%error, "could not clear the queue");
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
    let waiting = life::waiting(&context.db, now, AT_ONCE).await?;
    for export in &waiting {
        let waited = now - export.since;
        // The ring of a fresh export is its own job; a retry has none yet.
        if export.attempts == 0 && waited < PATIENCE && !first {
            continue;
        }
        let occasion = if first {
            format!("start at {}", now.timestamp_millis())
        } else {
            format!("{}.{}", export.attempts, waited.num_seconds() / PATIENCE.num_seconds())
        };
        queue::ring(&context.db, export.id, &occasion).await?;
    }
    if !waiting.is_empty() {
        context.queue.wake();
    }
    Ok(())
}
