//! The realtime API of one account: a WebSocket at `/openai/v1/realtime?model=DEPLOYMENT`. The session is
//! [`crate::openai::Session`]; here are the handshake, the frames, and the sorting of connections: those that ask for a
//! WebSocket are taken out before the HTTP server sees them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::http::{api_version, authorize, credential};
use super::{Account, SimRequest};
use crate::gateway::Headers;
use crate::openai::{Fault, ReplyBody, Session};
use crate::sandbox::http1::{MAX_HEAD, RequestHead, parse_request, response_head};
use crate::sandbox::websocket::{MAX_FRAME, Opcode, accept_key, frame, parse_head};

const PATH: &str = "/openai/v1/realtime";
/// What a handshake begins with.
const BEGINS: &[u8] = b"GET /openai/v1/realtime";
/// Connections that wait for the HTTP server.
const WAITING_MAX: usize = 64;
/// How long a head may take.
const HEAD_PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at a head that comes in pieces.
const LOOK_AGAIN: Duration = Duration::from_millis(1);
/// How long a session may be silent.
const SILENCE: Duration = Duration::from_secs(240);
/// Bytes of a message in parts.
const MAX_MESSAGE: usize = 16 << 20;

/// The connections that are left for the HTTP server.
pub(super) struct Sorted {
    plain: mpsc::Receiver<(TcpStream, SocketAddr)>,
    address: SocketAddr,
}

impl Sorted {
    /// Takes connections until this is dropped.
    pub(super) fn start(listener: TcpListener, address: SocketAddr, account: Arc<Account>) -> Self {
        let (sender, plain) = mpsc::channel(WAITING_MAX);
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    () = sender.closed() => return,
                    accepted = listener.accept() => accepted,
                };
                // An error is of one connection, or passes.
                let Ok((socket, peer)) = accepted else { continue };
                let (sender, account) = (sender.clone(), Arc::clone(&account));
                tokio::spawn(async move {
                    if begins_session(&socket).await {
                        // The caller left; there is nobody to tell.
                        let _left = serve(socket, &account).await;
                    } else {
                        // Nobody takes it where the account has stopped.
                        let _stopped = sender.send((socket, peer)).await;
                    }
                });
            }
        });
        Self { plain, address }
    }
}

