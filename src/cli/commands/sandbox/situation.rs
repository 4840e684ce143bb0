//! The file of `sandbox arm --situation`: what goes wrong, what is missing and what is forbidden.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use crate::cli::error::CommandError;
use crate::cli::files;
use crate::sandbox::{ArmFault, ArmOptions, Condition, Denial, During, Faults, Test, Trouble};

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
    reset: u32,
    truncated: u32,
    html: u32,
    redirected: u32,
    huge: u32,
    expired: u32,
    after: u32,
    failing_at: Option<FailingAt>,
    refused: Option<Error>,
    during: Vec<Lasting>,
    retry_after_is_date: bool,
    quota: BTreeMap<String, u64>,
    unknown_policies: Vec<String>,
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
    target: Option<String>,
    #[serde(default)]
    details: Vec<Error>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FailingAt {
    number: u32,
    error: Error,
}

/// An error as ARM says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Error {
    code: String,
    message: String,
    #[serde(default = "conflict")]
    status: u16,
    target: Option<String>,
    #[serde(default)]
    details: Vec<Error>,
}

impl Error {
    fn fault(self) -> ArmFault {
        let details = self.details.into_iter().map(Self::fault).collect();
        let fault = ArmFault::new(self.status, self.code, self.message).with_details(details);
        match self.target {
            Some(target) => fault.with_target(target),
            None => fault,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Lasting {
    from_s: u64,
    until_s: u64,
    what: What,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum What {
    Gone,
    Throttled,
    Unavailable,
    Html,
}

impl Lasting {
    fn during(self) -> During {
        let trouble = match self.what {
            What::Gone => Trouble::Gone,
            What::Throttled => Trouble::Throttled,
            What::Unavailable => Trouble::Unavailable,
            What::Html => Trouble::Html,
        };
        let (from, until) = (Duration::from_secs(self.from_s), Duration::from_secs(self.until_s));
        During { from, until, trouble }
    }
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
    #[serde(rename = "where")]
    condition: Option<Where>,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Compared")]
struct Where(Condition);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Compared {
    field: String,
    equals: Option<serde_json::Value>,
    not_equals: Option<serde_json::Value>,
    exists: Option<bool>,
}

impl TryFrom<Compared> for Where {
    type Error = &'static str;

    fn try_from(compared: Compared) -> Result<Self, Self::Error> {
        let Compared { field, equals, not_equals, exists } = compared;
        let test = match (equals, not_equals, exists) {
            (Some(value), None, None) => Test::Equals(value),
            (None, Some(value), None) => Test::NotEquals(value),
            (None, None, Some(exists)) => Test::Exists(exists),
            _ => return Err("`where` has one of `equals`, `notEquals` and `exists`"),
        };
        Ok(Self(Condition { field, test }))
    }
}

impl Denied {
    fn denial(self) -> Denial {
        let condition = self.condition.map(|Where(condition)| condition);
        Denial { resource_type: self.resource_type, policy: self.policy, condition }
    }
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
        let failing = self.failing.into_iter().map(|failing| {
            let Failing { resource, code, message, status, target, details } = failing;
            (resource, Error { code, message, status, target, details }.fault())
        });
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
            denied: self.denied.into_iter().map(Denied::denial).collect(),
            short_circuit: self.short_circuit,
            after: self.after,
            reset: self.reset,
            truncated: self.truncated,
            html: self.html,
            redirected: self.redirected,
            huge: self.huge,
            expired: self.expired,
            failing_at: self.failing_at.map(|failing| (failing.number, failing.error.fault())),
            refused: self.refused.map(Error::fault),
            during: self.during.into_iter().map(Lasting::during).collect(),
            retry_after_is_date: self.retry_after_is_date,
        };
        options.quota = self.quota;
        options.unknown_policies = self.unknown_policies;
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
