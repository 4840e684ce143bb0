//! `<send-request mode="new" response-variable-name="r" timeout="60" ignore-error="true">…</send-request>` and
//! `<send-one-way-request …>`: sends a request of the gateway's own, and keeps the answer as an `IResponse` or does
//! not wait for one. Learn, send-request (2022-11-18) and send-one-way-request (2023-08-02).
//!
//! The elements inside make the request in their order, starting from an empty one or, with `mode="copy"`, from a copy
//! of the current one, without its body in outbound. Where it fails and `ignore-error` is true the variable is null.
//!
//! Decisions, where the pages are silent:
//! - Without `set-method` a new request is a GET; a copy without `set-url` goes to `context.Request.Url`.
//! - With `fail-on-error-status-code` an answer of 400 to 599 is a failure, as in `forward-request`.
//! - Without `response-variable-name` the answer is dropped. Redirects are not followed.
//! - The answer is read whole unless `buffer-response` is false and it is an event stream.
//! - Whether a one-way request arrives nobody is told; an upstream that is not there stands in the trace.

use std::sync::Arc;

use super::message::Side;
use super::upstream::{body_of, headers_for, headers_of, is_event_stream};
use super::{
    Executor, authentication_certificate, authentication_managed_identity, proxy, set_body, set_header,
};
use crate::csharp::Value;
use crate::gateway::compile::Compiler;
use crate::gateway::context::KeptResponse;
use crate::gateway::fault::Fault;
use crate::gateway::handle::upstream_url;
use crate::gateway::live::{Connection, Live, LiveBody, Outgoing};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::gateway::url::Url;
use crate::gateway::{Headers, UpstreamRequest};
use crate::policy::{Placed, Section};

pub(super) static EXECUTOR: Executor = Executor {
    element: "send-request",
    compile: |compiler, placed| {
        let element = &placed.element;
        let wants = |name: &str| element.literal(name).is_some_and(|text| text.trim() == "true");
        let answer = Wanted {
            variable: element.literal("response-variable-name").map(str::to_owned),
            ignores_error: wants("ignore-error"),
            fails_on_status: wants("fail-on-error-status-code"),
            streams: element.literal("buffer-response").is_some_and(|text| text.trim() == "false"),
        };
        Some(Box::new(SendRequest { make: Make::compile(compiler, placed), answer: Some(answer) }))
    },
};

pub(super) static ONE_WAY: Executor = Executor {
    element: "send-one-way-request",
    compile: |compiler, placed| {
        Some(Box::new(SendRequest { make: Make::compile(compiler, placed), answer: None }))
    },
};

/// Seconds (Learn, send-request).
const DEFAULT_TIMEOUT_S: i64 = 60;

struct SendRequest {
    make: Make,
    /// None for a request whose answer nobody waits for.
    answer: Option<Wanted>,
}

/// What becomes of the answer.
struct Wanted {
    variable: Option<String>,
    ignores_error: bool,
    fails_on_status: bool,
    streams: bool,
}

/// How the request is made.
struct Make {
    mode: Option<Setting<String>>,
    timeout_s: Option<Setting<i64>>,
    timeout_ms: Option<Setting<i64>>,
    url: Option<Setting<String>>,
    method: Option<Setting<String>>,
    /// Header fields, the body, and what signs the gateway in.
    parts: Vec<Box<dyn Run>>,
    /// Whether the current request has a body that a copy takes along.
    copies_body: bool,
}

impl Make {
    fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Self {
        let element = &placed.element;
        let mut make = Self {
            mode: compiler.setting(element, "mode"),
            timeout_s: compiler.setting(element, "timeout"),
            timeout_ms: compiler.setting(element, "timeout-ms"),
            url: None,
            method: None,
            parts: Vec::new(),
            copies_body: matches!(placed.section, Section::Inbound | Section::Backend),
        };
        for child in &placed.inside {
            let part = match child.element.name.as_str() {
                "set-url" => {
                    make.url = compiler.text(&child.element);
                    continue;
                }
                "set-method" => {
                    make.method = compiler.text(&child.element);
                    continue;
                }
                "set-header" => Some(set_header::compile(compiler, child, Side::Outgoing)),
                "set-body" => set_body::compile(compiler, child, Side::Outgoing),
                "authentication-certificate" => {
                    Some(authentication_certificate::compile(compiler, child, Side::Outgoing))
                }
                "authentication-managed-identity" => {
                    authentication_managed_identity::compile(compiler, child, Side::Outgoing)
                }
                "proxy" => proxy::compile(compiler, child, Side::Outgoing),
                _ => {
                    compiler.refuse_child(element, &child.element);
                    None
                }
            };
            make.parts.extend(part);
        }
        make
    }

