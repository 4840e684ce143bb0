//! LINQ over anything that can be walked. Everything is computed at once: expressions are short and have no effects
//! that would show the difference.

use std::cmp::Ordering;

use super::grouping::{Ordered, group_by};
use crate::csharp::convert::{self, short_name};
use crate::csharp::exception::Exception;
use crate::csharp::objects::{Comparison, Dictionary, HashSet, JToken, ListKind, Tuple, key_text};
use crate::csharp::ops;
use crate::csharp::value::{Object as _, Value};

/// The methods that collections have through LINQ.
pub(in crate::csharp) const METHODS: &[&str] = &[
    "Aggregate",
    "All",
    "Any",
    "Append",
    "AsEnumerable",
    "Average",
    "Cast",
    "Concat",
    "Contains",
    "Count",
    "DefaultIfEmpty",
    "Distinct",
    "ElementAt",
    "ElementAtOrDefault",
    "Except",
    "First",
    "FirstOrDefault",
    "GroupBy",
    "GroupJoin",
    "Intersect",
    "Join",
    "Last",
    "LastOrDefault",
    "LongCount",
    "Max",
    "Min",
    "OfType",
    "OrderBy",
    "OrderByDescending",
    "Prepend",
    "Reverse",
    "Select",
    "SelectMany",
    "SequenceEqual",
    "Single",
    "SingleOrDefault",
    "Skip",
    "SkipWhile",
    "Sum",
    "Take",
    "TakeWhile",
    "ThenBy",
    "ThenByDescending",
    "ToArray",
    "ToDictionary",
    "ToHashSet",
    "ToList",
    "Union",
    "Where",
    "Zip",
];

/// Calls a lambda with arguments.
pub(in crate::csharp) type Invoke<'a> = &'a mut dyn FnMut(&Value, &[Value]) -> Result<Value, Exception>;

/// Runs `items.name(args)`; None where LINQ has no such method with these arguments.
pub(in crate::csharp) fn call(
    items: &[Value],
    name: &str,
    type_args: &[String],
    args: &[Value],
    invoke: Invoke<'_>,
) -> Option<Result<Value, Exception>> {
    run(items, name, type_args, args, invoke).transpose()
}

