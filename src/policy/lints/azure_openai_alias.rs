//! The older names of the policies for language models.

use crate::diag::{Code, Confidence, Diagnostic, Fix};
use crate::policy::PolicyElement;
use crate::text::Span;

use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::note(
    "azure-openai-alias",
    "a policy is written by its older name `azure-openai-…`",
    "Looks for `azure-openai-token-limit`, `azure-openai-emit-token-metric` and the two semantic cache policies.",
)
.why(
    "The policies `llm-…` take the same attributes and know more APIs: models of Foundry and others that speak OpenAI's \
     protocol. The pages of the older names have been folded into theirs.",
)
.example(
    "<inbound>\n    <azure-openai-token-limit counter-key=\"@(context.Subscription.Id)\" tokens-per-minute=\"500\" estimate-prompt-tokens=\"true\" />\n</inbound>",
    "<inbound>\n    <llm-token-limit counter-key=\"@(context.Subscription.Id)\" tokens-per-minute=\"500\" estimate-prompt-tokens=\"true\" />\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/llm-token-limit-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const OLDER: &str = "azure-openai-";

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for element in steps(unit.policy).iter().map(|step| step.element) {
        let Some(rest) = element.name.strip_prefix(OLDER) else { continue };
        let newer = format!("llm-{rest}");
        let message = format!("`{}` is the older name of `{newer}`", element.name);
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&element.source, element.name_span)
            .confidence(Confidence::Medium)
            .help(format!("write `{newer}`, which also covers models other than those of Azure OpenAI"));
        found.push(diagnostic.fix(rename(element, &newer)));
    }
}

/// Unsafe: the two share no counters and no stored answers, and metrics may change their name.
fn rename(element: &PolicyElement, newer: &str) -> Fix {
    let fix = Fix::unsafely(format!("write `{newer}`"), &element.source, element.name_span, newer);
    let end_tag = format!("</{}", element.name);
    match element.source.slice(element.span).rfind(&end_tag) {
        Some(at) => {
            let start = element.span.start as usize + at + "</".len();
            fix.and(Span::new(start, start + element.name.len()), newer)
        }
        None => fix,
    }
}
