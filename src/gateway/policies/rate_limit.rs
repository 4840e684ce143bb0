//! `<rate-limit-by-key calls="10" renewal-period="60" counter-key="@(…)"/>` and `<rate-limit calls="10"
//! renewal-period="60"/>`, which counts per subscription: at most so many calls in the period that ends now, then
//! 429. Learn, rate-limit and rate-limit-by-key.
//!
//! A call is counted when it comes, and not where it is refused. With `increment-condition`, `increment-count` or
//! `increment-after-response` it is counted at the end of outbound, so the refusal comes one call later.
//!
//! Decision: both tiers count a sliding window here. Without a subscription `rate-limit` has no effect, as the page
//! says.

use std::sync::Arc;

use super::Executor;
use crate::csharp::Value;
use crate::gateway::compile::Compiler;
use crate::gateway::counters::{SlidingLog, seconds_up};
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::gateway::tokens::Meter;
use crate::policy::{Placed, PolicyElement};

pub(super) static BY_KEY: Executor = Executor {
    element: "rate-limit-by-key",
    compile: |compiler, placed| {
        let key = Key::Expression(compiler.setting(&placed.element, "counter-key")?);
        compile(compiler, placed, key)
    },
};

pub(super) static BY_SUBSCRIPTION: Executor = Executor {
    element: "rate-limit",
    compile: |compiler, placed| {
        // Every place where the policy is written counts for itself.
        let place = format!("{}:{}", placed.element.source.path(), placed.element.line());
        compile(compiler, placed, Key::Subscription { place })
    },
};

#[derive(Clone)]
struct RateLimit {
    key: Key,
    calls: Setting<i64>,
    period_s: Setting<i64>,
    increment: Increment,
    names: Names,
}

#[derive(Clone)]
enum Key {
    Expression(Setting<String>),
    Subscription { place: String },
}

/// When and by how much a call is counted.
#[derive(Clone)]
pub(super) struct Increment {
    condition: Option<Setting<bool>>,
    count: Option<Setting<i64>>,
    after_response: bool,
}

#[derive(Clone)]
struct Names {
    retry_after_header: Option<String>,
    retry_after_variable: Option<String>,
    remaining_header: Option<String>,
    remaining_variable: Option<String>,
    total_header: Option<String>,
}

fn compile(compiler: &mut Compiler<'_>, placed: &Placed, key: Key) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    compiler.refuse_attributes(element, &["flexible-retry-window"]);
    compiler.refuse_children(element);
    let name = |attribute| element.literal(attribute).map(str::to_owned);
    Some(Box::new(RateLimit {
        key,
        calls: compiler.needed(element, "calls")?,
        period_s: compiler.needed(element, "renewal-period")?,
        increment: Increment::compile(compiler, element),
        names: Names {
            retry_after_header: name("retry-after-header-name"),
            retry_after_variable: name("retry-after-variable-name"),
            remaining_header: name("remaining-calls-header-name"),
            remaining_variable: name("remaining-calls-variable-name"),
            total_header: name("total-calls-header-name"),
        },
    }))
}

/// The limit of one request, with everything evaluated but what waits for the answer.
struct Limit {
    key: String,
    calls: u64,
    window_ms: i64,
    increment: Increment,
    names: Names,
}

impl Run for RateLimit {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let Some(key) = self.key(live)? else {
            live.note("no subscription, no limit");
            return Ok(Flow::Next);
        };
        let limit = Limit {
            key,
            calls: u64::try_from(self.calls.get(live)?).unwrap_or_default(),
            window_ms: self.period_s.get(live)?.clamp(1, 300) * 1000,
            increment: self.increment.clone(),
            names: self.names.clone(),
        };
        limit.check(live)?;
        if !limit.increment.waits() {
            limit.count(live, 1);
        }
        limit.tell_remaining(live);
        live.state().meters.push(Arc::new(limit));
        Ok(Flow::Next)
    }
}