fn run(
    items: &[Value],
    name: &str,
    type_args: &[String],
    args: &[Value],
    invoke: Invoke<'_>,
) -> Result<Option<Value>, Exception> {
    let list = |items: Vec<Value>| Ok(Some(convert::collect(ListKind::Enumerable, items)));
    match (name, args) {
        ("Any", []) => Ok(Some(Value::Bool(!items.is_empty()))),
        ("Any", [test]) => Ok(Some(Value::Bool(!filter(items, test, invoke, Some(1))?.is_empty()))),
        ("All", [test]) => Ok(Some(Value::Bool(filter(items, test, invoke, None)?.len() == items.len()))),
        ("Where", [test]) => list(filter(items, test, invoke, None)?),
        ("Count", []) => Ok(Some(count(items.len()))),
        ("Count", [test]) => Ok(Some(count(filter(items, test, invoke, None)?.len()))),
        ("Contains", [item]) => Ok(Some(Value::Bool(items.iter().any(|present| ops::equal(present, item))))),
        ("Select", [map]) => list(each(items, map, invoke)?),
        ("SelectMany", [map]) => {
            let mut all = Vec::new();
            for inner in each(items, map, invoke)? {
                all.extend(inner.elements().ok_or_else(Exception::null_reference)?);
            }
            list(all)
        }
        ("ToList", []) => Ok(Some(convert::collect(ListKind::List, items.to_vec()))),
        ("ToArray", []) => Ok(Some(convert::collect(ListKind::Array, items.to_vec()))),
        ("Reverse", []) => list(items.iter().rev().cloned().collect()),
        ("Skip", [Value::Int(n)]) => list(items.iter().skip(clamp(*n)).cloned().collect()),
        ("Take", [Value::Int(n)]) => list(items.iter().take(clamp(*n)).cloned().collect()),
        ("SkipWhile" | "TakeWhile", [test]) => {
            let mut n_matching = 0;
            while n_matching < items.len() && truth(&invoke(test, &items[n_matching..=n_matching])?)? {
                n_matching += 1;
            }
            let (taken, skipped) = items.split_at(n_matching);
            list(if name == "TakeWhile" { taken } else { skipped }.to_vec())
        }
        ("Append", [item]) => list(items.iter().chain([item]).cloned().collect()),
        ("Prepend", [item]) => list([item].into_iter().chain(items).cloned().collect()),
        ("Concat" | "Union" | "Intersect" | "Except" | "SequenceEqual", [other]) => {
            combine(name, items, &other.elements().ok_or_else(|| Exception::argument_null("second"))?)
        }
        ("Distinct", []) => list(distinct(items.to_vec())),
        ("OrderBy" | "OrderByDescending", [key]) => {
            let ordered = Ordered::by(items, key, name == "OrderByDescending", invoke)?;
            Ok(Some(Value::object(ordered)))
        }
        ("GroupBy", [_] | [_, _] | [_, _, _]) => list(group_by(items, args, invoke)?),
        ("Aggregate", [step]) => {
            let (first, rest) = items
                .split_first()
                .ok_or_else(|| Exception::invalid_operation("Sequence contains no elements"))?;
            fold(first.clone(), rest, step, invoke).map(Some)
        }
        ("Aggregate", [seed, step, rest @ ..]) if rest.len() < 2 => {
            let folded = fold(seed.clone(), items, step, invoke)?;
            match rest {
                [result] => invoke(result, &[folded]).map(Some),
                _ => Ok(Some(folded)),
            }
        }
        ("DefaultIfEmpty", [] | [_]) => match items.is_empty() {
            true => list(vec![args.first().cloned().unwrap_or(Value::Null)]),
            false => list(items.to_vec()),
        },
        ("ElementAtOrDefault", [Value::Int(at)]) => {
            let item = usize::try_from(*at).ok().and_then(|at| items.get(at)).cloned();
            Ok(Some(item.unwrap_or_else(|| items.first().map_or(Value::Null, default_like))))
        }
        ("LongCount", []) => Ok(Some(Value::Long(items.len() as i64))),
        ("LongCount", [test]) => Ok(Some(Value::Long(filter(items, test, invoke, None)?.len() as i64))),
        ("AsEnumerable", []) => list(items.to_vec()),
        ("ToHashSet", [] | [_]) => {
            let comparison = args.first().and_then(Comparison::of).unwrap_or_default();
            HashSet::new(items.to_vec(), comparison).map(|set| Some(Value::object(set)))
        }
        ("Distinct", [comparer]) if let Some(comparison) = Comparison::of(comparer) => {
            list(HashSet::new(items.to_vec(), comparison)?.elements().unwrap_or_default())
        }
        ("Contains", [item, comparer]) if let Some(comparison) = Comparison::of(comparer) => {
            let key = comparison.key(item)?;
            let has = |present: &Value| comparison.key(present).is_ok_and(|present| present == key);
            Ok(Some(Value::Bool(items.iter().any(has))))
        }
        ("SelectMany", [map, result]) => {
            let mut all = Vec::new();
            for item in items {
                let inner = invoke(map, std::slice::from_ref(item))?;
                for part in inner.elements().ok_or_else(Exception::null_reference)? {
                    all.push(invoke(result, &[item.clone(), part])?);
                }
            }
            list(all)
        }
        ("Join", [other, left_key, right_key, result]) => {
            let other = other.elements().ok_or_else(|| Exception::argument_null("inner"))?;
            let (left_keys, right_keys) = (each(items, left_key, invoke)?, each(&other, right_key, invoke)?);
            let mut all = Vec::new();
            for (left, key) in items.iter().zip(left_keys) {
                for (right, right_key) in other.iter().zip(&right_keys) {
                    if ops::equal(&key, right_key) {
                        all.push(invoke(result, &[left.clone(), right.clone()])?);
                    }
                }
            }
            list(all)
        }
        ("GroupJoin", [other, left_key, right_key, result]) => {
            let other = other.elements().ok_or_else(|| Exception::argument_null("inner"))?;
            let (left_keys, right_keys) = (each(items, left_key, invoke)?, each(&other, right_key, invoke)?);
            let mut all = Vec::new();
            for (left, key) in items.iter().zip(left_keys) {
                let fitting = other.iter().zip(&right_keys).filter(|(_, other)| ops::equal(&key, other));
                let group =
                    convert::collect(ListKind::Enumerable, fitting.map(|(item, _)| item.clone()).collect());
                all.push(invoke(result, &[left.clone(), group])?);
            }
            list(all)
        }
        ("Zip", [other]) => {
            let other = other.elements().ok_or_else(|| Exception::argument_null("second"))?;
            let pair = |(left, right): (&Value, &Value)| {
                Value::object(Tuple::new(vec![
                    (Some("First".to_owned()), left.clone()),
                    (Some("Second".to_owned()), right.clone()),
                ]))
            };
            list(items.iter().zip(&other).map(pair).collect())
        }
        ("Cast" | "OfType", []) => list(of_type(items, type_args, name == "Cast")?),
        ("ElementAt", [Value::Int(at)]) => {
            let item = usize::try_from(*at).ok().and_then(|at| items.get(at)).cloned();
            item.map(Some)
                .ok_or_else(|| Exception::out_of_range("Index was out of range. (Parameter 'index')"))
        }
        ("First" | "Last" | "Single", _) if args.len() < 2 => pick(items, name, args, invoke).map(Some),
        ("FirstOrDefault" | "LastOrDefault" | "SingleOrDefault", _) if args.len() < 2 => {
            // The default of the elements: numbers have zero, the rest null.
            let default = items.first().map_or(Value::Null, default_like);
            match pick(items, name.trim_end_matches("OrDefault"), args, invoke) {
                Err(error) if error.message.starts_with("Sequence contains no") => Ok(Some(default)),
                picked => picked.map(Some),
            }
        }
        ("Max" | "Min" | "Sum" | "Average", [] | [_]) => {
            let values = match args {
                [map] => each(items, map, invoke)?,
                _ => items.to_vec(),
            };
            aggregate(name, &values).map(Some)
        }
        ("ToDictionary", [key] | [key, _]) => {
            let dictionary = Dictionary::default();
            let keys = each(items, key, invoke)?;
            let values = match args.get(1) {
                Some(value) => each(items, value, invoke)?,
                None => items.to_vec(),
            };
            for (key, value) in keys.into_iter().zip(values) {
                dictionary.call("Add", &[], &[key, value])?;
            }
            Ok(Some(Value::object(dictionary)))
        }
        ("Zip", [other, map]) => {
            let other = other.elements().ok_or_else(|| Exception::argument_null("second"))?;
            let pairs =
                items.iter().zip(&other).map(|(left, right)| invoke(map, &[left.clone(), right.clone()]));
            list(pairs.collect::<Result<_, _>>()?)
        }
        _ => Ok(None),
    }
}

