//! A retry that has no request body left to send.

use crate::diag::{Code, Confidence, Diagnostic};

use super::look::{flag, set_attribute};
use super::steps::{MAX_COMPARED, Step, Steps, steps};
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "retry-without-buffered-body",
    "a retried `forward-request` does not keep the request body",
    "Looks for `forward-request` inside `retry` without `buffer-request-body=\"true\"`, unless each \
     attempt sets the body anew.",
)
.why(
    "By default the body is streamed to the backend and gone after the first attempt, so every further attempt of a \
     POST sends no body and fails. `buffer-request-body` keeps it.",
)
.example(
    "<backend>\n    <retry condition=\"@(context.Response.StatusCode == 429)\" count=\"2\" interval=\"1\">\n        <forward-request />\n    </retry>\n</backend>",
    "<backend>\n    <retry condition=\"@(context.Response.StatusCode == 429)\" count=\"2\" interval=\"1\">\n        <forward-request buffer-request-body=\"true\" />\n    </retry>\n</backend>",
)
.with_url("https://learn.microsoft.com/azure/api-management/retry-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// Methods whose requests have no body as a rule.
const WITHOUT_BODY: &[&str] = &["DELETE", "GET", "HEAD", "OPTIONS", "TRACE"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let method = unit.around.api.method.as_deref();
    if method.is_some_and(|method| WITHOUT_BODY.contains(&method.to_ascii_uppercase().as_str())) {
        return;
    }
    let steps = steps(unit.policy);
    let forwards = steps.named(&["forward-request"]).filter(|step| steps.is_policy(step));
    for forward in forwards.take(MAX_COMPARED) {
        let Some(retry) = steps.inside(forward, "retry") else { continue };
        if flag(forward.element, "buffer-request-body", false) != Some(false)
            || restores_body(&steps, retry, forward)
        {
            continue;
        }
        let (retry, forward) = (retry.element, forward.element);
        let message = "the request body is not kept for the next attempt";
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&forward.source, forward.name_span)
            .related(&retry.source, retry.name_span, "sends it again")
            .confidence(if method.is_some() { Confidence::High } else { Confidence::Medium })
            .help("add `buffer-request-body=\"true\"`");
        found.push(diagnostic.fix(set_attribute(forward, "buffer-request-body", "true")));
    }
}

/// True where each attempt sets the body before it forwards the request.
fn restores_body(steps: &Steps<'_>, retry: &Step<'_>, forward: &Step<'_>) -> bool {
    let in_retry = |body: &Step<'_>| {
        steps.inside(body, "retry").is_some_and(|around| std::ptr::eq(around.element, retry.element))
    };
    steps
        .named(&["set-body"])
        .any(|body| steps.is_policy(body) && in_retry(body) && steps.precedes(body, forward))
}
