//! The summary as the template draws it: tiles, a chart, and lists with bars.

use super::{
    fit::{Fitter, Room},
    sheet::{Sheet, lines, points},
};
use crate::report::{
    grouped,
    summary::{Ends, Length, Line, Slice, Summary, Tally, Timeline},
};
use chrono::{DateTime, FixedOffset, Offset};
use chrono_tz::Tz;
use typst::foundations::{Array, Dict, IntoValue, Value, array, dict};

/// The space between two lists.
const GAP: f64 = 28.0;
/// The width of a list's two columns of numbers.
const NUMBERS: f64 = 70.0;
/// The size of the lists' type.
const TYPE: f64 = 8.0;
/// How many labels there may be below the chart.
const LABELS_MAX: usize = 13;

/// The tiles: what is counted, how many, and what that means.
pub(super) fn tiles(summary: &Summary) -> Array {
    let Ends { success, failure, pending, unknown } = summary.ends;
    let all = summary.ends.all();
    let share = |part: usize| {
        let tenths = (part * 2000 + all) / (2 * all.max(1));
        format!("{}.{} % of records", tenths / 10, tenths % 10)
    };
    let people = format!("{} {}", counted(summary.people), if summary.people == 1 { "person" } else { "people" });
    let mut tiles = vec![
        ("Records", counted(all), people),
        ("Failure", counted(failure), share(failure)),
        ("Success", counted(success), share(success)),
        ("Pending", counted(pending), share(pending)),
        ("Unknown", counted(unknown), share(unknown)),
    ];
    if let Some(durations) = summary.durations {
        let ms = |ms: i32| format!("{} ms", u64::try_from(ms).map_or_else(|_| ms.to_string(), grouped));
        tiles.push(("Median duration", ms(durations.median), format!("95 % within {}", ms(durations.p95))));
    }
    tiles.into_iter().map(|(label, figure, meaning)| array![label, figure, meaning].into_value()).collect()
}

/// The lists, side by side.
pub(super) fn tallies(summary: &Summary, sheet: Sheet, fitter: &mut Fitter) -> Dict {
    let count = f64::from(u8::try_from(summary.tallies.len()).unwrap_or(u8::MAX));
    let width = (sheet.inner() - GAP * (count - 1.0)) / count;
    let (name, bar) = (width * 0.45, width * 0.55 - NUMBERS - 8.0);
    dict! {
        "gap" => points(GAP),
        "name" => points(name),
        "bar" => points(bar),
        "numbers" => points(NUMBERS / 2.0),
        "lists" => summary.tallies.iter().map(|tally| list(tally, name - 8.0, fitter)).collect::<Array>(),
    }
}

fn list(tally: &Tally, width: f64, fitter: &mut Fitter) -> Value {
    let most = tally.lines.iter().map(|line| line.ends.all()).max().unwrap_or(1);
    let mut line = |line: &Line| {
        let name = fitter.fit(&line.name, Room { size: TYPE, width, lines: 1 }).concat();
        dict! {
            "name" => if name.is_empty() { "–".to_owned() } else { name },
            "records" => counted(line.ends.all()),
            "failed" => counted(line.ends.failure),
            "parts" => parts(line.ends, most),
        }
        .into_value()
    };
    dict! {
        "title" => tally.title,
        "of" => tally.of,
        "lines" => tally.lines.iter().map(&mut line).collect::<Array>(),
        "more" => (tally.more > 0).then(|| format!("and {} more", tally.more)),
    }
    .into_value()
}

/// How the summary is laid out on the first pages.
pub(super) struct Figures {
    /// The height of the chart's columns.
    pub(super) tall: f64,
    /// Whether the summary has a page of its own, since what stands above it is long.
    pub(super) alone: bool,
}

impl Figures {
    /// What a summary below so many lines of facts leaves for its chart, within reason.
    pub(super) fn of(summary: &Summary, sheet: Sheet, facts: usize, attached: bool) -> Self {
        const FACT: f64 = 13.0;
        const LINE: f64 = 13.0;
        const ATTACHED: f64 = 14.0;
        /// The title and the headings, the tiles, the chart's labels, and the space between them.
        const OTHERS: f64 = 250.0;
        const TALL: (f64, f64) = (54.0, 150.0);
        let tally = |tally: &Tally| tally.lines.len() + usize::from(tally.more > 0);
        let longest = summary.tallies.iter().map(tally).max().unwrap_or_default();
        let taken = OTHERS + lines(facts, FACT) + lines(longest, LINE) + if attached { ATTACHED } else { 0.0 };
        let left = sheet.room() - taken;
        let alone = left < TALL.0;
        Self { tall: if alone { TALL.1 } else { left.min(TALL.1) }, alone }
    }
}

