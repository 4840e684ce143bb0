//! More attempts than a pool has members.

use crate::diag::{Code, Confidence, Diagnostic};

use super::look::{fixed, set_attribute};
use super::retries::retried_forwards;
use super::steps::steps;
use super::{Lint, Unit, pools};

pub(super) static CODE: Code = Code::warning(
    "retry-outlasts-pool",
    "a retry asks a pool more often than it has members",
    "Looks for `retry` around a `forward-request` to a known pool whose `count` is above the number of members less \
     one.",
)
.why(
    "Each attempt takes another member, and one that has refused is left out while its circuit breaker is open. After \
     one attempt per member only the pool's own 503 is left, and the caller waits for it.",
)
.example(
    "<inbound>\n    <set-backend-service backend-id=\"pool\" />\n</inbound>\n<backend>\n    <retry condition=\"@(context.Response.StatusCode == 429)\" count=\"5\" interval=\"1\">\n        <forward-request buffer-request-body=\"true\" />\n    </retry>\n</backend>",
    "<inbound>\n    <set-backend-service backend-id=\"pool\" />\n</inbound>\n<backend>\n    <retry condition=\"@(context.Response.StatusCode == 429)\" count=\"1\" interval=\"1\">\n        <forward-request buffer-request-body=\"true\" />\n    </retry>\n</backend>",
)
.references(&["Azure-Samples/AI-Gateway, labs/backend-pool-load-balancing: count = members - 1 (2026-07-24)"])
.with_url("https://learn.microsoft.com/azure/api-management/backends");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let Some(pool) = pools::only(unit) else { return };
    let n_members = pool.entity.members.len();
    let useful = n_members.saturating_sub(1);
    for (retry, _) in retried_forwards(&steps(unit.policy)) {
        let Some(count) = fixed(retry, "count").and_then(|count| count.parse::<usize>().ok()) else {
            continue;
        };
        // A pool of one is `pool-of-one`; there is no count that would fit it.
        if useful == 0 || count <= useful || pool.entity.opens_late {
            continue;
        }
        let message = format!("{count} retries, but the pool `{}` has {n_members} members", pool.id);
        let place = retry.value("count").map_or(retry.name_span, |value| value.span);
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&retry.source, place)
            .related(&pool.chosen_by.source, pool.chosen_by.name_span, "the pool is chosen here")
            .confidence(Confidence::Medium)
            .help(format!("lower `count` to {useful}: after that every member has been asked"));
        found.push(diagnostic.fix(set_attribute(retry, "count", &useful.to_string())));
    }
}
