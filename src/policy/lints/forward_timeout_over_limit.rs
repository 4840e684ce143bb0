//! A wait that the network does not keep.

use crate::diag::{Code, Confidence, Diagnostic};

use super::look::fixed;
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::note(
    "forward-timeout-over-limit",
    "a timeout is longer than a connection may stay idle",
    "Looks for `forward-request` with a `timeout` above 240 seconds.",
)
.why(
    "The network drops connections that are idle for four minutes, so longer waits may not be honoured. The backend \
     works on, and the caller gets an error that does not look like a timeout.",
)
.example(
    "<backend>\n    <forward-request timeout=\"600\" />\n</backend>",
    "<backend>\n    <forward-request timeout=\"240\" />\n</backend>",
)
.with_url("https://learn.microsoft.com/azure/api-management/forward-request-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// Seconds; above it "may not be honored" (Learn, forward-request).
const KEPT_SECONDS: u64 = 240;

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for forward in steps(unit.policy).named(&["forward-request"]).map(|step| step.element) {
        for (attribute, per_second) in [("timeout", 1), ("timeout-ms", 1000)] {
            let (Some(written), Some(value)) = (fixed(forward, attribute), forward.value(attribute)) else {
                continue;
            };
            if !written.parse::<u64>().is_ok_and(|timeout| timeout > KEPT_SECONDS * per_second) {
                continue;
            }
            let message =
                format!("`{attribute}` is {written}: waits above {KEPT_SECONDS} seconds may not be honoured");
            let diagnostic = Diagnostic::new(&CODE, message)
                .at(&forward.source, value.span)
                .confidence(Confidence::Medium);
            found.push(
                diagnostic.help(
                    "lower it to four minutes, or let callers stream so that the connection is not idle",
                ),
            );
        }
    }
}
