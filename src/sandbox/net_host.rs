//! The gateway's outside world with real sockets and the real clock. Traffic goes to loopback only: an upstream's
//! host name is looked up in a table, and a name that is not in it does not answer.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use indexmap::IndexMap;
use serde_json::json;
use time::OffsetDateTime;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::Error;
use crate::gateway::{
    Body, BodyStream, Branch, Headers, Host, HttpProxy, Metric, SendError, StreamError, Until,
    UpstreamRequest, UpstreamResponse,
};

/// Metrics kept to look at; older ones are dropped.
const MAX_METRICS: usize = 10_000;
/// Events kept to look at; each may have 200 KB.
const MAX_EVENTS: usize = 1_000;
/// Bytes of an answer that is not streamed.
const MAX_ANSWER: usize = 64 << 20;
/// Chunks that wait for a slow reader before the upstream has to.
const CHUNKS_IN_FLIGHT: usize = 16;
/// How long a token is good for, as Entra's managed identity tokens are.
const TOKEN_LIFETIME_S: i64 = 24 * 3600;

/// Fields of the connection, not of the message (RFC 9110, 7.6.1), and those that the client writes itself.
const CONNECTION_FIELDS: [&str; 9] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A host for the sandbox's gateway.
pub struct NetHost {
    runtime: Handle,
    client: reqwest::Client,
    upstreams: IndexMap<String, SocketAddr>,
    metrics: Mutex<VecDeque<Metric>>,
    events: Mutex<VecDeque<Event>>,
}

/// What `log-to-eventhub` wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub logger_id: String,
    pub message: String,
}

impl NetHost {
    /// Makes a host whose upstreams are `upstreams`: host name to loopback address. Must be called within a tokio
    /// runtime, which then drives the connections; its methods must be called on other threads.
    ///
    /// # Errors
    /// [`Error::HttpClient`].
    pub fn new(upstreams: IndexMap<String, SocketAddr>) -> Result<Self, Error> {
        // An error means that a provider was installed before, and that one serves as well.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|source| Error::HttpClient { source })?;
        let upstreams =
            upstreams.into_iter().map(|(host, address)| (host.to_ascii_lowercase(), address)).collect();
        let (metrics, events) = (Mutex::default(), Mutex::default());
        Ok(Self { runtime: Handle::current(), client, upstreams, metrics, events })
    }

    /// The metrics emitted so far, oldest first, at most the last ten thousand.
    pub fn metrics(&self) -> Vec<Metric> {
        lock(&self.metrics).iter().cloned().collect()
    }

    /// The events logged so far, oldest first, at most the last thousand.
    pub fn events(&self) -> Vec<Event> {
        lock(&self.events).iter().cloned().collect()
    }

    /// Puts the loopback address in place of the host; the name goes on in the `Host` field.
    fn request(&self, request: &UpstreamRequest) -> Result<reqwest::RequestBuilder, SendError> {
        let url = reqwest::Url::parse(&request.url)
            .map_err(|error| no_connection(format!("`{}` is not a URL: {error}", request.url)))?;
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let (client, target) = match &request.proxy {
            Some(proxy) => {
                (self.client_through(proxy)?, format!("http://{}{}{query}", url.authority(), url.path()))
            }
            None => (self.client.clone(), format!("http://{}{}{query}", self.address(&host)?, url.path())),
        };
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|_| no_connection(format!("`{}` is not an HTTP method", request.method)))?;
        let named = request.headers.get("Host");
        let mut builder = client.request(method, target).header("host", named.as_deref().unwrap_or(&host));
        for (name, value) in &request.headers.0 {
            if !is_connection_field(name) {
                builder = builder.header(name, bytes_of(value));
            }
        }
        Ok(builder.body(request.body.clone()))
    }

    fn address(&self, host: &str) -> Result<SocketAddr, SendError> {
        self.upstreams.get(host).copied().ok_or_else(|| {
            no_connection(format!(
                "`{host}` is not an upstream of this sandbox, and nothing else is reachable"
            ))
        })
    }

    /// A client whose requests a proxy takes, which has to be an upstream of this sandbox as well. Without encryption
    /// and with basic authentication, whatever the URL says: the proxy gets the whole request to look at.
    fn client_through(&self, proxy: &HttpProxy) -> Result<reqwest::Client, SendError> {
        let url = reqwest::Url::parse(&proxy.url)
            .map_err(|error| no_connection(format!("the proxy `{}` is not a URL: {error}", proxy.url)))?;
        let address = self.address(&url.host_str().unwrap_or_default().to_ascii_lowercase())?;
        let mut through = reqwest::Proxy::http(format!("http://{address}"))
            .map_err(|error| no_connection(reasons(&error)))?;
        if let Some(username) = &proxy.username {
            through = through.basic_auth(username, proxy.password.as_deref().unwrap_or_default());
        }
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .proxy(through)
            .build()
            .map_err(|error| no_connection(reasons(&error)))
    }

    async fn exchange(
        request: reqwest::RequestBuilder,
        runtime: &Handle,
    ) -> Result<UpstreamResponse, SendError> {
        let mut answer = request.send().await.map_err(|error| no_connection(reasons(&error)))?;
        let status = answer.status();
        let fields = answer.headers().iter().filter(|(name, _)| !is_connection_field(name.as_str()));
        let headers =
            Headers(fields.map(|(name, value)| (name.to_string(), text_of(value.as_bytes()))).collect());
        let streamed = headers.get("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
        let body = if streamed {
            Body::Stream(Box::new(stream(answer, runtime)))
        } else {
            let mut bytes = Vec::new();
            while let Some(chunk) = answer.chunk().await.map_err(|error| no_connection(reasons(&error)))? {
                if bytes.len() + chunk.len() > MAX_ANSWER {
                    return Err(no_connection(format!("the answer has more than {MAX_ANSWER} bytes")));
                }
                bytes.extend_from_slice(&chunk);
            }
            Body::Bytes(bytes)
        };
        let reason = status.canonical_reason().unwrap_or_default().to_owned();
        Ok(UpstreamResponse { status: status.as_u16(), reason, headers, body })
    }
}

