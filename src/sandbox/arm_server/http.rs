//! The HTTP side: what every request must bring, and turning answers into responses.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State as Extract};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use serde_json::{Value as Json, json};

use super::faults::{Faults, RequestFault};
use super::{
    Shared, deployments, lenient_json, log_query, metadata, offers, resources, store_query, subscription,
};
use crate::sandbox::{ArmFault, ResourceId};

/// Template and parameters may have 4 MB each (learn.microsoft.com, azure-subscription-service-limits).
pub(super) const BODY_MAX: usize = 9 * 1024 * 1024;

/// Parts of 64 KiB in an answer of 2 GB.
const HUGE_PARTS: usize = 32 * 1024;

/// A request that may be served.
pub(super) struct Call {
    pub(super) method: Method,
    /// Decoded, without slashes at the ends.
    pub(super) path: Vec<String>,
    pub(super) api_version: String,
    /// The query as it came.
    query: String,
    pub(super) body: Json,
    pub(super) correlation_id: String,
    /// The tag that a resource has to have for the request to be carried out.
    pub(super) if_match: Option<String>,
}

impl Call {
    /// A parameter of the query, decoded.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        query(&self.query, name)
    }
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
    let line = format!("{} {}", request.method(), request.uri().path());
    let (fault, retry_after) = {
        let mut faults = shared.faults();
        (faults.next_request(shared.elapsed()), retry_after(&shared, &faults))
    };
    let taken = shared.buckets.take(request.method(), shared.started.1 + shared.elapsed());
    let uri = request.uri().to_string();
    let mut reply = match (&fault, taken.refused_for) {
        (RequestFault::Gone, _) => hang_up(),
        (RequestFault::Throttled, _) => throttled(retry_after),
        (RequestFault::Unavailable, _) => unavailable(retry_after),
        (RequestFault::Refused(fault), _) => Reply::error(fault),
        (RequestFault::Redirected, _) => Reply { headers: vec![("location", uri)], ..Reply::empty(302) },
        (RequestFault::Html | RequestFault::Huge, _) => Reply::empty(200),
        (_, Some(wait)) => throttled(Some((wait.as_secs_f64().ceil() as u64).to_string())),
        (_, None) => answer(&shared, request, &correlation_id).await,
    };
    // By the server's own clock, which a test may have moved.
    reply.headers.push(("date", http_date(shared.now())));
    reply.headers.push((taken.header, taken.left.to_string()));
    reply.headers.push(("x-ms-correlation-request-id", correlation_id));
    shared.note(format!("{line} {}", reply.status));
    if fault == RequestFault::Reset {
        hang_up();
    }
    respond(reply, &fault)
}

/// Ends the connection: what unwinds takes its task along, and nothing more is sent.
fn hang_up() -> ! {
    std::panic::resume_unwind(Box::new("the script of faults ends this connection"))
}

/// The value of `Retry-After`, in either of its forms.
fn retry_after(shared: &Shared, faults: &Faults) -> Option<String> {
    let seconds = faults.throttle_retry_after_s?;
    if !faults.retry_after_is_date {
        return Some(seconds.to_string());
    }
    Some(http_date(shared.now() + std::time::Duration::from_secs(seconds.into())))
}

fn http_date(at: time::OffsetDateTime) -> String {
    // Formatting fails only for years before 1900 or after 9999.
    at.format(&time::format_description::well_known::Rfc2822).unwrap_or_default().replace("+0000", "GMT")
}

async fn answer(shared: &Arc<Shared>, request: Request, correlation_id: &str) -> Reply {
    let (parts, body) = request.into_parts();
    // az writes `//` where a resource has no parent, and ARM reads over it (az 2.91, `resource show`, 2026-11).
    let segments = parts.uri.path().split('/').filter(|segment| !segment.is_empty());
    let path = segments.map(decode).collect::<Option<Vec<_>>>();
    let Some(path) = path else {
        return Reply::error(&ArmFault::bad_request("InvalidRequestUri", "The path is not valid."));
    };
    let Ok(body) = axum::body::to_bytes(body, BODY_MAX).await else {
        let message = format!("The request content exceeded the maximum allowed size of {BODY_MAX} bytes.");
        return Reply::error(&ArmFault::new(413, "RequestContentTooLarge", message));
    };
    if let Some(reply) = openly(shared, &parts.method, &path, &body) {
        return reply;
    }
    if path.first().is_some_and(|first| first == "v1" || first == "kusto") {
        let answered = authenticate(shared, &parts.headers).map(|()| {
            log_query::serve(shared, &parts.method, &path, &body)
                .or_else(|| store_query::serve(shared, &parts.method, &path, &body))
        });
        match answered {
            Ok(None) => {}
            Ok(Some(reply)) | Err(reply) => return reply,
        }
    }
    match read(shared, &parts, path, &body, correlation_id) {
        Ok(call) => route(shared, &call).unwrap_or_else(|fault| Reply::error(&fault)),
        Err(refused) => refused,
    }
}

