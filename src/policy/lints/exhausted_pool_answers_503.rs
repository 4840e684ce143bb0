//! What a caller hears when a pool has no member left.

use std::sync::Arc;

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::{Body, PolicyElement};

use super::look::{holds, values};
use super::retries::{POOL_EXHAUSTED, retried_forwards, tries_again};
use super::steps::steps;
use super::{Lint, Unit, pools};

pub(super) static CODE: Code = Code::note(
    "exhausted-pool-answers-503",
    "callers get a bare 503 when every member of the pool is throttled",
    "Looks for `retry` on 429 before a known pool with circuit breakers, in a document that nowhere deals with 503.",
)
.why(
    "Once the breakers of all members are open the gateway answers 503 without `Retry-After`, although every member had \
     said 429 and when to come back. Clients of language models wait for a `Retry-After`; without one they retry at \
     once, or give up.",
)
.example(
    "<inbound>\n    <set-backend-service backend-id=\"pool\" />\n</inbound>\n<backend>\n    <retry condition=\"@(context.Response.StatusCode == 429)\" count=\"1\" interval=\"1\">\n        <forward-request buffer-request-body=\"true\" />\n    </retry>\n</backend>",
    "<inbound>\n    <set-backend-service backend-id=\"pool\" />\n</inbound>\n<backend>\n    <retry condition=\"@(context.Response.StatusCode == 429)\" count=\"1\" interval=\"1\">\n        <forward-request buffer-request-body=\"true\" />\n    </retry>\n</backend>\n<outbound>\n    <choose>\n        <when condition=\"@(context.Response.StatusCode == 503)\">\n            <set-status code=\"429\" reason=\"Too Many Requests\" />\n        </when>\n    </choose>\n</outbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/backends");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let Body::Document(sections) = &unit.policy.body else { return };
    let Some(pool) = pools::only(unit) else { return };
    if pool.entity.has_breaker != Some(true) || pool.entity.members.len() < 2 {
        return;
    }
    let all: Vec<Arc<PolicyElement>> = sections.iter().flat_map(|(_, elements)| elements).cloned().collect();
    if holds(&all, unit.around, &deals_with_503) != Some(false) {
        return;
    }
    for (retry, _) in retried_forwards(&steps(unit.policy)) {
        let is_about_429 = tries_again(retry, 429, "Too Many Requests") == Some(true);
        if !is_about_429 || tries_again(retry, 503, POOL_EXHAUSTED) != Some(false) {
            continue;
        }
        let message =
            format!("when no member of `{}` is left, callers get 503 without `Retry-After`", pool.id);
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&retry.source, retry.name_span)
            .related(&pool.chosen_by.source, pool.chosen_by.name_span, "the pool is chosen here")
            .confidence(Confidence::Low);
        found.push(diagnostic.help("answer 429 with `Retry-After` where the pool answers 503"));
    }
}

fn deals_with_503(element: &PolicyElement) -> bool {
    values(element).any(|value| element.source.slice(value.span).contains("503"))
}
