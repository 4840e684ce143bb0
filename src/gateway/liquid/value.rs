//! Values of templates: what they print as, how they compare, and what is inside them.

use std::cmp::Ordering;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::csharp;
use crate::gateway::dates::{self, Moment};

/// Shared where it is large: a template passes values around.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    Date(Moment),
    List(Arc<Vec<Value>>),
    Map(Arc<Map>),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    pub entries: IndexMap<String, Value>,
    /// What it prints as, where it is more than its entries, such as a URL.
    pub printed: Option<String>,
}

impl Value {
    pub(super) fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Arc::from(text.as_ref()))
    }

    pub(super) fn list(values: Vec<Self>) -> Self {
        Self::List(Arc::new(values))
    }

    pub(super) fn map(entries: impl IntoIterator<Item = (String, Self)>) -> Self {
        Self::Map(Arc::new(Map { entries: entries.into_iter().collect(), printed: None }))
    }

    pub(super) fn from_json(json: &Json, parses_dates: bool) -> Self {
        match json {
            Json::Null => Self::Nil,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => {
                number.as_i64().map_or_else(|| Self::Float(number.as_f64().unwrap_or_default()), Self::Int)
            }
            Json::String(text) => Self::text_or_date(text, parses_dates),
            Json::Array(items) => {
                Self::list(items.iter().map(|item| Self::from_json(item, parses_dates)).collect())
            }
            Json::Object(properties) => Self::map(
                properties.iter().map(|(name, value)| (name.clone(), Self::from_json(value, parses_dates))),
            ),
        }
    }

    pub(super) fn text_or_date(text: &str, parses_dates: bool) -> Self {
        let moment = if parses_dates { dates::parse(text) } else { None };
        moment.map_or_else(|| Self::text(text), Self::Date)
    }

    /// Only nil and false are false.
    pub(super) fn is_true(&self) -> bool {
        !matches!(self, Self::Nil | Self::Bool(false))
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Map(map) => map.entries.is_empty(),
            _ => false,
        }
    }

    /// What output writes.
    pub(super) fn print(&self) -> String {
        match self {
            Self::Nil => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => csharp::Value::Double(*value).display(),
            Self::Text(text) => text.to_string(),
            // "mm/dd/yyyy hh:mm:ss" (Learn, set-body, `parse-date`).
            Self::Date(moment) => {
                let (date, time) = (moment.at.date(), moment.at.time());
                format!(
                    "{:02}/{:02}/{:04} {:02}:{:02}:{:02}",
                    u8::from(date.month()),
                    date.day(),
                    date.year(),
                    time.hour(),
                    time.minute(),
                    time.second()
                )
            }
            Self::List(items) => items.iter().map(Self::print).collect(),
            Self::Map(map) => map.printed.clone().unwrap_or_else(|| {
                map.entries.iter().map(|(name, value)| format!("[{name}, {}]", value.print())).collect()
            }),
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            // Numbers past 2^53 lose their last digits in arithmetic with fractions.
            Self::Int(value) => value.to_string().parse().ok(),
            Self::Float(value) => Some(*value),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A whole number, also where it is written as text.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// What loops walk over: items, or the entries of a map as `Key` and `Value`. Nothing else has any.
    pub(super) fn items(&self) -> Vec<Self> {
        match self {
            Self::List(items) => items.as_ref().clone(),
            Self::Map(map) => map
                .entries
                .iter()
                .map(|(key, value)| {
                    Self::map([("Key".to_owned(), Self::text(key)), ("Value".to_owned(), value.clone())])
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// What a name means inside this value; nil where it means nothing.
    pub(super) fn member(&self, name: &str) -> Self {
        match self {
            Self::Map(map) => {
                let any_case = || map.entries.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                let found = map.entries.get(name).or_else(|| any_case().map(|(_, value)| value));
                match found {
                    Some(value) => value.clone(),
                    None if name.eq_ignore_ascii_case("size") => count(map.entries.len()),
                    None => Self::Nil,
                }
            }
            Self::List(items) => match name.to_ascii_lowercase().as_str() {
                "size" => count(items.len()),
                "first" => items.first().cloned().unwrap_or(Self::Nil),
                "last" => items.last().cloned().unwrap_or(Self::Nil),
                _ => Self::Nil,
            },
            Self::Text(text) if name.eq_ignore_ascii_case("size") => count(text.chars().count()),
            _ => Self::Nil,
        }
    }

    /// `value[key]`: a place in a list, from the end where it is negative, or a name.
    pub(super) fn at(&self, key: &Self) -> Self {
        match (self, key) {
            (Self::List(items), Self::Int(index)) => {
                let from_end = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
                let at = if *index < 0 { items.len().checked_sub(from_end) } else { Some(from_end) };
                at.and_then(|at| items.get(at)).cloned().unwrap_or(Self::Nil)
            }
            (_, key) => self.member(&key.print()),
        }
    }

    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Date(left), Self::Date(right)) => left == right,
            (Self::List(left), Self::List(right)) => {
                left.len() == right.len()
                    && left.iter().zip(right.iter()).all(|(left, right)| left.equals(right))
            }
            (Self::Int(left), Self::Int(right)) => left == right,
            (Self::Int(_) | Self::Float(_), Self::Int(_) | Self::Float(_)) => {
                self.compare(other) == Some(Ordering::Equal)
            }
            _ => false,
        }
    }

    /// None where the two have no order.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => Some(left.cmp(right)),
            (Self::Text(left), Self::Text(right)) => Some(left.cmp(right)),
            (Self::Date(left), Self::Date(right)) => Some(left.at.cmp(&right.at)),
            (Self::Int(_) | Self::Float(_), Self::Int(_) | Self::Float(_)) => {
                self.number()?.partial_cmp(&other.number()?)
            }
            _ => None,
        }
    }

    pub(super) fn contains(&self, other: &Self) -> bool {
        match self {
            Self::Text(text) => text.contains(&other.print()),
            Self::List(items) => items.iter().any(|item| item.equals(other)),
            Self::Map(map) => map.entries.contains_key(&other.print()),
            _ => false,
        }
    }
}

pub(super) fn count(n: usize) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}
