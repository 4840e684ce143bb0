//! A header that is set to nothing.

use crate::diag::{Code, Confidence, Diagnostic};

use super::look::{child, fixed};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "set-header-without-value",
    "a header or query parameter is set without a value",
    "Looks for `set-header` and `set-query-parameter` without `<value>`, unless `exists-action` is `delete`.",
)
.why(
    "Nothing says what a header without a value should be: with `append` and `skip` there is nothing to add, and \
     `override` leaves no value. Where removing is meant, `delete` says so.",
)
.example(
    "<set-header name=\"x-powered-by\" exists-action=\"override\" />",
    "<set-header name=\"x-powered-by\" exists-action=\"delete\" />",
)
.with_url("https://learn.microsoft.com/azure/api-management/set-header-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for setter in steps(unit.policy).named(&["set-header", "set-query-parameter"]).map(|step| step.element) {
        let action = if setter.attribute("exists-action").is_some() {
            fixed(setter, "exists-action")
        } else {
            Some("override")
        };
        if child(setter, "value").is_some() || !matches!(action, Some("override" | "append" | "skip")) {
            continue;
        }
        let diagnostic = Diagnostic::new(&CODE, format!("`{}` has no `<value>`", setter.name))
            .at(&setter.source, setter.name_span)
            .confidence(Confidence::Medium)
            .help("add a `<value>`, or write `exists-action=\"delete\"` to remove it");
        found.push(diagnostic);
    }
}
