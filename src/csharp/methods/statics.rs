//! Static members: `string.IsNullOrEmpty`, `Convert.ToBase64String`, `JObject.Parse`, `DateTime.UtcNow`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::web;
use crate::csharp::convert;
use crate::csharp::exception::Exception;
use crate::csharp::format;
use crate::csharp::limits::{check_single, joined};
use crate::csharp::objects::{
    Bytes, DateTime, DateTimeKind, DateTimeOffset, Encoding, EnumValue, Guid, JToken, List, MAX_TICKS,
    TimeSpan, as_token, span_from,
};
use crate::csharp::ops;
use crate::csharp::value::{Environment, Object as _, Value};

/// The enumerations whose members expressions name.
pub(in crate::csharp) const ENUMS: &[(&str, &[&str])] = &[
    ("Formatting", &["None", "Indented"]),
    (
        "JTokenType",
        &[
            "None",
            "Object",
            "Array",
            "Constructor",
            "Property",
            "Comment",
            "Integer",
            "Float",
            "String",
            "Boolean",
            "Null",
            "Undefined",
            "Date",
            "Raw",
            "Bytes",
            "Guid",
            "Uri",
            "TimeSpan",
        ],
    ),
    (
        "StringComparison",
        &[
            "CurrentCulture",
            "CurrentCultureIgnoreCase",
            "InvariantCulture",
            "InvariantCultureIgnoreCase",
            "Ordinal",
            "OrdinalIgnoreCase",
        ],
    ),
    ("StringSplitOptions", &["None", "RemoveEmptyEntries", "TrimEntries"]),
    ("DateTimeKind", &["Unspecified", "Utc"]),
    ("DayOfWeek", &["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]),
];

/// Reads `type_name.name`; None where there is no such member.
pub(in crate::csharp) fn get(type_name: &str, name: &str, env: &dyn Environment) -> Option<Value> {
    let date = |ticks, kind| Value::object(DateTime { ticks, kind });
    let offset = |ticks| Value::object(DateTimeOffset { ticks, offset_minutes: 0 });
    Some(match (type_name, name) {
        ("string", "Empty") => "".into(),
        ("int", "MaxValue") => Value::Int(i32::MAX),
        ("int", "MinValue") => Value::Int(i32::MIN),
        ("long", "MaxValue") => Value::Long(i64::MAX),
        ("long", "MinValue") => Value::Long(i64::MIN),
        ("double", "MaxValue") => Value::Double(f64::MAX),
        ("double", "MinValue") => Value::Double(f64::MIN),
        ("double", "NaN") => Value::Double(f64::NAN),
        ("Math", "PI") => Value::Double(std::f64::consts::PI),
        ("Math", "E") => Value::Double(std::f64::consts::E),
        ("Guid", "Empty") => Value::object(Guid(uuid::Uuid::nil())),
        ("Environment", "NewLine") => "\n".into(),
        ("Encoding", "UTF8") => Value::object(Encoding::Utf8),
        ("Encoding", "ASCII") => Value::object(Encoding::Ascii),
        ("DateTime", "UtcNow" | "Now") => Value::object(DateTime::from_unix_ms(env.now_unix_ms())),
        ("DateTime", "Today") => {
            let now = DateTime::from_unix_ms(env.now_unix_ms());
            return now.get("Date").ok();
        }
        ("DateTime", "MinValue") => date(0, DateTimeKind::Unspecified),
        ("DateTime", "MaxValue") => date(MAX_TICKS, DateTimeKind::Unspecified),
        ("DateTimeOffset", "UtcNow" | "Now") => offset(DateTime::from_unix_ms(env.now_unix_ms()).ticks),
        ("DateTimeOffset", "MinValue") => offset(0),
        ("DateTimeOffset", "MaxValue") => offset(MAX_TICKS),
        ("TimeSpan", "Zero") => Value::object(TimeSpan(0)),
        ("TimeSpan", "MaxValue") => Value::object(TimeSpan(i64::MAX)),
        _ => {
            let (enum_name, members) = ENUMS.iter().find(|(enum_name, _)| *enum_name == type_name)?;
            let member = members.iter().find(|member| **member == name)?;
            Value::object(EnumValue::new(enum_name, member))
        }
    })
}

/// Calls `type_name.name(args)`; None where there is no such method with these arguments.
pub(in crate::csharp) fn call(
    type_name: &str,
    name: &str,
    type_args: &[String],
    args: &[Value],
    env: &dyn Environment,
) -> Option<Result<Value, Exception>> {
    match type_name {
        "string" => string(name, args),
        "int" | "long" | "double" | "bool" => number(type_name, name, args),
        "char" => character(name, args).map(Ok),
        "Convert" => conversion(name, args),
        "Math" => math(name, args),
        "Guid" => guid(name, args, env),
        "DateTime" | "DateTimeOffset" | "TimeSpan" => time(type_name, name, args),
        "Uri" | "WebUtility" => url(type_name, name, args),
        "JObject" | "JArray" | "JToken" | "JsonConvert" => json(type_name, name, type_args, args),
        "Enumerable" => enumerable(name, args),
        "Array" => match (name, args) {
            ("IndexOf", [items, item]) => {
                let items = items.elements()?;
                let found = items.iter().position(|present| ops::equal(present, item));
                Some(Ok(Value::Int(found.map_or(-1, |at| i32::try_from(at).unwrap_or(i32::MAX)))))
            }
            _ => None,
        },
        "object" => match (name, args) {
            ("Equals" | "ReferenceEquals", [left, right]) => Some(Ok(Value::Bool(ops::equal(left, right)))),
            _ => None,
        },
        _ => None,
    }
}

fn string(name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    Some(match (name, args) {
        ("IsNullOrEmpty", [text]) => Ok(Value::Bool(text.display().is_empty())),
        ("IsNullOrWhiteSpace", [text]) => Ok(Value::Bool(text.display().trim().is_empty())),
        ("Format", [Value::String(pattern), values @ ..]) => {
            let spread = match values {
                [only] if only.downcast::<List>().is_some() => only.elements().unwrap_or_default(),
                _ => values.to_vec(),
            };
            format::composite(pattern, &spread).map(Value::from)
        }
        ("Join", [separator, items @ ..]) => {
            let items = match items {
                [only] if !matches!(only, Value::String(_)) => only.elements()?,
                _ => items.to_vec(),
            };
            joined(&items, &separator.display()).map(Value::from)
        }
        ("Concat", items) => {
            let items = match items {
                [only] => {
                    only.elements().filter(|_| only.as_str().is_none()).unwrap_or_else(|| items.to_vec())
                }
                _ => items.to_vec(),
            };
            joined(&items, "").map(Value::from)
        }
        ("Equals", [left, right]) => Ok(Value::Bool(ops::equal(left, right))),
        ("Equals", [left, right, comparison]) if comparison.type_name() == "StringComparison" => match left {
            Value::String(text) => {
                return super::string::call(text, "Equals", &[right.clone(), comparison.clone()]);
            }
            _ => Ok(Value::Bool(left.is_null() && right.is_null())),
        },
        ("Compare" | "CompareOrdinal", [Value::String(left), Value::String(right)]) => {
            Ok(Value::Int(left.cmp(right) as i32))
        }
        _ => return None,
    })
}

fn number(type_name: &str, name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    match (name, args) {
        ("Parse", [Value::Null]) => Some(Err(Exception::argument_null("s"))),
        ("Parse", [Value::String(text)]) => Some(match type_name {
            "int" => convert::parse_long(text, "Int32").map(|number| Value::Int(number as i32)),
            "long" => convert::parse_long(text, "Int64").map(Value::Long),
            "double" => convert::parse_double(text).map(Value::Double),
            _ => convert::parse_bool(text).map(Value::Bool),
        }),
        ("IsNaN", [Value::Double(number)]) if type_name == "double" => Some(Ok(Value::Bool(number.is_nan()))),
        _ => None,
    }
}

fn character(name: &str, args: &[Value]) -> Option<Value> {
    let [Value::Char(c)] = args else { return None };
    Some(match name {
        "IsDigit" => Value::Bool(c.is_numeric()),
        "IsLetter" => Value::Bool(c.is_alphabetic()),
        "IsLetterOrDigit" => Value::Bool(c.is_alphanumeric()),
        "IsWhiteSpace" => Value::Bool(c.is_whitespace()),
        "IsUpper" => Value::Bool(c.is_uppercase()),
        "IsLower" => Value::Bool(c.is_lowercase()),
        "ToUpper" | "ToUpperInvariant" => Value::Char(c.to_uppercase().next().unwrap_or(*c)),
        "ToLower" | "ToLowerInvariant" => Value::Char(c.to_lowercase().next().unwrap_or(*c)),
        _ => return None,
    })
}

fn conversion(name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    Some(match (name, args) {
        ("ToString", [value]) => Ok(value.display().into()),
        ("ToInt32", [value]) => convert::change_type(value, "int"),
        ("ToInt64", [value]) => convert::change_type(value, "long"),
        ("ToDouble", [value]) => convert::change_type(value, "double"),
        ("ToBoolean", [value]) => convert::change_type(value, "bool"),
        ("ToDateTime", [value]) => convert::change_type(value, "DateTime"),
        ("ToBase64String" | "FromBase64String", [Value::Null]) => Err(Exception::argument_null("s")),
        ("ToBase64String", [bytes]) => Ok(STANDARD.encode(convert::bytes_of(bytes)?).into()),
        ("FromBase64String", [Value::String(text)]) => {
            // .NET skips blanks.
            let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            STANDARD.decode(compact).map(|bytes| Value::object(Bytes(bytes))).map_err(|_| {
                Exception::format(
                    "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two \
                     padding characters, or an illegal character among the padding characters.",
                )
            })
        }
        _ => return None,
    })
}

fn math(name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    use crate::csharp::ast::BinaryOp::{Greater, Less};
    if let (true, [left, right]) = (matches!(name, "Max" | "Min"), args) {
        let op = if name == "Max" { Less } else { Greater };
        ops::as_f64(left).and(ops::as_f64(right))?;
        let second = ops::binary(op, left, right).ok()?.as_bool()?;
        // Adding zero promotes the result to the wider type of the two.
        let zero = Value::Int(0);
        let (chosen, other) = if second { (right, left) } else { (left, right) };
        let promoted = match (chosen, other) {
            (_, Value::Double(_)) => ops::as_f64(chosen).map(Value::Double)?,
            (Value::Int(number), Value::Long(_)) => Value::Long(i64::from(*number)),
            _ => return Some(ops::binary(crate::csharp::ast::BinaryOp::Add, chosen, &zero)),
        };
        return Some(Ok(promoted));
    }
    Some(Ok(match (name, args) {
        ("Abs", [Value::Int(number)]) => match number.checked_abs() {
            Some(number) => Value::Int(number),
            None => return Some(Err(Exception::overflow("Int32"))),
        },
        ("Abs", [Value::Long(number)]) => match number.checked_abs() {
            Some(number) => Value::Long(number),
            None => return Some(Err(Exception::overflow("Int64"))),
        },
        ("Abs", [Value::Double(number)]) => Value::Double(number.abs()),
        ("Sign", [number]) => Value::Int(match ops::as_f64(number)? {
            number if number > 0.0 => 1,
            number if number < 0.0 => -1,
            _ => 0,
        }),
        ("Pow", [base, exponent]) => Value::Double(ops::as_f64(base)?.powf(ops::as_f64(exponent)?)),
        ("Round", [number, Value::Int(places)]) => {
            let scale = 10f64.powi(*places);
            Value::Double((ops::as_f64(number)? * scale).round_ties_even() / scale)
        }
        ("Round", [number]) => Value::Double(ops::as_f64(number)?.round_ties_even()),
        ("Floor", [number]) => Value::Double(ops::as_f64(number)?.floor()),
        ("Ceiling", [number]) => Value::Double(ops::as_f64(number)?.ceil()),
        ("Truncate", [number]) => Value::Double(ops::as_f64(number)?.trunc()),
        ("Sqrt", [number]) => Value::Double(ops::as_f64(number)?.sqrt()),
        ("Log", [number]) => Value::Double(ops::as_f64(number)?.ln()),
        ("Log10", [number]) => Value::Double(ops::as_f64(number)?.log10()),
        ("Exp", [number]) => Value::Double(ops::as_f64(number)?.exp()),
        _ => return None,
    }))
}

fn guid(name: &str, args: &[Value], env: &dyn Environment) -> Option<Result<Value, Exception>> {
    Some(match (name, args) {
        ("NewGuid", []) => {
            let bits = (u128::from(env.random_u64()) << 64) | u128::from(env.random_u64());
            Ok(Value::object(Guid(uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid())))
        }
        ("Parse", [Value::Null]) => Err(Exception::argument_null("input")),
        ("Parse", [Value::String(text)]) => Guid::parse(text).map(Value::object),
        _ => return None,
    })
}

fn time(type_name: &str, name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    Some(match (type_name, name, args) {
        ("DateTime", "Parse", [Value::String(text)]) => convert::parse_date_time(text),
        ("DateTimeOffset", "Parse", [Value::String(text)]) => convert::parse_date_time_offset(text),
        ("DateTimeOffset", "FromUnixTimeSeconds" | "FromUnixTimeMilliseconds", [value]) => {
            let number = value.as_i64()?;
            let ms = if name == "FromUnixTimeSeconds" { number.saturating_mul(1000) } else { number };
            Ok(Value::object(DateTimeOffset { ticks: DateTime::from_unix_ms(ms).ticks, offset_minutes: 0 }))
        }
        ("TimeSpan", _, [value]) if name.starts_with("From") => span_from(name, value)?.map(Value::object),
        ("DateTime", "Compare", [left, right]) => Ok(Value::Int(
            left.downcast::<DateTime>()?.ticks.cmp(&right.downcast::<DateTime>()?.ticks) as i32,
        )),
        _ => return None,
    })
}

fn url(type_name: &str, name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    Some(match (type_name, name, args) {
        ("Uri", "EscapeDataString", [Value::String(text)]) => Ok(web::escape_data(text).into()),
        ("Uri", "UnescapeDataString", [Value::String(text)]) => Ok(web::url_decode(text, false).into()),
        ("Uri", _, [Value::Null]) => Err(Exception::argument_null("stringToEscape")),
        ("WebUtility", "UrlEncode" | "UrlDecode" | "HtmlEncode" | "HtmlDecode", [Value::Null]) => {
            Ok(Value::Null)
        }
        ("WebUtility", "UrlEncode", [Value::String(text)]) => Ok(web::url_encode(text).into()),
        ("WebUtility", "UrlDecode", [Value::String(text)]) => Ok(web::url_decode(text, true).into()),
        ("WebUtility", "HtmlEncode", [Value::String(text)]) => web::html_encode(text).map(Value::from),
        ("WebUtility", "HtmlDecode", [Value::String(text)]) => Ok(web::html_decode(text).into()),
        _ => return None,
    })
}

fn json(
    type_name: &str,
    name: &str,
    type_args: &[String],
    args: &[Value],
) -> Option<Result<Value, Exception>> {
    Some(match (type_name, name, args) {
        (_, "Parse" | "DeserializeObject", [Value::Null]) => Err(Exception::argument_null("s")),
        ("JObject" | "JArray" | "JToken", "Parse", [Value::String(text)]) => JToken::parse(text, type_name),
        ("JObject" | "JArray" | "JToken", "FromObject", [value]) => {
            value.to_json().map(|json| Value::from_json(&json))
        }
        ("JsonConvert", "SerializeObject", [value, rest @ ..]) if rest.len() < 2 => {
            let indented = rest.first().is_some_and(|formatting| formatting.display() == "Indented");
            match value.downcast::<JToken>() {
                Some(token) => Ok(token.to_text(indented).into()),
                None => value.to_json().map(|json| JToken::from_json(&json).to_text(indented).into()),
            }
        }
        ("JsonConvert", "DeserializeObject", [Value::String(text)]) => JToken::parse(text, "JToken")
            .and_then(|value| {
                let wanted = type_args.first().map_or("object", String::as_str);
                convert::token_to_object(&as_token(&value)?, wanted)
            }),
        _ => return None,
    })
}

fn enumerable(name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    Some(match (name, args) {
        ("Range", [Value::Int(start), Value::Int(count)]) => {
            let Ok(length) = usize::try_from(*count) else {
                return Some(Err(Exception::out_of_range(
                    "Non-negative number required. (Parameter 'count')",
                )));
            };
            check_single(length.saturating_mul(size_of::<Value>())).map(|()| {
                Value::object(List::enumerable(
                    (0..*count).map(|n| Value::Int(start.wrapping_add(n))).collect(),
                ))
            })
        }
        ("Repeat", [value, Value::Int(count)]) => {
            let length = usize::try_from(*count).unwrap_or(0);
            check_single(length.saturating_mul(size_of::<Value>()))
                .map(|()| Value::object(List::enumerable(vec![value.clone(); length])))
        }
        ("Empty", []) => Ok(Value::object(List::enumerable(Vec::new()))),
        _ => return None,
    })
}
