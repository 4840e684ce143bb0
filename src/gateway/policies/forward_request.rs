//! `<forward-request timeout="120" buffer-request-body="true" buffer-response="false"/>`: sends the request to the
//! backend that is set, choosing anew among the members of a pool each time. Learn, forward-request and backends.
//!
//! Decisions, where the pages are silent:
//! - `fail-on-error-status-code` raises an error and leaves the answer in `context.Response`, so that a `retry`
//!   around it still sees the status, and `on-error` answers with it unless it says otherwise.
//! - No connection becomes 500, no answer in time 504.
//! - A body that came from the caller and was sent without `buffer-request-body` cannot be sent again: the second
//!   try is an error here instead of an empty request upstream. A body that a policy set, or read with
//!   `preserveContent`, is in memory and can.
//! - Only event streams are passed on as they arrive; any other body is read whole first, whatever
//!   `buffer-response` says, which nobody can tell apart. With `buffer-response="true"`, the default, an event
//!   stream comes in pieces of 8 KiB (the page's number), so a caller who wants tokens as they come needs "false".
//! - Redirects that are followed stay within the sandbox's network, and the breaker sees the last answer.
//! - Upstreams of the sandbox speak HTTP/1.1: `http-version="2or1"` comes to 1, and "2" is refused.
//! - `continue-timeout` bounds a wait for `100 Continue`, which these upstreams never make: it never elapses.

use std::sync::Arc;

use super::Executor;
use super::upstream::{Followed, body_of, headers_for, headers_of, is_event_stream, send_following};
use crate::gateway::backends::{Choice, Outcome, authorize};
use crate::gateway::compile::Compiler;
use crate::gateway::fault::{Answer, Fault};
use crate::gateway::live::{Live, LiveBody, LiveRequest, LiveResponse, Target};
use crate::gateway::mcp;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::gateway::trace::Attempt;
use crate::gateway::url::Url;
use crate::gateway::{ApiKind, Body, Gateway, SendError, UpstreamRequest, UpstreamResponse};
use crate::policy::PolicyElement;

pub(super) static EXECUTOR: Executor = Executor {
    element: "forward-request",
    compile: |compiler, placed| {
        let element = &placed.element;
        refuse_unmodelled(compiler, element);
        Some(Box::new(ForwardRequest {
            timeout_s: compiler.setting(element, "timeout"),
            timeout_ms: compiler.setting(element, "timeout-ms"),
            follows: compiler.setting(element, "follow-redirects"),
            buffers_request: element.literal("buffer-request-body").is_some_and(is_true),
            buffers_response: element.literal("buffer-response").is_none_or(is_true),
            fails_on_status: element.literal("fail-on-error-status-code").is_some_and(is_true),
        }))
    },
};

/// Seconds (Learn, forward-request).
const DEFAULT_TIMEOUT_S: i64 = 300;

struct ForwardRequest {
    timeout_s: Option<Setting<i64>>,
    timeout_ms: Option<Setting<i64>>,
    follows: Option<Setting<bool>>,
    buffers_request: bool,
    buffers_response: bool,
    fails_on_status: bool,
}

/// Where the request goes and what the trace calls it.
struct Upstream {
    /// Id of the backend entity; empty for a plain URL.
    backend: String,
    /// The backend's own URL.
    base: Url,
    url: Url,
    /// The URL as text.
    text: String,
    /// Keeps the caller at this member of a pool.
    set_cookie: Option<String>,
}

fn refuse_unmodelled(compiler: &mut Compiler<'_>, element: &PolicyElement) {
    if element.literal("http-version") == Some("2") {
        compiler.refuse_attributes(element, &["http-version"]);
    }
}

fn is_true(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("true")
}

