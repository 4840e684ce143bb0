//! A semantic cache that takes different questions for the same.

use crate::diag::{Code, Confidence, Diagnostic};

use super::look::{fixed, model_policy};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "semantic-cache-loose-threshold",
    "the score threshold of a semantic cache is so high that unlike prompts match",
    "Looks for a `score-threshold` above 0.2.",
)
.why(
    "The threshold is a distance: lower is stricter. Written as if it were a likeness, 0.8 answers one prompt with the \
     stored answer to quite another. The page advises to start at 0.05 and warns of values above 0.2.",
)
.example(
    "<inbound>\n    <llm-semantic-cache-lookup score-threshold=\"0.8\" embeddings-backend-id=\"embeddings\" embeddings-backend-auth=\"system-assigned\" />\n</inbound>",
    "<inbound>\n    <llm-semantic-cache-lookup score-threshold=\"0.05\" embeddings-backend-id=\"embeddings\" embeddings-backend-auth=\"system-assigned\" />\n</inbound>",
)
.references(&["Learn, llm-semantic-cache-lookup (2026-08-18)"])
.with_url("https://learn.microsoft.com/azure/api-management/llm-semantic-cache-lookup-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// Above it prompts may be matched that do not mean the same (Learn, 2026-08-18).
const LOOSE: f64 = 0.2;
/// Where the page advises to start.
const ADVISED: &str = "0.05";

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for step in steps(unit.policy).iter() {
        let lookup = step.element;
        if model_policy(step.name()) != Some("semantic-cache-lookup") {
            continue;
        }
        let Some(written) = fixed(lookup, "score-threshold") else { continue };
        if !written.parse::<f64>().is_ok_and(|threshold| threshold > LOOSE) {
            continue;
        }
        let message = format!("a `score-threshold` of {written} matches unlike prompts: lower is stricter");
        let place = lookup.value("score-threshold").map_or(lookup.name_span, |value| value.span);
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&lookup.source, place)
            .confidence(Confidence::Medium)
            .help(format!("start at {ADVISED} and raise it while the answers stay right"));
        found.push(diagnostic);
    }
}
