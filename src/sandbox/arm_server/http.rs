//! The HTTP side: what every request must bring, and turning answers into responses.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State as Extract};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use serde_json::{Value as Json, json};

use super::faults::RequestFault;
use super::{Shared, deployments, lenient_json, resources};
use crate::sandbox::{ArmFault, ResourceId};

/// Template and parameters may have 4 MB each (learn.microsoft.com, azure-subscription-service-limits).
const BODY_MAX: usize = 9 * 1024 * 1024;

/// A request that may be served.
pub(super) struct Call {
    pub(super) method: Method,
    /// Decoded, without slashes at the ends.
    pub(super) path: Vec<String>,
    pub(super) api_version: String,
    pub(super) body: Json,
    pub(super) correlation_id: String,
}

/// What goes back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<Json>,
}

impl Reply {
    pub(super) fn ok(body: Json) -> Self {
        Self { status: 200, headers: Vec::new(), body: Some(body) }
    }

    pub(super) fn list(items: Vec<Json>) -> Self {
        Self::ok(json!({"value": items}))
    }

    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None }
    }

    fn error(fault: &ArmFault) -> Self {
        Self { status: fault.status, headers: Vec::new(), body: Some(json!({"error": fault.to_json()})) }
    }
}

/// Serves one request.
pub(super) async fn handle(Extract(shared): Extract<Arc<Shared>>, request: Request) -> Response {
    let correlation_id = text(request.headers(), "x-ms-correlation-request-id")
        .filter(|id| uuid::Uuid::try_parse(id).is_ok())
        .unwrap_or_else(new_id);
    let fault = shared.faults().next_request();
    let mut reply = match fault {
        RequestFault::Throttled { retry_after_s } => throttled(retry_after_s),
        RequestFault::None | RequestFault::Dropped => match read(&shared, request, &correlation_id).await {
            Ok(call) => route(&shared, &call).unwrap_or_else(|fault| Reply::error(&fault)),
            Err(fault) => Reply::error(&fault),
        },
    };
    reply.headers.push(("x-ms-correlation-request-id", correlation_id));
    respond(reply, matches!(fault, RequestFault::Dropped))
}

/// Checks what every request to ARM must have.
async fn read(shared: &Shared, request: Request, correlation_id: &str) -> Result<Call, ArmFault> {
    let (parts, body) = request.into_parts();
    let expected = format!("Bearer {}", shared.token);
    if text(&parts.headers, header::AUTHORIZATION.as_str()).as_deref() != Some(expected.as_str()) {
        let message =
            "Authentication failed. The 'Authorization' header is missing or holds no token of this server.";
        return Err(ArmFault::new(401, "AuthenticationFailed", message));
    }
    let api_version = query(parts.uri.query().unwrap_or_default(), "api-version").ok_or_else(|| {
        let message = "The api-version query parameter (?api-version=) is required for all requests.";
        ArmFault::bad_request("MissingApiVersionParameter", message)
    })?;
    let path = parts.uri.path().trim_matches('/').split('/').map(decode).collect::<Option<Vec<_>>>();
    let path = path.ok_or_else(|| ArmFault::bad_request("InvalidRequestUri", "The path is not valid."))?;
    let bytes = axum::body::to_bytes(body, BODY_MAX).await.map_err(|_| {
        let message = format!("The request content exceeded the maximum allowed size of {BODY_MAX} bytes.");
        ArmFault::new(413, "RequestContentTooLarge", message)
    })?;
    let invalid = |reason: String| {
        let message = format!("The request content was invalid and could not be deserialized: '{reason}'.");
        ArmFault::bad_request("InvalidRequestContent", message)
    };
    let body = if bytes.is_empty() {
        Json::Null
    } else {
        let text = std::str::from_utf8(&bytes).map_err(|error| invalid(error.to_string()))?;
        lenient_json::parse(text).map_err(invalid)?
    };
    Ok(Call { method: parts.method, path, api_version, body, correlation_id: correlation_id.to_owned() })
}

/// Finds who serves a path.
fn route(shared: &Arc<Shared>, call: &Call) -> Result<Reply, ArmFault> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    if !path[0].eq_ignore_ascii_case("subscriptions") {
        return Err(no_route(call));
    }
    let subscription_id = shared.options.subscription_id.as_str();
    match path.get(1) {
        None => return Ok(Reply::list(vec![resources::subscription(shared)])),
        Some(id) if !id.eq_ignore_ascii_case(subscription_id) => {
            let message = format!("The subscription '{id}' could not be found.");
            return Err(ArmFault::not_found("SubscriptionNotFound", message));
        }
        Some(_) => {}
    }
    let in_group = path.len() > 3 && path[2].eq_ignore_ascii_case("resourceGroups");
    let (scope, rest) = path.split_at(if in_group { 4 } else { 2 });
    let scope = ResourceId::parse(&format!("/{}", scope.join("/"))).ok_or_else(|| no_route(call))?;
    let is = |index: usize, word: &str| rest.get(index).is_some_and(|part| part.eq_ignore_ascii_case(word));
    if is(0, "providers") && is(1, "Microsoft.Resources") && is(2, "deployments") {
        return deployments::serve(shared, call, &scope, &rest[3..]);
    }
    // The path of operations at resource group scope has no provider segment.
    if in_group && is(0, "deployments") && is(2, "operations") {
        return deployments::serve(shared, call, &scope, &rest[1..]);
    }
    resources::serve(shared, call, &scope, rest)
}

pub(super) fn no_route(call: &Call) -> ArmFault {
    let path = call.path.join("/");
    ArmFault::not_found("ResourceNotFound", format!("The sandbox serves no {} /{path}.", call.method))
}

fn throttled(retry_after_s: Option<u32>) -> Reply {
    let fault = ArmFault::new(429, "SubscriptionRequestsThrottled", "Number of requests exceeded the limit.");
    let mut reply = Reply::error(&fault);
    reply.headers.extend(retry_after_s.map(|seconds| ("retry-after", seconds.to_string())));
    reply
}

fn respond(reply: Reply, drop: bool) -> Response {
    let mut response = Response::builder()
        .status(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .header("x-ms-request-id", new_id())
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8");
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let body = reply.body.map_or_else(String::new, |body| body.to_string());
    let body = if drop {
        // The headers and half of the body go out, then the connection breaks.
        let half: Bytes = body.into_bytes().into_iter().take(8).collect();
        let broken = std::io::Error::other("dropped by the script of faults");
        Body::from_stream(stream::iter([Ok(half), Err(broken)]))
    } else {
        Body::from(body)
    };
    // Header values here are ids, numbers and our own URLs.
    response.body(body).unwrap_or_default()
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

fn query(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let found = pairs.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.and_then(|(_, value)| decode(value)).filter(|value| !value.is_empty())
}

/// Undoes percent-encoding; None where it is none, or where it hides a slash or a control character.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &rest[2..];
    }
    let decoded = String::from_utf8(bytes).ok()?;
    let is_plain = !decoded.chars().any(|c| c.is_control() || c == '/' || c == '\\') && decoded != "..";
    is_plain.then_some(decoded)
}

fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoding_is_undone_but_hides_nothing() {
        for (text, expected) in [
            ("a%20b", Some("a b")),
            ("plain", Some("plain")),
            ("%28x%29", Some("(x)")),
            ("a%2fb", None),
            ("..", None),
            ("%2e%2e", None),
            ("%0a", None),
            ("%zz", None),
            ("%f", None),
            ("%ff", None),
        ] {
            assert_eq!(decode(text).as_deref(), expected, "{text}");
        }
    }
}
