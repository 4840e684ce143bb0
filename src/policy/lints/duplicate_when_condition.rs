//! A branch that another branch has taken.

use indexmap::IndexMap;

use crate::diag::{Code, Diagnostic};
use crate::policy::{PolicyElement, Value};
use crate::text::Span;

use super::look::code;
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "duplicate-when-condition",
    "two branches of a `choose` have the same condition",
    "Looks for `when` with the same condition as an earlier one of the same `choose`.",
)
.why("The first branch whose condition holds is taken, so the later one never runs. Most often one was copied and not changed.")
.example(
    "<choose>\n    <when condition=\"@(context.Request.Method == &quot;GET&quot;)\">\n        <set-variable name=\"kind\" value=\"read\" />\n    </when>\n    <when condition=\"@(context.Request.Method == &quot;GET&quot;)\">\n        <set-variable name=\"kind\" value=\"write\" />\n    </when>\n</choose>",
    "<choose>\n    <when condition=\"@(context.Request.Method == &quot;GET&quot;)\">\n        <set-variable name=\"kind\" value=\"read\" />\n    </when>\n    <when condition=\"@(context.Request.Method == &quot;POST&quot;)\">\n        <set-variable name=\"kind\" value=\"write\" />\n    </when>\n</choose>",
)
.with_url("https://learn.microsoft.com/azure/api-management/choose-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// An expression with one of these may give another answer the second time.
const CHANGING: &[&str] = &["Random", "NewGuid", "Now"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for choose in steps(unit.policy).named(&["choose"]).map(|step| step.element) {
        let mut seen: IndexMap<String, Span> = IndexMap::new();
        for (condition, when) in choose.children.iter().filter_map(|when| Some((condition(when)?, when))) {
            let text = plain(condition);
            if CHANGING.iter().any(|word| text.contains(word)) {
                continue;
            }
            let Some(first) = seen.get(&text) else {
                seen.insert(text, condition.span);
                continue;
            };
            let diagnostic =
                Diagnostic::new(&CODE, "an earlier `when` has the same condition, so this one never runs")
                    .at(&when.source, condition.span)
                    .related(&when.source, *first, "the same condition");
            found.push(diagnostic.help("correct the condition, or join the two"));
        }
    }
}

fn condition(when: &PolicyElement) -> Option<&Value> {
    Some(when).filter(|when| when.name == "when")?.value("condition")
}

/// A condition without its blanks. Blanks in a string count for nothing then, which two branches hardly differ in.
fn plain(condition: &Value) -> String {
    code(condition).or_else(|| condition.literal()).unwrap_or_default().split_whitespace().collect()
}
