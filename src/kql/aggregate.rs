//! Functions of groups of rows, in `summarize`.

use super::scalar::{Scope, binary, compare};
use super::syntax::{Expr, Kind};
use super::{Fault, Type, Value, function};

/// The number of arguments; None for what is no aggregate.
pub(super) fn arity(name: &str) -> Option<(usize, usize)> {
    Some(match name {
        "count" => (0, 0),
        "sum" | "min" | "max" | "avg" | "countif" | "dcount" => (1, 1),
        "sumif" => (2, 2),
        _ => return None,
    })
}

pub(super) fn type_of(name: &str, args: &[Type], at: usize) -> Result<Type, Fault> {
    let wants = |ok: bool, what: &str| {
        if ok { Ok(()) } else { Err(Fault::new(at, format!("`{name}` wants {what}"))) }
    };
    let is_number = |of: Type| matches!(of, Type::Long | Type::Real);
    match name {
        "count" | "dcount" => Ok(Type::Long),
        "countif" => wants(args[0] == Type::Bool, "a condition").map(|()| Type::Long),
        "avg" => wants(is_number(args[0]), "a number").map(|()| Type::Real),
        "sum" => wants(is_number(args[0]), "a number").map(|()| args[0]),
        "sumif" => {
            wants(is_number(args[0]) && args[1] == Type::Bool, "a number and a condition").map(|()| args[0])
        }
        _ => Ok(args[0]),
    }
}

/// Refuses a column that stands outside of every aggregate: it has no single value for a group.
pub(super) fn check(expr: &Expr, scope: &Scope<'_>) -> Result<(), Fault> {
    match &expr.kind {
        Kind::Call(name, args) if arity(name).is_some() => {
            args.iter().try_for_each(super::scalar::no_aggregate)
        }
        Kind::Call(_, args) => args.iter().try_for_each(|arg| check(arg, scope)),
        Kind::Name(name) if scope.columns.iter().any(|column| column.name == *name) => {
            Err(Fault::new(expr.at, format!("`{name}` has no single value for a group")))
        }
        Kind::Literal(..) | Kind::Name(_) => Ok(()),
        Kind::Not(of) | Kind::Minus(of) => check(of, scope),
        Kind::In(of, among) => std::iter::once(&**of).chain(among).try_for_each(|one| check(one, scope)),
        Kind::Index(left, right) | Kind::Binary(_, left, right) => {
            check(left, scope)?;
            check(right, scope)
        }
    }
}

/// What an expression is for a group of rows.
pub(super) fn value(expr: &Expr, scope: &Scope<'_>, rows: &[&Vec<Value>]) -> Value {
    match &expr.kind {
        Kind::Call(name, args) if arity(name).is_some() => aggregated(name, args, scope, rows),
        Kind::Call(name, args) => {
            let args: Vec<Value> = args.iter().map(|arg| value(arg, scope, rows)).collect();
            function::call(name, &args, scope.now_unix_ms)
        }
        Kind::Binary(operator, left, right) => {
            binary(*operator, &value(left, scope, rows), &value(right, scope, rows))
        }
        // Of constants alone: `check` has looked.
        _ => scope.value_with(expr, &|_| None),
    }
}

fn aggregated(name: &str, args: &[Expr], scope: &Scope<'_>, rows: &[&Vec<Value>]) -> Value {
    let all = |arg: &Expr| -> Vec<Value> {
        rows.iter().map(|row| scope.value(arg, row)).filter(|value| !matches!(value, Value::Null)).collect()
    };
    let is = |condition: &Expr, row: &[Value]| scope.value(condition, row) == Value::Bool(true);
    let count = |n: usize| Value::Long(i64::try_from(n).unwrap_or(i64::MAX));
    match (name, args) {
        ("count", _) => count(rows.len()),
        ("countif", [condition]) => count(rows.iter().filter(|row| is(condition, row)).count()),
        ("dcount", [of]) => {
            let mut seen: Vec<Value> = Vec::new();
            for value in all(of) {
                if !seen.contains(&value) {
                    seen.push(value);
                }
            }
            count(seen.len())
        }
        ("sum", [of]) => sum(all(of)),
        ("sumif", [of, condition]) => {
            sum(rows.iter().filter(|row| is(condition, row)).map(|row| scope.value(of, row)).collect())
        }
        ("avg", [of]) => {
            let values: Vec<f64> = all(of).iter().filter_map(Value::as_f64).collect();
            #[expect(clippy::cast_precision_loss, reason = "fewer rows than 2^53")]
            let n = values.len() as f64;
            if values.is_empty() { Value::Null } else { Value::Real(values.iter().sum::<f64>() / n) }
        }
        ("min" | "max", [of]) => {
            let wanted = if name == "min" { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater };
            let best = all(of)
                .into_iter()
                .reduce(|best, value| if compare(&value, &best) == Some(wanted) { value } else { best });
            best.unwrap_or(Value::Null)
        }
        _ => Value::Null,
    }
}

/// Of no numbers, zero.
fn sum(values: Vec<Value>) -> Value {
    values.into_iter().filter(|value| value.as_f64().is_some()).fold(Value::Long(0), |sum, value| {
        match (&sum, &value) {
            (Value::Long(sum), Value::Long(value)) => Value::Long(sum.wrapping_add(*value)),
            _ => Value::Real(sum.as_f64().unwrap_or_default() + value.as_f64().unwrap_or_default()),
        }
    })
}
