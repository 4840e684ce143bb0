//! `Array` and what `List<T>` has besides LINQ: methods that take a lambda, that sort, or that change an array where it
//! is.

use super::linq::{self, Invoke};
use crate::csharp::convert::{self, bytes_of};
use crate::csharp::exception::Exception;
use crate::csharp::limits::check_single;
use crate::csharp::objects::{Bytes, List, ListKind};
use crate::csharp::ops;
use crate::csharp::value::Value;

/// The methods of `List` that need the evaluator, because they take a lambda or compare.
pub(in crate::csharp) const LIST_METHODS: &[&str] = &[
    "ConvertAll",
    "Exists",
    "Find",
    "FindAll",
    "FindIndex",
    "FindLast",
    "FindLastIndex",
    "ForEach",
    "RemoveAll",
    "Sort",
    "TrueForAll",
];

/// Runs `list.name(args)` for one of [`LIST_METHODS`]; None where the arguments are others.
pub(in crate::csharp) fn of_list(
    list: &List,
    name: &str,
    args: &[Value],
    invoke: Invoke<'_>,
) -> Option<Result<Value, Exception>> {
    let items = list.snapshot();
    match (name, args) {
        ("RemoveAll", [test]) => Some(linq::filter(&items, test, invoke, None).map(|gone| {
            let mut gone = gone.into_iter().peekable();
            let is_gone = |item: &Value, next: Option<&Value>| next.is_some_and(|next| same(item, next));
            let n_before = items.len();
            let mut kept = Vec::new();
            for item in items {
                if is_gone(&item, gone.peek()) {
                    gone.next();
                } else {
                    kept.push(item);
                }
            }
            let n_gone = n_before - kept.len();
            list.change(|items| *items = kept);
            linq::count(n_gone)
        })),
        ("Sort", [] | [_]) => Some(sorted(items, args.first(), invoke).map(|sorted| {
            list.change(|items| *items = sorted);
            Value::Null
        })),
        _ => searched(&items, name, args, invoke, ListKind::List),
    }
}

/// Whether two values are the same item of one list: `RemoveAll` walks both in one order.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => std::sync::Arc::ptr_eq(left, right),
        _ => left.type_name() == right.type_name() && left.display() == right.display(),
    }
}

