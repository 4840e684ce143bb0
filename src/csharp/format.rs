//! Numbers as text and composite formats, in the invariant culture: the gateway has no other.

use super::exception::Exception;
use super::limits;
use super::number;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use super::value::Value;

/// More digits than this in a format such as `D1000000` are refused.
const MAX_PRECISION: usize = 512;

/// `double.ToString()`: the shortest text that reads back as the same number, scientific outside 1E-05 to 1E+15
/// (.NET Core 3.0 and later).
pub(super) fn double(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 {
        return if value.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..15).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}E{sign}{:02}", exponent.abs())
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

/// `value.ToString(format)`.
pub(super) fn value(value: &Value, format: &str) -> Result<String, Exception> {
    if format.is_empty() {
        return Ok(value.display());
    }
    match value {
        Value::Int(number) => number_format(Number::Whole((*number).into(), 32), format),
        Value::Long(number) => number_format(Number::Whole((*number).into(), 64), format),
        Value::Double(number) => number_format(Number::Real(*number), format),
        Value::Number(number) => number_format(Number::of(*number), format),
        Value::Object(object) => object.format(format),
        _ => Ok(value.display()),
    }
}

#[derive(Clone, Copy)]
enum Number {
    /// With its width in bits.
    Whole(i128, u32),
    Real(f64),
    Exact(Decimal),
}

impl Number {
    fn of(number: number::Number) -> Self {
        use number::Number as Of;
        let bits = match number {
            Of::Byte(_) | Of::SByte(_) => 8,
            Of::Short(_) | Of::UShort(_) => 16,
            Of::UInt(_) => 32,
            _ => 64,
        };
        match (number, number.whole()) {
            (_, Some(whole)) => Self::Whole(whole, bits),
            (Of::Decimal(value), _) => Self::Exact(value),
            // By its shortest digits: 0.1f is 0.1, not 0.100000001490116.
            (number, _) => Self::Real(number.display().parse().unwrap_or_else(|_| number.real())),
        }
    }

    fn real(self) -> f64 {
        match self {
            Self::Whole(value, _) => value as f64,
            Self::Real(value) => value,
            Self::Exact(value) => value.to_f64().unwrap_or(f64::NAN),
        }
    }

    /// A hundred times as much.
    fn percent(self) -> Self {
        match self {
            Self::Exact(value) => value.checked_mul(Decimal::ONE_HUNDRED).map_or(self, Self::Exact),
            number => Self::Real(number.real() * 100.0),
        }
    }

    fn display(self) -> String {
        match self {
            Self::Whole(value, _) => value.to_string(),
            Self::Real(value) => double(value),
            Self::Exact(value) => value.to_string(),
        }
    }

    /// With `places` decimals, halves away from zero as .NET rounds when formatting.
    fn fixed(self, places: usize) -> String {
        match self {
            Self::Whole(value, _) if places == 0 => value.to_string(),
            Self::Whole(value, _) => format!("{value}.{}", "0".repeat(places)),
            Self::Exact(value) => {
                let shown = u32::try_from(places).unwrap_or(28).min(28);
                let rounded = value.round_dp_with_strategy(shown, RoundingStrategy::MidpointAwayFromZero);
                format!("{rounded:.places$}")
            }
            Self::Real(value) if places > 15 => format!("{value:.places$}"),
            Self::Real(value) => round_half_away(value, places),
        }
    }
}

/// Rounds the shortest decimal text of `value`, so that 0.125 and 2.5 round as a reader expects.
fn round_half_away(value: f64, places: usize) -> String {
    let text = format!("{value}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if fraction.len() <= places {
        let padding = "0".repeat(places - fraction.len());
        return if places == 0 { whole.to_owned() } else { format!("{whole}.{fraction}{padding}") };
    }
    let negative = whole.starts_with('-');
    let mut digits: Vec<u8> =
        whole.trim_start_matches('-').bytes().chain(fraction[..places].bytes()).collect();
    if fraction.as_bytes()[places] >= b'5' {
        let mut carry = true;
        for digit in digits.iter_mut().rev() {
            if *digit == b'9' {
                *digit = b'0';
            } else {
                *digit += 1;
                carry = false;
                break;
            }
        }
        if carry {
            digits.insert(0, b'1');
        }
    }
    let digits: String = digits.into_iter().map(char::from).collect();
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let sign = if negative { "-" } else { "" };
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn number_format(number: Number, format: &str) -> Result<String, Exception> {
    let mut chars = format.chars();
    let letter = chars.next().unwrap_or('G');
    let rest = chars.as_str();
    if !letter.is_ascii_alphabetic() || !rest.chars().all(|c| c.is_ascii_digit()) {
        return custom_number(number, format);
    }
    let precision: Option<usize> = if rest.is_empty() { None } else { rest.parse().ok() };
    if precision.is_some_and(|precision| precision > MAX_PRECISION) || rest.len() > 4 {
        return Err(bad_format(format));
    }
    match (letter.to_ascii_uppercase(), number) {
        ('D', Number::Whole(value, _)) => {
            let sign = if value < 0 { "-" } else { "" };
            Ok(format!("{sign}{:0>width$}", value.unsigned_abs().to_string(), width = precision.unwrap_or(1)))
        }
        ('X', Number::Whole(value, bits)) => {
            let bits = (value as u64) & (u64::MAX >> (64 - bits));
            let digits = if letter == 'X' { format!("{bits:X}") } else { format!("{bits:x}") };
            Ok(format!("{digits:0>width$}", width = precision.unwrap_or(1)))
        }
        ('F', _) => Ok(number.fixed(precision.unwrap_or(2))),
        ('N', _) => Ok(grouped(&number.fixed(precision.unwrap_or(2)))),
        ('P', _) => {
            Ok(format!("{} %", grouped(&number.percent().fixed(precision.unwrap_or(2)))))
        }
        ('G', _) if precision.is_none_or(|precision| precision == 0) => Ok(number.display()),
        ('R', Number::Real(value)) => Ok(double(value)),
        _ => Err(bad_format(format)),
    }
}

fn grouped(fixed: &str) -> String {
    let (sign, digits) = fixed.strip_prefix('-').map_or(("", fixed), |digits| ("-", digits));
    let (whole, fraction) = digits.find('.').map_or((digits, ""), |at| digits.split_at(at));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}{fraction}")
}

