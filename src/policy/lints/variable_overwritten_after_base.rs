//! Decisions of an outer scope that an inner one undoes.

use crate::diag::{Code, Diagnostic};
use crate::policy::{PolicyElement, Section};

use super::{Lint, State, Unit, flow, written};

pub(super) static CODE: Code = Code::warning(
    "variable-overwritten-after-base",
    "a variable that an outer scope has set is set again behind `<base/>`",
    "Looks for an unconditional `set-variable` behind `<base/>` of a variable that a global, product or API document \
     outside has just set, where the new value does not use the old one.",
)
.why(
    "`<base/>` runs the outer scope first, so the outer value is lost. Where a product says which backends its callers \
     may use, and the API then resets that variable, every caller may use all of them.",
)
.example(
    "<inbound>\n    <base />\n    <set-variable name=\"allowed\" value=\"\" />\n</inbound>",
    "<inbound>\n    <set-variable name=\"allowed\" value=\"\" />\n    <base />\n</inbound>",
)
.references(&["Azure-Samples/ai-hub-gateway-solution-accelerator, openai_api_policy.xml: product limits are lost (2025-11-19)"])
.with_url("https://learn.microsoft.com/azure/api-management/api-management-howto-policies");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let flow = flow(unit);
    for write in flow.writes.iter().filter(|write| write.is_own && write.element.name == "set-variable") {
        let (State::Set(before) | State::Perhaps(before)) = write.before else { continue };
        let Some(outer) = flow.writes.get(before) else { continue };
        if outer.is_own
            || write.is_conditional
            || is_of_fragment(unit, outer.element)
            || uses(write.element, write.name)
        {
            continue;
        }
        // An outer scope's inbound value may have served its purpose by the time of another section.
        if write.section != outer.section || write.section != Some(Section::Inbound) {
            continue;
        }
        let message = format!("`{}` was set by a scope outside, and that value is lost here", write.name);
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&write.element.source, write.span)
            .related(&outer.element.source, outer.span, "set here first")
            .help("set the default in front of `<base />`, or only where the variable is not there yet");
        found.push(diagnostic);
    }
}

/// Whether it comes from a fragment: what that sets may be meant as a default.
fn is_of_fragment(unit: &Unit<'_>, element: &PolicyElement) -> bool {
    let mut fragments = unit.around.fragments.iter().flat_map(|fragments| fragments.values());
    fragments.any(|fragment| std::sync::Arc::ptr_eq(&fragment.source, &element.source))
}

fn uses(element: &PolicyElement, name: &str) -> bool {
    written(element).iter().any(|written| {
        written.uses.variables.iter().any(|used| used.name.as_deref().is_none_or(|used| used == name))
    })
}