/// What anybody may ask: where to sign in, and for a token.
fn openly(shared: &Shared, method: &Method, path: &[String], body: &[u8]) -> Option<Reply> {
    if let [metadata, endpoints] = path
        && (metadata.as_str(), endpoints.as_str(), method) == ("metadata", "endpoints", &Method::GET)
    {
        return Some(Reply::ok(metadata::endpoints(&shared.base_url, &shared.options.tenant_id)));
    }
    shared.issuer.serve(method, path, std::str::from_utf8(body).unwrap_or_default(), shared.now())
}

/// Checks what every request to ARM must have.
fn read(
    shared: &Shared,
    parts: &Parts,
    path: Vec<String>,
    bytes: &[u8],
    correlation_id: &str,
) -> Result<Call, Reply> {
    authenticate(shared, &parts.headers)?;
    let query_text = parts.uri.query().unwrap_or_default();
    let refuse = |fault: ArmFault| Reply::error(&fault);
    let api_version = query(query_text, "api-version").ok_or_else(|| {
        let message = "The api-version query parameter (?api-version=) is required for all requests.";
        refuse(ArmFault::bad_request("MissingApiVersionParameter", message))
    })?;
    let invalid = |reason: String| {
        let message = format!("The request content was invalid and could not be deserialized: '{reason}'.");
        refuse(ArmFault::bad_request("InvalidRequestContent", message))
    };
    let body = if bytes.is_empty() {
        Json::Null
    } else {
        let text = std::str::from_utf8(bytes).map_err(|error| invalid(error.to_string()))?;
        lenient_json::parse(text).map_err(invalid)?
    };
    Ok(Call {
        method: parts.method.clone(),
        path,
        api_version,
        query: query_text.to_owned(),
        body,
        correlation_id: correlation_id.to_owned(),
        if_match: text(&parts.headers, header::IF_MATCH.as_str()),
    })
}

/// A token of this server, not expired. The header names where to get one, as ARM's does.
fn authenticate(shared: &Shared, headers: &HeaderMap) -> Result<(), Reply> {
    let token = text(headers, header::AUTHORIZATION.as_str());
    let token = token.as_deref().and_then(|value| value.strip_prefix("Bearer "));
    let now = shared.now().unix_timestamp();
    let is_valid =
        token.and_then(
            |token| {
                if token == shared.token { Some(true) } else { shared.issuer.is_valid(token, now) }
            },
        );
    let (code, message) = match is_valid {
        Some(true) => return Ok(()),
        Some(false) => (
            "ExpiredAuthenticationToken",
            "The access token expiry UTC time is earlier than current UTC time.",
        ),
        None => (
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing or holds no token of this server.",
        ),
    };
    let mut reply = Reply::error(&ArmFault::new(401, code, message));
    let authority = format!("{}/{}", shared.base_url, shared.options.tenant_id);
    reply.headers.push((
        "www-authenticate",
        format!("Bearer authorization_uri=\"{authority}\", error=\"invalid_token\", error_description=\"{message}\""),
    ));
    Err(reply)
}

