//! The gateway as an HTTP server on loopback. Each request runs the interpreter on a thread that may block; streamed
//! answers pass through as they arrive.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::{ConnectInfo, Request as HttpRequest, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response as HttpResponse, StatusCode, header};
use futures_util::{StreamExt as _, stream};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::net_host::{bytes_of, is_connection_field, text_of};
use super::{Error, NetHost};
use crate::gateway::{Body, BodyStream, Gateway, Headers, Host, Request, Response, StreamError, Trace};

/// Bytes of one request. APIM buffers requests of 500 KiB for its policies; prompts with pictures are larger.
const MAX_BODY: usize = 16 << 20;
/// Traces kept to look at.
const MAX_TRACES: usize = 100;
/// Chunks that wait for a slow caller before the upstream has to.
const CHUNKS_IN_FLIGHT: usize = 16;
/// How long a caller may take to send a body.
const BODY_PATIENCE: Duration = Duration::from_secs(60);
/// How long running requests may go on once the server is told to stop.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// A running gateway; it stops when this is dropped.
pub struct GatewayServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<io::Result<()>>,
}

struct Shared {
    gateway: RwLock<Arc<Gateway>>,
    host: Arc<NetHost>,
    address: SocketAddr,
    traces: Mutex<VecDeque<Trace>>,
}

