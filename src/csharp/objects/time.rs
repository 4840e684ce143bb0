//! `DateTime`, `DateTimeOffset`, `TimeSpan`: ticks of 100 ns since 0001-01-01, as .NET counts. The local time zone
//! of the gateway is UTC.

use std::any::Any;

use crate::csharp::exception::Exception;
use crate::csharp::value::{Object, Value};
use crate::dotnet::calendar::{
    DAYS, TICKS_PER_DAY, UNIX_EPOCH, date_of, days_from_civil, days_in_month, plus_months, weekday,
};
use crate::dotnet::{self, Zone};

pub(in crate::csharp) use crate::dotnet::calendar::{MAX_TICKS, TICKS_PER_SECOND};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::csharp) enum DateTimeKind {
    Utc,
    /// Of the machine, which stands in UTC.
    Local,
    Unspecified,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::csharp) struct DateTime {
    pub ticks: i64,
    pub kind: DateTimeKind,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::csharp) struct DateTimeOffset {
    /// Of the clock on the wall, offset included.
    pub ticks: i64,
    pub offset_minutes: i64,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::csharp) struct TimeSpan(pub i64);

fn out_of_range() -> Exception {
    Exception::out_of_range("The added or subtracted value results in an un-representable DateTime.")
}

fn checked(ticks: Option<i64>) -> Result<i64, Exception> {
    ticks.filter(|ticks| (0..=MAX_TICKS).contains(ticks)).ok_or_else(out_of_range)
}

impl DateTime {
    pub(in crate::csharp) fn from_unix_ms(ms: i64) -> Self {
        Self {
            ticks: ms.saturating_mul(10_000).saturating_add(UNIX_EPOCH).clamp(0, MAX_TICKS),
            kind: DateTimeKind::Utc,
        }
    }

    /// The same clock time, known to be universal.
    pub(in crate::csharp) fn from_utc(date: Self) -> Self {
        Self { kind: DateTimeKind::Utc, ..date }
    }

    pub(in crate::csharp) fn of_date(parts: [i64; 6]) -> Result<Self, Exception> {
        let [year, month, day, hour, minute, second] = parts;
        let valid = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second);
        if !valid {
            return Err(Exception::out_of_range(
                "Year, Month, and Day parameters describe an un-representable DateTime.",
            ));
        }
        let seconds = ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
        Ok(Self { ticks: seconds * TICKS_PER_SECOND, kind: DateTimeKind::Unspecified })
    }

    pub(in crate::csharp) fn plus(self, ticks: i64) -> Result<Self, Exception> {
        Ok(Self { ticks: checked(self.ticks.checked_add(ticks))?, ..self })
    }
}

impl DateTimeOffset {
    /// `offset` in ticks. Both the clock on the wall and universal time have to be in the calendar.
    pub(in crate::csharp) fn new(ticks: i64, offset: i64) -> Result<Self, Exception> {
        const MINUTE: i64 = 60 * TICKS_PER_SECOND;
        if offset % MINUTE != 0 {
            return Err(Exception::argument("Offset must be specified in whole minutes."));
        }
        if offset.unsigned_abs() > 14 * 60 * MINUTE.unsigned_abs() {
            return Err(Exception::out_of_range("Offset must be within plus or minus 14 hours."));
        }
        if !(0..=MAX_TICKS).contains(&(ticks - offset)) {
            return Err(Exception::out_of_range(
                "The UTC time represented when the offset is applied must be between year 0 and 10,000.",
            ));
        }
        Ok(Self { ticks, offset_minutes: offset / MINUTE })
    }

    pub(in crate::csharp) fn utc_ticks(self) -> i64 {
        self.ticks - self.offset_ticks()
    }

    fn offset_ticks(self) -> i64 {
        self.offset_minutes * 60 * TICKS_PER_SECOND
    }

    pub(in crate::csharp) fn plus(self, ticks: i64) -> Result<Self, Exception> {
        Self::new(checked(self.ticks.checked_add(ticks))?, self.offset_ticks())
    }
}

impl TimeSpan {
    pub(in crate::csharp) fn from_ms(ms: i64) -> Self {
        Self(ms.saturating_mul(TICKS_PER_SECOND / 1000))
    }

    pub(in crate::csharp) fn overflow() -> Exception {
        Exception::new("OverflowException", "TimeSpan overflowed because the duration is too long.")
    }

