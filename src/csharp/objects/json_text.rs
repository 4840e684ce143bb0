//! JSON in and out: text as Newtonsoft.Json writes it, and `serde_json` values.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value as Json;

use super::json::{JToken, Node};
use super::{Anonymous, Bytes, Dictionary, KeyValue};
use crate::csharp::exception::Exception;
use crate::csharp::format;
use crate::csharp::limits::{Budget, MAX_JSON_DEPTH, MAX_SINGLE};
use crate::csharp::value::Value;

/// What Newtonsoft.Json 13 says where `JObject.Parse` or `JArray.Parse` meets another item (`JObject.Load`): the kind of
/// the item, and the place behind what it has read of it.
fn another_item(kind: &str, wanted: &str, found: &Json, text: &str) -> Exception {
    let (item, is_whole) = match found {
        Json::Object(_) => ("StartObject", false),
        Json::Array(_) => ("StartArray", false),
        Json::String(_) => ("String", true),
        Json::Number(number) if number.is_f64() => ("Float", true),
        Json::Number(_) => ("Integer", true),
        Json::Bool(_) => ("Boolean", true),
        Json::Null => ("Null", true),
    };
    let begin = text.len() - text.trim_start().len();
    let read = &text[..if is_whole { text.trim_end().len() } else { begin + 1 }];
    let line = 1 + read.matches('\n').count();
    let position = read.rsplit('\n').next().unwrap_or(read).chars().count();
    let message = format!(
        "Error reading {kind} from JsonReader. Current JsonReader item is not {wanted}: {item}. Path '', line {line}, \
         position {position}."
    );
    Exception::new("JsonReaderException", message)
}

impl JToken {
    /// Reads JSON; `kind` is the type whose `Parse` was called.
    pub(in crate::csharp) fn parse(text: &str, kind: &str) -> Result<Value, Exception> {
        let json: Json = serde_json::from_str(text).map_err(|error| {
            Exception::new(
                "JsonReaderException",
                format!(
                    "Error reading {kind} from JsonReader: line {}, position {}.",
                    error.line(),
                    error.column()
                ),
            )
        })?;
        match (kind, &json) {
            ("JObject", Json::Object(_)) | ("JArray", Json::Array(_)) => {}
            ("JObject", other) => return Err(another_item(kind, "an object", other, text)),
            ("JArray", other) => return Err(another_item(kind, "an array", other, text)),
            _ => {}
        }
        Ok(Value::Object(Self::from_json(&json)))
    }

    /// `ToString(Formatting.Indented)` or `ToString(Formatting.None)`. Lines end with a line feed: what the
    /// gateway's machine uses is not documented, and JSON does not care.
    pub(in crate::csharp) fn to_text(&self, indented: bool) -> String {
        let mut out = String::new();
        self.write(indented, 0, &mut out);
        out
    }

    /// Stops once the text is larger than a text may be, which whoever takes it refuses.
    fn write(&self, indented: bool, level: usize, out: &mut String) {
        if out.len() > MAX_SINGLE {
            return;
        }
        self.with_node(|node| match node {
            Node::Scalar(value) => write_scalar(value, out),
            Node::Property(name, value) => {
                write_name(name, indented, out);
                value.write(indented, level, out);
            }
            Node::Array(items) if items.is_empty() => out.push_str("[]"),
            Node::Object(members) if members.is_empty() => out.push_str("{}"),
            Node::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    separate(index, indented, level + 1, out);
                    item.write(indented, level + 1, out);
                }
                close(']', indented, level, out);
            }
            Node::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    separate(index, indented, level + 1, out);
                    write_name(name, indented, out);
                    value.write(indented, level + 1, out);
                }
                close('}', indented, level, out);
            }
        });
    }

    fn json(&self, budget: &mut Budget) -> Result<Json, Exception> {
        let member = |name: &String, value: &Arc<Self>, budget: &mut Budget| {
            budget.spend(name.len())?;
            Ok((name.clone(), value.json(budget)?))
        };
        self.with_node(|node| match node {
            Node::Object(members) => {
                let members = members.iter().map(|(name, value)| member(name, value, budget));
                members.collect::<Result<_, _>>().map(Json::Object)
            }
            Node::Property(name, value) => {
                Ok(Json::Object([member(name, value, budget)?].into_iter().collect()))
            }
            Node::Scalar(value) => scalar_json(value, budget),
            Node::Array(items) => {
                items.iter().map(|item| item.json(budget)).collect::<Result<_, _>>().map(Json::Array)
            }
        })
    }
}

