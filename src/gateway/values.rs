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