pub(super) fn truth(value: &Value) -> Result<bool, Exception> {
    value.as_bool().ok_or_else(|| Exception::invalid_cast(&value.type_name(), "Boolean"))
}

/// The elements that pass, at most `most` of them.
pub(super) fn filter(
    items: &[Value],
    test: &Value,
    invoke: Invoke<'_>,
    most: Option<usize>,
) -> Result<Vec<Value>, Exception> {
    let mut passed = Vec::new();
    for (index, item) in items.iter().enumerate() {
        if truth(&invoke(test, &[item.clone(), count(index)])?)? {
            passed.push(item.clone());
            if most == Some(passed.len()) {
                break;
            }
        }
    }
    Ok(passed)
}

pub(super) fn each(items: &[Value], map: &Value, invoke: Invoke<'_>) -> Result<Vec<Value>, Exception> {
    items.iter().enumerate().map(|(index, item)| invoke(map, &[item.clone(), count(index)])).collect()
}

fn pick(items: &[Value], which: &str, args: &[Value], invoke: Invoke<'_>) -> Result<Value, Exception> {
    let found = match args {
        [test] => filter(items, test, invoke, None)?,
        _ => items.to_vec(),
    };
    if which == "Single" && found.len() > 1 {
        return Err(Exception::invalid_operation("Sequence contains more than one element"));
    }
    let picked = if which == "Last" { found.last() } else { found.first() };
    picked.cloned().ok_or_else(|| {
        let what = if args.is_empty() { "elements" } else { "matching element" };
        Exception::invalid_operation(format!("Sequence contains no {what}"))
    })
}

pub(super) fn default_like(value: &Value) -> Value {
    convert::default_of(&value.type_name())
}

