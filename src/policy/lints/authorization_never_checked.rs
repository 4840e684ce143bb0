//! Token checks behind a condition that never holds.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::PolicyElement;

use super::{Lint, State, Unit, flow, written};

pub(super) static CODE: Code = Code::warning(
    "authorization-never-checked",
    "a token is checked only if a variable says so, and nothing sets that variable",
    "Looks for `validate-jwt`, `validate-azure-ad-token` and `validate-client-certificate` in a `when` whose condition \
     reads a variable that nothing sets.",
)
.why("The condition is false for every request, so nobody's token is ever checked and the API is open.")
.example(
    "<set-variable name=\"entra-validate\" value=\"true\" />\n\
     <choose>\n    <when condition=\"@(context.Variables.GetValueOrDefault&lt;string&gt;(\"entra-auth\") == \"true\")\">\n        <validate-azure-ad-token tenant-id=\"common\" />\n    </when>\n</choose>",
    "<set-variable name=\"entra-auth\" value=\"true\" />\n\
     <choose>\n    <when condition=\"@(context.Variables.GetValueOrDefault&lt;string&gt;(\"entra-auth\") == \"true\")\">\n        <validate-azure-ad-token tenant-id=\"common\" />\n    </when>\n</choose>",
)
.references(&["Azure-Samples/ai-hub-gateway-solution-accelerator, frag-aad-auth.xml: sets `entra-validate`, tests `entra-auth` (2025-11-19)"])
.with_url("https://learn.microsoft.com/azure/api-management/validate-jwt-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const CHECKS: &[&str] = &["validate-jwt", "validate-azure-ad-token", "validate-client-certificate"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let flow = flow(unit);
    let is_read = |name: &str| flow.reads.iter().any(|read| read.used.name.as_deref() == Some(name));
    // Where not everything is seen, a variable that is set beside it and never read is the sign of a slip.
    let slip = flow
        .writes
        .iter()
        .find(|write| write.is_own && write.element.name == "set-variable" && !is_read(write.name));
    for read in flow.reads.iter().filter(|read| read.is_own && read.element.name == "when") {
        let Some(name) = read.used.name.as_deref() else { continue };
        let is_unset =
            matches!(read.state, State::Unset) && flow.writes.iter().all(|write| write.name != name);
        if !is_unset
            || is_negated(read.element)
            || !holds_check(read.element)
            || (!flow.sees_all && slip.is_none())
        {
            continue;
        }
        let message = format!("nothing sets `{name}`, so the token is never checked");
        let mut diagnostic = Diagnostic::new(&CODE, message).at(&read.element.source, read.name_span);
        if let Some(slip) = slip {
            diagnostic =
                diagnostic.related(&slip.element.source, slip.span, "this one is set and never read");
        }
        let confidence = if flow.sees_all { Confidence::High } else { Confidence::Low };
        found.push(diagnostic.confidence(confidence).help("set the variable that the condition reads"));
    }
}

/// A condition with `!` may hold because the variable is not set.
fn is_negated(when: &PolicyElement) -> bool {
    written(when).iter().any(|written| written.expression.text.contains('!'))
}

fn holds_check(element: &PolicyElement) -> bool {
    CHECKS.contains(&element.name.as_str()) || element.children.iter().any(|child| holds_check(child))
}
