//! How patient the server is, and how much it takes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Served;

/// What callers may do. The defaults are for use, tests take shorter ones.
#[derive(Clone)]
pub struct ServerOptions {
    /// How long a head may take once its first byte is here.
    pub head_patience: Duration,
    /// How long a connection may be open without a request.
    pub idle_patience: Duration,
    /// How long a body may take.
    pub body_patience: Duration,
    /// How long a caller may take nothing of an answer.
    pub write_patience: Duration,
    /// How long a WebSocket may be open without a frame.
    pub websocket_patience: Duration,
    /// Connections served at the same time; others are answered 503.
    pub max_connections: usize,
    /// Requests that are worked on at the same time; others wait. Streams do not count.
    pub max_working: usize,
    /// Bytes of a request's body. API Management buffers 500 KiB for its policies; prompts with pictures are larger.
    pub max_body: usize,
    /// Whether answers tell the number of their request, by which a client of ours finds its trace.
    pub numbers_answers: bool,
    /// Told of each request once its answer is out.
    pub observer: Option<Observer>,
}

/// Who is told of requests. Must not block.
pub type Observer = Arc<dyn Fn(&Served) + Send + Sync>;

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            head_patience: Duration::from_secs(20),
            idle_patience: Duration::from_secs(75),
            body_patience: Duration::from_secs(60),
            write_patience: Duration::from_secs(60),
            // The idle timeout of the load balancer in front of the service (Learn, "Configure API for server-sent events":
            // 4 minutes, 2025-05).
            websocket_patience: Duration::from_secs(240),
            max_connections: 8192,
            max_working: 512,
            max_body: 16 << 20,
            numbers_answers: false,
            observer: None,
        }
    }
}

impl fmt::Debug for ServerOptions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ServerOptions")
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}
