//! Operators on values: numeric promotion, concatenation, equality, order.

use super::ast::{BinaryOp, UnaryOp};
use super::exception::Exception;
use super::limits;
use super::objects::{DateTime, DateTimeOffset, JToken, TimeSpan};
use super::value::Value;

/// A number as `double`, where `value` is a number.
pub(super) fn as_f64(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(f64::from(*number)),
        Value::Long(number) => Some(*number as f64),
        Value::Double(number) => Some(*number),
        Value::Char(c) => Some(f64::from(u32::from(*c))),
        _ => None,
    }
}

/// Two operands in the type that C# promotes both to.
enum Pair {
    Int(i32, i32),
    Long(i64, i64),
    Double(f64, f64),
}

fn promote(left: &Value, right: &Value) -> Option<Pair> {
    let whole = |value: &Value| match value {
        Value::Char(c) => Some(i64::from(u32::from(*c))),
        other => other.as_i64(),
    };
    if let (Some(wide_left), Some(wide_right)) = (whole(left), whole(right)) {
        let long = matches!(left, Value::Long(_)) || matches!(right, Value::Long(_));
        return Some(if long {
            Pair::Long(wide_left, wide_right)
        } else {
            Pair::Int(wide_left as i32, wide_right as i32)
        });
    }
    Some(Pair::Double(as_f64(left)?, as_f64(right)?))
}

