//! Conversions between types: casts, `as`, `is`, `Convert.ToX`, and what Newtonsoft.Json does with tokens.

use std::sync::Arc;

use super::ast::TypeRef;
use super::exception::Exception;
use super::number::{self, Number};
use super::objects::{
    Attribute, Bytes, DateTime, DateTimeOffset, Dictionary, Guid, JToken, JsonKind, List, ListKind, Xml,
    as_token, parse_date,
};
use super::value::{Object as _, Value};
use rust_decimal::RoundingStrategy;
use rust_decimal::prelude::ToPrimitive as _;

/// The C# keyword or short name of a type: `System.Int32` and `Int32` are `int`.
pub(super) fn short_name(name: &str) -> &str {
    let name = name.rsplit('.').next().unwrap_or(name);
    match name {
        "String" => "string",
        "Int32" => "int",
        "Int64" => "long",
        "Double" => "double",
        "Boolean" => "bool",
        "Char" => "char",
        "Object" => "object",
        "Byte" => "byte",
        "SByte" => "sbyte",
        "Int16" => "short",
        "UInt16" => "ushort",
        "UInt32" => "uint",
        "UInt64" => "ulong",
        "Single" => "float",
        "Decimal" => "decimal",
        other => other,
    }
}

/// `default(T)`: what an unset variable, `Value<T>` and `FirstOrDefault` give.
pub(super) fn default_of(ty: &str) -> Value {
    match short_name(ty) {
        "int" => Value::Int(0),
        "long" => Value::Long(0),
        "double" => Value::Double(0.0),
        "bool" => Value::Bool(false),
        "char" => Value::Char('\0'),
        other => {
            number::keyword(other).map_or(Value::Null, |keyword| number::widened(Value::Int(0), keyword))
        }
    }
}

/// `(T)value`.
pub(super) fn cast(value: Value, ty: &TypeRef) -> Result<Value, Exception> {
    let name = if ty.rank > 0 { "[]" } else { short_name(&ty.name) };
    if value.is_null() {
        return match default_of(name) {
            Value::Null => Ok(Value::Null),
            _ if ty.nullable => Ok(Value::Null),
            _ => Err(Exception::null_reference()),
        };
    }
    if let Some(token) = value.downcast::<JToken>()
        && (matches!(name, "string" | "bool")
            || number::keyword(name).is_some()
            || (token.kind() == JsonKind::Value && !is(&value, ty)))
    {
        return cast_token(token, name, ty.nullable);
    }
    // The explicit conversions of XElement and XAttribute.
    let xml = value.downcast::<Attribute>().map(Attribute::value).or_else(|| {
        value
            .downcast::<Xml>()
            .filter(|_| value.type_name() == "XElement")?
            .get("Value")
            .ok()
            .map(|text| text.display())
    });
    if let Some(text) = xml
        && (matches!(name, "string" | "bool" | "DateTime" | "DateTimeOffset" | "Guid")
            || number::keyword(name).is_some())
    {
        return change_type(&text.into(), name);
    }
    match (name, &value) {
        (name, value) if number::keyword(name).is_some() && number::real(value).is_some() => {
            number::cast(value, name, false).unwrap_or_else(|| Ok(value.clone()))
        }
        ("char", value) if number::keyword_of(value).is_some() => {
            let code = number::whole(value).or_else(|| number::real(value).map(|number| number as i128));
            let unit = code.unwrap_or_default() as u16;
            Ok(Value::Char(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)))
        }
        _ if is(&value, ty) => Ok(value),
        ("DateTimeOffset", Value::Object(_)) => change_type(&value, name),
        ("JToken" | "JValue", Value::Object(_)) => Err(Exception::invalid_cast(&value.type_name(), name)),
        ("JToken" | "JValue", _) => Ok(Value::Object(as_token(&value)?)),
        _ => Err(Exception::invalid_cast(&value.type_name(), &ty.display())),
    }
}

/// The explicit conversions of `JToken`.
fn cast_token(token: &JToken, name: &str, nullable: bool) -> Result<Value, Exception> {
    let target = dotnet_name(name);
    let refuse = |from: &str| Exception::argument(format!("Can not convert {from} to {target}."));
    let Some(scalar) = token.as_scalar() else {
        return Err(refuse(token.type_name().trim_start_matches('J')));
    };
    if scalar.is_null() {
        return if nullable || name == "string" { Ok(Value::Null) } else { Err(refuse("Null")) };
    }
    change_type(&scalar, name)
}

fn dotnet_name(name: &str) -> &str {
    match (name, number::keyword(name)) {
        ("string", _) => "String",
        ("bool", _) => "Boolean",
        (_, Some(keyword)) => number::runtime_name(keyword),
        (other, None) => other,
    }
}

