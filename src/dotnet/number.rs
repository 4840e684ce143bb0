//! Numbers as .NET writes them in the invariant culture: standard formats (`D3`, `N0`, `P1`) and custom ones
//! (`#,##0.00;(0)`), after
//! <https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings> and
//! `custom-numeric-format-strings` (seen 2026-11-22). `digits` holds the number, `custom` the patterns.

mod custom;
mod digits;

use rust_decimal::Decimal;

use super::BadFormat;
use digits::Digits;

/// More digits than this in a format such as `D1000000` are refused.
const MAX_PRECISION: usize = 512;

/// A number to write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// With its width in bits, which hexadecimal digits show.
    Whole(i128, u32),
    Real(f64),
    Exact(Decimal),
}

impl Number {
    fn display(self) -> String {
        match self {
            Self::Whole(value, _) => value.to_string(),
            Self::Real(value) => double(value),
            Self::Exact(value) => value.to_string(),
        }
    }
}

/// `double.ToString()`: the shortest text that reads back as the same number, scientific outside 1E-05 to 1E+15
/// (.NET Core 3.0 and later).
pub fn double(value: f64) -> String {
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

/// `number.ToString(format)`. An empty format is `G`.
///
/// # Errors
/// A letter that is no format of such a number, and precisions past a bound.
pub fn number(number: Number, format: &str) -> Result<String, BadFormat> {
    if let Number::Real(value) = number
        && !value.is_finite()
    {
        return Ok(double(value));
    }
    let mut chars = format.chars();
    let letter = chars.next().unwrap_or('G');
    let rest = chars.as_str();
    if !letter.is_ascii_alphabetic() || !rest.bytes().all(|c| c.is_ascii_digit()) {
        return Ok(custom::written(Digits::of(number), format));
    }
    let bad = || BadFormat::new(format!("the number format `{format}` is not supported"));
    let precision: Option<usize> =
        if rest.is_empty() { None } else { Some(rest.parse().map_err(|_| bad())?) };
    if precision.is_some_and(|precision| precision > MAX_PRECISION) {
        return Err(bad());
    }
    standard(number, letter, precision).ok_or_else(bad)
}

/// By a standard format; None where the number has no such format.
fn standard(number: Number, letter: char, precision: Option<usize>) -> Option<String> {
    let places = precision.unwrap_or(2);
    let with_sign = |text: &str| if is_negative(number) { format!("-{text}") } else { text.to_owned() };
    Some(match (letter.to_ascii_uppercase(), number) {
        ('D', Number::Whole(value, _)) => with_sign(&format!(
            "{:0>width$}",
            value.unsigned_abs().to_string(),
            width = precision.unwrap_or(1)
        )),
        ('X', Number::Whole(value, bits)) => {
            let bits = (value as u64) & (u64::MAX >> (64 - bits.clamp(1, 64)));
            let digits = if letter == 'X' { format!("{bits:X}") } else { format!("{bits:x}") };
            format!("{digits:0>width$}", width = precision.unwrap_or(1))
        }
        ('F', _) => with_sign(&Digits::with_places(number, places).fixed(places)),
        ('N', _) => with_sign(&grouped(&Digits::with_places(number, places).fixed(places))),
        ('P', _) => {
            let mut digits = Digits::with_places(number, places + 2);
            digits.shift(2);
            with_sign(&format!("{} %", grouped(&digits.fixed(places))))
        }
        // The invariant culture's currency is `¤`, and what is below zero stands in parentheses.
        ('C', _) => {
            let amount = grouped(&Digits::with_places(number, places).fixed(places));
            if is_negative(number) { format!("(¤{amount})") } else { format!("¤{amount}") }
        }
        ('E', _) => with_sign(&Digits::of(number).scientific(precision.unwrap_or(6), letter)),
        ('G', _) => match precision {
            None | Some(0) => number.display(),
            Some(precision) => with_sign(&Digits::of(number).general(precision, letter)),
        },
        ('R', Number::Real(value)) => double(value),
        _ => return None,
    })
}

fn is_negative(number: Number) -> bool {
    match number {
        Number::Whole(value, _) => value < 0,
        Number::Real(value) => value.is_sign_negative(),
        Number::Exact(value) => value.is_sign_negative(),
    }
}

/// Separates the thousands by commas.
fn grouped(fixed: &str) -> String {
    let (whole, fraction) = fixed.find('.').map_or((fixed, ""), |at| fixed.split_at(at));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
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
    fn standard_formats_follow_the_invariant_culture() {
        let int = |value| Number::Whole(value, 32);
        for (value, format, expected) in [
            (int(7), "D3", "007"),
            (int(-7), "D3", "-007"),
            (int(255), "x4", "00ff"),
            (int(-1), "X", "FFFFFFFF"),
            (Number::Whole(-1, 64), "X", "FFFFFFFFFFFFFFFF"),
            (int(1_234_567), "N0", "1,234,567"),
            (int(-1_234_567), "N", "-1,234,567.00"),
            (int(-1_234_567), "F1", "-1234567.0"),
            (Number::Real(2.345), "F2", "2.35"),
            (Number::Real(2.5), "F0", "3"),
            (Number::Real(0.004), "F2", "0.00"),
            (Number::Real(0.5), "P1", "50.0 %"),
            (Number::Real(-0.126), "P0", "-13 %"),
            (int(1234), "C", "¤1,234.00"),
            (int(-1234), "C0", "(¤1,234)"),
            (int(1234), "E", "1.234000E+003"),
            (Number::Real(-0.012_345), "e2", "-1.23e-002"),
            (int(0), "E1", "0.0E+000"),
            (int(12_345), "G3", "1.23E+04"),
            (Number::Real(1234.5678), "G5", "1234.6"),
            (Number::Real(0.1), "F20", "0.10000000000000000555"),
        ] {
            assert_eq!(number(value, format).as_deref(), Ok(expected), "{value:?} {format}");
        }
        for format in ["Q", "R", "D513", "D99999999999999999999"] {
            assert!(number(int(1), format).is_err(), "{format}");
        }
        assert!(number(Number::Real(1.5), "D").is_err());
    }

    #[test]
    fn custom_formats_follow_the_invariant_culture() {
        let int = |value| Number::Whole(value, 32);
        for (value, format, expected) in [
            (int(5), "00", "05"),
            (int(-5), "00", "-05"),
            (int(0), "#", ""),
            (Number::Real(9.999), "0.00", "10.00"),
            (Number::Real(1234.5), "#,##0.##", "1,234.5"),
            (Number::Real(0.5), "#.##", ".5"),
            (Number::Real(-0.001), "0.00", "0.00"),
            (Number::Real(-0.5), "0.0", "-0.5"),
            (int(1_234_567), "0,.0", "1234.6"),
            (int(1_234_567), "#,#,,", "1"),
            (Number::Real(0.126), "0.0%", "12.6%"),
            (int(12), "0 'pc' \\#", "12 pc #"),
            (int(-12), "0;(0);none", "(12)"),
            (int(0), "0;(0);none", "none"),
            (int(123_456), "0.00E+00", "1.23E+05"),
            (int(123_456), "0.0e0", "1.2e5"),
            (int(1_234_567_890), "(###) ###-####", "(123) 456-7890"),
            (int(7), "it's", "its"),
            (int(1), "abc", "abc"),
        ] {
            assert_eq!(number(value, format).as_deref(), Ok(expected), "{value:?} {format}");
        }
    }
}
