//! What the worker counts, in Prometheus' terms. The counters are this process' own; the API's
//! `/metrics` shows them, and so does a worker's own address. No label says whose an export is.

use chrono::{DateTime, Utc};
use entity::export::{Format, Model};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::{Family, MetricConstructor},
        histogram::Histogram,
    },
    registry::{Registry, Unit},
};
use std::{sync::LazyLock, time::Instant};

/// Makes a histogram of seconds with these upper bounds.
#[derive(Clone, Copy, Debug)]
pub struct Seconds(pub &'static [f64]);

impl MetricConstructor<Histogram> for Seconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(self.0.iter().copied())
    }
}

/// Histograms of seconds, by labels.
pub type Durations<L> = Family<L, Histogram, Seconds>;

/// An export may wait for hours where its store does.
const EXPORTS: Seconds = Seconds(&[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0]);
const STORE: Seconds = Seconds(&[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0]);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    format: &'static str,
    outcome: &'static str,
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfFormat {
    format: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Attempted {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

static ENDED: LazyLock<Family<Ended, Counter>> = LazyLock::new(Family::default);
static EXPIRED: LazyLock<Counter> = LazyLock::new(Counter::default);
static WHOLE: LazyLock<Durations<OfFormat>> = LazyLock::new(|| Family::new_with_constructor(EXPORTS));
static WORK: LazyLock<Durations<OfFormat>> = LazyLock::new(|| Family::new_with_constructor(EXPORTS));
static ATTEMPTS: LazyLock<Family<Attempted, Counter>> = LazyLock::new(Family::default);
static ASKED: LazyLock<Family<Asked, Counter>> = LazyLock::new(Family::default);
static ANSWERED: LazyLock<Durations<Operation>> = LazyLock::new(|| Family::new_with_constructor(STORE));

/// Shows what is counted here.
pub fn register(registry: &mut Registry) {
    // What is not there cannot be seen to grow: what is sure to come begins at nothing.
    for format in [Format::Csv, Format::Pdf].map(Format::extension) {
        for outcome in ["completed", "canceled"] {
            drop(ENDED.get_or_create(&Ended { format, outcome, code: "" }));
        }
        drop(WHOLE.get_or_create(&OfFormat { format }));
        drop(WORK.get_or_create(&OfFormat { format }));
    }
    for outcome in ["completed", "failed", "put_off", "lost"] {
        drop(ATTEMPTS.get_or_create(&Attempted { outcome }));
    }
    let help = "Exports that ended, by format, outcome (completed, failed, canceled) and code of the failure";
    registry.register("exports_ended", help, ENDED.clone());
    registry.register("exports_expired", "Exports whose file's time was over", EXPIRED.clone());
    let help = "How long completed exports took from being asked for to being there";
    registry.register_with_unit("export_duration", help, Unit::Seconds, WHOLE.clone());
    let help = "How long completed exports took from being claimed the last time to being there";
    registry.register_with_unit("export_work_duration", help, Unit::Seconds, WORK.clone());
    let help = "Attempts at exports, by outcome: completed, failed for good, put off, lost to another worker";
    registry.register("export_attempts", help, ATTEMPTS.clone());
    let help = "What was asked of the object store, by operation and outcome: ok, error, abandoned without an answer";
    registry.register("store_operations", help, ASKED.clone());
    let help = "How long the object store took to answer, well or not";
    registry.register_with_unit("store_operation_duration", help, Unit::Seconds, ANSWERED.clone());
}

/// An export, as it was claimed, was completed.
pub fn completed(export: &Model) {
    let (format, now) = (export.format.extension(), entity::clock::now());
    ENDED.get_or_create(&Ended { format, outcome: "completed", code: "" }).inc();
    ATTEMPTS.get_or_create(&Attempted { outcome: "completed" }).inc();
    let since = |then: DateTime<Utc>| (now - then).to_std().unwrap_or_default().as_secs_f64();
    WHOLE.get_or_create(&OfFormat { format }).observe(since(export.asked_at()));
    WORK.get_or_create(&OfFormat { format }).observe(since(export.claimed_at.unwrap_or(now)));
}

/// An export failed for good, with a code.
pub fn failed(export: &Model, code: &'static str) {
    ENDED.get_or_create(&Ended { format: export.format.extension(), outcome: "failed", code }).inc();
    ATTEMPTS.get_or_create(&Attempted { outcome: "failed" }).inc();
}

/// An export was canceled.
pub fn canceled(format: Format) {
    ENDED.get_or_create(&Ended { format: format.extension(), outcome: "canceled", code: "" }).inc();
}

/// The time of so many files is over.
pub fn expired(files: u64) {
    EXPIRED.inc_by(files);
}

/// An attempt came to no end and will be made again.
pub fn put_off() {
    ATTEMPTS.get_or_create(&Attempted { outcome: "put_off" }).inc();
}

/// An attempt's claim was lost.
pub fn lost() {
    ATTEMPTS.get_or_create(&Attempted { outcome: "lost" }).inc();
}

/// Asks something of the object store, and counts what comes of it.
///
/// # Errors
/// Those of the store.
pub async fn store<T, E>(operation: &'static str, asked: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let mut waiting = Waiting { operation, begun: Instant::now(), outcome: "abandoned" };
    let answer = asked.await;
    waiting.outcome = if answer.is_ok() { "ok" } else { "error" };
    answer
}

/// Somebody who waits for the store, until it answers or they go.
struct Waiting {
    operation: &'static str,
    begun: Instant,
    outcome: &'static str,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Self { operation, outcome, .. } = *self;
        ASKED.get_or_create(&Asked { operation, outcome }).inc();
        ANSWERED.get_or_create(&Operation { operation }).observe(self.begun.elapsed().as_secs_f64());
    }
}
