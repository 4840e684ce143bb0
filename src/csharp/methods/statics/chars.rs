//! Static members of `char`: categories and cases. A character is what Rust calls one, so that half of a surrogate pair is
//! the replacement character.

use super::conversion::conversion;
use crate::csharp::exception::Exception;
use crate::csharp::methods::{regex, string};
use crate::csharp::value::Value;

pub(super) fn character(name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    match (name, args) {
        ("ToString", [Value::Char(c)]) => return Some(Ok(c.to_string().into())),
        ("Parse", [Value::String(text)]) => return conversion("ToChar", &[text.as_ref().into()]),
        ("ConvertFromUtf32", [Value::Int(code)]) => {
            let c = u32::try_from(*code).ok().and_then(char::from_u32);
            return Some(c.map(|c| c.to_string().into()).ok_or_else(|| {
                Exception::out_of_range(
                    "A valid UTF32 value is between 0x000000 and 0x10ffff, inclusive, and should not include surrogate \
                     codepoint values (0x00d800 ~ 0x00dfff). (Parameter 'utf32')",
                )
            }));
        }
        ("ConvertToUtf32", [Value::String(text), Value::Int(at)]) => {
            let units: Vec<u16> = text.encode_utf16().collect();
            let rest = usize::try_from(*at).ok().and_then(|at| units.get(at..)).unwrap_or_default();
            let c = char::decode_utf16(rest.iter().copied()).next().and_then(Result::ok);
            return Some(
                c.map(|c| Value::Int(c as i32))
                    .ok_or_else(|| Exception::out_of_range("Index was out of range. (Parameter 'index')")),
            );
        }
        (_, [text @ Value::String(_), at]) => {
            let c = string::index(text.as_str()?, at);
            return match c {
                Ok(c) => character(name, &[c]),
                Err(_) => Some(Err(Exception::out_of_range("Index was out of range. (Parameter 'index')"))),
            };
        }
        _ => {}
    }
    let [Value::Char(c)] = args else { return None };
    // Half of a pair is the replacement character here.
    let is_half = *c == char::REPLACEMENT_CHARACTER;
    Some(Ok(match name {
        "IsDigit" => Value::Bool(regex::is_digit(*c)),
        "IsNumber" => Value::Bool(c.is_numeric()),
        "IsLetter" => Value::Bool(c.is_alphabetic()),
        "IsLetterOrDigit" => Value::Bool(c.is_alphabetic() || regex::is_digit(*c)),
        "IsWhiteSpace" => Value::Bool(c.is_whitespace()),
        "IsUpper" => Value::Bool(c.is_uppercase()),
        "IsLower" => Value::Bool(c.is_lowercase()),
        "IsControl" => Value::Bool(c.is_control()),
        "IsPunctuation" => Value::Bool(regex::is_of(*c, "P")),
        "IsSymbol" => Value::Bool(regex::is_of(*c, "S")),
        "IsSeparator" => Value::Bool(regex::is_of(*c, "Z")),
        "IsSurrogate" | "IsHighSurrogate" | "IsLowSurrogate" => Value::Bool(is_half),
        "GetNumericValue" => Value::Double(c.to_digit(10).map_or(-1.0, f64::from)),
        "ToUpper" | "ToUpperInvariant" => Value::Char(single(c.to_uppercase()).unwrap_or(*c)),
        "ToLower" | "ToLowerInvariant" => Value::Char(single(c.to_lowercase()).unwrap_or(*c)),
        _ => return None,
    }))
}

/// The one character that a mapping gives; of `ß` there is none.
fn single(mut mapped: impl ExactSizeIterator<Item = char>) -> Option<char> {
    if mapped.len() == 1 { mapped.next() } else { None }
}
