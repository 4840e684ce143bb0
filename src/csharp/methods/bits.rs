//! `BitConverter`: numbers as bytes, the lowest byte first as on every machine of the service.

use crate::csharp::convert::bytes_of;
use crate::csharp::exception::Exception;
use crate::csharp::number::Number;
use crate::csharp::objects::slice;
use crate::csharp::value::Value;

pub(super) fn call(name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
    match (name, args) {
        ("GetBytes", [value]) => bytes(value).map(|bytes| Ok(Value::bytes(bytes))),
        ("DoubleToInt64Bits", [Value::Double(number)]) => {
            Some(Ok(Value::Long(number.to_bits().cast_signed())))
        }
        ("Int64BitsToDouble", [number]) => {
            Some(Ok(Value::Double(f64::from_bits(number.as_i64()?.cast_unsigned()))))
        }
        ("ToString", [bytes, rest @ ..]) => {
            let bytes = bytes_of(bytes)?;
            Some(part(&bytes, rest, None).map(|part| {
                part.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join("-").into()
            }))
        }
        (_, [bytes, Value::Int(from)]) => {
            let width = match name {
                "ToBoolean" => 1,
                "ToInt16" | "ToUInt16" | "ToChar" => 2,
                "ToInt32" | "ToUInt32" | "ToSingle" => 4,
                "ToInt64" | "ToUInt64" | "ToDouble" => 8,
                _ => return None,
            };
            let bytes = bytes_of(bytes)?;
            Some(part(&bytes, &[Value::Int(*from)], Some(width)).map(|part| read(name, part)))
        }
        _ => None,
    }
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    Some(match value {
        Value::Bool(flag) => vec![u8::from(*flag)],
        Value::Int(number) => number.to_le_bytes().to_vec(),
        Value::Long(number) => number.to_le_bytes().to_vec(),
        Value::Double(number) => number.to_le_bytes().to_vec(),
        Value::Char(c) => u16::try_from(u32::from(*c)).ok()?.to_le_bytes().to_vec(),
        Value::Number(Number::Short(number)) => number.to_le_bytes().to_vec(),
        Value::Number(Number::UShort(number)) => number.to_le_bytes().to_vec(),
        Value::Number(Number::UInt(number)) => number.to_le_bytes().to_vec(),
        Value::Number(Number::ULong(number)) => number.to_le_bytes().to_vec(),
        Value::Number(Number::Float(number)) => number.to_le_bytes().to_vec(),
        // `GetBytes(byte)` is `GetBytes(short)`.
        Value::Number(Number::Byte(number)) => i16::from(*number).to_le_bytes().to_vec(),
        Value::Number(Number::SByte(number)) => i16::from(*number).to_le_bytes().to_vec(),
        _ => return None,
    })
}

/// `(bytes)`, `(bytes, from)`, `(bytes, from, count)`; `width` is the count that is needed.
fn part<'a>(bytes: &'a [u8], rest: &[Value], width: Option<i32>) -> Result<&'a [u8], Exception> {
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    match (rest, width) {
        ([], _) => Ok(bytes),
        ([Value::Int(from)], Some(width)) => slice(bytes, *from, width).map_err(|_| {
            Exception::argument(
                "Destination array is not long enough to copy all the items in the collection. Check array index and \
                 length.",
            )
        }),
        ([Value::Int(from)], None) => slice(bytes, *from, length.saturating_sub(*from)),
        ([Value::Int(from), Value::Int(count)], _) => slice(bytes, *from, *count),
        _ => Err(Exception::missing_overload("BitConverter", "ToString", rest)),
    }
}

fn read(name: &str, part: &[u8]) -> Value {
    let mut wide = [0; 8];
    wide[..part.len()].copy_from_slice(part);
    let bits = u64::from_le_bytes(wide);
    match name {
        "ToBoolean" => Value::Bool(bits != 0),
        "ToInt16" => Value::Number(Number::Short(bits as i16)),
        "ToUInt16" => Value::Number(Number::UShort(bits as u16)),
        "ToChar" => Value::Char(char::from_u32(bits as u32).unwrap_or(char::REPLACEMENT_CHARACTER)),
        "ToInt32" => Value::Int(bits as i32),
        "ToUInt32" => Value::Number(Number::UInt(bits as u32)),
        "ToSingle" => Value::Number(Number::Float(f32::from_bits(bits as u32))),
        "ToUInt64" => Value::Number(Number::ULong(bits)),
        "ToDouble" => Value::Double(f64::from_bits(bits)),
        _ => Value::Long(bits as i64),
    }
}
