//! Dates in texts of JSON and XML, as Newtonsoft's reader finds them: ISO 8601 with a time. What is found is a moment
//! with or without an offset; how it is printed is .NET's.

use time::format_description::well_known::Iso8601;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// A date and time, with what the text says about its offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// In UTC where the text has an offset, else as it stands there.
    pub at: PrimitiveDateTime,
    pub kind: Kind,
}

/// What .NET calls `DateTimeKind`. The service's own time is UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The text ends with `Z`.
    Utc,
    /// It has another offset, from which .NET computes its own time.
    Local,
    Unspecified,
}

/// Reads a text that is a date with a time; None for every other, so that years and versions stay texts.
pub(super) fn parse(text: &str) -> Option<Moment> {
    if let Some(milliseconds) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        let milliseconds: i128 = milliseconds.parse().ok()?;
        let moment = OffsetDateTime::from_unix_timestamp_nanos(milliseconds.checked_mul(1_000_000)?).ok()?;
        return Some(Moment { at: PrimitiveDateTime::new(moment.date(), moment.time()), kind: Kind::Utc });
    }
    let looks_like_one = text.len() >= "2020-01-01T00:00".len()
        && text.len() <= "2020-01-01T00:00:00.0000000+00:00".len()
        && text.as_bytes().get(4) == Some(&b'-')
        && text.as_bytes().get(10) == Some(&b'T');
    if !looks_like_one {
        return None;
    }
    if let Ok(moment) = OffsetDateTime::parse(text, &Iso8601::PARSING) {
        let at = moment.to_offset(UtcOffset::UTC);
        let kind = if text.ends_with('Z') { Kind::Utc } else { Kind::Local };
        return Some(Moment { at: PrimitiveDateTime::new(at.date(), at.time()), kind });
    }
    let at = PrimitiveDateTime::parse(text, &Iso8601::PARSING).ok()?;
    Some(Moment { at, kind: Kind::Unspecified })
}

/// Writes a text that is a date as .NET's round trip of XML does, with the digits of a second that count.
pub(super) fn round_trip(text: &str) -> Option<String> {
    parse(text).map(Moment::round_trip)
}

impl Moment {
    pub(super) fn round_trip(self) -> String {
        let offset = match self.kind {
            Kind::Utc => "Z",
            Kind::Local => "+00:00",
            Kind::Unspecified => "",
        };
        format!("{}T{}{offset}", date(self.at.date()), time_of_day(self.at.time()))
    }
}

fn date(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

fn time_of_day(time: Time) -> String {
    let fraction = format!(".{:07}", time.nanosecond() / 100);
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{:02}:{:02}:{:02}{fraction}", time.hour(), time.minute(), time.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_other_texts() {
        for (text, expected) in [
            ("2020-01-02T03:04:05Z", Some("2020-01-02T03:04:05Z")),
            ("2020-01-02T03:04:05.1200Z", Some("2020-01-02T03:04:05.12Z")),
            ("2020-01-02T03:04:05+02:00", Some("2020-01-02T01:04:05+00:00")),
            ("2020-01-02T03:04:05", Some("2020-01-02T03:04:05")),
            ("2020-01-02T03:04Z", Some("2020-01-02T03:04:00Z")),
            ("/Date(1198908717056)/", Some("2007-12-29T06:11:57.056Z")),
            ("2020-01-02", None),
            ("2020-13-02T03:04:05Z", None),
            ("a text of about that length", None),
        ] {
            assert_eq!(round_trip(text).as_deref(), expected, "{text}");
        }
    }
}
