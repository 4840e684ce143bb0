//! Time, as far as talking to ARM depends on it: what it is, and waiting. A test puts another clock in its place, on
//! which minutes pass at once.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

/// A wait that is under way.
pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What time it is, and waiting.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time of day, which may be wrong and may jump.
    fn now(&self) -> OffsetDateTime;
    /// How long this clock has been running; never goes back.
    fn elapsed(&self) -> Duration;
    /// Waits.
    fn sleep(&self, wait: Duration) -> Wait;
}

/// The clock of this machine.
#[derive(Debug)]
pub(super) struct SystemClock(Instant);

impl SystemClock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, wait: Duration) -> Wait {
        Box::pin(tokio::time::sleep(wait))
    }
}