    /// `self + sign * other`, where `sign` is 1 or -1.
    pub(in crate::csharp) fn plus(self, sign: i64, other: Self) -> Result<Self, Exception> {
        let ticks = if sign < 0 { self.0.checked_sub(other.0) } else { self.0.checked_add(other.0) };
        ticks.map(Self).ok_or_else(Self::overflow)
    }
}

/// A property that both date types have.
fn date_property(ticks: i64, name: &str) -> Option<Value> {
    let (year, month, day) = date_of(ticks);
    let of_day = ticks.rem_euclid(TICKS_PER_DAY);
    let seconds = of_day / TICKS_PER_SECOND;
    let int = |value: i64| Value::Int(value as i32);
    Some(match name {
        "Year" => int(year),
        "Month" => int(month),
        "Day" => int(day),
        "Hour" => int(seconds / 3600),
        "Minute" => int(seconds / 60 % 60),
        "Second" => int(seconds % 60),
        "Millisecond" => int(of_day / 10_000 % 1000),
        "Ticks" => Value::Long(ticks),
        "DayOfYear" => int(days_from_civil(year, month, day) - days_from_civil(year, 1, 1) + 1),
        "DayOfWeek" => Value::object(super::EnumValue::new("DayOfWeek", DAYS[weekday(ticks)])),
        "TimeOfDay" => Value::object(TimeSpan(of_day)),
        _ => return None,
    })
}

/// The number of ticks that `AddDays(value)` and its siblings add, the largest or smallest where it is none; for
/// months see [`plus_months`].
fn ticks_of(name: &str, value: f64) -> Option<i64> {
    let per_unit = match name {
        "AddDays" | "FromDays" => TICKS_PER_DAY,
        "AddHours" | "FromHours" => 3600 * TICKS_PER_SECOND,
        "AddMinutes" | "FromMinutes" => 60 * TICKS_PER_SECOND,
        "AddSeconds" | "FromSeconds" => TICKS_PER_SECOND,
        "AddMilliseconds" | "FromMilliseconds" => 10_000,
        "AddTicks" | "FromTicks" => 1,
        _ => return None,
    };
    Some((value * per_unit as f64).round() as i64)
}

/// `TimeSpan.FromX(value)`; None where there is no such method.
pub(in crate::csharp) fn span_from(name: &str, value: &Value) -> Option<Result<TimeSpan, Exception>> {
    let number = crate::csharp::number::real(value)?;
    if !name.starts_with("From") || name == "FromTicks" {
        return value.as_i64().filter(|_| name == "FromTicks").map(|ticks| Ok(TimeSpan(ticks)));
    }
    let ticks = ticks_of(name, number)?;
    Some(if number.is_nan() {
        Err(Exception::argument("TimeSpan does not accept floating point Not-a-Number values."))
    } else if matches!(ticks, i64::MIN | i64::MAX) {
        Err(TimeSpan::overflow())
    } else {
        Ok(TimeSpan(ticks))
    })
}

/// The ticks that an `Add…` call adds to `ticks`; None where it is no such call.
fn added(ticks: i64, name: &str, args: &[Value]) -> Option<Result<i64, Exception>> {
    let [value] = args else { return None };
    if let (true, Some(span)) = (matches!(name, "Add" | "Subtract"), value.downcast::<TimeSpan>()) {
        return Some(Ok(if name == "Add" { span.0 } else { span.0.saturating_neg() }));
    }
    if let (true, Some(months)) = (matches!(name, "AddMonths" | "AddYears"), value.as_i64()) {
        let months = if name == "AddYears" { months.saturating_mul(12) } else { months };
        return Some(plus_months(ticks, months).map(|moved| moved - ticks).ok_or_else(out_of_range));
    }
    let number = crate::csharp::number::real(value)?;
    ticks_of(name, number).filter(|_| name.starts_with("Add")).map(Ok)
}

