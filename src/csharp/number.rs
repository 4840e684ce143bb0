//! The number types besides `int`, `long` and `double`, and what C# does with two numbers: it promotes both to one type
//! and computes in that (C# specification, 12.4.7 "Numeric promotions"; learn.microsoft.com/dotnet/csharp, 2025-10).

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive as _, ToPrimitive as _};

use super::ast::BinaryOp;
use super::exception::Exception;
use super::format;
use super::value::Value;

/// A number of one of the less usual types.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    SByte(i8),
    Byte(u8),
    Short(i16),
    UShort(u16),
    UInt(u32),
    ULong(u64),
    Float(f32),
    /// 96 bits and a scale, as in .NET.
    Decimal(Decimal),
}

impl Number {
    /// The C# keyword of its type.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::SByte(_) => "sbyte",
            Self::Byte(_) => "byte",
            Self::Short(_) => "short",
            Self::UShort(_) => "ushort",
            Self::UInt(_) => "uint",
            Self::ULong(_) => "ulong",
            Self::Float(_) => "float",
            Self::Decimal(_) => "decimal",
        }
    }

    /// The .NET name of its type.
    pub fn type_name(self) -> &'static str {
        runtime_name(self.keyword())
    }

    /// `ToString()`
    pub fn display(self) -> String {
        match self {
            Self::Float(value) => format::float(value),
            Self::Decimal(value) => value.to_string(),
            _ => self.whole().unwrap_or_default().to_string(),
        }
    }

    /// The value, where the type holds whole numbers only.
    pub(super) fn whole(self) -> Option<i128> {
        Some(match self {
            Self::SByte(value) => value.into(),
            Self::Byte(value) => value.into(),
            Self::Short(value) => value.into(),
            Self::UShort(value) => value.into(),
            Self::UInt(value) => value.into(),
            Self::ULong(value) => value.into(),
            Self::Float(_) | Self::Decimal(_) => return None,
        })
    }

    pub(super) fn real(self) -> f64 {
        match self {
            Self::Float(value) => value.into(),
            Self::Decimal(value) => value.to_f64().unwrap_or(f64::NAN),
            _ => self.whole().unwrap_or_default() as f64,
        }
    }
}

/// `Int32` for `int`.
pub(super) fn runtime_name(keyword: &str) -> &'static str {
    match keyword {
        "sbyte" => "SByte",
        "byte" => "Byte",
        "short" => "Int16",
        "ushort" => "UInt16",
        "int" => "Int32",
        "uint" => "UInt32",
        "long" => "Int64",
        "ulong" => "UInt64",
        "float" => "Single",
        "double" => "Double",
        _ => "Decimal",
    }
}

/// The keyword of a number type, `char` excepted.
pub(super) fn keyword(name: &str) -> Option<&'static str> {
    const KEYWORDS: [&str; 11] =
        ["sbyte", "byte", "short", "ushort", "int", "uint", "long", "ulong", "float", "double", "decimal"];
    KEYWORDS.into_iter().find(|known| *known == name)
}

/// The keyword of the number type of a value; None for what is no number.
pub(super) fn keyword_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::Int(_) => Some("int"),
        Value::Long(_) => Some("long"),
        Value::Double(_) => Some("double"),
        Value::Number(number) => Some(number.keyword()),
        _ => None,
    }
}

/// A value as a whole number, where its type holds nothing else; a `char` is one.
pub(super) fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Int(number) => Some((*number).into()),
        Value::Long(number) => Some((*number).into()),
        Value::Char(c) => Some(u32::from(*c).into()),
        Value::Number(number) => number.whole(),
        _ => None,
    }
}

/// A number as `double`, where `value` is a number or a `char`.
pub(super) fn real(value: &Value) -> Option<f64> {
    match value {
        Value::Double(number) => Some(*number),
        Value::Number(number) => Some(number.real()),
        _ => whole(value).map(|number| number as f64),
    }
}

/// A number as `decimal`; None where `value` is no number, an error where it does not fit.
pub(super) fn decimal(value: &Value) -> Option<Result<Decimal, Exception>> {
    let from_real = |number: f64, significant: usize| {
        // .NET keeps 15 digits of a double and 7 of a float (Decimal constructors, learn.microsoft.com/dotnet/api).
        let rounded = format!("{number:.*e}", significant - 1);
        let exact = Decimal::from_scientific(&rounded).ok().filter(|_| number.is_finite());
        exact.map(|number| number.normalize()).ok_or_else(|| Exception::overflow("Decimal"))
    };
    Some(match value {
        Value::Number(Number::Decimal(number)) => Ok(*number),
        Value::Number(Number::Float(number)) => from_real(f64::from(*number), 7),
        Value::Double(number) => from_real(*number, 15),
        _ => Decimal::from_i128(whole(value)?).ok_or_else(|| Exception::overflow("Decimal")),
    })
}

