//! Reads typed values from the YAML tree, gathering every problem, and describes the same types as JSON Schema.
//! A type says both things in one place: see the macros `record!`, `choice!`, `one_of!` and `text!`.

mod choice;
mod record;
mod scalar;
mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde_json::Value as Json;

pub(super) use choice::word as choose;
pub(crate) use choice::{choice, one_of};
pub(super) use record::Record;
pub(crate) use record::record;
pub use scalar::{Fraction, Int, Only};
pub(crate) use text::text;
pub(super) use text::{ENVIRONMENT, checked, pattern};

use super::codes;
use super::yaml::{Kind, Node, Style};
use crate::diag::{Code, Diagnostic};
use crate::text::{Source, Span};

/// A type of the spec.
pub trait Decode: Sized {
    /// Reads the value of `node`. None means that a problem was reported.
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self>;

    /// The JSON Schema of the type, without its title, and with what the reference page tells besides ([`FORM`] and
    /// the like).
    fn schema() -> Json;
}

/// In a schema, what the reference page tells and editors have no use for: [`without_remarks`] takes it out.
const REMARK: &str = "x-";
/// The form of a text, in words.
pub(crate) const FORM: &str = "x-form";
/// What is known by name and refused: a mapping of fields to reasons, or a list of words.
pub(crate) const REFUSED: &str = "x-refused";
/// What a field needs of Azure: a tier, a version of an API.
pub(crate) const NEEDS: &str = "x-needs";

/// Takes out of a schema what is for the reference page alone.
pub(super) fn without_remarks(schema: &mut Json) {
    match schema {
        Json::Object(fields) => {
            fields.retain(|key, _| !key.starts_with(REMARK));
            fields.values_mut().for_each(without_remarks);
        }
        Json::Array(items) => items.iter_mut().for_each(without_remarks),
        _ => {}
    }
}

/// A value and where it stands, for checks that compare values with each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct At<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for At<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Decode> At<T> {
    pub fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        if matches!(node.kind, Kind::Scalar { style: Style::Unfilled, .. }) {
            // Reported when it could not be filled in.
            return None;
        }
        T::decode(node, cx).map(|value| Self { value, span: node.span })
    }
}

/// Collects what is wrong while a tree is read.
pub struct Decoder<'a> {
    source: &'a Arc<Source>,
    pub found: Vec<Diagnostic>,
}

impl<'a> Decoder<'a> {
    pub fn new(source: &'a Arc<Source>) -> Self {
        Self { source, found: Vec::new() }
    }

    /// Reports a problem at `span`; the caller adds help to what it gets back.
    pub fn report(&mut self, code: &'static Code, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.found.push(Diagnostic::new(code, message).at(self.source, span));
        self.found.last_mut().expect("pushed on the line above")
    }

    /// Reports that `node` is not `expected`, such as `a number from 1 to 10`.
    pub fn wrong_type(&mut self, node: &Node, expected: &str) {
        let is = match &node.kind {
            Kind::Scalar { .. } if !node.is_null() => format!("{} `{}`", node.describe(), self.shown(node)),
            _ => node.describe().to_owned(),
        };
        let help = match (expected, &node.kind) {
            ("a list", Kind::Mapping(_)) => "begin each item with `- `".to_owned(),
            ("a text", _) if is.starts_with("a number") || is.starts_with("a boolean") => {
                "put it into quotes".to_owned()
            }
            ("a list", Kind::Scalar { .. }) => "put it into brackets: `[...]`".to_owned(),
            ("a mapping", _) => "give it fields: `key: value`".to_owned(),
            ("a whole number", _) => "write digits, without quotes".to_owned(),
            ("a number from 0 to 1", _) => "write a number such as `0.1`, without quotes".to_owned(),
            ("`true` or `false`", _) => "write `true` or `false` without quotes".to_owned(),
            _ => format!("write {expected}"),
        };
        let found = self.report(&codes::WRONG_TYPE, node.span, format!("expected {expected}, found {is}"));
        found.help.push(help);
    }

    /// The text of a scalar as messages may show it: what comes from the environment is shown as it is written.
    pub fn shown(&self, node: &Node) -> String {
        match &node.kind {
            Kind::Scalar { style: Style::Environment | Style::Unfilled, .. } => {
                self.source.slice(node.span).trim_matches(['"', '\'']).to_owned()
            }
            Kind::Scalar { text, .. } => shorten(text),
            _ => String::new(),
        }
    }
}

/// The start of a text, on one line, for messages.
fn shorten(text: &str) -> String {
    const CHARS_MAX: usize = 60;
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(CHARS_MAX).collect();
    if text.chars().count() > CHARS_MAX { format!("{line}...") } else { line }
}

/// A list. Null, as in `apis:` with nothing below it, is refused like any other wrong type.
impl<T: Decode> Decode for Vec<At<T>> {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let Kind::List(items) = &node.kind else {
            cx.wrong_type(node, "a list");
            return None;
        };
        // Every item is read, so that the problems of all of them are reported.
        let read: Vec<Option<At<T>>> = items.iter().map(|item| At::decode(item, cx)).collect();
        read.into_iter().collect()
    }

    fn schema() -> Json {
        serde_json::json!({ "type": "array", "items": T::schema() })
    }
}

/// A mapping whose keys the user chooses.
impl<T: Decode> Decode for BTreeMap<String, At<T>> {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let Kind::Mapping(fields) = &node.kind else {
            cx.wrong_type(node, "a mapping");
            return None;
        };
        let read: Vec<Option<(String, At<T>)>> = fields
            .iter()
            .map(|(key, value)| At::decode(value, cx).map(|value| (key.text.clone(), value)))
            .collect();
        read.into_iter().collect()
    }

    fn schema() -> Json {
        serde_json::json!({ "type": "object", "additionalProperties": T::schema() })
    }
}

/// Joins the lines of a doc comment into paragraphs.
pub(crate) fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
}
