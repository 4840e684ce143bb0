//! A URL that does not replace an inherited backend.

use crate::diag::{Code, Diagnostic};
use crate::policy::{PolicyElement, Section};

use super::look::section;
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "base-url-after-backend-id",
    "`base-url` is ignored because an outer document has chosen a `backend-id`",
    "Looks for `set-backend-service base-url` after a `<base/>` that brings `set-backend-service backend-id`.",
)
.why(
    "A backend entity that is chosen in an outer scope cannot be overridden by a URL further in: requests go on to the \
     inherited backend. Only another `backend-id` replaces it.",
)
.example(
    "<inbound>\n    <base />\n    <set-backend-service base-url=\"https://eu.example.com\" />\n</inbound>",
    "<inbound>\n    <base />\n    <set-backend-service backend-id=\"eu\" />\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/set-backend-service-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let Some(inherited) = inherited(unit) else { return };
    let own = steps(unit.policy);
    let Some(base) = own.named(&["base"]).find(|base| base.section == Some(Section::Inbound)) else { return };
    for step in own.named(&["set-backend-service"]) {
        let Some(url) = step.element.attribute("base-url").filter(|_| own.precedes(base, step)) else {
            continue;
        };
        let message = "`base-url` does not replace the `backend-id` that an outer document has set";
        let diagnostic = Diagnostic::new(&CODE, message).at(&step.element.source, url.name_span).related(
            &inherited.source,
            inherited.name_span,
            "the inherited backend",
        );
        found.push(diagnostic.help("make a backend entity of the URL and name it by `backend-id`"));
    }
}

/// The `backend-id` that `<base/>` brings to every request, where the documents outside are known.
fn inherited<'a>(unit: &Unit<'a>) -> Option<&'a PolicyElement> {
    let outer = unit.around.outer.iter().rev().find_map(|(_, policy)| {
        let set = section(policy, Section::Inbound).iter().rev();
        set.map(|element| &**element).find(|element| element.name == "set-backend-service")
    });
    outer.filter(|set| set.attribute("backend-id").is_some())
}