/// Reads the digits of a literal or a text as a number of the type; None where they are none or do not fit.
pub(super) fn parse_decimal(digits: &str) -> Option<Decimal> {
    match digits.contains(['e', 'E']) {
        true => Decimal::from_scientific(digits).ok(),
        false => Decimal::from_str_exact(digits).or_else(|_| digits.parse()).ok(),
    }
}

/// The whole number as a value of a type, without what does not fit: what an unchecked cast gives.
pub(super) fn wrapped(number: i128, keyword: &str) -> Value {
    match keyword {
        "sbyte" => Value::Number(Number::SByte(number as i8)),
        "byte" => Value::Number(Number::Byte(number as u8)),
        "short" => Value::Number(Number::Short(number as i16)),
        "ushort" => Value::Number(Number::UShort(number as u16)),
        "uint" => Value::Number(Number::UInt(number as u32)),
        "long" => Value::Long(number as i64),
        "ulong" => Value::Number(Number::ULong(number as u64)),
        "float" => Value::Number(Number::Float(number as f32)),
        "double" => Value::Double(number as f64),
        _ => Value::Int(number as i32),
    }
}

/// The whole number as a value of a type that holds whole numbers; None where it does not fit.
pub(super) fn fitting(number: i128, keyword: &str) -> Option<Value> {
    let value = wrapped(number, keyword);
    (whole(&value) == Some(number)).then_some(value)
}

/// Converts a number to a number type as a cast does: towards zero, and around the end where it is not `checked`.
pub(super) fn cast(value: &Value, keyword: &str, checked: bool) -> Option<Result<Value, Exception>> {
    let does_not_fit =
        || Exception::new("OverflowException", "Arithmetic operation resulted in an overflow.");
    match keyword {
        "double" => return real(value).map(|number| Ok(Value::Double(number))),
        "float" => return real(value).map(|number| Ok(Value::Number(Number::Float(number as f32)))),
        "decimal" => return Some(decimal(value)?.map(|number| Value::Number(Number::Decimal(number)))),
        _ => {}
    }
    let number = match (whole(value), value) {
        (Some(number), _) => number,
        (None, Value::Number(Number::Decimal(number))) => {
            // A decimal never wraps around (C# specification, 10.3.2).
            let whole = number.trunc().to_i128().unwrap_or_default();
            let message = format!("Value was either too large or too small for {}.", article(keyword));
            return Some(fitting(whole, keyword).ok_or_else(|| Exception::new("OverflowException", message)));
        }
        (None, _) => {
            let number = real(value)?.trunc();
            // What does not fit is unspecified in C#; .NET on x64 gives the smallest number of the type.
            let fits = number.is_finite() && fitting(number as i128, keyword).is_some();
            match (fits, checked) {
                (true, _) => number as i128,
                (false, true) => return Some(Err(does_not_fit())),
                (false, false) => match keyword {
                    "long" | "ulong" => i128::from(i64::MIN),
                    "int" => i128::from(i32::MIN),
                    _ => number as i64 as i128,
                },
            }
        }
    };
    Some(match (fitting(number, keyword), checked) {
        (Some(value), _) => Ok(value),
        (None, true) => Err(does_not_fit()),
        (None, false) => Ok(wrapped(number, keyword)),
    })
}

