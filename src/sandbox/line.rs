//! Scenarios over real ports: the gateway's server on one, their upstreams on another, and a client that waits. The
//! upstreams are the simulated ones of virtual time, asked at real times; what they say of delays is waited for.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body as HttpBody, Bytes, to_bytes};
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderName, HeaderValue, Response as HttpResponse, StatusCode, header};
use futures_util::stream;
use indexmap::IndexMap;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::gateway_server::{GatewayServer, Served, ServerOptions};
use super::net_host::NetHost;
use crate::gateway::sim_host::tasks::Task;
use crate::gateway::sim_host::{START_UNIX_MS, SimAnswer, SimBody, SimHost};
use crate::gateway::{Body, Gateway, Headers, Host as _, Metric, Request, Trace, UpstreamRequest};
use crate::scenario::{Answered, Line, Network};

/// The header in which the server tells the number of a request, by which its trace is found.
pub(super) const NUMBER: &str = "x-sandbox-request";
/// The name by which the client's table knows the gateway.
const GATEWAY: &str = "gateway.sandbox";
/// The name that scenarios call it by.
const NAMED: &str = "gateway.example";
/// For an answer, in milliseconds: as long as the gateway itself waits at the most.
const TIMEOUT_MS: u64 = 300_000;
/// Until the trace of an answered request is told.
const TRACE_PATIENCE: Duration = Duration::from_secs(2);
const MAX_BODY: usize = 16 << 20;

/// Ports of 127.0.0.1, on a runtime that others hold.
#[derive(Clone, Debug)]
pub struct Ports(pub Handle);

struct NetLine {
    client: Arc<NetHost>,
    /// The gateway's own way out, which keeps what it emits.
    host: Arc<NetHost>,
    traces: Arc<Traces>,
    started: Instant,
    runtime: Handle,
    _server: GatewayServer,
    upstreams: JoinHandle<()>,
}

/// Traces by number of the request, until they are taken.
#[derive(Default)]
struct Traces {
    told: Mutex<HashMap<u64, Arc<Trace>>>,
    changed: Condvar,
}

impl Network for Ports {
    fn open(
        &self,
        gateway: Arc<Gateway>,
        world: SimHost,
        hosts: Vec<String>,
    ) -> Result<Box<dyn Line>, String> {
        let line = self.0.block_on(open(self.0.clone(), gateway, world, hosts));
        line.map(|line| Box::new(line) as Box<dyn Line>)
            .map_err(|error| format!("no port can be had: {error}"))
    }
}

async fn open(
    runtime: Handle,
    gateway: Arc<Gateway>,
    world: SimHost,
    hosts: Vec<String>,
) -> Result<NetLine, Box<dyn std::error::Error + Send + Sync>> {
    let started = Instant::now();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let router = Router::new().fallback(answer).with_state((world, started));
    // axum's serve ends only with its task; accept errors are retried inside.
    let upstreams = tokio::spawn(async move {
        let _ended = axum::serve(listener, router).await;
    });
    let mut host = NetHost::new(hosts.into_iter().map(|host| (host, address)).collect());
    host.traces_changes = true;
    let host = Arc::new(host);
    let traces = Arc::new(Traces::default());
    let observed = Arc::clone(&traces);
    let observer = move |served: &Served| observed.tell(served);
    let options = ServerOptions {
        observer: Some(Arc::new(observer)),
        numbers_answers: true,
        ..ServerOptions::default()
    };
    let server = GatewayServer::start(gateway, Arc::clone(&host), 0, options).await?;
    let table: IndexMap<String, SocketAddr> = [(GATEWAY.to_owned(), server.address())].into_iter().collect();
    let client = Arc::new(NetHost::new(table));
    Ok(NetLine { client, host, traces, started, runtime, _server: server, upstreams })
}

impl Drop for NetLine {
    fn drop(&mut self) {
        self.upstreams.abort();
    }
}

impl Traces {
    fn tell(&self, served: &Served) {
        self.lock().insert(served.number, Arc::clone(&served.trace));
        self.changed.notify_all();
    }

