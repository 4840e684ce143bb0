//! Times as .NET writes them: standard formats of one letter and custom patterns, in the invariant culture, for a
//! time in UTC (<https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings>,
//! seen 2026-11-22).

use time::OffsetDateTime;

use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Writes a time by a standard format or a pattern. The time must be in UTC.
pub(super) fn written(moment: OffsetDateTime, format: &str) -> Eval<Value> {
    let mut out = String::new();
    let mut rest = standard(format)?;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => quoted(rest, first, &mut out)?,
            '\\' => escaped(rest, &mut out)?,
            // `%` makes a pattern of one letter, which would be a standard format without it.
            '%' => 1,
            letter => {
                let length = rest.find(|c| c != letter).unwrap_or(rest.len());
                part(moment, letter, &rest[..length], &mut out)?;
                length
            }
        };
        rest = &rest[length..];
    }
    Ok(out.into())
}

/// The pattern that a format of one letter stands for.
fn standard(format: &str) -> Eval<&str> {
    let mut chars = format.chars();
    let (Some(letter), None) = (chars.next(), chars.next()) else { return Ok(format) };
    Ok(match letter {
        'd' => "MM/dd/yyyy",
        'D' => "dddd, dd MMMM yyyy",
        'f' => "dddd, dd MMMM yyyy HH:mm",
        'F' | 'U' => "dddd, dd MMMM yyyy HH:mm:ss",
        'g' => "MM/dd/yyyy HH:mm",
        'G' => "MM/dd/yyyy HH:mm:ss",
        'm' | 'M' => "MMMM dd",
        'o' | 'O' => "yyyy-MM-ddTHH:mm:ss.fffffffK",
        'r' | 'R' => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        's' => "yyyy-MM-ddTHH:mm:ss",
        't' => "HH:mm",
        'T' => "HH:mm:ss",
        'u' => "yyyy-MM-dd HH:mm:ssZ",
        'y' | 'Y' => "yyyy MMMM",
        _ => return Err(Fault::failed(format!("`{format}` is no format of a time"))),
    })
}

/// Writes what stands in quotes; returns how much of the pattern that was.
fn quoted(pattern: &str, mark: char, out: &mut String) -> Eval<usize> {
    let inner = pattern[1..].find(mark).ok_or_else(|| {
        Fault::failed(format!("the time format has a `{mark}` that is not closed: `{pattern}`"))
    })?;
    out.push_str(&pattern[1..=inner]);
    Ok(inner + 2)
}

/// Writes the character after a backslash.
fn escaped(pattern: &str, out: &mut String) -> Eval<usize> {
    let char = pattern.chars().nth(1).ok_or_else(|| Fault::failed("the time format ends with a `\\`"))?;
    out.push(char);
    Ok(1 + char.len_utf8())
}

/// Writes one run of the same letter. Letters without a meaning stand for themselves.
fn part(moment: OffsetDateTime, letter: char, run: &str, out: &mut String) -> Eval<()> {
    let length = run.chars().count();
    let number = |value: i64, digits: usize| format!("{value:0digits$}");
    let two = length.min(2);
    let hour = i64::from(moment.hour());
    let month = u8::from(moment.month());
    let day = moment.weekday().number_days_from_monday();
    let text = match letter {
        'y' if length <= 2 => number(i64::from(moment.year().rem_euclid(100)), length),
        'y' => number(i64::from(moment.year()), length.min(MOST_DIGITS)),
        'M' if length <= 2 => number(i64::from(month), length),
        'M' => name(MONTHS[usize::from(month) - 1], length),
        'd' if length <= 2 => number(i64::from(moment.day()), length),
        'd' => name(DAYS[usize::from(day)], length),
        'H' => number(hour, two),
        'h' => number((hour + 11) % 12 + 1, two),
        'm' => number(i64::from(moment.minute()), two),
        's' => number(i64::from(moment.second()), two),
        't' => (if hour < 12 { "AM" } else { "PM" })[..two].to_owned(),
        'f' | 'F' if length > MOST_FRACTION => {
            let message = format!("a time has at most {MOST_FRACTION} digits after the second, not {length}");
            return Err(Fault::failed(message));
        }
        'f' => fraction(moment, length),
        'F' => fraction(moment, length).trim_end_matches('0').to_owned(),
        'g' => "A.D.".to_owned(),
        'K' => "Z".repeat(length),
        'z' => ["+0", "+00", "+00:00"][length.min(3) - 1].to_owned(),
        _ => run.to_owned(),
    };
    out.push_str(&text);
    Ok(())
}

/// .NET counts in units of 100 ns.
const MOST_FRACTION: usize = 7;
/// A year is written with no more digits; a bound keeps the result small.
const MOST_DIGITS: usize = 16;

fn fraction(moment: OffsetDateTime, digits: usize) -> String {
    format!("{:09}", moment.nanosecond())[..digits].to_owned()
}

/// The whole name of a day or month, or its first three letters.
fn name(name: &str, length: usize) -> String {
    if length == 3 { name[..3].to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_follow_dotnet() {
        // A Saturday.
        let moment = OffsetDateTime::from_unix_timestamp_nanos(1_680_310_838_012_300_000).unwrap();
        for (pattern, expected) in [
            ("d", "04/01/2023"),
            ("D", "Saturday, 01 April 2023"),
            ("o", "2023-04-01T01:00:38.0123000Z"),
            ("R", "Sat, 01 Apr 2023 01:00:38 GMT"),
            ("u", "2023-04-01 01:00:38Z"),
            ("y", "2023 April"),
            ("yyMMdd_hhmmss", "230401_010038"),
            ("h:mm tt", "1:00 AM"),
            ("%d", "1"),
            ("FFFF|fff|zzz|K", "0123|012|+00:00|Z"),
            ("'at' HH\\h \"x\"", "at 01h x"),
            ("", ""),
        ] {
            assert_eq!(written(moment, pattern), Ok(expected.into()), "{pattern}");
        }
        for pattern in ["q", "'x", "yyyy\\", "ffffffff"] {
            assert!(written(moment, pattern).is_err(), "{pattern}");
        }
    }
}
