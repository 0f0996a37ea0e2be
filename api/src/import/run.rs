//! The import itself: a thread reads and derives, batches go through a bounded channel, and each
//! is recorded in one transaction. An import that is interrupted is run again and goes on: what is
//! recorded already has the same key and is a repeat.

use super::{
    derive::{Derived, Deriver},
    har::Har,
    hosts::Hosts,
    ndjson::Lines,
    refusal::Ended,
    report::{Place, Refusal, Report},
    source::{self, Format, Source},
};
use anyhow::Context;
use entity::{
    clock, domain,
    fault::Fault,
    log::{
        draft::{Draft, NewLog},
        record::record,
    },
    payload::{self, BODY_MAX},
};
use indicatif::ProgressBar;
use sea_orm::DatabaseConnection;
use std::io::BufRead;
use tokio::sync::mpsc;

/// The most records of a batch.
const BATCH_RECORDS: usize = 500;
/// The most bytes of a batch's bodies.
const BATCH_BYTES: usize = 8 << 20;
/// How many batches wait for the database: reading goes on meanwhile, memory stays bounded.
const BATCHES_WAITING: usize = 2;

/// How an import is done.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whose hosts are whose.
    pub hosts: Hosts,
}

/// Reads a source and records what is in it.
///
/// # Errors
/// Where the source cannot be opened, or the database does not take a batch.
pub async fn run(
    db: &DatabaseConnection,
    domain: &domain::Model,
    options: Options,
    source: Source,
) -> anyhow::Result<Report> {
    let (batches, mut incoming) = mpsc::channel(BATCHES_WAITING);
    let whose = domain.clone();
    let reader = tokio::task::spawn_blocking(move || Reader::new(batches, whose).read(options, &source));
    let (mut recorded, mut repeated) = (0, 0);
    while let Some(batch) = incoming.recv().await {
        let all = batch.len() as u64;
        let new = record(db, domain, batch, clock::now()).await.context("the database did not take the records")?.new;
        recorded += new;
        repeated += all - new;
    }
    let report = reader.await.context("the reader ended by itself")?;
    Ok(Report { recorded, repeated, ..report? })
}

/// Why the reader goes no further.
enum Stop {
    /// The source ends here.
    Source(Ended),
    /// Nobody takes the batches any longer: the database failed, and says why.
    Database,
}

impl From<Ended> for Stop {
    fn from(ended: Ended) -> Self {
        Self::Source(ended)
    }
}

/// Reads, checks, and fills batches.
struct Reader {
    domain: domain::Model,
    batches: mpsc::Sender<Vec<NewLog>>,
    batch: Vec<NewLog>,
    bytes: usize,
    report: Report,
    bar: ProgressBar,
}

impl Reader {
    fn new(batches: mpsc::Sender<Vec<NewLog>>, domain: domain::Model) -> Self {
        Self { domain, batches, batch: Vec::new(), bytes: 0, report: Report::default(), bar: ProgressBar::no_length() }
    }

    fn read(mut self, options: Options, source: &Source) -> anyhow::Result<Report> {
        let (format, input) = source::open(source, &self.bar).with_context(|| source.to_string())?;
        let result = match format {
            Format::Har => self.har(options.hosts, input),
            Format::Ndjson => self.ndjson(input),
        };
        // What was read before the source broke off is recorded all the same.
        let sent = self.send();
        self.bar.finish_and_clear();
        if let (Err(Stop::Source(ended)), Ok(())) = (result, sent) {
            self.report.broken_off = Some(format!("{source} {ended}"));
        }
        Ok(self.report)
    }

    fn har(&mut self, hosts: Hosts, input: impl BufRead) -> Result<(), Stop> {
        let mut har = Har::new(input);
        let mut deriver = Deriver::new(hosts);
        let result = loop {
            match har.next() {
                Ok(Some((number, Ok(entry)))) => deriver.push(number, entry),
                Ok(Some((number, Err(fault)))) => self.refuse(Place::Entry(number), fault),
                Ok(None) => break Ok(()),
                Err(ended) => break Err(ended),
            }
            while let Some(Derived { number, draft, .. }) = deriver.ready() {
                self.take(Place::Entry(number), draft)?;
            }
        };
        while let Some(Derived { number, draft, .. }) = deriver.next() {
            self.take(Place::Entry(number), draft)?;
        }
        Ok(result?)
    }

