//! Expectations, a line each: a subject, a comparison, a value.
//!
//! ```text
//! status is 200
//! header Retry-After is 10
//! share of payg during spike is 33% within 2%
//! latency p95 for chat is below 800 ms
//! ```

use std::sync::Arc;

use super::codes;
use super::markdown::Block;
use super::values::parse_ms;
use crate::diag::Diagnostic;
use crate::text::{Source, Span};

/// A line of an `expect` block.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expectation {
    /// As written.
    pub text: String,
    pub span: Span,
    pub subject: Subject,
    pub scope: Scope,
    pub test: Test,
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Subject {
    // Of the last request.
    Status,
    Header(String),
    Body,
    /// A JSON pointer into the body.
    Json(String),
    Backend,
    Attempts,
    Trace,
    Telemetry,
    // Of all requests of the case.
    Requests,
    /// Answers to callers with a status such as `429` or `2xx`.
    Answers(String),
    /// Callers who left before their answer was whole.
    GivenUp,
    CallsTo(String),
    ShareOf(String),
    ShareOfAnswersFrom(String),
    Tokens,
    Retries,
    Latency(Quantile),
    FirstByte(Quantile),
    Metric(String, Vec<(String, String)>),
    Events(String),
}

/// Which of many values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Quantile {
    Percent(f64),
    Mean,
}

/// Which requests count.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Scope {
    /// `for NAME`: a request of a load.
    pub request: Option<String>,
    /// `during NAME`: a phase.
    pub phase: Option<String>,
    /// `of NAME`: a subscription.
    pub subscription: Option<String>,
    /// `from NAME`: the backend that answered.
    pub backend: Option<String>,
}

/// How it is compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Is(f64),
    IsNot(f64),
    AtLeast(f64),
    AtMost(f64),
    Above(f64),
    Below(f64),
    Between(f64, f64),
    /// The value and how far it may be off, either way.
    Within(f64, f64),
    IsText(String),
    IsNotText(String),
    Contains(String),
    Lacks(String),
    Missing,
}

/// What a subject measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Text,
    /// Text, or a number where it is compared as one.
    Json,
    Count,
    /// 0 to 1, written in percent.
    Share,
    Ms,
}

impl Subject {
    pub(super) fn unit(&self) -> Unit {
        match self {
            Self::Header(_) | Self::Body | Self::Backend | Self::Attempts | Self::Trace | Self::Telemetry => {
                Unit::Text
            }
            Self::Json(_) => Unit::Json,
            Self::Status
            | Self::Requests
            | Self::Answers(_)
            | Self::GivenUp
            | Self::CallsTo(_)
            | Self::Tokens
            | Self::Retries
            | Self::Metric(..)
            | Self::Events(_) => Unit::Count,
            Self::ShareOf(_) | Self::ShareOfAnswersFrom(_) => Unit::Share,
            Self::Latency(_) | Self::FirstByte(_) => Unit::Ms,
        }
    }

    /// Whether it looks at one request instead of all.
    pub(super) fn is_of_last(&self) -> bool {
        matches!(
            self,
            Self::Status
                | Self::Header(_)
                | Self::Body
                | Self::Json(_)
                | Self::Backend
                | Self::Attempts
                | Self::Trace
                | Self::Telemetry
        )
    }
}

const SUBJECTS: &str = "subjects are status, header NAME, body, json POINTER, backend, attempts, trace, telemetry, \
    requests, answers STATUS, given up, calls to BACKEND, share of BACKEND, share of answers from BACKEND, tokens, retries, \
    latency p95, first byte p95, metric NAME and events LOGGER";
const COMPARISONS: &str = "comparisons are `is`, `is not`, `is at least`, `is at most`, `is above`, `is below`, \
    `is between A and B`, `is A within B`, `is missing`, `contains` and `lacks`";

/// Reads a block; lines that are not understood go into `found`. None where there is no line.
pub(super) fn read(
    source: &Arc<Source>,
    block: &Block,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<Expectation>> {
    let mut lines = Vec::new();
    let mut offset = block.span.start as usize;
    for line in block.text.split('\n') {
        let span = Span::new(offset, offset + line.len());
        offset += line.len() + 1;
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match line_of(text, span) {
            Ok(expectation) => lines.push(expectation),
            Err((message, help)) => {
                found.push(Diagnostic::new(&codes::EXPECTATION, message).at(source, span).help(help));
            }
        }
    }
    if lines.is_empty() && found.is_empty() {
        found.push(Diagnostic::new(&codes::EMPTY, "the block expects nothing").at(source, block.info_span));
    }
    (!lines.is_empty()).then_some(lines)
}

type Wrong = (String, String);

fn line_of(text: &str, span: Span) -> Result<Expectation, Wrong> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words
        .iter()
        .position(|word| ["is", "contains", "lacks"].contains(word))
        .ok_or_else(|| (format!("`{text}` compares nothing"), COMPARISONS.to_owned()))?;
    let (subject, scope) = subject(&words[..at])
        .ok_or_else(|| (format!("`{}` is not a subject", words[..at].join(" ")), SUBJECTS.to_owned()))?;
    let rest = rest_after(text, at);
    let test = test(words[at], rest, subject.unit()).map_err(|why| (why, COMPARISONS.to_owned()))?;
    Ok(Expectation { text: text.to_owned(), span, subject, scope, test })
}

