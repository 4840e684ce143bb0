//! Policies that no request reaches.

use crate::diag::{Code, Diagnostic};

use super::steps::{ends, lists};
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "policies-after-response",
    "policies stand after one that always ends the request",
    "Looks for policies that follow a `return-response` or `mock-response`, or a `choose` all of whose branches end \
     with one.",
)
.why(
    "`return-response` gives the answer and ends the pipeline, so nothing behind it runs: no header is set, nothing is \
     logged, and no error says so.",
)
.example(
    "<inbound>\n    <return-response>\n        <set-status code=\"200\" reason=\"OK\" />\n    </return-response>\n    <set-header name=\"x-team\" exists-action=\"override\">\n        <value>a</value>\n    </set-header>\n</inbound>",
    "<inbound>\n    <return-response>\n        <set-status code=\"200\" reason=\"OK\" />\n        <set-header name=\"x-team\" exists-action=\"override\">\n            <value>a</value>\n        </set-header>\n    </return-response>\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/return-response-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for (_, policies) in lists(unit.policy) {
        let Some(at) = policies.iter().position(|policy| ends(policy)) else { continue };
        let (Some(first), Some(last)) = (policies.get(at + 1), policies.last()) else { continue };
        // `<base/>` alone behind it is how many write a document that means to answer by itself.
        if policies[at + 1..].iter().all(|policy| policy.name == "base") {
            continue;
        }
        let ender = policies[at];
        let message = format!("nothing after this `{}` runs", ender.name);
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&ender.source, ender.name_span)
            .related(&first.source, first.span.to(last.span), "never runs")
            .help("move what has to run before it, or remove the rest");
        found.push(diagnostic);
    }
}