/// The chart of records over time.
pub(super) fn chart(timeline: &Timeline, tall: f64) -> Dict {
    let ticks = ticks(timeline.most());
    let top = ticks.last().copied().unwrap_or(1);
    dict! {
        "title" => format!("Records per {}", timeline.length.words()),
        "tall" => points(tall),
        "alternative" => alternative(timeline),
        "columns" => timeline.slices.iter().map(|slice| parts(slice.ends, top).into_value()).collect::<Array>(),
        "ticks" => ticks.iter().map(|tick| array![counted(*tick), share(*tick, top)].into_value()).collect::<Array>(),
        "labels" => labels(timeline),
    }
}

/// The chart in words, for those who do not see it.
fn alternative(timeline: &Timeline) -> String {
    let slices = timeline.slices.iter();
    let most = slices.clone().rev().max_by_key(|slice| slice.ends.all());
    let worst = slices.rev().max_by_key(|slice| slice.ends.failure).filter(|slice| slice.ends.failure > 0);
    let at = |start: &DateTime<Tz>| start.format("%Y-%m-%d %H:%M UTC%:z").to_string();
    let length = timeline.length.words();
    let told = |most: &str, count: usize, slice: &Slice| format!(" Most {most}: {count}, from {}.", at(&slice.start));
    let most = most.map(|slice| told("records", slice.ends.all(), slice)).unwrap_or_default();
    let worst = worst.map(|slice| told("failures", slice.ends.failure, slice)).unwrap_or_default();
    format!("Column chart of records per {length}, {} columns.{most}{worst}", timeline.slices.len())
}

/// Round numbers from 0 to at least `most`, not too many.
fn ticks(most: usize) -> Vec<usize> {
    const STEPS: usize = 4;
    let rounds = (0..).map(|power| 10_usize.pow(power)).flat_map(|ten| [ten, 2 * ten, 5 * ten]);
    let step = rounds.into_iter().find(|step| most <= step * STEPS).unwrap_or(most);
    (0..=most.div_ceil(step).max(1)).map(|n| n * step).collect()
}

/// What stands below the columns: at which part of the chart's width, and up to two lines.
fn labels(timeline: &Timeline) -> Array {
    let count = timeline.slices.len();
    let every = [1, 2, 3, 4, 6, 7, 12].into_iter().find(|every| count.div_ceil(*every) <= LABELS_MAX).unwrap_or(count);
    let (above, below) = match timeline.length {
        Length::Minutes(_) => ("%H:%M", "%-d %b"),
        Length::Day | Length::Week => ("%-d %b", "%Y"),
        Length::Month => ("%b", "%Y"),
        Length::Year => ("%Y", ""),
    };
    let short = matches!(timeline.length, Length::Minutes(_));
    let mut last: Option<(String, FixedOffset)> = None;
    let mut label = |(at, slice): (usize, &Slice)| {
        let (start, offset) = (&slice.start, slice.start.offset().fix());
        let name = start.format(below).to_string();
        let second = match last.replace((name.clone(), offset)) {
            Some((same, before)) if same == name => {
                // The hour that comes twice is two labels.
                if short && before != offset { start.format("UTC%:z").to_string() } else { String::new() }
            }
            _ => name,
        };
        array![f64::midpoint(share(at, count), share(at + 1, count)), start.format(above).to_string(), second]
            .into_value()
    };
    timeline.slices.iter().enumerate().step_by(every).map(&mut label).collect()
}

/// The parts of a bar or a column, those that failed first.
fn parts(ends: Ends, whole: usize) -> Array {
    let Ends { success, failure, pending, unknown } = ends;
    array![share(failure, whole), share(success, whole), share(pending + unknown, whole)]
}

/// A part of a whole, between 0 and 1.
fn share(part: usize, whole: usize) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    number(part) / number(whole).max(1.0)
}

fn counted(count: usize) -> String {
    grouped(u64::try_from(count).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_has_round_numbers() {
        assert_eq!(ticks(0), [0, 1]);
        assert_eq!(ticks(4), [0, 1, 2, 3, 4]);
        assert_eq!(ticks(13), [0, 5, 10, 15]);
        assert_eq!(ticks(38), [0, 10, 20, 30, 40]);
        assert_eq!(ticks(1000), [0, 500, 1000]);
    }
}
