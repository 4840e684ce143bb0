//! Tables and what is in their cells.

use serde_json::Value as Json;

/// Rows below named columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub columns: Vec<Column>,
    /// Each as long as `columns`.
    pub rows: Vec<Vec<Value>>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub of: Type,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Bool,
    Long,
    Real,
    Text,
    /// A point in time.
    Time,
    /// A length of time.
    Span,
    Dynamic,
}

/// A cell. A text is never null: it is empty, as at Kusto.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Long(i64),
    Real(f64),
    Text(String),
    /// Milliseconds since 1970.
    Time(i64),
    /// Milliseconds.
    Span(i64),
    Dynamic(Json),
}

impl Type {
    /// The name that queries and answers of the API use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Long => "long",
            Self::Real => "real",
            Self::Text => "string",
            Self::Time => "datetime",
            Self::Span => "timespan",
            Self::Dynamic => "dynamic",
        }
    }

    /// `int` is read as `long`, `double` as `real`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "bool" => Self::Bool,
            "long" | "int" => Self::Long,
            "real" | "double" => Self::Real,
            "string" => Self::Text,
            "datetime" => Self::Time,
            "timespan" => Self::Span,
            "dynamic" => Self::Dynamic,
            _ => return None,
        })
    }

    /// What stands where there is nothing.
    pub(super) fn nothing(self) -> Value {
        if self == Self::Text { Value::Text(String::new()) } else { Value::Null }
    }
}

impl Table {
    /// An empty table of these columns.
    pub fn of(columns: &[(&str, Type)]) -> Self {
        let columns = columns.iter().map(|(name, of)| Column { name: (*name).to_owned(), of: *of });
        Self { columns: columns.collect(), rows: Vec::new() }
    }

    /// Where a column stands.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

impl Value {
    /// Whether there is nothing: null, or an empty text.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null | Self::Dynamic(Json::Null) => true,
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number of either kind.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "as Kusto converts")]
            Self::Long(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
            _ => None,
        }
    }

    /// What the API writes into a row.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => (*value).into(),
            Self::Long(number) => (*number).into(),
            Self::Real(number) if number.is_finite() => (*number).into(),
            // The API writes what JSON has no number for as a text.
            Self::Real(number) if number.is_nan() => "NaN".into(),
            Self::Real(number) => if *number > 0.0 { "Infinity" } else { "-Infinity" }.into(),
            Self::Text(text) => text.as_str().into(),
            Self::Time(ms) => time_text(*ms).into(),
            Self::Span(ms) => span_text(*ms).into(),
            Self::Dynamic(json) => json.clone(),
        }
    }
}

/// `2026-11-30T14:05:00.123Z`.
pub(super) fn time_text(unix_ms: i64) -> String {
    let at = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000).ok();
    // Formatting fails only for years before 0 or after 9999.
    at.and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok()).unwrap_or_default()
}

/// `1.02:03:04.5000000` as .NET writes it: days, then the rest of the day.
fn span_text(ms: i64) -> String {
    let (sign, ms) = (if ms < 0 { "-" } else { "" }, ms.unsigned_abs());
    let (days, hours, minutes) = (ms / 86_400_000, ms / 3_600_000 % 24, ms / 60_000 % 60);
    let (seconds, fraction) = (ms / 1000 % 60, ms % 1000);
    let days = if days > 0 { format!("{days}.") } else { String::new() };
    let fraction = if fraction > 0 { format!(".{fraction:03}0000") } else { String::new() };
    format!("{sign}{days}{hours:02}:{minutes:02}:{seconds:02}{fraction}")
}