fn searched(
    items: &[Value],
    name: &str,
    args: &[Value],
    invoke: Invoke<'_>,
    kind: ListKind,
) -> Option<Result<Value, Exception>> {
    let [lambda] = args else { return None };
    let index = |found: Option<usize>| found.map_or(Value::Int(-1), linq::count);
    let mut position = |backwards: bool| -> Result<Option<usize>, Exception> {
        let mut order: Vec<usize> = (0..items.len()).collect();
        if backwards {
            order.reverse();
        }
        for at in order {
            if linq::truth(&invoke(lambda, &items[at..=at])?)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    };
    let default = items.first().map_or(Value::Null, linq::default_like);
    let item = |found: Option<usize>| found.map_or(default, |at| items[at].clone());
    Some(match name {
        "Find" => position(false).map(item),
        "FindLast" => position(true).map(item),
        "FindIndex" => position(false).map(index),
        "FindLastIndex" => position(true).map(index),
        "Exists" => position(false).map(|found| Value::Bool(found.is_some())),
        "FindAll" => linq::filter(items, lambda, invoke, None).map(|found| convert::collect(kind, found)),
        "TrueForAll" => {
            linq::filter(items, lambda, invoke, None).map(|found| Value::Bool(found.len() == items.len()))
        }
        "ConvertAll" => linq::each(items, lambda, invoke).map(|items| convert::collect(kind, items)),
        "ForEach" => linq::each(items, lambda, invoke).map(|_| Value::Null),
        _ => return None,
    })
}

/// Sorted by the order of the values, or by a lambda `(a, b) => number`. A merge sort: the lambda decides alone, also
/// where it contradicts itself.
fn sorted(items: Vec<Value>, by: Option<&Value>, invoke: Invoke<'_>) -> Result<Vec<Value>, Exception> {
    if items.len() < 2 {
        return Ok(items);
    }
    let mut left = items;
    let right = left.split_off(left.len() / 2);
    let (left, right) = (sorted(left, by, invoke)?, sorted(right, by, invoke)?);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let later = match by {
            None => ops::sort_order(first, second)?.is_gt(),
            Some(by) => match invoke(by, &[first.clone(), second.clone()])? {
                Value::Int(order) => order > 0,
                other => return Err(Exception::invalid_cast(&other.type_name(), "Int32")),
            },
        };
        merged.extend(if later { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}

/// Calls `Array.name(args)`.
pub(in crate::csharp) fn of_array(
    name: &str,
    args: &[Value],
    invoke: Invoke<'_>,
) -> Option<Result<Value, Exception>> {
    match (name, args) {
        ("IndexOf" | "LastIndexOf", [items, item]) => {
            let items = items.elements()?;
            let is_it = |present: &Value| ops::equal(present, item);
            let found =
                if name == "IndexOf" { items.iter().position(is_it) } else { items.iter().rposition(is_it) };
            Some(Ok(found.map_or(Value::Int(-1), linq::count)))
        }
        ("Empty", []) => Some(Ok(Value::array("object", Vec::new()))),
        ("Reverse", [array]) => {
            if let Some(bytes) = array.downcast::<Bytes>() {
                bytes.change(<[u8]>::reverse);
            } else {
                array.downcast::<List>()?.change(|items| items.reverse());
            }
            Some(Ok(Value::Null))
        }
        ("Sort", [array, rest @ ..]) if rest.len() < 2 => {
            if let Some(bytes) = array.downcast::<Bytes>().filter(|_| rest.is_empty()) {
                bytes.change(<[u8]>::sort_unstable);
                return Some(Ok(Value::Null));
            }
            of_list(array.downcast::<List>()?, "Sort", rest, invoke)
        }
        ("Clear", [array, from, count]) => Some(clear(array, from, count)),
        ("Copy", [from, to, count]) => Some(copy(from, 0, to, 0, count.as_i64()?)),
        ("Copy" | "ConstrainedCopy", [from, from_at, to, to_at, count]) => {
            Some(copy(from, from_at.as_i64()?, to, to_at.as_i64()?, count.as_i64()?))
        }
        (_, [array, lambda]) => {
            searched(&array.elements()?, name, std::slice::from_ref(lambda), invoke, ListKind::Array)
        }
        _ => None,
    }
}

fn outside() -> Exception {
    Exception::argument(
        "Source array was not long enough. Check the source index, length, and the array's lower bounds. (Parameter \
         'sourceArray')",
    )
}

fn range(from: i64, count: i64, length: usize) -> Result<std::ops::Range<usize>, Exception> {
    let range = usize::try_from(from).ok().zip(usize::try_from(count).ok());
    let range = range.and_then(|(from, count)| Some(from..from.checked_add(count)?));
    range.filter(|range| range.end <= length).ok_or_else(outside)
}

fn clear(array: &Value, from: &Value, count: &Value) -> Result<Value, Exception> {
    let (from, count) = (from.as_i64().unwrap_or(-1), count.as_i64().unwrap_or(-1));
    if let Some(bytes) = array.downcast::<Bytes>() {
        let range = range(from, count, bytes.len())?;
        bytes.change(|bytes| bytes[range].fill(0));
    } else if let Some(list) = array.downcast::<List>() {
        let range = range(from, count, list.snapshot().len())?;
        list.change(|items| items[range].iter_mut().for_each(|item| *item = linq::default_like(item)));
    } else {
        return Err(Exception::argument_null("array"));
    }
    Ok(Value::Null)
}

fn copy(from: &Value, from_at: i64, to: &Value, to_at: i64, count: i64) -> Result<Value, Exception> {
    check_single(usize::try_from(count).unwrap_or(0))?;
    if let (Some(source), Some(target)) = (bytes_of(from), to.downcast::<Bytes>()) {
        let (taken, put) = (range(from_at, count, source.len())?, range(to_at, count, target.len())?);
        target.change(|bytes| bytes[put].copy_from_slice(&source[taken]));
        return Ok(Value::Null);
    }
    let (Some(source), Some(target)) = (from.elements(), to.downcast::<List>()) else {
        return Err(Exception::argument_null("sourceArray"));
    };
    let taken = range(from_at, count, source.len())?;
    let put = range(to_at, count, target.snapshot().len())?;
    target.change(|items| items[put].clone_from_slice(&source[taken]));
    Ok(Value::Null)
}
