//! Prompts and answers that end up in logs.

use crate::csharp::{BodyOf, Uses};
use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::PolicyElement;

use super::{Lint, Place, Unit, expressions};

pub(super) static CODE: Code = Code::warning(
    "prompt-logged",
    "a whole request or response body is written to a log",
    "Looks for expressions in `log-to-eventhub`, `trace` and `emit-metric` whose result holds all of a request or response \
     body, or a variable that was set to one.",
)
.why(
    "Prompts and completions hold what people tell a model in confidence. In a log they are kept for months, read by \
     others, and cannot be taken back. `log-to-eventhub` also cuts messages at 200 KB without a word.",
)
.example(
    "<outbound>\n    <log-to-eventhub logger-id=\"usage\">@(context.Response.Body.As&lt;string&gt;(preserveContent: true))</log-to-eventhub>\n</outbound>",
    "<outbound>\n    <log-to-eventhub logger-id=\"usage\">@(context.Response.Body.As&lt;JObject&gt;(preserveContent: true)[\"usage\"].ToString())</log-to-eventhub>\n</outbound>",
)
.references(&["Azure-Samples/ai-hub-gateway-solution-accelerator, usage fragments: whole prompts go to Event Hubs (2025-11-19)"])
.with_url("https://learn.microsoft.com/azure/api-management/log-to-eventhub-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const LOGS: &[&str] = &["log-to-eventhub", "trace", "emit-metric"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let mut bodies: Vec<(String, &str)> = Vec::new();
    expressions(unit.policy, &mut |place, written| {
        if let (Some(name), Some(whose)) = (set_variable(place.element), whole(written.uses)) {
            bodies.push((name.to_owned(), whose));
        }
        let Some(log) = log(place) else { return };
        for used in written.uses.bodies.iter().filter(|used| used.whole) {
            let Some(whose) = of(&used.of) else { continue };
            let message = format!("all of the {whose} body goes into `{log}`");
            let diagnostic = written.at(Diagnostic::new(&CODE, message), used.span);
            found.push(diagnostic.help("log what is counted, such as `usage`, and leave out what was said"));
        }
        for used in written.uses.variables.iter().filter(|used| used.whole) {
            let held = bodies.iter().find(|(name, _)| used.name.as_deref() == Some(name));
            let Some((name, whose)) = held else { continue };
            let message = format!("`{name}` holds all of the {whose} body, and goes into `{log}`");
            let diagnostic =
                written.at(Diagnostic::new(&CODE, message), used.span).confidence(Confidence::Medium);
            found.push(diagnostic.help("log what is counted, such as `usage`, and leave out what was said"));
        }
    });
}

/// The log that `place` writes to.
fn log(place: Place<'_>) -> Option<String> {
    let mut elements = place.ancestors.iter().copied().chain([place.element]);
    elements.find(|element| LOGS.contains(&element.name.as_str())).map(|element| element.name.clone())
}

fn set_variable(element: &PolicyElement) -> Option<&str> {
    if element.name == "set-variable" { element.literal("name") } else { None }
}

fn whole(uses: &Uses) -> Option<&'static str> {
    uses.bodies.iter().filter(|used| used.whole).find_map(|used| of(&used.of))
}

fn of(body: &BodyOf) -> Option<&'static str> {
    match body {
        BodyOf::Request => Some("request"),
        BodyOf::Response => Some("response"),
        BodyOf::Variable(_) => None,
    }
}
