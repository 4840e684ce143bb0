//! Tokens whose origin is not asked for.

use crate::diag::{Code, Confidence, Diagnostic};

use super::look::child;
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::note(
    "jwt-without-issuer",
    "a token is validated by key alone, without its issuer",
    "Looks for `validate-jwt` with neither `openid-config` nor `issuers`.",
)
.why(
    "The key says that the token is genuine, not who issued it. Where the same key signs for several issuers, or for \
     test and production, the tokens of one are accepted for the other.",
)
.example(
    "<inbound>\n    <validate-jwt header-name=\"Authorization\">\n        <issuer-signing-keys>\n            <key>{{signing-key}}</key>\n        </issuer-signing-keys>\n        <audiences>\n            <audience>api://gateway</audience>\n        </audiences>\n    </validate-jwt>\n</inbound>",
    "<inbound>\n    <validate-jwt header-name=\"Authorization\">\n        <issuer-signing-keys>\n            <key>{{signing-key}}</key>\n        </issuer-signing-keys>\n        <audiences>\n            <audience>api://gateway</audience>\n        </audiences>\n        <issuers>\n            <issuer>https://login.example.com/</issuer>\n        </issuers>\n    </validate-jwt>\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/validate-jwt-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for validator in steps(unit.policy).named(&["validate-jwt"]).map(|step| step.element) {
        if ["openid-config", "issuers"].iter().any(|name| child(validator, name).is_some()) {
            continue;
        }
        let diagnostic = Diagnostic::new(&CODE, "the issuer of the token is not checked")
            .at(&validator.source, validator.name_span)
            .confidence(Confidence::Medium);
        found.push(diagnostic.help("add `<issuers>`, or an `<openid-config>` that names the issuer"));
    }
}
