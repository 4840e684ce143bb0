//! Errors of a request: what `context.LastError` shows, and what the gateway answers where `on-error` does not
//! say otherwise.

use super::{Body, Headers, Response};

/// A policy failed or refused. Running stops and `on-error` begins. Boxed inside, because every policy returns one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    pub error: Box<LastError>,
    /// What the caller gets; None where the answer of the upstream stays in place.
    pub answer: Option<Box<Answer>>,
    /// More for the trace, which nobody but the owner of the policy sees, such as the expression that threw.
    pub detail: String,
}

/// `context.LastError`. The names are those of Learn, "Error handling in API Management policies".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LastError {
    /// The element, or the built-in step, that failed.
    pub source: String,
    /// A word for programs, such as `OpenAITokenLimitExceeded`.
    pub reason: String,
    pub message: String,
    pub scope: String,
    pub section: String,
    /// Such as `choose[3]/when[2]`.
    pub path: String,
    pub policy_id: String,
}

/// The default answer to an error.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: Headers,
    /// The `message` in the body.
    pub message: String,
    /// Whether the body names the request, so that its trace can be found.
    pub names_activity: bool,
}

/// The body of every error that a caller cannot help; the cause is in the trace.
const INTERNAL_ERROR: &str = "Internal server error";

impl Fault {
    /// A policy refuses the request: the caller sees `message`.
    pub(super) fn refusal(status: u16, reason: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let answer = Answer::new(status, message.clone());
        Self { answer: Some(Box::new(answer)), ..Self::with_upstream_answer(reason, message) }
    }

    /// Something broke: the caller sees 500 and no detail, as at the service, but an id by which it can be looked up.
    pub(super) fn broken(reason: &str, message: impl Into<String>) -> Self {
        let answer = Answer { names_activity: true, ..Answer::new(500, INTERNAL_ERROR) };
        Self { answer: Some(Box::new(answer)), ..Self::with_upstream_answer(reason, message) }
    }

    /// An error that leaves the upstream's answer in `context.Response`.
    pub(super) fn with_upstream_answer(reason: &str, message: impl Into<String>) -> Self {
        let error = LastError { reason: reason.to_owned(), message: message.into(), ..LastError::default() };
        Self { error: Box::new(error), answer: None, detail: String::new() }
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        if let Some(answer) = &mut self.answer {
            answer.headers.append(name, value);
        }
        self
    }

    /// Tells the caller something else than `context.LastError.Message` says.
    pub(super) fn saying(mut self, message: impl Into<String>) -> Self {
        if let Some(answer) = &mut self.answer {
            answer.message = message.into();
        }
        self
    }

    pub(super) fn detail(self, detail: String) -> Self {
        Self { detail, ..self }
    }

    pub(super) fn source(mut self, source: &str) -> Self {
        source.clone_into(&mut self.error.source);
        self
    }
}

impl Answer {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, headers: Headers::default(), message: message.into(), names_activity: false }
    }

    /// Returns the answer as the service writes it: `{ "statusCode": 429, "message": "…" }`, and for what broke
    /// `{ "statusCode": 500, "message": "Internal server error", "activityId": "…" }`.
    pub(super) fn response(&self, request_id: &str) -> Response {
        let mut headers = self.headers.clone();
        headers.set("Content-Type", "application/json");
        let message = serde_json::Value::from(self.message.as_str());
        let activity =
            if self.names_activity { format!(", \"activityId\": \"{request_id}\"") } else { String::new() };
        let body = format!("{{ \"statusCode\": {}, \"message\": {message}{activity} }}", self.status);
        Response { status: self.status, reason: String::new(), headers, body: Body::Bytes(body.into_bytes()) }
    }
}
