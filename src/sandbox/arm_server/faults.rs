//! Trouble on demand: what a test or a demonstration wants to go wrong.

use std::time::Duration;

use serde_json::Value as Json;

use super::azure_policy::Denial;
use crate::sandbox::{ArmFault, ResourceId};

/// A script of faults. Counted ones are used up.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Resources that fail when they are deployed: the full name (`apim/api`) or the last part of it, and the error.
    pub failing: Vec<(String, ArmFault)>,
    /// Resources that take longer.
    pub slow: Vec<(String, Duration)>,
    /// The resource that is deployed as the so-manieth, from 1 on, fails.
    pub failing_at: Option<(u32, ArmFault)>,
    /// So many requests are answered 429.
    pub throttle: u32,
    /// `Retry-After` of every 429 and 503, in seconds; none where None.
    pub throttle_retry_after_s: Option<u32>,
    /// It is written as a date instead.
    pub retry_after_is_date: bool,
    /// So many requests are answered 503.
    pub unavailable: u32,
    /// So many answers break off in the middle.
    pub drop: u32,
    /// So many requests are served, and the connection ends before anything of the answer.
    pub reset: u32,
    /// So many answers are JSON that is cut in its middle.
    pub truncated: u32,
    /// So many requests get a page in the place of an answer, as a proxy sends one.
    pub html: u32,
    /// So many requests are sent to themselves again.
    pub redirected: u32,
    /// So many answers have 2 GB.
    pub huge: u32,
    /// So many requests are told that their token has expired.
    pub expired: u32,
    /// Every request is refused with this.
    pub refused: Option<ArmFault>,
    /// From one time to another on the server's clock, since it started.
    pub during: Vec<During>,
    /// Resources and deployments that GET does not find so many times after they were made: other front ends learn of them
    /// later.
    pub hidden: Vec<(String, u32)>,
    /// What Azure Policy denies.
    pub denied: Vec<Denial>,
    /// Names of nested deployments that what-if does not look into.
    pub short_circuit: Vec<String>,
    /// Faults of the connection begin after so many requests that are served well.
    pub after: u32,
}

/// Trouble that lasts for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct During {
    pub from: Duration,
    pub until: Duration,
    pub trouble: Trouble,
}

/// What goes wrong with every request for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The server is not reached.
    Gone,
    /// 429.
    Throttled,
    /// 503.
    Unavailable,
    /// A page in the place of an answer.
    Html,
}

/// What happens to one request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RequestFault {
    None,
    /// Not served; the connection ends.
    Gone,
    Throttled,
    Unavailable,
    /// Not served, but refused.
    Refused(ArmFault),
    Html,
    Redirected,
    Huge,
    /// Served, and the answer does not arrive as it should.
    Reset,
    Dropped,
    Truncated,
}

impl Faults {
    /// Decides over the next request, that comes at `elapsed` on the server's clock.
    pub(super) fn next_request(&mut self, elapsed: Duration) -> RequestFault {
        if self.after > 0 {
            self.after -= 1;
            return RequestFault::None;
        }
        if let Some(fault) = &self.refused {
            return RequestFault::Refused(fault.clone());
        }
        let is_now = |during: &&During| (during.from..during.until).contains(&elapsed);
        if let Some(during) = self.during.iter().find(is_now) {
            return match during.trouble {
                Trouble::Gone => RequestFault::Gone,
                Trouble::Throttled => RequestFault::Throttled,
                Trouble::Unavailable => RequestFault::Unavailable,
                Trouble::Html => RequestFault::Html,
            };
        }
        let expired = ArmFault::new(
            401,
            "ExpiredAuthenticationToken",
            "The access token expiry UTC time is earlier than current UTC time.",
        );
        for (left, fault) in [
            (&mut self.throttle, RequestFault::Throttled),
            (&mut self.unavailable, RequestFault::Unavailable),
            (&mut self.drop, RequestFault::Dropped),
            (&mut self.reset, RequestFault::Reset),
            (&mut self.truncated, RequestFault::Truncated),
            (&mut self.html, RequestFault::Html),
            (&mut self.redirected, RequestFault::Redirected),
            (&mut self.huge, RequestFault::Huge),
            (&mut self.expired, RequestFault::Refused(expired)),
        ] {
            if *left > 0 {
                *left -= 1;
                return fault;
            }
        }
        RequestFault::None
    }

    /// What is to fail of a resource; called once for each that is deployed.
    pub(super) fn failure_of_next(&mut self, id: &ResourceId) -> Option<ArmFault> {
        if let Some((left, fault)) = &mut self.failing_at {
            *left = left.saturating_sub(1);
            if *left == 0 {
                let fault = fault.clone();
                self.failing_at = None;
                return Some(fault);
            }
        }
        self.failure_of(id)
    }

    fn failure_of(&self, id: &ResourceId) -> Option<ArmFault> {
        let found = self.failing.iter().find(|(name, _)| is_named(id, name));
        found.map(|(_, fault)| fault.clone())
    }

    /// Counts down how often a resource is not found yet.
    pub(super) fn is_hidden(&mut self, id: &ResourceId) -> bool {
        let found = self.hidden.iter_mut().find(|(name, left)| *left > 0 && is_named(id, name));
        found.map(|(_, left)| *left -= 1).is_some()
    }

    /// What Azure Policy says against a resource with that body.
    pub(super) fn denial_of(&self, id: &ResourceId, body: &Json) -> Option<ArmFault> {
        let denial = self.denied.iter().find(|denial| denial.denies(&id.resource_type(), body))?;
        Some(denial.fault(id))
    }

    pub(super) fn delay_of(&self, id: &ResourceId) -> Option<Duration> {
        self.slow.iter().find(|(name, _)| is_named(id, name)).map(|(_, delay)| *delay)
    }
}

fn is_named(id: &ResourceId, name: &str) -> bool {
    id.name().eq_ignore_ascii_case(name) || id.full_name().eq_ignore_ascii_case(name)
}
