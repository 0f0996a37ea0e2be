//! `connector-log score`: how much of what an import derives from a capture is true.
//!
//! One line for each quality: name, percent, hits, out of. It needs no database: what is compared
//! is what would be recorded.

mod truth;

use super::{
    HostArgs, Place, Refusal,
    derive::{Derived, Deriver},
    har::Har,
    source::{self, Format, Source},
};
use crate::say::say;
use anyhow::{Context, bail};
use entity::log::{Outcome, draft::Draft, filter::user_key};
use indicatif::ProgressBar;
use std::{collections::HashMap, fmt, path::PathBuf};
use truth::Truth;

/// `score`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Which hosts are whose.
    #[command(flatten)]
    pub hosts: HostArgs,
    /// List each miss as well, with the exchange's name
    #[arg(long)]
    pub misses: bool,
    /// The capture, a HAR file
    #[arg(value_name = "FILE.har")]
    pub file: PathBuf,
    /// The truth about it, a JSON object a line
    #[arg(value_name = "TRUTH.jsonl")]
    pub truth: PathBuf,
}

/// One quality, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quality {
    /// What it is called.
    pub name: &'static str,
    /// How often it was right.
    pub hits: u64,
    /// Of how many.
    pub out_of: u64,
}

/// One thing that was not derived as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The quality.
    pub quality: &'static str,
    /// The exchange's name.
    pub exchange: String,
    /// What is true.
    pub expected: String,
    /// What was derived.
    pub derived: String,
}

/// The qualities, in the order in which they are printed.
const QUALITIES: [&str; 7] =
    ["direction", "application from", "application to", "action", "request type", "user", "outcome"];

/// What came of a comparison.
#[derive(Clone, Debug)]
pub struct Score {
    /// Each quality.
    pub qualities: Vec<Quality>,
    /// Each miss, in the order of the truth.
    pub misses: Vec<Miss>,
}

/// Runs `score`.
///
/// # Errors
/// Where a file cannot be read, or none of the truth's exchanges is in the capture.
#[expect(clippy::needless_pass_by_value, reason = "a command takes its arguments, as the others do")]
pub fn command(args: Args) -> anyhow::Result<()> {
    let score = score(&args)?;
    say(&score)?;
    if args.misses {
        for miss in &score.misses {
            say(format_args!("{miss}\n"))?;
        }
    }
    Ok(())
}

/// Compares.
///
/// # Errors
/// Where a file cannot be read, or none of the truth's exchanges is in the capture.
pub fn score(args: &Args) -> anyhow::Result<Score> {
    let truths = truth::read(&args.truth)?;
    let drafts = derive(args)?;
    let mut score = Score {
        qualities: QUALITIES.iter().map(|name| Quality { name, hits: 0, out_of: 0 }).collect(),
        misses: Vec::new(),
    };
    let mut found = 0;
    for truth in &truths {
        if let Some(draft) = drafts.get(&truth.exchange) {
            found += 1;
            score.compare(truth, draft);
        }
    }
    if found < truths.len() {
        eprintln!("{} of the truth's exchanges are not in the capture, and are left out", truths.len() - found);
    }
    if found == 0 {
        bail!("{} is not about {}: they name no exchange in common", args.truth.display(), args.file.display());
    }
    Ok(score)
}

/// What an import would record, by the exchanges' names.
fn derive(args: &Args) -> anyhow::Result<HashMap<String, Draft>> {
    let source = Source::from(args.file.clone());
    let (format, input) = source::open(&source, &ProgressBar::hidden()).with_context(|| source.to_string())?;
    if format != Format::Har {
        bail!("{source} is no HAR");
    }
    let mut har = Har::new(input);
    let mut deriver = Deriver::new(args.hosts.read("the domain")?);
    let mut drafts = HashMap::new();
    let mut keep = |derived: Derived| {
        // The bodies are not compared.
        let draft = Draft { request: None, response: None, ..derived.draft };
        derived.exchange.map(|name| drafts.insert(name, draft))
    };
    while let Some((number, entry)) = har.next().with_context(|| source.to_string())? {
        match entry {
            Ok(entry) => deriver.push(number, entry),
            Err(fault) => eprintln!("{}", Refusal { place: Place::Entry(number), fault }),
        }
        while let Some(derived) = deriver.ready() {
            keep(derived);
        }
    }
    while let Some(derived) = deriver.next() {
        keep(derived);
    }
    Ok(drafts)
}

