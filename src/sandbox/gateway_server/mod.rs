//! The gateway as an HTTP server on loopback: who is let in, and what is kept of it. `connection` reads requests and
//! `answer` writes what comes of them; the interpreter runs on threads that may block, streamed answers on none.

mod answer;
mod connection;
mod options;
mod served;
mod websocket;
mod workers;

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::{Error, NetHost};
use crate::gateway::{Gateway, Trace};
use connection::Connection;
use workers::Workers;

pub use options::{Observer, ServerOptions};
pub use served::{End, Served};

/// Traces kept to look at.
const MAX_TRACES: usize = 100;
/// How long running requests may go on once the server is told to stop.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
/// Connections past the limit that are told so before they are closed; any more are closed at once.
const MAX_REFUSED_AT_ONCE: usize = 64;
/// A pause where the system gives no more connections, such as for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A running gateway; it stops when this is dropped.
pub struct GatewayServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

/// What the connections of a server share.
struct Shared {
    serving: RwLock<Serving>,
    address: SocketAddr,
    traces: Mutex<VecDeque<Arc<Trace>>>,
    n_requests: AtomicU64,
    workers: Arc<Workers>,
    options: ServerOptions,
}

/// The gateway that answers, and the world it sees.
#[derive(Clone)]
struct Serving {
    gateway: Arc<Gateway>,
    host: Arc<NetHost>,
}

impl GatewayServer {
    /// Starts the gateway on `port` of 127.0.0.1, 0 for a free one. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`Error::PortInUse`], [`Error::Bind`].
    pub async fn start(
        gateway: Arc<Gateway>,
        host: Arc<NetHost>,
        port: u16,
        options: ServerOptions,
    ) -> Result<Self, Error> {
        let wish = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let bind_error = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => Error::PortInUse { port, source },
            _ => Error::Bind { address: wish.to_string(), source },
        };
        let listener = TcpListener::bind(wish).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;
        let shared = Arc::new(Shared {
            serving: RwLock::new(Serving { gateway, host }),
            address,
            traces: Mutex::default(),
            n_requests: AtomicU64::new(0),
            workers: Workers::new(options.max_working),
            options,
        });
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn(accept(listener, Arc::clone(&shared), stopped));
        Ok(Self { address, shared, stop, serving })
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
    pub fn replace(&self, gateway: Arc<Gateway>, host: Arc<NetHost>) {
        let serving = Serving { gateway, host };
        *self.shared.serving.write().unwrap_or_else(PoisonError::into_inner) = serving;
    }

    /// What the gateway did for the latest request whose status is known.
    pub fn last_trace(&self) -> Option<Arc<Trace>> {
        self.shared.traces().back().cloned()
    }

    /// What it did for the latest hundred requests, oldest first.
    pub fn traces(&self) -> Vec<Arc<Trace>> {
        self.shared.traces().iter().cloned().collect()
    }

    /// Takes no more requests and waits a few seconds for the running ones. Returns whether all came to their end.
    pub async fn stop(mut self) -> bool {
        self.stop.send_replace(true);
        // What still runs after that is cut off when `self` is dropped.
        tokio::time::timeout(STOP_PATIENCE, &mut self.serving).await.is_ok()
    }
}

impl Drop for GatewayServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Lets callers in until it is told to stop, then waits for those that are being served.
async fn accept(listener: TcpListener, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // An error means that the server was dropped, which aborts this task.
            _ = stop.changed() => break,
            Some(_ended) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) => {
                    let room = shared.options.max_connections.saturating_sub(connections.len());
                    let connection = Connection::new(socket, peer, Arc::clone(&shared), stop.clone());
                    if room > 0 {
                        connections.spawn(connection.serve());
                    } else if connections.len() < shared.options.max_connections + MAX_REFUSED_AT_ONCE {
                        connections.spawn(connection.turn_away());
                    }
                }
                Err(_for_now) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

impl Shared {
    fn serving(&self) -> Serving {
        self.serving.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn traces(&self) -> MutexGuard<'_, VecDeque<Arc<Trace>>> {
        // A panic elsewhere leaves the queue whole.
        self.traces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, trace: Arc<Trace>) {
        let mut traces = self.traces();
        if traces.len() == MAX_TRACES {
            traces.pop_front();
        }
        traces.push_back(trace);
    }

    fn next_number(&self) -> u64 {
        self.n_requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn tell(&self, served: &Served) {
        if let Some(observer) = &self.options.observer {
            observer(served);
        }
    }
}

#[cfg(test)]
mod tests;
