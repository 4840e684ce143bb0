//! Dimensions with a new value for each request.

use crate::diag::{Code, Confidence, Diagnostic, Severity};

use super::look::{code, is_token_metric};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "metric-dimension-unbounded",
    "a metric dimension takes a new value with nearly every request",
    "Looks for dimensions whose value is the request's id, a new GUID, a time, or the caller's address.",
)
.why(
    "Each combination of values is a series of its own. Azure Monitor keeps 50,000 active series in a region and drops \
     or lumps together what is beyond, so the metric stops adding up. What identifies one request belongs in a log.",
)
.example(
    "<inbound>\n    <llm-emit-token-metric namespace=\"llm\">\n        <dimension name=\"Request\" value=\"@(context.RequestId.ToString())\" />\n    </llm-emit-token-metric>\n</inbound>",
    "<inbound>\n    <llm-emit-token-metric namespace=\"llm\">\n        <dimension name=\"Team\" value=\"@(context.Product?.Name ?? &quot;none&quot;)\" />\n    </llm-emit-token-metric>\n</inbound>",
)
.references(&["Azure/apim-landing-zone-accelerator, usage-tracking-with-appinsights.xml (2025-12-17)"])
.with_url("https://learn.microsoft.com/azure/api-management/llm-emit-token-metric-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const TIME: &str = "a time";
/// What an expression says, and what that is.
const UNBOUNDED: &[(&str, &str)] = &[
    ("context.RequestId", "the id of the request"),
    ("NewGuid", "a new GUID"),
    ("context.Timestamp", TIME),
    ("UtcNow", TIME),
    ("DateTime.Now", TIME),
    ("context.Elapsed", TIME),
];
/// A time is cut to what there is little of by one of these.
const CUTS: &[&str] = &["ToString(\"", ".Hour", ".Day", ".Month", ".Year"];
/// As many as there are callers: few for some APIs.
const ADDRESS: &str = "context.Request.IpAddress";

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let steps = steps(unit.policy);
    for step in steps.named(&["dimension"]) {
        let is_metric = steps
            .parent(step)
            .is_some_and(|metric| metric.name() == "emit-metric" || is_token_metric(metric.element));
        let Some(value) = step.element.value("value").filter(|_| is_metric) else { continue };
        let Some(text) = code(value) else { continue };
        let unbounded = UNBOUNDED.iter().find(|(word, what)| {
            text.contains(word) && !(*what == TIME && CUTS.iter().any(|cut| text.contains(cut)))
        });
        let diagnostic = match unbounded {
            Some((_, what)) => {
                let message =
                    format!("the dimension is {what}: nearly every request makes a series of its own");
                Diagnostic::new(&CODE, message).confidence(Confidence::Medium)
            }
            None if text.contains(ADDRESS) => {
                let message = "the dimension is the caller's address: every caller makes a series of its own";
                let diagnostic = Diagnostic::new(&CODE, message).confidence(Confidence::Low);
                Diagnostic { severity: Severity::Note, ..diagnostic }
            }
            None => continue,
        };
        let diagnostic = diagnostic.at(&step.element.source, value.span);
        found.push(diagnostic.help("write it to a log, and keep dimensions to what there are few of"));
    }
}
