//! Retries that look at a response nobody has asked for.

use crate::diag::{Code, Diagnostic};
use crate::policy::{PolicyElement, Section};

use super::{Lint, Unit, expressions};

pub(super) static CODE: Code = Code::warning(
    "response-null-in-retry",
    "a retry around `send-request` decides by `context.Response`",
    "Looks for `retry` whose condition reads `context.Response` while what it repeats is a `send-request` and no \
     `forward-request`.",
)
.why(
    "`send-request` puts its response into a variable. `context.Response` is the answer to the caller: null before the \
     backend has been called, so the condition throws, and the same after each attempt later on.",
)
.example(
    "<retry condition=\"@(context.Response.StatusCode == 429)\" count=\"3\" interval=\"1\">\n    <send-request response-variable-name=\"token\">\n        <set-url>https://login.example.com</set-url>\n    </send-request>\n</retry>",
    "<retry condition=\"@(((IResponse)context.Variables[\"token\"]).StatusCode == 429)\" count=\"3\" interval=\"1\">\n    <send-request response-variable-name=\"token\">\n        <set-url>https://login.example.com</set-url>\n    </send-request>\n</retry>",
)
.with_url("https://learn.microsoft.com/azure/api-management/retry-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    expressions(unit.policy, &mut |place, written| {
        if place.element.name != "retry" || !holds(place.element, &["send-request"]) {
            return;
        }
        // A fragment may forward, and `<base/>` does.
        if holds(place.element, &["forward-request", "include-fragment", "base"]) {
            return;
        }
        let is_of_response = |path: &str| path == "Response" || path.starts_with("Response.");
        let Some(used) = written.uses.members.iter().find(|used| is_of_response(&used.path)) else { return };
        let effect = match place.section {
            Some(Section::Inbound | Section::Backend) if !used.guarded => "it is null, and this throws",
            Some(Section::Inbound | Section::Backend) => "it is null",
            _ => "it stays the same",
        };
        let message = format!("`send-request` does not set `context.Response`: {effect}");
        let diagnostic = written.at(Diagnostic::new(&CODE, message), used.span);
        found.push(diagnostic.help("read the variable that `response-variable-name` names"));
    });
}

fn holds(element: &PolicyElement, names: &[&str]) -> bool {
    element.children.iter().any(|child| names.contains(&child.name.as_str()) || holds(child, names))
}