impl Run for ForwardRequest {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        if let Some(tools) = Gateway::tools_of(&live.route) {
            let response = mcp::answer(live, tools);
            live.state().response = Some(response);
            return Ok(Flow::Next);
        }
        let timeout_ms = self.timeout_ms(live)?;
        let follows = get_or(self.follows.as_ref(), false, live)?;
        let Some(upstream) = choose(live)? else { return Ok(Flow::Next) };
        let request = self.request(live, &upstream, timeout_ms)?;
        let started_ms = live.host.now_unix_ms();
        let followed = if follows {
            send_following(live.host.as_ref(), request)
        } else {
            Followed { answer: live.host.send(request), redirects: Vec::new() }
        };
        let result = followed.answer;
        if !followed.redirects.is_empty() {
            live.note(format!("redirected to {}", followed.redirects.join(" and to ")));
        }
        let duration_ms = live.host.now_unix_ms() - started_ms;
        let attempt = Attempt {
            backend: upstream.backend.clone(),
            url: upstream.text.clone(),
            status: result.as_ref().ok().map(|response| response.status),
            duration_ms: u64::try_from(duration_ms).unwrap_or_default(),
        };
        live.attempted(attempt);
        report(live, &upstream.backend, &result);
        match result {
            Ok(response) => self.accept(live, &upstream, response),
            Err(error) => {
                live.state().response = None;
                Err(failure(&error))
            }
        }
    }
}

impl ForwardRequest {
    fn timeout_ms(&self, live: &Arc<Live>) -> Result<u64, Fault> {
        let ms = match &self.timeout_ms {
            Some(ms) => ms.get(live)?,
            None => get_or(self.timeout_s.as_ref(), DEFAULT_TIMEOUT_S, live)?.saturating_mul(1000),
        };
        Ok(u64::try_from(ms).unwrap_or_default())
    }

    fn request(&self, live: &Live, upstream: &Upstream, timeout_ms: u64) -> Result<UpstreamRequest, Fault> {
        let mut state = live.state();
        let connection = state.connection.clone();
        state.upstream_base = Some(upstream.base.clone());
        let request = &mut state.request;
        let body = take_body(request, self.buffers_request)?;
        let host = request.host_is_set.then(|| request.headers.get("Host")).flatten();
        let mut headers = headers_for(&upstream.url.authority, host, &request.headers);
        if live.route.api.kind == ApiKind::WebSocket {
            // The frames of an extension would be those of the caller and the upstream alone.
            headers.remove("Sec-WebSocket-Extensions");
            headers.set("Upgrade", "websocket");
        }
        let mut text = upstream.text.clone();
        let credentials = live.gateway.backends().credentials(&upstream.backend);
        if let Some(credentials) = credentials {
            let mut url = upstream.url.clone();
            authorize(credentials, live.host.as_ref(), &mut headers, &mut url)
                .map_err(|why| Fault::broken("ManagedIdentityFailure", why))?;
            text = url.to_string();
            // The other credentials are known from the configuration.
            if credentials.managed_identity.is_some() {
                live.secrets.add_headers(&headers);
            }
        }
        Ok(UpstreamRequest {
            method: request.method.clone(),
            url: text,
            headers,
            body,
            timeout_ms,
            // What a policy says comes before what the entity has.
            client_certificate: connection
                .client_certificate
                .or_else(|| credentials.and_then(|credentials| credentials.certificate.clone())),
            proxy: connection.proxy.or_else(|| credentials.and_then(|credentials| credentials.proxy.clone())),
        })
    }

    fn accept(&self, live: &Live, upstream: &Upstream, response: UpstreamResponse) -> Result<Flow, Fault> {
        let mut headers = headers_of(response.headers);
        if let Some(cookie) = &upstream.set_cookie {
            headers.append("Set-Cookie", cookie);
        }
        let body = body_of(response.body, is_event_stream(&headers))
            .map_err(|why| Fault::broken("BackendConnectionFailure", why))?;
        let status = response.status;
        live.set_answered_by(&upstream.backend);
        live.state().response = Some(LiveResponse {
            status,
            reason: response.reason,
            headers,
            body,
            from_upstream: true,
            // Decision: a stream of MCP is passed on whatever the service's policy says, as servers behind the service need.
            unbuffered: !self.buffers_response || live.route.api.kind == ApiKind::McpServer,
        });
        if self.fails_on_status && (400..600).contains(&status) {
            let message = format!("the backend answered {status}");
            return Err(Fault::with_upstream_answer("BackendErrorStatusCode", message));
        }
        Ok(Flow::Next)
    }
}

