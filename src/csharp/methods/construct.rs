//! `new T(args)`.

use crate::csharp::ast::TypeRef;
use crate::csharp::convert::short_name;
use crate::csharp::exception::Exception;
use crate::csharp::limits::{check_single, joined};
use crate::csharp::objects::{
    DateTime, DateTimeKind, DateTimeOffset, Dictionary, Guid, JToken, JsonKind, KeyValue, List, Raised,
    Random, StringBuilder, TimeSpan, as_token,
};
use crate::csharp::value::{Environment, Object as _, Value};

/// The types that `new` makes, as the reference lists them.
pub(in crate::csharp) const CONSTRUCTED: &[&str] = &[
    "ArgumentException",
    "DateTime",
    "DateTimeOffset",
    "Dictionary",
    "Exception",
    "Guid",
    "InvalidOperationException",
    "JArray",
    "JObject",
    "JProperty",
    "JValue",
    "KeyValuePair",
    "List",
    "Random",
    "StringBuilder",
    "TimeSpan",
    "string",
];

pub(in crate::csharp) fn construct(
    ty: &TypeRef,
    args: &[Value],
    env: &dyn Environment,
) -> Result<Value, Exception> {
    let name = short_name(&ty.name);
    let numbers: Vec<i64> = args.iter().filter_map(Value::as_i64).collect();
    let all_numbers = numbers.len() == args.len();
    match (name, args) {
        ("JObject", _) => container(JsonKind::Object, args),
        ("JArray", _) => container(JsonKind::Array, args),
        ("JProperty", [Value::String(name), value]) => match value.downcast::<List>() {
            Some(_) => {
                JToken::property(name, &Value::Object(as_token(value)?)).map(|token| Value::Object(token))
            }
            None => JToken::property(name, value).map(|token| Value::Object(token)),
        },
        ("JProperty", [Value::String(name), items @ ..]) if items.len() > 1 => {
            let array = container(JsonKind::Array, items)?;
            JToken::property(name, &array).map(|token| Value::Object(token))
        }
        ("JValue", [value]) => Ok(Value::Object(as_token(value)?)),
        ("List", []) | ("List", [Value::Int(_)]) => Ok(Value::object(List::growing(Vec::new()))),
        ("List", [items]) => {
            let items = items.elements().ok_or_else(|| Exception::argument_null("collection"))?;
            Ok(Value::object(List::growing(items)))
        }
        ("Dictionary", [] | [Value::Int(_)]) => Ok(Value::object(Dictionary::default())),
        ("Dictionary", [source]) if source.type_name() == "Dictionary" => {
            let copy = Dictionary::default();
            for entry in source.elements().unwrap_or_default() {
                if let Some(KeyValue(key, value)) = entry.downcast() {
                    copy.set_index(key, value)?;
                }
            }
            Ok(Value::object(copy))
        }
        ("KeyValuePair", [key, value]) => Ok(Value::object(KeyValue(key.clone(), value.clone()))),
        ("Random", []) => Ok(Value::object(Random::new(env.random_u64()))),
        ("Random", [Value::Int(seed)]) => Ok(Value::object(Random::new(u64::from(seed.cast_unsigned())))),
        ("StringBuilder", []) => Ok(Value::object(StringBuilder::new(String::new()))),
        ("StringBuilder", [Value::String(text)]) => Ok(Value::object(StringBuilder::new(text.to_string()))),
        ("Guid", [Value::String(text)]) => Guid::parse(text).map(Value::object),
        ("string", [Value::Char(c), Value::Int(count)]) => {
            let count = usize::try_from(*count)
                .map_err(|_| Exception::out_of_range("'count' must be non-negative."))?;
            check_single(count)?;
            Ok(c.to_string().repeat(count).into())
        }
        ("string", [chars]) => joined(&chars.elements().unwrap_or_default(), "").map(Value::from),
        ("DateTime", _) if all_numbers => date(&numbers).map(Value::object),
        ("DateTime", [rest @ .., kind])
            if kind.type_name() == "DateTimeKind" && numbers.len() == rest.len() =>
        {
            let kind = if kind.display() == "Utc" { DateTimeKind::Utc } else { DateTimeKind::Unspecified };
            date(&numbers).map(|date| Value::object(DateTime { kind, ..date }))
        }
        ("DateTimeOffset", [date]) => match date.downcast::<DateTime>() {
            Some(date) => Ok(Value::object(DateTimeOffset { ticks: date.ticks, offset_minutes: 0 })),
            None => Err(Exception::missing_overload(name, "new", args)),
        },
        ("DateTimeOffset", [rest @ .., offset]) if numbers.len() == rest.len() => {
            match offset.downcast::<TimeSpan>() {
                Some(offset) => DateTimeOffset::new(date(&numbers)?.ticks, offset.0).map(Value::object),
                None => Err(Exception::missing_overload(name, "new", args)),
            }
        }
        ("TimeSpan", _) if all_numbers => span(&numbers).ok_or_else(|| Exception::overflow("TimeSpan")),
        (exception, [] | [Value::String(_)]) if exception.ends_with("Exception") => {
            let message =
                args.first().map(Value::display).unwrap_or_else(|| "An exception was thrown.".to_owned());
            Ok(Value::object(Raised(Exception::new(exception, message))))
        }
        _ => Err(Exception::missing_overload(name, "new", args)),
    }
}

