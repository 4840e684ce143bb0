//! Logic and comparison. `if`, `and`, `or` and `coalesce` compute only the arguments they need.

use std::cmp::Ordering;

use super::Needs::{Everything, Nothing};
use super::{Arguments, Body, Function, bool, built_in, described, values, wrong};
use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};
use crate::arm::machine::only_if_needed;
use crate::arm::residual::Node;

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "and", min: 2, max: None, body: Body::Lazy(|n, arg| junction("and", false, n, arg)) },
    Function { name: "coalesce", min: 1, max: None, body: Body::Lazy(coalesce) },
    Function { name: "if", min: 3, max: Some(3), body: Body::Lazy(if_else) },
    Function { name: "or", min: 2, max: None, body: Body::Lazy(|n, arg| junction("or", true, n, arg)) },
    values("bool", 1, Some(1), Everything, to_bool),
    values("equals", 2, Some(2), Everything, |args| Ok(equal(&args[0], &args[1]).into())),
    values("false", 0, Some(0), Nothing, |_| Ok(false.into())),
    values("greater", 2, Some(2), Everything, |args| order(args, Ordering::is_gt)),
    values("greaterOrEquals", 2, Some(2), Everything, |args| order(args, Ordering::is_ge)),
    values("less", 2, Some(2), Everything, |args| order(args, Ordering::is_lt)),
    values("lessOrEquals", 2, Some(2), Everything, |args| order(args, Ordering::is_le)),
    values("not", 1, Some(1), Everything, |args| Ok((!bool(args, 0)?).into())),
    values("true", 0, Some(0), Nothing, |_| Ok(true.into())),
];

fn if_else(_: usize, arg: Arguments<'_>) -> Eval<Value> {
    match arg(0)? {
        Value::Bool(true) => arg(1),
        Value::Bool(false) => arg(2),
        condition @ Value::Unknown(_) => {
            let args = vec![condition, only_if_needed(arg(1))?, only_if_needed(arg(2))?];
            Ok(Node::Call { function: built_in("if"), args }.into_value())
        }
        other => {
            Err(Fault::failed(format!("the condition of `if` must be a bool, not {}", described(&other))))
        }
    }
}

/// `and` and `or`: `decides` is the value that settles the answer.
fn junction(name: &'static str, decides: bool, n_args: usize, arg: Arguments<'_>) -> Eval<Value> {
    let mut open = Vec::new();
    for at in 0..n_args {
        let value = if open.is_empty() { arg(at) } else { only_if_needed(arg(at)) }?;
        match value {
            Value::Bool(value) if value == decides => return Ok(value.into()),
            Value::Bool(_) => {}
            unknown @ Value::Unknown(_) => open.push(unknown),
            other => {
                let problem =
                    format!("argument {} of `{name}` must be a bool, not {}", at + 1, described(&other));
                return Err(Fault::failed(problem));
            }
        }
    }
    if open.is_empty() {
        return Ok((!decides).into());
    }
    // A neutral element keeps at least the two arguments that the function wants.
    open.push((!decides).into());
    Ok(Node::Call { function: built_in(name), args: open }.into_value())
}

/// The first value that is not null.
fn coalesce(n_args: usize, arg: Arguments<'_>) -> Eval<Value> {
    let mut open = Vec::new();
    for at in 0..n_args {
        match if open.is_empty() { arg(at) } else { only_if_needed(arg(at)) }? {
            Value::Null => {}
            unknown @ Value::Unknown(_) => open.push(unknown),
            known if open.is_empty() => return Ok(known),
            known => {
                open.push(known);
                break;
            }
        }
    }
    if open.is_empty() {
        return Ok(Value::Null);
    }
    Ok(Node::Call { function: built_in("coalesce"), args: open }.into_value())
}

fn to_bool(args: &[Value]) -> Eval<Value> {
    match &args[0] {
        Value::Bool(value) => Ok((*value).into()),
        Value::Int(value) => Ok((*value != 0).into()),
        Value::String(text) if text.eq_ignore_ascii_case("true") || text == "1" => Ok(true.into()),
        Value::String(text) if text.eq_ignore_ascii_case("false") || text == "0" => Ok(false.into()),
        _ => Err(wrong(args, 0, "a bool, an int, or the text true or false")),
    }
}

/// Equal in type and value. Strings compare with case; numbers compare as numbers.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Int(int), Value::Float(float)) | (Value::Float(float), Value::Int(int)) => {
            *int as f64 == *float
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| equal(value, other)))
        }
        _ => left == right,
    }
}

fn order(args: &[Value], wanted: fn(Ordering) -> bool) -> Eval<Value> {
    let ordering = match (&args[0], &args[1]) {
        (Value::Int(left), Value::Int(right)) => left.cmp(right),
        (Value::String(left), Value::String(right)) => compare_text(left, right),
        (Value::String(_), _) => return Err(wrong(args, 1, "a string as the first one is")),
        (Value::Int(_), _) => return Err(wrong(args, 1, "an int as the first one is")),
        _ => return Err(wrong(args, 0, "an int or a string")),
    };
    Ok(wanted(ordering).into())
}

/// The order of what is no letter in the invariant culture: that of the Unicode collation's root, which .NET has from
/// ICU (<https://www.unicode.org/charts/collation/>, seen 2026-11-30). Digits come before letters.
const BEFORE_LETTERS: &str = "\t\n\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789";

/// The order of strings in the invariant culture, as `items` shows it (Azure/bicep, EvaluationTests.cs, seen 2026-11-22):
/// letters first without case, lower case before upper case. Azure does not document that `less` and `greater` order
/// alike; one library stands behind both. What is not ASCII sorts by code point, behind the letters.
pub(super) fn compare_text(left: &str, right: &str) -> Ordering {
    fn places(text: &str) -> impl Iterator<Item = (usize, char)> {
        let place = |c: char| BEFORE_LETTERS.find(c).unwrap_or(BEFORE_LETTERS.len());
        text.chars().flat_map(char::to_lowercase).map(move |c| (place(c), c))
    }
    places(left).cmp(places(right)).then_with(|| right.cmp(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_order_without_case_and_then_lower_first() {
        let mut words = ["b", "B", "a", "A", "ab"];
        words.sort_by(|left, right| compare_text(left, right));
        assert_eq!(words, ["a", "A", "ab", "b", "B"]);
        let mut names = ["a1", "a_b", "a-b", "ab", "a.b", "aB", "a b", "é"];
        names.sort_by(|left, right| compare_text(left, right));
        assert_eq!(names, ["a b", "a_b", "a-b", "a.b", "a1", "ab", "aB", "é"]);
    }

    #[test]
    fn branches_not_taken_are_not_computed() {
        let mut asked = Vec::new();
        let value = if_else(3, &mut |at| {
            asked.push(at);
            Ok(if at == 0 { true.into() } else { Value::Int(at as i64) })
        });
        assert_eq!((value, asked), (Ok(Value::Int(1)), vec![0, 1]));
    }
}
