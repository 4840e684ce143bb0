//! Functions of arrays; those that also take strings or objects (`length`, `first`, `take` …) are here, too.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::Needs::{Everything, Nothing, Outline};
use super::{Function, array, described, int, values, wrong};
use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};
use crate::arm::limits::{MAX_RANGE, check_text};

pub(super) const FUNCTIONS: &[Function] = &[
    values("array", 1, Some(1), Outline, to_array),
    values("createArray", 0, None, Nothing, |args| Ok(Value::Array(args.to_vec()))),
    values("concat", 1, None, Outline, concat),
    values("contains", 2, Some(2), Outline, contains),
    values("distinct", 1, Some(1), Everything, distinct),
    values("empty", 1, Some(1), Outline, |args| Ok((count(args)? == 0).into())),
    values("first", 1, Some(1), Outline, |args| end(args, true)),
    values("flatten", 1, Some(1), Outline, flatten),
    values("indexFromEnd", 2, Some(2), Outline, |args| {
        let found = from_end(args)?;
        found
            .ok_or_else(|| Fault::failed(format!("there is no element {} from the end", described(&args[1]))))
    }),
    values("intersection", 2, None, Everything, intersection),
    values("last", 1, Some(1), Outline, |args| end(args, false)),
    values("length", 1, Some(1), Outline, |args| Ok(Value::Int(count(args)? as i64))),
    values("range", 2, Some(2), Everything, range),
    values("skip", 2, Some(2), Outline, |args| cut(args, false)),
    values("take", 2, Some(2), Outline, |args| cut(args, true)),
    values("tryIndexFromEnd", 2, Some(2), Outline, |args| Ok(from_end(args)?.unwrap_or(Value::Null))),
    values("union", 2, None, Outline, union),
];

fn to_array(args: &[Value]) -> Eval<Value> {
    Ok(match &args[0] {
        Value::Array(items) => Value::Array(items.clone()),
        other => Value::Array(vec![other.clone()]),
    })
}

/// Joins arrays, or strings with numbers and bools in between.
fn concat(args: &[Value]) -> Eval<Value> {
    if args.iter().all(|arg| matches!(arg, Value::Array(_))) {
        return Ok(Value::Array(args.iter().filter_map(Value::as_array).flatten().cloned().collect()));
    }
    let mut joined = String::new();
    for (at, arg) in args.iter().enumerate() {
        match arg {
            Value::Array(_) | Value::Object(_) => {
                return Err(wrong(args, at, "a string as the others are"));
            }
            scalar => joined.push_str(&super::string::plain_text(scalar)?),
        }
        check_text(joined.len())?;
    }
    Ok(joined.into())
}

fn contains(args: &[Value]) -> Eval<Value> {
    let found = match (&args[0], &args[1]) {
        (Value::String(container), item) => container.contains(&super::string::plain_text(item)?),
        (Value::Object(_), Value::String(key)) => args[0].get(key).is_some(),
        (Value::Array(items), item) => {
            if items.contains(item) {
                true
            } else if args.iter().all(Value::is_known) {
                false
            } else {
                return Err(Fault::Stuck);
            }
        }
        (Value::Object(_), _) => return Err(wrong(args, 1, "a property name")),
        _ => return Err(wrong(args, 0, "an array, an object or a string")),
    };
    Ok(found.into())
}

/// The number of elements, properties or characters; null has none.
fn count(args: &[Value]) -> Eval<usize> {
    match &args[0] {
        Value::Null => Ok(0),
        Value::String(text) => Ok(text.chars().count()),
        Value::Array(items) => Ok(items.len()),
        Value::Object(map) => Ok(map.len()),
        _ => Err(wrong(args, 0, "an array, an object or a string")),
    }
}

/// The first or last element (null where there is none) or character (empty where there is none).
fn end(args: &[Value], first: bool) -> Eval<Value> {
    match &args[0] {
        Value::Array(items) => {
            Ok(if first { items.first() } else { items.last() }.cloned().unwrap_or(Value::Null))
        }
        Value::String(text) => {
            let char = if first { text.chars().next() } else { text.chars().next_back() };
            Ok(char.map(String::from).unwrap_or_default().into())
        }
        _ => Err(wrong(args, 0, "an array or a string")),
    }
}

/// Opens arrays one level; other elements stay.
fn flatten(args: &[Value]) -> Eval<Value> {
    let mut flat = Vec::new();
    for item in array(args, 0)? {
        match item {
            Value::Array(inner) => flat.extend(inner.iter().cloned()),
            Value::Unknown(_) => return Err(Fault::Stuck),
            other => flat.push(other.clone()),
        }
    }
    Ok(flat.into())
}

