//! Refusals that a browser may not read.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::{PolicyElement, Section};

use super::look::{holds, is_token_limit, section};
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::note(
    "cors-after-refusal",
    "`cors` stands after a policy that may refuse the request",
    "Looks for `cors` in inbound after checks, limits or answers of the same document.",
)
.why(
    "`cors` adds its headers to the answers of requests that have passed it. Where a check before it refuses, the \
     browser gets a 401 or 429 without them and shows its page a network error instead.",
)
.example(
    "<inbound>\n    <check-header name=\"x-team\" failed-check-httpcode=\"401\" failed-check-error-message=\"no team\" ignore-case=\"true\" />\n    <cors>\n        <allowed-origins>\n            <origin>https://app.example.com</origin>\n        </allowed-origins>\n    </cors>\n</inbound>",
    "<inbound>\n    <cors>\n        <allowed-origins>\n            <origin>https://app.example.com</origin>\n        </allowed-origins>\n    </cors>\n    <check-header name=\"x-team\" failed-check-httpcode=\"401\" failed-check-error-message=\"no team\" ignore-case=\"true\" />\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/cors-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const REFUSES: &[&str] = &[
    "check-header",
    "ip-filter",
    "quota",
    "quota-by-key",
    "rate-limit",
    "rate-limit-by-key",
    "return-response",
    "validate-azure-ad-token",
    "validate-client-certificate",
    "validate-jwt",
];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let policies = section(unit.policy, Section::Inbound);
    let Some(at) = policies.iter().position(|element| element.name == "cors") else { return };
    let refuses =
        |element: &PolicyElement| REFUSES.contains(&element.name.as_str()) || is_token_limit(element);
    let before = policies[..at]
        .iter()
        .find(|element| holds(std::slice::from_ref(element), unit.around, &refuses) == Some(true));
    let Some(before) = before else { return };
    let cors = &policies[at];
    let diagnostic =
        Diagnostic::new(&CODE, "a refusal before `cors` reaches the browser without its headers")
            .at(&cors.source, cors.name_span)
            .related(&before.source, before.name_span, "may refuse the request")
            .confidence(Confidence::Low);
    found.push(diagnostic.help("put `cors` first"));
}