impl RateLimit {
    fn key(&self, live: &Arc<Live>) -> Result<Option<String>, Fault> {
        match &self.key {
            Key::Expression(key) => Ok(Some(key.get(live)?)),
            Key::Subscription { place } => Ok(live
                .route
                .subscription
                .as_ref()
                .map(|subscription| format!("{place} {}", subscription.id))),
        }
    }
}

impl Limit {
    fn check(&self, live: &Live) -> Result<(), Fault> {
        let now_ms = live.host.now_unix_ms();
        let wait_ms = live.gateway.counters().call_logs.with(&self.key, now_ms, SlidingLog::default, |log| {
            let full = log.sum(now_ms, self.window_ms) >= self.calls;
            full.then(|| log.wait_ms(now_ms, self.window_ms, self.calls.saturating_sub(1)))
        });
        let Some(wait_ms) = wait_ms else { return Ok(()) };
        let seconds = seconds_up(wait_ms);
        if let Some(name) = &self.names.retry_after_variable {
            let value = i32::try_from(seconds).unwrap_or(i32::MAX);
            live.state().variables.insert(name.clone(), Value::Int(value));
        }
        let message = format!("Rate limit is exceeded. Try again in {seconds} seconds.");
        let header = self.names.retry_after_header.as_deref().unwrap_or("Retry-After");
        Err(Fault::refusal(429, "RateLimitExceeded", message).header(header, seconds.to_string()))
    }

    fn count(&self, live: &Live, amount: u64) {
        let now_ms = live.host.now_unix_ms();
        live.gateway
            .counters()
            .call_logs
            .with(&self.key, now_ms, SlidingLog::default, |log| log.add(now_ms, amount));
    }

    fn tell_remaining(&self, live: &Live) -> u64 {
        let now_ms = live.host.now_unix_ms();
        let counters = live.gateway.counters();
        let used = counters
            .call_logs
            .with(&self.key, now_ms, SlidingLog::default, |log| log.sum(now_ms, self.window_ms));
        let left = self.calls.saturating_sub(used);
        if let Some(name) = &self.names.remaining_variable {
            let value = i32::try_from(left).unwrap_or(i32::MAX);
            live.state().variables.insert(name.clone(), Value::Int(value));
        }
        left
    }
}

impl Meter for Limit {
    fn finished(&self, live: &Arc<Live>) {
        if self.increment.waits() {
            let amount = self.increment.amount(live);
            self.count(live, amount);
        }
        let left = self.tell_remaining(live);
        let mut state = live.state();
        let Some(response) = &mut state.response else { return };
        for (name, value) in [(&self.names.remaining_header, left), (&self.names.total_header, self.calls)] {
            if let Some(name) = name {
                response.headers.set(name, value.to_string());
            }
        }
    }
}

impl Increment {
    pub(super) fn compile(compiler: &mut Compiler<'_>, element: &PolicyElement) -> Self {
        Self {
            condition: compiler.setting(element, "increment-condition"),
            count: compiler.setting(element, "increment-count"),
            after_response: element.literal("increment-after-response") == Some("true"),
        }
    }

    /// Whether the answer has to be there first.
    pub(super) fn waits(&self) -> bool {
        self.after_response || self.condition.is_some() || self.count.is_some()
    }

    /// Returns by how much the call counts, seen from the end of outbound; nothing where an expression throws,
    /// which the trace then says.
    pub(super) fn amount(&self, live: &Arc<Live>) -> u64 {
        let amount = || -> Result<i64, Fault> {
            let counts = get_or(self.condition.as_ref(), true, live)?;
            if counts { get_or(self.count.as_ref(), 1, live) } else { Ok(0) }
        };
        match amount() {
            Ok(amount) => u64::try_from(amount).unwrap_or_default(),
            Err(fault) => {
                live.note(format!("the call was not counted: {}", fault.error.message));
                0
            }
        }
    }
}
