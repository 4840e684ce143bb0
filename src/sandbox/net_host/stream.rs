//! A streamed answer while it arrives. No thread waits for it: the reader is woken when there is more. Dropping it
//! closes the connection, which is how the upstream learns that nobody listens.

use std::future::Future as _;
use std::io::{ErrorKind, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep};

use super::upstream::{Connections, SILENCE};
use crate::gateway::{BodyStream, StreamError};
use crate::sandbox::http1::BodyDecoder;

/// Bytes read at a time. On the stack of whoever reads, so that a waiting stream holds none.
const READ_SIZE: usize = 16 << 10;

type Chunk = Option<Result<Vec<u8>, StreamError>>;

pub(super) struct UpstreamStream {
    connection: Connection,
    decoder: BodyDecoder,
    /// Came together with the head.
    rest: Vec<u8>,
    /// Where the connection goes once the body is whole; None where it closes.
    returns_to: Option<(Arc<Connections>, SocketAddr)>,
}

enum Connection {
    /// As the interpreter's thread left it.
    Blocking(Arc<TcpStream>),
    Waiting {
        socket: tokio::net::TcpStream,
        silence: Pin<Box<Sleep>>,
    },
    Closed,
}

impl UpstreamStream {
    pub(super) fn new(
        socket: Arc<TcpStream>,
        decoder: BodyDecoder,
        rest: Vec<u8>,
        returns_to: Option<(Arc<Connections>, SocketAddr)>,
    ) -> Self {
        Self { connection: Connection::Blocking(socket), decoder, rest, returns_to }
    }

    /// What is known before anything more is read: what came with the head, and the end.
    fn ready(&mut self) -> Option<Chunk> {
        if !self.rest.is_empty() {
            let rest = std::mem::take(&mut self.rest);
            if let Some(chunk) = self.decode(&rest) {
                return Some(chunk);
            }
        }
        if self.decoder.is_done() {
            self.close(true);
            return Some(None);
        }
        matches!(self.connection, Connection::Closed).then_some(None)
    }

    /// The bytes of the body in what was read; None where there are none, as in the midst of a chunk's first line.
    fn decode(&mut self, input: &[u8]) -> Option<Chunk> {
        let mut body = Vec::new();
        let taken = match self.decoder.decode(input, &mut body) {
            Ok(taken) => taken,
            Err(malformed) => return Some(self.broke(malformed.message.to_owned())),
        };
        if taken < input.len() {
            // What comes after the body belongs to nothing; such a connection is not used again.
            self.returns_to = None;
        }
        (!body.is_empty()).then_some(Some(Ok(body)))
    }

    fn at_close(&mut self) -> Chunk {
        if self.decoder.ends_with_connection() {
            self.close(false);
            return None;
        }
        self.broke("the upstream closed the connection".to_owned())
    }

    fn broke(&mut self, why: String) -> Chunk {
        self.close(false);
        Some(Err(StreamError(why)))
    }

    fn close(&mut self, is_whole: bool) {
        let connection = std::mem::replace(&mut self.connection, Connection::Closed);
        let Some((connections, address)) = self.returns_to.take().filter(|_| is_whole) else { return };
        let socket = match connection {
            Connection::Blocking(socket) => Ok(socket),
            Connection::Waiting { socket, .. } => {
                socket.into_std().and_then(|socket| socket.set_nonblocking(false).map(|()| Arc::new(socket)))
            }
            Connection::Closed => return,
        };
        // A connection that cannot be used again is closed, and another is opened when it is needed.
        if let Ok(socket) = socket {
            connections.keep(address, socket);
        }
    }

    /// Gives the connection to the runtime, which wakes whoever polls.
    fn wait(&mut self) -> std::io::Result<()> {
        let Connection::Blocking(_) = self.connection else { return Ok(()) };
        let Connection::Blocking(socket) = std::mem::replace(&mut self.connection, Connection::Closed) else {
            return Ok(());
        };
        // Nobody else holds it: the caller was told that nobody waits on it any more.
        let socket = Arc::try_unwrap(socket).or_else(|shared| shared.try_clone())?;
        socket.set_nonblocking(true)?;
        let socket = tokio::net::TcpStream::from_std(socket)?;
        self.connection = Connection::Waiting { socket, silence: Box::pin(tokio::time::sleep(SILENCE)) };
        Ok(())
    }

    fn poll_read(&mut self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<std::io::Result<usize>> {
        self.wait()?;
        let Connection::Waiting { socket, silence } = &mut self.connection else {
            return Poll::Ready(Ok(0));
        };
        loop {
            if socket.poll_read_ready(context)?.is_pending() {
                return match silence.as_mut().poll(context) {
                    Poll::Ready(()) => Poll::Ready(Err(ErrorKind::TimedOut.into())),
                    Poll::Pending => Poll::Pending,
                };
            }
            match socket.try_read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                read => {
                    silence.as_mut().reset(Instant::now() + SILENCE);
                    return Poll::Ready(read);
                }
            }
        }
    }
}

impl BodyStream for UpstreamStream {
    fn next_chunk(&mut self) -> Chunk {
        if matches!(self.connection, Connection::Waiting { .. }) {
            return Handle::current().block_on(std::future::poll_fn(|context| self.poll_chunk(context)));
        }
        let mut buffer = [0; READ_SIZE];
        loop {
            if let Some(ready) = self.ready() {
                return ready;
            }
            let Connection::Blocking(socket) = &self.connection else { return None };
            let mut reader = socket.as_ref();
            let read = socket.set_read_timeout(Some(SILENCE)).and_then(|()| reader.read(&mut buffer));
            let chunk = match read {
                Ok(0) => return self.at_close(),
                Ok(n) => self.decode(&buffer[..n]),
                Err(error) if error.kind() == ErrorKind::Interrupted => None,
                Err(error) => return self.broke(error.to_string()),
            };
            if let Some(chunk) = chunk {
                return chunk;
            }
        }
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Chunk> {
        let mut buffer = [0; READ_SIZE];
        loop {
            if let Some(ready) = self.ready() {
                return Poll::Ready(ready);
            }
            let chunk = match self.poll_read(context, &mut buffer) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(0)) => return Poll::Ready(self.at_close()),
                Poll::Ready(Ok(n)) => self.decode(&buffer[..n]),
                Poll::Ready(Err(error)) => return Poll::Ready(self.broke(error.to_string())),
            };
            if let Some(chunk) = chunk {
                return Poll::Ready(chunk);
            }
        }
    }
}
