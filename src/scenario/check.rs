//! Compares an expectation with what came.

use super::exact;
use super::expect::{Expectation, Quantile, Subject, Test, Unit};
use super::rows::{RequestRow, Rows};
use super::send::Got;
use crate::gateway::sim_host::{Record, SimHost};

/// What can be looked at.
pub(super) struct Seen<'a> {
    pub rows: &'a Rows,
    pub last: Option<(&'a Got, &'a Record)>,
    pub host: &'a SimHost,
}

/// What came, as a value.
enum Actual {
    Number(f64),
    Text(String),
    Missing,
}

/// Returns whether it came as expected, and what came, in words.
pub(super) fn check(expectation: &Expectation, seen: &Seen<'_>) -> (bool, String) {
    let unit = expectation.subject.unit();
    let actual = actual(expectation, seen);
    let passed = holds(&expectation.test, &actual);
    let said = match actual {
        Actual::Number(number) => in_words(number, unit),
        Actual::Text(text) => text,
        Actual::Missing => "missing".to_owned(),
    };
    (passed, said)
}

fn actual(expectation: &Expectation, seen: &Seen<'_>) -> Actual {
    if expectation.subject.is_of_last() {
        return seen.last.map_or(Actual::Missing, |(got, record)| of_last(&expectation.subject, got, record));
    }
    let (rows, scope) = (seen.rows, &expectation.scope);
    let count = |n: usize| Actual::Number(n as f64);
    match &expectation.subject {
        Subject::Requests => count(rows.requests(scope).count()),
        Subject::Answers(pattern) => count(rows.n_answers(pattern, scope)),
        Subject::GivenUp => count(rows.n_left(scope)),
        Subject::CallsTo(backend) => count(rows.n_calls_to(backend, scope)),
        Subject::ShareOf(backend) => Actual::Number(rows.share_of(backend, scope)),
        Subject::ShareOfAnswersFrom(backend) => Actual::Number(rows.share_of_answers_from(backend, scope)),
        Subject::Tokens => Actual::Number(rows.tokens(scope) as f64),
        Subject::Retries => Actual::Number(rows.n_retries(scope) as f64),
        Subject::Latency(which) => quantile(rows, *which, expectation, |row| row.latency_ms),
        Subject::FirstByte(which) => quantile(rows, *which, expectation, |row| row.first_ms),
        Subject::Metric(name, dimensions) => Actual::Number(metric(seen.host, name, dimensions)),
        Subject::Events(logger) => {
            Actual::Number(seen.host.event_counts().get(logger).copied().unwrap_or_default() as f64)
        }
        _ => Actual::Missing,
    }
}

fn quantile(
    rows: &Rows,
    which: Quantile,
    expectation: &Expectation,
    value: fn(&RequestRow) -> u32,
) -> Actual {
    rows.quantile(which, &expectation.scope, value).map_or(Actual::Missing, Actual::Number)
}

fn of_last(subject: &Subject, got: &Got, record: &Record) -> Actual {
    let text = |text: Option<String>| text.map_or(Actual::Missing, Actual::Text);
    let body = || String::from_utf8_lossy(&got.pieces.concat()).into_owned();
    match subject {
        Subject::Status => Actual::Number(got.status.into()),
        Subject::Header(name) => text(got.headers.get(name)),
        Subject::Body => Actual::Text(body()),
        Subject::Json(pointer) => {
            let json: serde_json::Value = serde_json::from_str(&body()).unwrap_or_default();
            text(
                json.pointer(pointer)
                    .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
            )
        }
        Subject::Backend => text(
            got.trace.attempts().last().map(|attempt| attempt.backend.clone()).filter(|id| !id.is_empty()),
        ),
        Subject::Attempts => Actual::Text(exact::attempts_in_short(&got.trace)),
        Subject::Trace => Actual::Text(exact::trace(&got.trace)),
        _ => Actual::Text(exact::telemetry(record)),
    }
}

/// The sum of a metric's values, of those that have all the dimensions.
fn metric(host: &SimHost, name: &str, dimensions: &[(String, String)]) -> f64 {
    host.metric_totals()
        .iter()
        .filter(|total| total.metric.name == name)
        .filter(|total| {
            dimensions.iter().all(|(key, value)| total.metric.dimensions.get(key.as_str()) == Some(value))
        })
        // The sum of no floats is -0, which reads as if something had been taken away.
        .fold(0.0, |sum, total| sum + total.sum)
}

fn holds(test: &Test, actual: &Actual) -> bool {
    match test {
        Test::Missing => return matches!(actual, Actual::Missing),
        Test::IsText(wanted) => return matches!(actual, Actual::Text(text) if text.trim_end() == wanted),
        Test::IsNotText(wanted) => return !matches!(actual, Actual::Text(text) if text.trim_end() == wanted),
        Test::Contains(wanted) => return matches!(actual, Actual::Text(text) if text.contains(wanted)),
        Test::Lacks(wanted) => return !matches!(actual, Actual::Text(text) if text.contains(wanted)),
        _ => {}
    }
    let number = match actual {
        Actual::Number(number) => *number,
        Actual::Text(text) => match text.parse() {
            Ok(number) => number,
            Err(_) => return false,
        },
        Actual::Missing => return false,
    };
    match *test {
        Test::Is(wanted) => same(number, wanted),
        Test::IsNot(wanted) => !same(number, wanted),
        Test::AtLeast(least) => number >= least,
        Test::AtMost(most) => number <= most,
        Test::Above(limit) => number > limit,
        Test::Below(limit) => number < limit,
        Test::Between(least, most) => (least..=most).contains(&number),
        Test::Within(middle, off) => (number - middle).abs() <= off,
        Test::IsText(_) | Test::IsNotText(_) | Test::Contains(_) | Test::Lacks(_) | Test::Missing => false,
    }
}

/// What is written with a few digits is meant with these.
const CLOSE: f64 = 1e-9;

fn same(left: f64, right: f64) -> bool {
    (left - right).abs() <= CLOSE * left.abs().max(right.abs()).max(1.0)
}

fn in_words(number: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{:.1}%", number * 100.0),
        Unit::Ms => format!("{number:.0} ms"),
        Unit::Count | Unit::Json | Unit::Text => {
            let text = format!("{number:.3}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}