/// "an Int32", "a Byte": as .NET says it.
fn article(keyword: &str) -> String {
    let name = runtime_name(keyword);
    match name {
        "Byte" => "an unsigned byte".to_owned(),
        "SByte" => "a signed byte".to_owned(),
        _ if name.starts_with(['I', 'U']) => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

/// `Value was either too large or too small for an Int32.`
pub(super) fn out_of_type(keyword: &str) -> Exception {
    let message = format!("Value was either too large or too small for {}.", article(keyword));
    Exception::new("OverflowException", message)
}

/// `T.MaxValue` and its like.
pub(super) fn constant(keyword: &str, name: &str) -> Option<Value> {
    let float = |double: f64, float: f32| match keyword {
        "double" => Some(Value::Double(double)),
        "float" => Some(Value::Number(Number::Float(float))),
        _ => None,
    };
    let decimal = |number: Decimal| (keyword == "decimal").then_some(Value::Number(Number::Decimal(number)));
    match (name, keyword) {
        ("MaxValue", "double" | "float") => float(f64::MAX, f32::MAX),
        ("MinValue", "double" | "float") => float(f64::MIN, f32::MIN),
        // The smallest number above zero, not what Rust calls so.
        ("Epsilon", _) => float(f64::from_bits(1), f32::from_bits(1)),
        ("NaN", _) => float(f64::NAN, f32::NAN),
        ("PositiveInfinity", _) => float(f64::INFINITY, f32::INFINITY),
        ("NegativeInfinity", _) => float(f64::NEG_INFINITY, f32::NEG_INFINITY),
        ("MaxValue", "decimal") => decimal(Decimal::MAX),
        ("MinValue", "decimal") => decimal(Decimal::MIN),
        ("Zero", _) => decimal(Decimal::ZERO),
        ("One", _) => decimal(Decimal::ONE),
        ("MinusOne", _) => decimal(Decimal::NEGATIVE_ONE),
        ("MaxValue" | "MinValue", _) => {
            let (bits, signed) = match keyword {
                "sbyte" => (8, true),
                "byte" => (8, false),
                "short" => (16, true),
                "ushort" => (16, false),
                "int" => (32, true),
                "uint" => (32, false),
                "long" => (64, true),
                _ => (64, false),
            };
            let above = if signed { 1_i128 << (bits - 1) } else { 1_i128 << bits };
            let least = if signed { -above } else { 0 };
            fitting(if name == "MaxValue" { above - 1 } else { least }, keyword)
        }
        _ => None,
    }
}

/// The type in which C# computes with two numbers; None where one is no number.
fn promoted(left: &Value, right: &Value) -> Option<&'static str> {
    let keyword = |value: &Value| match value {
        Value::Char(_) => Some("char"),
        value => keyword_of(value),
    };
    let (left, right) = (keyword(left)?, keyword(right)?);
    let either = |name: &str| left == name || right == name;
    Some(match () {
        () if either("decimal") => "decimal",
        () if either("double") => "double",
        () if either("float") => "float",
        () if either("ulong") => "ulong",
        () if either("long") => "long",
        () if either("uint") => {
            let signed = |name: &str| matches!(name, "sbyte" | "short" | "int");
            if signed(left) || signed(right) { "long" } else { "uint" }
        }
        () => "int",
    })
}

/// `left op right` for two numbers; None where one is no number.
pub(super) fn arithmetic(
    op: BinaryOp,
    left: &Value,
    right: &Value,
    checked: bool,
) -> Option<Result<Value, Exception>> {
    let keyword = promoted(left, right)?;
    Some(match keyword {
        "decimal" => match (decimal(left)?, decimal(right)?) {
            (Ok(left), Ok(right)) => decimal_arithmetic(op, left, right),
            (Err(error), _) | (_, Err(error)) => Err(error),
        },
        "double" => real_arithmetic(op, real(left)?, real(right)?).map(Value::Double),
        "float" => {
            let (left, right) = (real(left)? as f32, real(right)? as f32);
            let computed = real_arithmetic(op, f64::from(left), f64::from(right));
            computed.map(|number| Value::Number(Number::Float(number as f32)))
        }
        _ => whole_arithmetic(op, whole(left)?, whole(right)?, keyword, checked),
    })
}

fn real_arithmetic(op: BinaryOp, left: f64, right: f64) -> Result<f64, Exception> {
    Ok(match op {
        BinaryOp::Add => left + right,
        BinaryOp::Subtract => left - right,
        BinaryOp::Multiply => left * right,
        BinaryOp::Divide => left / right,
        BinaryOp::Remainder => left % right,
        _ => {
            return Err(Exception::invalid_operation(format!(
                "Operator '{}' needs whole numbers.",
                op.text()
            )));
        }
    })
}

fn decimal_arithmetic(op: BinaryOp, left: Decimal, right: Decimal) -> Result<Value, Exception> {
    let by_zero = matches!(op, BinaryOp::Divide | BinaryOp::Remainder) && right.is_zero();
    if by_zero {
        return Err(Exception::new("DivideByZeroException", "Attempted to divide by zero."));
    }
    let result = match op {
        BinaryOp::Add => left.checked_add(right),
        BinaryOp::Subtract => left.checked_sub(right),
        BinaryOp::Multiply => left.checked_mul(right),
        // A quotient has no more zeros at its end than the scales of the two ask for.
        BinaryOp::Divide => left.checked_div(right).map(|quotient| {
            let mut quotient = quotient.normalize();
            let least = left.scale().saturating_sub(right.scale());
            if quotient.scale() < least {
                quotient.rescale(least);
            }
            quotient
        }),
        BinaryOp::Remainder => left.checked_rem(right),
        _ => {
            return Err(Exception::invalid_operation(format!(
                "Operator '{}' needs whole numbers.",
                op.text()
            )));
        }
    };
    result.map(|number| Value::Number(Number::Decimal(number))).ok_or_else(|| out_of_type("decimal"))
}

/// C# wraps around where the operands are not constants, unless it is told to check.
fn whole_arithmetic(
    op: BinaryOp,
    left: i128,
    right: i128,
    keyword: &str,
    checked: bool,
) -> Result<Value, Exception> {
    let overflow = || Exception::new("OverflowException", "Arithmetic operation resulted in an overflow.");
    let divides = matches!(op, BinaryOp::Divide | BinaryOp::Remainder);
    if divides && right == 0 {
        return Err(Exception::new("DivideByZeroException", "Attempted to divide by zero."));
    }
    let exact = match op {
        BinaryOp::Add => left + right,
        BinaryOp::Subtract => left - right,
        // Two numbers of 64 bits without a sign need 128.
        BinaryOp::Multiply => match left.checked_mul(right) {
            Some(product) => product,
            None if checked => return Err(overflow()),
            None => left.wrapping_mul(right),
        },
        BinaryOp::Divide => left / right,
        // The quotient decides: int.MinValue % -1 throws, as the division does.
        BinaryOp::Remainder if fitting(left / right, keyword).is_none() => return Err(overflow()),
        BinaryOp::Remainder => left % right,
        BinaryOp::BitAnd => left & right,
        BinaryOp::BitOr => left | right,
        _ => left ^ right,
    };
    match fitting(exact, keyword) {
        Some(value) => Ok(value),
        None if checked || divides => Err(overflow()),
        None => Ok(wrapped(exact, keyword)),
    }
}

/// The order of two numbers; None where one is no number, Some(None) where one is NaN.
pub(super) fn order(left: &Value, right: &Value) -> Option<Option<std::cmp::Ordering>> {
    Some(match promoted(left, right)? {
        "double" | "float" => real(left)?.partial_cmp(&real(right)?),
        "decimal" => match (decimal(left)?, decimal(right)?) {
            (Ok(left), Ok(right)) => Some(left.cmp(&right)),
            _ => real(left)?.partial_cmp(&real(right)?),
        },
        _ => Some(whole(left)?.cmp(&whole(right)?)),
    })
}

/// `<<` and `>>`: the type of the left side decides how far.
pub(super) fn shift(op: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    let by = whole(right).filter(|_| !matches!(right, Value::Long(_)))? as u32;
    let number = whole(left)?;
    let keyword = match keyword_of(left).unwrap_or("int") {
        wide @ ("long" | "ulong" | "uint") => wide,
        _ => "int",
    };
    let by = by & if matches!(keyword, "long" | "ulong") { 63 } else { 31 };
    let shifted = if op == BinaryOp::ShiftLeft { number << by } else { number >> by };
    Some(wrapped(shifted, keyword))
}

/// The type in which C# computes with two number types; both branches of `? :` have it too. None where C# has none.
pub(super) fn wider(left: &'static str, right: &'static str) -> Option<&'static str> {
    if left == right {
        return Some(left);
    }
    let zero = |keyword| if keyword == "int" { Value::Int(0) } else { widened(Value::Int(0), keyword) };
    promoted(&zero(left), &zero(right))
}

