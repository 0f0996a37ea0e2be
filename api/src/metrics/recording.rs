//! Recording: what became of the records that callers sent, in which batches, how fast.

use super::http::SECONDS;
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

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Became {
    result: &'static str,
}

static RECORDS: LazyLock<Family<Became, Counter>> = LazyLock::new(Family::default);
static BATCH: LazyLock<Histogram> =
    LazyLock::new(|| Histogram::new([1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0]));
static DURATION: LazyLock<Histogram> = LazyLock::new(|| SECONDS.new_metric());

pub(super) fn register(registry: &mut Registry) {
    for result in ["recorded", "repeated", "refused"] {
        drop(RECORDS.get_or_create(&Became { result }));
    }
    let help = "Records that callers sent: recorded, repeated (there already) or refused (at fault)";
    registry.register("records", help, RECORDS.clone());
    registry.register("record_batch_size", "How many records callers sent in one call", BATCH.clone());
    let help = "How long a batch took from being read to being recorded, redaction and all";
    registry.register_with_unit("record_duration", help, Unit::Seconds, DURATION.clone());
}

/// Of `sent` records, begun to be looked at then, `good` were good and `new` new to the log.
pub(crate) fn recorded(begun: Instant, sent: usize, good: usize, new: u64) {
    let count = |result, n: u64| RECORDS.get_or_create(&Became { result }).inc_by(n);
    let (sent, good) = (u64::try_from(sent).unwrap_or(0), u64::try_from(good).unwrap_or(0));
    count("recorded", new);
    count("repeated", good.saturating_sub(new));
    count("refused", sent.saturating_sub(good));
    BATCH.observe(f64::from(u32::try_from(sent).unwrap_or(u32::MAX)));
    DURATION.observe(begun.elapsed().as_secs_f64());
}