/// `left op right` for every operator that evaluates both sides.
pub(super) fn binary(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, Exception> {
    use BinaryOp as Op;
    match op {
        Op::Equal => return Ok(Value::Bool(operator_equal(left, right))),
        Op::NotEqual => return Ok(Value::Bool(!operator_equal(left, right))),
        Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => return relational(op, left, right),
        Op::Add if matches!(left, Value::String(_)) || matches!(right, Value::String(_)) => {
            return concat(left, right);
        }
        Op::BitAnd | Op::BitOr | Op::BitXor => {
            if let (Value::Bool(left), Value::Bool(right)) = (left, right) {
                return Ok(Value::Bool(match op {
                    Op::BitAnd => left & right,
                    Op::BitOr => left | right,
                    _ => left ^ right,
                }));
            }
        }
        Op::ShiftLeft | Op::ShiftRight => return shift(op, left, right),
        _ => {}
    }
    if let Some(result) = time_arithmetic(op, left, right) {
        return result;
    }
    // Arithmetic with a nullable that has no value has no value.
    if (left.is_null() && as_f64(right).is_some()) || (right.is_null() && as_f64(left).is_some()) {
        return Ok(Value::Null);
    }
    match promote(left, right) {
        Some(Pair::Int(left, right)) => int_arithmetic(op, left, right).map(Value::Int),
        Some(Pair::Long(left, right)) => long_arithmetic(op, left, right).map(Value::Long),
        Some(Pair::Double(left, right)) => match op {
            Op::Add => Ok(Value::Double(left + right)),
            Op::Subtract => Ok(Value::Double(left - right)),
            Op::Multiply => Ok(Value::Double(left * right)),
            Op::Divide => Ok(Value::Double(left / right)),
            Op::Remainder => Ok(Value::Double(left % right)),
            _ => Err(not_applicable(op.text(), &Value::Double(left), &Value::Double(right))),
        },
        None => Err(not_applicable(op.text(), left, right)),
    }
}

/// Declares the arithmetic of one integer type. C# wraps around where the operands are not constants (unchecked is
/// the default).
macro_rules! integer_arithmetic {
    ($name:ident, $integer:ty) => {
        fn $name(op: BinaryOp, left: $integer, right: $integer) -> Result<$integer, Exception> {
            Ok(match op {
                BinaryOp::Add => left.wrapping_add(right),
                BinaryOp::Subtract => left.wrapping_sub(right),
                BinaryOp::Multiply => left.wrapping_mul(right),
                BinaryOp::Divide => left.checked_div(right).ok_or_else(|| bad_division(right == 0))?,
                BinaryOp::Remainder => left.checked_rem(right).ok_or_else(|| bad_division(right == 0))?,
                BinaryOp::BitAnd => left & right,
                BinaryOp::BitOr => left | right,
                _ => left ^ right,
            })
        }
    };
}

integer_arithmetic!(int_arithmetic, i32);
integer_arithmetic!(long_arithmetic, i64);

fn bad_division(by_zero: bool) -> Exception {
    if by_zero {
        Exception::new("DivideByZeroException", "Attempted to divide by zero.")
    } else {
        Exception::new("OverflowException", "Arithmetic operation resulted in an overflow.")
    }
}

fn shift(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, Exception> {
    let Value::Int(by) = right else { return Err(not_applicable(op.text(), left, right)) };
    let by = by.cast_unsigned();
    match (left, op) {
        (Value::Int(value), BinaryOp::ShiftLeft) => Ok(Value::Int(value.wrapping_shl(by))),
        (Value::Int(value), _) => Ok(Value::Int(value.wrapping_shr(by))),
        (Value::Long(value), BinaryOp::ShiftLeft) => Ok(Value::Long(value.wrapping_shl(by))),
        (Value::Long(value), _) => Ok(Value::Long(value.wrapping_shr(by))),
        _ => Err(not_applicable(op.text(), left, right)),
    }
}

fn concat(left: &Value, right: &Value) -> Result<Value, Exception> {
    let (left, right) = (left.display(), right.display());
    limits::check_single(left.len() + right.len())?;
    Ok((left + &right).into())
}

fn time_arithmetic(op: BinaryOp, left: &Value, right: &Value) -> Option<Result<Value, Exception>> {
    let sign = match op {
        BinaryOp::Add => 1,
        BinaryOp::Subtract => -1,
        _ => return None,
    };
    let span = right.downcast::<TimeSpan>();
    if let (Some(date), Some(span)) = (left.downcast::<DateTime>(), span) {
        return Some(date.plus(span.0.saturating_mul(sign)).map(Value::object));
    }
    if let (Some(date), Some(span)) = (left.downcast::<DateTimeOffset>(), span) {
        return Some(date.plus(span.0.saturating_mul(sign)).map(Value::object));
    }
    if let (Some(left), Some(right)) = (left.downcast::<TimeSpan>(), span) {
        return Some(left.plus(sign, *right).map(Value::object));
    }
    if let (Some(left), Some(right), -1) = (left.downcast::<DateTime>(), right.downcast::<DateTime>(), sign) {
        return Some(Ok(Value::object(TimeSpan(left.ticks - right.ticks))));
    }
    if let (Some(left), Some(right), -1) =
        (left.downcast::<DateTimeOffset>(), right.downcast::<DateTimeOffset>(), sign)
    {
        return Some(Ok(Value::object(TimeSpan(left.utc_ticks() - right.utc_ticks()))));
    }
    None
}

fn relational(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, Exception> {
    // A nullable without a value compares false.
    if left.is_null() || right.is_null() {
        return Ok(Value::Bool(false));
    }
    let order = compare(left, right).ok_or_else(|| not_applicable(op.text(), left, right))?;
    Ok(Value::Bool(match (op, order) {
        (_, None) => false,
        (BinaryOp::Less, Some(order)) => order.is_lt(),
        (BinaryOp::LessEqual, Some(order)) => order.is_le(),
        (BinaryOp::Greater, Some(order)) => order.is_gt(),
        (_, Some(order)) => order.is_ge(),
    }))
}

/// The order of two values; None where they have none, Some(None) where one is NaN.
fn compare(left: &Value, right: &Value) -> Option<Option<std::cmp::Ordering>> {
    if let (Value::Object(first), Value::Object(second)) = (left, right) {
        if first.type_name() == second.type_name() {
            return Some(Some(first.ordinal()?.cmp(&second.ordinal()?)));
        }
        return None;
    }
    match promote(left, right)? {
        Pair::Int(left, right) => Some(Some(left.cmp(&right))),
        Pair::Long(left, right) => Some(Some(left.cmp(&right))),
        Pair::Double(left, right) => Some(left.partial_cmp(&right)),
    }
}

/// The order that sorting and `Max` use: null first, strings by code point (the invariant culture orders letters
/// differently; policies sort numbers and names of one case).
pub(super) fn sort_order(left: &Value, right: &Value) -> Result<std::cmp::Ordering, Exception> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Ok(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Ok(left.cmp(right)),
        _ if left.is_null() || right.is_null() => Ok(right.is_null().cmp(&left.is_null())),
        _ => match (left.downcast::<JToken>(), right.downcast::<JToken>()) {
            (Some(left), Some(right)) => match (left.as_scalar(), right.as_scalar()) {
                (Some(left), Some(right)) => sort_order(&left, &right),
                _ => Err(incomparable()),
            },
            _ => compare(left, right)
                .map(|order| order.unwrap_or(std::cmp::Ordering::Equal))
                .ok_or_else(incomparable),
        },
    }
}

fn incomparable() -> Exception {
    Exception::invalid_operation("Failed to compare two elements in the array.")
}

/// `==`: by value for numbers, strings and structs, by reference for classes. A `JToken` equals no string.
fn operator_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::String(left), Value::String(right)) => left == right,
        (Value::Object(first), Value::Object(second)) => {
            if std::sync::Arc::ptr_eq(first, second) {
                return true;
            }
            if first.type_name() != second.type_name() {
                return false;
            }
            match (first.ordinal(), second.ordinal()) {
                (Some(first), Some(second)) => first == second,
                _ => is_enum(left) && first.display() == second.display(),
            }
        }
        _ => match promote(left, right) {
            Some(Pair::Int(left, right)) => left == right,
            Some(Pair::Long(left, right)) => left == right,
            Some(Pair::Double(left, right)) => left == right,
            None => false,
        },
    }
}

