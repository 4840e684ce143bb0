//! Values that scenario files write: times with their unit, ranges, and what TOML gives with its place.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::codes;
use super::markdown::Block;
use crate::diag::Diagnostic;
use crate::text::{Source, Span};

/// Reads a block of TOML.
pub(super) fn toml<T: DeserializeOwned>(source: &Arc<Source>, block: &Block) -> Result<T, Box<Diagnostic>> {
    ::toml::from_str(&block.text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let message = error.message().split('\n').next().unwrap_or_default().to_owned();
        Box::new(Diagnostic::new(&codes::VALUE, message).at(source, within(block, span)))
    })
}

/// A place inside a block as one of the file.
pub(super) fn within(block: &Block, range: std::ops::Range<usize>) -> Span {
    let start = block.span.start as usize;
    Span::new(start + range.start, (start + range.end).min(block.span.end as usize))
}

/// Milliseconds, written as `250 ms`, `1.5 s`, `2 min` or `1 h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Ms(pub u64);

/// A month; longer is most likely a slip of the unit.
const LONGEST_MS: f64 = 31.0 * 24.0 * 3_600_000.0;

impl TryFrom<String> for Ms {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        parse_ms(&text).map(|ms| Self(ms.round() as u64))
    }
}

/// A time in milliseconds.
///
/// # Errors
/// A sentence where it is none.
pub(super) fn parse_ms(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is not a time such as `250 ms`, `1.5 s`, `2 min` or `1 h`");
    let text = text.trim();
    let at = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(at);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let factor = match unit.trim() {
        "us" => 0.001,
        "ms" => 1.0,
        "s" => 1000.0,
        "min" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return Err(wrong()),
    };
    let ms = number * factor;
    if ms > LONGEST_MS { Err(format!("`{text}` is longer than 31 days")) } else { Ok(ms) }
}

/// A value, or the least and the most of it, all between with even chances.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
pub(super) enum Range<T> {
    One(T),
    Between(T, T),
}

impl Range<u64> {
    pub(super) fn pick(self, random: u64) -> u64 {
        match self {
            Self::One(value) => value,
            Self::Between(least, most) if least < most => least + random % (most - least + 1),
            Self::Between(least, _) => least,
        }
    }
}

impl Range<Ms> {
    pub(super) fn pick_ms(self, random: u64) -> u64 {
        match self {
            Self::One(Ms(ms)) => ms,
            Self::Between(Ms(least), Ms(most)) => Range::Between(least, most).pick(random),
        }
    }

    pub(super) fn most_ms(self) -> u64 {
        match self {
            Self::One(Ms(ms)) | Self::Between(_, Ms(ms)) => ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        for (text, ms) in [("250 ms", 250.0), ("1.5s", 1500.0), ("2 min", 120_000.0), ("1 h", 3_600_000.0)] {
            assert_eq!(parse_ms(text), Ok(ms), "{text}");
        }
        for text in ["", "5", "5 days", "ms", "1.2.3 s", "1000 h"] {
            assert!(parse_ms(text).is_err(), "{text}");
        }
    }
}
