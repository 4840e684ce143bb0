//! Points in time. `utcNow` is refused: a plan must come to the same every time.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

use super::Needs::Everything;
use super::{Body, Function, int, text, values, wrong};
use crate::arm::Value;
use crate::arm::codes::NOT_REPEATABLE;
use crate::arm::fault::{Eval, Fault};

pub(super) const FUNCTIONS: &[Function] = &[
    values("dateTimeAdd", 2, Some(3), Everything, add),
    values("dateTimeFromEpoch", 1, Some(1), Everything, from_epoch),
    values("dateTimeToEpoch", 1, Some(1), Everything, |args| Ok(Value::Int(moment(args)?.unix_timestamp()))),
    Function {
        name: "utcNow",
        min: 0,
        max: Some(1),
        body: Body::Refused(&NOT_REPEATABLE, "it gives another value in each run"),
    },
];

fn moment(args: &[Value]) -> Eval<OffsetDateTime> {
    let text = text(args, 0)?;
    // The universal sortable form `2023-04-01 01:00:38Z` differs from RFC 3339 by its blank only.
    OffsetDateTime::parse(&text.replacen(' ', "T", 1), &Rfc3339)
        .ok()
        // An offset can lead out of the calendar.
        .and_then(|moment| moment.checked_to_offset(UtcOffset::UTC))
        .ok_or_else(|| wrong(args, 0, "a time such as `2026-11-22T10:00:00Z`"))
}

fn from_epoch(args: &[Value]) -> Eval<Value> {
    let moment = OffsetDateTime::from_unix_timestamp(int(args, 0)?)
        .map_err(|_| wrong(args, 0, "seconds since 1970 within the calendar"))?;
    written(moment, "yyyy-MM-ddTHH:mm:ssZ")
}

fn add(args: &[Value]) -> Eval<Value> {
    let moment = duration(text(args, 1)?)
        .ok_or_else(|| wrong(args, 1, "an ISO 8601 duration such as `P1D`"))
        .and_then(|(months, rest)| {
            plus_months(moment(args)?, months)
                .and_then(|moment| moment.checked_add(rest))
                .ok_or_else(|| Fault::failed("the time leaves the calendar"))
        })?;
    written(moment, if args.len() == 3 { text(args, 2)? } else { "yyyy-MM-ddTHH:mm:ssZ" })
}

/// Reads `-P1Y2M3DT4H5M6S` as months and the rest.
fn duration(text: &str) -> Option<(i64, Duration)> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (date, clock) = text.strip_prefix('P')?.split_once('T').unwrap_or((&text[1..], ""));
    let (mut months, mut rest) = (0_i64, Duration::ZERO);
    for (part, is_clock) in [(date, false), (clock, true)] {
        let mut part = part;
        while let Some(at) = part.find(|c: char| !c.is_ascii_digit()) {
            let amount: i64 = part[..at].parse().ok()?;
            let amount = i64::from(i32::try_from(amount).ok()?) * sign;
            let more = match (is_clock, part[at..].chars().next()?) {
                (false, 'Y') => (amount * 12, Duration::ZERO),
                (false, 'M') => (amount, Duration::ZERO),
                (false, 'W') => (0, Duration::weeks(amount)),
                (false, 'D') => (0, Duration::days(amount)),
                (true, 'H') => (0, Duration::hours(amount)),
                (true, 'M') => (0, Duration::minutes(amount)),
                (true, 'S') => (0, Duration::seconds(amount)),
                _ => return None,
            };
            months = months.checked_add(more.0)?;
            rest = rest.checked_add(more.1)?;
            part = &part[at + 1..];
        }
        if !part.is_empty() {
            return None;
        }
    }
    Some((months, rest))
}

/// Keeps the day where the month has it, else takes the month's last day.
fn plus_months(moment: OffsetDateTime, months: i64) -> Option<OffsetDateTime> {
    let total = i64::from(moment.year()) * 12 + i64::from(u8::from(moment.month())) - 1 + months;
    let year = i32::try_from(total.div_euclid(12)).ok()?;
    let month = time::Month::try_from(u8::try_from(total.rem_euclid(12) + 1).ok()?).ok()?;
    let day = moment.day().min(month.length(year));
    Some(moment.replace_date(time::Date::from_calendar_date(year, month, day).ok()?))
}

/// Writes a time by the .NET letters that templates use; other letters are refused.
fn written(moment: OffsetDateTime, pattern: &str) -> Eval<Value> {
    let pattern = match pattern {
        "u" => "yyyy-MM-dd HH:mm:ssZ",
        "s" => "yyyy-MM-ddTHH:mm:ss",
        "d" => "MM/dd/yyyy",
        other => other,
    };
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| c != first).unwrap_or(rest.len());
        out.push_str(&match (first, length) {
            ('y', 4) => format!("{:04}", moment.year()),
            ('y', 2) => format!("{:02}", moment.year().rem_euclid(100)),
            ('M', 1 | 2) => format!("{:0length$}", u8::from(moment.month())),
            ('d', 1 | 2) => format!("{:0length$}", moment.day()),
            ('H', 1 | 2) => format!("{:0length$}", moment.hour()),
            ('m', 1 | 2) => format!("{:0length$}", moment.minute()),
            ('s', 1 | 2) => format!("{:0length$}", moment.second()),
            ('T' | 'Z', _) => rest[..length].to_owned(),
            (other, _) if !other.is_alphanumeric() => rest[..length].to_owned(),
            _ => {
                return Err(Fault::failed(format!("the time format `{}` is not supported", &rest[..length])));
            }
        });
        rest = &rest[length..];
    }
    Ok(out.into())
}
