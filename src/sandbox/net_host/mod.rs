//! The gateway's outside world with real sockets and the real clock. Traffic goes to loopback only: an upstream's
//! host name is looked up in a table, and a name that is not in it does not answer.

mod caller;
mod clock;
mod random;
mod stream;
mod tokens;
mod upstream;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use indexmap::IndexMap;
use tokio::runtime::Handle;

use super::http1::{field_is_valid, request_head};
use super::telemetry::Telemetry;
use crate::gateway::{
    Branch, CallLog, Host, HttpProxy, Metric, RequestLog, SendError, Until, UpstreamRequest, UpstreamResponse,
};

pub(super) use caller::Caller;
use clock::Clock;
use random::Randomness;
use tokens::Tokens;
use upstream::{Connections, Outgoing};

/// Metrics kept to look at; older ones are dropped.
const MAX_METRICS: usize = 1_000;
/// Events kept to look at; each may have 200 KB.
const MAX_EVENTS: usize = 1_000;

/// A host for the sandbox's gateway.
pub struct NetHost {
    runtime: Handle,
    upstreams: IndexMap<String, SocketAddr>,
    connections: Arc<Connections>,
    clock: Clock,
    randomness: Randomness,
    tokens: Tokens,
    metrics: Mutex<VecDeque<Metric>>,
    events: Mutex<VecDeque<Event>>,
    /// Whether traces say what each policy changed.
    pub traces_changes: bool,
    /// Where metrics and logs go for the query API; None where nobody asks.
    pub telemetry: Option<Telemetry>,
}

/// What `log-to-eventhub` wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub logger_id: String,
    pub message: String,
}

impl NetHost {
    /// Makes a host whose upstreams are `upstreams`: host name to loopback address. Must be called within a tokio
    /// runtime. Its methods block, so they must be called on threads that may.
    pub fn new(upstreams: IndexMap<String, SocketAddr>) -> Self {
        let upstreams =
            upstreams.into_iter().map(|(host, address)| (host.to_ascii_lowercase(), address)).collect();
        let (metrics, events) = (Mutex::default(), Mutex::default());
        let (runtime, clock) = (Handle::current(), Clock::start());
        Self {
            runtime,
            upstreams,
            connections: Arc::default(),
            clock,
            randomness: Randomness::default(),
            tokens: Tokens::default(),
            metrics,
            events,
            traces_changes: false,
            telemetry: None,
        }
    }

    /// The metrics emitted so far, oldest first, at most the last thousand.
    pub fn metrics(&self) -> Vec<Metric> {
        lock(&self.metrics).iter().cloned().collect()
    }

    /// The events logged so far, oldest first, at most the last thousand.
    pub fn events(&self) -> Vec<Event> {
        lock(&self.events).iter().cloned().collect()
    }

    /// The metrics and events since the last time, which are kept no longer.
    pub(super) fn take_telemetry(&self) -> (Vec<Metric>, Vec<Event>) {
        let metrics = std::mem::take(&mut *lock(&self.metrics));
        let events = std::mem::take(&mut *lock(&self.events));
        (metrics.into(), events.into())
    }

    /// A host for one request of a caller who may leave before it is answered.
    pub(super) fn for_request(self: &Arc<Self>) -> (Arc<dyn Host>, Arc<Caller>) {
        let caller = Arc::new(Caller::default());
        (Arc::new(RequestHost { shared: Arc::clone(self), caller: Arc::clone(&caller) }), caller)
    }

    fn send_for(&self, request: &UpstreamRequest, caller: &Caller) -> Result<UpstreamResponse, SendError> {
        let outgoing = self.outgoing(request)?;
        self.connections.send(&outgoing, caller)
    }

    /// Puts the loopback address in place of the host; the name goes on in the `Host` field.
    fn outgoing(&self, request: &UpstreamRequest) -> Result<Outgoing, SendError> {
        let url = parsed(&request.url)?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut headers = Cow::Borrowed(&request.headers);
        let (address, target) = match &request.proxy {
            Some(proxy) => {
                headers.to_mut().0.extend(proxy_authorization(proxy));
                let address = self.address(&parsed(&proxy.url)?)?;
                (address, format!("http://{}{}{query}", url.authority(), url.path()))
            }
            None => (self.address(&url)?, format!("{}{query}", url.path())),
        };
        if !field_is_valid(&request.method, "") {
            return Err(no_connection(format!("`{}` is not an HTTP method", request.method)));
        }
        let invalid = headers.0.iter().find(|(name, value)| !field_is_valid(name, value));
        if let Some((name, _)) = invalid {
            return Err(no_connection(format!("the header `{name}` is not one that HTTP allows")));
        }
        // A policy may name another host than the one that is connected to.
        let named = headers.get("Host").unwrap_or_else(|| url.authority().to_owned());
        let mut bytes = request_head(&request.method, &target, &named, &headers, request.body.len());
        let is_handshake =
            headers.get("Upgrade").is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"));
        if is_handshake {
            // In the place of the empty line.
            bytes.truncate(bytes.len() - 2);
            bytes.extend_from_slice(b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        }
        bytes.extend_from_slice(&request.body);
        let timeout = Duration::from_millis(request.timeout_ms);
        Ok(Outgoing { address, method: request.method.clone(), bytes, timeout, is_handshake })
    }

    fn address(&self, url: &reqwest::Url) -> Result<SocketAddr, SendError> {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        self.upstreams.get(&host).copied().ok_or_else(|| {
            no_connection(format!(
                "the host name `{host}` could not be resolved: it is not an upstream of this sandbox"
            ))
        })
    }
}

fn parsed(url: &str) -> Result<reqwest::Url, SendError> {
    reqwest::Url::parse(url).map_err(|error| no_connection(format!("`{url}` is not a URL: {error}")))
}

/// Basic authentication, without encryption, whatever the proxy's URL says: it gets the whole request to look at.
fn proxy_authorization(proxy: &HttpProxy) -> Option<(String, String)> {
    let username = proxy.username.as_ref()?;
    let pair = format!("{username}:{}", proxy.password.as_deref().unwrap_or_default());
    let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
    Some(("Proxy-Authorization".to_owned(), format!("Basic {encoded}")))
}

/// The host of one request.
struct RequestHost {
    shared: Arc<NetHost>,
    caller: Arc<Caller>,
}

impl Host for RequestHost {
    fn now_unix_ms(&self) -> i64 {
        self.shared.now_unix_ms()
    }

