//! `<quota-by-key calls="100" renewal-period="3600" counter-key="@(…)"/>`: at most so many calls in each period of
//! that length, then 403. Learn, quota-by-key. Not modelled, and refused: `bandwidth` and `first-period-start`.

use std::sync::Arc;

use super::Executor;
use super::rate_limit::Increment;
use crate::gateway::counters::{Period, QuotaCount, seconds_up};
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;
use crate::gateway::tokens::Meter;

pub(super) static EXECUTOR: Executor = Executor {
    element: "quota-by-key",
    compile: |compiler, placed| {
        let element = &placed.element;
        compiler.refuse_attributes(element, &["bandwidth", "first-period-start"]);
        Some(Box::new(QuotaByKey {
            key: compiler.setting(element, "counter-key")?,
            calls: compiler.setting(element, "calls")?,
            period_s: compiler.needed(element, "renewal-period")?,
            increment: Increment::compile(compiler, element),
        }))
    },
};

struct QuotaByKey {
    key: Setting<String>,
    calls: Setting<i64>,
    period_s: Setting<i64>,
    increment: Increment,
}

/// Counts the call once its answer is there, where the policy says so.
struct Pending {
    key: String,
    period: Period,
    increment: Increment,
}

impl Run for QuotaByKey {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let key = self.key.get(live)?;
        let calls = u64::try_from(self.calls.get(live)?).unwrap_or_default();
        let period = Period::Fixed { length_ms: self.period_s.get(live)?.max(0).saturating_mul(1000) };
        let now_ms = live.host.now_unix_ms();
        let counters = live.gateway.counters();
        let used =
            counters.call_quotas.with(&key, now_ms, QuotaCount::default, |count| count.used(now_ms, period));
        if used >= calls {
            return Err(refusal(period.left_ms(now_ms)));
        }
        let pending = Pending { key, period, increment: self.increment.clone() };
        if pending.increment.waits() {
            live.state().meters.push(Arc::new(pending));
        } else {
            pending.count(live, 1);
        }
        Ok(Flow::Next)
    }
}

impl Pending {
    fn count(&self, live: &Live, amount: u64) {
        let now_ms = live.host.now_unix_ms();
        let counters = live.gateway.counters();
        counters.call_quotas.with(&self.key, now_ms, QuotaCount::default, |count| {
            count.add(now_ms, self.period, amount);
        });
    }
}

impl Meter for Pending {
    fn finished(&self, live: &Arc<Live>) {
        let amount = self.increment.amount(live);
        self.count(live, amount);
    }
}

fn refusal(left_ms: Option<i64>) -> Fault {
    let Some(left_ms) = left_ms else {
        return Fault::refusal(403, "QuotaExceeded", "Out of call volume quota.");
    };
    let seconds = seconds_up(left_ms);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let message = format!(
        "Out of call volume quota. Quota will be replenished in {hours:02}:{minutes:02}:{:02}.",
        seconds % 60
    );
    Fault::refusal(403, "QuotaExceeded", message).header("Retry-After", seconds.to_string())
}
