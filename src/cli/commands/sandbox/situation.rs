//! The file of `sandbox arm --situation`: what goes wrong, what is missing and what is forbidden.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use crate::cli::error::CommandError;
use crate::cli::files;
use crate::sandbox::{ArmFault, ArmOptions, Denial, Faults};

const BYTES_MAX: u64 = 1024 * 1024;

/// Everything has a default: an empty object changes nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Situation {
    failing: Vec<Failing>,
    slow: Vec<Slow>,
    hidden: Vec<Hidden>,
    denied: Vec<Denied>,
    short_circuit: Vec<String>,
    throttle: u32,
    retry_after_s: Option<u32>,
    unavailable: u32,
    drop: u32,
    after: u32,
    quota: BTreeMap<String, u64>,
    enforce_limits: bool,
    unregistered: Vec<String>,
    not_actions: Vec<String>,
    actions: Option<Vec<String>>,
    subscription_state: Option<String>,
    token_lifetime_s: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failing {
    resource: String,
    code: String,
    message: String,
    #[serde(default = "conflict")]
    status: u16,
}

fn conflict() -> u16 {
    409
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Slow {
    resource: String,
    delay_ms: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hidden {
    resource: String,
    times: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Denied {
    resource_type: String,
    policy: String,
}

pub(super) fn read(path: &Path) -> Result<Situation, CommandError> {
    let bytes = files::read(path, BYTES_MAX)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        CommandError::input(format!("`{}` is no situation: {error}", files::shown(path)))
            .hint("docs/SANDBOX.md lists its fields")
    })
}

impl Situation {
    pub(super) fn apply(self, options: &mut ArmOptions) {
        let failing = self
            .failing
            .into_iter()
            .map(|fault| (fault.resource, ArmFault::new(fault.status, fault.code, fault.message)));
        options.faults = Faults {
            failing: failing.collect(),
            slow: self
                .slow
                .into_iter()
                .map(|slow| (slow.resource, Duration::from_millis(slow.delay_ms)))
                .collect(),
            throttle: self.throttle,
            throttle_retry_after_s: self.retry_after_s,
            unavailable: self.unavailable,
            drop: self.drop,
            hidden: self.hidden.into_iter().map(|hidden| (hidden.resource, hidden.times)).collect(),
            denied: self
                .denied
                .into_iter()
                .map(|denied| Denial { resource_type: denied.resource_type, policy: denied.policy })
                .collect(),
            short_circuit: self.short_circuit,
            after: self.after,
        };
        options.quota = self.quota;
        options.limits.enforced = self.enforce_limits;
        options.unregistered = self.unregistered;
        options.not_actions = self.not_actions;
        if let Some(actions) = self.actions {
            options.actions = actions;
        }
        if let Some(state) = self.subscription_state {
            options.subscription_state = state;
        }
        if let Some(seconds) = self.token_lifetime_s {
            options.token_lifetime_s = seconds;
        }
    }
}