fn container(kind: JsonKind, contents: &[Value]) -> Result<Value, Exception> {
    let token = JToken::empty(kind);
    for content in contents {
        // `new JArray(otherArray)` copies the elements, and `new JObject(other)` the properties.
        let same = content.downcast::<JToken>().is_some_and(|content| content.kind() == kind);
        if same && contents.len() == 1 {
            content.elements().unwrap_or_default().iter().try_for_each(|item| token.add_content(item))?;
        } else {
            token.add_content(content)?;
        }
    }
    Ok(Value::Object(token))
}

/// `(ticks)`, `(year, month, day)`, with `hour, minute, second` and with milliseconds.
fn date(numbers: &[i64]) -> Result<DateTime, Exception> {
    match *numbers {
        [] => Ok(DateTime { ticks: 0, kind: DateTimeKind::Unspecified }),
        [ticks] => DateTime { ticks: 0, kind: DateTimeKind::Unspecified }.plus(ticks),
        [year, month, day] => DateTime::of_date([year, month, day, 0, 0, 0]),
        [year, month, day, hour, minute, second] => {
            DateTime::of_date([year, month, day, hour, minute, second])
        }
        [year, month, day, hour, minute, second, ms @ 0..1000] => {
            DateTime::of_date([year, month, day, hour, minute, second])?.plus(ms * 10_000)
        }
        _ => Err(Exception::missing_overload("DateTime", "new", &[])),
    }
}

/// `(ticks)`, `(hours, minutes, seconds)`, `(days, hours, minutes, seconds)`, and with milliseconds.
fn span(numbers: &[i64]) -> Option<Value> {
    let (days, hours, minutes, seconds, ms) = match *numbers {
        [ticks] => return Some(Value::object(TimeSpan(ticks))),
        [hours, minutes, seconds] => (0, hours, minutes, seconds, 0),
        [days, hours, minutes, seconds] => (days, hours, minutes, seconds, 0),
        [days, hours, minutes, seconds, ms] => (days, hours, minutes, seconds, ms),
        _ => return None,
    };
    let total = |count: i64, unit: i64| count.checked_mul(unit);
    let seconds = total(days, 86_400)?
        .checked_add(total(hours, 3600)?)?
        .checked_add(total(minutes, 60)?)?
        .checked_add(seconds)?;
    Some(Value::object(TimeSpan(total(seconds, 10_000_000)?.checked_add(total(ms, 10_000)?)?)))
}
