//! Filters of lists, and those for any value.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::super::value::{Value, count};
use super::fits;
use crate::csharp::Environment;

type Out = Result<Value, String>;

pub(super) fn compact(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    Ok(Value::list(input.items().into_iter().filter(|item| !matches!(item, Value::Nil)).collect()))
}

/// Nil, false and what is empty become the argument.
pub(super) fn default(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    Ok(if input.is_true() && !input.is_empty() { input.clone() } else { arguments[0].clone() })
}

pub(super) fn first(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    Ok(input.items().into_iter().next().unwrap_or(Value::Nil))
}

pub(super) fn last(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    Ok(input.items().pop().unwrap_or(Value::Nil))
}

pub(super) fn join(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    let Value::List(items) = input else { return Ok(input.clone()) };
    let between = arguments.first().map_or_else(|| " ".to_owned(), Value::print);
    let texts: Vec<String> = items.iter().map(Value::print).collect();
    let n_between = between.len().saturating_mul(texts.len());
    fits(texts.iter().map(String::len).fold(n_between, usize::saturating_add))?;
    Ok(Value::text(texts.join(&between)))
}

pub(super) fn map(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    let name = arguments[0].print();
    Ok(Value::list(input.items().iter().map(|item| item.member(&name)).collect()))
}

pub(super) fn size(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    Ok(match input {
        Value::Text(text) => count(text.chars().count()),
        other => count(other.items().len()),
    })
}

/// By a property where one is named. What cannot be compared stays where it is.
pub(super) fn sort(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    let name = arguments.first().map(Value::print);
    let key = |item: &Value| name.as_ref().map_or_else(|| item.clone(), |name| item.member(name));
    let mut items: Vec<(Value, Value)> = input.items().into_iter().map(|item| (key(&item), item)).collect();
    items.sort_by(|(left, _), (right, _)| rank(left).cmp(&rank(right)).then_with(|| order(left, right)));
    Ok(Value::list(items.into_iter().map(|(_, item)| item).collect()))
}

/// Values of one kind are compared with each other only, so that the order is one.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Nil => 0,
        Value::Bool(_) => 1,
        Value::Int(_) | Value::Float(_) => 2,
        Value::Date(_) => 3,
        Value::Text(_) => 4,
        Value::List(_) => 5,
        Value::Map(_) => 6,
    }
}

fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            let number = |value: &Value| value.number().unwrap_or_default();
            number(left).total_cmp(&number(right))
        }
        _ => left.compare(right).unwrap_or(Ordering::Equal),
    }
}

/// Without the empty texts at the end that an argument at the end would leave.
pub(super) fn split(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    let (text, at) = (input.print(), arguments[0].print());
    if at.is_empty() {
        return Ok(Value::list(text.chars().map(|c| Value::text(c.to_string())).collect()));
    }
    Ok(Value::list(text.split(at.as_str()).filter(|part| !part.is_empty()).map(Value::text).collect()))
}

/// Items of one kind that print alike are one.
pub(super) fn uniq(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    let mut seen = BTreeSet::new();
    let mut items = input.items();
    items.retain(|item| seen.insert((rank(item), item.print())));
    Ok(Value::list(items))
}
