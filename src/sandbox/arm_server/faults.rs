//! Trouble on demand: what a test or a demonstration wants to go wrong.

use std::time::Duration;

use crate::sandbox::{ArmFault, ResourceId};

/// A script of faults. Counted ones are used up.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Resources that fail when they are deployed: the full name (`apim/api`) or the last part of it, and the error.
    pub failing: Vec<(String, ArmFault)>,
    /// Resources that take longer.
    pub slow: Vec<(String, Duration)>,
    /// So many requests are answered 429.
    pub throttle: u32,
    /// `Retry-After` of those, in seconds; none where None.
    pub throttle_retry_after_s: Option<u32>,
    /// So many answers break off in the middle.
    pub drop: u32,
    /// Faults of the connection begin after so many requests that are served well.
    pub after: u32,
}

/// What happens to one request.
pub(super) enum RequestFault {
    None,
    Throttled { retry_after_s: Option<u32> },
    Dropped,
}

impl Faults {
    /// Decides over the next request.
    pub(super) fn next_request(&mut self) -> RequestFault {
        if self.after > 0 {
            self.after -= 1;
            RequestFault::None
        } else if self.throttle > 0 {
            self.throttle -= 1;
            RequestFault::Throttled { retry_after_s: self.throttle_retry_after_s }
        } else if self.drop > 0 {
            self.drop -= 1;
            RequestFault::Dropped
        } else {
            RequestFault::None
        }
    }

    pub(super) fn failure_of(&self, id: &ResourceId) -> Option<ArmFault> {
        let found = self.failing.iter().find(|(name, _)| is_named(id, name));
        found.map(|(_, fault)| fault.clone())
    }

    pub(super) fn delay_of(&self, id: &ResourceId) -> Option<Duration> {
        self.slow.iter().find(|(name, _)| is_named(id, name)).map(|(_, delay)| *delay)
    }
}

fn is_named(id: &ResourceId, name: &str) -> bool {
    id.name().eq_ignore_ascii_case(name) || id.full_name().eq_ignore_ascii_case(name)
}
