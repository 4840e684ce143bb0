//! Requests counted where tokens are spent.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::PolicyElement;

use super::look::{calls_a_model, code, is_token_limit};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::note(
    "calls-limited-not-tokens",
    "an API of a language model limits calls and no tokens",
    "Looks for limits by calls in a text that stands before a language model and has no token limit.",
)
.why(
    "One call may spend ten tokens or a hundred thousand. A limit on calls lets one tenant use up the model's tokens for \
     all, and refuses another who asks for little.",
)
.example(
    "<inbound>\n    <llm-emit-token-metric namespace=\"llm\" />\n    <quota-by-key calls=\"1000\" renewal-period=\"3600\" counter-key=\"@(context.Subscription.Id)\" />\n</inbound>",
    "<inbound>\n    <llm-emit-token-metric namespace=\"llm\" />\n    <llm-token-limit token-quota=\"100000\" token-quota-period=\"Hourly\" counter-key=\"@(context.Subscription.Id)\" estimate-prompt-tokens=\"true\" />\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/llm-token-limit-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const BY_CALLS: &[&str] = &["quota", "quota-by-key", "rate-limit", "rate-limit-by-key"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let steps = steps(unit.policy);
    let outer_limits = || unit.around.outer.iter().any(|(_, policy)| limits_tokens(policy));
    if !calls_a_model(unit.policy) || limits_tokens(unit.policy) || outer_limits() {
        return;
    }
    for limit in steps.named(BY_CALLS).map(|step| step.element).filter(|limit| !counts_tokens(limit)) {
        let message = format!("`{}` limits calls, and nothing here limits tokens", limit.name);
        let diagnostic =
            Diagnostic::new(&CODE, message).at(&limit.source, limit.name_span).confidence(Confidence::Low);
        found.push(diagnostic.help("add `llm-token-limit` with the same key"));
    }
}

fn limits_tokens(policy: &crate::policy::Policy) -> bool {
    steps(policy).iter().any(|step| is_token_limit(step.element) || counts_tokens(step.element))
}

/// `increment-count="@(… usage.total_tokens …)"` counts tokens with a limit by calls.
fn counts_tokens(limit: &PolicyElement) -> bool {
    limit.value("increment-count").and_then(code).is_some_and(|code| code.contains("token"))
}
