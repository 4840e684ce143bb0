//! Request ids that are the caller's address.

use crate::diag::{Code, Diagnostic, Fix};

use super::{Lint, Unit, expressions};

pub(super) static CODE: Code = Code::warning(
    "request-id-from-address",
    "what is called the request's id is the caller's address",
    "Looks for dimensions, headers, variables and metadata that are called `RequestId` and are `context.Request.IpAddress`.",
)
.why(
    "Nothing can be found by it: all requests of a caller, or of the gateway in front, carry the same id, and an address \
     is written where nobody expects one.",
)
.example(
    "<set-variable name=\"requestId\" value=\"@(context.Request.IpAddress)\" />",
    "<set-variable name=\"requestId\" value=\"@(context.RequestId.ToString())\" />",
)
.references(&["Azure/apim-landing-zone-accelerator, usage-tracking-with-appinsights.xml (2025-12-17)"])
.with_url("https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#ContextVariables");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    expressions(unit.policy, &mut |place, written| {
        let named = std::iter::once(place.element).chain(place.ancestors.last().copied());
        let name = named.filter_map(|element| element.literal("name")).next();
        let Some(name) = name.filter(|name| is_request_id(name)) else { return };
        let [member] = written.uses.members.as_slice() else { return };
        if member.path != "Request.IpAddress" {
            return;
        }
        let source = &written.element.source;
        let place = written.expression.place(member.span);
        let message = format!("`{name}` is the caller's address, not the id of the request");
        let mut diagnostic = Diagnostic::new(&CODE, message).at(source, place);
        if source.slice(place) == "context.Request.IpAddress" && written.uses.calls.is_empty() {
            let title = "use the id of the request";
            diagnostic = diagnostic.fix(Fix::unsafely(title, source, place, "context.RequestId.ToString()"));
        }
        found.push(diagnostic.help("write `context.RequestId`, or call it what it is"));
    });
}

fn is_request_id(name: &str) -> bool {
    let folded: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    folded.ends_with("requestid")
}
