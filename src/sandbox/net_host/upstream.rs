//! Requests to upstreams over blocking sockets, kept open between requests. A thread waits where the interpreter
//! waits; only a streamed answer goes on without one.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indexmap::IndexMap;

use super::caller::Caller;
use super::stream::UpstreamStream;
use crate::gateway::{Body, Headers, SendError, UpstreamResponse};
use crate::sandbox::http1::{
    BodyDecoder, Framing, MAX_HEAD, ResponseHead, is_connection_field, parse_response,
};

/// Bytes of an answer that is not streamed.
const MAX_ANSWER: usize = 64 << 20;
/// Memory set aside for an answer before its bytes are here, whatever length it announces.
const MAX_PROMISE: usize = 1 << 20;
/// Idle connections kept for one upstream.
const MAX_IDLE: usize = 256;
/// An idle connection older than this is not used again.
const IDLE_LIFETIME: Duration = Duration::from_secs(30);
/// Loopback connects at once or not at all.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// How long an upstream may be silent in the midst of its body: the idle timeout of the load balancer in front of the
/// service (Learn, "Configure API for server-sent events": 4 minutes, 2025-05).
pub(super) const SILENCE: Duration = Duration::from_secs(240);
/// Informational answers before the real one.
const MAX_INFORMATIONAL: usize = 16;
/// Bytes read at a time.
const READ_SIZE: usize = 16 << 10;

/// Idle connections, by the address they lead to.
#[derive(Debug, Default)]
pub(super) struct Connections(Mutex<IndexMap<SocketAddr, VecDeque<Idle>>>);

#[derive(Debug)]
struct Idle {
    connection: Connection,
    since: Instant,
}

/// A connection, and how patient reads and writes on it are, where that is known.
#[derive(Clone, Debug)]
struct Connection {
    socket: Arc<TcpStream>,
    patience: Option<Duration>,
}

/// A request as bytes.
pub(super) struct Outgoing {
    pub address: SocketAddr,
    pub method: String,
    /// Head and body.
    pub bytes: Vec<u8>,
    /// For everything up to the head of the answer.
    pub timeout: Duration,
    /// Whether it asks for a WebSocket.
    pub is_handshake: bool,
}

impl Connections {
    /// Sends a request and reads its answer: the head, and the body unless that is a stream of events.
    ///
    /// # Errors
    /// [`SendError`] where no whole answer came.
    pub(super) fn send(
        self: &Arc<Self>,
        outgoing: &Outgoing,
        caller: &Caller,
    ) -> Result<UpstreamResponse, SendError> {
        let deadline = Deadline::after(outgoing.timeout);
        let mut connection = self.connection(outgoing, &deadline)?;
        let socket = Arc::clone(&connection.socket);
        caller.waits_on(&socket);
        let exchanged = exchange(&mut connection, outgoing, &deadline);
        caller.waits_no_more(&socket);
        drop(socket);
        let mut exchange = match exchanged {
            Err(_) if caller.has_left() => return Err(caller_left()),
            other => other?,
        };
        exchange.finish(self, connection, outgoing.address, caller)
    }

    fn connection(&self, outgoing: &Outgoing, deadline: &Deadline) -> Result<Connection, SendError> {
        let address = outgoing.address;
        // A handshake has a connection of its own, as it keeps it.
        while let Some(idle) = self.take_idle(address).filter(|_| !outgoing.is_handshake) {
            if is_alive(&idle.socket) {
                return Ok(idle);
            }
        }
        let patience = deadline.left()?.min(CONNECT_PATIENCE);
        let socket = TcpStream::connect_timeout(&address, patience)
            .and_then(|socket| socket.set_nodelay(true).map(|()| socket))
            .map_err(|error| failed("cannot be connected to", &error))?;
        Ok(Connection { socket: Arc::new(socket), patience: None })
    }

    fn take_idle(&self, address: SocketAddr) -> Option<Connection> {
        let mut all = self.lock();
        let idle = all.get_mut(&address)?;
        // The youngest is at the back; where that is too old, all are.
        let youngest = idle.pop_back()?;
        if youngest.since.elapsed() < IDLE_LIFETIME {
            return Some(youngest.connection);
        }
        idle.clear();
        None
    }

    /// Keeps a connection whose last answer, a stream, has been read to its end.
    pub(super) fn keep(&self, address: SocketAddr, socket: Arc<TcpStream>) {
        self.keep_connection(address, Connection { socket, patience: None });
    }

