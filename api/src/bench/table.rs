//! Tables in Markdown.

use super::reading::{Reading, Series};
use std::{fmt, time::Duration};

/// A table.
pub(super) struct Table {
    title: String,
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub(super) fn new(title: impl Into<String>, head: &[&'static str]) -> Self {
        Self { title: title.into(), head: head.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The table of rates, ours beside their yardsticks.
    pub(super) fn of_rates(title: impl Into<String>, unit: &'static str, series: &[Series]) -> Self {
        let head =
            [unit, "a second", "p50 ms", "p99 ms", "CPU µs", "yardstick", "a second", "CPU µs", "ours : yardstick"];
        let mut table = Self::new(title, &head);
        for Series { what, against, ours, yardstick } in series {
            let Some(ours) = Reading::median(ours) else {
                continue;
            };
            let mut cells = vec![
                what.clone(),
                rate(ours.per_second),
                maybe(ours.half, millis),
                maybe(ours.most, millis),
                cpu(ours),
            ];
            match Reading::median(yardstick) {
                Some(yardstick) => cells.extend([
                    (*against).to_owned(),
                    rate(yardstick.per_second),
                    cpu(yardstick),
                    ratio(ours.per_second, yardstick.per_second),
                ]),
                None => cells.extend([format!("{against}: not found here"), dash(), dash(), dash()]),
            }
            table.row(cells);
        }
        table
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "### {}\n\n| {} |", self.title, self.head.join(" | "))?;
        writeln!(f, "|---{}|", "|---:".repeat(self.head.len().saturating_sub(1)))?;
        for row in &self.rows {
            writeln!(f, "| {} |", row.join(" | "))?;
        }
        Ok(())
    }
}

/// Nothing is known.
pub(super) fn dash() -> String {
    "–".to_owned()
}

fn maybe<T>(value: Option<T>, shown: impl Fn(T) -> String) -> String {
    value.map_or_else(dash, shown)
}

/// Processor time: the process that answers, and the database's.
fn cpu(reading: Reading) -> String {
    let micros = |time: Duration| time.as_micros().to_string();
    match (reading.cpu.process, reading.cpu.database) {
        (Some(process), Some(database)) => format!("{} + {}", micros(process), micros(database)),
        (process, database) => maybe(process.or(database), micros),
    }
}

/// Milliseconds.
pub(super) fn millis(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

/// A rate, as whole as it is large.
fn rate(per_second: f64) -> String {
    if per_second < 10.0 { format!("{per_second:.1}") } else { format!("{per_second:.0}") }
}

/// One to the other.
pub(super) fn ratio(ours: f64, yardstick: f64) -> String {
    if yardstick > 0.0 { format!("{:.2}", ours / yardstick) } else { dash() }
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
