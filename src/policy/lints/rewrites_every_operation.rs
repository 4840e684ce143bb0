//! One path for all operations of an API.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::Scope;

use super::look::{code, fixed};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "rewrites-every-operation",
    "every operation of an API is rewritten to the path of one",
    "Looks for an unconditional `rewrite-uri` to `/chat/completions`, outside operation scope.",
)
.why(
    "The policy runs for all operations of the API: embeddings, images and responses are sent to chat completions too, \
     and fail there.",
)
.example(
    "<inbound>\n    <rewrite-uri template=\"/chat/completions\" />\n</inbound>",
    "<inbound>\n    <choose>\n        <when condition=\"@(context.Operation.Id == &quot;chat&quot;)\">\n            <rewrite-uri template=\"/chat/completions\" />\n        </when>\n    </choose>\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/rewrite-uri-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const ONE_OPERATION: &str = "/chat/completions";

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    if matches!(unit.around.scope, None | Some(Scope::Operation)) {
        return;
    }
    let steps = steps(unit.policy);
    for step in steps.named(&["rewrite-uri"]).filter(|step| steps.is_unconditional(step)) {
        let Some(template) = step.element.value("template") else { continue };
        let literal = fixed(step.element, "template").is_some_and(|path| path.contains(ONE_OPERATION));
        // An expression that looks at what was asked for may well give other paths too.
        let looks = ["Operation", "Url", "?", "if"];
        let computed = code(template).is_some_and(|code| {
            code.contains(ONE_OPERATION) && !looks.iter().any(|word| code.contains(word))
        });
        if !literal && !computed {
            continue;
        }
        let message = "every operation is sent to `/chat/completions`";
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&step.element.source, template.span)
            .confidence(Confidence::Medium);
        found.push(diagnostic.help("move it to the policy of that operation, or put it under a condition"));
    }
}
