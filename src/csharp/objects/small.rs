//! The small types: enumeration members, Guid, Random, encodings, StringBuilder, anonymous objects, and caught
//! exceptions.

use std::any::Any;
use std::sync::Mutex;

use super::{Bytes, lock};
use crate::csharp::exception::Exception;
use crate::csharp::limits;
use crate::csharp::value::{Object, Value};

/// A member of a .NET enumeration, such as `Formatting.None`.
pub(in crate::csharp) struct EnumValue {
    name: &'static str,
    member: String,
}

impl EnumValue {
    pub(in crate::csharp) fn new(name: &'static str, member: &str) -> Self {
        Self { name, member: member.to_owned() }
    }
}

impl Object for EnumValue {
    fn type_name(&self) -> &str {
        self.name
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        Err(Exception::missing_member(self.name, name))
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        Err(Exception::missing_overload(self.name, name, args))
    }

    fn display(&self) -> String {
        self.member.clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `Guid`, as its 128 bits in the order of its text.
pub(in crate::csharp) struct Guid(pub uuid::Uuid);

impl Guid {
    pub(in crate::csharp) fn parse(text: &str) -> Result<Self, Exception> {
        uuid::Uuid::try_parse(text.trim())
            .map(Self)
            .map_err(|_| Exception::format("Unrecognized Guid format."))
    }
}

impl Object for Guid {
    fn type_name(&self) -> &str {
        "Guid"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        Err(Exception::missing_member("Guid", name))
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            // The first three groups are little-endian.
            ("ToByteArray", []) => Ok(Value::object(Bytes(self.0.to_bytes_le().to_vec()))),
            _ => Err(Exception::missing_overload("Guid", name, args)),
        }
    }

    fn display(&self) -> String {
        self.0.hyphenated().to_string()
    }

    fn format(&self, format: &str) -> Result<String, Exception> {
        match format {
            "" | "D" | "d" | "json" => Ok(self.display()),
            "N" | "n" => Ok(self.0.simple().to_string()),
            "B" | "b" => Ok(self.0.braced().to_string()),
            "P" | "p" => Ok(format!("({})", self.display())),
            _ => Err(Exception::format("Format string can be only \"D\", \"N\", \"P\" or \"B\" here.")),
        }
    }

    fn ordinal(&self) -> Option<i128> {
        Some(self.0.as_u128() as i128)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `Random`. The sequence is not .NET's; with a seed it repeats, without one it follows the environment.
pub(in crate::csharp) struct Random(Mutex<u64>);

impl Random {
    pub(in crate::csharp) fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }

    /// SplitMix64.
    fn next(&self) -> u64 {
        let mut state = lock(&self.0);
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&self, from: i32, to: i32) -> Value {
        let width = (i64::from(to) - i64::from(from)).max(1) as u64;
        Value::Int((i64::from(from) + (self.next() % width) as i64) as i32)
    }
}

impl Object for Random {
    fn type_name(&self) -> &str {
        "Random"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        Err(Exception::missing_member("Random", name))
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("Next", []) => Ok(self.below(0, i32::MAX)),
            ("Next", [Value::Int(to)]) if *to >= 0 => Ok(self.below(0, *to)),
            ("Next", [Value::Int(from), Value::Int(to)]) if from <= to => Ok(self.below(*from, *to)),
            ("Next", [Value::Int(_)] | [Value::Int(_), Value::Int(_)]) => Err(Exception::out_of_range(
                "'minValue' cannot be greater than maxValue. (Parameter 'minValue')",
            )),
            ("NextDouble", []) => Ok(Value::Double((self.next() >> 11) as f64 / (1u64 << 53) as f64)),
            _ => Err(Exception::missing_overload("Random", name, args)),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `Encoding.UTF8` and `Encoding.ASCII`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::csharp) enum Encoding {
    Utf8,
    Ascii,
}

impl Object for Encoding {
    fn type_name(&self) -> &str {
        "Encoding"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        Err(Exception::missing_member("Encoding", name))
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("GetBytes" | "GetString" | "GetByteCount", [Value::Null]) => Err(Exception::argument_null("s")),
            ("GetBytes", [Value::String(text)]) => Ok(Value::object(Bytes(self.encode(text)))),
            ("GetByteCount", [Value::String(text)]) => {
                Ok(Value::Int(i32::try_from(self.encode(text).len()).unwrap_or(i32::MAX)))
            }
            ("GetString", [bytes]) => match bytes.downcast::<Bytes>() {
                Some(Bytes(bytes)) if *self == Self::Utf8 => {
                    Ok(String::from_utf8_lossy(bytes).into_owned().into())
                }
                Some(Bytes(bytes)) => {
                    let text: String =
                        bytes.iter().map(|byte| if byte.is_ascii() { *byte as char } else { '?' }).collect();
                    Ok(text.into())
                }
                None => Err(Exception::missing_overload("Encoding", name, args)),
            },
            _ => Err(Exception::missing_overload("Encoding", name, args)),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Encoding {
    fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            // .NET replaces each UTF-16 unit.
            Self::Ascii => text
                .encode_utf16()
                .map(|unit| u8::try_from(unit).ok().filter(u8::is_ascii).unwrap_or(b'?'))
                .collect(),
        }
    }
}

/// `StringBuilder`; its methods give the builder back, so the caller does that.
pub(in crate::csharp) struct StringBuilder(Mutex<String>);

impl StringBuilder {
    pub(in crate::csharp) fn new(text: String) -> Self {
        Self(Mutex::new(text))
    }
}

impl Object for StringBuilder {
    fn type_name(&self) -> &str {
        "StringBuilder"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Length" => {
                Ok(Value::Int(i32::try_from(lock(&self.0).encode_utf16().count()).unwrap_or(i32::MAX)))
            }
            _ => Err(Exception::missing_member("StringBuilder", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        let more = match (name, args) {
            ("Append", [value]) => value.display(),
            ("AppendLine", []) => "\n".to_owned(),
            ("AppendLine", [value]) => value.display() + "\n",
            ("AppendFormat", [Value::String(format), values @ ..]) => {
                crate::csharp::format::composite(format, values)?
            }
            ("Clear", []) => {
                lock(&self.0).clear();
                return Ok(Value::Null);
            }
            _ => return Err(Exception::missing_overload("StringBuilder", name, args)),
        };
        let mut text = lock(&self.0);
        limits::check_single(text.len() + more.len())?;
        text.push_str(&more);
        Ok(Value::Null)
    }

    fn display(&self) -> String {
        lock(&self.0).clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `new { A = 1 }`.
pub(in crate::csharp) struct Anonymous(pub Vec<(String, Value)>);

impl Object for Anonymous {
    fn type_name(&self) -> &str {
        "anonymous type"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let found = self.0.iter().find(|(member, _)| member == name);
        found.map(|(_, value)| value.clone()).ok_or_else(|| Exception::missing_member("anonymous type", name))
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        Err(Exception::missing_overload("anonymous type", name, args))
    }

    fn display(&self) -> String {
        let mut out = String::from("{ ");
        for (index, (name, value)) in self.0.iter().enumerate() {
            // Whoever takes a text that is too large refuses it.
            if out.len() > limits::MAX_SINGLE {
                break;
            }
            let separator = if index > 0 { ", " } else { "" };
            out.push_str(&format!("{separator}{name} = {}", value.display()));
        }
        out + " }"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The variable of `catch (Exception ex)`, and what `new Exception("…")` makes.
pub(in crate::csharp) struct Raised(pub Exception);

impl Object for Raised {
    fn type_name(&self) -> &str {
        &self.0.kind
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Message" => Ok(self.0.message.as_str().into()),
            "InnerException" => Ok(Value::Null),
            _ => Err(Exception::missing_member(&self.0.kind, name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        Err(Exception::missing_overload(&self.0.kind, name, args))
    }

    fn display(&self) -> String {
        format!("System.{}: {}", self.0.kind, self.0.message)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