/// `0.00`, `#,##0.#`, with literal text around the digits; nothing else of the custom formats.
fn custom_number(number: Number, format: &str) -> Result<String, Exception> {
    let is_placeholder = |c: char| matches!(c, '0' | '#' | '.' | ',');
    let start = format.find(is_placeholder).ok_or_else(|| bad_format(format))?;
    let end = format.rfind(is_placeholder).unwrap_or(start) + 1;
    let (prefix, pattern, suffix) = (&format[..start], &format[start..end], &format[end..]);
    let plain = |text: &str| !text.contains(['%', ';', '\\', '\'', '"', '‰']) && !text.contains('E');
    if !pattern.chars().all(is_placeholder) || !plain(prefix) || !plain(suffix) {
        return Err(bad_format(format));
    }
    let (whole, fraction) = pattern.split_once('.').unwrap_or((pattern, ""));
    let places = fraction.len();
    let least_places = fraction.rfind('0').map_or(0, |at| at + 1);
    let least_whole = whole.chars().filter(|c| *c == '0').count();
    let fixed = number.fixed(places);
    let (digits, mut decimals) = fixed.split_once('.').unwrap_or((&fixed, ""));
    while decimals.len() > least_places && decimals.ends_with('0') {
        decimals = &decimals[..decimals.len() - 1];
    }
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let digits = format!("{:0>least_whole$}", digits.trim_start_matches('0'));
    let digits = if whole.contains(',') { grouped(&digits) } else { digits };
    let point = if decimals.is_empty() { "" } else { "." };
    Ok(format!("{sign}{prefix}{digits}{point}{decimals}{suffix}"))
}

fn bad_format(format: &str) -> Exception {
    Exception::format(format!("The format '{format}' is invalid or not evaluated."))
}

/// Pads to `width` on the left, or on the right where it is negative, as `{x,width}` does.
pub(super) fn align(text: String, width: i32) -> String {
    let missing = (width.unsigned_abs() as usize).saturating_sub(text.encode_utf16().count());
    let padding = " ".repeat(missing);
    if width < 0 { text + &padding } else { padding + &text }
}

/// `string.Format(format, args)`.
pub(super) fn composite(format: &str, args: &[Value]) -> Result<String, Exception> {
    let wrong = || Exception::format("Input string was not in a correct format.");
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
            continue;
        }
        let end = rest.find('}').filter(|_| brace == "{").ok_or_else(wrong)?;
        let (item, spec) = rest[..end].split_once(':').unwrap_or((&rest[..end], ""));
        let (index, width) = item.split_once(',').unwrap_or((item, "0"));
        let index: usize = index.trim().parse().map_err(|_| wrong())?;
        let width: i32 = width.trim().parse().map_err(|_| wrong())?;
        limits::check_single(width.unsigned_abs() as usize)?;
        let argument = args.get(index).ok_or_else(|| {
            Exception::format(
                "Index (zero based) must be greater than or equal to zero and less than the size of the argument list.",
            )
        })?;
        out.push_str(&align(value(argument, spec)?, width));
        limits::check_single(out.len())?;
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_as_dotnet_prints_them() {
        for (number, expected) in [
            (1.0, "1"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (1e15, "1E+15"),
            (123_456_789_012_345.0, "123456789012345"),
            (0.0001, "0.0001"),
            (0.00001, "1E-05"),
            (0.000_012_5, "1.25E-05"),
            (f64::NAN, "NaN"),
            (1.0 / 3.0, "0.3333333333333333"),
        ] {
            assert_eq!(double(number), expected);
        }
    }

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
