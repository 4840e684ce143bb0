//! C# values at the border of the interpreter: what they print as, and how arguments are read.

use crate::csharp::{Exception, Value};

/// What `ToString()` gives; null is empty.
pub(super) fn display(value: &Value) -> String {
    value.display()
}

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
        None | Some(Value::Null) => Err(exception("ArgumentNullException", "Value cannot be null.")),
        Some(value) => Ok(value.display()),
    }
}

pub(super) fn exception(kind: &str, message: impl Into<String>) -> Exception {
    Exception { kind: kind.to_owned(), message: message.into() }
}

/// The exception for a member that the type does not have.
pub(super) fn no_member(type_name: &str, member: &str) -> Exception {
    exception("MissingMemberException", format!("'{type_name}' has no member '{member}' that is evaluated."))
}

pub(super) fn no_indexer(type_name: &str) -> Exception {
    exception("MissingMemberException", format!("'{type_name}' cannot be indexed."))
}