/// `value is T`.
pub(super) fn is(value: &Value, ty: &TypeRef) -> bool {
    let name = short_name(&ty.name);
    if ty.rank > 0 {
        let text = value.type_name();
        let element = text.trim_end_matches("[]");
        let rank = (text.len() - element.len()) / 2;
        // Whatever an array holds that is no simple value is an object.
        return (rank == ty.rank && (name == "object" || short_name(element) == name))
            || (rank > ty.rank && name == "object");
    }
    match (name, value) {
        (_, Value::Null) => false,
        ("object" | "dynamic", _) => true,
        ("string", Value::String(_))
        | ("int", Value::Int(_))
        | ("long", Value::Long(_))
        | ("double", Value::Double(_))
        | ("bool", Value::Bool(_))
        | ("char", Value::Char(_)) => true,
        (name, Value::Number(number)) => number.keyword() == name,
        (_, Value::Object(object)) => {
            let own = object.type_name();
            own == name || is_base(name, own, value)
        }
        _ => false,
    }
}

fn is_base(name: &str, own: &str, value: &Value) -> bool {
    match name {
        "JToken" => own.starts_with('J') && value.downcast::<JToken>().is_some(),
        "XObject" => own.starts_with('X') && (value.downcast::<Xml>().is_some() || own == "XAttribute"),
        "XNode" => value.downcast::<Xml>().is_some(),
        "XContainer" => matches!(own, "XDocument" | "XElement"),
        "HashAlgorithm" => own.starts_with("SHA") || own.starts_with("HMAC") || own == "MD5",
        "HMAC" | "KeyedHashAlgorithm" => own.starts_with("HMAC"),
        "SHA1" | "SHA256" | "SHA384" | "SHA512" => own.strip_suffix("Managed") == Some(name),
        "Group" => own == "Match",
        "Capture" => matches!(own, "Match" | "Group"),
        "ISet" => own == "HashSet",
        "JContainer" => matches!(own, "JObject" | "JArray" | "JProperty"),
        "IEnumerable" => value.elements().is_some(),
        "IDictionary" | "IReadOnlyDictionary" => own == "Dictionary",
        "IList" | "ICollection" | "IReadOnlyList" => own == "List" || own.ends_with("[]"),
        "Exception" => own.ends_with("Exception"),
        _ => false,
    }
}

/// `Convert.ChangeType(value, T)` and `Convert.ToT(value)` for the simple types.
pub(super) fn change_type(value: &Value, name: &str) -> Result<Value, Exception> {
    let name = short_name(name);
    let value = match value.downcast::<JToken>().and_then(JToken::as_scalar) {
        Some(scalar) => scalar,
        None => value.clone(),
    };
    match name {
        "string" => Ok(if value.is_null() { Value::Null } else { value.display().into() }),
        "double" | "float" | "decimal" => match &value {
            Value::Null => Ok(number::widened(Value::Int(0), name)),
            Value::Bool(flag) => Ok(number::widened(Value::Int((*flag).into()), name)),
            Value::String(text) => parse_number(text, name),
            Value::Char(_) => Err(Exception::invalid_cast("Char", number::runtime_name(name))),
            other => number::cast(other, name, true).unwrap_or_else(|| {
                Err(Exception::invalid_cast(&other.type_name(), number::runtime_name(name)))
            }),
        },
        _ if number::keyword(name).is_some() => {
            let wide = to_whole(&value, name)?;
            number::fitting(wide, name).ok_or_else(|| number::out_of_type(name))
        }
        "bool" => match &value {
            Value::Null => Ok(Value::Bool(false)),
            Value::String(text) => parse_bool(text).map(Value::Bool),
            Value::Bool(flag) => Ok(Value::Bool(*flag)),
            other => number::real(other)
                .map(|number| Value::Bool(number != 0.0))
                .ok_or_else(|| Exception::invalid_cast(&other.type_name(), "Boolean")),
        },
        "char" => match &value {
            Value::Char(c) => Ok(Value::Char(*c)),
            Value::String(text) if text.encode_utf16().count() == 1 => {
                Ok(Value::Char(text.chars().next().unwrap_or_default()))
            }
            other => Err(Exception::invalid_cast(&other.type_name(), "Char")),
        },
        "DateTimeOffset" => match &value {
            Value::String(text) => parse_date_time_offset(text),
            other if other.downcast::<DateTimeOffset>().is_some() => Ok(other.clone()),
            other => match other.downcast::<DateTime>() {
                // Local time is universal time here.
                Some(date) => DateTimeOffset::new(date.ticks, 0).map(Value::object),
                None => Err(Exception::invalid_cast(&other.type_name(), "DateTimeOffset")),
            },
        },
        "DateTime" => match &value {
            Value::String(text) => parse_date_time(text),
            other if other.downcast::<DateTime>().is_some() => Ok(other.clone()),
            other => Err(Exception::invalid_cast(&other.type_name(), "DateTime")),
        },
        "Guid" => match &value {
            Value::String(text) => Guid::parse(text).map(Value::object),
            other => Err(Exception::invalid_cast(&other.type_name(), "Guid")),
        },
        "object" | "JToken" | "JValue" => Ok(value),
        other => Err(Exception::invalid_cast(&value.type_name(), other)),
    }
}

