//! Functions of single values.

use serde_json::Value as Json;

use super::{Fault, Type, Value, scalar};

/// Milliseconds from the year 1, where Kusto's bins of time begin, to 1970.
const FROM_YEAR_ONE_MS: i64 = 62_135_596_800_000;
const DAY_MS: i64 = 86_400_000;
/// How many arguments the longest call may have.
const ARGS_MAX: usize = 64;

/// The least and the greatest number of arguments; None for a function that is not known here.
pub(super) fn arity(name: &str) -> Option<(usize, usize)> {
    Some(match name {
        "now" => (0, 0),
        "tostring" | "tolong" | "toint" | "todouble" | "toreal" | "tolower" | "isempty" | "isnotempty"
        | "isnull" | "isnotnull" | "ago" | "startofday" => (1, 1),
        "bin" | "split" => (2, 2),
        "round" => (1, 2),
        "iff" | "iif" => (3, 3),
        "coalesce" => (2, ARGS_MAX),
        "strcat" => (1, ARGS_MAX),
        "case" => (3, ARGS_MAX),
        _ => return None,
    })
}

/// What a call gives, by what its arguments are.
pub(super) fn type_of(name: &str, args: &[Type], at: usize) -> Result<Type, Fault> {
    let wants = |ok: bool, what: &str| {
        if ok { Ok(()) } else { Err(Fault::new(at, format!("`{name}` wants {what}"))) }
    };
    let same = |types: &[Type]| types.windows(2).all(|pair| pair[0] == pair[1]);
    Ok(match name {
        "now" | "startofday" => Type::Time,
        "ago" => {
            wants(args[0] == Type::Span, "a time span")?;
            Type::Time
        }
        "tostring" => {
            let known = matches!(args[0], Type::Text | Type::Dynamic | Type::Long | Type::Bool);
            wants(known, "a text, a dynamic value, a whole number or a bool")?;
            Type::Text
        }
        "tolower" | "strcat" => {
            wants(args.iter().all(|of| *of == Type::Text), "texts")?;
            Type::Text
        }
        "tolong" | "toint" => Type::Long,
        "todouble" | "toreal" | "round" => Type::Real,
        "isempty" | "isnotempty" | "isnull" | "isnotnull" => Type::Bool,
        "split" => {
            wants(args.iter().all(|of| *of == Type::Text), "texts")?;
            Type::Dynamic
        }
        "bin" => {
            let fits = matches!(
                (args[0], args[1]),
                (Type::Time, Type::Span) | (Type::Span, Type::Span) | (Type::Long, Type::Long)
            );
            wants(fits, "a time and a span, or whole numbers")?;
            args[0]
        }
        "iff" | "iif" => {
            wants(args[0] == Type::Bool && args[1] == args[2], "a condition and two values of one type")?;
            args[1]
        }
        "coalesce" => {
            wants(same(args), "values of one type")?;
            args[0]
        }
        "case" => {
            let (last, pairs) = args.split_last().ok_or_else(|| Fault::new(at, "`case` wants arguments"))?;
            let fits =
                pairs.len() % 2 == 0 && pairs.chunks(2).all(|pair| pair[0] == Type::Bool && pair[1] == *last);
            wants(fits, "conditions, each with a value of one type, and another value")?;
            *last
        }
        _ => return Err(Fault::new(at, format!("the function `{name}` is not known here"))),
    })
}

/// Calls a function whose types were checked.
pub(super) fn call(name: &str, args: &[Value], now_unix_ms: i64) -> Value {
    let is = |value: &Value| *value == Value::Bool(true);
    match (name, args) {
        ("now", _) => Value::Time(now_unix_ms),
        ("ago", [Value::Span(ms)]) => Value::Time(now_unix_ms.saturating_sub(*ms)),
        ("startofday", [Value::Time(ms)]) => Value::Time(ms.div_euclid(DAY_MS) * DAY_MS),
        ("tostring", [value]) => Value::Text(text(value)),
        ("tolower", [Value::Text(text)]) => Value::Text(text.to_lowercase()),
        ("strcat", args) => Value::Text(args.iter().filter_map(Value::as_text).collect()),
        ("tolong" | "toint", [value]) => long(value),
        ("todouble" | "toreal", [value]) => real(value),
        ("round", [value, digits @ ..]) => {
            let digits = digits.first().and_then(Value::as_f64).unwrap_or_default();
            let factor = 10_f64.powf(digits);
            value.as_f64().map_or(Value::Null, |number| Value::Real((number * factor).round() / factor))
        }
        ("isempty", [value]) => Value::Bool(value.is_empty()),
        ("isnotempty", [value]) => Value::Bool(!value.is_empty()),
        // A text is never null.
        ("isnull", [value]) => Value::Bool(!matches!(value, Value::Text(_)) && value.is_empty()),
        ("isnotnull", [value]) => Value::Bool(matches!(value, Value::Text(_)) || !value.is_empty()),
        ("split", [Value::Text(text), Value::Text(by)]) => Value::Dynamic(if by.is_empty() {
            vec![Json::from(text.as_str())].into()
        } else {
            text.split(by.as_str()).map(Json::from).collect()
        }),
        ("bin", [Value::Time(at), Value::Span(step)]) if *step > 0 => {
            Value::Time((at + FROM_YEAR_ONE_MS).div_euclid(*step) * step - FROM_YEAR_ONE_MS)
        }
        ("bin", [Value::Span(at), Value::Span(step)]) if *step > 0 => {
            Value::Span(at.div_euclid(*step) * step)
        }
        ("bin", [Value::Long(at), Value::Long(step)]) if *step > 0 => {
            Value::Long(at.div_euclid(*step) * step)
        }
        ("iff" | "iif", [condition, yes, no]) => if is(condition) { yes } else { no }.clone(),
        ("coalesce", args) => {
            args.iter().find(|value| !value.is_empty()).or(args.last()).cloned().unwrap_or(Value::Null)
        }
        ("case", [pairs @ .., last]) => {
            pairs.chunks(2).find(|pair| is(&pair[0])).and_then(|pair| pair.get(1)).unwrap_or(last).clone()
        }
        _ => Value::Null,
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Dynamic(Json::String(text)) => text.clone(),
        Value::Long(number) => number.to_string(),
        // As .NET writes them.
        Value::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Value::Dynamic(Json::Null) | Value::Null => String::new(),
        Value::Dynamic(json) => json.to_string(),
        Value::Real(_) | Value::Time(_) | Value::Span(_) => String::new(),
    }
}

fn long(value: &Value) -> Value {
    match scalar::opened(value) {
        Value::Long(number) => Value::Long(number),
        Value::Bool(value) => Value::Long(value.into()),
        #[expect(clippy::cast_possible_truncation, reason = "as Kusto cuts the fraction off")]
        Value::Real(number) => Value::Long(number as i64),
        Value::Text(text) => text.trim().parse().map_or(Value::Null, Value::Long),
        _ => Value::Null,
    }
}

fn real(value: &Value) -> Value {
    match scalar::opened(value) {
        Value::Text(text) => text.trim().parse().map_or(Value::Null, Value::Real),
        other => other.as_f64().map_or(Value::Null, Value::Real),
    }
}
