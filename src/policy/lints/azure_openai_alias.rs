//! The older names of the policies for language models.

use indexmap::IndexMap;

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

/// How many places are shown beside the first.
const MAX_SHOWN: usize = 8;

const OLDER: &str = "azure-openai-";

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let mut by_name: IndexMap<&str, Vec<&PolicyElement>> = IndexMap::new();
    for element in steps(unit.policy).iter().map(|step| step.element) {
        if let Some(rest) = element.name.strip_prefix(OLDER) {
            by_name.entry(rest).or_default().push(element);
        }
    }
    // One decision for a text, so one finding.
    for (rest, elements) in by_name {
        let newer = format!("llm-{rest}");
        let first = elements[0];
        let message = format!("`{}` is the older name of `{newer}`", first.name);
        let mut diagnostic = Diagnostic::new(&CODE, message)
            .at(&first.source, first.name_span)
            .confidence(Confidence::Medium)
            .help(format!("write `{newer}`, which also covers models other than those of Azure OpenAI"));
        for other in elements.iter().skip(1).take(MAX_SHOWN) {
            diagnostic = diagnostic.related(&other.source, other.name_span, "here too");
        }
        let fix = Fix::unsafely(format!("write `{newer}`"), &first.source, first.name_span, newer.as_str());
        let fix = end_tag_renamed(fix, first, &newer);
        let fix = elements.iter().skip(1).fold(fix, |fix, element| {
            end_tag_renamed(fix.and(element.name_span, newer.as_str()), element, &newer)
        });
        found.push(diagnostic.fix(fix));
    }
}

/// Unsafe: the two share no counters and no stored answers, and metrics may change their name.
fn end_tag_renamed(fix: Fix, element: &PolicyElement, newer: &str) -> Fix {
    let end_tag = format!("</{}", element.name);
    match element.source.slice(element.span).rfind(&end_tag) {
        Some(at) => {
            let start = element.span.start as usize + at + "</".len();
            fix.and(Span::new(start, start + element.name.len()), newer)
        }
        None => fix,
    }
}