/// What `Convert` makes of a value where it wants a whole number.
fn to_whole(value: &Value, keyword: &str) -> Result<i128, Exception> {
    match value {
        Value::Null => Ok(0),
        Value::Bool(flag) => Ok(i128::from(*flag)),
        // Convert rounds halves to even; a cast truncates.
        Value::Double(_) | Value::Number(Number::Float(_)) => {
            let rounded = number::real(value).unwrap_or(f64::NAN).round_ties_even();
            if rounded.is_finite() { Ok(rounded as i128) } else { Err(number::out_of_type(keyword)) }
        }
        Value::Number(Number::Decimal(number)) => {
            let rounded = number.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
            rounded.to_i128().ok_or_else(|| number::out_of_type(keyword))
        }
        Value::String(text) => parse_whole(text, keyword),
        Value::Object(object) => {
            Err(Exception::invalid_cast(object.type_name(), number::runtime_name(keyword)))
        }
        other => number::whole(other)
            .ok_or_else(|| Exception::invalid_cast(&other.type_name(), number::runtime_name(keyword))),
    }
}

fn wrong_format(text: &str) -> Exception {
    Exception::format(format!("The input string '{text}' was not in a correct format."))
}

/// `int.Parse` and its like: an optional sign, digits, blanks around.
fn parse_whole(text: &str, keyword: &str) -> Result<i128, Exception> {
    let digits = text.trim();
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong_format(text));
    }
    digits.parse().map_err(|_| number::out_of_type(keyword))
}

/// `T.Parse(text)` of a number type.
pub(super) fn parse_number(text: &str, keyword: &str) -> Result<Value, Exception> {
    match keyword {
        "double" => parse_double(text).map(Value::Double),
        "float" => parse_double(text).map(|number| Value::Number(Number::Float(number as f32))),
        // An exponent is not among the styles that `decimal.Parse` takes by itself (NumberStyles.Number).
        "decimal" => match text.trim().replace(',', "") {
            plain if plain.contains(['e', 'E']) => Err(wrong_format(text)),
            plain => number::parse_decimal(plain.strip_prefix('+').unwrap_or(&plain))
                .map(|number| Value::Number(Number::Decimal(number)))
                .ok_or_else(|| wrong_format(text)),
        },
        _ => {
            let number = parse_whole(text, keyword)?;
            number::fitting(number, keyword).ok_or_else(|| number::out_of_type(keyword))
        }
    }
}

/// `double.Parse` in the invariant culture: `,` groups digits.
pub(super) fn parse_double(text: &str) -> Result<f64, Exception> {
    let trimmed = text.trim();
    let plain = match trimmed {
        "Infinity" | "∞" => return Ok(f64::INFINITY),
        "-Infinity" | "-∞" => return Ok(f64::NEG_INFINITY),
        "NaN" => return Ok(f64::NAN),
        number => number.replace(',', ""),
    };
    if !plain.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E')) {
        return Err(wrong_format(text));
    }
    plain.parse().map_err(|_| wrong_format(text))
}

pub(super) fn parse_bool(text: &str) -> Result<bool, Exception> {
    match text.trim() {
        word if word.eq_ignore_ascii_case("true") => Ok(true),
        word if word.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Exception::format(format!("String '{text}' was not recognized as a valid Boolean."))),
    }
}

pub(super) fn parse_date_time(text: &str) -> Result<Value, Exception> {
    let (date, offset) = parse_date(text).ok_or_else(|| not_a_date(text))?;
    // A time with a zone becomes local time, and local time is UTC here.
    match offset {
        Some(minutes) => {
            date.plus(-minutes * 60 * 10_000_000).map(|date| Value::object(DateTime::from_utc(date)))
        }
        None => Ok(Value::object(date)),
    }
}

pub(super) fn parse_date_time_offset(text: &str) -> Result<Value, Exception> {
    let (date, offset) = parse_date(text).ok_or_else(|| not_a_date(text))?;
    let date = DateTimeOffset::new(date.ticks, offset.unwrap_or(0) * 600_000_000);
    date.map(Value::object).map_err(|_| {
        Exception::format(format!(
            "The UTC representation of the date '{text}' falls outside the year range 1-9999."
        ))
    })
}

