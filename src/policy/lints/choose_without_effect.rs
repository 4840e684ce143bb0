//! A decision without consequences.

use crate::diag::{Code, Diagnostic};

use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::note(
    "choose-without-effect",
    "no branch of a `choose` holds a policy",
    "Looks for `choose` all of whose branches are empty.",
)
.why("Whatever the conditions come to, nothing happens. Most often the policies inside were commented out.")
.example(
    "<choose>\n    <when condition=\"@(context.Request.Method == &quot;GET&quot;)\">\n    </when>\n</choose>",
    "<choose>\n    <when condition=\"@(context.Request.Method == &quot;GET&quot;)\">\n        <set-header name=\"x-read\" exists-action=\"override\">\n            <value>yes</value>\n        </set-header>\n    </when>\n</choose>",
)
.with_url("https://learn.microsoft.com/azure/api-management/choose-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for choose in steps(unit.policy).named(&["choose"]).map(|step| step.element) {
        if choose.children.is_empty() || choose.children.iter().any(|branch| !branch.children.is_empty()) {
            continue;
        }
        let diagnostic = Diagnostic::new(&CODE, "every branch of this `choose` is empty")
            .at(&choose.source, choose.name_span);
        found.push(diagnostic.help("remove the `choose`, or write what should happen"));
    }
}
