//! Counting on a name that nobody has checked.

use crate::diag::{Code, Confidence, Diagnostic, Severity};

use super::look::{code, is_token_limit};
use super::steps::{MAX_COMPARED, steps};
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "limit-before-authentication",
    "a limit counts before the caller's token is validated",
    "Looks for limits by key that stand before `validate-jwt` or `validate-azure-ad-token` and whose key is neither \
     the caller's address nor the subscription, which are known before any policy runs.",
)
.why(
    "Where the key is read from a token that is not validated yet, whoever makes up a token uses up the counter of \
     somebody else, or gets a fresh one with each call. Any other key lets unknown callers spend what is meant for \
     known ones.",
)
.example(
    "<inbound>\n    <rate-limit-by-key calls=\"10\" renewal-period=\"60\" counter-key=\"@(context.Request.Headers.GetValueOrDefault(&quot;Authorization&quot;, &quot;&quot;))\" />\n    <validate-jwt header-name=\"Authorization\">\n        <openid-config url=\"https://login.example.com/openid-configuration\" />\n        <audiences>\n            <audience>api</audience>\n        </audiences>\n    </validate-jwt>\n</inbound>",
    "<inbound>\n    <validate-jwt header-name=\"Authorization\">\n        <openid-config url=\"https://login.example.com/openid-configuration\" />\n        <audiences>\n            <audience>api</audience>\n        </audiences>\n    </validate-jwt>\n    <rate-limit-by-key calls=\"10\" renewal-period=\"60\" counter-key=\"@(context.Request.Headers.GetValueOrDefault(&quot;Authorization&quot;, &quot;&quot;))\" />\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/rate-limit-by-key-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const VALIDATES: &[&str] = &["validate-azure-ad-token", "validate-jwt"];
const COUNTS: &[&str] = &["quota-by-key", "rate-limit-by-key"];
/// Known before any policy runs: the service has checked the subscription key, and the address is that of the caller.
const KNOWN: &[&str] = &[
    "IpAddress",
    "context.Subscription",
    "X-Forwarded-For",
    "context.Product",
    "context.Api",
    "context.User",
];
const READS_TOKEN: &[&str] = &["Authorization", "AsJwt"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let steps = steps(unit.policy);
    let limits = steps.iter().filter(|step| COUNTS.contains(&step.name()) || is_token_limit(step.element));
    for limit in limits.take(MAX_COMPARED) {
        let Some(key) = limit.element.value("counter-key") else { continue };
        let Some(text) = code(key) else { continue };
        if KNOWN.iter().any(|known| text.contains(known)) {
            continue;
        }
        if steps.named(VALIDATES).any(|step| steps.precedes(step, limit)) {
            continue;
        }
        let later = steps.named(VALIDATES).find(|step| steps.precedes(limit, step));
        let Some(validator) = later else { continue };
        let reads_token = READS_TOKEN.iter().any(|word| text.contains(word));
        let mut diagnostic = Diagnostic::new(&CODE, message(reads_token))
            .at(&limit.element.source, key.span)
            .related(&validator.element.source, validator.element.name_span, "validates the token")
            .confidence(if reads_token { Confidence::Medium } else { Confidence::Low });
        if !reads_token {
            diagnostic.severity = Severity::Note;
        }
        found.push(diagnostic.help(format!("move `{}` before the limit", validator.name())));
    }
}

fn message(reads_token: bool) -> &'static str {
    if reads_token {
        "the key is read from a token that is validated only later"
    } else {
        "the limit counts before the caller's token is validated"
    }
}
