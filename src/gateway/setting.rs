//! A value in a policy as it is run: known when the policy is deployed, or computed for each request.

use std::sync::Arc;

use super::fault::Fault;
use super::live::Live;
use super::values;
use crate::csharp::Value;
use crate::policy::{self, Expression, ValueKind};

#[derive(Clone, Debug)]
pub(super) enum Setting<T> {
    Fixed(T),
    Computed {
        expression: Arc<Expression>,
        /// The attribute, for messages.
        name: String,
    },
}

/// What a setting can be read as.
pub(super) trait FromValue: Clone {
    /// For messages: `a number`.
    const EXPECTED: &'static str;

    fn from_literal(text: &str) -> Option<Self>;

    fn from_value(value: &Value) -> Option<Self>;
}

impl<T: FromValue> Setting<T> {
    /// Reads what a policy writes at `name`; None where a literal is not a `T`.
    pub(super) fn new(name: &str, written: &policy::Value) -> Option<Self> {
        match &written.kind {
            ValueKind::Literal(text) => T::from_literal(text).map(Self::Fixed),
            ValueKind::Expression(expression) => {
                Some(Self::Computed { expression: Arc::clone(expression), name: name.to_owned() })
            }
        }
    }

    /// Returns the value for this request.
    ///
    /// # Errors
    /// A fault where the expression throws or gives another type.
    pub(super) fn get(&self, live: &Arc<Live>) -> Result<T, Fault> {
        match self {
            Self::Fixed(value) => Ok(value.clone()),
            Self::Computed { expression, name } => {
                let value = live.evaluate(expression)?;
                T::from_value(&value).ok_or_else(|| {
                    let message = format!(
                        "Expression evaluation failed. `{name}` takes {}, not {}",
                        T::EXPECTED,
                        values::describe(&value)
                    );
                    Fault::broken("ExpressionValueEvaluationFailure", message)
                        .detail(format!(" (in `{}`)", live.in_short(&expression.text)))
                })
            }
        }
    }
}

/// Returns the value of a setting that may be left out.
///
/// # Errors
/// As [`Setting::get`].
pub(super) fn get_or<T: FromValue>(
    setting: Option<&Setting<T>>,
    default: T,
    live: &Arc<Live>,
) -> Result<T, Fault> {
    setting.map_or(Ok(default), |setting| setting.get(live))
}

impl FromValue for String {
    const EXPECTED: &'static str = "text";

    fn from_literal(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn from_value(value: &Value) -> Option<Self> {
        Some(value.display())
    }
}

impl FromValue for bool {
    const EXPECTED: &'static str = "`true` or `false`";

    fn from_literal(text: &str) -> Option<Self> {
        match text.trim() {
            "true" | "True" => Some(true),
            "false" | "False" => Some(false),
            _ => None,
        }
    }

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(*value),
            Value::String(text) => Self::from_literal(text),
            _ => None,
        }
    }
}

impl FromValue for i64 {
    const EXPECTED: &'static str = "a whole number";

    fn from_literal(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Int(number) => Some((*number).into()),
            Value::Long(number) => Some(*number),
            Value::String(text) => Self::from_literal(text),
            _ => None,
        }
    }
}

impl FromValue for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_literal(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Int(number) => Some((*number).into()),
            Value::Double(number) => Some(*number),
            // A metric of more than 2^53 loses its last digits, as it would in the metric store.
            Value::Long(number) => number.to_string().parse().ok(),
            Value::String(text) => Self::from_literal(text),
            _ => None,
        }
    }
}