fn separate(index: usize, indented: bool, level: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
    if indented {
        out.push('\n');
        out.push_str(&"  ".repeat(level));
    }
}

fn close(bracket: char, indented: bool, level: usize, out: &mut String) {
    separate(0, indented, level, out);
    out.push(bracket);
}

fn write_name(name: &str, indented: bool, out: &mut String) {
    push_quoted(name, out);
    out.push_str(if indented { ": " } else { ":" });
}

fn write_scalar(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Double(value) => out.push_str(&double(*value)),
        Value::Int(_) | Value::Long(_) => out.push_str(&value.display()),
        Value::String(text) => push_quoted(text, out),
        other => push_quoted(&other.display(), out),
    }
}

/// Newtonsoft.Json keeps a decimal point, so that the number stays a float when read back.
fn double(value: f64) -> String {
    let text = format::double(value);
    if !value.is_finite() {
        return format!("\"{text}\"");
    }
    if text.contains(['.', 'E']) { text } else { text + ".0" }
}

/// A JSON string with the escapes that Newtonsoft.Json writes by default.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(text, &mut out);
    out
}

fn push_quoted(text: &str, out: &mut String) {
    out.push('"');
    // Most texts hold nothing to be escaped, and are copied whole.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
        out.push_str(text);
        out.push('"');
        return;
    }
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                // Writing into a String does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn scalar_json(value: &Value, budget: &mut Budget) -> Result<Json, Exception> {
    budget.spend(size_of::<Json>() + value.as_str().map_or(0, str::len))?;
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::from(*value),
        Value::Long(value) => Json::from(*value),
        Value::Double(value) => serde_json::Number::from_f64(*value)
            .map_or_else(|| Json::String(format::double(*value)), Json::Number),
        text => Json::String(text.display()),
    })
}

/// What `JsonConvert.SerializeObject` makes of a value.
pub(in crate::csharp) fn to_json(value: &Value) -> Result<Json, Exception> {
    nested_json(value, 0, &mut Budget::default())
}

fn nested_json(value: &Value, level: u32, budget: &mut Budget) -> Result<Json, Exception> {
    if level > MAX_JSON_DEPTH {
        return Err(Exception::new("JsonSerializationException", "The value is nested too deeply."));
    }
    let Value::Object(object) = value else { return scalar_json(value, budget) };
    if let Some(token) = value.downcast::<JToken>() {
        return token.json(budget);
    }
    if let Some(bytes) = value.downcast::<Bytes>() {
        use base64::Engine as _;
        budget.spend(bytes.len() / 3 * 4)?;
        return Ok(Json::String(base64::engine::general_purpose::STANDARD.encode(bytes.to_vec())));
    }
    let mut members: Vec<(String, Value)> = Vec::new();
    if let Some(anonymous) = value.downcast::<Anonymous>() {
        members.clone_from(&anonymous.0);
    } else if let Some(pair) = value.downcast::<KeyValue>() {
        members = vec![("Key".to_owned(), pair.0.clone()), ("Value".to_owned(), pair.1.clone())];
    } else if value.downcast::<Dictionary>().is_some() {
        for entry in object.elements().unwrap_or_default() {
            if let Some(KeyValue(key, value)) = entry.downcast() {
                members.push((key.display(), value.clone()));
            }
        }
    } else if let Some(items) = object.elements() {
        return items
            .iter()
            .map(|item| nested_json(item, level + 1, budget))
            .collect::<Result<_, _>>()
            .map(Json::Array);
    } else if object.ordinal().is_some() {
        return Ok(Json::String(object.format("json")?));
    } else {
        let message = format!("'{}' cannot be written as JSON here.", object.type_name());
        return Err(Exception::new("JsonSerializationException", message));
    }
    let members =
        members.into_iter().map(|(name, value)| Ok((name, nested_json(&value, level + 1, budget)?)));
    members.collect::<Result<_, Exception>>().map(Json::Object)
}