impl axum::serve::Listener for Sorted {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        match self.plain.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Whether the first request is for a session.
async fn begins_session(socket: &TcpStream) -> bool {
    let mut seen = [0; BEGINS.len()];
    let look = async {
        loop {
            match socket.peek(&mut seen).await {
                Ok(n) if n == BEGINS.len() => return seen == BEGINS,
                Ok(n) if n > 0 && BEGINS.starts_with(&seen[..n]) => tokio::time::sleep(LOOK_AGAIN).await,
                Ok(_) | Err(_) => return false,
            }
        }
    };
    look.await
}

async fn serve(mut socket: TcpStream, account: &Account) -> io::Result<()> {
    let mut buffer = Vec::new();
    let Some(head) = timeout(HEAD_PATIENCE, read_head(&mut socket, &mut buffer)).await?? else {
        return Ok(());
    };
    let (path, query) = head.target.split_once('?').unwrap_or((&head.target, ""));
    let model = query.split('&').find_map(|pair| pair.strip_prefix("model=")).unwrap_or_default();
    let fields = fields(&head.headers);
    let mut asked = SimRequest {
        method: head.method.clone(),
        path: path.to_owned(),
        deployment: model.to_owned(),
        api_version: api_version(query),
        credential: credential(&fields),
        body: Vec::new(),
        status: 101,
        chunks_sent: 0,
    };
    let opened = match authorize(account, &fields, path, asked.credential) {
        _ if path != PATH || !head.is_handshake => Err(Fault::not_found()),
        Ok(()) => account.state().core.realtime_model(model),
        Err(refused) => Err(refused),
    };
    let model = match opened {
        Ok(model) => model,
        Err(refused) => {
            let reply = refused.reply();
            asked.status = reply.status;
            account.state().keep(asked);
            let body = if let ReplyBody::Whole(body) = reply.body { body } else { Vec::new() };
            let framing = format!("Content-Length: {}\r\nConnection: close\r\n", body.len());
            let kind = Headers(vec![("Content-Type".to_owned(), "application/json".to_owned())]);
            let head = response_head(reply.status, "Refused", &kind, &framing);
            socket.write_all(&head).await?;
            socket.write_all(&body).await?;
            return socket.shutdown().await;
        }
    };
    account.state().keep(asked);
    let key = head.headers.get("Sec-WebSocket-Key").unwrap_or_default();
    let accepted = Headers(vec![("Sec-WebSocket-Accept".to_owned(), accept_key(&key))]);
    let switch = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    socket.write_all(&response_head(101, "Switching Protocols", &accepted, switch)).await?;
    let session = Session::new(uuid::Uuid::new_v4().simple().to_string(), model);
    converse(socket, buffer, session).await
}

/// Reads a head, and leaves in `buffer` what follows it; None where the caller sends none.
async fn read_head(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<RequestHead>> {
    loop {
        match parse_request(buffer) {
            Ok(Some(head)) => {
                buffer.drain(..head.length);
                return Ok(Some(head));
            }
            Ok(None) if buffer.len() <= MAX_HEAD => {}
            Ok(None) | Err(_) => return Ok(None),
        }
        if socket.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

/// Answers frames until one side closes.
async fn converse(mut socket: TcpStream, mut buffer: Vec<u8>, mut session: Session) -> io::Result<()> {
    send_all(&mut socket, session.opened()).await?;
    let mut message = Vec::new();
    loop {
        let head = match parse_head(&buffer) {
            Ok(Some(head)) if buffer.len() as u64 >= head.head_length as u64 + head.length => head,
            Ok(_) if buffer.len() as u64 <= MAX_FRAME + 16 => {
                if timeout(SILENCE, socket.read_buf(&mut buffer)).await?? == 0 {
                    return Ok(());
                }
                continue;
            }
            // 1002, a protocol error (RFC 6455, 7.4.1).
            Ok(_) | Err(_) => return close(&mut socket, 1002).await,
        };
        let end = head.head_length + usize::try_from(head.length).unwrap_or_default();
        let mut payload: Vec<u8> = buffer.drain(..end).skip(head.head_length).collect();
        let Some(mask) = head.mask else { return close(&mut socket, 1002).await };
        payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        match head.opcode {
            Opcode::Ping => socket.write_all(&frame(Opcode::Pong, &payload, None)).await?,
            Opcode::Pong => {}
            Opcode::Close => return close(&mut socket, 1000).await,
            // 1003, a kind of data that is not taken.
            Opcode::Binary => return close(&mut socket, 1003).await,
            Opcode::Text | Opcode::Continuation => {
                message.extend_from_slice(&payload);
                if message.len() > MAX_MESSAGE {
                    return close(&mut socket, 1009).await;
                }
                if head.is_last {
                    // 1007, text that is none.
                    let Ok(text) = String::from_utf8(std::mem::take(&mut message)) else {
                        return close(&mut socket, 1007).await;
                    };
                    send_all(&mut socket, session.received(&text)).await?;
                }
            }
        }
    }
}

async fn send_all(socket: &mut TcpStream, events: Vec<serde_json::Value>) -> io::Result<()> {
    for event in events {
        socket.write_all(&frame(Opcode::Text, event.to_string().as_bytes(), None)).await?;
    }
    Ok(())
}

async fn close(socket: &mut TcpStream, code: u16) -> io::Result<()> {
    socket.write_all(&frame(Opcode::Close, &code.to_be_bytes(), None)).await?;
    socket.shutdown().await
}

/// The fields as the account's other half reads them.
fn fields(headers: &Headers) -> HeaderMap {
    let field = |(name, value): &(String, String)| {
        Some((HeaderName::try_from(name.as_str()).ok()?, HeaderValue::try_from(value.as_str()).ok()?))
    };
    headers.0.iter().filter_map(field).collect()
}