fn is_enum(value: &Value) -> bool {
    value.downcast::<super::objects::EnumValue>().is_some()
}

/// `Equals`, which collections use: as `==`, and by value for JSON scalars.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    let scalar = |value: &Value| value.downcast::<JToken>().and_then(JToken::as_scalar);
    match (scalar(left), scalar(right)) {
        (Some(left), Some(right)) => operator_equal(&left, &right),
        _ => operator_equal(left, right),
    }
}

pub(super) fn unary(op: UnaryOp, value: &Value) -> Result<Value, Exception> {
    match (op, value) {
        (UnaryOp::Not, Value::Bool(value)) => Ok(Value::Bool(!value)),
        (UnaryOp::Minus, Value::Int(value)) => Ok(Value::Int(value.wrapping_neg())),
        (UnaryOp::Minus, Value::Long(value)) => Ok(Value::Long(value.wrapping_neg())),
        (UnaryOp::Minus, Value::Double(value)) => Ok(Value::Double(-value)),
        (UnaryOp::Plus, Value::Int(_) | Value::Long(_) | Value::Double(_)) => Ok(value.clone()),
        (UnaryOp::Complement, Value::Int(value)) => Ok(Value::Int(!value)),
        (UnaryOp::Complement, Value::Long(value)) => Ok(Value::Long(!value)),
        (_, Value::Null) => Err(Exception::null_reference()),
        _ => {
            let text = match op {
                UnaryOp::Not => "!",
                UnaryOp::Minus => "-",
                UnaryOp::Plus => "+",
                UnaryOp::Complement => "~",
            };
            Err(Exception::new(
                "InvalidOperationException",
                format!("Operator '{text}' cannot be applied to operand of type '{}'.", value.type_name()),
            ))
        }
    }
}

/// The service would not have compiled this.
fn not_applicable(op: &str, left: &Value, right: &Value) -> Exception {
    Exception::invalid_operation(format!(
        "Operator '{op}' cannot be applied to operands of type '{}' and '{}'.",
        left.type_name(),
        right.type_name()
    ))
}
