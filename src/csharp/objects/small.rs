//! The small types: enumeration members, Guid, Random, encodings, StringBuilder, anonymous objects, and caught
//! exceptions.

use std::any::Any;
use std::sync::Mutex;

use super::lock;
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

    /// `a | b`, as .NET prints it; None where they are of two enumerations.
    pub(in crate::csharp) fn or(&self, other: &Self) -> Option<Self> {
        let mut names: Vec<&str> = self.member.split(", ").chain(other.member.split(", ")).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() > 1 {
            names.retain(|name| *name != "None");
        }
        (self.name == other.name).then(|| Self { name: self.name, member: names.join(", ") })
    }

    /// Whether it is the member, or has it among its flags.
    pub(in crate::csharp) fn has(&self, member: &str) -> bool {
        self.member.split(", ").any(|own| own == member)
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
            ("ToByteArray", []) => Ok(Value::bytes(self.0.to_bytes_le().to_vec())),
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