impl Score {
    fn compare(&mut self, truth: &Truth, draft: &Draft) {
        let mut count = |quality: usize, hit: bool, expected: String, derived: String| {
            let quality = &mut self.qualities[quality];
            quality.out_of += 1;
            quality.hits += u64::from(hit);
            if !hit {
                let exchange = truth.exchange.clone();
                self.misses.push(Miss { quality: quality.name, exchange, expected, derived });
            }
        };
        let mut same = |quality: usize, expected: &str, derived: &str| {
            count(quality, expected == derived, expected.to_owned(), derived.to_owned());
        };
        same(0, truth.direction.words(), draft.direction.words());
        same(1, truth.application_from.as_deref().unwrap_or_default(), &draft.application_from);
        same(2, truth.application_to.as_deref().unwrap_or_default(), &draft.application_to);
        same(4, truth.request_type.words(), draft.request_type.words());
        let actions = truth.actions.iter().map(|a| a.words()).collect::<Vec<_>>().join(" or ");
        count(3, truth.actions.contains(&draft.action), actions, draft.action.words().to_owned());
        let status = draft.status_code.and_then(|code| i16::try_from(code).ok());
        let outcome = Outcome::of(draft.action, status, draft.error_message.is_some());
        let outcomes = truth.outcomes().map(Outcome::words).collect::<Vec<_>>().join(" or ");
        count(6, truth.outcomes().any(|o| o == outcome), outcomes, outcome.words().to_owned());
        let derived: Vec<&str> = draft.user_email.iter().chain(&draft.login_id).map(String::as_str).collect();
        let user: Vec<&str> =
            truth.user.iter().flat_map(|u| [&u.login, &u.email]).flatten().map(String::as_str).collect();
        let right = derived.iter().any(|d| user.iter().any(|u| user_key(d) == user_key(u)));
        // Where the capture does not show who it was, only a wrong name counts, as a miss.
        if truth.user_shown || (!derived.is_empty() && !right) {
            count(5, right, user.join(" or "), derived.join(" or "));
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Quality { name, hits, out_of } in &self.qualities {
            #[expect(clippy::cast_precision_loss, reason = "counts of exchanges are small")]
            let percent = if *out_of == 0 { 100.0 } else { 100.0 * *hits as f64 / *out_of as f64 };
            writeln!(f, "{name}\t{percent:.1}\t{hits}\t{out_of}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "miss\t{}\t{}\t{}\t{}", self.exchange, self.quality, self.expected, self.derived)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixture_is_read_as_it_is() {
        let fixture = |name: &str| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(name);
        let hosts = HostArgs { file: Some(fixture("hosts")), ..HostArgs::default() };
        let args = Args { hosts, misses: true, file: fixture("logins.har"), truth: fixture("logins.truth.jsonl") };
        let score = score(&args).unwrap();
        assert_eq!(score.misses, []);
        assert!(score.qualities.iter().all(|quality| quality.out_of >= 26));
        assert!(score.to_string().starts_with("direction\t100.0\t38\t38\napplication from\t100.0\t"));
    }

    #[test]
    fn without_its_hosts_much_of_it_is_missed() {
        let fixture = |name: &str| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(name);
        let args = Args {
            hosts: HostArgs::default(),
            misses: false,
            file: fixture("logins.har"),
            truth: fixture("logins.truth.jsonl"),
        };
        let score = score(&args).unwrap();
        let direction = &score.qualities[0];
        assert!(direction.hits < direction.out_of);
        assert!(score.misses.iter().any(|miss| miss.quality == "direction" && miss.expected == "Incoming"));
    }
}
