//! What the condition of a `retry` says about an answer, found by asking it.

use std::any::Any;

use crate::csharp::{Environment, Exception, Object, Value, evaluate};
use crate::policy::{PolicyElement, ValueKind};

use super::steps::{Step, Steps};

/// The words with which the gateway answers when no member of a pool is left, as policies in the field quote them.
pub(super) const POOL_EXHAUSTED: &str = "Backend pool 'pool' is temporarily unavailable";

/// The `retry` around a `forward-request`, with the forward-request: each pair that stands in `steps`.
pub(super) fn retried_forwards<'a>(steps: &Steps<'a>) -> Vec<(&'a PolicyElement, &'a PolicyElement)> {
    let forwards = steps.named(&["forward-request"]).filter(|step| steps.is_policy(step));
    let retried = |step: &Step<'a>| Some((steps.inside(step, "retry")?.element, step.element));
    forwards.filter_map(retried).collect()
}

/// Returns whether `retry` tries again after an answer with that status and reason; None where its condition
/// depends on more than these.
pub(super) fn tries_again(retry: &PolicyElement, status: i32, reason: &str) -> Option<bool> {
    match &retry.value("condition")?.kind {
        ValueKind::Literal(literal) => literal.trim().to_ascii_lowercase().parse().ok(),
        ValueKind::Expression(expression) => {
            let response = Value::object(Response { status, reason: reason.to_owned() });
            evaluate(&expression.program, Value::object(Context { response }), &Nothing).ok()?.as_bool()
        }
    }
}

/// `context` as far as the answer goes.
struct Context {
    response: Value,
}

impl Object for Context {
    fn type_name(&self) -> &str {
        "IProxyRequestContext"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Response" => Ok(self.response.clone()),
            _ => Err(Exception::missing_member(self.type_name(), name)),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `context.Response` with a status line and nothing else.
struct Response {
    status: i32,
    reason: String,
}

impl Object for Response {
    fn type_name(&self) -> &str {
        "IResponse"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "StatusCode" => Ok(Value::Int(self.status)),
            "StatusReason" => Ok(Value::string(&self.reason)),
            _ => Err(Exception::missing_member(self.type_name(), name)),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// No condition about a status asks for the time or for chance; one that does is answered the same way each time.
struct Nothing;

impl Environment for Nothing {
    fn now_unix_ms(&self) -> i64 {
        0
    }

    fn random_u64(&self) -> u64 {
        0
    }
}