/// The text behind the word with that number.
fn rest_after(text: &str, nth: usize) -> &str {
    let mut rest = text;
    for _ in 0..=nth {
        rest = rest.trim_start();
        rest = &rest[rest.find(char::is_whitespace).unwrap_or(rest.len())..];
    }
    rest.trim()
}

fn subject(words: &[&str]) -> Option<(Subject, Scope)> {
    let name = |text: &str| text.trim_matches('"').to_owned();
    let (subject, rest) = match *words {
        ["status"] => (Subject::Status, &[][..]),
        ["header", header] => (Subject::Header(name(header)), &[][..]),
        ["body"] => (Subject::Body, &[][..]),
        ["json", pointer] if pointer.starts_with('/') => (Subject::Json(name(pointer)), &[][..]),
        ["backend"] => (Subject::Backend, &[][..]),
        ["attempts"] => (Subject::Attempts, &[][..]),
        ["trace"] => (Subject::Trace, &[][..]),
        ["telemetry"] => (Subject::Telemetry, &[][..]),
        ["requests", ref rest @ ..] => (Subject::Requests, rest),
        ["answers", status, ref rest @ ..] if is_status(status) => (Subject::Answers(name(status)), rest),
        ["given", "up", ref rest @ ..] => (Subject::GivenUp, rest),
        ["calls", "to", backend, ref rest @ ..] => (Subject::CallsTo(name(backend)), rest),
        ["share", "of", "answers", "from", backend, ref rest @ ..] => {
            (Subject::ShareOfAnswersFrom(name(backend)), rest)
        }
        ["share", "of", backend, ref rest @ ..] => (Subject::ShareOf(name(backend)), rest),
        ["tokens", ref rest @ ..] => (Subject::Tokens, rest),
        ["retries", ref rest @ ..] => (Subject::Retries, rest),
        ["latency", which, ref rest @ ..] => (Subject::Latency(quantile(which)?), rest),
        ["first", "byte", which, ref rest @ ..] => (Subject::FirstByte(quantile(which)?), rest),
        ["metric", ref rest @ ..] => return metric(rest),
        ["events", logger] => (Subject::Events(name(logger)), &[][..]),
        _ => return None,
    };
    Some((subject, scope(rest)?))
}

/// `metric Total Tokens where Subscription ID=one`: names of metrics and dimensions have blanks.
fn metric(words: &[&str]) -> Option<(Subject, Scope)> {
    let text = words.join(" ");
    let (metric, dimensions) = text.split_once(" where ").unwrap_or((&text, ""));
    let pairs: Option<Vec<(String, String)>> = dimensions
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            pair.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        })
        .collect();
    (!metric.is_empty()).then_some((Subject::Metric(metric.to_owned(), pairs?), Scope::default()))
}

fn is_status(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 3
        && (b'1'..=b'5').contains(&bytes[0])
        && (text.ends_with("xx") || bytes.iter().all(u8::is_ascii_digit))
}

fn quantile(text: &str) -> Option<Quantile> {
    match text {
        "mean" => Some(Quantile::Mean),
        "max" => Some(Quantile::Percent(100.0)),
        "min" => Some(Quantile::Percent(0.0)),
        _ => {
            let percent: f64 = text.strip_prefix('p')?.parse().ok()?;
            (0.0..=100.0).contains(&percent).then_some(Quantile::Percent(percent))
        }
    }
}

fn scope(words: &[&str]) -> Option<Scope> {
    let mut scope = Scope::default();
    if !words.len().is_multiple_of(2) {
        return None;
    }
    for pair in words.chunks(2) {
        let slot = match pair[0] {
            "for" => &mut scope.request,
            "during" => &mut scope.phase,
            "of" => &mut scope.subscription,
            "from" => &mut scope.backend,
            _ => return None,
        };
        *slot = Some(pair[1].trim_matches('"').to_owned());
    }
    Some(scope)
}

