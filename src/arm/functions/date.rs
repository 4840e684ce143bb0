//! Points in time. `utcNow` answers what the caller of the evaluator says it is; the clock is not read here.

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime, UtcOffset};

use super::Needs::Everything;
use super::{Body, Function, datetime, int, text, values, wrong};
use crate::arm::Value;
use crate::arm::eval::Env;
use crate::arm::fault::{Eval, Fault};

pub(super) const FUNCTIONS: &[Function] = &[
    values("dateTimeAdd", 2, Some(3), Everything, add),
    values("dateTimeFromEpoch", 1, Some(1), Everything, from_epoch),
    values("dateTimeToEpoch", 1, Some(1), Everything, |args| Ok(Value::Int(moment(args)?.unix_timestamp()))),
    Function { name: "utcNow", min: 0, max: Some(1), body: Body::Scope(utc_now) },
];

/// The form that `utcNow()` gives without a format (documented, seen 2026-11-22), and times that do not say where
/// they are: those are taken for UTC.
const WITHOUT_OFFSET: [&[BorrowedFormatItem<'_>]; 2] = [
    format_description!("[year][month][day]T[hour][minute][second]Z"),
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]"),
];

/// `utcNow([format])`, in the default value of a parameter only.
fn utc_now(env: &Env<'_>, args: &[Value]) -> Eval<Value> {
    env.refuse_outside_of_defaults("utcNow")?;
    let pattern = if args.is_empty() { "yyyyMMddTHHmmssZ" } else { text(args, 0)? };
    let Some(unix_s) = env.facts().now_unix_s else {
        // A pattern that makes no sense is told whether the time is known or not.
        datetime::written(OffsetDateTime::UNIX_EPOCH, pattern)?;
        let call = if args.is_empty() { "utcNow()".to_owned() } else { format!("utcNow('{pattern}')") };
        return Ok(Value::supplied_later(&call));
    };
    let moment = OffsetDateTime::from_unix_timestamp(unix_s)
        .map_err(|_| Fault::failed("the time that is given lies outside of the calendar"))?;
    datetime::written(moment, pattern)
}

fn moment(args: &[Value]) -> Eval<OffsetDateTime> {
    // The universal sortable form `2023-04-01 01:00:38Z` differs from RFC 3339 by its blank only.
    let text = text(args, 0)?.replacen(' ', "T", 1);
    let in_utc = || {
        WITHOUT_OFFSET.iter().find_map(|form| Some(PrimitiveDateTime::parse(&text, form).ok()?.assume_utc()))
    };
    OffsetDateTime::parse(&text, &Rfc3339)
        .ok()
        .or_else(in_utc)
        // An offset can lead out of the calendar.
        .and_then(|moment| moment.checked_to_offset(UtcOffset::UTC))
        .ok_or_else(|| wrong(args, 0, "a time such as `2026-11-22T10:00:00Z`"))
}

fn from_epoch(args: &[Value]) -> Eval<Value> {
    let moment = OffsetDateTime::from_unix_timestamp(int(args, 0)?)
        .map_err(|_| wrong(args, 0, "seconds since 1970 within the calendar"))?;
    datetime::written(moment, "yyyy-MM-ddTHH:mm:ssZ")
}

fn add(args: &[Value]) -> Eval<Value> {
    let moment = duration(text(args, 1)?)
        .ok_or_else(|| wrong(args, 1, "an ISO 8601 duration such as `P1D`"))
        .and_then(|(months, rest)| {
            plus_months(moment(args)?, months)
                .and_then(|moment| moment.checked_add(rest))
                .ok_or_else(|| Fault::failed("the time leaves the calendar"))
        })?;
    datetime::written(moment, if args.len() == 3 { text(args, 2)? } else { "yyyy-MM-ddTHH:mm:ssZ" })
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