    fn sleep_ms(&self, duration_ms: u64) {
        self.caller.sleep(Duration::from_millis(duration_ms));
    }

    fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, SendError> {
        self.shared.send_for(&request, &self.caller)
    }

    fn send_one_way(&self, request: UpstreamRequest) -> Result<(), SendError> {
        self.shared.send_one_way(request)
    }

    fn run_together(&self, branches: Vec<Branch>, until: Until) -> Option<usize> {
        self.shared.run_together(branches, until)
    }

    fn managed_identity_token(&self, resource: &str, client_id: Option<&str>) -> Result<String, String> {
        self.shared.managed_identity_token(resource, client_id)
    }

    fn emit_metric(&self, metric: Metric) {
        self.shared.emit_metric(metric);
    }

    fn log_event(&self, logger_id: &str, message: &str) {
        self.shared.log_event(logger_id, message);
    }

    fn random_u64(&self) -> u64 {
        self.shared.random_u64()
    }

    fn keeps_logs(&self) -> bool {
        self.shared.keeps_logs()
    }

    fn log_request(&self, log: RequestLog) {
        self.shared.log_request(log);
    }

    fn log_call(&self, log: CallLog) {
        self.shared.log_call(log);
    }

    fn wants_changes(&self) -> bool {
        self.shared.traces_changes
    }
}

impl Host for NetHost {
    fn now_unix_ms(&self) -> i64 {
        self.clock.now_unix_ms()
    }

    fn sleep_ms(&self, duration_ms: u64) {
        std::thread::sleep(Duration::from_millis(duration_ms));
    }

    fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, SendError> {
        self.send_for(&request, &Caller::default())
    }

    fn send_one_way(&self, request: UpstreamRequest) -> Result<(), SendError> {
        let outgoing = self.outgoing(&request)?;
        let connections = Arc::clone(&self.connections);
        // Nobody waits for the answer, so nobody is told that it did not come. It is of nobody's concern either that
        // the caller leaves.
        let _unseen = self.runtime.spawn_blocking(move || connections.send(&outgoing, &Caller::default()));
        Ok(())
    }

    /// A thread for each. One that panics ends without being counted.
    fn run_together(&self, branches: Vec<Branch>, until: Until) -> Option<usize> {
        let (sender, ended) = std::sync::mpsc::channel();
        for (index, branch) in branches.into_iter().enumerate() {
            let sender = sender.clone();
            std::thread::spawn(move || {
                branch();
                // The receiver has gone where only the first counts.
                let _too_late = sender.send(index);
            });
        }
        drop(sender);
        let first = ended.recv().ok();
        if until == Until::AllEnd {
            ended.iter().for_each(drop);
        }
        first
    }

    fn managed_identity_token(&self, resource: &str, client_id: Option<&str>) -> Result<String, String> {
        Ok(self.tokens.get(resource, client_id.unwrap_or("system-assigned")))
    }

    fn keeps_logs(&self) -> bool {
        self.telemetry.is_some()
    }

    fn log_request(&self, log: RequestLog) {
        if let Some(telemetry) = &self.telemetry {
            telemetry.request(log);
        }
    }

    fn log_call(&self, log: CallLog) {
        if let Some(telemetry) = &self.telemetry {
            telemetry.call(log);
        }
    }

    fn emit_metric(&self, metric: Metric) {
        if let Some(telemetry) = &self.telemetry {
            telemetry.metric(self.now_unix_ms(), metric.clone());
        }
        push_bounded(&self.metrics, metric, MAX_METRICS);
    }

    fn log_event(&self, logger_id: &str, message: &str) {
        if let Some(telemetry) = &self.telemetry {
            telemetry.event(logger_id, message);
        }
        let event = Event { logger_id: logger_id.to_owned(), message: message.to_owned() };
        push_bounded(&self.events, event, MAX_EVENTS);
    }

    fn random_u64(&self) -> u64 {
        self.randomness.next()
    }
}

fn no_connection(message: String) -> SendError {
    SendError { reason: "BackendConnectionFailure".to_owned(), message }
}

fn push_bounded<T>(queue: &Mutex<VecDeque<T>>, item: T, most: usize) {
    let mut queue = lock(queue);
    if queue.len() == most {
        queue.pop_front();
    }
    queue.push_back(item);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves a queue whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
