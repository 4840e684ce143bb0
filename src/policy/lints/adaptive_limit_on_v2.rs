//! A rate that changes under a bucket.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::Tier;

use super::look::{code, is_token_limit};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "adaptive-limit-on-v2",
    "a token limit computes its rate, which v2 tiers do not keep apart",
    "Looks for token limits whose `tokens-per-minute` is an expression about the request, on a v2 tier.",
)
.why(
    "v2 tiers count with a token bucket per counter key, and their page says that inconsistent rates for one key cause \
     unpredictable behaviour. A limit that is computed for each request changes the rate under one key.",
)
.example(
    "<inbound>\n    <llm-token-limit counter-key=\"low\" tokens-per-minute=\"@(100 + (int)context.Variables[&quot;left&quot;] / 10)\" estimate-prompt-tokens=\"true\" />\n</inbound>",
    "<inbound>\n    <llm-token-limit counter-key=\"low\" tokens-per-minute=\"100\" estimate-prompt-tokens=\"true\" />\n</inbound>",
)
.references(&["Learn, include rate-limit-implementation-v2 (2025-11)"])
.with_url("https://learn.microsoft.com/azure/api-management/llm-token-limit-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    if unit.around.tier != Some(Tier::V2) {
        return;
    }
    for limit in steps(unit.policy).iter().map(|step| step.element).filter(|it| is_token_limit(it)) {
        let Some(rate) = limit.value("tokens-per-minute") else { continue };
        if !code(rate).is_some_and(|code| code.contains("context.")) {
            continue;
        }
        let message =
            "the rate is computed for each request, but a v2 tier expects one rate per `counter-key`";
        let diagnostic =
            Diagnostic::new(&CODE, message).at(&limit.source, rate.span).confidence(Confidence::Medium);
        found.push(
            diagnostic.help("choose between limits with fixed rates, each with a `counter-key` of its own"),
        );
    }
}