impl Host for NetHost {
    fn now_unix_ms(&self) -> i64 {
        let now = OffsetDateTime::now_utc();
        now.unix_timestamp() * 1000 + i64::from(now.millisecond())
    }

    fn sleep_ms(&self, duration_ms: u64) {
        std::thread::sleep(Duration::from_millis(duration_ms));
    }

    fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, SendError> {
        let outgoing = self.request(&request)?;
        let limit = Duration::from_millis(request.timeout_ms);
        let within = async { tokio::time::timeout(limit, Self::exchange(outgoing, &self.runtime)).await };
        self.runtime.block_on(within).unwrap_or_else(|_elapsed| {
            let message = format!("no answer within {} ms", request.timeout_ms);
            Err(SendError { reason: "Timeout".to_owned(), message })
        })
    }

    fn send_one_way(&self, request: UpstreamRequest) -> Result<(), SendError> {
        let outgoing = self.request(&request)?;
        let limit = Duration::from_millis(request.timeout_ms);
        let runtime = self.runtime.clone();
        self.runtime.spawn(async move {
            // Nobody waits for the answer, so nobody is told that it did not come.
            let _unseen = tokio::time::timeout(limit, Self::exchange(outgoing, &runtime)).await;
        });
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

    /// A token in the form of Entra's, but unsigned: only the sandbox's own upstreams take it.
    fn managed_identity_token(&self, resource: &str, client_id: Option<&str>) -> Result<String, String> {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let header = json!({"typ": "JWT", "alg": "none"});
        let claims = json!({
            "aud": resource,
            "iss": "https://sts.windows.net/sandbox/",
            "iat": now,
            "nbf": now,
            "exp": now + TOKEN_LIFETIME_S,
            "appid": client_id.unwrap_or("system-assigned"),
            "idtyp": "app",
        });
        let part = |json: &serde_json::Value| {
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json.to_string())
        };
        Ok(format!("{}.{}.", part(&header), part(&claims)))
    }

    fn emit_metric(&self, metric: Metric) {
        push_bounded(&self.metrics, metric, MAX_METRICS);
    }

    fn log_event(&self, logger_id: &str, message: &str) {
        let event = Event { logger_id: logger_id.to_owned(), message: message.to_owned() };
        push_bounded(&self.events, event, MAX_EVENTS);
    }

    fn random_u64(&self) -> u64 {
        // A version 4 UUID is random but for its seventh and ninth byte.
        let [a, b, c, d, e, f, .., y, z] = *uuid::Uuid::new_v4().as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, y, z])
    }
}

/// Passes the body on as it arrives. The upstream connection is dropped as soon as the reader is.
fn stream(mut answer: reqwest::Response, runtime: &Handle) -> ChannelStream {
    let (sender, receiver) = mpsc::channel(CHUNKS_IN_FLIGHT);
    runtime.spawn(async move {
        loop {
            let chunk = tokio::select! {
                chunk = answer.chunk() => chunk,
                () = sender.closed() => return,
            };
            let chunk = match chunk {
                Ok(Some(bytes)) => Ok(bytes.to_vec()),
                Ok(None) => return,
                Err(error) => Err(StreamError(reasons(&error))),
            };
            let broken = chunk.is_err();
            if sender.send(chunk).await.is_err() || broken {
                return;
            }
        }
    });
    ChannelStream(receiver)
}

/// A body that is still arriving.
struct ChannelStream(mpsc::Receiver<Result<Vec<u8>, StreamError>>);