/// Chooses the upstream. None where every backend rests: then the answer is there already.
fn choose(live: &Live) -> Result<Option<Upstream>, Fault> {
    let (target, cookies) = {
        let state = live.state();
        (state.target.clone(), state.request.headers.get("Cookie"))
    };
    let mut set_cookie = None;
    let (backend, base) = match target {
        Target::Entity(id) => match choose_entity(live, &id, cookies.as_deref()) {
            Choice::Upstream { backend, url, set_cookie: cookie } => {
                set_cookie = cookie;
                (backend, url)
            }
            Choice::Resting { entity, is_pool, retry_after_s, status } => {
                rest(live, &entity, is_pool, retry_after_s, status);
                return Ok(None);
            }
            Choice::Unknown => {
                let message = format!("Backend with id '{id}' could not be found.");
                return Err(Fault::broken("BackendNotFound", message));
            }
        },
        Target::BaseUrl(url) => (String::new(), url),
        Target::Service => match &live.route.api.service_url {
            Some(url) => (String::new(), url.clone()),
            None => {
                let message = "the API has no service URL and no policy names a backend";
                return Err(Fault::broken("BackendNotFound", message));
            }
        },
    };
    let state = live.state();
    let base = Url::parse(&base);
    let url = base.join(&state.request.path, &state.request.query);
    let text = url.to_string();
    Ok(Some(Upstream { backend, base, url, text, set_cookie }))
}

fn choose_entity(live: &Live, id: &str, cookies: Option<&str>) -> Choice {
    live.gateway.backends().choose(id, cookies, live.host.now_unix_ms())
}

/// Answers for backends whose breakers are open: 503, or the status that is configured, with the reason that published
/// retry conditions look for.
fn rest(live: &Live, entity: &str, is_pool: bool, retry_after_s: u64, status: u16) {
    let kind = if is_pool { "Backend pool" } else { "Backend" };
    let reason = format!("{kind} '{entity}' is temporarily unavailable");
    live.note(&reason);
    let answer = Answer::new(status, reason.clone()).response(&live.request_id);
    let mut response = LiveResponse { reason, headers: answer.headers, ..LiveResponse::empty(status) };
    response.headers.set("Retry-After", retry_after_s.to_string());
    if let Body::Bytes(bytes) = answer.body {
        response.body = LiveBody::Bytes(bytes);
    }
    live.state().response = Some(response);
}

/// Returns the body to send, leaving it in place only where it is buffered or empty.
fn take_body(request: &mut LiveRequest, buffers: bool) -> Result<Vec<u8>, Fault> {
    match &mut request.body {
        LiveBody::Bytes(bytes) if buffers || request.body_is_kept || bytes.is_empty() => Ok(bytes.clone()),
        LiveBody::Read => Ok(Vec::new()),
        body => {
            let bytes = body.read(false).map_err(|why| Fault::broken("RequestBodyNotBuffered", why));
            *body = LiveBody::Sent;
            bytes
        }
    }
}

fn report(live: &Live, backend: &str, result: &Result<UpstreamResponse, SendError>) {
    let outcome = match result {
        Ok(response) => Outcome::Answered {
            status: response.status,
            retry_after_s: response.headers.get("Retry-After").and_then(|value| value.trim().parse().ok()),
        },
        Err(error) => Outcome::Failed { reason: error.reason.clone() },
    };
    if live.gateway.backends().report(backend, &outcome, live.host.now_unix_ms()) {
        live.note(format!("the breaker of `{backend}` opened"));
    }
}

fn failure(error: &SendError) -> Fault {
    let mut fault = Fault::broken(&error.reason, error.message.clone());
    if error.reason.eq_ignore_ascii_case("timeout")
        && let Some(answer) = &mut fault.answer
    {
        **answer = Answer::new(504, "Gateway timeout");
    }
    fault
}