impl Object for DateTime {
    fn type_name(&self) -> &str {
        "DateTime"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Date" => Ok(Value::object(Self { ticks: self.ticks - self.ticks % TICKS_PER_DAY, ..*self })),
            "Kind" => {
                let kind = match self.kind {
                    DateTimeKind::Utc => "Utc",
                    DateTimeKind::Local => "Local",
                    DateTimeKind::Unspecified => "Unspecified",
                };
                Ok(Value::object(super::EnumValue::new("DateTimeKind", kind)))
            }
            _ => date_property(self.ticks, name).ok_or_else(|| Exception::missing_member("DateTime", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        if let ("Subtract", [other]) = (name, args)
            && let Some(other) = other.downcast::<Self>()
        {
            return Ok(Value::object(TimeSpan(self.ticks - other.ticks)));
        }
        match added(self.ticks, name, args) {
            Some(ticks) => Ok(Value::object(self.plus(ticks?)?)),
            None => Err(Exception::missing_overload("DateTime", name, args)),
        }
    }

    fn display(&self) -> String {
        self.format("G").unwrap_or_default()
    }

    fn format(&self, format: &str) -> Result<String, Exception> {
        let zone = match self.kind {
            DateTimeKind::Utc => Zone::Utc,
            // `U` converts to universal time, which it is.
            DateTimeKind::Local if format == "U" => Zone::Utc,
            DateTimeKind::Local => Zone::Offset(0),
            DateTimeKind::Unspecified => Zone::Unsaid,
        };
        format_date(self.ticks, zone, format)
    }

    fn ordinal(&self) -> Option<i128> {
        Some(i128::from(self.ticks))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for DateTimeOffset {
    fn type_name(&self) -> &str {
        "DateTimeOffset"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let utc = self.utc_ticks();
        match name {
            "UtcDateTime" => Ok(Value::object(DateTime { ticks: utc, kind: DateTimeKind::Utc })),
            "DateTime" => Ok(Value::object(DateTime { ticks: self.ticks, kind: DateTimeKind::Unspecified })),
            "UtcTicks" => Ok(Value::Long(utc)),
            "Offset" => Ok(Value::object(TimeSpan(self.offset_ticks()))),
            _ => date_property(self.ticks, name)
                .ok_or_else(|| Exception::missing_member("DateTimeOffset", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        let unix = self.utc_ticks() - UNIX_EPOCH;
        match (name, args) {
            ("ToUnixTimeSeconds", []) => return Ok(Value::Long(unix.div_euclid(TICKS_PER_SECOND))),
            ("ToUnixTimeMilliseconds", []) => return Ok(Value::Long(unix.div_euclid(10_000))),
            ("ToUniversalTime", []) => {
                return Ok(Value::object(Self { ticks: self.utc_ticks(), offset_minutes: 0 }));
            }
            ("Subtract", [other]) => {
                if let Some(other) = other.downcast::<Self>() {
                    return Ok(Value::object(TimeSpan(self.utc_ticks() - other.utc_ticks())));
                }
            }
            _ => {}
        }
        match added(self.ticks, name, args) {
            Some(ticks) => Ok(Value::object(self.plus(ticks?)?)),
            None => Err(Exception::missing_overload("DateTimeOffset", name, args)),
        }
    }

    fn display(&self) -> String {
        self.format("MM/dd/yyyy HH:mm:ss zzz").unwrap_or_default()
    }

    fn format(&self, format: &str) -> Result<String, Exception> {
        // The formats for the wire show universal time.
        match format {
            "R" | "r" | "u" => format_date(self.utc_ticks(), Zone::Offset(0), format),
            _ => format_date(self.ticks, Zone::Offset(self.offset_minutes), format),
        }
    }

    fn ordinal(&self) -> Option<i128> {
        Some(i128::from(self.utc_ticks()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for TimeSpan {
    fn type_name(&self) -> &str {
        "TimeSpan"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let ticks = self.0;
        let total = |unit: i64| Value::Double(ticks as f64 / unit as f64);
        let int = |value: i64| Value::Int(value as i32);
        Ok(match name {
            "TotalDays" => total(TICKS_PER_DAY),
            "TotalHours" => total(3600 * TICKS_PER_SECOND),
            "TotalMinutes" => total(60 * TICKS_PER_SECOND),
            "TotalSeconds" => total(TICKS_PER_SECOND),
            "TotalMilliseconds" => total(10_000),
            "Days" => int(ticks / TICKS_PER_DAY),
            "Hours" => int(ticks / (3600 * TICKS_PER_SECOND) % 24),
            "Minutes" => int(ticks / (60 * TICKS_PER_SECOND) % 60),
            "Seconds" => int(ticks / TICKS_PER_SECOND % 60),
            "Milliseconds" => int(ticks / 10_000 % 1000),
            "Ticks" => Value::Long(ticks),
            _ => return Err(Exception::missing_member("TimeSpan", name)),
        })
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        let other = args.first().and_then(Value::downcast::<Self>);
        let ticks = match (name, args.len(), other) {
            ("Add", 1, Some(other)) => self.0.checked_add(other.0),
            ("Subtract", 1, Some(other)) => self.0.checked_sub(other.0),
            ("Negate", 0, None) => self.0.checked_neg(),
            ("Duration", 0, None) => self.0.checked_abs(),
            _ => return Err(Exception::missing_overload("TimeSpan", name, args)),
        };
        ticks.map(|ticks| Value::object(Self(ticks))).ok_or_else(Self::overflow)
    }

    /// `[-][d.]hh:mm:ss[.fffffff]`.
    fn display(&self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let ticks = self.0.unsigned_abs();
        let per_second = TICKS_PER_SECOND.unsigned_abs();
        let (seconds, fraction) = (ticks / per_second, ticks % per_second);
        let days = if seconds >= 86_400 { format!("{}.", seconds / 86_400) } else { String::new() };
        let fraction = if fraction > 0 { format!(".{fraction:07}") } else { String::new() };
        format!(
            "{sign}{days}{:02}:{:02}:{:02}{fraction}",
            seconds / 3600 % 24,
            seconds / 60 % 60,
            seconds % 60
        )
    }

    fn format(&self, format: &str) -> Result<String, Exception> {
        match format {
            "" | "c" | "json" => Ok(self.display()),
            _ => Err(Exception::format(format!("The format '{format}' is invalid or not evaluated."))),
        }
    }

    fn ordinal(&self) -> Option<i128> {
        Some(i128::from(self.0))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn format_date(ticks: i64, zone: Zone, format: &str) -> Result<String, Exception> {
    // What Newtonsoft.Json writes: as `o` without trailing zeros.
    let pattern = if format == "json" { "yyyy-MM-ddTHH:mm:ss.FFFFFFFK" } else { format };
    // Of a time with an offset .NET has no `U`.
    if format == "U" && matches!(zone, Zone::Offset(_)) {
        return Err(Exception::format("Input string was not in a correct format."));
    }
    dotnet::date(ticks, zone, pattern).map_err(|_| {
        if format.chars().count() == 1 {
            return Exception::format("Input string was not in a correct format.");
        }
        Exception::format(format!("The format '{format}' is invalid or not evaluated."))
    })
}

/// Reads ISO 8601 and the invariant `MM/dd/yyyy HH:mm:ss`, with an optional zone; None for anything else.
pub(in crate::csharp) fn parse_date(text: &str) -> Option<(DateTime, Option<i64>)> {
    let text = text.trim();
    let (text, offset) = split_zone(text)?;
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let numbers = |text: &str, separator: char| -> Option<Vec<i64>> {
        text.split(separator)
            .map(|part| part.parse().ok().filter(|_| !part.starts_with(['+', '-'])))
            .collect()
    };
    let (year, month, day) = match (numbers(date, '-').as_deref(), numbers(date, '/').as_deref()) {
        (Some([year, month, day]), _) => (*year, *month, *day),
        (_, Some([month, day, year])) => (*year, *month, *day),
        _ => return None,
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let clock = if clock.is_empty() { vec![0, 0, 0] } else { numbers(clock, ':')? };
    let [hour, minute, second] = match clock.as_slice() {
        [hour, minute] => [*hour, *minute, 0],
        [hour, minute, second] => [*hour, *minute, *second],
        _ => return None,
    };
    if fraction.len() > 7 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut date = DateTime::of_date([year, month, day, hour, minute, second]).ok()?;
    date.ticks += format!("{fraction:0<7}").parse::<i64>().ok()?;
    Some((date, offset))
}

fn split_zone(text: &str) -> Option<(&str, Option<i64>)> {
    if let Some(rest) = text.strip_suffix(['Z', 'z']) {
        return Some((rest, Some(0)));
    }
    let Some(time) = text.find(['T', ' ', ':']) else { return Some((text, None)) };
    let Some(at) = text[time..].rfind(['+', '-']).map(|at| at + time) else { return Some((text, None)) };
    let (hours, minutes) = text[at + 1..].split_once(':')?;
    let minutes = hours.parse::<i64>().ok()?.checked_mul(60)?.checked_add(minutes.parse().ok()?)?;
    let sign = if text.as_bytes()[at] == b'-' { -1 } else { 1 };
    if !(0..=14 * 60).contains(&minutes) {
        return None;
    }
    Some((text[..at].trim_end(), Some(sign * minutes)))
}
