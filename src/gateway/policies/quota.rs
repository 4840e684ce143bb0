//! `<quota calls="10000" bandwidth="40000" renewal-period="3600"/>`, which counts per subscription, and
//! `<quota-by-key calls="100" renewal-period="3600" counter-key="@(…)"/>`: at most so many calls or kilobytes in each
//! period of that length, then 403. Learn, quota (2024-07-23) and quota-by-key (2024-03-18).
//!
//! Periods follow each other from the subscription's start, or from `first-period-start`; a `renewal-period` of 0 has
//! no end. `quota` has no effect without a subscription.
//!
//! Decisions, where the pages are silent:
//! - A kilobyte is 1024 bytes of the bodies of request and answer, a streamed answer's once it has passed. Bytes are
//!   counted after the answer, so the call that goes over the quota still passes.
//! - A policy with another period or start has a counter of its own, also under the same key.
//! - A subscription without a date of its start counts from when it was created, else from the year 1.
//! - An `<api>` or `<operation>` without `renewal-period`, as the page's sample has it, takes that around it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Executor;
use super::increment::Increment;
use super::levels::{Level, levels};
use crate::gateway::SubscriptionDates;
use crate::gateway::compile::Compiler;
use crate::gateway::counters::{Period, QuotaCount, START_OF_TIME_MS, seconds_up};
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;
use crate::gateway::tokens::{Meter, StreamUsage};
use crate::policy::PolicyElement;

pub(super) static BY_KEY: Executor = Executor {
    element: "quota-by-key",
    compile: |compiler, placed| {
        let element = &placed.element;
        let from_ms = first_period_start(compiler, element)?;
        Some(Box::new(ByKey {
            key: compiler.setting(element, "counter-key")?,
            rule: Rule::compile(compiler, element, None)?,
            from_ms,
        }))
    },
};

pub(super) static BY_SUBSCRIPTION: Executor = Executor {
    element: "quota",
    compile: |compiler, placed| {
        Some(Box::new(BySubscription { rules: levels(compiler, &placed.element, Rule::compile) }))
    },
};

const BYTES_PER_KILOBYTE: u64 = 1024;

struct ByKey {
    key: Setting<String>,
    rule: Rule,
    from_ms: i64,
}

struct BySubscription {
    rules: Vec<Level<Rule>>,
}

#[derive(Clone)]
struct Rule {
    calls: Option<Setting<i64>>,
    kilobytes: Option<Setting<i64>>,
    period_s: Setting<i64>,
    increment: Increment,
}

/// The quota of one request, with everything evaluated but what waits for the answer.
struct Quota {
    key: String,
    calls: Option<u64>,
    bytes: Option<u64>,
    period: Period,
    increment: Increment,
    /// Whether the bytes of a streamed answer are counted.
    is_streamed: AtomicBool,
}

fn first_period_start(compiler: &mut Compiler<'_>, element: &PolicyElement) -> Option<i64> {
    let Some(value) = element.value("first-period-start") else { return Some(START_OF_TIME_MS) };
    let text = value.literal().unwrap_or_default().trim();
    match OffsetDateTime::parse(text, &Rfc3339) {
        Ok(start) => Some(start.unix_timestamp().saturating_mul(1000)),
        Err(_) => {
            let why = format!("`{text}` is not a time such as `2026-01-31T00:00:00Z`");
            compiler.invalid(element, value.span, why);
            None
        }
    }
}

impl Run for ByKey {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let key = format!("key {}", self.key.get(live)?);
        admit(live, vec![self.rule.quota(live, &key, self.from_ms)?])
    }
}

impl Run for BySubscription {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let Some(subscription) = &live.route.subscription else {
            live.note("no subscription, no quota");
            return Ok(Flow::Next);
        };
        let SubscriptionDates { created_unix_ms, start_unix_ms, .. } = subscription.dates;
        let from_ms = start_unix_ms.or(created_unix_ms).unwrap_or(START_OF_TIME_MS);
        let rules = self.rules.iter().filter(|rule| rule.covers(&live.route));
        let quota = |rule: &Level<Rule>| {
            rule.limit.quota(live, &format!("subscription {} {}", subscription.id, rule.place), from_ms)
        };
        admit(live, rules.map(quota).collect::<Result<Vec<Quota>, Fault>>()?)
    }
}

