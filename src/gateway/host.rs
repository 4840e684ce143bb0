//! Everything outside the interpreter. Two implementations: the sandbox's (sockets, the real clock) and the
//! simulated one of tests and scenarios (a script, a virtual clock, a seed).

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{Body, CallLog, Headers, RequestLog};

/// The outside world of a gateway. Shared between requests.
pub trait Host: Send + Sync {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_unix_ms(&self) -> i64;

    /// Waits; moves the clock in a simulation.
    fn sleep_ms(&self, duration_ms: u64);

    /// Sends a request upstream and returns once the status and headers are there.
    ///
    /// # Errors
    /// [`SendError`] where no answer came.
    fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, SendError>;

    /// Sends a request and does not wait for what comes of it.
    ///
    /// # Errors
    /// [`SendError`] where it is known at once that nobody will take it.
    fn send_one_way(&self, request: UpstreamRequest) -> Result<(), SendError>;

    /// Runs branches side by side: all begin now. Returns the number of the one that ended first, counted from 0;
    /// None where there is none. What a branch does after that is its own affair: it may go on in the background.
    fn run_together(&self, branches: Vec<Branch>, until: Until) -> Option<usize>;

    /// Returns a token of the gateway's managed identity for `resource` (an Entra resource URI).
    ///
    /// # Errors
    /// A sentence saying why there is none.
    fn managed_identity_token(&self, resource: &str, client_id: Option<&str>) -> Result<String, String>;

    /// Takes a metric that a policy emits.
    fn emit_metric(&self, metric: Metric);

    /// `log-to-eventhub`.
    fn log_event(&self, logger_id: &str, message: &str);

    /// A fair random number; a seeded sequence in tests.
    fn random_u64(&self) -> u64;

    /// Whether it keeps logs of requests and of calls to models, which take time to make.
    fn keeps_logs(&self) -> bool {
        false
    }

    /// Takes what the service's log says of a request.
    fn log_request(&self, log: RequestLog) {
        drop(log);
    }

    /// Takes what the log of calls to models says of one.
    fn log_call(&self, log: CallLog) {
        drop(log);
    }

    /// Whether traces say what each policy changed, which costs a copy of the request's state for each.
    fn wants_changes(&self) -> bool {
        false
    }
}

/// Work that runs beside other work, such as a policy inside `wait`.
pub type Branch = Box<dyn FnOnce() + Send>;

/// When branches that run side by side are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    AllEnd,
    FirstEnds,
}

/// A request as it leaves for an upstream.
#[derive(Clone, Debug, PartialEq)]
pub struct UpstreamRequest {
    pub method: String,
    /// Absolute.
    pub url: String,
    pub headers: Headers,
    pub body: Vec<u8>,
    /// For the status line and headers; the body may take longer.
    pub timeout_ms: u64,
    /// The client certificate that the connection shows, by the name that the policy gives it, such as
    /// `certificate-id gateway-cert`. Where the connection is not encrypted nobody sees it.
    pub client_certificate: Option<String>,
    /// The HTTP proxy that takes the request instead of the upstream.
    pub proxy: Option<HttpProxy>,
}

/// Where the policy `proxy` sends a request.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpProxy {
    /// `http://host:port`
    pub url: String,
    pub username: Option<String>,
    pub password: Option<String>,
}

impl fmt::Debug for HttpProxy {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpProxy({} as {})", self.url, self.username.as_deref().unwrap_or("nobody"))
    }
}

/// An upstream's answer.
pub struct UpstreamResponse {
    pub status: u16,
    pub reason: String,
    pub headers: Headers,
    pub body: Body,
}

/// No answer came from upstream. `reason` is one of APIM's: `BackendConnectionFailure`, `Timeout`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {message}")]
pub struct SendError {
    pub reason: String,
    pub message: String,
}

/// One value of a custom metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    pub namespace: Arc<str>,
    pub name: Cow<'static, str>,
    pub value: f64,
    /// Shared: a policy emits several metrics with the same ones.
    pub dimensions: Arc<IndexMap<Arc<str>, String>>,
}
