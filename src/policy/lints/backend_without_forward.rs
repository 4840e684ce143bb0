//! A backend section that calls no backend.

use std::sync::Arc;

use crate::diag::{Code, Confidence, Diagnostic, Fix};
use crate::policy::{Element, PolicyElement, Section};

use super::look::{holds, section};
use super::steps::ends;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "backend-without-forward",
    "the backend section forwards nothing, so no backend is called",
    "Looks for backend sections that hold neither `<forward-request/>` nor `<base/>`, where nothing else \
     answers instead.",
)
.why(
    "The request goes to the backend only where `forward-request` runs, most often inherited through `<base/>` from \
     the global document. Without it the caller gets an empty 200, and nothing says why.",
)
.example("<backend />", "<backend>\n    <base />\n</backend>")
.with_url("https://learn.microsoft.com/azure/api-management/forward-request-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// What calls a backend, or gives an answer of its own, from inside the backend section.
const CALLS: &[&str] = &[
    "base",
    "block",
    "forward-request",
    "invoke-dapr-binding",
    "invoke-request",
    "mock-response",
    "publish-to-dapr",
    "return-response",
    "send-one-way-request",
    "send-request",
];

/// What gives an answer in place of a backend.
const ANSWERS: &[&str] = &["mock-response", "return-response", "send-request"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let Some(backend) = backend_element(unit) else { return };
    let policies = section(unit.policy, Section::Backend);
    let calls = |element: &PolicyElement| CALLS.contains(&element.name.as_str());
    if unit.around.api.is_websocket == Some(true) || holds(policies, unit.around, &calls) != Some(false) {
        return;
    }
    let others = [Section::Inbound, Section::Outbound].map(|other| section(unit.policy, other));
    if others.iter().any(|policies| policies.iter().any(|policy| ends(policy))) || writes_body(others[1]) {
        return;
    }
    // Something may answer under a condition, or in a fragment that is not known.
    let answers = |element: &PolicyElement| ANSWERS.contains(&element.name.as_str());
    let sure = others.iter().all(|policies| holds(policies, unit.around, &answers) == Some(false));
    let confidence = if sure { Confidence::High } else { Confidence::Low };
    let message = "`backend` has neither `<forward-request />` nor `<base />`: no backend is called";
    let diagnostic = Diagnostic::new(&CODE, message)
        .at(&unit.document.source, backend.start_tag)
        .confidence(confidence)
        .help("add `<base />`, or allow this rule where the answer is made without a backend");
    let fix = policies.is_empty().then(|| {
        let whole = backend.span();
        Fix::unsafely("write `<base />` inside", &unit.document.source, whole, "<backend><base /></backend>")
    });
    found.push(Diagnostic { fix, ..diagnostic });
}

/// True where outbound makes the body of the answer, whatever came before.
fn writes_body(outbound: &[Arc<PolicyElement>]) -> bool {
    outbound.iter().any(|policy| policy.name == "set-body")
}

/// The written section; the typed tree does not say where an empty one stands.
fn backend_element<'a>(unit: &Unit<'a>) -> Option<&'a Element> {
    let root = unit.document.elements().find(|element| element.name == "policies")?;
    root.elements().find(|element| element.name == Section::Backend.name())
}