fn test(word: &str, rest: &str, unit: Unit) -> Result<Test, String> {
    let text = || unquoted(rest).to_owned();
    let is_text = matches!(unit, Unit::Text | Unit::Json);
    match word {
        _ if rest.is_empty() => Err(format!("nothing stands behind `{word}`")),
        "contains" if is_text => Ok(Test::Contains(text())),
        "lacks" if is_text => Ok(Test::Lacks(text())),
        "contains" | "lacks" => Err(format!("`{word}` is for text, and this is a number")),
        _ if rest == "missing" && is_text => Ok(Test::Missing),
        _ if unit == Unit::Text => Ok(match rest.strip_prefix("not ") {
            Some(other) => Test::IsNotText(unquoted(other).to_owned()),
            None => Test::IsText(text()),
        }),
        _ => match (numeric(rest, unit), unit) {
            (Ok(test), _) => Ok(test),
            (Err(_), Unit::Json) => Ok(match rest.strip_prefix("not ") {
                Some(other) => Test::IsNotText(unquoted(other).to_owned()),
                None => Test::IsText(text()),
            }),
            (Err(why), _) => Err(why),
        },
    }
}

fn numeric(rest: &str, unit: Unit) -> Result<Test, String> {
    let value = |text: &str| number(text, unit);
    for (prefix, make) in [
        ("at least ", Test::AtLeast as fn(f64) -> Test),
        ("at most ", Test::AtMost),
        ("above ", Test::Above),
        ("below ", Test::Below),
        ("not ", Test::IsNot),
    ] {
        if let Some(rest) = rest.strip_prefix(prefix) {
            return value(rest).map(make);
        }
    }
    if let Some(rest) = rest.strip_prefix("between ") {
        let (least, most) = rest.split_once(" and ").ok_or("`between` takes two values, `A and B`")?;
        return Ok(Test::Between(value(least)?, value(most)?));
    }
    if let Some((middle, off)) = rest.split_once(" within ") {
        let middle = value(middle)?;
        // Of a share the percent are points; of anything else they are of the value.
        let off = match off.trim().strip_suffix('%') {
            Some(percent) if unit != Unit::Share => middle.abs() * plain(percent)? / 100.0,
            _ => value(off)?,
        };
        return Ok(Test::Within(middle, off));
    }
    value(rest).map(Test::Is)
}

fn number(text: &str, unit: Unit) -> Result<f64, String> {
    let text = text.trim();
    match unit {
        Unit::Share => match text.strip_suffix('%') {
            Some(percent) => Ok(plain(percent)? / 100.0),
            None => Err(format!("`{text}` is not a share such as `33%`")),
        },
        Unit::Ms => parse_ms(text),
        Unit::Count | Unit::Json | Unit::Text => plain(text),
    }
}

fn plain(text: &str) -> Result<f64, String> {
    let digits = text.trim().replace('_', "");
    let number = digits.parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("`{}` is not a number", text.trim()))
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(text: &str) -> Result<Expectation, Wrong> {
        line_of(text, Span::default())
    }

    #[test]
    fn lines_are_read() {
        let read = case("share of payg during spike is 33% within 2%").unwrap();
        assert_eq!(read.subject, Subject::ShareOf("payg".to_owned()));
        assert_eq!(read.scope.phase.as_deref(), Some("spike"));
        assert_eq!(read.test, Test::Within(0.33, 0.02));
        for (text, test) in [
            ("status is 200", Test::Is(200.0)),
            ("status is not 429", Test::IsNot(429.0)),
            ("header Retry-After is 10", Test::IsText("10".to_owned())),
            ("header Retry-After is missing", Test::Missing),
            (
                "body contains is temporarily unavailable",
                Test::Contains("is temporarily unavailable".to_owned()),
            ),
            ("json /usage/total_tokens is at least 10", Test::AtLeast(10.0)),
            ("json /id is \"x y\"", Test::IsText("x y".to_owned())),
            ("latency p95 for chat is below 1.5 s", Test::Below(1500.0)),
            ("tokens of one is 1000 within 5%", Test::Within(1000.0, 50.0)),
            ("answers 2xx is between 10 and 1_000", Test::Between(10.0, 1000.0)),
        ] {
            assert_eq!(case(text).map(|read| read.test), Ok(test), "{text}");
        }
        let metric = case("metric Total Tokens where Subscription ID=one is above 0").unwrap();
        assert_eq!(
            metric.subject,
            Subject::Metric("Total Tokens".into(), vec![("Subscription ID".into(), "one".into())])
        );
    }

    #[test]
    fn what_is_not_understood_says_what_would_be() {
        for (text, message) in [
            ("status", "`status` compares nothing"),
            ("statsu is 200", "`statsu` is not a subject"),
            ("status is", "nothing stands behind `is`"),
            ("status is ok", "`ok` is not a number"),
            ("status contains 2", "`contains` is for text, and this is a number"),
            ("latency p95 is below 5", "`5` is not a time such as `250 ms`, `1.5 s`, `2 min` or `1 h`"),
            ("latency p101 is below 5 ms", "`latency p101` is not a subject"),
            ("share of a is 0.5", "`0.5` is not a share such as `33%`"),
            ("answers 600 is 1", "`answers 600` is not a subject"),
            ("requests is between 1", "`between` takes two values, `A and B`"),
        ] {
            assert_eq!(case(text).map_err(|(message, _)| message), Err(message.to_owned()), "{text}");
        }
    }
}
