//! Bodies of requests that have none.

use crate::csharp::{BodyOf, Uses};
use crate::diag::{Code, Diagnostic};
use crate::policy::PolicyElement;

use super::{Lint, Place, Unit, expressions, written};

pub(super) static CODE: Code = Code::warning(
    "body-of-bodyless-request",
    "the body of a request is read that has none",
    "Looks for reads of `context.Request.Body` without a test for null in the policy of a GET or HEAD operation, and in \
     a `when` whose condition is that the method is GET or HEAD.",
)
.why(
    "Without a body `context.Request.Body` is null, so the expression throws `NullReferenceException` and the caller gets \
     a 500.",
)
.example(
    "<choose>\n    <when condition=\"@(context.Request.Method == \"GET\")\">\n        <set-variable name=\"model\" value=\"@((string)context.Request.Body.As&lt;JObject&gt;(true)[\"model\"])\" />\n    </when>\n</choose>",
    "<choose>\n    <when condition=\"@(context.Request.Method == \"POST\")\">\n        <set-variable name=\"model\" value=\"@((string)context.Request.Body.As&lt;JObject&gt;(true)[\"model\"])\" />\n    </when>\n</choose>",
)
.with_url("https://learn.microsoft.com/azure/api-management/set-body-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const BODYLESS: &[&str] = &["GET", "HEAD"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let of_operation = unit.around.api.method.as_deref().filter(|method| is_bodyless(method));
    expressions(unit.policy, &mut |place, written| {
        let method = of_operation
            .map(str::to_owned)
            .or_else(|| place.ancestors.iter().find_map(|around| only_method(around)));
        let Some(method) = method.filter(|_| !is_tested(place, written.uses)) else { return };
        for used in written.uses.bodies.iter().filter(|used| used.of == BodyOf::Request) {
            let message = format!("a {method} request has no body: `context.Request.Body` is null");
            let diagnostic = written.at(Diagnostic::new(&CODE, message), used.span);
            found.push(diagnostic.help("test `context.Request.Body != null` first"));
        }
    });
}

fn is_bodyless(method: &str) -> bool {
    BODYLESS.iter().any(|bodyless| method.eq_ignore_ascii_case(bodyless))
}

/// The only method for which `when` holds, where that has no body: `context.Request.Method == "GET"` and nothing else.
fn only_method(when: &PolicyElement) -> Option<String> {
    let condition = written(when).into_iter().find(|written| written.attribute == Some("condition"))?;
    let (uses, text) = (condition.uses, &condition.expression.text);
    let is_plain =
        uses.calls.is_empty() && text.contains("==") && !text.contains("||") && !text.contains('!');
    match (uses.members.as_slice(), uses.strings.as_slice()) {
        ([member], [method]) if is_plain && member.path == "Request.Method" && is_bodyless(&method.text) => {
            Some(method.text.clone())
        }
        _ => None,
    }
}

/// Something asks whether there is a body, here or in a condition around.
fn is_tested(place: Place<'_>, uses: &Uses) -> bool {
    let mentions =
        |uses: &Uses| uses.members.iter().filter(|member| member.path.starts_with("Request.Body")).count();
    let n_reads = uses.bodies.iter().filter(|used| used.of == BodyOf::Request).count();
    let in_condition =
        |around: &&PolicyElement| written(around).iter().any(|written| mentions(written.uses) > 0);
    mentions(uses) > n_reads || place.ancestors.iter().any(in_condition)
}
