//! One export, start to end: claim → read → render → put → finish.
//!
//! What goes wrong is decided here and nowhere else: a fault that may pass gives the export back
//! with a pause that doubles, the last attempt fails it with a sentence; a panic and a rendering
//! without end are faults like others.

use crate::{Context, GRACE, report, stopped};
use anyhow::{Context as _, anyhow};
use bytes::Bytes;
use chrono::TimeDelta;
use entity::{
    application, clock,
    db::within,
    domain,
    export::{
        Format, item,
        life::{self, Claim, File, Trouble},
    },
    id::ExportId,
};
use report::{Report, Row};
use std::time::Duration;
use tokio::time::{interval, timeout};

/// How long one attempt may take.
const TIME_LIMIT: Duration = Duration::from_mins(5);
/// How often a claim is renewed: three times a lease.
const RENEW: Duration = Duration::from_secs(10);

/// Works on an export if it can be claimed. An error means that the database did not answer; the
/// lease's end will bring the export back.
pub async fn work(context: &Context, id: ExportId) -> anyhow::Result<()> {
    let Some(claim) = life::claim(&context.db, id, clock::now()).await? else {
        return Ok(());
    };
    tracing::info!(export = %id, attempt = claim.export.attempts, "export claimed");
    let attempt = tokio::spawn(attempt(context.clone(), claim.clone()));
    let abort = attempt.abort_handle();
    let result = tokio::select! {
        ended = timeout(TIME_LIMIT, attempt) => match ended {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(anyhow!("the attempt panicked: {panic}")),
            Err(_) => Err(anyhow!("the attempt took longer than {} seconds", TIME_LIMIT.as_secs())),
        },
        () = hold(context, &claim) => Err(anyhow!("the claim was lost to another worker")),
        () = grace_over(context) => {
            abort.abort();
            life::give_back(&context.db, &claim, clock::now()).await?;
            return Ok(());
        }
    };
    abort.abort();
    match result {
        Ok(file) => {
            let size = file.size;
            let ours = life::finish(&context.db, &claim, file, clock::now()).await?;
            tracing::info!(export = %id, size, ours, "export completed");
        }
        Err(error) => give_up_or_back(context, &claim, &error).await?,
    }
    Ok(())
}

/// Reads, renders and stores.
async fn attempt(context: Context, claim: Claim) -> anyhow::Result<File> {
    let export = &claim.export;
    let report = read(&context, &claim).await?;
    life::renew(&context.db, &claim, 0.3, clock::now()).await?;
    let name = report::file_name(&report, export.format);
    let format = export.format;
    let fonts = context.fonts.clone();
    let bytes = tokio::task::spawn_blocking(move || match format {
        Format::Csv => report::csv::render(&report),
        Format::Pdf => report::pdf::render(&report, &fonts),
    })
    .await
    .map_err(|panic| anyhow!("the rendering panicked: {panic}"))?
    .context("rendering")?;
    life::renew(&context.db, &claim, 0.8, clock::now()).await?;
    let size = u64::try_from(bytes.len())?;
    let file = Bytes::from(bytes);
    let sha256 = context
        .store
        .put(&export.object_key(), file, format.content_type(), &name)
        .await
        .context("storing the file")?;
    Ok(File { name, size, sha256 })
}

async fn read(context: &Context, claim: &Claim) -> anyhow::Result<Report> {
    let export = &claim.export;
    let domain = domain::by_id(&context.db, export.domain_id).await?.context("the export's domain is gone")?;
    let rows = within(&context.db, domain.id).await?;
    let logs = item::logs(&rows, domain.id, export.id).await?;
    let numbers = logs.iter().flat_map(|log| [log.application_from, log.application_to]).collect();
    let names = application::load(&rows, &domain, Some(numbers), application::Detail::Names).await?;
    let rows = logs.into_iter().map(|log| Row::new(log, &names)).collect::<anyhow::Result<Vec<_>>>()?;
    let matched = export.matched();
    Ok(Report {
        export_id: export.id.to_string(),
        domain: domain.name,
        filter_in_words: export.filter_summary.clone(),
        zone: export.time_zone.parse().map_err(|e| anyhow!("the export's time zone: {e}"))?,
        requested_by: export.requested_by.clone(),
        requested_at: export.requested_at,
        matched: matched.value,
        matched_exact: matched.exact,
        rows,
    })
}

/// Renews the claim for as long as it is ours.
async fn hold(context: &Context, claim: &Claim) {
    let mut tick = interval(RENEW);
    tick.tick().await;
    loop {
        tick.tick().await;
        match life::hold(&context.db, claim, clock::now()).await {
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

async fn give_up_or_back(context: &Context, claim: &Claim, error: &anyhow::Error) -> anyhow::Result<()> {
    let attempts = claim.export.attempts;
    tracing::warn!(export = %claim.export.id, attempts, error = format!("{error:#}"), "export attempt failed");
    if claim.is_last_attempt() {
        let trouble = Trouble {
            code: "EXPORT_FAILED",
            message: format!(
                "The file could not be made or stored in {attempts} attempts. Ask for the export again; the server's log says why."
            ),
        };
        life::fail(&context.db, claim, trouble, clock::now()).await?;
    } else {
        let pause = TimeDelta::seconds(1 << attempts.clamp(0, 8));
        life::give_back(&context.db, claim, clock::now() + pause).await?;
    }
    Ok(())
}
