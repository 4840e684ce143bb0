//! A limit that sees a prompt only after it was paid for.

use crate::diag::{Code, Confidence, Diagnostic};

use super::look::{flag, is_token_limit};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::note(
    "token-limit-without-estimate",
    "a token limit lets any prompt through and counts afterwards",
    "Looks for token limits with `estimate-prompt-tokens=\"false\"`.",
)
.why(
    "Without the estimate tokens are counted from the answer. One prompt of a hundred thousand tokens passes a limit of \
     a thousand, and its caller is refused only the next time. The estimate costs some time for each request.",
)
.example(
    "<inbound>\n    <llm-token-limit counter-key=\"@(context.Subscription.Id)\" tokens-per-minute=\"500\" estimate-prompt-tokens=\"false\" />\n</inbound>",
    "<inbound>\n    <llm-token-limit counter-key=\"@(context.Subscription.Id)\" tokens-per-minute=\"500\" estimate-prompt-tokens=\"true\" />\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/llm-token-limit-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for limit in steps(unit.policy).iter().map(|step| step.element).filter(|element| is_token_limit(element))
    {
        let Some(estimate) = limit.value("estimate-prompt-tokens") else { continue };
        if flag(limit, "estimate-prompt-tokens", true) != Some(false) {
            continue;
        }
        let diagnostic = Diagnostic::new(&CODE, "a prompt of any size passes before it is counted")
            .at(&limit.source, estimate.span)
            .confidence(Confidence::Low);
        found.push(diagnostic.help("write `true` where a single large prompt must not pass the limit"));
        // Whoever writes it once means it for the whole text.
        return;
    }
}
