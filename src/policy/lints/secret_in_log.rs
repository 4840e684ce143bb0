//! Keys and tokens in logs.

use crate::csharp::{StringUse, Uses};
use crate::diag::{Code, Confidence, Diagnostic};
use crate::text::Span;

use super::look::{expression, values};
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
const KEYS: &[&str] = &["Subscription.Key", "Subscription.PrimaryKey", "Subscription.SecondaryKey"];
const HEADERS: &[&str] = &["authorization", "api-key", "ocp-apim-subscription-key"];
/// What is read out of a token, or digested of a key, is no secret.
const DISCLOSES_LITTLE: &[&str] = &["AsJwt", "TryParseJwt", "ComputeHash"];
/// Methods that only ask about their argument.
const ASKS: &[&str] = &["ContainsKey", "IsNullOrEmpty", "IsNullOrWhiteSpace"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let steps = steps(unit.policy);
    let is_logged = |step: &Step<'_>| {
        LOGS.contains(&step.name()) || steps.around(step).any(|outer| LOGS.contains(&outer.name()))
    };
    for element in steps.iter().filter(|step| is_logged(step)).map(|step| step.element) {
        for expression in values(element).filter_map(expression) {
            for (secret, span) in secrets(expression.uses()) {
                let diagnostic = Diagnostic::new(&CODE, format!("`{secret}` goes into a log"))
                    .at(&element.source, expression.place(span))
                    .confidence(Confidence::Medium);
                found.push(diagnostic.help("log an identifier instead, such as `context.Subscription.Id`"));
            }
        }
    }
}

/// The secrets that an expression reads, and where it does so.
fn secrets(uses: &Uses) -> Vec<(String, Span)> {
    if uses.calls.iter().any(|call| DISCLOSES_LITTLE.contains(&call.name.as_str())) {
        return Vec::new();
    }
    let keys = uses.members.iter().filter(|member| KEYS.contains(&member.path.as_str()));
    let keys = keys.map(|member| (format!("context.{}", member.path), member.span));
    let asked =
        |string: &StringUse| string.argument_of.as_deref().is_some_and(|method| ASKS.contains(&method));
    let is_header = |string: &&StringUse| {
        HEADERS.contains(&string.text.to_ascii_lowercase().as_str()) && !string.interpolated && !asked(string)
    };
    let headers = uses.strings.iter().filter(is_header).map(|string| (string.text.clone(), string.span));
    // A string alone may be the name of anything; that of a header is looked up in the headers.
    let reads_headers = uses.members.iter().any(|member| member.path.contains("Headers"));
    keys.chain(headers.filter(|_| reads_headers)).collect()
}
