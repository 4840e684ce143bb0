//! One request on its way: what policies and expressions read and change. Shared between the interpreter and the
//! objects that expressions hold, so every access is short and never spans the evaluation of an expression.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use super::fault::{Fault, LastError};
use super::llm::Lookup;
use super::pipeline::StepPlace;
use super::route::Route;
use super::tokens::Meter;
use super::trace::{Attempt, Trace, TraceStep};
use super::url::Url;
use super::{Body, Gateway, Headers, Host, HttpProxy, Request};
use crate::csharp::{self, Environment, Value};
use crate::policy::Expression;

/// The largest body that is held in memory; an upstream that sends more is broken off. Completions are far
/// smaller, embeddings of a full batch reach a few MB.
pub(super) const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// Characters of an expression that the trace shows: enough to find it in its policy.
const SHOWN_EXPRESSION: usize = 120;

/// Steps of a trace for which there is room at once: a GenAI gateway's request takes about twenty.
const USUAL_STEPS: usize = 32;

pub(super) struct Live {
    pub gateway: Arc<Gateway>,
    pub host: Arc<dyn Host>,
    pub route: Route,
    pub request_id: String,
    pub started_unix_ms: i64,
    /// How large the body was that the caller sent.
    pub request_bytes: u64,
    state: Mutex<State>,
    /// Id of the backend entity that answered last. Apart from the state, because it is read while a stream is.
    answered_by: Mutex<String>,
    /// Set where this is a branch of `wait` whose result nobody waits for any more.
    given_up: AtomicBool,
}

pub(super) struct State {
    pub request: LiveRequest,
    /// Decision: before an upstream answers this is an empty 200, because published policies read its status code
    /// there without a test for null; after a call without an answer it is None, which others test for.
    pub response: Option<LiveResponse>,
    /// What `return-response` is making.
    pub draft: Option<LiveResponse>,
    /// What `send-request` is making.
    pub outgoing: Option<Outgoing>,
    /// How `forward-request` reaches its upstream.
    pub connection: Connection,
    /// Where the last `forward-request` went, without the part of the URL that the caller chose.
    pub upstream_base: Option<Url>,
    /// What `cors` adds to whatever answer leaves.
    pub cors: Headers,
    /// Where `cache-store` may keep the answer; None unless `cache-lookup` has looked there.
    pub cache_slot: Option<CacheSlot>,
    pub variables: IndexMap<String, Value>,
    pub target: Target,
    pub last_error: Option<LastError>,
    pub trace: Trace,
    pub meters: Vec<Arc<dyn Meter>>,
    /// What this request has added to which counters: each counts a request once, however many policies name it.
    pub counted: BTreeMap<String, u64>,
    /// Under what a semantic cache may keep the answer; None unless a lookup has missed.
    pub semantic_lookup: Option<Lookup>,
}

/// The request as it would go upstream now.
pub(super) struct LiveRequest {
    pub method: String,
    /// As the caller wrote it.
    pub original_method: String,
    /// As the caller wrote it.
    pub original_url: Url,
    /// Below the API's path.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: Headers,
    /// Whether a policy set the `Host` field; the caller's own names the gateway and is not passed on.
    pub host_is_set: bool,
    pub body: LiveBody,
    /// Whether the body is in memory and can be sent more than once: a policy set it, or read and kept it.
    pub body_is_kept: bool,
    pub client_ip: String,
    pub matched_parameters: Arc<IndexMap<String, String>>,
}

pub(super) struct LiveResponse {
    pub status: u16,
    pub reason: String,
    pub headers: Headers,
    pub body: LiveBody,
    /// Whether it came from an upstream, not from a policy.
    pub from_upstream: bool,
    /// Whether `buffer-response="false"` asked for chunks as they come.
    pub unbuffered: bool,
}

/// A request of the gateway's own.
pub(super) struct Outgoing {
    pub method: String,
    pub url: String,
    pub headers: Headers,
    pub body: LiveBody,
    pub connection: Connection,
}

/// What a connection upstream shows of the gateway, and whether it goes through somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Connection {
    pub client_certificate: Option<String>,
    pub proxy: Option<HttpProxy>,
}

