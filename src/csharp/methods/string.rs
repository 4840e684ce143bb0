//! `string`: positions count UTF-16 units as in .NET, comparisons are ordinal.

use crate::csharp::exception::Exception;
use crate::csharp::limits::check_single;
use crate::csharp::objects::{Basic, EnumValue, Jwt};
use crate::csharp::value::Value;

pub(in crate::csharp) fn get(text: &str, name: &str) -> Result<Value, Exception> {
    match name {
        "Length" => Ok(Value::Int(utf16_length(text))),
        _ => Err(Exception::missing_member("String", name)),
    }
}

fn utf16_length(text: &str) -> i32 {
    i32::try_from(text.encode_utf16().count()).unwrap_or(i32::MAX)
}

/// `text[index]`.
pub(in crate::csharp) fn index(text: &str, key: &Value) -> Result<Value, Exception> {
    let at =
        key.as_i64().ok_or_else(|| Exception::missing_overload("String", "[]", std::slice::from_ref(key)))?;
    let unit = usize::try_from(at).ok().and_then(|at| text.encode_utf16().nth(at));
    let unit = unit.ok_or_else(|| {
        Exception::new("IndexOutOfRangeException", "Index was outside the bounds of the array.")
    })?;
    // Half of a surrogate pair has no character of its own here.
    Ok(Value::Char(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)))
}

/// Runs a method; None where `string` has none of that name and these arguments.
pub(in crate::csharp) fn call(text: &str, name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    let ignore_case = args.last().is_some_and(|last| last.downcast::<EnumValue>().is_some())
        && args.last().is_some_and(|last| last.display().ends_with("IgnoreCase"));
    let compared = args.last().is_some_and(|last| last.type_name() == "StringComparison");
    let args = if compared { &args[..args.len() - 1] } else { args };
    let fold = |text: &str| if ignore_case { upper(text) } else { text.to_owned() };
    if matches!(name, "Contains" | "StartsWith" | "EndsWith" | "IndexOf" | "Replace")
        && args.first().is_some_and(Value::is_null)
    {
        return Some(Err(Exception::argument_null("value")));
    }
    let piece = args.first().map(Value::display).unwrap_or_default();
    let textual = matches!(args.first(), Some(Value::String(_) | Value::Char(_)));
    let result = match (name, args) {
        ("Contains", [_]) if textual => Ok(Value::Bool(fold(text).contains(&fold(&piece)))),
        ("StartsWith", [_]) if textual => Ok(Value::Bool(fold(text).starts_with(&fold(&piece)))),
        ("EndsWith", [_]) if textual => Ok(Value::Bool(fold(text).ends_with(&fold(&piece)))),
        ("Equals", [other]) => Ok(Value::Bool(match other {
            Value::String(other) => fold(text) == fold(other),
            _ => false,
        })),
        ("CompareTo", [Value::String(other)]) => Ok(Value::Int(text.cmp(other) as i32)),
        ("IndexOf", [_, rest @ ..]) if textual => position(&fold(text), &fold(&piece), rest),
        ("LastIndexOf", [_]) if textual => {
            let text = fold(text);
            Ok(Value::Int(text.rfind(&fold(&piece)).map_or(-1, |at| utf16_length(&text[..at]))))
        }
        ("ToLower" | "ToLowerInvariant", []) => Ok(lower(text).into()),
        ("ToUpper" | "ToUpperInvariant", []) => Ok(upper(text).into()),
        ("ToString", []) => Ok(text.into()),
        ("Trim", _) => chars_of(args).map(|set| trim(text, &set, true, true)),
        ("TrimStart", _) => chars_of(args).map(|set| trim(text, &set, true, false)),
        ("TrimEnd", _) => chars_of(args).map(|set| trim(text, &set, false, true)),
        ("Split", _) => split(text, args),
        ("Replace", [_, with]) if textual => replace(text, &piece, &with.display(), ignore_case),
        ("Substring", [from]) => substring(text, from.as_i64(), None),
        ("Substring", [from, length]) => substring(text, from.as_i64(), Some(length.as_i64())),
        ("Remove", [from]) => substring(text, Some(0), Some(from.as_i64())),
        ("Remove", [from, length]) => remove(text, from.as_i64(), length.as_i64()),
        ("Insert", [at, Value::String(more)]) => insert(text, at.as_i64(), more),
        ("PadLeft" | "PadRight", [Value::Int(width), rest @ ..]) => {
            pad(text, *width, rest, name == "PadLeft")
        }
        ("AsJwt", []) => Ok(Jwt::parse(text).map_or(Value::Null, Value::object)),
        ("AsBasic", []) => Ok(Basic::parse(text).map_or(Value::Null, Value::object)),
        ("Clone", []) => Ok(text.into()),
        ("IndexOfAny" | "LastIndexOfAny", [chars]) => {
            let set: Vec<char> = chars.display_chars();
            let found = if name == "IndexOfAny" {
                text.find(|c| set.contains(&c))
            } else {
                text.rfind(|c| set.contains(&c))
            };
            Ok(Value::Int(found.map_or(-1, |at| utf16_length(&text[..at]))))
        }
        ("ToCharArray", []) => Ok(Value::array("char", text.chars().map(Value::Char).collect())),
        _ => return None,
    };
    Some(result)
}

