//! Bodies that are read and are then gone.

use crate::csharp::{BodyOf, BodyUse};
use crate::diag::{Code, Confidence, Diagnostic, Fix};
use crate::policy::{Body, Policy, PolicyElement, Section};
use crate::text::Span;

use super::{Lint, Place, Unit, Written, expressions, walk};

pub(super) static CODE: Code = Code::warning(
    "body-consumed",
    "a body is read without being kept, so nothing is left of it to send",
    "Looks for `Body.As<T>()` and `Body.AsFormUrlEncodedContent()` without `preserveContent: true`: of the request before \
     it is forwarded, and of the response before it is answered, where no `set-body` and no `return-response` follows.",
)
.why(
    "The method reads the message's own stream and leaves it at its end. The model, or the caller, gets an empty body.",
)
.example(
    "<set-variable name=\"model\" value=\"@((string)context.Request.Body.As&lt;JObject&gt;()[\"model\"])\" />",
    "<set-variable name=\"model\" value=\"@((string)context.Request.Body.As&lt;JObject&gt;(preserveContent: true)[\"model\"])\" />",
)
.with_url("https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#ref-imessagebody");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// Elements whose `set-body` belongs to a message of their own.
const OTHER_MESSAGES: &[&str] = &["send-request", "send-one-way-request", "return-response"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let ends = ends(unit.policy);
    let never_forwards = never_forwards(unit.policy);
    expressions(unit.policy, &mut |place, written| {
        if is_within(place, &["return-response"]) || is_replaced(place) {
            return;
        }
        for used in &written.uses.bodies {
            let (whose, confidence) = match (&used.of, place.section) {
                (BodyOf::Request, Some(Section::Inbound)) if never_forwards => continue,
                (BodyOf::Request, Some(Section::Inbound | Section::Backend)) => ("request", Confidence::High),
                (BodyOf::Request, None) => ("request", Confidence::Medium),
                (BodyOf::Response, Some(Section::Outbound | Section::OnError)) => {
                    ("response", Confidence::High)
                }
                (BodyOf::Response, None) => ("response", Confidence::Medium),
                _ => continue,
            };
            let is_ended = ends.iter().any(|end| end.ends(place));
            if used.preserves == Some(false) && !is_ended {
                found.push(consumed(written, used, whose).confidence(confidence));
            }
        }
    });
}

/// A policy after which nobody needs the body that was there before.
struct End {
    section: Option<Section>,
    start: u32,
    /// Where the element around it is.
    inside: Option<Span>,
}

impl End {
    /// Whether it runs after `place`: further on, in an element around `place` or in the section itself. A new body
    /// counts also in a branch, because its condition may be the one under which the body was read.
    fn ends(&self, place: Place<'_>) -> bool {
        let around =
            |span: Span| span.start <= place.element.span.start && place.element.span.end <= span.end;
        self.section == place.section
            && self.start > place.element.span.start
            && self.inside.is_none_or(around)
    }
}

fn ends(policy: &Policy) -> Vec<End> {
    let mut ends = Vec::new();
    walk(policy, &mut |place| {
        let start = place.element.span.start;
        let inside = place.ancestors.last().map(|parent| parent.span);
        match place.element.name.as_str() {
            "set-body" if !is_within(place, OTHER_MESSAGES) => {
                ends.push(End { section: place.section, start, inside: None });
            }
            _ if always_ends(place.element) => ends.push(End { section: place.section, start, inside }),
            _ => {}
        }
    });
    ends
}

/// Whether nothing behind `element` runs, whatever the request.
fn always_ends(element: &PolicyElement) -> bool {
    match element.name.as_str() {
        "return-response" | "mock-response" => true,
        "choose" => {
            let branches = &element.children;
            branches.iter().any(|branch| branch.name == "otherwise")
                && branches.iter().all(|branch| branch.children.iter().any(|inside| always_ends(inside)))
        }
        _ => false,
    }
}

fn is_within(place: Place<'_>, names: &[&str]) -> bool {
    let mut elements = place.ancestors.iter().copied().chain([place.element]);
    elements.any(|element| names.contains(&element.name.as_str()))
}

/// It is the new body that the old one goes into.
fn is_replaced(place: Place<'_>) -> bool {
    place.element.name == "set-body" && !is_within(place, OTHER_MESSAGES)
}

/// The document has a backend section that calls nobody.
fn never_forwards(policy: &Policy) -> bool {
    let Body::Document(sections) = &policy.body else { return false };
    let backend = sections.iter().find(|(section, _)| *section == Section::Backend);
    backend.is_some_and(|(_, elements)| !elements.iter().any(|element| forwards(element)))
}

fn forwards(element: &PolicyElement) -> bool {
    ["base", "forward-request", "include-fragment"].contains(&element.name.as_str())
        || element.children.iter().any(|child| forwards(child))
}

fn consumed(written: &Written<'_>, used: &BodyUse, whose: &str) -> Diagnostic {
    let message = format!("this reads the {whose} body and leaves nothing of it to send");
    let diagnostic = written.at(Diagnostic::new(&CODE, message), used.span);
    let source = &written.element.source;
    let place = written.expression.place(used.arguments);
    // In the text of a named value there is nothing to change.
    let is_as_written =
        matches!(source.slice(place), "" | "false") && source.text()[place.end as usize..].starts_with(')');
    if !is_as_written {
        return diagnostic.help("pass `preserveContent: true`");
    }
    diagnostic.fix(Fix::safe("keep the body", source, place, "preserveContent: true"))
}
