//! Trouble on demand: what a test or a demonstration wants to go wrong.

use std::time::Duration;

use serde_json::json;

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
    /// So many requests are answered 503.
    pub unavailable: u32,
    /// So many answers break off in the middle.
    pub drop: u32,
    /// Resources that GET does not find so many times after they were made: other front ends learn of them later.
    pub hidden: Vec<(String, u32)>,
    /// Resource types that Azure Policy denies.
    pub denied: Vec<Denial>,
    /// Names of nested deployments that what-if does not look into.
    pub short_circuit: Vec<String>,
    /// Faults of the connection begin after so many requests that are served well.
    pub after: u32,
}

/// A policy assignment that forbids a resource type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Such as `Microsoft.Network/publicIPAddresses`.
    pub resource_type: String,
    /// The assignment's display name.
    pub policy: String,
}

impl Denial {
    fn slug(&self) -> String {
        self.policy.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-")
    }

    pub(super) fn assignment_id(&self, subscription_id: &str) -> String {
        format!(
            "/subscriptions/{subscription_id}/providers/Microsoft.Authorization/policyAssignments/{}",
            self.slug()
        )
    }

    pub(super) fn definition_id(&self) -> String {
        format!("/providers/Microsoft.Authorization/policyDefinitions/{}", self.slug())
    }

    fn fault(&self, id: &ResourceId) -> ArmFault {
        let (assignment, definition) = (self.assignment_id(id.subscription_id()), self.definition_id());
        let message = format!(
            "Resource '{}' was disallowed by policy. Policy identifiers: '[{{\"policyAssignment\":{{\"name\":\"{}\",\"id\":\"{assignment}\"}},\"policyDefinition\":{{\"id\":\"{definition}\"}}}}]'.",
            id.name(),
            self.policy
        );
        let info = json!({
            "type": "PolicyViolation",
            "info": {
                "policyAssignmentDisplayName": self.policy, "policyAssignmentId": assignment,
                "policyDefinitionDisplayName": self.policy, "policyDefinitionId": definition,
                "policyDefinitionEffect": "deny",
            },
        });
        ArmFault::new(403, "RequestDisallowedByPolicy", message).with_info(info)
    }
}

/// What happens to one request.
pub(super) enum RequestFault {
    None,
    Throttled { retry_after_s: Option<u32> },
    Unavailable,
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
        } else if self.unavailable > 0 {
            self.unavailable -= 1;
            RequestFault::Unavailable
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

    /// Counts down how often a resource is not found yet.
    pub(super) fn is_hidden(&mut self, id: &ResourceId) -> bool {
        let found = self.hidden.iter_mut().find(|(name, left)| *left > 0 && is_named(id, name));
        found.map(|(_, left)| *left -= 1).is_some()
    }

    /// What Azure Policy says against a resource.
    pub(super) fn denial_of(&self, id: &ResourceId) -> Option<ArmFault> {
        self.denials_of(&id.resource_type()).first().map(|denial| denial.fault(id))
    }

    pub(super) fn denials_of(&self, resource_type: &str) -> Vec<Denial> {
        let is_meant = |denial: &&Denial| denial.resource_type.eq_ignore_ascii_case(resource_type);
        self.denied.iter().filter(is_meant).cloned().collect()
    }

    pub(super) fn delay_of(&self, id: &ResourceId) -> Option<Duration> {
        self.slow.iter().find(|(name, _)| is_named(id, name)).map(|(_, delay)| *delay)
    }
}

fn is_named(id: &ResourceId, name: &str) -> bool {
    id.name().eq_ignore_ascii_case(name) || id.full_name().eq_ignore_ascii_case(name)
}
