//! Reports of scenarios for people and machines: text, JSON, JUnit's XML and a page of HTML. Bytes only; nothing here
//! prints or writes.

mod chart;
mod html;
mod human;
mod json;
mod junit;
mod svg;

use super::CaseReport;
use crate::diag::Diagnostic;

pub use chart::chart;
pub use html::html;
pub use human::human;
pub use json::json;
pub use junit::junit;

/// What came of a file.
#[derive(Debug)]
pub struct Ran {
    pub path: String,
    pub cases: Vec<RanCase>,
}

/// What came of a case.
#[derive(Debug)]
pub struct RanCase {
    pub name: String,
    /// What is wrong with the case itself, where it could not run.
    pub outcome: Result<CaseReport, Vec<Diagnostic>>,
}

impl RanCase {
    /// Whether it ran and all came as expected.
    pub fn passed(&self) -> bool {
        self.outcome.as_ref().is_ok_and(CaseReport::passed)
    }
}

/// Cases, and those of them that failed.
pub fn counts(ran: &[Ran]) -> (usize, usize) {
    let cases = || ran.iter().flat_map(|file| &file.cases);
    (cases().count(), cases().filter(|case| !case.passed()).count())
}

/// A time as people say it: `250 ms`, `12 s`, `3 min 20 s`, `1 h 5 min`.
fn duration(ms: u64) -> String {
    let two = |n: u64, unit: &str, rest: u64, small: &str| {
        if rest == 0 { format!("{n} {unit}") } else { format!("{n} {unit} {rest} {small}") }
    };
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 if ms.is_multiple_of(1000) => format!("{} s", ms / 1000),
        1_000..60_000 => format!("{:.1} s", ms as f64 / 1000.0),
        60_000..3_600_000 => two(ms / 60_000, "min", ms % 60_000 / 1000, "s"),
        _ => two(ms / 3_600_000, "h", ms % 3_600_000 / 60_000, "min"),
    }
}

/// A number with commas between thousands, and a decimal where it is small and broken.
fn number(value: f64) -> String {
    if value.abs() < 10.0 && value.fract() != 0.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_numbers_read_well() {
        let times: Vec<String> =
            [0, 250, 1_500, 12_000, 200_000, 3_900_000].into_iter().map(duration).collect();
        assert_eq!(times, ["0 ms", "250 ms", "1.5 s", "12 s", "3 min 20 s", "1 h 5 min"]);
        let numbers: Vec<String> = [0.0, 2.5, 12.5, 999.0, 1_234_567.0].into_iter().map(number).collect();
        assert_eq!(numbers, ["0", "2.5", "12", "999", "1,234,567"]);
    }
}