fn combine(name: &str, left: &[Value], right: &[Value]) -> Result<Option<Value>, Exception> {
    let within = |items: &[Value], item: &Value| items.iter().any(|present| ops::equal(present, item));
    let left_items = left.iter().cloned();
    let items = match name {
        "SequenceEqual" => {
            let same = left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| ops::equal(left, right));
            return Ok(Some(Value::Bool(same)));
        }
        "Intersect" => distinct(left_items.filter(|item| within(right, item)).collect()),
        "Except" => distinct(left_items.filter(|item| !within(right, item)).collect()),
        "Union" => distinct(left_items.chain(right.iter().cloned()).collect()),
        _ => left_items.chain(right.iter().cloned()).collect(),
    };
    Ok(Some(convert::collect(ListKind::Enumerable, items)))
}

fn distinct(items: Vec<Value>) -> Vec<Value> {
    let mut seen = std::collections::BTreeSet::new();
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        let simple = !matches!(item, Value::Object(_));
        let new = match key_text(&item) {
            Ok(key) if simple => seen.insert(key),
            _ => !kept.iter().any(|present| ops::equal(present, &item)),
        };
        if new {
            kept.push(item);
        }
    }
    kept
}

fn of_type(items: &[Value], type_args: &[String], strict: bool) -> Result<Vec<Value>, Exception> {
    let wanted = type_args.first().map_or("object", String::as_str);
    let fits = |item: &Value| {
        let own = item.type_name();
        short_name(&own) == short_name(wanted)
            || wanted == "object"
            || (wanted == "JToken" && item.downcast::<JToken>().is_some())
    };
    match items.iter().find(|item| strict && !fits(item)) {
        Some(item) => Err(Exception::invalid_cast(&item.type_name(), wanted)),
        None => Ok(items.iter().filter(|item| fits(item)).cloned().collect()),
    }
}

fn fold(seed: Value, items: &[Value], step: &Value, invoke: Invoke<'_>) -> Result<Value, Exception> {
    let mut total = seed;
    for item in items {
        total = invoke(step, &[total, item.clone()])?;
    }
    Ok(total)
}

/// `items.ThenBy(key)`; None where the items are not sorted.
pub(in crate::csharp) fn then_by(
    items: &Value,
    name: &str,
    args: &[Value],
    invoke: Invoke<'_>,
) -> Option<Result<Value, Exception>> {
    let ordered = items.downcast::<Ordered>()?;
    match (name, args) {
        ("ThenBy" | "ThenByDescending", [key]) => {
            Some(ordered.then(key, name == "ThenByDescending", invoke).map(Value::object))
        }
        _ => None,
    }
}

fn aggregate(name: &str, values: &[Value]) -> Result<Value, Exception> {
    use crate::csharp::ast::BinaryOp::{Add, Divide};
    let empty = || Exception::invalid_operation("Sequence contains no elements");
    match name {
        "Sum" => {
            let mut sum = values.first().map_or(Value::Int(0), default_like);
            for value in values {
                let before = sum.clone();
                sum = ops::binary(Add, &before, value)?;
                // Sum is checked, unlike `+`.
                let wrapped = match (before.as_i64(), value.as_i64(), sum.as_i64()) {
                    (Some(before), Some(value), Some(sum)) => before.checked_add(value) != Some(sum),
                    _ => false,
                };
                if wrapped {
                    return Err(Exception::new(
                        "OverflowException",
                        "Arithmetic operation resulted in an overflow.",
                    ));
                }
            }
            Ok(sum)
        }
        "Average" => {
            let mut sum = Value::Double(0.0);
            for value in values {
                sum = ops::binary(Add, &sum, value)?;
            }
            if values.is_empty() { Err(empty()) } else { ops::binary(Divide, &sum, &count(values.len())) }
        }
        _ => {
            let wanted = if name == "Max" { Ordering::Greater } else { Ordering::Less };
            let mut best = values.first().ok_or_else(empty)?;
            for value in values {
                if ops::sort_order(value, best)? == wanted {
                    best = value;
                }
            }
            Ok(best.clone())
        }
    }
}

fn clamp(n: i32) -> usize {
    usize::try_from(n).unwrap_or(0)
}

pub(super) fn count(length: usize) -> Value {
    Value::Int(i32::try_from(length).unwrap_or(i32::MAX))
}
