//! Asking a pool again at once when it has just said that no member is left.

use crate::diag::{Code, Confidence, Diagnostic};

use super::look::fixed;
use super::retries::{POOL_EXHAUSTED, retried_forwards, tries_again};
use super::steps::steps;
use super::{Lint, Unit, pools};

pub(super) static CODE: Code = Code::note(
    "retry-of-exhausted-pool",
    "a retry without a wait repeats calls to a pool that has no member left",
    "Looks for `retry` around a `forward-request` to a known pool whose condition holds for the pool's own 503 and \
     whose `interval` is 0.",
)
.why(
    "When the breakers of all members are open, the gateway itself answers 503 for the pool. Nothing can have changed \
     for the next attempt when there is no wait before it, so the attempts are spent for nothing.",
)
.example(
    "<inbound>\n    <set-backend-service backend-id=\"pool\" />\n</inbound>\n<backend>\n    <retry condition=\"@(context.Response.StatusCode == 429 || context.Response.StatusCode == 503)\" count=\"1\" interval=\"0\">\n        <forward-request buffer-request-body=\"true\" />\n    </retry>\n</backend>",
    "<inbound>\n    <set-backend-service backend-id=\"pool\" />\n</inbound>\n<backend>\n    <retry condition=\"@(context.Response.StatusCode == 429)\" count=\"1\" interval=\"0\">\n        <forward-request buffer-request-body=\"true\" />\n    </retry>\n</backend>",
)
.with_url("https://learn.microsoft.com/azure/api-management/backends");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let Some(pool) = pools::only(unit) else { return };
    // Members answer 503 of their own too; only a breaker makes the pool do so.
    if pool.entity.has_breaker == Some(false) {
        return;
    }
    for (retry, _) in retried_forwards(&steps(unit.policy)) {
        if fixed(retry, "interval") != Some("0") || tries_again(retry, 503, POOL_EXHAUSTED) != Some(true) {
            continue;
        }
        let place = retry.value("condition").map_or(retry.name_span, |value| value.span);
        let message =
            format!("the pool `{}` answers 503 when no member is left, and is asked again at once", pool.id);
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&retry.source, place)
            .related(&pool.chosen_by.source, pool.chosen_by.name_span, "the pool is chosen here")
            .confidence(Confidence::Low);
        found.push(diagnostic.help("retry on 429 alone, or set an `interval` in which a breaker can close"));
    }
}