/// A place for an answer, chosen by `cache-lookup`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CacheSlot {
    pub key: String,
    /// What `Cache-Control` lets caches behind the gateway do, such as `private`; None where they may not keep it.
    pub downstream: Option<&'static str>,
    pub must_revalidate: bool,
}

/// A body that policies may read once, or more often where they ask for it to be kept.
pub(super) enum LiveBody {
    Bytes(Vec<u8>),
    Stream(Box<dyn super::BodyStream>),
    /// An expression read it without `preserveContent`.
    Read,
    /// It was sent upstream without `buffer-request-body`.
    Sent,
}

/// Where `forward-request` sends to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The API's own service URL.
    Service,
    Entity(String),
    BaseUrl(String),
}

impl Live {
    pub(super) fn new(
        gateway: &Arc<Gateway>,
        host: &Arc<dyn Host>,
        route: Route,
        request: Request,
        original_url: Url,
    ) -> Arc<Self> {
        let started_unix_ms = host.now_unix_ms();
        let request_bytes = u64::try_from(request.body.len()).unwrap_or(u64::MAX);
        let state = State {
            request: LiveRequest {
                original_method: request.method.clone(),
                method: request.method,
                path: route.path.clone(),
                query: original_url.query.clone(),
                original_url,
                headers: request.headers,
                host_is_set: false,
                body: LiveBody::Bytes(request.body),
                body_is_kept: false,
                client_ip: request.client_ip,
                matched_parameters: Arc::clone(&route.parameters),
            },
            response: Some(LiveResponse::empty(200)),
            draft: None,
            outgoing: None,
            connection: Connection::default(),
            upstream_base: None,
            cors: Headers::default(),
            cache_slot: None,
            variables: IndexMap::new(),
            target: Target::Service,
            last_error: None,
            trace: Trace { steps: Vec::with_capacity(USUAL_STEPS) },
            meters: Vec::new(),
            counted: BTreeMap::new(),
            semantic_lookup: None,
        };
        Arc::new(Self {
            gateway: Arc::clone(gateway),
            host: Arc::clone(host),
            route,
            request_id: request_id(host.as_ref()),
            started_unix_ms,
            request_bytes,
            state: Mutex::new(state),
            answered_by: Mutex::new(String::new()),
            given_up: AtomicBool::new(false),
        })
    }

    /// The same request with another state: a branch of it.
    pub(super) fn with_state(&self, state: State) -> Arc<Self> {
        Arc::new(Self {
            gateway: Arc::clone(&self.gateway),
            host: Arc::clone(&self.host),
            route: self.route.clone(),
            request_id: self.request_id.clone(),
            started_unix_ms: self.started_unix_ms,
            request_bytes: self.request_bytes,
            state: Mutex::new(state),
            answered_by: Mutex::new(self.answered_by()),
            given_up: AtomicBool::new(self.is_given_up()),
        })
    }

    /// Lets no further policy of this branch begin.
    pub(super) fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// The state, for as long as the guard lives. Do not evaluate anything meanwhile.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Evaluates an expression against this request.
    ///
    /// # Errors
    /// A fault with the reason that the service gives, where the expression throws.
    pub(super) fn evaluate(self: &Arc<Self>, expression: &Expression) -> Result<Value, Fault> {
        if let Some(value) = csharp::constant(&expression.program) {
            return Ok(value);
        }
        let context = super::context::context(self);
        csharp::evaluate(&expression.program, context, self.as_ref()).map_err(|exception| {
            let message = format!("Expression evaluation failed. {}", exception.message);
            Fault::broken("ExpressionValueEvaluationFailure", message).detail(format!(
                " ({} in `{}`)",
                exception.kind,
                in_short(&expression.text)
            ))
        })
    }

