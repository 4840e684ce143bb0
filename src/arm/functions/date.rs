//! Points in time. `utcNow` answers what the caller of the evaluator says it is; the clock is not read here.

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use super::Needs::Everything;
use super::{Body, Function, int, text, values, wrong};
use crate::arm::Value;
use crate::arm::eval::Env;
use crate::arm::fault::{Eval, Fault};
use crate::dotnet::calendar::{MAX_TICKS, TICKS_PER_DAY, TICKS_PER_SECOND, UNIX_EPOCH, plus_months};
use crate::dotnet::{self, Zone};

pub(super) const FUNCTIONS: &[Function] = &[
    values("dateTimeAdd", 2, Some(3), Everything, add),
    values("dateTimeFromEpoch", 1, Some(1), Everything, from_epoch),
    values("dateTimeToEpoch", 1, Some(1), Everything, |args| {
        Ok(Value::Int((moment(args)? - UNIX_EPOCH).div_euclid(TICKS_PER_SECOND)))
    }),
    Function { name: "utcNow", min: 0, max: Some(1), body: Body::Scope(utc_now) },
];

/// The form that `utcNow()` gives without a format (documented, seen 2026-11-22), and times that do not say where
/// they are: those are taken for UTC.
const WITHOUT_OFFSET: [&[BorrowedFormatItem<'_>]; 2] = [
    format_description!("[year][month][day]T[hour][minute][second]Z"),
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]"),
];

/// The pattern of `dateTimeAdd` and `dateTimeFromEpoch` where none is given.
const USUAL: &str = "yyyy-MM-ddTHH:mm:ssZ";

/// `utcNow([format])`, in the default value of a parameter only.
fn utc_now(env: &Env<'_>, args: &[Value]) -> Eval<Value> {
    env.refuse_outside_of_defaults("utcNow")?;
    let pattern = if args.is_empty() { "yyyyMMddTHHmmssZ" } else { text(args, 0)? };
    let Some(unix_s) = env.facts().now_unix_s else {
        // A pattern that makes no sense is told whether the time is known or not.
        written(UNIX_EPOCH, pattern)?;
        let call = if args.is_empty() { "utcNow()".to_owned() } else { format!("utcNow('{pattern}')") };
        return Ok(Value::supplied_later(&call));
    };
    let now = from_unix(unix_s)
        .ok_or_else(|| Fault::failed("the time that is given lies outside of the calendar"))?;
    written(now, pattern)
}

/// The ticks of a number of seconds since 1970; None outside of the calendar.
fn from_unix(seconds: i64) -> Option<i64> {
    within(seconds.checked_mul(TICKS_PER_SECOND)?.checked_add(UNIX_EPOCH)?)
}

fn within(ticks: i64) -> Option<i64> {
    Some(ticks).filter(|ticks| (0..=MAX_TICKS).contains(ticks))
}

/// Writes a time in UTC by a standard format or a pattern. An empty one stands for nothing.
fn written(ticks: i64, pattern: &str) -> Eval<Value> {
    if pattern.is_empty() {
        return Ok("".into());
    }
    dotnet::date(ticks, Zone::Utc, pattern).map(Value::from).map_err(|bad| Fault::failed(bad.0))
}

/// Reads argument 1 as ticks in UTC.
fn moment(args: &[Value]) -> Eval<i64> {
    const NANOSECONDS_PER_TICK: i128 = 100;
    // The universal sortable form `2023-04-01 01:00:38Z` differs from RFC 3339 by its blank only.
    let mut text = text(args, 0)?.replacen(' ', "T", 1);
    if text.len() == "2023-04-01".len() {
        text.push_str("T00:00:00");
    }
    let in_utc = || {
        WITHOUT_OFFSET.iter().find_map(|form| Some(PrimitiveDateTime::parse(&text, form).ok()?.assume_utc()))
    };
    OffsetDateTime::parse(&text, &Rfc3339)
        .ok()
        .or_else(in_utc)
        // An offset can lead out of the calendar.
        .and_then(|moment| moment.checked_to_offset(UtcOffset::UTC))
        .and_then(|moment| i64::try_from(moment.unix_timestamp_nanos().div_euclid(NANOSECONDS_PER_TICK)).ok())
        .and_then(|since_1970| within(since_1970.checked_add(UNIX_EPOCH)?))
        .ok_or_else(|| wrong(args, 0, "a time such as `2026-11-22T10:00:00Z`"))
}

fn from_epoch(args: &[Value]) -> Eval<Value> {
    let moment =
        from_unix(int(args, 0)?).ok_or_else(|| wrong(args, 0, "seconds since 1970 within the calendar"))?;
    written(moment, USUAL)
}

fn add(args: &[Value]) -> Eval<Value> {
    let (months, rest) =
        duration(text(args, 1)?).ok_or_else(|| wrong(args, 1, "an ISO 8601 duration such as `P1D`"))?;
    let moment = plus_months(moment(args)?, months)
        .and_then(|moment| within(moment.checked_add(rest)?))
        .ok_or_else(|| Fault::failed("the time leaves the calendar"))?;
    written(moment, if args.len() == 3 { text(args, 2)? } else { USUAL })
}

/// Reads `-P1Y2M3DT4H5M6S` as months, and the ticks of the rest.
fn duration(text: &str) -> Option<(i64, i64)> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (date, clock) = text.strip_prefix('P')?.split_once('T').unwrap_or((&text[1..], ""));
    let (mut months, mut rest) = (0_i64, 0_i64);
    for (part, is_clock) in [(date, false), (clock, true)] {
        let mut part = part;
        while let Some(at) = part.find(|c: char| !c.is_ascii_digit()) {
            let amount: i64 = part[..at].parse().ok()?;
            let amount = i64::from(i32::try_from(amount).ok()?) * sign;
            let (of_month, ticks) = match (is_clock, part[at..].chars().next()?) {
                (false, 'Y') => (12, 0),
                (false, 'M') => (1, 0),
                (false, 'W') => (0, 7 * TICKS_PER_DAY),
                (false, 'D') => (0, TICKS_PER_DAY),
                (true, 'H') => (0, 3600 * TICKS_PER_SECOND),
                (true, 'M') => (0, 60 * TICKS_PER_SECOND),
                (true, 'S') => (0, TICKS_PER_SECOND),
                _ => return None,
            };
            months = months.checked_add(amount * of_month)?;
            rest = rest.checked_add(amount.checked_mul(ticks)?)?;
            part = &part[at + 1..];
        }
        if !part.is_empty() {
            return None;
        }
    }
    Some((months, rest))
}
