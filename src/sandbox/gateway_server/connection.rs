//! One caller's connection: requests are read strictly and within limits of size and time, one after the other. While
//! a request is worked on the connection is watched, so that nobody works for a caller who has left.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use axum::http::uri::Authority;
use tokio::io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::answer::{Answer, refusal};
use super::{End, Served, Serving, Shared};
use crate::gateway::{Headers, Request, Trace};
use crate::sandbox::http1::{BodyDecoder, Malformed, RequestHead, parse_request};
use crate::sandbox::net_host::Caller;

/// Bytes of further requests that are taken from a caller whose first is still worked on.
const MAX_AHEAD: usize = 64 << 10;
/// Bytes read at a time.
const READ_SIZE: usize = 16 << 10;
/// What a caller still sends after it was refused is thrown away for so long, so that it sees the answer instead of a
/// reset connection.
const LINGER: Duration = Duration::from_secs(1);
/// Bytes thrown away at most.
const MAX_LINGER: usize = 4 << 20;

pub(super) struct Connection {
    pub(super) socket: TcpStream,
    pub(super) shared: Arc<Shared>,
    peer: SocketAddr,
    /// What has been read and not been used.
    pub(super) buffer: Vec<u8>,
    pub(super) stop: watch::Receiver<bool>,
}

/// Why there is no request.
enum NoRequest {
    /// The connection is closed, or is to be.
    Over,
    Malformed(Malformed),
}

impl From<Malformed> for NoRequest {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

/// The connection broke; there is nobody to tell.
impl From<io::Error> for NoRequest {
    fn from(_: io::Error) -> Self {
        Self::Over
    }
}

impl Connection {
    pub(super) fn new(
        socket: TcpStream,
        peer: SocketAddr,
        shared: Arc<Shared>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        // Without it answers are only slower.
        let _only_slower = socket.set_nodelay(true);
        Self { socket, shared, peer, buffer: Vec::new(), stop }
    }

    /// Serves requests until one side closes.
    pub(super) async fn serve(mut self) {
        loop {
            let mut head = match self.head().await {
                Ok(head) => head,
                Err(NoRequest::Over) => return,
                Err(NoRequest::Malformed(malformed)) => {
                    return self.refuse("", "", malformed, Instant::now()).await;
                }
            };
            let started = Instant::now();
            match self.request(&mut head).await {
                Ok(request) => {
                    if !self.exchange(&head, request, started).await {
                        return;
                    }
                }
                Err(NoRequest::Over) => return,
                Err(NoRequest::Malformed(malformed)) => {
                    let path = head.target.split('?').next().unwrap_or_default();
                    return self.refuse(&head.method, path, malformed, started).await;
                }
            }
        }
    }

    /// Says that there are too many connections.
    pub(super) async fn turn_away(mut self) {
        let full = Malformed { status: 503, message: "Too many connections" };
        self.refuse("", "", full, Instant::now()).await;
    }

    /// Waits for the next head.
    async fn head(&mut self) -> Result<RequestHead, NoRequest> {
        let options = self.shared.options.clone();
        if self.buffer.is_empty() {
            // Nothing is held for a connection that only waits.
            self.buffer = Vec::new();
            let mut stop = self.stop.clone();
            tokio::select! {
                read = timeout(options.idle_patience, self.read()) => match read {
                    Ok(Ok(1..)) => {}
                    Ok(Ok(_) | Err(_)) | Err(_) => return Err(NoRequest::Over),
                },
                _ = stop.wait_for(|stop| *stop) => return Err(NoRequest::Over),
            }
        }
        let whole = async {
            loop {
                // An empty line before a request is passed over (RFC 9112, 2.2).
                if self.buffer.starts_with(b"\r\n") {
                    self.buffer.drain(..2);
                }
                if let Some(head) = parse_request(&self.buffer)? {
                    self.buffer.drain(..head.length);
                    return Ok(head);
                }
                if self.read().await? == 0 {
                    return Err(NoRequest::Over);
                }
            }
        };
        let late = Malformed { status: 408, message: "The request did not arrive in time" };
        timeout(options.head_patience, whole).await.unwrap_or(Err(late.into()))
    }

