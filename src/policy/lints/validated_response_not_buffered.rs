//! A stream that a later policy has to collect after all.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::Section;

use super::look::flag;
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "validated-response-not-buffered",
    "the response is not buffered, but a later policy needs the whole of it",
    "Looks for `validate-content` and `cache-store` in the outbound section of a document whose `forward-request` has \
     `buffer-response=\"false\"`.",
)
.why(
    "Both have to read the whole body. The page on server-sent events excludes them: the stream is held back until it \
     ends, or is cut.",
)
.example(
    "<backend>\n    <forward-request buffer-response=\"false\" />\n</backend>\n<outbound>\n    <cache-store duration=\"60\" />\n</outbound>",
    "<backend>\n    <forward-request />\n</backend>\n<outbound>\n    <cache-store duration=\"60\" />\n</outbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/how-to-server-sent-events");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let steps = steps(unit.policy);
    let mut forwards = steps.named(&["forward-request"]).map(|step| step.element);
    let Some(forward) = forwards.find(|it| flag(it, "buffer-response", true) == Some(false)) else { return };
    for step in steps.named(&["validate-content", "cache-store"]) {
        if step.section != Some(Section::Outbound) {
            continue;
        }
        let message = format!("`{}` needs the whole response, which is not buffered", step.name());
        let place = forward.attribute("buffer-response").map_or(forward.name_span, |it| it.name_span);
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&step.element.source, step.element.name_span)
            .related(&forward.source, place, "passes the response on as it comes")
            .confidence(Confidence::Medium);
        found.push(diagnostic.help("buffer the response, or remove this policy from APIs that stream"));
    }
}
