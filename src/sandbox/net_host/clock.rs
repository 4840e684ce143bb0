//! The gateway's clock: it never goes back and never stands still, whatever happens to the machine's.
//!
//! Limits, breakers and caches compare times. Where the wall clock is put back by an hour, a sliding window would count
//! what lies in the future and a breaker would stay open that much longer. So time goes on at the pace of the monotonic
//! clock, and follows the wall clock only forwards: after a sleep of the machine, or where it is put right.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use time::OffsetDateTime;

/// A difference below this is jitter between the two clocks.
const JUMP_MS: i64 = 1_000;

#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    /// What the wall clock showed at `started`, as far as it has been followed.
    base_unix_ms: AtomicI64,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { started: Instant::now(), base_unix_ms: AtomicI64::new(wall_ms()) }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub(super) fn now_unix_ms(&self) -> i64 {
        self.at(i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX), wall_ms())
    }

    fn at(&self, elapsed_ms: i64, wall_ms: i64) -> i64 {
        let now = self.base_unix_ms.load(Ordering::Relaxed).saturating_add(elapsed_ms);
        if wall_ms <= now.saturating_add(JUMP_MS) {
            return now;
        }
        self.base_unix_ms.fetch_max(wall_ms.saturating_sub(elapsed_ms), Ordering::Relaxed);
        wall_ms
    }
}

fn wall_ms() -> i64 {
    let now = OffsetDateTime::now_utc();
    now.unix_timestamp() * 1000 + i64::from(now.millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_leaves_time_going_forwards() {
        let clock = Clock { started: Instant::now(), base_unix_ms: AtomicI64::new(1_000_000) };
        assert_eq!(clock.at(10, 1_000_010), 1_000_010);
        assert_eq!(clock.at(20, 1_000_015), 1_000_020, "jitter");
        assert_eq!(clock.at(30, 4_600_030), 4_600_030, "an hour forwards is followed");
        assert_eq!(clock.at(40, 1_000_040), 4_600_040, "an hour back is not, and time goes on");
    }
}
