//! The tree of a YAML document.

use serde_json::Value as Json;

use crate::text::Span;

/// A value and the place to underline when something is wrong with it: the scalar itself; for a mapping or a list
/// its key, or where it begins if it has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub span: Span,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Scalar { text: String, style: Style },
    List(Vec<Node>),
    Mapping(Vec<(Key, Node)>),
}

/// How a scalar was written, which decides whether it may be a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: a number, a boolean or null where it looks like one.
    Plain,
    /// In quotes or as a block: always text.
    Quoted,
    /// Filled in from the environment: whatever the field needs. Never shown in messages.
    Environment,
    /// Given on the command line, or put together from a variable: whatever the field needs.
    Given,
    /// Should have been filled in from the environment; why it was not is reported already.
    Unfilled,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    pub text: String,
    pub span: Span,
}

impl Node {
    /// Makes the node that stands for a default, placed at `span`.
    pub fn from_json(value: &Json, span: Span) -> Self {
        let plain = |text: String| Kind::Scalar { text, style: Style::Plain };
        let kind = match value {
            Json::Null => plain("null".to_owned()),
            Json::Bool(value) => plain(value.to_string()),
            Json::Number(value) => plain(value.to_string()),
            Json::String(text) => Kind::Scalar { text: text.clone(), style: Style::Quoted },
            Json::Array(items) => Kind::List(items.iter().map(|item| Self::from_json(item, span)).collect()),
            Json::Object(fields) => Kind::Mapping(
                fields
                    .iter()
                    .map(|(key, value)| (Key { text: key.clone(), span }, Self::from_json(value, span)))
                    .collect(),
            ),
        };
        Self { span, kind }
    }

    /// The field `key` of a mapping.
    pub fn field(&self, key: &str) -> Option<(&Key, &Self)> {
        let Kind::Mapping(fields) = &self.kind else { return None };
        fields.iter().find(|(name, _)| name.text == key).map(|(key, value)| (key, value))
    }

    /// Takes the field `key` out of a mapping.
    pub fn take(&mut self, key: &str) -> Option<Self> {
        let Kind::Mapping(fields) = &mut self.kind else { return None };
        let at = fields.iter().position(|(name, _)| name.text == key)?;
        Some(fields.remove(at).1)
    }

    /// Puts the fields `keys` of a mapping before the others, in this order.
    pub fn put_first(&mut self, keys: &[&str]) {
        let Kind::Mapping(fields) = &mut self.kind else { return };
        let rank = |key: &Key| keys.iter().position(|first| *first == key.text).unwrap_or(keys.len());
        fields.sort_by_key(|(key, _)| rank(key));
    }

    /// The number of values in the tree, and of the bytes of its texts.
    pub fn size(&self) -> (usize, usize) {
        let sum = |nodes: &mut dyn Iterator<Item = &Self>| {
            nodes.map(Self::size).fold((1, 0), |sum, size| (sum.0 + size.0, sum.1 + size.1))
        };
        match &self.kind {
            Kind::Scalar { text, .. } => (1, text.len()),
            Kind::List(items) => sum(&mut items.iter()),
            Kind::Mapping(fields) => sum(&mut fields.iter().map(|(_, value)| value)),
        }
    }

    /// The same tree in a text that has `n_bytes` more before it.
    pub fn moved(mut self, n_bytes: usize) -> Self {
        let moved = |span: Span| Span::new(span.range().start + n_bytes, span.range().end + n_bytes);
        self.span = moved(self.span);
        self.kind = match self.kind {
            Kind::List(items) => Kind::List(items.into_iter().map(|item| item.moved(n_bytes)).collect()),
            Kind::Mapping(fields) => {
                let field =
                    |(key, value): (Key, Self)| (Key { span: moved(key.span), ..key }, value.moved(n_bytes));
                Kind::Mapping(fields.into_iter().map(field).collect())
            }
            scalar @ Kind::Scalar { .. } => scalar,
        };
        self
    }