/// .NET maps character by character (`ß` has no upper case of one character and stays), so positions keep.
fn upper(text: &str) -> String {
    text.chars().map(|c| sole(c.to_uppercase()).unwrap_or(c)).collect()
}

fn lower(text: &str) -> String {
    text.chars().map(|c| sole(c.to_lowercase()).unwrap_or(c)).collect()
}

fn sole(mut mapped: impl ExactSizeIterator<Item = char>) -> Option<char> {
    if mapped.len() == 1 { mapped.next() } else { None }
}

fn position(text: &str, piece: &str, rest: &[Value]) -> Result<Value, Exception> {
    let start = match rest {
        [] => 0,
        [Value::Int(start)] => usize::try_from(*start).map_err(|_| length_error())?,
        _ => return Err(Exception::missing_overload("String", "IndexOf", rest)),
    };
    let units: Vec<u16> = text.encode_utf16().collect();
    let after = units.get(start..).ok_or_else(length_error)?;
    let after = String::from_utf16_lossy(after);
    let found = after.find(piece).map(|at| start + after[..at].encode_utf16().count());
    Ok(Value::Int(found.map_or(-1, |at| i32::try_from(at).unwrap_or(i32::MAX))))
}

fn length_error() -> Exception {
    Exception::out_of_range(
        "Index and length must refer to a location within the string. (Parameter 'length')",
    )
}

fn slice(
    text: &str,
    from: Option<i64>,
    length: Option<i64>,
) -> Result<(Vec<u16>, std::ops::Range<usize>), Exception> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let from = from.and_then(|from| usize::try_from(from).ok()).ok_or_else(length_error)?;
    let length = match length {
        Some(length) => usize::try_from(length).map_err(|_| length_error())?,
        None => units.len().checked_sub(from).ok_or_else(length_error)?,
    };
    let end = from.checked_add(length).filter(|end| *end <= units.len()).ok_or_else(length_error)?;
    Ok((units, from..end))
}

fn substring(text: &str, from: Option<i64>, length: Option<Option<i64>>) -> Result<Value, Exception> {
    let length = length.map(|length| length.ok_or_else(length_error)).transpose()?;
    let (units, range) = slice(text, from, length)?;
    Ok(String::from_utf16_lossy(&units[range]).into())
}

fn remove(text: &str, from: Option<i64>, length: Option<i64>) -> Result<Value, Exception> {
    let (mut units, range) = slice(text, from, Some(length.ok_or_else(length_error)?))?;
    units.drain(range);
    Ok(String::from_utf16_lossy(&units).into())
}

fn insert(text: &str, at: Option<i64>, more: &str) -> Result<Value, Exception> {
    check_single(text.len() + more.len())?;
    let (mut units, range) = slice(text, at, Some(0))?;
    units.splice(range, more.encode_utf16());
    Ok(String::from_utf16_lossy(&units).into())
}

