//! A connection that has become a WebSocket: frames go both ways until one side ends, says what the protocol does not
//! have, or nothing has passed for too long. No policy sees them
//! (learn.microsoft.com/azure/api-management/websocket-api, 2025-06-25).

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::AsyncWriteExt as _;

use super::connection::Connection;
use super::{End, Served};
use crate::gateway::Response;
use crate::sandbox::http1::{field_is_valid, response_head};
use crate::sandbox::websocket::{Patience, Watcher, idle, pass_on};

impl Connection {
    /// Tells the caller that the upstream took its handshake, and passes frames on until the end.
    pub(super) async fn become_websocket(
        &mut self,
        response: Response,
        upstream: (Arc<TcpStream>, Vec<u8>),
        served: &mut Served,
    ) {
        served.status = response.status;
        let (upstream, said) = upstream;
        let mut headers = response.headers;
        headers.0.retain(|(name, value)| field_is_valid(name, value));
        let switch = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
        let head = response_head(101, "Switching Protocols", &headers, switch);
        served.end = match (connected(&upstream), self.socket.write_all(&head).await) {
            (Ok(upstream), Ok(())) => self.pass_frames(upstream, said, served).await,
            (Err(error), _) => End::BrokeOff(error.to_string()),
            (_, Err(_gone)) => End::CallerLeft,
        };
        let _gone = self.socket.shutdown().await;
    }

    async fn pass_frames(
        &mut self,
        mut upstream: tokio::net::TcpStream,
        said: Vec<u8>,
        served: &mut Served,
    ) -> End {
        let options = &self.shared.options;
        let patience = Patience { idle: options.websocket_patience, write: options.write_patience };
        let asked = std::mem::take(&mut self.buffer);
        let mut stop = self.stop.clone();
        let (n_asked, n_answered) = (AtomicU64::new(0), AtomicU64::new(0));
        let (of_caller, to_caller) = self.socket.split();
        let (of_upstream, to_upstream) = upstream.split();
        let ended = tokio::select! {
            ended = pass_on(of_caller, to_upstream, asked, Watcher::new(true), patience, &n_asked) => ended,
            ended = pass_on(of_upstream, to_caller, said, Watcher::new(false), patience, &n_answered) => ended,
            () = idle(patience, [&n_asked, &n_answered]) => Err("nothing passed for too long".to_owned()),
            _ = stop.wait_for(|stop| *stop) => Ok(()),
        };
        served.body_bytes = n_answered.load(Ordering::Relaxed);
        ended.map_or_else(End::BrokeOff, |()| End::Whole)
    }
}

/// The upstream's connection as one that waits for nobody.
fn connected(upstream: &TcpStream) -> io::Result<tokio::net::TcpStream> {
    let own = upstream.try_clone()?;
    own.set_read_timeout(None)?;
    own.set_write_timeout(None)?;
    own.set_nonblocking(true)?;
    tokio::net::TcpStream::from_std(own)
}
