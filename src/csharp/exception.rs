//! Thrown .NET exceptions.

/// A thrown .NET exception: `try`/`catch` sees it, otherwise the policy fails with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// Such as `NullReferenceException`.
    pub kind: String,
    pub message: String,
}

impl Exception {
    /// An exception by the name of its .NET type, without namespace.
    pub fn new(kind: &str, message: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), message: message.into() }
    }

    /// A member of null was asked for.
    pub fn null_reference() -> Self {
        Self::new("NullReferenceException", "Object reference not set to an instance of an object.")
    }

    /// A value of type `from` was cast to `to`, which it is not.
    pub fn invalid_cast(from: &str, to: &str) -> Self {
        let (from, to) = (full_name(from), full_name(to));
        Self::new("InvalidCastException", format!("Unable to cast object of type '{from}' to type '{to}'."))
    }

    /// The member is not there, or not evaluated. The service would not have compiled the expression.
    pub fn missing_member(type_name: &str, member: &str) -> Self {
        Self::new(
            "MissingMemberException",
            format!("'{type_name}' has no member '{member}' that is evaluated."),
        )
    }

    /// The service compiles this; the evaluator does not run it.
    pub fn not_run(what: &str) -> Self {
        Self::new("NotSupportedException", format!("{what} is C# that the sandbox does not run."))
    }

    /// The arguments fit no overload that is evaluated. The service might not have compiled the expression.
    pub fn missing_overload(type_name: &str, member: &str, args: &[super::Value]) -> Self {
        let types: Vec<_> = args.iter().map(super::Value::type_name).collect();
        Self::new(
            "MissingMethodException",
            format!("'{type_name}.{member}({})' has no overload that is evaluated.", types.join(", ")),
        )
    }

    /// A text is not in the form that reading it needs.
    pub fn format(message: impl Into<String>) -> Self {
        Self::new("FormatException", message)
    }

    /// A number does not fit `type_name`.
    pub fn overflow(type_name: &str) -> Self {
        Self::new("OverflowException", format!("Value was either too large or too small for an {type_name}."))
    }

    /// An argument has a value that the method does not take.
    pub fn argument(message: impl Into<String>) -> Self {
        Self::new("ArgumentException", message)
    }

    /// The argument `parameter` is null.
    pub fn argument_null(parameter: &str) -> Self {
        Self::new("ArgumentNullException", format!("Value cannot be null. (Parameter '{parameter}')"))
    }

    /// An argument lies outside of what the method takes.
    pub fn out_of_range(message: impl Into<String>) -> Self {
        Self::new("ArgumentOutOfRangeException", message)
    }

    /// The object is in a state in which this cannot be done.
    pub fn invalid_operation(message: impl Into<String>) -> Self {
        Self::new("InvalidOperationException", message)
    }

    /// Whether `catch (caught)` catches this.
    pub fn is(&self, caught: &str) -> bool {
        let caught = caught.rsplit('.').next().unwrap_or(caught);
        caught == self.kind || parents(&self.kind).contains(&caught)
    }
}

/// The name with its namespace, for the types that messages show most.
fn full_name(name: &str) -> String {
    match name {
        "string" | "String" => "System.String".to_owned(),
        "int" | "Int32" => "System.Int32".to_owned(),
        "long" | "Int64" => "System.Int64".to_owned(),
        "double" | "Double" => "System.Double".to_owned(),
        "bool" | "Boolean" => "System.Boolean".to_owned(),
        "char" | "Char" => "System.Char".to_owned(),
        "JObject" | "JArray" | "JToken" | "JValue" | "JProperty" => format!("Newtonsoft.Json.Linq.{name}"),
        other => other.to_owned(),
    }
}

/// The base classes of an exception, as .NET and Newtonsoft.Json declare them.
fn parents(kind: &str) -> &'static [&'static str] {
    match kind {
        "ArgumentNullException" | "ArgumentOutOfRangeException" => {
            &["ArgumentException", "SystemException", "Exception"]
        }
        "DivideByZeroException" | "OverflowException" => {
            &["ArithmeticException", "SystemException", "Exception"]
        }
        "RegexMatchTimeoutException" => &["TimeoutException", "SystemException", "Exception"],
        "ObjectDisposedException" => &["InvalidOperationException", "SystemException", "Exception"],
        "ApplicationException" => &["Exception"],
        "JsonReaderException" | "JsonSerializationException" => &["JsonException", "Exception"],
        "UriFormatException" => &["FormatException", "SystemException", "Exception"],
        "JsonException" => &["Exception"],
        _ => &["SystemException", "Exception"],
    }
}