fn pad(text: &str, width: i32, with: &[Value], left: bool) -> Result<Value, Exception> {
    let fill = match with {
        [] => ' ',
        [Value::Char(fill)] => *fill,
        _ => return Err(Exception::missing_overload("String", "Pad", with)),
    };
    let width =
        usize::try_from(width).map_err(|_| Exception::out_of_range("Non-negative number required."))?;
    check_single(width)?;
    let padding: String =
        std::iter::repeat_n(fill, width.saturating_sub(text.encode_utf16().count())).collect();
    Ok(if left { padding + text } else { text.to_owned() + &padding }.into())
}

fn replace(text: &str, old: &str, new: &str, ignore_case: bool) -> Result<Value, Exception> {
    if old.is_empty() {
        return Err(Exception::argument("String cannot be of zero length. (Parameter 'oldValue')"));
    }
    if ignore_case {
        return Err(Exception::missing_overload("String", "Replace", &[]));
    }
    check_single(text.len().saturating_add(text.matches(old).count().saturating_mul(new.len())))?;
    Ok(text.replace(old, new).into())
}

/// The characters given as `params char[]`, as an array, or as one string (`Split` only).
fn chars_of(args: &[Value]) -> Result<Vec<char>, Exception> {
    let wrong = || Exception::missing_overload("String", "Trim", args);
    let values = match args {
        [single] => single
            .downcast::<crate::csharp::objects::List>()
            .map_or_else(|| args.to_vec(), |_| single.elements().unwrap_or_default()),
        _ => args.to_vec(),
    };
    values.iter().map(|value| if let Value::Char(c) = value { Ok(*c) } else { Err(wrong()) }).collect()
}

fn trim(text: &str, set: &[char], start: bool, end: bool) -> Value {
    let drop = |c: char| if set.is_empty() { c.is_whitespace() } else { set.contains(&c) };
    let text = if start { text.trim_start_matches(drop) } else { text };
    let text = if end { text.trim_end_matches(drop) } else { text };
    text.into()
}

/// `Split(',')`, `Split(new[] { ',' }, options)`, `Split("::")`, `Split(',', 2)`.
fn split(text: &str, args: &[Value]) -> Result<Value, Exception> {
    let mut separators: Vec<String> = Vec::new();
    let (mut most, mut remove_empty, mut trim_entries) = (usize::MAX, false, false);
    for argument in args {
        match argument {
            Value::Char(_) | Value::String(_) => separators.push(argument.display()),
            Value::Int(count) => {
                most = usize::try_from(*count)
                    .map_err(|_| Exception::out_of_range("Count cannot be less than zero."))?;
            }
            Value::Null => {}
            other if other.type_name() == "StringSplitOptions" => {
                remove_empty = other.display().contains("RemoveEmptyEntries");
                trim_entries = other.display().contains("TrimEntries");
            }
            other => match other.elements() {
                Some(items) => separators.extend(items.iter().map(Value::display)),
                None => return Err(Exception::missing_overload("String", "Split", args)),
            },
        }
    }
    separators.retain(|separator| !separator.is_empty());
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = text;
    while parts.len() + 1 < most {
        let found = if separators.is_empty() {
            rest.char_indices().find(|(_, c)| c.is_whitespace()).map(|(at, c)| (at, c.len_utf8()))
        } else {
            let hits = separators
                .iter()
                .filter_map(|separator| rest.find(separator.as_str()).map(|at| (at, separator.len())));
            hits.min_by_key(|(at, length)| (*at, usize::MAX - length))
        };
        let Some((at, length)) = found else { break };
        if !(remove_empty && rest[..at].trim_matches(|c: char| trim_entries && c.is_whitespace()).is_empty())
        {
            parts.push(&rest[..at]);
        }
        rest = &rest[at + length..];
    }
    parts.push(rest);
    let parts = parts.into_iter().map(|part| if trim_entries { part.trim() } else { part });
    let parts = parts.filter(|part| !(remove_empty && part.is_empty()));
    Ok(Value::array("string", parts.map(Value::string).collect()))
}