    fn request(&self, live: &Arc<Live>) -> Result<UpstreamRequest, Fault> {
        let copies = get_or(self.mode.as_ref(), String::new(), live)? == "copy";
        let url = self.url.as_ref().map(|url| url.get(live)).transpose()?;
        let method = self.method.as_ref().map(|method| method.get(live)).transpose()?;
        let mut outgoing = if copies { self.copy(live)? } else { empty() };
        if let Some(url) = url {
            url.trim().clone_into(&mut outgoing.url);
        }
        if let Some(method) = method {
            method.trim().clone_into(&mut outgoing.method);
        }
        live.state().outgoing = Some(outgoing);
        for part in &self.parts {
            part.run(live)?;
        }
        let timeout_ms = match &self.timeout_ms {
            Some(ms) => ms.get(live)?,
            None => get_or(self.timeout_s.as_ref(), DEFAULT_TIMEOUT_S, live)?.saturating_mul(1000),
        };
        let outgoing = live.state().outgoing.take().unwrap_or_else(empty);
        finish(outgoing, u64::try_from(timeout_ms).unwrap_or_default())
    }

    fn copy(&self, live: &Live) -> Result<Outgoing, Fault> {
        let mut state = live.state();
        let mut headers = state.request.headers.clone();
        if !state.request.host_is_set {
            headers.remove("Host");
        }
        let body = match (&mut state.request.body, self.copies_body) {
            (body, true) => body.read(true).map_err(|why| Fault::broken("RequestBodyNotBuffered", why))?,
            (_, false) => Vec::new(),
        };
        Ok(Outgoing {
            method: state.request.method.clone(),
            url: upstream_url(&live.route, &state.request).to_string(),
            headers,
            body: LiveBody::Bytes(body),
            connection: Connection::default(),
        })
    }
}

fn empty() -> Outgoing {
    Outgoing {
        method: "GET".to_owned(),
        url: String::new(),
        headers: Headers::default(),
        body: LiveBody::Bytes(Vec::new()),
        connection: Connection::default(),
    }
}

fn finish(outgoing: Outgoing, timeout_ms: u64) -> Result<UpstreamRequest, Fault> {
    let url = Url::parse(&outgoing.url);
    if !matches!(url.scheme.as_str(), "http" | "https") || url.authority.is_empty() {
        let message = format!("`{}` is not an absolute URL", outgoing.url);
        return Err(Fault::broken("InvalidRequestUrl", message));
    }
    let host = outgoing.headers.get("Host");
    Ok(UpstreamRequest {
        method: outgoing.method,
        url: outgoing.url,
        headers: headers_for(&url.authority, host, &outgoing.headers),
        body: outgoing.body.bytes().map(<[u8]>::to_vec).unwrap_or_default(),
        timeout_ms,
        client_certificate: outgoing.connection.client_certificate,
        proxy: outgoing.connection.proxy,
    })
}

impl Run for SendRequest {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let step = live.step_count();
        let request = match (self.make.request(live), &self.answer) {
            (Ok(request), _) => request,
            // What the expressions inside throw is an error of the policy, not of the request.
            (Err(fault), _) => {
                live.state().outgoing = None;
                return Err(fault);
            }
        };
        let what = described(&request);
        let Some(wanted) = &self.answer else {
            let sent = live.host.send_one_way(request);
            live.note_at(step, sent.err().map_or_else(|| what.clone(), |error| format!("{what}: {error}")));
            return Ok(Flow::Next);
        };
        let started_ms = live.host.now_unix_ms();
        let answer = wanted.exchange(live, request);
        let duration_ms = live.host.now_unix_ms() - started_ms;
        let value = match answer {
            Ok(kept) => {
                live.note_at(step, format!("{what}: {} in {duration_ms} ms", kept.status()));
                Value::object(kept)
            }
            Err(fault) if wanted.ignores_error => {
                live.note_at(step, format!("{what}: ignored: {}", fault.error.message));
                Value::Null
            }
            Err(fault) => return Err(fault),
        };
        if let Some(variable) = &wanted.variable {
            live.state().variables.insert(variable.clone(), value);
        }
        Ok(Flow::Next)
    }
}

impl Wanted {
    fn exchange(&self, live: &Live, request: UpstreamRequest) -> Result<KeptResponse, Fault> {
        let answer =
            live.host.send(request).map_err(|error| Fault::broken(&error.reason, error.message.clone()))?;
        if self.fails_on_status && (400..600).contains(&answer.status) {
            let message = format!("the request was answered {}", answer.status);
            return Err(Fault::broken("BackendErrorStatusCode", message));
        }
        let streams = self.streams && is_event_stream(&answer.headers);
        let body =
            body_of(answer.body, streams).map_err(|why| Fault::broken("BackendConnectionFailure", why))?;
        Ok(KeptResponse::new(answer.status, answer.reason, headers_of(answer.headers), body))
    }
}

/// For the trace: the method and the URL without its query, which may hold a key.
fn described(request: &UpstreamRequest) -> String {
    let url = Url { query: Vec::new(), ..Url::parse(&request.url) };
    format!("{} {url}", request.method)
}