    /// The value as JSON; what looks like a number or a boolean without quotes is one.
    pub fn to_json(&self) -> Json {
        match &self.kind {
            Kind::Scalar { .. } if self.is_null() => Json::Null,
            Kind::Scalar { text, .. } => match (self.as_bool(), self.as_int(), self.as_number()) {
                (Some(value), ..) => value.into(),
                (_, Some(value), _) => value.into(),
                (_, _, Some(value)) => value.into(),
                _ => text.as_str().into(),
            },
            Kind::List(items) => items.iter().map(Self::to_json).collect(),
            Kind::Mapping(fields) => {
                Json::Object(fields.iter().map(|(key, value)| (key.text.clone(), value.to_json())).collect())
            }
        }
    }

    /// True for nothing, `~` and `null` without quotes.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, style: Style::Plain }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The value as an integer, where it is written as one.
    pub fn as_int(&self) -> Option<i64> {
        match &self.kind {
            Kind::Scalar { text, style: Style::Plain | Style::Environment | Style::Given } => int(text),
            _ => None,
        }
    }

    /// True for a whole number however long, even one that no integer type holds.
    pub fn is_digits(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, style: Style::Plain | Style::Environment | Style::Given }
            if text.bytes().skip(usize::from(text.starts_with(['-', '+']))).all(|byte| byte.is_ascii_digit())
                && text.ends_with(|c: char| c.is_ascii_digit()))
    }

    /// The value as a number, where it is written as one.
    pub fn as_number(&self) -> Option<f64> {
        match &self.kind {
            Kind::Scalar { text, style: Style::Plain | Style::Environment | Style::Given } => number(text),
            _ => None,
        }
    }

    /// `true` or `false` without quotes. The words `yes`, `no`, `on` and `off` of YAML 1.1 are text.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Scalar { text, style: Style::Plain | Style::Environment | Style::Given } => {
                match text.as_str() {
                    "true" | "True" | "TRUE" => Some(true),
                    "false" | "False" | "FALSE" => Some(false),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The value as text, where it is not written as a number, a boolean or null.
    pub fn as_text(&self) -> Option<&str> {
        let Kind::Scalar { text, style } = &self.kind else { return None };
        let is_text = *style != Style::Plain
            || !(self.is_null() || self.as_bool().is_some() || self.as_number().is_some());
        is_text.then_some(text)
    }

    /// What kind of value this is, in the words of messages.
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::List(_) => "a list",
            Kind::Mapping(_) => "a mapping",
            Kind::Scalar { .. } if self.is_null() => "nothing",
            Kind::Scalar { style: Style::Plain, .. } if self.as_bool().is_some() => "a boolean",
            Kind::Scalar { style: Style::Plain, .. } if self.as_number().is_some() => "a number",
            Kind::Scalar { .. } => "a text",
        }
    }
}

/// Integers of the YAML 1.2 core schema: decimal, `0x` and `0o`.
fn int(text: &str) -> Option<i64> {
    let (radix, digits) = match text.get(..2) {
        Some("0x") => (16, &text[2..]),
        Some("0o") => (8, &text[2..]),
        _ => (10, text),
    };
    // `+` and `-` belong to decimals only, which Rust reads the same way.
    if radix != 10 && !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    i64::from_str_radix(digits, radix).ok()
}

fn number(text: &str) -> Option<f64> {
    if let Some(value) = int(text) {
        // Exact below 2^53; the fields that take fractions are between 0 and 1.
        return Some(value as f64);
    }
    let starts_like_one = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    let value: f64 = text.parse().ok().filter(|_| starts_like_one)?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_are_resolved_by_the_core_schema_of_yaml_1_2() {
        for (text, expected) in [
            ("12", "a number"),
            ("-1", "a number"),
            ("0x1f", "a number"),
            ("1.5", "a number"),
            ("99999999999999999999", "a number"),
            ("2025-08-07", "a text"),
            ("10.2.0.0/16", "a text"),
            ("on", "a text"),
            ("Yes", "a text"),
            ("infinity", "a text"),
            ("true", "a boolean"),
            ("~", "nothing"),
            ("", "nothing"),
        ] {
            let node =
                Node { span: Span::at(0), kind: Kind::Scalar { text: text.to_owned(), style: Style::Plain } };
            assert_eq!(node.describe(), expected, "{text}");
            assert_eq!(node.as_text().is_some(), expected == "a text", "{text}");
        }
    }
}
