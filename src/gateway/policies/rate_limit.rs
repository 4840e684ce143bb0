//! `<rate-limit-by-key calls="10" renewal-period="60" counter-key="@(…)"/>` and `<rate-limit calls="10"
//! renewal-period="60"/>`, which counts per subscription: at most so many calls in a time, then 429. Learn,
//! rate-limit (2024-07-23) and rate-limit-by-key (2024-05-23).
//!
//! The classic tiers count a sliding window, the v2 tiers a token bucket of `calls` that fills in `renewal-period`
//! (include on rate limits of 2025-11-14). A call is counted when it comes, and not where it is refused; several
//! limits of one policy are looked at together, and count together or not at all. `rate-limit` has no effect without
//! a subscription.
//!
//! Decisions, where the pages are silent:
//! - Several policies with one key count a request once, as quota-by-key says of itself.
//! - With `increment-condition`, `increment-count` or `increment-after-response` a call is counted when its answer
//!   leaves, also where that is an error or comes from `return-response`.
//! - `flexible-retry-window`, which only the schema knows, is refused unless it is false.

use std::sync::Arc;

use super::Executor;
use super::increment::Increment;
use super::levels::{Level, levels};
use crate::gateway::compile::Compiler;
use crate::gateway::counters::{Rate, RateCount, seconds_up};
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;
use crate::gateway::tokens::Meter;
use crate::policy::PolicyElement;

pub(super) static BY_KEY: Executor = Executor {
    element: "rate-limit-by-key",
    compile: |compiler, placed| {
        let element = &placed.element;
        if element.literal("flexible-retry-window") != Some("false") {
            compiler.refuse_attributes(element, &["flexible-retry-window"]);
        }
        Some(Box::new(ByKey {
            key: compiler.setting(element, "counter-key")?,
            rule: Rule::compile(compiler, element)?,
        }))
    },
};

pub(super) static BY_SUBSCRIPTION: Executor = Executor {
    element: "rate-limit",
    compile: |compiler, placed| {
        let rules =
            levels(compiler, &placed.element, |compiler, element, _| Rule::compile(compiler, element));
        Some(Box::new(BySubscription { rules }))
    },
};

/// The longest window (both pages).
const MAX_PERIOD_S: i64 = 300;

struct ByKey {
    key: Setting<String>,
    rule: Rule,
}

struct BySubscription {
    rules: Vec<Level<Rule>>,
}

#[derive(Clone)]
struct Rule {
    calls: Setting<i64>,
    period_s: Setting<i64>,
    increment: Increment,
    names: Names,
}

/// Where results are written; every one may be left out.
#[derive(Clone)]
struct Names {
    retry_after_header: Option<String>,
    retry_after_variable: Option<String>,
    remaining_header: Option<String>,
    remaining_variable: Option<String>,
    total_header: Option<String>,
}

/// The limit of one request, with everything evaluated but what waits for the answer.
struct Limit {
    key: String,
    rate: Rate,
    increment: Increment,
    names: Names,
}

impl Run for ByKey {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let limit = self.rule.limit(live, format!("key {}", self.key.get(live)?))?;
        admit(live, vec![limit])
    }
}

impl Run for BySubscription {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let Some(subscription) = &live.route.subscription else {
            live.note("no subscription, no limit");
            return Ok(Flow::Next);
        };
        let rules = self.rules.iter().filter(|rule| rule.covers(&live.route));
        let limit = |rule: &Level<Rule>| {
            rule.limit.limit(live, format!("subscription {} {}", subscription.id, rule.place))
        };
        admit(live, rules.map(limit).collect::<Result<Vec<Limit>, Fault>>()?)
    }
}

/// Counts the call at all of the limits, or refuses it at the first that is reached.
fn admit(live: &Arc<Live>, limits: Vec<Limit>) -> Result<Flow, Fault> {
    let now_ms = live.host.now_unix_ms();
    let own: Vec<u64> = limits.iter().map(|limit| limit.own(live)).collect();
    let mut refused = None;
    {
        let mut counters = live.gateway.counters().call_rates.lock();
        for (limit, own) in limits.iter().zip(&own) {
            let count = counters.counter(&limit.key, || limit.unused(live, now_ms));
            if count.left(now_ms, limit.rate).saturating_add_unsigned(*own) <= 0 {
                refused = Some((limit, count.wait_ms(now_ms, limit.rate, 1)));
                break;
            }
        }
        let counted = limits.iter().zip(&own).filter(|(limit, own)| **own == 0 && !limit.increment.waits());
        for (limit, _) in counted.take_while(|_| refused.is_none()) {
            counters.counter(&limit.key, || limit.unused(live, now_ms)).add(now_ms, limit.rate, 1);
        }
    }
    if let Some((limit, wait_ms)) = refused {
        return Err(limit.refusal(live, wait_ms));
    }
    for limit in limits {
        if !limit.increment.waits() {
            live.state().counted.entry(limit.counted_as()).or_insert(1);
        }
        limit.tell_remaining(live);
        live.state().meters.push(Arc::new(limit));
    }
    Ok(Flow::Next)
}

