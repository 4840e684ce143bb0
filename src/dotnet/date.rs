//! Times as .NET writes them: standard formats of one letter and custom patterns, in the invariant culture
//! (<https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings> and
//! `standard-date-and-time-format-strings`, seen 2026-11-22).

use std::fmt::Write as _;

use super::BadFormat;
use super::calendar::{DAYS, MONTHS, TICKS_PER_DAY, TICKS_PER_SECOND, date_of, weekday};

/// What a time says about where its clock hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Nothing; the machines that write these texts stand in UTC.
    Unsaid,
    Utc,
    /// Minutes east of UTC.
    Offset(i64),
}

impl Zone {
    /// What `K` shows.
    fn text(self) -> String {
        match self {
            Self::Unsaid => String::new(),
            Self::Utc => "Z".to_owned(),
            Self::Offset(_) => self.offset(3),
        }
    }

    /// What `z`, `zz` and `zzz` show.
    fn offset(self, letters: usize) -> String {
        let minutes = if let Self::Offset(minutes) = self { minutes } else { 0 };
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
        match letters {
            1 => format!("{sign}{hours}"),
            2 => format!("{sign}{hours:02}"),
            _ => format!("{sign}{hours:02}:{minutes:02}"),
        }
    }
}

/// .NET counts in units of 100 ns.
const MOST_FRACTION: usize = 7;
/// A year is written with no more digits; a bound keeps the result small.
const MOST_DIGITS: usize = 16;

/// Writes the time `ticks` (of the clock on the wall) by a standard format or a pattern. An empty format is `G`.
///
/// # Errors
/// A letter that is no format, a quote that is not closed, more digits than a second has.
pub fn date(ticks: i64, zone: Zone, format: &str) -> Result<String, BadFormat> {
    let mut out = String::new();
    let mut rest = standard(format)?;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => quoted(rest, first, &mut out)?,
            '\\' => escaped(rest, &mut out)?,
            // `%` makes a pattern of one letter, which would be a standard format without it.
            '%' if !matches!(rest.as_bytes().get(1), None | Some(b'%')) => 1,
            '%' => return Err(BadFormat::new("a `%` in a time format stands before a letter")),
            letter => {
                let length = rest.find(|c| c != letter).unwrap_or(rest.len());
                part(ticks, zone, &rest[..length], &mut out)?;
                length
            }
        };
        rest = &rest[length..];
    }
    Ok(out)
}

/// The pattern that a format of one letter stands for.
fn standard(format: &str) -> Result<&str, BadFormat> {
    let mut chars = format.chars();
    let letter = match (chars.next(), chars.next()) {
        (None, _) => 'G',
        (Some(letter), None) => letter,
        _ => return Ok(format),
    };
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
        'u' => "yyyy-MM-dd HH:mm:ss'Z'",
        'y' | 'Y' => "yyyy MMMM",
        _ => return Err(BadFormat::new(format!("`{format}` is no format of a time"))),
    })
}

/// Writes what stands in quotes; returns how much of the pattern that was.
fn quoted(pattern: &str, mark: char, out: &mut String) -> Result<usize, BadFormat> {
    let mut chars = pattern.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == mark => return Ok(at + 1),
            '\\' => out.extend(chars.next().map(|(_, escaped)| escaped)),
            c => out.push(c),
        }
    }
    Err(BadFormat::new(format!("the time format has a `{mark}` that is not closed: `{pattern}`")))
}

/// Writes the character after a backslash.
fn escaped(pattern: &str, out: &mut String) -> Result<usize, BadFormat> {
    let char = pattern.chars().nth(1).ok_or_else(|| BadFormat::new("the time format ends with a `\\`"))?;
    out.push(char);
    Ok(1 + char.len_utf8())
}

/// Writes one run of the same letter. Letters without a meaning stand for themselves.
fn part(ticks: i64, zone: Zone, run: &str, out: &mut String) -> Result<(), BadFormat> {
    let letter = run.chars().next().unwrap_or(' ');
    let length = run.chars().count();
    let two = length.min(2);
    let (year, month, day) = date_of(ticks);
    let seconds = ticks.rem_euclid(TICKS_PER_DAY) / TICKS_PER_SECOND;
    let hour = seconds / 3600;
    let number = match letter {
        'y' if length <= 2 => Some((year % 100, length)),
        'y' => Some((year, length.min(MOST_DIGITS))),
        'M' if length <= 2 => Some((month, length)),
        'd' if length <= 2 => Some((day, length)),
        'H' => Some((hour, two)),
        'h' => Some(((hour + 11) % 12 + 1, two)),
        'm' => Some((seconds / 60 % 60, two)),
        's' => Some((seconds % 60, two)),
        _ => None,
    };
    if let Some((value, digits)) = number {
        // Writing into a String does not fail.
        let _ = write!(out, "{value:0digits$}");
        return Ok(());
    }
    let text = match letter {
        'M' => name(MONTHS[month as usize - 1], length),
        'd' => name(DAYS[weekday(ticks)], length),
        't' => (if hour < 12 { "AM" } else { "PM" })[..two].to_owned(),
        'f' | 'F' if length > MOST_FRACTION => {
            let message = format!("a time has at most {MOST_FRACTION} digits after the second, not {length}");
            return Err(BadFormat::new(message));
        }
        'f' => fraction(ticks, length),
        'F' => {
            let digits = fraction(ticks, length).trim_end_matches('0').to_owned();
            // The point before an empty fraction goes with it.
            if digits.is_empty() && out.ends_with('.') {
                out.pop();
            }
            digits
        }
        'g' => "A.D.".to_owned(),
        'K' => zone.text().repeat(length),
        'z' => zone.offset(length),
        _ => run.to_owned(),
    };
    out.push_str(&text);
    Ok(())
}

fn fraction(ticks: i64, digits: usize) -> String {
    format!("{:07}", ticks.rem_euclid(TICKS_PER_SECOND))[..digits].to_owned()
}

/// The whole name of a day or month, or its first three letters.
fn name(name: &str, length: usize) -> String {
    if length == 3 { name[..3].to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::calendar::UNIX_EPOCH;
    use super::*;

    #[test]
    fn patterns_follow_dotnet() {
        // A Saturday.
        let ticks = UNIX_EPOCH + 16_803_108_380_123_000;
        for (pattern, expected) in [
            ("", "04/01/2023 01:00:38"),
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
            ("''yyyyy", "02023"),
        ] {
            assert_eq!(date(ticks, Zone::Utc, pattern).as_deref(), Ok(expected), "{pattern}");
        }
        for pattern in ["q", "'x", "yyyy\\", "ffffffff", "%", "%%", "é"] {
            assert!(date(ticks, Zone::Utc, pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn a_zone_is_shown_as_far_as_it_is_known() {
        let shown = |zone| date(UNIX_EPOCH, zone, "K|z|zz|zzz|ss.FFF").unwrap();
        assert_eq!(shown(Zone::Unsaid), "|+0|+00|+00:00|00");
        assert_eq!(shown(Zone::Utc), "Z|+0|+00|+00:00|00");
        assert_eq!(shown(Zone::Offset(-330)), "-05:30|-5|-05|-05:30|00");
    }
}