    /// Reads the body and makes the request as policies see it; the fields of the head go into it.
    async fn request(&mut self, head: &mut RequestHead) -> Result<Request, NoRequest> {
        let url = requested_url(head, self.shared.address)?;
        let late = Malformed { status: 408, message: "The request body did not arrive in time" };
        let patience = self.shared.options.body_patience;
        let body = timeout(patience, self.body(head)).await.unwrap_or(Err(late.into()))?;
        let headers = std::mem::take(&mut head.headers);
        Ok(Request {
            method: head.method.clone(),
            url,
            headers,
            body,
            client_ip: self.peer.ip().to_string(),
            client_certificate: None,
        })
    }

    async fn body(&mut self, head: &RequestHead) -> Result<Vec<u8>, NoRequest> {
        let most = self.shared.options.max_body;
        let large = Malformed { status: 413, message: "Request body is too large" };
        let mut decoder = BodyDecoder::new(head.framing);
        if decoder.known_rest() > most as u64 {
            return Err(large.into());
        }
        if head.expects_continue && !decoder.is_done() && self.buffer.is_empty() {
            self.socket.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        let mut body = Vec::new();
        loop {
            let taken = decoder.decode(&self.buffer, &mut body)?;
            self.buffer.drain(..taken);
            if body.len() > most {
                return Err(large.into());
            }
            if decoder.is_done() {
                return Ok(body);
            }
            if self.read().await? == 0 {
                return Err(NoRequest::Over);
            }
        }
    }

    /// Has the request answered and sends the answer; returns whether another may follow.
    async fn exchange(&mut self, head: &RequestHead, request: Request, started: Instant) -> bool {
        let number = self.shared.next_number();
        let path = path_of(&request.url);
        let Serving { gateway, host } = self.shared.serving();
        let (host, caller) = host.for_request();
        let mut waiting = Waiting { caller, is_over: false };
        let shared = Arc::clone(&self.shared);
        let mut working = self.shared.workers.run(move || {
            let exchange = gateway.handle(request, host);
            let trace = Arc::new(exchange.trace);
            shared.keep(Arc::clone(&trace));
            (exchange.response, trace)
        });
        let worked = tokio::select! {
            worked = &mut working => Some(worked),
            () = self.caller_leaves() => None,
        };
        waiting.is_over = worked.is_some();
        let mut served = Served {
            number,
            method: head.method.clone(),
            path,
            status: 0,
            duration: Duration::ZERO,
            body_bytes: 0,
            end: End::CallerLeft,
            trace: Arc::default(),
        };
        let goes_on = match worked {
            None => {
                waiting.caller.leave();
                // The rest is done for the counters and the trace; what comes of it is for nobody.
                if let Ok((response, trace)) = working.await {
                    served.trace = trace;
                    served.status = response.status;
                }
                false
            }
            Some(Ok((response, trace))) => {
                served.trace = trace;
                if head.is_handshake
                    && response.status == 101
                    && let Some(upstream) = waiting.caller.take_upgraded()
                {
                    self.become_websocket(response, upstream, &mut served).await;
                    served.duration = started.elapsed();
                    self.shared.tell(&served);
                    return false;
                }
                let close = head.wants_close || *self.stop.borrow();
                let number = self.shared.options.numbers_answers.then_some(number);
                self.answer(head, Answer::of(response, number), close, &mut served).await && !close
            }
            // The interpreter panicked, which has been reported on stderr.
            Some(Err(_panicked)) => {
                let answer = refusal(500, "Internal server error");
                self.answer(head, answer, true, &mut served).await;
                false
            }
        };
        served.duration = started.elapsed();
        self.shared.tell(&served);
        goes_on
    }

    async fn refuse(&mut self, method: &str, path: &str, malformed: Malformed, started: Instant) {
        let answer = refusal(malformed.status, malformed.message);
        let bytes = answer.whole_bytes(true, true);
        // A caller who is gone already misses nothing.
        let _gone = timeout(self.shared.options.write_patience, self.socket.write_all(&bytes)).await;
        self.shared.tell(&Served {
            number: self.shared.next_number(),
            method: method.to_owned(),
            path: path.to_owned(),
            status: malformed.status,
            duration: started.elapsed(),
            body_bytes: 0,
            end: End::Refused(malformed.message),
            trace: Arc::new(Trace::default()),
        });
        self.linger().await;
    }

    /// Closes our side, and throws away what the caller had on the way.
    async fn linger(&mut self) {
        let _gone = self.socket.shutdown().await;
        let drained = async {
            let mut n_thrown = 0;
            while n_thrown < MAX_LINGER {
                self.buffer.clear();
                match self.read().await {
                    Ok(0) | Err(_) => return,
                    Ok(n) => n_thrown += n,
                }
            }
        };
        let _in_time = timeout(LINGER, drained).await;
    }

    /// Reads what is there, waiting for it; 0 where the caller has closed. Holds no memory while it waits.
    async fn read(&mut self) -> io::Result<usize> {
        let Self { socket, buffer, .. } = self;
        poll_fn(|context| {
            // On the stack: a buffer of its own for each request costs more than copying what is there.
            let mut bytes = [MaybeUninit::uninit(); READ_SIZE];
            let mut read = ReadBuf::uninit(&mut bytes);
            // Unlike `try_read` this knows that after less than was asked for there is nothing more, and saves asking.
            ready!(Pin::new(&mut *socket).poll_read(context, &mut read))?;
            buffer.extend_from_slice(read.filled());
            Poll::Ready(Ok(read.filled().len()))
        })
        .await
    }

    /// Returns once the caller has closed the connection. What it sends meanwhile is kept for later.
    pub(super) async fn caller_leaves(&mut self) {
        while self.buffer.len() < MAX_AHEAD {
            match self.read().await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        std::future::pending::<()>().await;
    }
}

/// A thread works on a request. Where the server stops meanwhile, its waits end too; otherwise the process could not.
struct Waiting {
    caller: Arc<Caller>,
    is_over: bool,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.is_over {
            self.caller.leave();
        }
    }
}

/// The URL as policies see it, with the name that the caller used. `.` and `..` are resolved here, once, so that the
/// path that was matched is the one that the upstream is asked for.
fn requested_url(head: &RequestHead, address: SocketAddr) -> Result<String, Malformed> {
    let bad = Malformed { status: 400, message: "The Host header or the path is not valid" };
    let host = match hosts(&head.headers).as_slice() {
        [] if !head.is_1_1 => address.to_string(),
        [host] => (*host).to_owned(),
        _ => return Err(bad),
    };
    host.parse::<Authority>().ok().filter(|authority| !authority.as_str().contains('@')).ok_or(bad)?;
    let target = head.target.as_str();
    let path = match target.split_once("://") {
        _ if target.starts_with('/') => target,
        // The server-wide form of OPTIONS.
        _ if target == "*" && head.method == "OPTIONS" => "/",
        // The absolute form must not name another host than the field.
        Some((_, rest)) => {
            let at = rest.find(['/', '?']).unwrap_or(rest.len());
            let (named, path) = rest.split_at(at);
            if !named.eq_ignore_ascii_case(&host) {
                return Err(bad);
            }
            path
        }
        None => return Err(bad),
    };
    reqwest::Url::parse(&format!("http://{host}{path}")).map(String::from).map_err(|_| bad)
}

fn hosts(headers: &Headers) -> Vec<&str> {
    headers.get_all("Host").collect()
}

fn path_of(url: &str) -> String {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after.find('/').map_or("/", |at| &after[at..]);
    path.split('?').next().unwrap_or_default().to_owned()
}
