//! Everything outside the interpreter. Two implementations: the sandbox's (sockets, the real clock) and the
//! simulated one of tests and scenarios (a script, a virtual clock, a seed).

use indexmap::IndexMap;

use super::{Body, Headers};

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
    pub namespace: String,
    pub name: String,
    pub value: f64,
    pub dimensions: IndexMap<String, String>,
}