impl BodyStream for ChannelStream {
    fn next_chunk(&mut self) -> Option<Result<Vec<u8>, StreamError>> {
        self.0.blocking_recv()
    }
}

pub(super) fn is_connection_field(name: &str) -> bool {
    CONNECTION_FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field))
}

/// A header value as text. Bytes beyond ASCII are read as Latin-1, as HTTP has always allowed.
pub(super) fn text_of(value: &[u8]) -> String {
    value.iter().copied().map(char::from).collect()
}

/// The reverse of [`text_of`]; text that never was Latin-1 goes as UTF-8.
pub(super) fn bytes_of(value: &str) -> Vec<u8> {
    value
        .chars()
        .map(|c| u8::try_from(c).ok())
        .collect::<Option<_>>()
        .unwrap_or_else(|| value.as_bytes().to_vec())
}

fn no_connection(message: String) -> SendError {
    SendError { reason: "BackendConnectionFailure".to_owned(), message }
}

/// An error with all that caused it, on one line.
fn reasons(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
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
mod tests {
    use super::*;
    use crate::sandbox::openai_sim::{OpenAiSim, SimAccount, SimDeployment};
    use std::sync::Arc;

    const HOST: &str = "aoai-ptu.openai.azure.com";

    async fn sim_and_host() -> (OpenAiSim, Arc<NetHost>) {
        let (name, model, sku) = ("gpt".to_owned(), "gpt-4o".to_owned(), "Standard".to_owned());
        let deployments = vec![SimDeployment { name, model, sku, capacity: 10 }];
        let sim = OpenAiSim::start(vec![SimAccount { host: HOST.to_owned(), deployments }]).await.unwrap();
        let host = NetHost::new(sim.addresses()).unwrap();
        (sim, Arc::new(host))
    }

    fn chat(host: &NetHost, body: &serde_json::Value) -> UpstreamRequest {
        let token = host.managed_identity_token("https://cognitiveservices.azure.com/", None).unwrap();
        let mut headers = Headers::default();
        headers.append("Authorization", format!("Bearer {token}"));
        headers.append("Connection", "close");
        UpstreamRequest {
            method: "POST".to_owned(),
            url: format!("https://{HOST}/openai/deployments/gpt/chat/completions?api-version=2024-10-21"),
            headers,
            body: body.to_string().into_bytes(),
            timeout_ms: 10_000,
            client_certificate: None,
            proxy: None,
        }
    }

    fn question(stream: bool, max_tokens: u32) -> serde_json::Value {
        json!({"messages": [{"role": "user", "content": "Hello"}], "stream": stream, "max_tokens": max_tokens})
    }

    /// Runs on a thread that may block, as the gateway does.
    async fn blocking<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    #[tokio::test]
    async fn a_managed_identity_token_opens_the_simulated_account() {
        let (sim, host) = sim_and_host().await;
        let answer = blocking(move || host.send(chat(&host, &question(false, 8)))).await.unwrap();
        assert_eq!((answer.status, answer.reason.as_str()), (200, "OK"));
        assert!(answer.headers.contains("x-ratelimit-remaining-tokens"));
        assert!(!answer.headers.contains("content-length"), "the length belongs to the connection");
        let Body::Bytes(body) = answer.body else { panic!("a whole body is not a stream") };
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["usage"]["completion_tokens"], 8);
        assert_eq!(sim.n_requests(HOST), 1);
    }

    #[tokio::test]
    async fn a_token_for_another_audience_is_refused() {
        let (_sim, host) = sim_and_host().await;
        let answer = blocking(move || {
            let mut request = chat(&host, &question(false, 8));
            let token = host.managed_identity_token("https://vault.azure.net", None).unwrap();
            request.headers.set("Authorization", format!("Bearer {token}"));
            host.send(request)
        });
        assert_eq!(answer.await.unwrap().status, 401);
    }

    #[tokio::test]
    async fn whatever_is_not_in_the_table_does_not_answer() {
        let (_sim, host) = sim_and_host().await;
        for url in ["https://example.com/", "http://127.0.0.1:1/", "not a url"] {
            let (host, url) = (Arc::clone(&host), url.to_owned());
            let error = blocking(move || {
                let request = UpstreamRequest { url, ..chat(&host, &question(false, 8)) };
                host.send(request).err()
            });
            let error = error.await.expect("nothing but the table is reachable");
            assert_eq!(error.reason, "BackendConnectionFailure");
        }
    }

    /// One after the other they would wait for each other for ever.
    #[tokio::test]
    async fn branches_run_at_the_same_time() {
        let (_sim, host) = sim_and_host().await;
        let first = blocking(move || {
            let both_are_there = Arc::new(std::sync::Barrier::new(2));
            let (go, gone) = std::sync::mpsc::channel();
            let (one, other) = (Arc::clone(&both_are_there), Arc::clone(&both_are_there));
            let slow: Branch = Box::new(move || {
                one.wait();
                gone.recv().unwrap();
            });
            let fast: Branch = Box::new(move || {
                other.wait();
            });
            let first = host.run_together(vec![slow, fast], Until::FirstEnds);
            // It was not waited for.
            go.send(()).unwrap();
            assert_eq!(host.run_together(Vec::new(), Until::AllEnd), None);
            first
        });
        assert_eq!(first.await, Some(1));
    }

    #[tokio::test]
    async fn a_one_way_request_arrives_and_one_to_nobody_is_told() {
        let (sim, host) = sim_and_host().await;
        let told = blocking(move || {
            host.send_one_way(chat(&host, &question(false, 8))).unwrap();
            let nobody = UpstreamRequest {
                url: "https://example.com/".to_owned(),
                ..chat(&host, &question(false, 8))
            };
            host.send_one_way(nobody)
        });
        assert_eq!(told.await.unwrap_err().reason, "BackendConnectionFailure");
        for _ in 0..MAX_TRIES {
            if sim.n_requests(HOST) == 1 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the request has not arrived");
    }

    /// The proxy sees the whole URL and who asks; one that is no upstream of the sandbox is not reached.
    #[tokio::test]
    async fn a_proxy_takes_the_request() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstreams = IndexMap::from([("proxy.example".to_owned(), listener.local_addr().unwrap())]);
        let host = Arc::new(NetHost::new(upstreams).unwrap());
        let proxy = tokio::spawn(async move {
            use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
            let (mut caller, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(caller.read_u8().await.unwrap());
            }
            caller
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .await
                .unwrap();
            String::from_utf8(head).unwrap().to_lowercase()
        });
        let answer = blocking(move || {
            let request = |url: &str| UpstreamRequest {
                method: "GET".to_owned(),
                url: "https://far.example/path?q=1".to_owned(),
                headers: Headers::default(),
                body: Vec::new(),
                timeout_ms: 10_000,
                client_certificate: None,
                proxy: Some(HttpProxy {
                    url: url.to_owned(),
                    username: Some("u".to_owned()),
                    password: Some("p".to_owned()),
                }),
            };
            let elsewhere = host.send(request("http://other.example:8080")).err().unwrap();
            assert_eq!(elsewhere.reason, "BackendConnectionFailure");
            host.send(request("http://proxy.example:8080")).unwrap().status
        });
        assert_eq!(answer.await, 200);
        let head = proxy.await.unwrap();
        assert!(head.starts_with("get http://far.example/path?q=1 http/1.1\r\n"), "{head}");
        assert!(head.contains("proxy-authorization: basic dtpw"), "{head}");
    }

    /// A listener that still answers after so many requests will not close.
    const MAX_TRIES: usize = 1_000;

    #[tokio::test]
    async fn an_upstream_that_is_gone_is_a_connection_failure() {
        let (sim, host) = sim_and_host().await;
        drop(sim);
        // The listener closes with its task, which ends a moment after it was aborted.
        let error =
            blocking(move || (0..MAX_TRIES).find_map(|_| host.send(chat(&host, &question(false, 8))).err()));
        assert_eq!(error.await.map(|error| error.reason).as_deref(), Some("BackendConnectionFailure"));
    }

    #[tokio::test]
    async fn a_stream_arrives_in_chunks_and_leaving_it_ends_the_upstream() {
        let (sim, host) = sim_and_host().await;
        let n_first = blocking(move || {
            let answer = host.send(chat(&host, &question(true, 4000))).unwrap();
            let Body::Stream(mut stream) = answer.body else { panic!("events are a stream") };
            let first = stream.next_chunk().unwrap().unwrap();
            assert!(String::from_utf8(first).unwrap().contains("\"role\":\"assistant\""));
            assert!(stream.next_chunk().unwrap().is_ok());
            2
        })
        .await;
        let sent = crate::sandbox::openai_sim::chunks_until_quiet(&sim, HOST).await;
        assert!(sent >= n_first, "at least what was read was sent");
        assert!(sent < 900, "the stream of 1003 chunks broke off, but {sent} were sent");
    }

    #[tokio::test]
    async fn telemetry_is_kept_and_bounded() {
        let (_sim, host) = sim_and_host().await;
        for n in 0..=MAX_EVENTS {
            host.log_event("hub", &n.to_string());
        }
        let events = host.events();
        assert_eq!((events.len(), events[0].message.as_str()), (MAX_EVENTS, "1"));
        let metric = Metric {
            namespace: "n".to_owned(),
            name: "m".to_owned(),
            value: 1.0,
            dimensions: IndexMap::new(),
        };
        host.emit_metric(metric.clone());
        assert_eq!(host.metrics(), [metric]);
    }
}
