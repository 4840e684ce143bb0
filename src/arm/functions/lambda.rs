//! Functions that take a lambda. The lambda's body arrives computed as far as its variables allow; the machine
//! binds them per element.

use indexmap::IndexMap;

use super::{Body, Function, array, object};
use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};
use crate::arm::machine::{Machine, described};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "filter", min: 2, max: Some(2), body: Body::Machine(filter) },
    Function { name: "groupBy", min: 2, max: Some(3), body: Body::Machine(group_by) },
    Function { name: "lambda", min: 1, max: None, body: Body::Lambda },
    Function { name: "map", min: 2, max: Some(2), body: Body::Machine(map) },
    Function { name: "mapValues", min: 2, max: Some(2), body: Body::Machine(map_values) },
    Function { name: "reduce", min: 3, max: Some(3), body: Body::Machine(reduce) },
    Function { name: "sort", min: 2, max: Some(2), body: Body::Machine(sort) },
    Function { name: "toObject", min: 2, max: Some(3), body: Body::Machine(to_object) },
];

/// The array argument; stuck where it is not known yet.
fn elements(args: &[Value]) -> Eval<&[Value]> {
    if matches!(args[0], Value::Unknown(_)) {
        return Err(Fault::Stuck);
    }
    array(args, 0)
}

/// The arguments for one element: the element, and its index where the lambda has a further parameter.
fn with_index(lambda: &Value, mut args: Vec<Value>, index: usize) -> Vec<Value> {
    if Machine::parameters(lambda).is_some_and(|wanted| wanted > args.len()) {
        args.push(Value::Int(index as i64));
    }
    args
}

fn holds(machine: &Machine<'_>, lambda: &Value, args: &[Value]) -> Eval<bool> {
    match machine.apply(lambda, args)? {
        Value::Bool(value) => Ok(value),
        Value::Unknown(_) => Err(Fault::Stuck),
        other => Err(Fault::failed(format!("the lambda must give a bool, not {}", described(&other)))),
    }
}

fn key_of(machine: &Machine<'_>, lambda: &Value, item: &Value) -> Eval<String> {
    match machine.apply(lambda, std::slice::from_ref(item))? {
        Value::String(key) => Ok(key),
        Value::Unknown(_) => Err(Fault::Stuck),
        other => Err(Fault::failed(format!("the key lambda must give a string, not {}", described(&other)))),
    }
}

fn filter(machine: &Machine<'_>, args: &[Value]) -> Eval<Value> {
    let mut kept = Vec::new();
    for (index, item) in elements(args)?.iter().enumerate() {
        if holds(machine, &args[1], &with_index(&args[1], vec![item.clone()], index))? {
            kept.push(item.clone());
        }
    }
    Ok(kept.into())
}

fn map(machine: &Machine<'_>, args: &[Value]) -> Eval<Value> {
    let each = |(index, item): (usize, &Value)| {
        machine.apply(&args[1], &with_index(&args[1], vec![item.clone()], index))
    };
    elements(args)?.iter().enumerate().map(each).collect::<Eval<_>>().map(Value::Array)
}

fn map_values(machine: &Machine<'_>, args: &[Value]) -> Eval<Value> {
    if matches!(args[0], Value::Unknown(_)) {
        return Err(Fault::Stuck);
    }
    let each = |(key, value): (&String, &Value)| {
        Ok((key.clone(), machine.apply(&args[1], std::slice::from_ref(value))?))
    };
    object(args, 0)?.iter().map(each).collect::<Eval<_>>().map(Value::Object)
}

fn reduce(machine: &Machine<'_>, args: &[Value]) -> Eval<Value> {
    let mut so_far = args[1].clone();
    for (index, item) in elements(args)?.iter().enumerate() {
        so_far = machine.apply(&args[2], &with_index(&args[2], vec![so_far, item.clone()], index))?;
    }
    Ok(so_far)
}

/// Sorts by a lambda that says whether its first argument comes before its second; stable.
fn sort(machine: &Machine<'_>, args: &[Value]) -> Eval<Value> {
    let mut sorted: Vec<Value> = Vec::new();
    // Binary insertion: a user's "less" may contradict itself, which the standard sort answers with a panic.
    for item in elements(args)? {
        let (mut low, mut high) = (0, sorted.len());
        while low < high {
            let middle = low.midpoint(high);
            if holds(machine, &args[1], &[item.clone(), sorted[middle].clone()])? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        sorted.insert(low, item.clone());
    }
    Ok(sorted.into())
}

fn to_object(machine: &Machine<'_>, args: &[Value]) -> Eval<Value> {
    let mut map = IndexMap::new();
    for item in elements(args)? {
        let value = match args.get(2) {
            Some(lambda) => machine.apply(lambda, std::slice::from_ref(item))?,
            None => item.clone(),
        };
        map.insert(key_of(machine, &args[1], item)?, value);
    }
    Ok(Value::Object(map))
}

fn group_by(machine: &Machine<'_>, args: &[Value]) -> Eval<Value> {
    let mut groups: IndexMap<String, Value> = IndexMap::new();
    for item in elements(args)? {
        let value = match args.get(2) {
            Some(lambda) => machine.apply(lambda, std::slice::from_ref(item))?,
            None => item.clone(),
        };
        let group =
            groups.entry(key_of(machine, &args[1], item)?).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(items) = group {
            items.push(value);
        }
    }
    Ok(Value::Object(groups))
}
