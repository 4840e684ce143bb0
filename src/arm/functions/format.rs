//! `format`: .NET composite formatting, `{0}`, `{1,5}`, `{0:D3}`, `{{`. The number formats D, N, F and X and
//! digit patterns such as `000` are there; others are refused by name.

use serde_json::Value as Json;

use super::string::plain_text;
use super::text;
use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};
use crate::arm::limits::check_text;

/// No column in a template is wider; a bound keeps the result small.
const WIDEST: usize = 1_000;

pub(super) fn format(args: &[Value]) -> Eval<Value> {
    let pattern = text(args, 0)?;
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let after = &rest[at + 1..];
        if let Some(escaped) = after.strip_prefix(brace) {
            out.push_str(brace);
            rest = escaped;
        } else if brace == "}" {
            return Err(Fault::failed("the format has a `}` without `{`; write `}}` for a brace"));
        } else {
            let end = after
                .find('}')
                .ok_or_else(|| Fault::failed("the format has a `{` without `}`; write `{{` for a brace"))?;
            out.push_str(&item(&after[..end], &args[1..])?);
            check_text(out.len())?;
            rest = &after[end + 1..];
        }
    }
    out.push_str(rest);
    Ok(out.into())
}

/// `index[,alignment][:format]`
fn item(text: &str, args: &[Value]) -> Eval<String> {
    let (place, style) = text.split_once(':').unwrap_or((text, ""));
    let (index, alignment) = place.split_once(',').unwrap_or((place, "0"));
    let bad = || Fault::failed(format!("`{{{text}}}` is no place for an argument"));
    let index: usize = index.trim().parse().map_err(|_| bad())?;
    let alignment: isize = alignment.trim().parse().map_err(|_| bad())?;
    let width = alignment.unsigned_abs();
    if width > WIDEST {
        return Err(bad());
    }
    let value = args.get(index).ok_or_else(|| {
        Fault::failed(format!("the format asks for argument {{{index}}}, but {} are given", args.len()))
    })?;
    let shown = match (value, style) {
        (Value::Int(number), style) if !style.is_empty() => integer(*number, style)?,
        (Value::Array(_) | Value::Object(_), _) => single_quoted(&value.to_json().ok_or(Fault::Stuck)?),
        _ => plain_text(value)?,
    };
    Ok(if alignment < 0 { format!("{shown:<width$}") } else { format!("{shown:>width$}") })
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

fn integer(number: i64, style: &str) -> Eval<String> {
    let unknown = || Fault::failed(format!("the number format `{style}` is not supported"));
    let sign = if number < 0 { "-" } else { "" };
    let digits = number.unsigned_abs();
    if style.chars().all(|c| c == '0') {
        return Ok(format!("{sign}{digits:0>width$}", width = style.len().min(WIDEST)));
    }
    let (kind, precision) = style.split_at(style.chars().next().map_or(0, char::len_utf8));
    let precision: Option<usize> =
        if precision.is_empty() { None } else { Some(precision.parse().map_err(|_| unknown())?) };
    let width = precision.unwrap_or(0).min(WIDEST);
    let fraction = match precision.unwrap_or(2).min(WIDEST) {
        0 => String::new(),
        places => format!(".{}", "0".repeat(places)),
    };
    match kind {
        "D" | "d" => Ok(format!("{sign}{digits:0>width$}")),
        "X" => Ok(format!("{number:0>width$X}")),
        "x" => Ok(format!("{number:0>width$x}")),
        "F" | "f" => Ok(format!("{sign}{digits}{fraction}")),
        "N" | "n" => Ok(format!("{sign}{}{fraction}", grouped(digits))),
        "G" | "g" => Ok(number.to_string()),
        _ => Err(unknown()),
    }
}

/// Thousands separated by commas, as the invariant culture does.
fn grouped(digits: u64) -> String {
    let text = digits.to_string();
    let mut out = String::new();
    for (index, digit) in text.chars().enumerate() {
        if index > 0 && (text.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
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