/// Counts the call at all of the quotas, or refuses it at the first that is used up.
fn admit(live: &Arc<Live>, quotas: Vec<Quota>) -> Result<Flow, Fault> {
    let now_ms = live.host.now_unix_ms();
    let own: Vec<u64> = quotas.iter().map(|quota| quota.own(live)).collect();
    let mut refused = None;
    {
        let mut bytes = live.gateway.counters().bandwidth_quotas.lock();
        let mut calls = live.gateway.counters().call_quotas.lock();
        for (quota, own) in quotas.iter().zip(&own) {
            let new = QuotaCount::default;
            let used = calls.counter(&quota.key, new).used(now_ms, quota.period).saturating_sub(*own);
            let used_bytes = bytes.counter(&quota.key, new).used(now_ms, quota.period);
            if quota.calls.is_some_and(|calls| used >= calls) {
                refused = Some((quota, "call volume"));
                break;
            }
            if quota.bytes.is_some_and(|bytes| used_bytes >= bytes) {
                refused = Some((quota, "bandwidth"));
                break;
            }
        }
        let counted = quotas.iter().zip(&own).filter(|(quota, own)| **own == 0 && !quota.increment.waits());
        for (quota, _) in counted.take_while(|_| refused.is_none()) {
            calls.counter(&quota.key, QuotaCount::default).add(now_ms, quota.period, 1);
        }
    }
    if let Some((quota, what)) = refused {
        return Err(refusal(what, quota.period.left_ms(now_ms)));
    }
    for quota in quotas {
        if !quota.increment.waits() {
            live.state().counted.entry(quota.counted_as()).or_insert(1);
        }
        live.state().meters.push(Arc::new(quota));
    }
    Ok(Flow::Next)
}

impl Rule {
    fn compile(compiler: &mut Compiler<'_>, element: &PolicyElement, around: Option<&Self>) -> Option<Self> {
        let period_s = match (element.attribute("renewal-period"), around) {
            (None, Some(around)) => around.period_s.clone(),
            _ => compiler.needed(element, "renewal-period")?,
        };
        Some(Self {
            calls: compiler.setting(element, "calls"),
            kilobytes: compiler.setting(element, "bandwidth"),
            period_s,
            increment: Increment::compile(compiler, element),
        })
    }

    fn quota(&self, live: &Arc<Live>, key: &str, from_ms: i64) -> Result<Quota, Fault> {
        let amount = |setting: Option<&Setting<i64>>| -> Result<Option<u64>, Fault> {
            let amount = setting.map(|setting| setting.get(live)).transpose()?;
            Ok(amount.map(|amount| u64::try_from(amount).unwrap_or_default()))
        };
        let length_ms = self.period_s.get(live)?.max(0).saturating_mul(1000);
        Ok(Quota {
            key: format!("{length_ms} {from_ms} {key}"),
            calls: amount(self.calls.as_ref())?,
            bytes: amount(self.kilobytes.as_ref())?
                .map(|kilobytes| kilobytes.saturating_mul(BYTES_PER_KILOBYTE)),
            period: Period::Fixed { length_ms, from_ms },
            increment: self.increment.clone(),
            is_streamed: AtomicBool::new(false),
        })
    }
}

impl Quota {
    fn counted_as(&self) -> String {
        format!("quota {}", self.key)
    }

    /// What this request has added to the counter before.
    fn own(&self, live: &Live) -> u64 {
        live.state().counted.get(&self.counted_as()).copied().unwrap_or_default()
    }

    fn count_bytes(&self, live: &Live, what: &str, amount: u64) {
        let as_what = format!("{what} {}", self.key);
        if live.state().counted.insert(as_what, amount).is_some() {
            return;
        }
        let now_ms = live.host.now_unix_ms();
        live.gateway.counters().bandwidth_quotas.with(&self.key, QuotaCount::default, |count| {
            count.add(now_ms, self.period, amount);
        });
    }
}

impl Meter for Quota {
    fn streamed(&self, live: &Arc<Live>, streamed: &StreamUsage) {
        self.is_streamed.store(true, Ordering::Relaxed);
        self.count_bytes(live, "answer", streamed.bytes);
    }

    fn finished(&self, live: &Arc<Live>) {
        let amount = if self.increment.waits() { self.increment.amount(live) } else { 1 };
        if self.increment.waits() && !live.state().counted.contains_key(&self.counted_as()) {
            let now_ms = live.host.now_unix_ms();
            live.gateway.counters().call_quotas.with(&self.key, QuotaCount::default, |count| {
                count.add(now_ms, self.period, amount);
            });
            live.state().counted.insert(self.counted_as(), amount);
        }
        if amount == 0 {
            return;
        }
        self.count_bytes(live, "request", live.request_bytes);
        let whole = live.state().response.as_ref().and_then(|response| Some(response.body.bytes()?.len()));
        if let Some(length) = whole.filter(|_| !self.is_streamed.load(Ordering::Relaxed)) {
            self.count_bytes(live, "answer", u64::try_from(length).unwrap_or(u64::MAX));
        }
    }
}

/// `xx:xx:xx` of the page's message is read as hours, minutes and seconds.
fn refusal(what: &str, left_ms: Option<i64>) -> Fault {
    let Some(left_ms) = left_ms else {
        return Fault::refusal(403, "QuotaExceeded", format!("Out of {what} quota."));
    };
    let seconds = seconds_up(left_ms);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let message = format!(
        "Out of {what} quota. Quota will be replenished in {hours:02}:{minutes:02}:{:02}.",
        seconds % 60
    );
    Fault::refusal(403, "QuotaExceeded", message).header("Retry-After", seconds.to_string())
}
