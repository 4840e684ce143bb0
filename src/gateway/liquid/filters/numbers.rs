//! Filters of numbers. Whole numbers stay whole, also when divided; a text that is a number counts as one.

use super::super::value::Value;
use super::fits;
use crate::csharp::Environment;

type Out = Result<Value, String>;

enum Pair {
    Whole(i64, i64),
    Fractions(f64, f64),
}

fn pair(left: &Value, right: &Value) -> Result<Pair, String> {
    if let (Some(left), Some(right)) = (left.integer(), right.integer()) {
        return Ok(Pair::Whole(left, right));
    }
    let number = |value: &Value| value.number().ok_or_else(|| format!("`{}` is no number", value.print()));
    Ok(Pair::Fractions(number(left)?, number(right)?))
}

fn compute(
    left: &Value,
    right: &Value,
    whole: fn(i64, i64) -> Option<i64>,
    fractions: fn(f64, f64) -> f64,
) -> Out {
    match pair(left, right)? {
        Pair::Whole(left, right) => {
            whole(left, right).map(Value::Int).ok_or_else(|| "the result is no number".to_owned())
        }
        Pair::Fractions(left, right) => Ok(Value::Float(fractions(left, right))),
    }
}

pub(super) fn abs(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    compute(input, &Value::Int(0), |value, _| value.checked_abs(), |value, _| value.abs())
}

pub(super) fn at_least(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    compute(input, &arguments[0], |value, least| Some(value.max(least)), f64::max)
}

pub(super) fn at_most(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    compute(input, &arguments[0], |value, most| Some(value.min(most)), f64::min)
}

/// Adds numbers, and puts texts together.
pub(super) fn plus(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    if matches!(input, Value::Text(_)) && input.number().is_none() {
        return Ok(Value::text(input.print() + &arguments[0].print()));
    }
    compute(input, &arguments[0], i64::checked_add, |left, right| left + right)
}

pub(super) fn minus(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    compute(input, &arguments[0], i64::checked_sub, |left, right| left - right)
}

/// Multiplies numbers, and repeats texts.
pub(super) fn times(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    if let (Value::Text(text), None, Value::Int(n)) = (input, input.number(), &arguments[0]) {
        let n = usize::try_from(*n).unwrap_or_default();
        fits(text.len().saturating_mul(n))?;
        return Ok(Value::text(text.repeat(n)));
    }
    compute(input, &arguments[0], i64::checked_mul, |left, right| left * right)
}

pub(super) fn divided_by(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    compute(input, &arguments[0], i64::checked_div, |left, right| left / right)
}

pub(super) fn modulo(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    compute(input, &arguments[0], i64::checked_rem, |left, right| left % right)
}

/// To so many places, halves to the even digit, as .NET's `Math.Round`.
pub(super) fn round(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    let places = arguments.first().and_then(Value::integer).unwrap_or(0).clamp(0, 15);
    match pair(input, &Value::Int(0))? {
        Pair::Whole(value, _) => Ok(Value::Int(value)),
        Pair::Fractions(value, _) => {
            let scale = 10_f64.powi(i32::try_from(places).unwrap_or(0));
            Ok(Value::Float((value * scale).round_ties_even() / scale))
        }
    }
}

/// As in the United States, which is the culture of the service: `$1,234.50`.
pub(super) fn currency(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    if let Some(culture) = arguments.first().map(Value::print)
        && culture != "en-US"
    {
        return Err(format!("the culture `{culture}` is not known, only `en-US`"));
    }
    let amount = input.number().ok_or_else(|| format!("`{}` is no number", input.print()))?;
    let text = format!("{:.2}", amount.abs());
    let (whole, cents) = text.split_once('.').unwrap_or((text.as_str(), "00"));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if amount < 0.0 { "-" } else { "" };
    Ok(Value::text(format!("{sign}${grouped}.{cents}")))
}
