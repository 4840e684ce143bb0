//! `new T(args)`.

use std::sync::Arc;

use crate::csharp::ast::TypeRef;
use crate::csharp::convert::{self, bytes_of, short_name};
use crate::csharp::exception::Exception;
use crate::csharp::limits::{check_single, joined};
use crate::csharp::methods::regex::Regex;
use crate::csharp::objects::{
    Anonymous, Comparison, DateTime, DateTimeKind, DateTimeOffset, Dictionary, Guid, HashSet, Hasher, JToken,
    JsonKind, KeyValue, List, Raised, Random, StringBuilder, TimeSpan, Tuple, Uri, UriKind, Xml, as_token,
};
use crate::csharp::value::{Environment, Object as _, Value};
use crate::dotnet::Certificate;

/// The types that `new` makes, as the reference lists them.
pub(in crate::csharp) const CONSTRUCTED: &[&str] = &[
    "ApplicationException",
    "ArgumentException",
    "ArgumentNullException",
    "ArgumentOutOfRangeException",
    "DateTime",
    "DateTimeOffset",
    "Dictionary",
    "Exception",
    "FormatException",
    "Guid",
    "HMACMD5",
    "HMACSHA1",
    "HMACSHA256",
    "HMACSHA384",
    "HMACSHA512",
    "HashSet",
    "InvalidOperationException",
    "JArray",
    "JObject",
    "JProperty",
    "JValue",
    "KeyValuePair",
    "KeyNotFoundException",
    "List",
    "NotSupportedException",
    "Random",
    "Regex",
    "SHA1Managed",
    "SHA256Managed",
    "SHA384Managed",
    "SHA512Managed",
    "StringBuilder",
    "TimeSpan",
    "TimeoutException",
    "UnauthorizedAccessException",
    "Tuple",
    "Uri",
    "X509Certificate2",
    "XAttribute",
    "XCData",
    "XComment",
    "XDocument",
    "XElement",
    "XText",
    "decimal",
    "object",
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
        ("Dictionary", [comparer] | [Value::Int(_), comparer]) if Comparison::of(comparer).is_some() => {
            Ok(Value::object(Dictionary::new(Comparison::of(comparer).unwrap_or_default())))
        }
        ("Dictionary", [source, rest @ ..]) if source.type_name() == "Dictionary" && rest.len() < 2 => {
            let copy = Dictionary::new(rest.first().and_then(Comparison::of).unwrap_or_default());
            for entry in source.elements().unwrap_or_default() {
                if let Some(KeyValue(key, value)) = entry.downcast() {
                    copy.set_index(key, value)?;
                }
            }
            Ok(Value::object(copy))
        }
        ("HashSet", [] | [Value::Int(_)]) => HashSet::new(Vec::new(), Comparison::Exact).map(Value::object),
        ("HashSet", [comparer]) if Comparison::of(comparer).is_some() => {
            HashSet::new(Vec::new(), Comparison::of(comparer).unwrap_or_default()).map(Value::object)
        }
        ("HashSet", [items, rest @ ..]) if rest.len() < 2 => {
            let items = items.elements().ok_or_else(|| Exception::argument_null("collection"))?;
            HashSet::new(items, rest.first().and_then(Comparison::of).unwrap_or_default()).map(Value::object)
        }
        ("Uri", [Value::Null, ..]) => Err(Exception::argument_null("uriString")),
        ("Uri", [Value::String(text)]) => Uri::parse(text, UriKind::Absolute).map(Value::object),
        ("Uri", [Value::String(text), kind]) if kind.type_name() == "UriKind" => {
            Uri::parse(text, UriKind::of(&kind.display())).map(Value::object)
        }
        ("Uri", [base, relative]) if base.downcast::<Uri>().is_some() => match base.downcast::<Uri>() {
            Some(base) => base.join(&relative.display()).map(Value::object),
            None => Err(Exception::argument_null("baseUri")),
        },
        (class, [] | [_]) if let Some(made) = Hasher::make(class, args.first(), env) => made,
        (class, _) if let Some(made) = Xml::construct(class, args) => made,
        ("Tuple", items) if !items.is_empty() && items.len() < 8 => {
            Ok(Value::object(Tuple::unnamed(items.to_vec())))
        }
        ("Regex", _) => Regex::new(args).map(Value::object),
        ("Guid", [bytes]) if let Some(bytes) = bytes_of(bytes) => match <[u8; 16]>::try_from(bytes) {
            Ok(bytes) => Ok(Value::object(Guid(uuid::Uuid::from_bytes_le(bytes)))),
            Err(_) => {
                Err(Exception::argument("Byte array for Guid must be exactly 16 bytes long. (Parameter 'b')"))
            }
        },
        ("X509Certificate2", [bytes]) if let Some(bytes) = bytes_of(bytes) => match Certificate::read(&bytes)
        {
            Ok(certificate) => {
                let is_trusted = env.trusts(&certificate);
                Ok(Value::certificate(Arc::new(certificate), None, is_trusted))
            }
            Err(_) => Err(Exception::new("CryptographicException", "Cannot find the requested object.")),
        },
        ("X509Certificate2", [_, _] | [_, _, _]) => {
            Err(Exception::not_run("a certificate with a password, which is a PFX file,"))
        }
        ("Guid", []) => Ok(Value::object(Guid(uuid::Uuid::nil()))),
        ("object", []) => Ok(Value::object(Anonymous(Vec::new()))),
        ("decimal", [number]) => convert::change_type(number, "decimal"),
        ("KeyValuePair", [key, value]) => Ok(Value::object(KeyValue(key.clone(), value.clone()))),
        ("Random", []) => Ok(Value::object(Random::new(env.random_u64() as i32))),
        ("Random", [Value::Int(seed)]) => Ok(Value::object(Random::new(*seed))),
        ("StringBuilder", []) => Ok(Value::object(StringBuilder::new(String::new()))),
        ("StringBuilder", [Value::String(text)]) => Ok(Value::object(StringBuilder::new(text.to_string()))),
        ("Guid", [Value::String(text)]) => Guid::parse(text).map(Value::object),
        ("string", [Value::Char(c), Value::Int(count)]) => {
            let count = usize::try_from(*count)
                .map_err(|_| Exception::out_of_range("'count' must be non-negative."))?;
            check_single(count)?;
            Ok(c.to_string().repeat(count).into())
        }
        ("string", [chars, Value::Int(from), Value::Int(length)]) => {
            let chars = chars.elements().unwrap_or_default();
            let part = usize::try_from(*from).ok().zip(usize::try_from(*length).ok());
            let part = part.and_then(|(from, length)| chars.get(from..from.checked_add(length)?));
            let part = part.ok_or_else(|| {
                Exception::out_of_range("Index was out of range. Must be non-negative and less than or equal to the size of the collection. (Parameter 'startIndex')")
            })?;
            joined(part, "").map(Value::from)
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
