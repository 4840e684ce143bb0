//! The outer policies run a second time.

use crate::diag::{Code, Confidence, Diagnostic};

use super::steps::{MAX_COMPARED, steps};
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "base-twice",
    "one request runs `<base/>` of a section twice",
    "Looks for a `<base/>` behind another one of the same section, unless the two stand in different branches of one \
     `choose`.",
)
.why(
    "`<base/>` is the place where the same section of the enclosing scope runs. Where there are two, the outer policies run \
     twice: calls are counted twice by limits, tokens are asked for twice, headers are appended twice.",
)
.example(
    "<inbound>\n    <base />\n    <base />\n</inbound>",
    "<inbound>\n    <base />\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/api-management-howto-policies");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let steps = steps(unit.policy);
    let bases: Vec<_> = steps.named(&["base"]).take(MAX_COMPARED).collect();
    for (at, base) in bases.iter().enumerate() {
        let Some(earlier) = bases[..at].iter().find(|earlier| steps.precedes(earlier, base)) else {
            continue;
        };
        let message = "the policies of the scopes outside run a second time here";
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&base.element.source, base.element.name_span)
            .related(&earlier.element.source, earlier.element.name_span, "they run here")
            .confidence(Confidence::Medium);
        found.push(diagnostic.help("remove one of the two"));
    }
}
