//! The caller of one request, as seen from the thread that works on it: while that waits for an upstream or between
//! two tries, the caller may leave, and then nobody waits any longer.

use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Shared by the connection of the caller, which notices, and the thread that waits.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Caller {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    has_left: bool,
    /// The upstream connections that are waited for; several where a policy runs others side by side.
    waiting_on: Vec<Arc<TcpStream>>,
    /// The upstream that took the caller's handshake, and what it has said since.
    upgraded: Option<(Arc<TcpStream>, Vec<u8>)>,
}

impl Caller {
    /// Wakes who waits for an upstream or sleeps. The upstream sees its connection close.
    pub(in crate::sandbox) fn leave(&self) {
        let mut state = self.state();
        state.has_left = true;
        for connection in state.waiting_on.drain(..) {
            // An error means that the connection is closed already.
            let _closed_before = connection.shutdown(Shutdown::Both);
        }
        self.changed.notify_all();
    }

    pub(super) fn has_left(&self) -> bool {
        self.state().has_left
    }

    /// From now on [`Caller::leave`] closes this connection, until [`Caller::waits_no_more`].
    pub(super) fn waits_on(&self, connection: &Arc<TcpStream>) {
        let mut state = self.state();
        if state.has_left {
            let _closed_before = connection.shutdown(Shutdown::Both);
        } else {
            state.waiting_on.push(Arc::clone(connection));
        }
    }

    pub(super) fn waits_no_more(&self, connection: &Arc<TcpStream>) {
        self.state().waiting_on.retain(|other| !Arc::ptr_eq(other, connection));
    }

    /// The upstream has taken the handshake: what follows is between it and the caller.
    pub(super) fn upgraded(&self, connection: Arc<TcpStream>, said: Vec<u8>) {
        self.state().upgraded = Some((connection, said));
    }

    /// The upstream that took the handshake, and what it has said since.
    pub(in crate::sandbox) fn take_upgraded(&self) -> Option<(Arc<TcpStream>, Vec<u8>)> {
        self.state().upgraded.take()
    }

    /// Sleeps, but not on when the caller has left.
    pub(super) fn sleep(&self, duration: Duration) {
        let Some(until) = Instant::now().checked_add(duration) else { return };
        let mut state = self.state();
        while !state.has_left {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves both fields whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_sleeps_on_once_the_caller_has_left() {
        let caller = Arc::new(Caller::default());
        let other = Arc::clone(&caller);
        let sleeper = std::thread::spawn(move || other.sleep(Duration::from_secs(3600)));
        caller.leave();
        sleeper.join().expect("the sleeper does not panic");
        caller.sleep(Duration::from_secs(3600));
    }
}