    fn keep_connection(&self, address: SocketAddr, connection: Connection) {
        let mut all = self.lock();
        let idle = all.entry(address).or_default();
        if idle.len() < MAX_IDLE {
            idle.push_back(Idle { connection, since: Instant::now() });
        }
    }

    fn lock(&self) -> MutexGuard<'_, IndexMap<SocketAddr, VecDeque<Idle>>> {
        // A panic elsewhere leaves the table whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends a request and reads the head of its answer.
fn exchange(
    connection: &mut Connection,
    outgoing: &Outgoing,
    deadline: &Deadline,
) -> Result<Exchange, SendError> {
    if connection.patience != Some(outgoing.timeout) {
        set_timeouts(&connection.socket, deadline)?;
        connection.patience = Some(outgoing.timeout);
    }
    let mut socket = connection.socket.as_ref();
    // An upstream may answer and close before it has read everything, so a failed write is not the end yet.
    let written = socket.write_all(&outgoing.bytes);
    match (read_head(connection, outgoing, deadline), written) {
        (Ok(exchange), written) => Ok(Exchange { reusable: written.is_ok(), ..exchange }),
        (Err(_), Err(error)) if !is_timeout(&error) => Err(failed("took no request", &error)),
        (Err(error), _) => Err(error),
    }
}

/// An answer whose head has been read.
struct Exchange {
    head: ResponseHead,
    /// What has been read of the body, as it came.
    rest: Vec<u8>,
    reusable: bool,
}

impl Exchange {
    fn finish(
        &mut self,
        connections: &Arc<Connections>,
        mut connection: Connection,
        address: SocketAddr,
        caller: &Caller,
    ) -> Result<UpstreamResponse, SendError> {
        let keeps = self.reusable && self.head.keeps_connection;
        let mut headers = std::mem::take(&mut self.head.headers);
        headers.0.retain(|(name, _)| !is_connection_field(name));
        if self.head.status == 101 {
            caller.upgraded(connection.socket, std::mem::take(&mut self.rest));
            let (reason, body) = (std::mem::take(&mut self.head.reason), Body::Bytes(Vec::new()));
            return Ok(UpstreamResponse { status: 101, reason, headers, body });
        }
        let decoder = BodyDecoder::new(self.head.framing);
        let body = if is_event_stream(&headers) && self.head.framing != Framing::None {
            let returns_to = keeps.then(|| (Arc::clone(connections), address));
            let rest = std::mem::take(&mut self.rest);
            Body::Stream(Box::new(UpstreamStream::new(connection.socket, decoder, rest, returns_to)))
        } else {
            let socket = Arc::clone(&connection.socket);
            caller.waits_on(&socket);
            let whole = read_body(&mut connection, decoder, &self.rest);
            caller.waits_no_more(&socket);
            let (bytes, is_clean) = match whole {
                Err(_) if caller.has_left() => return Err(caller_left()),
                other => other?,
            };
            if keeps && is_clean {
                connections.keep_connection(address, connection);
            }
            Body::Bytes(bytes)
        };
        let reason = std::mem::take(&mut self.head.reason);
        Ok(UpstreamResponse { status: self.head.status, reason, headers, body })
    }
}

fn is_event_stream(headers: &Headers) -> bool {
    headers.get("Content-Type").is_some_and(|kind| {
        kind.get(..17).is_some_and(|start| start.eq_ignore_ascii_case("text/event-stream"))
    })
}

/// Reads until the head of the final answer is whole.
fn read_head(
    connection: &mut Connection,
    outgoing: &Outgoing,
    deadline: &Deadline,
) -> Result<Exchange, SendError> {
    let socket = Arc::clone(&connection.socket);
    let mut reader = socket.as_ref();
    let mut bytes = Vec::new();
    let mut n_informational = 0;
    let mut buffer = [0; READ_SIZE];
    loop {
        match parse_response(&bytes, &outgoing.method).map_err(|malformed| no_answer(malformed.message))? {
            Some(head)
                if (100..200).contains(&head.status) && !(outgoing.is_handshake && head.status == 101) =>
            {
                n_informational += 1;
                if head.status == 101 || n_informational > MAX_INFORMATIONAL {
                    return Err(no_answer("the upstream does not come to its answer"));
                }
                bytes.drain(..head.length);
                continue;
            }
            Some(head) => {
                let rest = bytes.split_off(head.length);
                return Ok(Exchange { head, rest, reusable: true });
            }
            None if bytes.len() > MAX_HEAD => return Err(no_answer("the upstream's head is too long")),
            None => {}
        }
        match reader.read(&mut buffer) {
            Ok(0) => return Err(no_answer("the upstream closed the connection before it answered")),
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if is_timeout(&error) => return Err(deadline.passed()),
            Err(error) => return Err(failed("gave no answer", &error)),
        }
        if deadline.is_far() {
            continue;
        }
        set_timeouts(&socket, deadline)?;
        connection.patience = None;
    }
}

/// Reads a body to its end; also says whether nothing came after it.
fn read_body(
    connection: &mut Connection,
    mut decoder: BodyDecoder,
    rest: &[u8],
) -> Result<(Vec<u8>, bool), SendError> {
    let promised = usize::try_from(decoder.known_rest()).unwrap_or(MAX_PROMISE);
    let mut body = Vec::with_capacity(promised.min(MAX_PROMISE));
    let mut decode = |decoder: &mut BodyDecoder, input: &[u8]| {
        let taken = decoder.decode(input, &mut body).map_err(|malformed| no_answer(malformed.message))?;
        if body.len() > MAX_ANSWER {
            return Err(no_answer(&format!("the answer has more than {MAX_ANSWER} bytes")));
        }
        Ok(taken == input.len())
    };
    let mut is_clean = decode(&mut decoder, rest)?;
    if decoder.is_done() {
        return Ok((body, is_clean));
    }
    let socket = Arc::clone(&connection.socket);
    let mut reader = socket.as_ref();
    let mut buffer = [0; READ_SIZE];
    connection.patience = None;
    socket.set_read_timeout(Some(SILENCE)).map_err(|error| failed("broke off", &error))?;
    while !decoder.is_done() {
        match reader.read(&mut buffer) {
            Ok(0) if decoder.ends_with_connection() => break,
            Ok(0) => return Err(no_answer("the upstream's body broke off")),
            Ok(n) => is_clean = decode(&mut decoder, &buffer[..n])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed("broke off", &error)),
        }
    }
    Ok((body, is_clean))
}