/// A number as the wider of its own type and another; what is no number stays.
pub(super) fn widest(value: Value, other: &'static str) -> Value {
    match keyword_of(&value).and_then(|own| wider(own, other)) {
        Some(keyword) => widened(value, keyword),
        None => value,
    }
}

/// A number as a value of the type; what is no number stays.
pub(super) fn widened(value: Value, keyword: &str) -> Value {
    match keyword_of(&value) {
        Some(own) if own != keyword => cast(&value, keyword, false).and_then(Result::ok).unwrap_or(value),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_are_promoted_as_c_sharp_promotes_them() {
        let byte = Value::Number(Number::Byte(200));
        let uint = Value::Number(Number::UInt(u32::MAX));
        let ulong = Value::Number(Number::ULong(u64::MAX));
        let tenth = Value::Number(Number::Decimal("0.10".parse().unwrap()));
        for (left, right, gives) in [
            (&byte, &byte, "Int32(400)"),
            (&uint, &Value::Int(1), "Int64(4294967296)"),
            (&uint, &uint, "UInt32(4294967294)"),
            (&ulong, &Value::Number(Number::ULong(1)), "UInt64(0)"),
            (&tenth, &Value::Int(1), "Decimal(1.10)"),
            (&Value::Number(Number::Float(0.1)), &Value::Int(1), "Single(1.1)"),
            (&Value::Int(i32::MAX), &Value::Int(1), "Int32(-2147483648)"),
            (&Value::Int(i32::MAX), &Value::Double(1.0), "Double(2147483648)"),
        ] {
            let sum = arithmetic(BinaryOp::Add, left, right, false).unwrap().unwrap();
            assert_eq!(format!("{sum:?}"), gives);
        }
    }
}
