//! Integer arithmetic. ARM computes with 64-bit integers; leaving their range is refused.

use super::Needs::Everything;
use super::{Function, array, int, values, wrong};
use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};

pub(super) const FUNCTIONS: &[Function] = &[
    values("add", 2, Some(2), Everything, |args| compute(args, i64::checked_add)),
    values("div", 2, Some(2), Everything, |args| divide(args, i64::checked_div)),
    values("float", 1, Some(1), Everything, float),
    values("int", 1, Some(1), Everything, to_int),
    values("max", 1, None, Everything, |args| most(args, i64::max)),
    values("min", 1, None, Everything, |args| most(args, i64::min)),
    values("mod", 2, Some(2), Everything, |args| divide(args, i64::checked_rem)),
    values("mul", 2, Some(2), Everything, |args| compute(args, i64::checked_mul)),
    values("sub", 2, Some(2), Everything, |args| compute(args, i64::checked_sub)),
];

fn compute(args: &[Value], operation: fn(i64, i64) -> Option<i64>) -> Eval<Value> {
    operation(int(args, 0)?, int(args, 1)?)
        .map(Value::Int)
        .ok_or_else(|| Fault::failed("the result leaves the 64-bit integers"))
}

fn divide(args: &[Value], operation: fn(i64, i64) -> Option<i64>) -> Eval<Value> {
    if int(args, 1)? == 0 {
        return Err(Fault::failed("the divisor is zero"));
    }
    compute(args, operation)
}

fn float(args: &[Value]) -> Eval<Value> {
    match &args[0] {
        Value::Int(value) => Ok(Value::Float(*value as f64)),
        Value::Float(value) => Ok(Value::Float(*value)),
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Value::Float(value)),
            _ => Err(wrong(args, 0, "a number")),
        },
        _ => Err(wrong(args, 0, "a number")),
    }
}

fn to_int(args: &[Value]) -> Eval<Value> {
    match &args[0] {
        Value::Int(value) => Ok(Value::Int(*value)),
        // Saturates at the ends of the range, which no sensible template reaches.
        Value::Float(value) => Ok(Value::Int(value.round() as i64)),
        Value::String(text) => {
            text.trim().parse().map(Value::Int).map_err(|_| wrong(args, 0, "an int or its text"))
        }
        _ => Err(wrong(args, 0, "an int or its text")),
    }
}

/// Of integers, or of one array of them.
fn most(args: &[Value], choose: fn(i64, i64) -> i64) -> Eval<Value> {
    let numbers = if args.len() == 1 && args[0].as_array().is_some() { array(args, 0)? } else { args };
    let mut best = None;
    for at in 0..numbers.len() {
        let number = int(numbers, at)?;
        best = Some(best.map_or(number, |best| choose(best, number)));
    }
    best.map(Value::Int).ok_or_else(|| Fault::failed("an empty array has neither minimum nor maximum"))
}
