//! Requests and answers as they crossed the wire, handed to whoever compares them with Azure's contracts. What carries no
//! bearer token (signing in, the endpoint's metadata) is left out, and so is the token itself: a record holds no credential of
//! the sandbox's. Bodies are whole, secure parameters included, so a recorder is for tests and has no switch on a command line.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Extract};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::http::BODY_MAX;

/// Is told of each exchange, after the answer was made.
pub type Recorder = Arc<dyn Fn(Exchange) + Send + Sync>;

/// One request to the sandbox's Resource Manager, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub method: String,
    /// As it was sent, still percent-encoded.
    pub path: String,
    pub query: String,
    pub body: Vec<u8>,
    pub status: u16,
    /// Names in lower case.
    pub answer_headers: Vec<(String, String)>,
    pub answer: Vec<u8>,
}

impl Exchange {
    /// A header of the answer; `name` in lower case.
    pub fn answer_header(&self, name: &str) -> Option<&str> {
        self.answer_headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Passes a request on, and records it with its answer.
pub(super) async fn record(Extract(recorder): Extract<Recorder>, request: Request, next: Next) -> Response {
    if !request.headers().contains_key(header::AUTHORIZATION) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
    let query = parts.uri.query().unwrap_or_default().to_owned();
    // A body that is too long is not looked at; the server says so to whoever sent it.
    let Ok(body) = to_bytes(body, BODY_MAX).await else {
        return axum::http::StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request = Request::from_parts(parts, Body::from(body.clone()));
    let (parts, answer) = next.run(request).await.into_parts();
    let status = parts.status.as_u16();
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let answer_headers = parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    // An answer that the script of faults breaks off is none that a contract speaks of.
    let Ok(answer) = to_bytes(answer, usize::MAX).await else {
        return axum::http::StatusCode::BAD_GATEWAY.into_response();
    };
    recorder(Exchange {
        method,
        path,
        query,
        body: body.to_vec(),
        status,
        answer_headers,
        answer: answer.to_vec(),
    });
    Response::from_parts(parts, Body::from(answer))
}
