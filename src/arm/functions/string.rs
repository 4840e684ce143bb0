//! Functions of text. Positions and lengths count characters; ARM counts UTF-16 units, which differs outside of
//! the basic plane only.

use super::Needs::Everything;
use super::{Body, Function, array, format, hash, int, size, text, values, wrong};
use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};
use crate::arm::limits::check_text;

pub(super) const FUNCTIONS: &[Function] = &[
    values("endsWith", 2, Some(2), Everything, |args| {
        Ok(text(args, 0)?.to_lowercase().ends_with(&text(args, 1)?.to_lowercase()).into())
    }),
    values("fail", 1, Some(1), Everything, fail),
    values("format", 1, None, Everything, format::format),
    values("guid", 1, None, Everything, hash::guid),
    values("indexOf", 2, Some(2), Everything, |args| position(args, |text, wanted| text.find(wanted), false)),
    values("join", 2, Some(2), Everything, join),
    values("lastIndexOf", 2, Some(2), Everything, |args| {
        position(args, |text, wanted| text.rfind(wanted), true)
    }),
    Function { name: "newGuid", min: 0, max: Some(0), body: Body::Scope(hash::new_guid) },
    values("like", 2, Some(2), Everything, |args| Ok(like(text(args, 0)?, text(args, 1)?).into())),
    values("padLeft", 2, Some(3), Everything, pad_left),
    values("replace", 3, Some(3), Everything, replace),
    values("split", 2, Some(2), Everything, split),
    values("startsWith", 2, Some(2), Everything, |args| {
        Ok(text(args, 0)?.to_lowercase().starts_with(&text(args, 1)?.to_lowercase()).into())
    }),
    values("string", 1, Some(1), Everything, to_string),
    values("substring", 2, Some(3), Everything, substring),
    values("toLower", 1, Some(1), Everything, |args| Ok(text(args, 0)?.to_lowercase().into())),
    values("toUpper", 1, Some(1), Everything, |args| Ok(text(args, 0)?.to_uppercase().into())),
    values("trim", 1, Some(1), Everything, |args| Ok(text(args, 0)?.trim().into())),
    values("uniqueString", 1, None, Everything, hash::unique_string),
];

/// A scalar as `concat`, `format` and `string` write it: bools as .NET does, null as nothing.
pub(super) fn plain_text(value: &Value) -> Eval<String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(true) => Ok("True".to_owned()),
        Value::Bool(false) => Ok("False".to_owned()),
        Value::Int(value) => Ok(value.to_string()),
        Value::Float(value) => Ok(crate::dotnet::double(*value)),
        Value::String(text) => Ok(text.clone()),
        other => other.to_json().map(|json| json.to_string()).ok_or(Fault::Stuck),
    }
}

fn fail(args: &[Value]) -> Eval<Value> {
    Err(Fault::failed(text(args, 0)?))
}

fn to_string(args: &[Value]) -> Eval<Value> {
    plain_text(&args[0]).map(Value::String)
}

/// Where a text stands in another, without case (as documented); -1 where it does not. Of an array: where an equal
/// element stands, with case (Azure/bicep, EvaluationTests.cs, seen 2026-11-22).
fn position(args: &[Value], find: fn(&str, &str) -> Option<usize>, is_last: bool) -> Eval<Value> {
    if let Value::Array(items) = &args[0] {
        let is_wanted = |item: &Value| *item == args[1];
        let at = if is_last { items.iter().rposition(is_wanted) } else { items.iter().position(is_wanted) };
        return Ok(Value::Int(at.map_or(-1, |at| at as i64)));
    }
    let (container, wanted) = (text(args, 0)?.to_lowercase(), text(args, 1)?.to_lowercase());
    let at = find(&container, &wanted).map_or(-1, |at| container[..at].chars().count() as i64);
    Ok(Value::Int(at))
}

/// `*` stands for any text, `?` for any one character.
fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut wanted) = (0, 0);
    // Where the last `*` stands, and how much of the text it has swallowed.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(wanted) {
            Some('*') => {
                star = Some((wanted, at));
                wanted += 1;
            }
            Some(char) if *char == '?' || *char == text[at] => (at, wanted) = (at + 1, wanted + 1),
            _ => match star {
                Some((place, swallowed)) => {
                    star = Some((place, swallowed + 1));
                    (at, wanted) = (swallowed + 1, place + 1);
                }
                None => return false,
            },
        }
    }
    pattern[wanted..].iter().all(|char| *char == '*')
}

fn join(args: &[Value]) -> Eval<Value> {
    let parts = array(args, 0)?.iter().map(plain_text).collect::<Eval<Vec<_>>>()?;
    let separator = text(args, 1)?;
    let length: usize = parts.iter().map(String::len).sum();
    check_text(length.saturating_add(separator.len().saturating_mul(parts.len())))?;
    Ok(parts.join(separator).into())
}

fn pad_left(args: &[Value]) -> Eval<Value> {
    /// No name or number in a template is longer; a bound keeps the result small.
    const WIDEST: usize = 16_384;
    let value = plain_text(&args[0])?;
    let width = size(args, 1)?;
    if width > WIDEST {
        return Err(Fault::failed(format!("the width is {WIDEST} characters at most, not {width}")));
    }
    let fill = if args.len() == 3 { text(args, 2)? } else { " " };
    if fill.chars().count() != 1 {
        return Err(wrong(args, 2, "one character"));
    }
    Ok((fill.repeat(width.saturating_sub(value.chars().count())) + &value).into())
}

fn replace(args: &[Value]) -> Eval<Value> {
    let (container, old, new) = (text(args, 0)?, text(args, 1)?, text(args, 2)?);
    if old.is_empty() {
        return Err(wrong(args, 1, "a text that is not empty"));
    }
    let grown = container.matches(old).count().saturating_mul(new.len());
    check_text(container.len().saturating_add(grown))?;
    Ok(container.replace(old, new).into())
}

/// Splits at one delimiter or at any of several.
fn split(args: &[Value]) -> Eval<Value> {
    let delimiters: Vec<&str> = match &args[1] {
        Value::Array(items) => (0..items.len()).map(|at| text(items, at)).collect::<Eval<_>>()?,
        _ => vec![text(args, 1)?],
    };
    let mut parts = Vec::new();
    let mut rest = text(args, 0)?;
    let next = |rest: &str| {
        let found = delimiters.iter().filter(|delimiter| !delimiter.is_empty());
        found.filter_map(|delimiter| Some((rest.find(*delimiter)?, delimiter.len()))).min()
    };
    while let Some((at, length)) = next(rest) {
        parts.push(rest[..at].into());
        rest = &rest[at + length..];
    }
    parts.push(rest.into());
    Ok(Value::Array(parts))
}

fn substring(args: &[Value]) -> Eval<Value> {
    let container = text(args, 0)?;
    let length = container.chars().count();
    let start = size(args, 1)?;
    let wanted =
        if args.len() == 3 && args[2] != Value::Null { size(args, 2)? } else { length.saturating_sub(start) };
    if start.checked_add(wanted).is_none_or(|end| end > length) {
        return Err(Fault::failed(format!(
            "characters {start} to {} are outside of a text of {length} characters",
            int(args, 1)?.saturating_add(wanted as i64)
        )));
    }
    Ok(container.chars().skip(start).take(wanted).collect::<String>().into())
}
