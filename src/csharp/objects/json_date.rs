//! Texts that Newtonsoft.Json 13 reads as dates: its reader makes a date of every string of ISO 8601 with a time, and of
//! `/Date(…)/`, and writes it its own way (`DateParseHandling.DateTime` and `DateTimeZoneHandling.RoundtripKind`, the
//! defaults; newtonsoft.com/json/help, "Serializing Dates in JSON", seen 2026-11-30; JamesNK/Newtonsoft.Json#862).

use super::{DateTime, DateTimeKind};
use crate::dotnet::calendar::UNIX_EPOCH;

/// The date that a string of a JSON text is; None for every other text.
pub(super) fn read(text: &str) -> Option<DateTime> {
    let bytes = text.as_bytes();
    if let Some(inside) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        return microsoft(inside);
    }
    let may_be = (19..=40).contains(&bytes.len()) && bytes[0].is_ascii_digit() && bytes[10] == b'T';
    if may_be { iso(bytes) } else { None }
}

/// Milliseconds since 1970, perhaps with an offset, which makes it local time.
fn microsoft(text: &str) -> Option<DateTime> {
    let sign = text.get(1..)?.find(['+', '-']).map(|at| at + 1);
    let (ms, kind) = match sign {
        Some(at) => (&text[..at], DateTimeKind::Local),
        None => (text, DateTimeKind::Utc),
    };
    let ticks = ms.parse::<i64>().ok()?.checked_mul(10_000)?.checked_add(UNIX_EPOCH)?;
    DateTime { ticks: 0, kind }.plus(ticks).ok()
}

/// `yyyy-MM-ddTHH:mm:ss`, up to seven digits of a second, then nothing, `Z`, `+hh`, `+hhmm` or `+hh:mm`.
fn iso(bytes: &[u8]) -> Option<DateTime> {
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, wanted)| bytes[*at] != *wanted) {
        return None;
    }
    let [year, month, day, hour, minute, second] =
        [0..4, 5..7, 8..10, 11..13, 14..16, 17..19].map(|part| number(&bytes[part]));
    // Twenty-four hours are the beginning of the next day.
    let (hour, is_midnight) = match (hour?, minute?, second?) {
        (24, 0, 0) => (0, true),
        (hour, ..) => (hour, false),
    };
    let date = DateTime::of_date([year?, month?, day?, hour, minute?, second?]).ok()?;
    let mut rest = &bytes[19..];
    let mut ticks = if is_midnight { 864_000_000_000 } else { 0 };
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = fraction.iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
        let digits = number(&fraction[..length])?;
        if length == 0 || (is_midnight && digits != 0) {
            return None;
        }
        ticks += digits * 10_i64.pow(7 - u32::try_from(length).ok()?);
        rest = &fraction[length..];
    }
    let date = date.plus(ticks).ok()?;
    match rest {
        [] => Some(date),
        [b'Z' | b'z'] => Some(DateTime { kind: DateTimeKind::Utc, ..date }),
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let minutes = match zone {
                [_, _] => number(zone)? * 60,
                [_, _, b':', minutes @ ..] | [_, _, minutes @ ..] if minutes.len() == 2 => {
                    number(&zone[..2])? * 60 + number(minutes)?
                }
                _ => return None,
            };
            let east = if *sign == b'+' { -1 } else { 1 };
            // Local time, which is universal time here.
            let moved = date.plus(east * minutes * 600_000_000).ok()?;
            Some(DateTime { kind: DateTimeKind::Local, ..moved })
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(digits).ok()?;
    if digits.iter().all(u8::is_ascii_digit) && !digits.is_empty() { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csharp::value::Object as _;

    #[test]
    fn texts_are_dates_or_stay_texts() {
        for (text, expected) in [
            ("2026-01-02T03:04:05", Some("2026-01-02T03:04:05")),
            ("2026-01-02T03:04:05Z", Some("2026-01-02T03:04:05Z")),
            ("2026-01-02T03:04:05.1200z", Some("2026-01-02T03:04:05.12Z")),
            ("2026-01-02T03:04:05.1234567+02:00", Some("2026-01-02T01:04:05.1234567+00:00")),
            ("2026-01-02T03:04:05-0130", Some("2026-01-02T04:34:05+00:00")),
            ("2026-01-02T03:04:05+01", Some("2026-01-02T02:04:05+00:00")),
            ("2026-01-02T24:00:00Z", Some("2026-01-03T00:00:00Z")),
            ("/Date(1000)/", Some("1970-01-01T00:00:01Z")),
            ("/Date(-1000+0100)/", Some("1969-12-31T23:59:59+00:00")),
            ("2026-01-02", None),
            ("2026-01-02 03:04:05", None),
            ("2026-01-02T03:04", None),
            ("2026-13-02T03:04:05", None),
            ("2026-01-02T03:04:05.12345678", None),
            ("2026-01-02T03:04:05 Z", None),
            ("2026-01-02T24:00:01Z", None),
            ("2026-01-02T03:04:05.", None),
            ("2026-01-02T03:04:é0", None),
            ("/Date()/", None),
            ("/Date(é1)/", None),
            ("", None),
        ] {
            let found = read(text).map(|date| date.format("json").unwrap());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