    fn ndjson(&mut self, input: impl BufRead) -> Result<(), Stop> {
        let mut lines = Lines::new(input);
        while let Some((number, draft)) = lines.next()? {
            match draft {
                Ok(draft) => self.take(Place::Line(number), draft)?,
                Err(fault) => self.refuse(Place::Line(number), fault),
            }
        }
        Ok(())
    }

    fn take(&mut self, place: Place, draft: Draft) -> Result<(), Stop> {
        let bytes = [&draft.request, &draft.response].into_iter().flatten().map(size).sum::<usize>();
        match NewLog::try_from_draft(draft, &self.domain, clock::now()) {
            Ok(log) => self.batch.push(log),
            Err(fault) => {
                self.refuse(place, fault);
                return Ok(());
            }
        }
        self.bytes += bytes;
        if self.batch.len() >= BATCH_RECORDS || self.bytes >= BATCH_BYTES { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<(), Stop> {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        self.batches.blocking_send(batch).map_err(|_| Stop::Database)
    }

    fn refuse(&mut self, place: Place, fault: Fault) {
        let refusal = Refusal { place, fault };
        self.bar.suspend(|| eprintln!("{refusal}"));
        self.report.refuse(refusal);
    }
}

/// What is kept of a side, in bytes.
fn size(side: &payload::Draft) -> usize {
    let headers: usize = side.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    headers + side.body.as_ref().map_or(0, |body| body.len().min(BODY_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    fn acme() -> domain::Model {
        let (id, uid) = (entity::id::DomainId(1), entity::id::DomainUid::new());
        domain::Model { id, uid, name: "acme".to_owned(), created_at: clock::now(), hash_key: vec![7; 32] }
    }

    /// How many records of a file are good, and the report.
    fn read(path: &Path) -> (usize, Report) {
        let (batches, mut incoming) = mpsc::channel(1);
        let source = Source::File(path.to_owned());
        let reader = std::thread::spawn(move || {
            Reader::new(batches, acme()).read(Options { hosts: Hosts::new("acme") }, &source).unwrap()
        });
        let mut good = 0;
        while let Some(batch) = incoming.blocking_recv() {
            assert!(batch.len() <= BATCH_RECORDS);
            good += batch.len();
        }
        (good, reader.join().unwrap())
    }

    fn fixture(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(name)
    }

    #[test]
    fn both_formats_are_read_and_bad_records_refused_alone() {
        let (good, report) = read(&fixture("logins.har"));
        assert_eq!((good, report.refused, report.broken_off), (40, 0, None));
        let (good, report) = read(&fixture("records.ndjson"));
        assert_eq!((good, report.refused), (20, 0));
        let (good, report) = read(&fixture("records-bad.ndjson"));
        assert_eq!((good, report.refused, report.refusals.len()), (2, 9, 9));
        assert_eq!(report.refusals[1].to_string().split(':').next(), Some("line 3"));
    }

    #[test]
    fn a_file_that_is_cut_off_gives_what_is_whole_and_says_so() {
        let whole = fs::read(fixture("logins.har")).unwrap();
        let path = std::env::temp_dir().join(format!("connector-log-cut-{}.har", std::process::id()));
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let (good, report) = read(&path);
        fs::remove_file(&path).unwrap();
        let sentence = report.broken_off.unwrap();
        assert!(
            good > 10 && sentence.ends_with(&format!("is cut off: it ends after {good} whole entries")),
            "{sentence}"
        );
    }

    #[test]
    fn a_database_that_fails_ends_the_reading() {
        let (batches, incoming) = mpsc::channel(1);
        drop(incoming);
        let options = Options { hosts: Hosts::new("acme") };
        let report = Reader::new(batches, acme()).read(options, &Source::File(fixture("logins.har"))).unwrap();
        assert_eq!(report.broken_off, None);
    }
}
