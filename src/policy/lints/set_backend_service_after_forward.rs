//! A backend chosen when the request is gone.

use crate::diag::{Code, Diagnostic};

use super::steps::{MAX_COMPARED, steps};
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "set-backend-service-after-forward",
    "a backend is chosen after the request was forwarded",
    "Looks for `set-backend-service` after `forward-request`, unless one `retry` holds both.",
)
.why(
    "`forward-request` sends the request to the backend that is set at that moment; what is set afterwards has no \
     effect. Inside a `retry` it counts for the next attempt.",
)
.example(
    "<backend>\n    <limit-concurrency key=\"a\" max-count=\"5\">\n        <forward-request />\n        <set-backend-service backend-id=\"eu\" />\n    </limit-concurrency>\n</backend>",
    "<backend>\n    <limit-concurrency key=\"a\" max-count=\"5\">\n        <set-backend-service backend-id=\"eu\" />\n        <forward-request />\n    </limit-concurrency>\n</backend>",
)
.with_url("https://learn.microsoft.com/azure/api-management/set-backend-service-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let steps = steps(unit.policy);
    for set in steps.named(&["set-backend-service"]).take(MAX_COMPARED) {
        if steps.inside(set, "retry").is_some() {
            continue;
        }
        let is_last = !steps.named(&["forward-request"]).any(|forward| steps.precedes(set, forward));
        let before = steps.named(&["forward-request"]).find(|forward| steps.precedes(forward, set));
        let Some(forward) = before.filter(|_| is_last) else { continue };
        let diagnostic = Diagnostic::new(&CODE, "the request has already been forwarded; this has no effect")
            .at(&set.element.source, set.element.name_span)
            .related(&forward.element.source, forward.element.name_span, "forwards the request");
        found.push(diagnostic.help("move it before the `forward-request`"));
    }
}
