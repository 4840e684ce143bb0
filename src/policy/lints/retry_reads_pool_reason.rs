//! A decision that hangs on a sentence which the service may word otherwise.

use crate::diag::{Code, Confidence, Diagnostic};

use super::look::says;
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::note(
    "retry-reads-pool-reason",
    "a condition tells an exhausted pool by the words of its status line",
    "Looks for conditions that search `StatusReason` for \"Backend pool\" or \"is temporarily unavailable\".",
)
.why(
    "The reason phrase is no contract: HTTP/2 has none, and the gateway has changed its own. Where it does not match, \
     an exhausted pool is retried like a failing member.",
)
.example(
    "<backend>\n    <retry condition=\"@(context.Response.StatusCode == 503 &amp;&amp; !context.Response.StatusReason.Contains(&quot;Backend pool&quot;))\" count=\"2\" interval=\"1\">\n        <forward-request buffer-request-body=\"true\" />\n    </retry>\n</backend>",
    "<backend>\n    <retry condition=\"@(context.Response.StatusCode == 429)\" count=\"2\" interval=\"1\">\n        <forward-request buffer-request-body=\"true\" />\n    </retry>\n</backend>",
)
.references(&["Azure-Samples/AI-Gateway issue 262: the phrase is no longer sent"])
.with_url("https://learn.microsoft.com/azure/api-management/backends");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const PHRASES: &[&str] = &["Backend pool", "is temporarily unavailable"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for step in steps(unit.policy).named(&["retry", "when"]) {
        let Some(condition) = step.element.value("condition") else { continue };
        if !says(step.element, PHRASES) || !says(step.element, &["StatusReason"]) {
            continue;
        }
        let message =
            "the condition tells an exhausted pool by the reason phrase, which the service does not promise";
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&step.element.source, condition.span)
            .confidence(Confidence::Low);
        found.push(diagnostic.help("decide by `StatusCode`, and keep `count` below the number of members"));
    }
}