/// Finds who serves a path.
fn route(shared: &Arc<Shared>, call: &Call) -> Result<Reply, ArmFault> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    if let Some(reply) = subscription::serve_tenant(shared, call) {
        return Ok(reply);
    }
    if let Some(role) = asked_role(&path).and_then(|id| subscription::role_definition(shared, id)) {
        return Ok(Reply::ok(role));
    }
    let subscription_id = shared.options.subscription_id.as_str();
    match path.get(1).filter(|_| path[0].eq_ignore_ascii_case("subscriptions")) {
        None => return Err(no_route(call)),
        Some(id) if !id.eq_ignore_ascii_case(subscription_id) => {
            let message = format!("The subscription '{id}' could not be found.");
            return Err(ArmFault::not_found("SubscriptionNotFound", message));
        }
        Some(_) => {}
    }
    if let [.., "providers", authorization, permissions] = path.as_slice()
        && authorization.eq_ignore_ascii_case("Microsoft.Authorization")
        && permissions.eq_ignore_ascii_case("permissions")
    {
        return Ok(subscription::permissions(shared));
    }
    if let ["operationresults", id] = path.get(2..).unwrap_or_default() {
        return shared.result(call, id);
    }
    if shared.options.subscription_state == "Disabled" && matches!(call.method, Method::PUT | Method::PATCH) {
        let message = format!(
            "The subscription '{subscription_id}' is disabled and therefore marked as read only. You cannot perform any \
             write actions on this subscription until it is re-enabled."
        );
        return Err(ArmFault::new(409, "ReadOnlyDisabledSubscription", message));
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
    if in_group
        && call.method == Method::POST
        && is(0, "providers")
        && is(1, "Microsoft.PolicyInsights")
        && is(2, "checkPolicyRestrictions")
    {
        if !shared.state.exists(&scope) {
            return Err(resources::group_not_found(&scope));
        }
        return Ok(Reply::ok(offers::policy_restrictions(shared, call)));
    }
    if !in_group
        && let Some(found) =
            subscription::serve(shared, call, rest).or_else(|| offers::serve(shared, call, rest))
    {
        return found;
    }
    resources::serve(shared, call, &scope, rest)
}

/// The id of a role definition that is asked for, at any scope.
fn asked_role<'a>(path: &[&'a str]) -> Option<&'a str> {
    match path {
        [.., "providers", authorization, definitions, id]
            if authorization.eq_ignore_ascii_case("Microsoft.Authorization")
                && definitions.eq_ignore_ascii_case("roleDefinitions") =>
        {
            Some(id)
        }
        _ => None,
    }
}

pub(super) fn no_route(call: &Call) -> ArmFault {
    let path = call.path.join("/");
    ArmFault::not_found("ResourceNotFound", format!("The sandbox serves no {} /{path}.", call.method))
}

fn throttled(retry_after: Option<String>) -> Reply {
    let fault = ArmFault::new(429, "SubscriptionRequestsThrottled", "Number of requests exceeded the limit.");
    later(&fault, retry_after)
}

fn unavailable(retry_after: Option<String>) -> Reply {
    let message = "The service is temporarily unavailable. Please try again.";
    later(&ArmFault::new(503, "ServiceUnavailable", message), retry_after)
}

fn later(fault: &ArmFault, retry_after: Option<String>) -> Reply {
    let mut reply = Reply::error(fault);
    reply.headers.extend(retry_after.map(|after| ("retry-after", after)));
    reply
}

fn respond(reply: Reply, fault: &RequestFault) -> Response {
    let content_type =
        if *fault == RequestFault::Html { "text/html" } else { "application/json; charset=utf-8" };
    let mut response = Response::builder()
        .status(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .header("x-ms-request-id", new_id())
        .header(header::CONTENT_TYPE, content_type);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let body = reply.body.map_or_else(String::new, |body| body.to_string());
    let body = match fault {
        // The headers and a part of the body go out, then the connection breaks.
        RequestFault::Dropped => {
            let part: Bytes = body.into_bytes().into_iter().take(8).collect();
            let broken = std::io::Error::other("dropped by the script of faults");
            Body::from_stream(stream::iter([Ok(part), Err(broken)]))
        }
        RequestFault::Truncated => {
            let half = body.chars().count() / 2;
            Body::from(body.chars().take(half).collect::<String>())
        }
        RequestFault::Html => Body::from("<html><body>Please sign in to this network.</body></html>"),
        RequestFault::Huge => {
            let part = Bytes::from_static(&[b' '; 64 * 1024]);
            Body::from_stream(stream::iter(
                (0..HUGE_PARTS).map(move |_| Ok::<_, std::io::Error>(part.clone())),
            ))
        }
        _ => Body::from(body),
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
    found.and_then(|(_, value)| decode_field(value)).filter(|value| !value.is_empty())
}

/// The fields of a form, as far as they can be read.
pub(super) fn decode_form(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter_map(|(key, value)| Some((decode_field(key)?, decode_field(value)?))).collect()
}

fn decode_field(text: &str) -> Option<String> {
    unescape(&text.replace('+', " "))
}

/// Undoes percent-encoding; None where it is none, or where it hides a slash or a control character.
fn decode(text: &str) -> Option<String> {
    let decoded = unescape(text)?;
    let is_plain = !decoded.chars().any(|c| c.is_control() || c == '/' || c == '\\') && decoded != "..";
    is_plain.then_some(decoded)
}

fn unescape(text: &str) -> Option<String> {
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
    String::from_utf8(bytes).ok()
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