fn not_a_date(text: &str) -> Exception {
    Exception::format(format!("String '{text}' was not recognized as a valid DateTime."))
}

/// `token.Value<T>()`: null gives the default, a `JValue` is changed to the type, a container only to a token type.
pub(super) fn token_value(value: &Value, wanted: &str) -> Result<Value, Exception> {
    let nullable = wanted.ends_with('?');
    let name = short_name(wanted.trim_end_matches('?'));
    let Some(token) = value.downcast::<JToken>() else {
        return Ok(if nullable { Value::Null } else { default_of(name) });
    };
    if matches!(name, "JToken" | "JObject" | "JArray" | "JValue") {
        if name == "JToken" || token.type_name() == name {
            return Ok(value.clone());
        }
        return Err(Exception::invalid_cast(token.type_name(), name));
    }
    match token.as_scalar() {
        Some(Value::Null) if nullable || default_of(name).is_null() => Ok(Value::Null),
        Some(Value::Null) => {
            Err(Exception::new("InvalidCastException", "Null object cannot be converted to a value type."))
        }
        Some(scalar) => change_type(&scalar, name),
        None if name == "object" => Ok(value.clone()),
        None => {
            let message = format!(
                "Cannot cast Newtonsoft.Json.Linq.{} to Newtonsoft.Json.Linq.JToken.",
                token.type_name()
            );
            Err(Exception::new("InvalidCastException", message))
        }
    }
}

/// `token.ToObject<T>()` and `JsonConvert.DeserializeObject<T>` for simple types, their lists and dictionaries.
pub(super) fn token_to_object(token: &Arc<JToken>, wanted: &str) -> Result<Value, Exception> {
    let value = Value::Object(token.clone());
    let inner = |prefix: &str| wanted.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>'));
    let items = |element: &str| -> Result<Vec<Value>, Exception> {
        let items = value.elements().filter(|_| token.kind() == JsonKind::Array);
        let items =
            items.ok_or_else(|| Exception::new("JsonSerializationException", "The JSON is not an array."))?;
        items.iter().map(|item| token_value(item, element)).collect()
    };
    if let Some(element) = inner("List<").or(inner("IEnumerable<")).or(inner("IList<")) {
        return Ok(Value::object(List::growing(items(element)?)));
    }
    if let Some(element) = wanted.strip_suffix("[]") {
        return Ok(Value::array(element, items(element)?));
    }
    if let Some(types) = inner("Dictionary<string,").or(inner("IDictionary<string,")) {
        let dictionary = Dictionary::default();
        for property in value.elements().filter(|_| token.kind() == JsonKind::Object).unwrap_or_default() {
            let (Value::Object(property), name) = (&property, property.downcast::<JToken>()) else {
                continue;
            };
            let Some(_) = name else { continue };
            dictionary.set_index(&property.get("Name")?, &token_value(&property.get("Value")?, types)?)?;
        }
        return Ok(Value::object(dictionary));
    }
    if matches!(wanted, "object" | "dynamic") {
        return Ok(value);
    }
    token_value(&value, wanted)
}

/// The bytes of a `byte[]`, also of one that was written as an array of numbers.
pub(super) fn bytes_of(value: &Value) -> Option<Vec<u8>> {
    if let Some(bytes) = value.downcast::<Bytes>() {
        return Some(bytes.to_vec());
    }
    let list = value.downcast::<List>().filter(|list| list.type_name() == "byte[]")?;
    list.elements()?.iter().map(|item| item.as_i64().and_then(|byte| u8::try_from(byte).ok())).collect()
}

/// Makes a list of another kind from anything that can be walked.
pub(super) fn collect(kind: ListKind, items: Vec<Value>) -> Value {
    match kind {
        ListKind::Array
            if !items.is_empty()
                && items.iter().all(|item| matches!(item, Value::Number(Number::Byte(_)))) =>
        {
            Value::bytes(items.iter().filter_map(|item| u8::try_from(item.as_i64()?).ok()).collect())
        }
        ListKind::Array => {
            let array =
                |first: &Value| first.type_name().ends_with("[]").then(|| first.type_name().to_string());
            if let Some(element) = items.first().and_then(array) {
                return Value::array(&element, items);
            }
            let element = items.first().map_or("object", |first| match first {
                Value::String(_) => "string",
                Value::Int(_) => "int",
                Value::Long(_) => "long",
                Value::Double(_) => "double",
                Value::Number(number) => number.keyword(),
                Value::Bool(_) => "bool",
                Value::Char(_) => "char",
                _ => "object",
            });
            Value::array(element, items)
        }
        ListKind::List => Value::object(List::growing(items)),
        ListKind::Enumerable => Value::object(List::enumerable(items)),
    }
}
