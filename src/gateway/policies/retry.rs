//! `<retry condition="@(…)" count="3" interval="1" delta="1" max-interval="10" first-fast-retry="true">…</retry>`:
//! runs the policies inside, then again while the condition holds, up to `count` times more. Learn, retry.
//!
//! Decisions, where the page is silent or contradicts itself:
//! - The wait before the n-th retry is `interval`; with `delta` it is `interval + (n - 1) * delta`; with
//!   `max-interval` too it is `interval + 2^(n - 1) * random(0.8 .. 1.2) * delta`, at most `max-interval`. These are
//!   the page's formulas; its example of doubled waits does not follow from them.
//! - Where a policy inside fails, the condition is evaluated all the same, as published conditions that test
//!   `context.Response == null` expect. Where it does not hold, or throws in turn, the first failure stands.

use std::sync::Arc;

use super::Executor;
use crate::diag::Diagnostic;
use crate::gateway::codes;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{self, Flow, Run, Step};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::Placed;

pub(super) static EXECUTOR: Executor = Executor {
    element: "retry",
    compile: |compiler, placed| {
        let element = &placed.element;
        if !sets_body(&placed.inside) {
            check_buffered(compiler, &placed.inside);
        }
        Some(Box::new(Retry {
            condition: compiler.setting(element, "condition")?,
            count: compiler.setting(element, "count")?,
            interval_s: compiler.setting(element, "interval")?,
            delta_s: compiler.setting(element, "delta"),
            max_interval_s: compiler.setting(element, "max-interval"),
            first_fast: compiler.setting(element, "first-fast-retry"),
            steps: compiler.steps(&placed.inside),
        }))
    },
};

/// The most that the service allows; also bounds an expression.
const MAX_COUNT: i64 = 50;

/// Whether a policy inside sets the body, which keeps it in memory.
fn sets_body(inside: &[Placed]) -> bool {
    inside.iter().any(|placed| placed.element.name == "set-body" || sets_body(&placed.inside))
}

/// Warns where a `forward-request` inside could not send the body again.
fn check_buffered(compiler: &mut Compiler<'_>, inside: &[Placed]) {
    for placed in inside {
        let element = &placed.element;
        if element.name == "forward-request" && element.literal("buffer-request-body") != Some("true") {
            let message = "`forward-request` inside `retry` does not buffer the request body";
            let diagnostic = Diagnostic::new(&codes::RETRY_WITHOUT_BUFFERED_BODY, message)
                .at(&element.source, element.name_span)
                .help("add `buffer-request-body=\"true\"`");
            compiler.found.push(diagnostic);
        }
        if !sets_body(&placed.inside) {
            check_buffered(compiler, &placed.inside);
        }
    }
}

struct Retry {
    condition: Setting<bool>,
    count: Setting<i64>,
    interval_s: Setting<i64>,
    delta_s: Option<Setting<i64>>,
    max_interval_s: Option<Setting<i64>>,
    first_fast: Option<Setting<bool>>,
    steps: Vec<Step>,
}

impl Run for Retry {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let step = live.step_count();
        let count = self.count.get(live)?.clamp(0, MAX_COUNT);
        let waits = self.waits(live)?;
        let mut waited = Vec::new();
        let mut nth = 0;
        loop {
            nth += 1;
            let result = pipeline::run(&self.steps, live);
            if matches!(result, Ok(Flow::End | Flow::Cached)) || nth > count {
                return result;
            }
            if let Err(fault) = &result {
                live.state().last_error = Some(*fault.error.clone());
            }
            let again = match self.condition.get(live) {
                Ok(again) => again,
                Err(failed) => return result.and(Err(failed)),
            };
            if !again {
                return result;
            }
            live.state().last_error = None;
            let wait_ms = waits.before(nth, live);
            waited.push(format!("{wait_ms} ms"));
            live.note_at(step, format!("retried after {}", waited.join(", ")));
            live.host.sleep_ms(wait_ms);
        }
    }
}

impl Retry {
    fn waits(&self, live: &Arc<Live>) -> Result<Waits, Fault> {
        let seconds = |setting: Option<&Setting<i64>>| -> Result<Option<u64>, Fault> {
            let value = setting.map(|setting| setting.get(live)).transpose()?;
            Ok(value.map(|value| u64::try_from(value).unwrap_or_default()))
        };
        Ok(Waits {
            interval_s: seconds(Some(&self.interval_s))?.unwrap_or_default(),
            delta_s: seconds(self.delta_s.as_ref())?,
            max_interval_s: seconds(self.max_interval_s.as_ref())?,
            first_fast: get_or(self.first_fast.as_ref(), false, live)?,
        })
    }
}

/// How long to wait, with the settings of one request.
#[derive(Clone, Copy, Debug)]
struct Waits {
    interval_s: u64,
    delta_s: Option<u64>,
    max_interval_s: Option<u64>,
    first_fast: bool,
}

impl Waits {
    /// Returns the wait before the retry that is the `nth`, from 1.
    fn before(self, nth: i64, live: &Live) -> u64 {
        if nth == 1 && self.first_fast {
            return 0;
        }
        // 0.8 to 1.2 in thousandths.
        let random_milli = 800 + live.host.random_u64() % 401;
        self.milliseconds(u32::try_from(nth).unwrap_or(1), random_milli)
    }

    fn milliseconds(self, nth: u32, random_milli: u64) -> u64 {
        let interval_ms = self.interval_s.saturating_mul(1000);
        match (self.delta_s, self.max_interval_s) {
            (None, None) => interval_ms,
            (None, Some(max_s)) => interval_ms.min(max_s.saturating_mul(1000)),
            (Some(delta_s), None) => {
                interval_ms.saturating_add(delta_s.saturating_mul(1000).saturating_mul(u64::from(nth - 1)))
            }
            (Some(delta_s), Some(max_s)) => {
                let growth_ms = delta_s.saturating_mul(random_milli).saturating_mul(1 << (nth - 1).min(30));
                interval_ms.saturating_add(growth_ms).min(max_s.saturating_mul(1000))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(delta_s: Option<u64>, max_interval_s: Option<u64>, expected: [u64; 4]) {
        let waits = Waits { interval_s: 10, delta_s, max_interval_s, first_fast: false };
        assert_eq!([1, 2, 3, 4].map(|nth| waits.milliseconds(nth, 1000)), expected);
    }

    #[test]
    fn waits_follow_the_formulas_of_the_page() {
        case(None, None, [10_000; 4]);
        case(Some(10), None, [10_000, 20_000, 30_000, 40_000]);
        case(Some(10), Some(100), [20_000, 30_000, 50_000, 90_000]);
        case(Some(10), Some(40), [20_000, 30_000, 40_000, 40_000]);
    }
}