    pub(super) fn answered_by(&self) -> String {
        self.answered_by.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_answered_by(&self, backend: &str) {
        backend.clone_into(&mut self.answered_by.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Adds a step to the trace and returns its number, counted from 1.
    pub(super) fn begin_step(&self, place: &StepPlace) -> usize {
        let steps = &mut self.state().trace.steps;
        steps.push(TraceStep {
            policy: Arc::clone(&place.policy),
            section: place.section,
            scope: place.scope,
            document: Arc::clone(&place.document),
            line: place.line,
            note: String::new(),
            attempt: None,
            changes: Vec::new(),
        });
        steps.len()
    }

    /// Says in the trace what the policy that began last did.
    pub(super) fn note(&self, note: impl Into<String>) {
        if let Some(step) = self.state().trace.steps.last_mut() {
            step.note = note.into();
        }
    }

    /// How many steps the trace has; the number of the next one.
    pub(super) fn step_count(&self) -> usize {
        self.state().trace.steps.len()
    }

    /// Says what the policy that began as step number `step` did, counted from 1.
    pub(super) fn note_at(&self, step: usize, note: impl Into<String>) {
        if let Some(step) = self.state().trace.steps.get_mut(step.wrapping_sub(1)) {
            step.note = note.into();
        }
    }

    /// Says what the policy that began as step number `step` changed.
    pub(super) fn set_changes(&self, step: usize, changes: Vec<String>) {
        if let Some(step) = self.state().trace.steps.get_mut(step.wrapping_sub(1)) {
            step.changes = changes;
        }
    }

    /// Sets a variable to a number: an `int`, or a `long` where it is larger.
    pub(super) fn set_number(&self, name: Option<&String>, value: u64) {
        let Some(name) = name else { return };
        let long = || Value::Long(i64::try_from(value).unwrap_or(i64::MAX));
        let value = i32::try_from(value).map_or_else(|_| long(), Value::Int);
        self.state().variables.insert(name.clone(), value);
    }

    pub(super) fn attempted(&self, attempt: Attempt) {
        if let Some(step) = self.state().trace.steps.last_mut() {
            step.attempt = Some(attempt);
        }
    }
}

impl Environment for Live {
    fn now_unix_ms(&self) -> i64 {
        self.host.now_unix_ms()
    }

    fn random_u64(&self) -> u64 {
        self.host.random_u64()
    }
}

impl LiveResponse {
    /// An answer of the gateway's own, without headers and body.
    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            reason: String::new(),
            headers: Headers::default(),
            body: LiveBody::Bytes(Vec::new()),
            from_upstream: false,
            unbuffered: false,
        }
    }
}

impl LiveBody {
    /// Reads all of it. It stays readable where `preserve` is set.
    ///
    /// # Errors
    /// A sentence where it is gone, too large, or broke off.
    pub(super) fn read(&mut self, preserve: bool) -> Result<Vec<u8>, String> {
        let bytes = match std::mem::replace(self, Self::Read) {
            Self::Bytes(bytes) => bytes,
            Self::Stream(stream) => drain(stream)?,
            Self::Read => return Err("the body was read before, without preserveContent".to_owned()),
            Self::Sent => {
                *self = Self::Sent;
                return Err("the body was sent upstream before, without buffer-request-body".to_owned());
            }
        };
        if preserve {
            *self = Self::Bytes(bytes.clone());
        }
        Ok(bytes)
    }

    /// The bytes where they are all here.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Stream(_) | Self::Read | Self::Sent => None,
        }
    }

    pub(super) fn into_body(self) -> Body {
        match self {
            Self::Bytes(bytes) => Body::Bytes(bytes),
            Self::Stream(stream) => Body::Stream(stream),
            Self::Read | Self::Sent => Body::Bytes(Vec::new()),
        }
    }
}

/// Reads a stream to its end.
///
/// # Errors
/// A sentence where it broke off or is too large.
pub(super) fn drain(mut stream: Box<dyn super::BodyStream>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next_chunk() {
        bytes.extend(chunk.map_err(|error| error.to_string())?);
        if bytes.len() > MAX_BODY_BYTES {
            return Err(format!("the response body is larger than {MAX_BODY_BYTES} bytes"));
        }
    }
    Ok(bytes)
}

/// An expression on one line of the trace, cut where it is long.
pub(super) fn in_short(expression: &str) -> String {
    let line = expression.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN_EXPRESSION {
        return line;
    }
    line.chars().take(SHOWN_EXPRESSION).chain(['…']).collect()
}

/// A random UUID out of the host's numbers.
fn request_id(host: &dyn Host) -> String {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&host.random_u64().to_be_bytes());
    bytes[8..].copy_from_slice(&host.random_u64().to_be_bytes());
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