/// The element at a position that counts from 1 at the end.
fn from_end(args: &[Value]) -> Eval<Option<Value>> {
    let (items, back) = (array(args, 0)?, int(args, 1)?);
    let at =
        usize::try_from(back).ok().filter(|back| *back > 0).and_then(|back| items.len().checked_sub(back));
    Ok(at.map(|at| items[at].clone()))
}

fn distinct(args: &[Value]) -> Eval<Value> {
    Ok(once_each(array(args, 0)?).into())
}

fn once_each(items: &[Value]) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    items.iter().filter(|item| seen.insert(identity(item))).cloned().collect()
}

/// A text that two known values share exactly where they are equal; comparing each with each would take too long.
fn identity(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(identity).collect::<Vec<_>>().join(",")),
        Value::Object(map) => {
            let mut members: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{}:{}", Json::from(key.as_str()), identity(value)))
                .collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
        scalar => scalar.to_display_json().to_string(),
    }
}

fn intersection(args: &[Value]) -> Eval<Value> {
    if let Value::Object(first) = &args[0] {
        let mut common = first.clone();
        for at in 1..args.len() {
            let other = super::object(args, at)?;
            common.retain(|key, value| other.get(key) == Some(value));
        }
        return Ok(Value::Object(common));
    }
    let mut common = once_each(array(args, 0)?);
    for at in 1..args.len() {
        let other: BTreeSet<String> = array(args, at)?.iter().map(identity).collect();
        common.retain(|item| other.contains(&identity(item)));
    }
    Ok(common.into())
}

fn range(args: &[Value]) -> Eval<Value> {
    let (start, count) = (int(args, 0)?, int(args, 1)?);
    if !(0..=MAX_RANGE).contains(&count) {
        return Err(Fault::failed(format!("a range has 0 to {MAX_RANGE} numbers, not {count}")));
    }
    let end =
        start.checked_add(count).ok_or_else(|| Fault::failed("the range leaves the 64-bit integers"))?;
    Ok(Value::Array((start..end).map(Value::Int).collect()))
}

/// Keeps or drops the first n elements or characters; a negative n counts as zero.
fn cut(args: &[Value], keep: bool) -> Eval<Value> {
    let n = usize::try_from(int(args, 1)?).unwrap_or(0);
    match &args[0] {
        Value::Array(items) => {
            let at = n.min(items.len());
            Ok(Value::Array(if keep { items[..at].to_vec() } else { items[at..].to_vec() }))
        }
        Value::String(text) => {
            let chars = text.chars();
            Ok(if keep { chars.take(n).collect::<String>() } else { chars.skip(n).collect() }.into())
        }
        _ => Err(wrong(args, 0, "an array or a string")),
    }
}

/// Arrays: all elements, each once. Objects: merged deeply, the later value wins.
fn union(args: &[Value]) -> Eval<Value> {
    if args[0].as_object().is_some() {
        let mut merged = IndexMap::new();
        for at in 0..args.len() {
            merge(&mut merged, super::object(args, at)?)?;
        }
        return Ok(Value::Object(merged));
    }
    let mut all = Vec::new();
    for at in 0..args.len() {
        all.extend_from_slice(array(args, at)?);
    }
    if all.iter().all(Value::is_known) { Ok(once_each(&all).into()) } else { Err(Fault::Stuck) }
}

/// Nested objects are merged, everything else is replaced; a null does not replace a value.
/// (Documented for `union`: "nested objects are merged, arrays are not", seen 2026-11-22.)
fn merge(into: &mut IndexMap<String, Value>, from: &IndexMap<String, Value>) -> Eval<()> {
    // Two keys of `from` may be one name; then the later value counts, under the spelling that came first.
    let mut names: BTreeMap<String, String> =
        into.keys().rev().map(|name| (name.to_ascii_lowercase(), name.clone())).collect();
    for (key, value) in from {
        let name = names.entry(key.to_ascii_lowercase()).or_insert_with(|| key.clone()).clone();
        match into.get_mut(&name) {
            Some(Value::Object(inner)) => match value {
                Value::Object(other) => merge(inner, other)?,
                Value::Unknown(_) => return Err(Fault::Stuck),
                other => {
                    into.insert(name, other.clone());
                }
            },
            Some(Value::Unknown(_)) if matches!(value, Value::Object(_)) => return Err(Fault::Stuck),
            Some(slot) => *slot = value.clone(),
            None => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_out_of_range_are_refused() {
        for args in [[0, -1], [0, 10_001], [i64::MAX, 2]] {
            assert!(range(&args.map(Value::Int)).is_err(), "{args:?}");
        }
        let items = Value::Array(vec![Value::Int(1)]);
        assert_eq!(from_end(&[items.clone(), Value::Int(0)]), Ok(None));
        assert_eq!(cut(&[items.clone(), Value::Int(-5)], false), Ok(items));
    }
}
