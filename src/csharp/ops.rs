//! Operators on values: numeric promotion, concatenation, equality, order.

use super::ast::{BinaryOp, UnaryOp};
use super::exception::Exception;
use super::limits;
use super::number::{self, Number};
use super::objects::{
    DateTime, DateTimeOffset, EnumValue, JToken, Name, Namespace, TimeSpan, Tuple, TypeObject,
};
use super::value::Value;

/// `left op right` for every operator that evaluates both sides, where nothing asks for a check of overflow.
pub(super) fn binary(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, Exception> {
    binary_in(false, op, left, right)
}

/// `left op right`; whole numbers that do not fit throw where `checked` is in force.
pub(super) fn binary_in(
    checked: bool,
    op: BinaryOp,
    left: &Value,
    right: &Value,
) -> Result<Value, Exception> {
    use BinaryOp as Op;
    match op {
        Op::Equal => return Ok(Value::Bool(operator_equal(left, right))),
        Op::NotEqual => return Ok(Value::Bool(!operator_equal(left, right))),
        Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => return relational(op, left, right),
        Op::Add if let Some(namespace) = left.downcast::<Namespace>() => {
            return namespace.name(right).map(Value::object);
        }
        Op::Add if matches!(left, Value::String(_)) || matches!(right, Value::String(_)) => {
            return concat(left, right);
        }
        Op::BitAnd | Op::BitOr | Op::BitXor => {
            if let Some(flags) = small_flags(op, left, right) {
                return Ok(flags);
            }
            if let (Value::Bool(left), Value::Bool(right)) = (left, right) {
                return Ok(Value::Bool(match op {
                    Op::BitAnd => left & right,
                    Op::BitOr => left | right,
                    _ => left ^ right,
                }));
            }
        }
        Op::ShiftLeft | Op::ShiftRight => {
            return number::shift(op, left, right).ok_or_else(|| not_applicable(op.text(), left, right));
        }
        _ => {}
    }
    if let Some(result) = time_arithmetic(op, left, right) {
        return result;
    }
    // Arithmetic with a nullable that has no value has no value.
    if (left.is_null() && number::real(right).is_some()) || (right.is_null() && number::real(left).is_some())
    {
        return Ok(Value::Null);
    }
    number::arithmetic(op, left, right, checked)
        .unwrap_or_else(|| Err(not_applicable(op.text(), left, right)))
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
    number::order(left, right)
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
        // `element.Name == "a"`: the text becomes a name.
        (Value::Object(_), Value::String(_)) if left.downcast::<Name>().is_some() => {
            Name::of(right).is_ok_and(|right| left.downcast::<Name>() == Some(&right))
        }
        (Value::String(_), Value::Object(_)) if right.downcast::<Name>().is_some() => {
            operator_equal(right, left)
        }
        (Value::String(left), Value::String(right)) => left == right,
        (Value::Object(first), Value::Object(second)) => {
            if std::sync::Arc::ptr_eq(first, second) {
                return true;
            }
            if first.type_name() != second.type_name() {
                return false;
            }
            if let (Some(left), Some(right)) = (left.downcast::<Tuple>(), right.downcast::<Tuple>()) {
                return left.equals(right);
            }
            if let (Some(left), Some(right)) = (left.downcast::<Name>(), right.downcast::<Name>()) {
                return left == right;
            }
            match (first.ordinal(), second.ordinal()) {
                (Some(first), Some(second)) => first == second,
                _ => is_named(left) && first.display() == second.display(),
            }
        }
        _ => number::order(left, right) == Some(Some(std::cmp::Ordering::Equal)),
    }
}

/// `|` of two members of an enumeration of flags, such as `RegexOptions`.
fn small_flags(op: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    let (left, right) = (left.downcast::<EnumValue>()?, right.downcast::<EnumValue>()?);
    (op == BinaryOp::BitOr).then(|| left.or(right)).flatten().map(Value::object)
}

/// Whether it is what its name says: a member of an enumeration, a type.
fn is_named(value: &Value) -> bool {
    value.downcast::<EnumValue>().is_some() || value.downcast::<TypeObject>().is_some()
}

/// `Equals`, which collections use: as `==`, and by value for JSON scalars.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    let scalar = |value: &Value| value.downcast::<JToken>().and_then(JToken::as_scalar);
    match (scalar(left), scalar(right)) {
        (Some(left), Some(right)) => operator_equal(&left, &right),
        _ => operator_equal(left, right),
    }
}

pub(super) fn unary(op: UnaryOp, value: &Value, checked: bool) -> Result<Value, Exception> {
    let zero = Value::Int(0);
    match (op, value) {
        (UnaryOp::Minus, Value::Int(i32::MIN) | Value::Long(i64::MIN)) if checked => {
            binary_in(true, BinaryOp::Subtract, &zero, value)
        }
        (UnaryOp::Minus, Value::Number(Number::Float(value))) => Ok(Value::Number(Number::Float(-value))),
        (UnaryOp::Minus, Value::Number(Number::Decimal(value))) => Ok(Value::Number(Number::Decimal(-value))),
        // A `uint` becomes a `long`; the small types become an `int`.
        (UnaryOp::Minus, Value::Number(number)) => match number.whole() {
            Some(whole) if !matches!(number, Number::ULong(_)) => {
                Ok(number::wrapped(-whole, if matches!(number, Number::UInt(_)) { "long" } else { "int" }))
            }
            _ => Err(not_applicable("-", &zero, value)),
        },
        (UnaryOp::Plus, Value::Number(_) | Value::Char(_)) => binary(BinaryOp::Add, &zero, value),
        (UnaryOp::Complement, Value::Number(number)) => match (number, number.whole()) {
            (Number::UInt(value), _) => Ok(Value::Number(Number::UInt(!value))),
            (Number::ULong(value), _) => Ok(Value::Number(Number::ULong(!value))),
            (_, Some(whole)) => Ok(number::wrapped(!whole, "int")),
            _ => Err(not_applicable("~", &zero, value)),
        },
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
