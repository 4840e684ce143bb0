//! Liquid templates that have nothing to fill in.

use crate::diag::{Code, Diagnostic};

use super::{Lint, Unit, walk};

pub(super) static CODE: Code = Code::warning(
    "liquid-in-return-response",
    "a liquid template inside `return-response` fills in `body`, which is empty there",
    "Looks for `set-body template=\"liquid\"` inside `return-response` whose template uses `body`.",
)
.why(
    "`return-response` begins a new response without a body, and the template's `body` is that of the response. What the \
     template takes of it comes out as nothing.",
)
.example(
    "<return-response>\n    <set-body template=\"liquid\">{\"id\": \"{{body.id}}\"}</set-body>\n</return-response>",
    "<return-response>\n    <set-body>@(new JObject(new JProperty(\"id\", context.RequestId)).ToString())</set-body>\n</return-response>",
)
.with_url("https://learn.microsoft.com/azure/api-management/set-body-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    walk(unit.policy, &mut |place| {
        let element = place.element;
        let is_liquid = element.name == "set-body" && element.literal("template") == Some("liquid");
        let is_in_response = place.ancestors.last().is_some_and(|parent| parent.name == "return-response");
        let Some(text) = element.text.as_ref().filter(|_| is_liquid && is_in_response) else { return };
        if !text.literal().is_some_and(uses_body) {
            return;
        }
        let message = "`body` is empty inside `return-response`, so the template fills in nothing";
        let diagnostic = Diagnostic::new(&CODE, message).at(&element.source, element.name_span);
        found.push(
            diagnostic.help("build the body by an expression, or change the response in `outbound` instead"),
        );
    });
}

/// Whether a tag of the template begins with or works on `body`.
fn uses_body(template: &str) -> bool {
    let tags = template.split("{{").skip(1).chain(template.split("{%").skip(1));
    tags.map(|tag| tag.split(['}', '%']).next().unwrap_or_default())
        .any(|tag| tag.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "body"))
}
