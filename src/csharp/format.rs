//! Values as text: formats of `ToString` and composite formats. How .NET writes numbers and times is in `dotnet`.

use super::exception::Exception;
use super::limits;
use super::number;
use super::value::Value;
use crate::dotnet::{self, BadFormat, Number, Piece};

pub(super) use crate::dotnet::{align, double};

/// `value.ToString(format)`.
pub(super) fn value(value: &Value, format: &str) -> Result<String, Exception> {
    if format.is_empty() {
        return Ok(value.display());
    }
    match value {
        Value::Int(number) => written(Number::Whole((*number).into(), 32), format),
        Value::Long(number) => written(Number::Whole((*number).into(), 64), format),
        Value::Double(number) => written(Number::Real(*number), format),
        Value::Number(number) => written(as_written(*number), format),
        Value::Object(object) => object.format(format),
        _ => Ok(value.display()),
    }
}

/// `float.ToString()`, as [`double`] with the digits that a `float` needs.
pub(super) fn float(value: f32) -> String {
    if !value.is_finite() || value == 0.0 {
        return double(value.into());
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..7).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}E{sign}{:02}", exponent.abs())
}

/// A number of one of the less usual types as formats take it.
fn as_written(number: number::Number) -> Number {
    use number::Number as Of;
    let bits = match number {
        Of::Byte(_) | Of::SByte(_) => 8,
        Of::Short(_) | Of::UShort(_) => 16,
        Of::UInt(_) => 32,
        _ => 64,
    };
    match (number, number.whole()) {
        (_, Some(whole)) => Number::Whole(whole, bits),
        (Of::Decimal(value), _) => Number::Exact(value),
        // By its shortest digits: 0.1f is 0.1, not 0.100000001490116.
        (number, _) => Number::Real(number.display().parse().unwrap_or_else(|_| number.real())),
    }
}

fn written(value: Number, format: &str) -> Result<String, Exception> {
    dotnet::number(value, format).map_err(|_| bad_format(format))
}

fn bad_format(format: &str) -> Exception {
    Exception::format(format!("The format '{format}' is invalid or not evaluated."))
}

/// `string.Format(format, args)`.
pub(super) fn composite(format: &str, args: &[Value]) -> Result<String, Exception> {
    let wrong = |_: BadFormat| Exception::format("Input string was not in a correct format.");
    let mut out = String::new();
    for piece in dotnet::pieces(format).map_err(wrong)? {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Item { index, width, style } => {
                limits::check_single(width.unsigned_abs() as usize)?;
                let argument = args.get(index).ok_or_else(|| {
                    Exception::format(
                        "Index (zero based) must be greater than or equal to zero and less than the size of the argument list.",
                    )
                })?;
                out.push_str(&align(value(argument, style)?, width));
            }
        }
        limits::check_single(out.len())?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_formats_follow_the_invariant_culture() {
        for (number, format, expected) in [
            (Value::Int(7), "D3", "007"),
            (Value::Int(-7), "D3", "-007"),
            (Value::Int(255), "x4", "00ff"),
            (Value::Int(-1), "X", "FFFFFFFF"),
            (Value::Int(1_234_567), "N0", "1,234,567"),
            (Value::Double(2.345), "F2", "2.35"),
            (Value::Double(9.999), "0.00", "10.00"),
            (Value::Double(2.5), "F0", "3"),
            (Value::Double(1234.5), "#,##0.##", "1,234.5"),
            (Value::Double(0.5), "P1", "50.0 %"),
            (Value::Int(5), "00", "05"),
        ] {
            assert_eq!(value(&number, format).as_deref(), Ok(expected), "{number:?} {format}");
        }
        assert_eq!(value(&Value::Int(1), "Q").unwrap_err().kind, "FormatException");
    }
}
