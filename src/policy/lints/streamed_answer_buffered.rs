//! Streams that are held back.

use crate::diag::{Code, Confidence, Diagnostic};

use super::look::{calls_a_model, flag, says_anywhere, set_attribute};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::note(
    "streamed-answer-buffered",
    "answers of a language model are buffered, so streams do not flow",
    "Looks for `forward-request` without `buffer-response=\"false\"` in a text that stands before a language model and \
     does not read the response body.",
)
.why(
    "With `buffer-response`, which is on by default, the gateway collects 8 KB before it passes anything on. The events \
     of a streamed answer arrive in lumps, and the first one late.",
)
.example(
    "<policies>\n    <inbound>\n        <llm-emit-token-metric namespace=\"llm\" />\n    </inbound>\n    <backend>\n        <forward-request timeout=\"120\" />\n    </backend>\n</policies>",
    "<policies>\n    <inbound>\n        <llm-emit-token-metric namespace=\"llm\" />\n    </inbound>\n    <backend>\n        <forward-request timeout=\"120\" buffer-response=\"false\" />\n    </backend>\n</policies>",
)
.references(&["Learn, configure an API for server-sent events"])
.with_url("https://learn.microsoft.com/azure/api-management/how-to-server-sent-events");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let streams = says_anywhere(unit.policy, &["\"stream\""]);
    if !(streams || calls_a_model(unit.policy)) || says_anywhere(unit.policy, &["Response.Body"]) {
        return;
    }
    for forward in steps(unit.policy).named(&["forward-request"]).map(|step| step.element) {
        if flag(forward, "buffer-response", true) != Some(true) {
            continue;
        }
        let diagnostic =
            Diagnostic::new(&CODE, "the answer is buffered: a streamed one arrives in lumps of 8 KB")
                .at(&forward.source, forward.name_span)
                .confidence(if streams { Confidence::Medium } else { Confidence::Low })
                .help("write `buffer-response=\"false\"` where callers may stream");
        found.push(diagnostic.fix(set_attribute(forward, "buffer-response", "false")));
    }
}
