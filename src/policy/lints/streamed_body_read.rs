//! Streams that an expression collects after all.

use std::sync::Arc;

use crate::csharp::BodyOf;
use crate::diag::{Code, Diagnostic};
use crate::policy::{Body, PolicyElement, Section};

use super::{Lint, Unit, expressions, written};

pub(super) static CODE: Code = Code::warning(
    "streamed-body-read",
    "the response is streamed, and an expression reads its body",
    "Looks for reads of `context.Response.Body` in `outbound` of a document whose `forward-request` has \
     `buffer-response=\"false\"`, also in fragments that are known.",
)
.why(
    "The expression has to wait for the last byte, so the stream stops flowing: the caller sees nothing until the model \
     has finished. Read as `JObject` it fails, because server-sent events are no JSON.",
)
.example(
    "<backend>\n    <forward-request buffer-response=\"false\" />\n</backend>\n\
     <outbound>\n    <set-variable name=\"usage\" value=\"@(context.Response.Body.As&lt;JObject&gt;(true)[\"usage\"])\" />\n</outbound>",
    "<inbound>\n    <llm-emit-token-metric namespace=\"llm\" />\n</inbound>\n\
     <backend>\n    <forward-request buffer-response=\"false\" />\n</backend>",
)
.with_url("https://learn.microsoft.com/azure/api-management/how-to-server-sent-events");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let Body::Document(sections) = &unit.policy.body else { return };
    let backend = sections.iter().filter(|(section, _)| *section == Section::Backend);
    let Some(forward) = backend.flat_map(|(_, elements)| elements).find_map(streaming) else { return };
    let report = |diagnostic: Diagnostic| {
        diagnostic
            .related(
                &forward.element().source,
                forward.element().span,
                "the response is passed on as it comes",
            )
            .help("let `llm-emit-token-metric` count tokens, or buffer the response")
    };
    let message = "this reads the body of a response that is not buffered: the stream stops until its end";
    expressions(unit.policy, &mut |place, written| {
        if place.section != Some(Section::Outbound) {
            return;
        }
        for used in written.uses.bodies.iter().filter(|used| used.of == BodyOf::Response) {
            found.push(report(written.at(Diagnostic::new(&CODE, message), used.span)));
        }
    });
    let outbound = sections.iter().filter(|(section, _)| *section == Section::Outbound);
    for include in outbound.flat_map(|(_, elements)| elements) {
        included(unit, include, &mut |include, id| {
            let message = format!("the fragment `{id}` reads the body of a response that is not buffered");
            found.push(report(Diagnostic::new(&CODE, message).at(&include.source, include.span)));
        });
    }
}

/// A `forward-request` that passes on what comes.
struct Forward(Arc<PolicyElement>);

impl Forward {
    fn element(&self) -> &PolicyElement {
        &self.0
    }
}

fn streaming(element: &Arc<PolicyElement>) -> Option<Forward> {
    let is_off = element.literal("buffer-response").is_some_and(|value| value.eq_ignore_ascii_case("false"));
    if element.name == "forward-request" && is_off {
        return Some(Forward(Arc::clone(element)));
    }
    element.children.iter().find_map(streaming)
}

/// Tells `report` of the includes at and below `element` whose fragment reads the response body.
fn included(unit: &Unit<'_>, element: &PolicyElement, report: &mut dyn FnMut(&PolicyElement, &str)) {
    if element.name == "include-fragment" {
        let id = element.literal("fragment-id").unwrap_or_default();
        let fragment = unit.around.fragments.as_ref().and_then(|fragments| fragments.get(id));
        if let Some(Body::Fragment(elements)) = fragment.map(|policy| &policy.body)
            && elements.iter().any(|inside| reads_response(inside))
        {
            report(element, id);
        }
    }
    element.children.iter().for_each(|child| included(unit, child, report));
}

fn reads_response(element: &PolicyElement) -> bool {
    let reads = |element| {
        written(element)
            .iter()
            .any(|written| written.uses.bodies.iter().any(|used| used.of == BodyOf::Response))
    };
    reads(element) || element.children.iter().any(|child| reads_response(child))
}
