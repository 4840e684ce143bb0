//! C# values at the border of the interpreter: what they print as, and how arguments are read.

use crate::csharp::{Exception, Value};

/// A value in a message.
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => format!("the text `{text}`"),
        other => format!("`{}` of type {}", other.display(), other.type_name()),
    }
}

/// Returns the first argument as text.
///
/// # Errors
/// The exception that .NET throws for a null name.
pub(super) fn name_argument(args: &[Value]) -> Result<String, Exception> {
    match args.first() {
        None | Some(Value::Null) => Err(Exception::argument_null("key")),
        Some(value) => Ok(value.display()),
    }
}

/// Whether two variables hold the same value: equal where they are plain, one object where they are objects.
pub(super) fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Long(left), Value::Long(right)) => left == right,
        (Value::Double(left), Value::Double(right)) => left.to_bits() == right.to_bits(),
        (Value::Char(left), Value::Char(right)) => left == right,
        (Value::String(left), Value::String(right)) => left == right,
        (Value::Object(left), Value::Object(right)) => std::sync::Arc::ptr_eq(left, right),
        _ => false,
    }
}
