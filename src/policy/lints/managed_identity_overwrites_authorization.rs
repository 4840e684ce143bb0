//! The gateway's own token where the caller's is looked for.

use crate::diag::{Code, Diagnostic};
use crate::policy::{PolicyElement, Section};

use super::look::{fixed, section};
use super::steps::{MAX_COMPARED, steps};
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "managed-identity-overwrites-authorization",
    "the caller's token is checked after the gateway has put its own in its place",
    "Looks for policies that check `Authorization` after an `authentication-managed-identity` without \
     `output-token-variable-name`.",
)
.why(
    "`authentication-managed-identity` writes the gateway's token into `Authorization`. A `validate-jwt` after it checks \
     that token instead of the caller's: it refuses everybody, or, where the audiences fit, lets everybody in.",
)
.example(
    "<inbound>\n    <authentication-managed-identity resource=\"https://cognitiveservices.azure.com\" />\n    <validate-jwt header-name=\"Authorization\">\n        <openid-config url=\"https://login.example.com/openid-configuration\" />\n        <audiences>\n            <audience>api</audience>\n        </audiences>\n    </validate-jwt>\n</inbound>",
    "<inbound>\n    <validate-jwt header-name=\"Authorization\">\n        <openid-config url=\"https://login.example.com/openid-configuration\" />\n        <audiences>\n            <audience>api</audience>\n        </audiences>\n    </validate-jwt>\n    <authentication-managed-identity resource=\"https://cognitiveservices.azure.com\" />\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/authentication-managed-identity-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let own = steps(unit.policy);
    let inherited = inherited(unit);
    for checker in own.iter().filter(|step| checks_authorization(step.element)).take(MAX_COMPARED) {
        let before = own.iter().find(|step| own.precedes(step, checker) && overwrites(step.element));
        let base_before = || own.named(&["base"]).any(|base| own.precedes(base, checker));
        let overwriter = before.map(|step| step.element).or_else(|| inherited.filter(|_| base_before()));
        let Some(overwriter) = overwriter else { continue };
        let element = checker.element;
        let message = format!("`{}` sees the gateway's token, not the caller's", element.name);
        let diagnostic = Diagnostic::new(&CODE, message).at(&element.source, element.name_span).related(
            &overwriter.source,
            overwriter.name_span,
            "overwrites `Authorization`",
        );
        found.push(
            diagnostic.help("check the caller first, or give the token to `output-token-variable-name`"),
        );
    }
}

/// Attributes that say that the token stands in no header.
const ELSEWHERE: &[&str] = &["query-parameter-name", "token-value"];

/// The overwriting policy that `<base/>` brings into inbound.
fn inherited<'a>(unit: &Unit<'a>) -> Option<&'a PolicyElement> {
    unit.around
        .outer
        .iter()
        .flat_map(|(_, policy)| section(policy, Section::Inbound))
        .map(|element| &**element)
        .find(|element| overwrites(element))
}

fn overwrites(element: &PolicyElement) -> bool {
    element.name == "authentication-managed-identity"
        && element.attribute("output-token-variable-name").is_none()
}

fn checks_authorization(element: &PolicyElement) -> bool {
    let header = match element.name.as_str() {
        "validate-jwt" => fixed(element, "header-name"),
        // The header is `Authorization` where nothing else is said.
        "validate-azure-ad-token" if !ELSEWHERE.iter().any(|name| element.attribute(name).is_some()) => {
            Some(fixed(element, "header-name").unwrap_or("Authorization"))
        }
        "check-header" => fixed(element, "name"),
        _ => None,
    };
    header.is_some_and(|header| header.eq_ignore_ascii_case("Authorization"))
}