impl Rule {
    fn compile(compiler: &mut Compiler<'_>, element: &PolicyElement) -> Option<Self> {
        let name = |attribute| element.literal(attribute).map(str::to_owned);
        Some(Self {
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
        })
    }

    fn limit(&self, live: &Arc<Live>, key: String) -> Result<Limit, Fault> {
        Ok(Limit {
            key,
            rate: Rate {
                limit: u64::try_from(self.calls.get(live)?).unwrap_or_default(),
                window_ms: self.period_s.get(live)?.clamp(1, MAX_PERIOD_S) * 1000,
            },
            increment: self.increment.clone(),
            names: self.names.clone(),
        })
    }
}

impl Limit {
    /// A counter that nothing has used yet.
    fn unused(&self, live: &Live, now_ms: i64) -> RateCount {
        RateCount::new(live.gateway.tier(), now_ms, self.rate)
    }

    fn counted_as(&self) -> String {
        format!("rate {}", self.key)
    }

    /// What this request has added to the counter before.
    fn own(&self, live: &Live) -> u64 {
        live.state().counted.get(&self.counted_as()).copied().unwrap_or_default()
    }

    fn refusal(&self, live: &Live, wait_ms: i64) -> Fault {
        let seconds = seconds_up(wait_ms);
        live.set_number(self.names.retry_after_variable.as_ref(), seconds);
        let message = format!("Rate limit is exceeded. Try again in {seconds} seconds.");
        let header = self.names.retry_after_header.as_deref().unwrap_or("Retry-After");
        Fault::refusal(429, "RateLimitExceeded", message).header(header, seconds.to_string())
    }

    fn tell_remaining(&self, live: &Live) -> u64 {
        let now_ms = live.host.now_unix_ms();
        let left = live.gateway.counters().call_rates.with(
            &self.key,
            || self.unused(live, now_ms),
            |count| count.left(now_ms, self.rate),
        );
        let left = u64::try_from(left).unwrap_or_default();
        live.set_number(self.names.remaining_variable.as_ref(), left);
        left
    }
}

impl Meter for Limit {
    fn finished(&self, live: &Arc<Live>) {
        if self.increment.waits() && !live.state().counted.contains_key(&self.counted_as()) {
            let (amount, now_ms) = (self.increment.amount(live), live.host.now_unix_ms());
            live.gateway.counters().call_rates.with(
                &self.key,
                || self.unused(live, now_ms),
                |count| count.add(now_ms, self.rate, amount),
            );
            live.state().counted.insert(self.counted_as(), amount);
        }
        let left = self.tell_remaining(live);
        let mut state = live.state();
        let Some(response) = &mut state.response else { return };
        for (name, value) in
            [(&self.names.remaining_header, left), (&self.names.total_header, self.rate.limit)]
        {
            if let Some(name) = name {
                response.headers.set(name, value.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::sim_host::{SimAnswer, SimHost};
    use crate::gateway::{Api, Config, Gateway, Headers, Host, Operation, Request, Tier};

    /// 200 requests from eight threads, one key, a limit of 50: never one more, on either kind of counter.
    #[test]
    fn requests_at_the_same_time_never_pass_the_limit() {
        for tier in [Tier::Classic, Tier::V2] {
            let policy = "<policies><inbound><rate-limit-by-key calls=\"50\" renewal-period=\"60\" \
                          counter-key=\"k\"/></inbound><backend><forward-request/></backend></policies>";
            let operation =
                Operation { method: "GET".into(), url_template: "/".into(), ..Operation::default() };
            let api = Api {
                service_url: Some("https://up.example".into()),
                policy: Some(policy.into()),
                operations: vec![operation],
                ..Api::default()
            };
            let config = Config { tier, apis: vec![api], ..Config::default() };
            let gateway = Arc::new(Gateway::build(config).unwrap().0);
            let host = Arc::new(SimHost::new(1));
            host.script("up.example", [SimAnswer::new(200, "")]);
            let request = || Request {
                method: "GET".into(),
                url: "https://g/".into(),
                headers: Headers::default(),
                body: Vec::new(),
                client_ip: String::new(),
                client_certificate: None,
            };
            let send = || {
                let host: Arc<dyn Host> = host.clone();
                let answers = (0..25).map(|_| gateway.handle(request(), Arc::clone(&host)).response.status);
                answers.filter(|status| *status == 200).count()
            };
            let n_passed: usize = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            assert_eq!(n_passed, 50, "{tier:?}");
        }
    }
}