/// Whether an idle connection is still open, and silent, as it has to be between two requests.
#[cfg(unix)]
fn is_alive(socket: &TcpStream) -> bool {
    use rustix::net::{RecvFlags, recv};
    let looked = recv(socket, &mut [0_u8][..], RecvFlags::PEEK | RecvFlags::DONTWAIT);
    looked.err() == Some(rustix::io::Errno::AGAIN)
}

/// Whether an idle connection is still open, and silent, as it has to be between two requests.
#[cfg(not(unix))]
fn is_alive(socket: &TcpStream) -> bool {
    let looked = socket.set_nonblocking(true).and_then(|()| socket.peek(&mut [0]));
    let is_silent = looked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
    is_silent && socket.set_nonblocking(false).is_ok()
}

/// Until when an answer has to begin. Counted on the monotonic clock: the wall clock may jump.
struct Deadline {
    /// None where it is too far away to be told.
    at: Option<Instant>,
    timeout: Duration,
}

impl Deadline {
    fn after(timeout: Duration) -> Self {
        Self { at: Instant::now().checked_add(timeout), timeout }
    }

    fn left(&self) -> Result<Duration, SendError> {
        let Some(at) = self.at else { return Ok(Duration::MAX) };
        let left = at.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(self.passed()) } else { Ok(left) }
    }

    /// Whether a read with the whole timeout is not much too patient.
    fn is_far(&self) -> bool {
        self.left().is_ok_and(|left| left + Duration::from_millis(100) > self.timeout)
    }

    fn passed(&self) -> SendError {
        let message = format!("no answer within {} ms", self.timeout.as_millis());
        SendError { reason: "Timeout".to_owned(), message }
    }
}

fn set_timeouts(socket: &TcpStream, deadline: &Deadline) -> Result<(), SendError> {
    let left = deadline.left()?;
    socket
        .set_read_timeout(Some(left))
        .and_then(|()| socket.set_write_timeout(Some(left)))
        .map_err(|error| failed("is of no use", &error))
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// One reason for all, and a message that tells them apart, as scenarios have it.
fn failed(what: &str, error: &io::Error) -> SendError {
    match error.kind() {
        ErrorKind::ConnectionRefused => no_answer("the connection was refused"),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            no_answer(&format!("the connection was reset: the upstream {what}"))
        }
        _ => no_answer(&format!("the upstream {what}: {error}")),
    }
}

fn no_answer(message: &str) -> SendError {
    SendError { reason: "BackendConnectionFailure".to_owned(), message: message.to_owned() }
}

/// The name that the service's logs have for it (Learn, "Azure API Management: diagnose failed requests").
fn caller_left() -> SendError {
    SendError { reason: "ClientConnectionFailure".to_owned(), message: "the caller has left".to_owned() }
}
