//! Run-time values, and what an expression may ask of the outside.

use std::sync::Arc;

/// A run-time value. Strings are shared; reference types of .NET that the host supplies are [`Object`]s.
#[derive(Clone)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Double(f64),
    Char(char),
    String(Arc<str>),
    Object(Arc<dyn Object>),
}

/// A .NET object as an expression sees it: `context`, `context.Request`, a JObject, a list.
pub trait Object: Send + Sync {
    /// The .NET name used in messages, such as `IRequest`.
    fn type_name(&self) -> &str;

    /// Reads a property.
    ///
    /// # Errors
    /// [`Exception`] where there is no such property or reading it throws.
    fn get(&self, name: &str) -> Result<Value, Exception>;

    /// Calls a method. `type_args` are the names between `<` and `>`, as written.
    ///
    /// # Errors
    /// [`Exception`] where there is no such method or it throws.
    fn call(&self, name: &str, type_args: &[String], args: &[Value]) -> Result<Value, Exception>;

    /// Reads `object[key]`.
    ///
    /// # Errors
    /// [`Exception`] where the type has no indexer or the key is not there.
    fn index(&self, key: &Value) -> Result<Value, Exception>;

    /// What `ToString()`, `+ ""` and interpolation give.
    fn display(&self) -> String {
        self.type_name().to_owned()
    }

    /// The elements that `foreach` sees; None where the type cannot be enumerated.
    fn elements(&self) -> Option<Vec<Value>> {
        None
    }

    /// For downcasts of the evaluator's own object types.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// A thrown .NET exception: `try`/`catch` sees it, otherwise the policy fails with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// Such as `NullReferenceException`.
    pub kind: String,
    pub message: String,
}

/// What an expression may ask of the outside; virtual in tests.
pub trait Environment {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_unix_ms(&self) -> i64;
    fn random_u64(&self) -> u64;
}
