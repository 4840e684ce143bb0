//! `Convert`: what it makes of values that a cast would refuse, base 64, and other bases than ten.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::csharp::convert;
use crate::csharp::exception::Exception;
use crate::csharp::number;
use crate::csharp::objects::slice;
use crate::csharp::value::Value;

pub(super) fn conversion(name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    Some(match (name, args) {
        ("ToString", [value]) => Ok(value.display().into()),
        (
            "ToBoolean" | "ToDateTime" | "ToInt16" | "ToUInt16" | "ToInt32" | "ToUInt32" | "ToInt64",
            [value],
        )
        | ("ToUInt64" | "ToByte" | "ToSByte" | "ToDouble" | "ToSingle" | "ToDecimal", [value]) => {
            convert::change_type(value, &name["To".len()..])
        }
        ("ToBase64String" | "FromBase64String", [Value::Null]) => Err(Exception::argument_null("s")),
        ("ToBase64String", [bytes, Value::Int(from), Value::Int(count)]) => {
            slice(&convert::bytes_of(bytes)?, *from, *count).map(|part| STANDARD.encode(part).into())
        }
        ("ToChar", [Value::String(text)]) => match text.chars().next() {
            Some(c) if text.encode_utf16().count() == 1 => Ok(Value::Char(c)),
            _ => Err(Exception::format("String must be exactly one character long.")),
        },
        ("ToChar", [number]) => Ok(Value::Char(
            u16::try_from(number.as_i64()?)
                .ok()
                .and_then(|unit| char::from_u32(unit.into()))
                .unwrap_or('\u{fffd}'),
        )),
        ("IsDBNull", [_]) => Ok(Value::Bool(false)),
        (
            "ToString" | "ToByte" | "ToInt16" | "ToInt32" | "ToInt64" | "ToUInt32" | "ToUInt64",
            [value, Value::Int(radix)],
        ) => {
            return in_radix(name, value, *radix);
        }
        ("ToBase64String", [bytes]) => Ok(STANDARD.encode(convert::bytes_of(bytes)?).into()),
        ("FromBase64String", [Value::String(text)]) => {
            // .NET skips blanks.
            let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            STANDARD.decode(compact).map(Value::bytes).map_err(|_| {
                Exception::format(
                    "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two \
                     padding characters, or an illegal character among the padding characters.",
                )
            })
        }
        _ => return None,
    })
}

/// `Convert.ToString(255, 16)` and `Convert.ToInt32("ff", 16)`, with 2, 8, 10 or 16.
fn in_radix(name: &str, value: &Value, radix: i32) -> Option<Result<Value, Exception>> {
    if !matches!(radix, 2 | 8 | 10 | 16) {
        return Some(Err(Exception::argument("Invalid Base.")));
    }
    if name == "ToString" {
        let keyword = number::keyword_of(value)?;
        let whole = number::whole(value)?;
        // A negative number shows its bits.
        let bits = match keyword {
            "int" => u64::from(whole as u32),
            "short" => u64::from(whole as u16),
            "byte" => u64::from(whole as u8),
            _ => whole as u64,
        };
        return Some(Ok(match radix {
            2 => format!("{bits:b}"),
            8 => format!("{bits:o}"),
            16 => format!("{bits:x}"),
            _ => whole.to_string(),
        }
        .into()));
    }
    let keyword = convert::short_name(&name["To".len()..]);
    let text = match value {
        Value::String(text) => text,
        Value::Null => return Some(Ok(number::widened(Value::Int(0), keyword))),
        _ => return None,
    };
    if radix == 10 {
        return Some(convert::parse_number(text, keyword));
    }
    let digits = if radix == 16 { text.trim_start_matches("0x").trim_start_matches("0X") } else { text };
    if digits.is_empty() {
        let message = "Index was out of range. Must be non-negative and less than the size of the collection. \
                       (Parameter 'startIndex')";
        return Some(Err(Exception::out_of_range(message)));
    }
    let Ok(number) = i128::from_str_radix(digits, radix.cast_unsigned()) else {
        return Some(Err(Exception::format("Could not find any recognizable digits.")));
    };
    // All bits may be given: "ffffffff" is -1.
    let fits = matches!(number::whole(&number::wrapped(number, keyword)), Some(back) if back == number)
        || number < 1 << bits_of(keyword);
    Some(if fits { Ok(number::wrapped(number, keyword)) } else { Err(number::out_of_type(keyword)) })
}

fn bits_of(keyword: &str) -> u32 {
    match keyword {
        "byte" | "sbyte" => 8,
        "short" | "ushort" => 16,
        "int" | "uint" => 32,
        _ => 64,
    }
}
