//! `Math` and the rounding of `decimal`. Numbers come back in the type that they were given in, as the overloads of .NET
//! do it (learn.microsoft.com/dotnet/api/system.math).

use rust_decimal::RoundingStrategy;

use crate::csharp::ast::BinaryOp;
use crate::csharp::exception::Exception;
use crate::csharp::number::{self, Number};
use crate::csharp::ops;
use crate::csharp::value::Value;

/// Digits behind the point that `Math.Round` takes.
const MAX_DOUBLE_PLACES: i32 = 15;
const MAX_DECIMAL_PLACES: i32 = 28;

/// Calls `Math.name(args)`; None where there is no such method with these arguments.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    match (name, args) {
        ("Max" | "Min", [left, right]) => extreme(name == "Max", left, right),
        ("Abs", [value]) => absolute(value),
        ("Sign", [value]) => sign(value),
        ("Round", _) => round(args),
        ("Floor" | "Ceiling" | "Truncate", [value]) => whole(name, value).map(Ok),
        ("DivRem" | "BigMul", [left, right]) => whole_pair(name, left, right),
        ("Pow" | "Atan2" | "IEEERemainder", [left, right]) => {
            let (left, right) = (number::real(left)?, number::real(right)?);
            Some(Ok(Value::Double(match name {
                "Pow" => left.powf(right),
                "Atan2" => left.atan2(right),
                _ => left - right * (left / right).round_ties_even(),
            })))
        }
        ("Log", [value, base]) => {
            Some(Ok(Value::Double(number::real(value)?.ln() / number::real(base)?.ln())))
        }
        (_, [value]) => function(name, number::real(value)?).map(|value| Ok(Value::Double(value))),
        _ => None,
    }
}

fn function(name: &str, value: f64) -> Option<f64> {
    Some(match name {
        "Sqrt" => value.sqrt(),
        "Exp" => value.exp(),
        "Log" => value.ln(),
        "Log10" => value.log10(),
        "Sin" => value.sin(),
        "Cos" => value.cos(),
        "Tan" => value.tan(),
        "Asin" => value.asin(),
        "Acos" => value.acos(),
        "Atan" => value.atan(),
        "Sinh" => value.sinh(),
        "Cosh" => value.cosh(),
        "Tanh" => value.tanh(),
        _ => return None,
    })
}

/// The greater or the smaller one, in the type that both are promoted to.
fn extreme(greatest: bool, left: &Value, right: &Value) -> Option<Result<Value, Exception>> {
    let Some(order) = number::order(left, right)? else { return Some(Ok(Value::Double(f64::NAN))) };
    let second = if greatest { order.is_lt() } else { order.is_gt() };
    let (chosen, other) = if second { (right, left) } else { (left, right) };
    if number::keyword_of(chosen) == number::keyword_of(other) {
        return Some(Ok(chosen.clone()));
    }
    // Adding nothing of the other's type promotes.
    let nothing = number::widened(Value::Int(0), number::keyword_of(other)?);
    number::arithmetic(BinaryOp::Add, chosen, &nothing, false)
}

fn absolute(value: &Value) -> Option<Result<Value, Exception>> {
    match value {
        Value::Double(number) => return Some(Ok(Value::Double(number.abs()))),
        Value::Number(Number::Float(number)) => return Some(Ok(Value::Number(Number::Float(number.abs())))),
        Value::Number(Number::Decimal(number)) => {
            return Some(Ok(Value::Number(Number::Decimal(number.abs()))));
        }
        _ => {}
    }
    let keyword = number::keyword_of(value)?;
    let number = number::whole(value)?.abs();
    let message = "Negating the minimum value of a twos complement number is invalid.";
    Some(number::fitting(number, keyword).ok_or_else(|| Exception::new("OverflowException", message)))
}

fn sign(value: &Value) -> Option<Result<Value, Exception>> {
    let number = number::real(value)?;
    if number.is_nan() {
        let message = "Function does not accept floating point Not-a-Number values.";
        return Some(Err(Exception::new("ArithmeticException", message)));
    }
    Some(Ok(Value::Int(if number > 0.0 { 1 } else { -i32::from(number < 0.0) })))
}

fn whole(name: &str, value: &Value) -> Option<Value> {
    if let Value::Number(Number::Decimal(number)) = value {
        return Some(Value::Number(Number::Decimal(match name {
            "Floor" => number.floor(),
            "Ceiling" => number.ceil(),
            _ => number.trunc(),
        })));
    }
    let number = number::real(value)?;
    Some(Value::Double(match name {
        "Floor" => number.floor(),
        "Ceiling" => number.ceil(),
        _ => number.trunc(),
    }))
}

/// `BigMul(a, b)`; `DivRem` has an `out` argument and is not here.
fn whole_pair(name: &str, left: &Value, right: &Value) -> Option<Result<Value, Exception>> {
    let (Value::Int(left), Value::Int(right), "BigMul") = (left, right, name) else { return None };
    Some(Ok(Value::Long(i64::from(*left) * i64::from(*right))))
}

/// `Round(x)`, `Round(x, places)`, `Round(x, mode)`, `Round(x, places, mode)`: halves go to the even digit unless told.
fn round(args: &[Value]) -> Option<Result<Value, Exception>> {
    let (value, places, mode) = match args {
        [value] => (value, 0, None),
        [value, Value::Int(places)] => (value, *places, None),
        [value, mode] => (value, 0, Some(mode)),
        [value, Value::Int(places), mode] => (value, *places, Some(mode)),
        _ => return None,
    };
    if mode.is_some_and(|mode| mode.type_name() != "MidpointRounding") {
        return None;
    }
    let away = mode.is_some_and(|mode| mode.display() == "AwayFromZero");
    let is_decimal = matches!(value, Value::Number(Number::Decimal(_)));
    let most = if is_decimal { MAX_DECIMAL_PLACES } else { MAX_DOUBLE_PLACES };
    let Some(places) = u32::try_from(places).ok().filter(|places| *places <= most.cast_unsigned()) else {
        let message =
            format!("Rounding digits must be between 0 and {most}, inclusive. (Parameter 'digits')");
        return Some(Err(Exception::out_of_range(message)));
    };
    if let Value::Number(Number::Decimal(number)) = value {
        let strategy = match away {
            true => RoundingStrategy::MidpointAwayFromZero,
            false => RoundingStrategy::MidpointNearestEven,
        };
        let rounded = number.round_dp_with_strategy(places, strategy);
        return Some(Ok(Value::Number(Number::Decimal(rounded))));
    }
    let number = number::real(value)?;
    let scale = 10f64.powi(places.cast_signed());
    let scaled = number * scale;
    let rounded = if away { scaled.round() } else { scaled.round_ties_even() };
    // Numbers this large have no digits behind the point.
    Some(Ok(Value::Double(if number.abs() < 1e16 { rounded / scale } else { number })))
}

/// `decimal.Round` and its like take what `Math` takes.
pub(super) fn of_decimal(name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    let (first, rest) = args.split_first()?;
    let zero = number::widened(Value::Int(0), "decimal");
    let first = ops::binary(BinaryOp::Add, first, &zero);
    let mut converted = match first {
        Ok(first) => vec![first],
        Err(error) => return Some(Err(error)),
    };
    converted.extend_from_slice(rest);
    call(name, &converted)
}