    fn take(&self, number: u64) -> Option<Arc<Trace>> {
        let until = Instant::now() + TRACE_PATIENCE;
        let mut told = self.lock();
        loop {
            if let Some(trace) = told.remove(&number) {
                return Some(trace);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            told = self.changed.wait_timeout(told, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<Trace>>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line for NetLine {
    fn send(&self, request: Request, patience_ms: Option<u64>) -> Answered {
        let (host, caller) = self.client.for_request();
        let leaving = patience_ms.map(|ms| {
            let caller = Arc::clone(&caller);
            self.runtime.spawn(async move {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                caller.leave();
            })
        });
        let mut headers = Headers(vec![("Host".to_owned(), NAMED.to_owned())]);
        headers
            .0
            .extend(request.headers.0.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Host")));
        let result = host.send(UpstreamRequest {
            method: request.method,
            url: request.url.replacen(&format!("https://{NAMED}"), &format!("http://{GATEWAY}"), 1),
            headers,
            body: request.body,
            timeout_ms: TIMEOUT_MS,
            client_certificate: None,
            proxy: None,
        });
        let mut answered = Answered {
            status: None,
            reason: String::new(),
            headers: Headers::default(),
            pieces: Vec::new(),
            streamed: false,
            broke: None,
            trace: Trace::default(),
            first_ms: None,
        };
        match result {
            Err(error) => answered.broke = Some(error.message),
            Ok(response) => {
                (answered.status, answered.reason) = (Some(response.status), response.reason);
                answered.headers = response.headers;
                self.read(response.body, &mut answered);
            }
        }
        if let Some(leaving) = leaving {
            leaving.abort();
        }
        let number = answered.headers.get(NUMBER).and_then(|number| number.parse().ok());
        answered.headers.remove(NUMBER);
        if let Some(trace) = number.and_then(|number| self.traces.take(number)) {
            answered.trace = (*trace).clone();
        }
        answered
    }

    fn now_unix_ms(&self) -> i64 {
        now_unix_ms(self.started)
    }

    fn real_unix_ms(&self) -> i64 {
        self.host.now_unix_ms()
    }

    fn sleep_ms(&self, duration_ms: u64) {
        std::thread::sleep(Duration::from_millis(duration_ms));
    }

    fn run(&self, tasks: &mut dyn Iterator<Item = Task<'_>>) {
        let begun = Instant::now();
        std::thread::scope(|scope| {
            for Task { start_ms, run } in tasks {
                std::thread::sleep(Duration::from_millis(start_ms).saturating_sub(begun.elapsed()));
                scope.spawn(run);
            }
        });
    }

    fn take_telemetry(&self) -> (Vec<Metric>, Vec<(String, String)>) {
        let (metrics, events) = self.host.take_telemetry();
        (metrics, events.into_iter().map(|event| (event.logger_id, event.message)).collect())
    }
}

impl NetLine {
    fn read(&self, body: Body, answered: &mut Answered) {
        match body {
            Body::Bytes(bytes) => answered.pieces.push(bytes),
            Body::Stream(mut stream) => {
                answered.streamed = true;
                while let Some(piece) = stream.next_chunk() {
                    answered.first_ms = answered.first_ms.or_else(|| Some(self.now_unix_ms()));
                    match piece {
                        Ok(bytes) => answered.pieces.push(bytes),
                        Err(error) => answered.broke = Some(error.0),
                    }
                }
            }
        }
    }
}

fn now_unix_ms(started: Instant) -> i64 {
    START_UNIX_MS.saturating_add(i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX))
}

/// Asks the upstream that the `Host` field names, and takes the time that it says.
async fn answer(
    State((world, started)): State<(SimHost, Instant)>,
    request: HttpRequest,
) -> HttpResponse<HttpBody> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else { return broken() };
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let host = parts.headers.get(header::HOST).map(text).unwrap_or_default();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let asked = UpstreamRequest {
        method: parts.method.to_string(),
        url: format!("https://{host}{path}"),
        headers: Headers(parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()),
        body: body.to_vec(),
        timeout_ms: TIMEOUT_MS,
        client_certificate: None,
        proxy: None,
    };
    let Ok(SimAnswer { status, headers, body, latency_ms, failure, .. }) =
        world.ask_at(now_unix_ms(started), asked)
    else {
        return broken();
    };
    tokio::time::sleep(Duration::from_millis(latency_ms)).await;
    if failure.is_some() {
        return broken();
    }
    let mut response = HttpResponse::new(match body {
        SimBody::Whole(bytes) => HttpBody::from(bytes),
        SimBody::Pieces(pieces) => {
            HttpBody::from_stream(stream::unfold(pieces.into_iter(), |mut pieces| async {
                let piece = pieces.next()?;
                tokio::time::sleep(Duration::from_millis(piece.after_ms)).await;
                Some((piece.bytes.map(Bytes::from).ok_or_else(reset), pieces))
            }))
        }
    });
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers.0 {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// A connection that breaks, whatever the script calls it: names are resolved and ports are opened by nobody here.
fn broken() -> HttpResponse<HttpBody> {
    HttpResponse::new(HttpBody::from_stream(stream::once(async { Err::<Bytes, _>(reset()) })))
}

fn reset() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "the script breaks the connection")
}

#[cfg(test)]
mod tests;
