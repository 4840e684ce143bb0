//! `format`: .NET composite formatting, `{0}`, `{1,5}`, `{0:D3}`, `{{`, with the number formats of .NET.

use serde_json::Value as Json;

use super::string::plain_text;
use super::text;
use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};
use crate::arm::limits::check_text;
use crate::dotnet::{self, BadFormat, Number, Piece};

/// No column in a template is wider; a bound keeps the result small.
const WIDEST: u32 = 1_000;
/// Ints of templates are 64-bit.
const INT_BITS: u32 = 64;

pub(super) fn format(args: &[Value]) -> Eval<Value> {
    let bad = |bad: BadFormat| Fault::failed(bad.0);
    let mut out = String::new();
    for piece in dotnet::pieces(text(args, 0)?).map_err(bad)? {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Item { width, .. } if width.unsigned_abs() > WIDEST => {
                return Err(Fault::failed(format!("a column of {width} characters is wider than {WIDEST}")));
            }
            Piece::Item { index, width, style } => {
                let shown = item(&args[1..], index, style)?;
                out.push_str(&dotnet::align(shown, width));
            }
        }
        check_text(out.len())?;
    }
    Ok(out.into())
}

/// The argument at `index`. Only numbers have formats; .NET ignores those of others.
fn item(args: &[Value], index: usize, style: &str) -> Eval<String> {
    let value = args.get(index).ok_or_else(|| {
        Fault::failed(format!("the format asks for argument {{{index}}}, but {} are given", args.len()))
    })?;
    let number = |value| dotnet::number(value, style).map_err(|bad| Fault::failed(bad.0));
    match value {
        Value::Int(value) if !style.is_empty() => number(Number::Whole((*value).into(), INT_BITS)),
        Value::Float(value) if !style.is_empty() => number(Number::Real(*value)),
        Value::Array(_) | Value::Object(_) => Ok(single_quoted(&value.to_json().ok_or(Fault::Stuck)?)),
        _ => plain_text(value),
    }
}

/// Arrays and objects inside of a text: JSON with single quotes, as ARM writes it
/// (Azure/bicep, EvaluationTests.cs, seen 2026-11-22).
fn single_quoted(json: &Json) -> String {
    let list = |parts: Vec<String>| parts.join(",");
    match json {
        Json::Array(items) => format!("[{}]", list(items.iter().map(single_quoted).collect())),
        Json::Object(map) => {
            let pair = |(key, value): (&String, &Json)| {
                format!("{}:{}", single_quoted(&Json::from(key.as_str())), single_quoted(value))
            };
            format!("{{{}}}", list(map.iter().map(pair).collect()))
        }
        Json::String(_) => {
            let quoted = json.to_string();
            let inner = quoted[1..quoted.len() - 1].replace("\\\"", "\"").replace('\'', "\\'");
            format!("'{inner}'")
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composite_formats_follow_dotnet() {
        for (pattern, arg, expected) in [
            ("->{0}<-", Value::Int(123), "->123<-"),
            ("{{{0}}}", Value::Int(1), "{1}"),
            ("{0:D3}|{0:000}|{0,4}|{0,-4}|", Value::Int(7), "007|007|   7|7   |"),
            ("{0:X4} {0:x}", Value::Int(255), "00FF ff"),
            ("{0:N0} {0:N} {0:F1}", Value::Int(-1_234_567), "-1,234,567 -1,234,567.00 -1234567.0"),
            ("{0}", Value::Bool(true), "True"),
            ("{0}", Value::Null, ""),
            ("{0}", Value::Array(vec![Value::Int(1), "a".into()]), "[1,'a']"),
        ] {
            assert_eq!(format(&[pattern.into(), arg]), Ok(expected.into()), "{pattern}");
        }
    }

    #[test]
    fn a_format_that_makes_no_sense_is_refused() {
        for pattern in
            ["{", "}", "{0", "{1}", "{x}", "{}", "{0:Q}", "{0,99999}", "{0:", "{0:D99999999999999999999}"]
        {
            assert!(format(&[pattern.into(), Value::Int(1)]).is_err(), "{pattern}");
        }
    }
}
