//! Functions that make and take apart objects.

use indexmap::IndexMap;

use super::Needs::{Everything, Nothing, Outline};
use super::{Function, array, object, values, wrong};
use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};

pub(super) const FUNCTIONS: &[Function] = &[
    values("createObject", 0, None, Nothing, create_object),
    values("items", 1, Some(1), Outline, items),
    values("json", 1, Some(1), Everything, json),
    values("null", 0, Some(0), Nothing, |_| Ok(Value::Null)),
    values("objectKeys", 1, Some(1), Outline, object_keys),
    values("shallowMerge", 1, Some(1), Outline, shallow_merge),
    values("tryGet", 2, None, Nothing, try_get),
];

fn create_object(args: &[Value]) -> Eval<Value> {
    let mut map = IndexMap::new();
    if args.len() % 2 == 1 {
        return Err(Fault::failed("the arguments must be pairs of a name and a value"));
    }
    for at in (0..args.len()).step_by(2) {
        match &args[at] {
            Value::String(key) => map.insert(key.clone(), args[at + 1].clone()),
            Value::Unknown(_) => return Err(Fault::Stuck),
            _ => return Err(wrong(args, at, "a property name")),
        };
    }
    Ok(Value::Object(map))
}

/// `[{ key, value }]`, sorted by key (documented: "items are sorted by key", seen 2026-11-22).
fn items(args: &[Value]) -> Eval<Value> {
    let mut sorted: Vec<_> = object(args, 0)?.iter().collect();
    sorted.sort_by(|(left, _), (right, _)| super::logic::compare_text(left, right));
    let item = |(key, value): (&String, &Value)| {
        Value::Object(IndexMap::from([
            ("key".to_owned(), key.as_str().into()),
            ("value".to_owned(), value.clone()),
        ]))
    };
    Ok(Value::Array(sorted.into_iter().map(item).collect()))
}

/// Reads JSON; text that is no JSON at all is refused.
fn json(args: &[Value]) -> Eval<Value> {
    let text = super::text(args, 0)?;
    serde_json::from_str(text)
        .map(|json| Value::from_json(&json))
        .map_err(|error| Fault::failed(format!("the text is not JSON: {error}")))
}

fn object_keys(args: &[Value]) -> Eval<Value> {
    let mut keys: Vec<_> = object(args, 0)?.keys().collect();
    keys.sort_by(|left, right| super::logic::compare_text(left, right));
    Ok(Value::Array(keys.into_iter().map(|key| key.as_str().into()).collect()))
}

fn shallow_merge(args: &[Value]) -> Eval<Value> {
    let mut merged = IndexMap::new();
    for item in array(args, 0)? {
        match item {
            Value::Object(map) => merged.extend(map.iter().map(|(key, value)| (key.clone(), value.clone()))),
            Value::Unknown(_) => return Err(Fault::Stuck),
            _ => return Err(wrong(args, 0, "an array of objects")),
        }
    }
    Ok(Value::Object(merged))
}

/// Walks down property names and indexes; null where a step leads nowhere.
fn try_get(args: &[Value]) -> Eval<Value> {
    let mut value = &args[0];
    for key in &args[1..] {
        let next = match (value, key) {
            (Value::Unknown(_), _) | (_, Value::Unknown(_)) => return Err(Fault::Stuck),
            (Value::Object(_), Value::String(name)) => value.get(name),
            (Value::Array(items), Value::Int(at)) => usize::try_from(*at).ok().and_then(|at| items.get(at)),
            _ => None,
        };
        let Some(found) = next else { return Ok(Value::Null) };
        value = found;
    }
    Ok(value.clone())
}
