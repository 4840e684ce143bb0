//! Tokens that were issued for somebody else.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::PolicyElement;

use super::look::{child, fixed};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "jwt-without-audience",
    "a token is validated without asking for whom it was issued",
    "Looks for `validate-jwt` that names an issuer, but has neither `audiences` nor a required claim about the \
     audience or the client, and for `validate-azure-ad-token` with neither `audiences` nor `client-application-ids`.",
)
.why(
    "Every application of a tenant gets tokens from the same issuer with the same keys. Without the audience, a token \
     for any other API of the tenant opens this one.",
)
.example(
    "<inbound>\n    <validate-jwt header-name=\"Authorization\">\n        <openid-config url=\"https://login.example.com/openid-configuration\" />\n    </validate-jwt>\n</inbound>",
    "<inbound>\n    <validate-jwt header-name=\"Authorization\">\n        <openid-config url=\"https://login.example.com/openid-configuration\" />\n        <audiences>\n            <audience>api://gateway</audience>\n        </audiences>\n    </validate-jwt>\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/validate-jwt-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// Claims that say for whom or to whom a token was given.
const NAMING: &[&str] = &["aud", "appid", "azp", "client_id"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for validator in
        steps(unit.policy).named(&["validate-jwt", "validate-azure-ad-token"]).map(|it| it.element)
    {
        let asks =
            ["audiences", "client-application-ids"].iter().any(|name| child(validator, name).is_some());
        if asks || requires_claim(validator) || !names_issuer(validator) {
            continue;
        }
        let diagnostic = Diagnostic::new(&CODE, "a token of this issuer for any other API is accepted")
            .at(&validator.source, validator.name_span)
            .confidence(Confidence::Medium);
        found.push(diagnostic.help("add `<audiences>` with the identifier of this API"));
    }
}

/// With a key of one's own alone there is no issuer whose other tokens could be taken for these.
fn names_issuer(validator: &PolicyElement) -> bool {
    validator.name != "validate-jwt"
        || ["openid-config", "issuers"].iter().any(|name| child(validator, name).is_some())
}

fn requires_claim(validator: &PolicyElement) -> bool {
    let claims = child(validator, "required-claims").into_iter().flat_map(|claims| &claims.children);
    claims.into_iter().any(|claim| fixed(claim, "name").is_some_and(|name| NAMING.contains(&name)))
}
