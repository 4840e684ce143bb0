//! An error that may be raised before a retry can look at it.

use crate::diag::{Code, Confidence, Diagnostic};

use super::look::{flag, says, set_attribute};
use super::retries::retried_forwards;
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "fail-on-error-status-inside-retry",
    "`fail-on-error-status-code` may end a retry that looks at status codes",
    "Looks for `forward-request` with `fail-on-error-status-code=\"true\"` inside a `retry` whose condition reads \
     `StatusCode`.",
)
.why(
    "The page of `forward-request` says that responses from 400 to 599 then raise an error, which goes to `on-error`. \
     Whether `retry` still sees the answer is not documented: if not, the first 429 ends the request.",
)
.example(
    "<backend>\n    <retry condition=\"@(context.Response.StatusCode == 429)\" count=\"2\" interval=\"1\">\n        <forward-request buffer-request-body=\"true\" fail-on-error-status-code=\"true\" />\n    </retry>\n</backend>",
    "<backend>\n    <retry condition=\"@(context.Response.StatusCode == 429)\" count=\"2\" interval=\"1\">\n        <forward-request buffer-request-body=\"true\" />\n    </retry>\n</backend>",
)
.with_url("https://learn.microsoft.com/azure/api-management/forward-request-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for (retry, forward) in retried_forwards(&steps(unit.policy)) {
        let fails = flag(forward, "fail-on-error-status-code", false) == Some(true);
        if !fails || !says(retry, &["StatusCode"]) {
            continue;
        }
        let message = "an error status may go to `on-error` before the `retry` looks at it";
        let place =
            forward.attribute("fail-on-error-status-code").map_or(forward.name_span, |it| it.name_span);
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&forward.source, place)
            .related(&retry.source, retry.name_span, "tests the status")
            .confidence(Confidence::Low)
            .help("leave `fail-on-error-status-code` out, and deal with the last answer after the `retry`");
        found.push(diagnostic.fix(set_attribute(forward, "fail-on-error-status-code", "false")));
    }
}
