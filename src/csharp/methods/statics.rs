//! Static members: `string.IsNullOrEmpty`, `Convert.ToBase64String`, `JObject.Parse`, `DateTime.UtcNow`.

mod chars;
mod conversion;

use super::{bits, math, web};
use crate::csharp::convert;
use crate::csharp::exception::Exception;
use crate::csharp::format;
use crate::csharp::limits::{check_single, joined};
use crate::csharp::number;
use crate::csharp::objects::{
    DateTime, DateTimeKind, DateTimeOffset, Encoding, EnumValue, Guid, Hasher, JToken, List, MAX_TICKS, Name,
    Namespace, TimeSpan, Tuple, UriKind, Xml, as_token, is_well_formed, span_from,
};
use crate::csharp::ops;
use crate::csharp::value::{Environment, Object as _, Value};

/// How texts are compared: of the enumeration `StringComparison`, and of the comparers with the same names.
const COMPARISONS: &[&str] = &[
    "CurrentCulture",
    "CurrentCultureIgnoreCase",
    "InvariantCulture",
    "InvariantCultureIgnoreCase",
    "Ordinal",
    "OrdinalIgnoreCase",
];

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
    ("StringComparison", COMPARISONS),
    ("StringSplitOptions", &["None", "RemoveEmptyEntries", "TrimEntries"]),
    ("StringComparer", COMPARISONS),
    ("HashAlgorithmName", &["MD5", "SHA1", "SHA256", "SHA384", "SHA512"]),
    ("RSASignaturePadding", &["Pkcs1", "Pss"]),
    ("X509NameType", &["SimpleName", "EmailName", "UpnName", "DnsName", "DnsFromAlternativeName", "UrlName"]),
    ("UriKind", &["RelativeOrAbsolute", "Absolute", "Relative"]),
    ("SaveOptions", &["None", "DisableFormatting", "OmitDuplicateNamespaces"]),
    ("LoadOptions", &["None", "PreserveWhitespace", "SetBaseUri", "SetLineInfo"]),
    (
        "XmlNodeType",
        &["None", "Element", "Attribute", "Text", "CDATA", "ProcessingInstruction", "Comment", "Document"],
    ),
    ("UriPartial", &["Scheme", "Authority", "Path", "Query"]),
    ("DateTimeKind", &["Unspecified", "Utc"]),
    ("RegexOptions", super::regex::OPTIONS),
    ("MidpointRounding", &["ToEven", "AwayFromZero"]),
    ("DayOfWeek", &["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]),
];

/// Reads `type_name.name`; None where there is no such member.
pub(in crate::csharp) fn get(type_name: &str, name: &str, env: &dyn Environment) -> Option<Value> {
    let date = |ticks, kind| Value::object(DateTime { ticks, kind });
    let offset = |ticks| Value::object(DateTimeOffset { ticks, offset_minutes: 0 });
    Some(match (type_name, name) {
        ("string", "Empty") => "".into(),
        (keyword, _) if number::keyword(keyword).is_some() => return number::constant(keyword, name),
        ("Math", "PI") => Value::Double(std::f64::consts::PI),
        ("Math", "E") => Value::Double(std::f64::consts::E),
        ("Guid", "Empty") => Value::object(Guid(uuid::Uuid::nil())),
        ("Environment", "NewLine") => "\n".into(),
        ("Encoding", _) => return Encoding::of_property(name).map(Value::object),
        ("XNamespace", _) => return Namespace::of_property(name).map(Value::object),
        ("BitConverter", "IsLittleEndian") => Value::Bool(true),
        ("bool", "TrueString") => "True".into(),
        ("bool", "FalseString") => "False".into(),
        ("char", "MaxValue") => Value::Char('\u{ffff}'),
        ("char", "MinValue") => Value::Char('\0'),
        ("Uri", "UriSchemeHttp") => "http".into(),
        ("Uri", "UriSchemeHttps") => "https".into(),
        ("Uri", "UriSchemeFile") => "file".into(),
        ("Uri", "UriSchemeFtp") => "ftp".into(),
        ("Uri", "SchemeDelimiter") => "://".into(),
        ("TimeSpan", "MinValue") => Value::object(TimeSpan(i64::MIN)),
        ("TimeSpan", "TicksPerDay") => Value::Long(864_000_000_000),
        ("TimeSpan", "TicksPerHour") => Value::Long(36_000_000_000),
        ("TimeSpan", "TicksPerMinute") => Value::Long(600_000_000),
        ("TimeSpan", "TicksPerSecond") => Value::Long(10_000_000),
        ("TimeSpan", "TicksPerMillisecond") => Value::Long(10_000),
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
        "bool" => number(type_name, name, args),
        _ if number::keyword(type_name).is_some() => number(type_name, name, args),
        "char" => chars::character(name, args),
        "Convert" => conversion::conversion(name, args),
        "Math" => math::call(name, args),
        "Guid" => guid(name, args, env),
        "DateTime" | "DateTimeOffset" | "TimeSpan" => time(type_name, name, args),
        "Uri" | "WebUtility" => url(type_name, name, args),
        "JObject" | "JArray" | "JToken" | "JsonConvert" => json(type_name, name, type_args, args),
        "Enumerable" => enumerable(name, args),
        "XDocument" | "XElement" => match (name, args) {
            ("Parse", [Value::Null, ..]) => Some(Err(Exception::argument_null("text"))),
            ("Parse", [Value::String(text)]) => Some(Xml::parse(text, type_name, false)),
            ("Parse", [Value::String(text), options]) if options.type_name() == "LoadOptions" => {
                Some(Xml::parse(text, type_name, options.display().contains("PreserveWhitespace")))
            }
            _ => None,
        },
        "XName" => match (name, args) {
            ("Get", [text]) => Some(Name::of(text).map(Value::object)),
            ("Get", [local, namespace]) => {
                Some(Namespace(namespace.display()).name(local).map(Value::object))
            }
            _ => None,
        },
        "XNamespace" => match (name, args) {
            ("Get", [text]) => Some(Ok(Value::object(Namespace(text.display())))),
            _ => None,
        },
        "Tuple" if name == "Create" && !args.is_empty() && args.len() < 8 => {
            Some(Ok(Value::object(Tuple::unnamed(args.to_vec()))))
        }
        "BitConverter" => bits::call(name, args),
        "Encoding" => match (name, args) {
            ("GetEncoding", [name]) => Some(Encoding::named(&name.display()).map(Value::object)),
            ("Convert", [from, to, bytes]) => {
                let (from, to) = (from.downcast::<Encoding>()?, to.downcast::<Encoding>()?);
                Some(Ok(Value::bytes(to.encode(&from.decode(&convert::bytes_of(bytes)?)))))
            }
            _ => None,
        },
        class if name == "Create" && args.is_empty() => Hasher::make(class, None, env),
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
            "bool" => convert::parse_bool(text).map(Value::Bool),
            keyword => convert::parse_number(text, keyword),
        }),
        ("IsNaN", [number]) => Some(Ok(Value::Bool(number::real(number)?.is_nan()))),
        ("IsInfinity", [number]) => Some(Ok(Value::Bool(number::real(number)?.is_infinite()))),
        ("IsPositiveInfinity", [number]) => Some(Ok(Value::Bool(number::real(number)? == f64::INFINITY))),
        ("IsNegativeInfinity", [number]) => Some(Ok(Value::Bool(number::real(number)? == f64::NEG_INFINITY))),
        ("Compare", [left, right]) if type_name == "decimal" => {
            Some(ops::sort_order(left, right).map(|order| Value::Int(order as i32)))
        }
        (_, [left, right]) if type_name == "decimal" => {
            use crate::csharp::ast::BinaryOp;
            let op = match name {
                "Add" => BinaryOp::Add,
                "Subtract" => BinaryOp::Subtract,
                "Multiply" => BinaryOp::Multiply,
                "Divide" => BinaryOp::Divide,
                "Remainder" => BinaryOp::Remainder,
                _ => return math::of_decimal(name, args),
            };
            let zero = number::widened(Value::Int(0), "decimal");
            Some(ops::binary(BinaryOp::Add, left, &zero).and_then(|left| ops::binary(op, &left, right)))
        }
        ("Negate", [value]) if type_name == "decimal" => {
            Some(ops::unary(crate::csharp::ast::UnaryOp::Minus, value, false))
        }
        ("ToInt32" | "ToInt64" | "ToDouble", [value]) if type_name == "decimal" => {
            let keyword = match name {
                "ToInt32" => "int",
                "ToInt64" => "long",
                _ => "double",
            };
            number::cast(value, keyword, true)
        }
        ("Round" | "Floor" | "Ceiling" | "Truncate", _) if type_name == "decimal" => {
            math::of_decimal(name, args)
        }
        _ => None,
    }
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
        ("Uri", "EscapeUriString", [Value::String(text)]) => Ok(web::escape_uri_string(text).into()),
        ("Uri", "IsWellFormedUriString", [text, kind]) => {
            let kind = UriKind::of(&kind.display());
            let text = text.as_str().unwrap_or_default();
            Ok(Value::Bool(crate::csharp::objects::Uri::parse(text, kind).is_ok() && is_well_formed(text)))
        }
        ("Uri", "CheckSchemeName", [text]) => {
            let text = text.as_str().unwrap_or_default();
            let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
            Ok(Value::Bool(text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(good)))
        }
        ("Uri", "IsHexDigit", [Value::Char(c)]) => Ok(Value::Bool(c.is_ascii_hexdigit())),
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
        (_, "DeepEquals", [left, right]) => {
            let text = |value: &Value| value.downcast::<JToken>().map(|token| token.to_text(false));
            Ok(Value::Bool(text(left) == text(right)))
        }
        ("JsonConvert", "SerializeObject", [value, rest @ ..]) if rest.len() < 2 => {
            let indented = rest.first().is_some_and(|formatting| formatting.display() == "Indented");
            match value.downcast::<JToken>() {
                Some(token) => Ok(token.to_text(indented).into()),
                None => value.to_json().map(|json| JToken::from_json(&json).to_text(indented).into()),
            }
        }
        ("JsonConvert", "DeserializeObject", [Value::String(text)]) => {
            let wanted = type_args.first().map_or("object", String::as_str);
            // A reader that is asked for texts makes no dates of them.
            let of_texts =
                wanted.ends_with("string") || wanted.contains("string>") || wanted.contains("string[]");
            let read = if of_texts { JToken::parse_plain(text) } else { JToken::parse(text, "JToken") };
            read.and_then(|value| convert::token_to_object(&as_token(&value)?, wanted))
        }
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