impl GatewayServer {
    /// Starts the gateway on `port` of 127.0.0.1, 0 for a free one. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`Error::PortInUse`], [`Error::Bind`].
    pub async fn start(gateway: Arc<Gateway>, host: Arc<NetHost>, port: u16) -> Result<Self, Error> {
        let wish = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let bind_error = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => Error::PortInUse { port, source },
            _ => Error::Bind { address: wish.to_string(), source },
        };
        let listener = TcpListener::bind(wish).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;
        let (gateway, traces) = (RwLock::new(gateway), Mutex::default());
        let shared = Arc::new(Shared { gateway, host, address, traces });
        let service = Router::new()
            .fallback(handle)
            .with_state(Arc::clone(&shared))
            .into_make_service_with_connect_info::<SocketAddr>();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            // Dropping the sender stops the server as well as using it.
            let signal = async { drop(stopped.await) };
            axum::serve(listener, service).with_graceful_shutdown(signal).await
        });
        Ok(Self { address, shared, stop: Some(stop), serving })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:{port}`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves another gateway from the next request on; running ones end with the old.
    pub fn replace(&self, gateway: Arc<Gateway>) {
        *self.shared.gateway.write().unwrap_or_else(PoisonError::into_inner) = gateway;
    }

    /// What the gateway did for the latest request whose status is known.
    pub fn last_trace(&self) -> Option<Trace> {
        self.shared.traces().back().cloned()
    }

    /// What it did for the latest hundred requests, oldest first.
    pub fn traces(&self) -> Vec<Trace> {
        self.shared.traces().iter().cloned().collect()
    }

    /// Takes no more requests and waits a few seconds for the running ones.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        // What still runs after that is cut off when `self` is dropped.
        let _ended = tokio::time::timeout(STOP_PATIENCE, &mut self.serving).await;
    }
}

impl Drop for GatewayServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Shared {
    fn traces(&self) -> MutexGuard<'_, VecDeque<Trace>> {
        // A panic elsewhere leaves the queue whole.
        self.traces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, trace: Trace) {
        let mut traces = self.traces();
        if traces.len() == MAX_TRACES {
            traces.pop_front();
        }
        traces.push_back(trace);
    }
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(caller): ConnectInfo<SocketAddr>,
    request: HttpRequest,
) -> HttpResponse<HttpBody> {
    let (parts, body) = request.into_parts();
    let Some(url) = requested_url(&parts, shared.address) else {
        return refusal(StatusCode::BAD_REQUEST, "The Host header or the path is not valid");
    };
    let body = match tokio::time::timeout(BODY_PATIENCE, read_body(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err((status, message))) => return refusal(status, message),
        Err(_elapsed) => {
            return refusal(StatusCode::REQUEST_TIMEOUT, "The request body did not arrive in time");
        }
    };
    let request = Request {
        method: parts.method.to_string(),
        url,
        headers: gateway_headers(&parts.headers),
        body,
        client_ip: caller.ip().to_string(),
    };
    let answer = tokio::task::spawn_blocking(move || {
        let gateway = Arc::clone(&shared.gateway.read().unwrap_or_else(PoisonError::into_inner));
        let host: Arc<dyn Host> = Arc::<NetHost>::clone(&shared.host);
        let exchange = gateway.handle(request, host);
        shared.keep(exchange.trace);
        exchange.response
    });
    // The task fails only where the interpreter panicked, which the runtime has reported on stderr.
    match answer.await {
        Ok(response) => http_response(response),
        Err(_panicked) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
    }
}

/// The URL as policies see it, with the name that the caller used. `.` and `..` are resolved here, once, so that the
/// path that was matched is the one that the upstream is asked for. None where the name is not one, or there are two.
fn requested_url(parts: &Parts, address: SocketAddr) -> Option<String> {
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (None, _) => address.to_string(),
        (Some(host), None) => host.to_str().ok()?.to_owned(),
        (Some(_), Some(_)) => return None,
    };
    host.parse::<Authority>().ok().filter(|authority| !authority.as_str().contains('@'))?;
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let path = if path.starts_with('/') { path } else { "/" };
    reqwest::Url::parse(&format!("http://{host}{path}")).ok().map(String::from)
}

/// Reads the whole body; the error is the answer.
async fn read_body(body: HttpBody) -> Result<Vec<u8>, (StatusCode, &'static str)> {
    let mut bytes = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk =
            chunk.map_err(|_| (StatusCode::BAD_REQUEST, "The request body broke off or is malformed"))?;
        if bytes.len() + chunk.len() > MAX_BODY {
            return Err((StatusCode::PAYLOAD_TOO_LARGE, "Request body is too large"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn gateway_headers(headers: &HeaderMap) -> Headers {
    Headers(headers.iter().map(|(name, value)| (name.to_string(), text_of(value.as_bytes()))).collect())
}

fn http_response(response: Response) -> HttpResponse<HttpBody> {
    let Ok(status) = StatusCode::from_u16(response.status) else {
        return refusal(StatusCode::INTERNAL_SERVER_ERROR, "A policy set a status that HTTP does not have");
    };
    let body = match response.body {
        Body::Bytes(bytes) => HttpBody::from(bytes),
        Body::Stream(body) => streamed(body),
    };
    let mut answer = HttpResponse::new(body);
    *answer.status_mut() = status;
    for (name, value) in response.headers.0 {
        if is_connection_field(&name) {
            continue;
        }
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_bytes(&bytes_of(&value));
        let (Ok(name), Ok(value)) = (name, value) else {
            return refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "A policy set a header that HTTP does not allow",
            );
        };
        answer.headers_mut().append(name, value);
    }
    answer
}

/// Passes chunks on as they come. A thread is held only while a chunk is waited for, not while the caller reads: many
/// slow callers must not stop the others. A caller who leaves is noticed at the next chunk at the latest; the rest is
/// then dropped, which tells the upstream.
fn streamed(mut body: Box<dyn BodyStream>) -> HttpBody {
    let (sender, receiver) = mpsc::channel::<Result<Bytes, StreamError>>(CHUNKS_IN_FLIGHT);
    tokio::spawn(async move {
        while let Ok(place) = sender.reserve().await {
            let next = tokio::task::spawn_blocking(move || (body.next_chunk(), body));
            // The task fails only where the interpreter panicked, or the server stops.
            match next.await {
                Ok((Some(Ok(chunk)), rest)) => {
                    place.send(Ok(Bytes::from(chunk)));
                    body = rest;
                }
                Ok((Some(Err(broken)), _)) => return place.send(Err(broken)),
                Ok((None, _)) => return,
                Err(failed) => return place.send(Err(StreamError(failed.to_string()))),
            }
        }
    });
    HttpBody::from_stream(stream::unfold(receiver, |mut receiver| async move {
        let chunk = receiver.recv().await?;
        if chunk.is_err() {
            // The server drops what it has not sent yet when a body breaks off; this lets it send that first.
            tokio::task::yield_now().await;
        }
        Some((chunk, receiver))
    }))
}

/// An answer of the server itself, in the form of APIM's own.
fn refusal(status: StatusCode, message: &str) -> HttpResponse<HttpBody> {
    let body = serde_json::json!({"statusCode": status.as_u16(), "message": message});
    let mut answer = HttpResponse::new(HttpBody::from(body.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

#[cfg(test)]
mod tests;
