//! Keys and tokens in logs.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::Value;

use super::look::{code, values};
use super::steps::{Step, steps};
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "secret-in-log",
    "a key or token is written to a log or a metric",
    "Looks for expressions in `trace`, `log-to-eventhub` and metric dimensions that read the keys of the subscription, \
     or the headers `Authorization`, `api-key` and `Ocp-Apim-Subscription-Key`.",
)
.why(
    "Whoever reads the log can call the API as somebody else. Logs are kept for months and read by more people than \
     hold the keys.",
)
.example(
    "<trace source=\"gateway\">\n    <message>@(context.Subscription.Key)</message>\n</trace>",
    "<trace source=\"gateway\">\n    <message>@(context.Subscription.Id)</message>\n</trace>",
)
.with_url("https://learn.microsoft.com/azure/api-management/trace-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const LOGS: &[&str] = &["trace", "log-to-eventhub", "dimension"];
const SECRETS: &[&str] = &[
    "subscription.key",
    "subscription.primarykey",
    "subscription.secondarykey",
    "\"authorization\"",
    "\"api-key\"",
    "\"ocp-apim-subscription-key\"",
];
/// What is logged of a token that is read, or of a key that is digested, is no secret; a test gives yes or no.
const HARMLESS: &[&str] = &["asjwt", "sha256", "sha512", "computehash", "containskey", "isnullorempty"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let steps = steps(unit.policy);
    let is_logged = |step: &Step<'_>| {
        LOGS.contains(&step.name()) || steps.around(step).any(|outer| LOGS.contains(&outer.name()))
    };
    for element in steps.iter().filter(|step| is_logged(step)).map(|step| step.element) {
        for value in values(element) {
            let Some(secret) = secret(value) else { continue };
            let message = format!("`{secret}` goes into a log");
            let diagnostic = Diagnostic::new(&CODE, message)
                .at(&element.source, value.span)
                .confidence(Confidence::Medium);
            found.push(diagnostic.help("log an identifier instead, such as `context.Subscription.Id`"));
        }
    }
}

/// Returns the secret that an expression reads, as it is written there.
fn secret(value: &Value) -> Option<String> {
    let code = code(value)?;
    let lower = code.to_ascii_lowercase();
    if HARMLESS.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let (at, word) = SECRETS.iter().find_map(|word| Some((lower.find(word)?, word)))?;
    Some(code[at..at + word.len()].trim_matches('"').to_owned())
}
