//! One export, start to end: claim → read → render → put → finish.
//!
//! What goes wrong is decided here and nowhere else: a fault that passes is waited out with a pause
//! that doubles, one of the export's own counts against it, and the last of either fails it with a
//! sentence. How the file comes about is `make.rs`.

use crate::{
    Context, GRACE,
    fault::Fault,
    make::{self, Storing},
    metrics, request, stopped, trace,
};
use anyhow::anyhow;
use chrono::TimeDelta;
use entity::{
    clock,
    export::{
        Status,
        life::{
            by_id,
            claim::{self, Claim, File},
        },
    },
};
use std::{sync::atomic::Ordering, time::Duration};
use tokio::{
    task::JoinHandle,
    time::{interval, timeout},
};
use tracing::Instrument;

/// How often a claim is renewed: often within a lease, for so it is noticed that it was canceled.
const RENEW: Duration = Duration::from_secs(3);
/// How many attempts may end in a fault of the export's own.
const FAULTS_MAX: i32 = 5;
/// How often an export may be claimed and never given back: each time, the worker's process ended.
const LOST_MAX: i32 = 20;
/// The longest pause between two attempts, in seconds.
const PAUSE_MAX: i64 = 30;

/// Works on whatever is next, until nothing is, or the process is to end. An error means that the
/// database did not answer; the lease's end will bring the export back.
pub async fn work(context: &Context) -> anyhow::Result<()> {
    while !*context.stop.borrow() {
        let Some(claim) = claim::next(&context.db, context.rules.per_domain, clock::now()).await? else {
            return Ok(());
        };
        let span = trace::attempt(&claim.export);
        one(context, claim).instrument(span).await?;
    }
    Ok(())
}

async fn one(context: &Context, claim: Claim) -> anyhow::Result<()> {
    let id = claim.export.id;
    tracing::info!(export = %id, attempt = claim.export.attempts, "export claimed");
    if claim.export.lost >= LOST_MAX {
        return give_up(context, &claim, &Fault::Lost).await;
    }
    let limit = context.rules.time_limit;
    let storing = Storing::default();
    let mut attempt = tokio::spawn(make::file(context.clone(), claim.clone(), storing.clone()).in_current_span());
    let result = tokio::select! {
        ended = timeout(limit, &mut attempt) => match ended {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(Fault::Rendering(anyhow!("the attempt panicked: {panic}"))),
            Err(_) if storing.load(Ordering::Relaxed) => Err(Fault::Store(anyhow!("did not take the file in time"))),
            Err(_) => Err(Fault::Time(limit)),
        },
        () = lost(context, &claim) => {
            ended(attempt).await;
            return clear_canceled(context, &claim).await;
        }
        () = grace_over(context) => {
            ended(attempt).await;
            metrics::put_off();
            claim::give_back(&context.db, &claim, clock::now(), false).await?;
            return Ok(());
        }
    };
    ended(attempt).await;
    match result {
        Ok(file) => finish(context, &claim, file).await,
        Err(fault) => give_up_or_back(context, &claim, &fault).await,
    }
}

/// Ends an attempt, and waits until nothing of it goes on.
async fn ended(attempt: JoinHandle<Result<File, Fault>>) {
    attempt.abort();
    if !attempt.is_finished() {
        // That it was aborted is no news.
        let _ = attempt.await;
    }
}

async fn finish(context: &Context, claim: &Claim, file: File) -> anyhow::Result<()> {
    let size = file.size;
    if claim::finish(&context.db, claim, file, clock::now()).await? {
        metrics::completed(&claim.export);
        tracing::info!(export = %claim.export.id, size, "export completed");
        Ok(())
    } else {
        clear_canceled(context, claim).await
    }
}

/// Removes what an attempt has stored of an export that nobody wants any more, or that was canceled
/// and asked for again meanwhile: the next edition has keys of its own. Where another worker has
/// the claim now, the file is that one's, and the same.
async fn clear_canceled(context: &Context, claim: &Claim) -> anyhow::Result<()> {
    let id = claim.export.id;
    metrics::lost();
    tracing::info!(export = %id, "the claim was lost");
    let now = by_id(&context.db, id).await?;
    if now.is_some_and(|now| now.status == Status::Canceled || now.edition != claim.export.edition) {
        request::remove(&context.db, &context.store, &claim.export).await?;
    }
    Ok(())
}

/// Renews the claim, and ends when it is not ours any more.
async fn lost(context: &Context, claim: &Claim) {
    let mut tick = interval(RENEW);
    tick.tick().await;
    loop {
        tick.tick().await;
        match claim::hold(&context.db, claim, clock::now()).await {
            Ok(true) => {}
            Ok(false) => return,
            // The lease may outlive the fault; when it does not, `finish` finds the claim lost.
            Err(error) => tracing::warn!(%error, "could not renew a claim"),
        }
    }
}

async fn grace_over(context: &Context) {
    stopped(context.stop.clone()).await;
    tokio::time::sleep(GRACE).await;
}

async fn give_up_or_back(context: &Context, claim: &Claim, fault: &Fault) -> anyhow::Result<()> {
    let (export, now) = (&claim.export, clock::now());
    let attempts = export.attempts;
    trace::failed(fault.trouble(attempts).code);
    tracing::warn!(export = %export.id, attempts, error = %fault, "export attempt failed");
    let last = if fault.passes() {
        let patience = TimeDelta::from_std(context.rules.patience)?;
        // Not since it was asked for: to have waited long for its turn is no fault.
        now - export.tried_since.unwrap_or(now) >= patience
    } else {
        export.faults + 1 >= FAULTS_MAX
    };
    if last {
        return give_up(context, claim, fault).await;
    }
    metrics::put_off();
    let pause = TimeDelta::seconds((1 << attempts.clamp(0, 8)).min(PAUSE_MAX));
    claim::give_back(&context.db, claim, now + pause, !fault.passes()).await?;
    Ok(())
}

async fn give_up(context: &Context, claim: &Claim, fault: &Fault) -> anyhow::Result<()> {
    let trouble = fault.trouble(claim.export.attempts);
    tracing::warn!(export = %claim.export.id, code = trouble.code, "export failed");
    let code = trouble.code;
    if claim::fail(&context.db, claim, trouble, clock::now()).await? {
        metrics::failed(&claim.export, code);
    }
    Ok(())
}
