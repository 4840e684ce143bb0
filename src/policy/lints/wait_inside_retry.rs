//! `wait` where it is not allowed.

use crate::diag::{Code, Confidence, Diagnostic};

use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::error(
    "wait-inside-retry",
    "a `wait` stands inside a `retry`",
    "Looks for `wait` at any depth inside `retry`.",
)
.why("The page of `retry` excludes `wait` from the policies that it may hold, so the document cannot be saved.")
.example(
    "<retry condition=\"@(context.Response.StatusCode == 429)\" count=\"2\" interval=\"1\">\n    <wait for=\"all\">\n        <cache-lookup-value key=\"a\" variable-name=\"a\" />\n    </wait>\n</retry>",
    "<wait for=\"all\">\n    <cache-lookup-value key=\"a\" variable-name=\"a\" />\n</wait>",
)
.with_url("https://learn.microsoft.com/azure/api-management/retry-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let steps = steps(unit.policy);
    for wait in steps.named(&["wait"]) {
        let Some(retry) = steps.inside(wait, "retry") else { continue };
        let diagnostic = Diagnostic::new(&CODE, "`wait` may not stand inside `retry`")
            .at(&wait.element.source, wait.element.name_span)
            .related(&retry.element.source, retry.element.name_span, "the `retry` around it")
            .confidence(Confidence::Medium);
        found.push(
            diagnostic.help("move the `wait` before the `retry`, or put the `retry` inside the `wait`"),
        );
    }
}
