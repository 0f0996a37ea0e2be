//! A log filled to a size: several domains, the largest with 37 of 100 records, straight through
//! the one way into the log, without HTTP.

use super::{
    Bench, TENANTS, Tenant,
    sample::{self, Directions, Sampler},
};
use anyhow::anyhow;
use entity::{
    clock, domain,
    log::{draft::NewLog, record::record},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use sea_orm::DatabaseConnection;
use std::{collections::BTreeMap, sync::Arc};

/// Records made at once.
const BATCH: u32 = 10_000;
/// Batches under way at once.
const AT_ONCE: usize = 2;
/// Of 1000 records, those of the largest domain. The domain after it has 121, then ever fewer.
const LARGEST: u32 = 370;

/// Fills the log; the answer is the two largest domains. The second has no incoming calls.
pub(super) async fn fill(bench: &Bench, records: u32) -> anyhow::Result<[Tenant; 2]> {
    let largest = [bench.tenant("bench 1").await?, bench.tenant("bench 2").await?];
    let mut domains: Vec<_> = largest.iter().map(|tenant| tenant.domain.clone()).collect();
    for number in 3..=TENANTS {
        domains.push(domain::open(&bench.db, &format!("bench {number}")).await?);
    }
    let domains = Arc::new(domains);
    let style = ProgressStyle::with_template("filling the log {bar:30} {pos} of {len}, {per_sec}, {eta} left")?;
    let bar = ProgressBar::new(records.into()).with_style(style);
    let batches = (0..records.div_ceil(BATCH)).map(|batch| {
        let (db, domains, bar) = (bench.db.clone(), domains.clone(), bar.clone());
        tokio::spawn(async move {
            let size = BATCH.min(records - batch * BATCH);
            fill_batch(&db, &domains, batch * BATCH, size, records).await?;
            bar.inc(size.into());
            anyhow::Ok(())
        })
    });
    stream::iter(batches).buffer_unordered(AT_ONCE).map(|ended| ended?).try_collect::<()>().await?;
    bar.finish();
    bench.yardstick.settle().await?;
    Ok(largest)
}

/// Records `size` records from the one of that number on, of `all` that share the span of time.
async fn fill_batch(
    db: &DatabaseConnection,
    domains: &[domain::Model],
    from: u32,
    size: u32,
    all: u32,
) -> anyhow::Result<()> {
    let now = clock::now();
    let step = sample::SPAN / i32::try_from(all)?;
    let mut sampler = Sampler::new(from.into());
    let mut parts: BTreeMap<usize, Vec<NewLog>> = BTreeMap::new();
    for number in from..from + size {
        let place = tenant(sampler.number(1000));
        let directions = if place == 1 { Directions::Outgoing } else { Directions::Both };
        let draft = sampler.draft(sample::start() + step * i32::try_from(number)?, directions);
        let log = NewLog::try_from_draft(draft, &domains[place], now)
            .map_err(|fault| anyhow!("a made record is refused: {fault:?}"))?;
        parts.entry(place).or_default().push(log);
    }
    for (place, logs) in parts {
        record(db, &domains[place], logs, now).await?;
    }
    Ok(())
}

/// The domain of a number below 1000: the largest, or one of the others by Zipf's law.
fn tenant(number: u32) -> usize {
    let Some(mut rest) = number.checked_sub(LARGEST) else {
        return 0;
    };
    for place in 2..TENANTS {
        match rest.checked_sub(242 / place) {
            Some(beyond) => rest = beyond,
            None => return usize::try_from(place - 1).unwrap_or(0),
        }
    }
    usize::try_from(TENANTS - 1).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_as_uneven_as_they_should_be() {
        let mut sizes = vec![0; usize::try_from(TENANTS).unwrap()];
        (0..1000).for_each(|number| sizes[tenant(number)] += 1);
        assert_eq!((sizes[0], sizes[1], sizes[2]), (370, 121, 80));
        assert!(sizes.iter().all(|&size| size > 0));
    }
}
