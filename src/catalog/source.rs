//! Where a fact comes from: every row of the catalogue names one of its file's sources.

use serde::{Deserialize, Deserializer, de::Error as _};
use time::{Date, Month};

/// A text that facts were read from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub title: String,
    pub url: String,
    /// The date that the text itself carries, if it carries one.
    #[serde(default, deserialize_with = "optional_day")]
    pub dated: Option<Date>,
    /// The day the text was read.
    #[serde(deserialize_with = "day")]
    pub seen: Date,
}

/// A source as an answer quotes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fact {
    pub title: String,
    pub url: String,
    pub dated: Option<Date>,
    pub seen: Date,
}

impl From<&Source> for Fact {
    fn from(source: &Source) -> Self {
        Self { title: source.title.clone(), url: source.url.clone(), dated: source.dated, seen: source.seen }
    }
}

impl Fact {
    /// How old the fact is, in words: `2026-04-30`, or `undated, read 2026-11-22`.
    pub fn age(&self) -> String {
        self.dated.map_or_else(|| format!("undated, read {}", self.seen), |dated| dated.to_string())
    }
}

/// Reads a TOML local date.
pub(super) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let datetime = toml::value::Datetime::deserialize(deserializer)?;
    let Some(date) = datetime.date else {
        return Err(D::Error::custom("expected a date such as 2026-11-22"));
    };
    let month = Month::try_from(date.month).map_err(D::Error::custom)?;
    Date::from_calendar_date(i32::from(date.year), month, date.day).map_err(D::Error::custom)
}

/// Reads a TOML local date that may be absent.
pub(super) fn optional_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    day(deserializer).map(Some)
}
