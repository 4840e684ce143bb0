//! Somebody's Azure subscription in a policy.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::text::Span;

use super::texts::texts;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "hard-coded-subscription-id",
    "the id of an Azure subscription is written into the policy",
    "Looks for `/subscriptions/` followed by a GUID anywhere in the policy but in comments.",
)
.why(
    "The policy works in that subscription alone. Elsewhere it sends requests to somebody else's resources, or asks with \
     an identity that has no rights there.",
)
.example(
    "<set-variable name=\"account\" value=\"/subscriptions/2f9f1a0c-5b7e-4c1d-8a3e-0d6b9c4e7a11/resourceGroups/ai\" />",
    "<set-variable name=\"account\" value=\"/subscriptions/{{subscription-id}}/resourceGroups/ai\" />",
)
.references(&["Azure-Samples/ai-hub-gateway-solution-accelerator, frag-ai-foundry-deployments.xml (2025-11-25)"])
.with_url("https://learn.microsoft.com/azure/api-management/api-management-howto-properties");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const BEFORE: &str = "/subscriptions/";
const GUID_LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
const GUID_BYTES: usize = 36;

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let source = &unit.document.source;
    for located in texts(unit.document) {
        let text = source.slice(located.text.span);
        for (at, _) in text.match_indices(BEFORE) {
            let start = at + BEFORE.len();
            if !text.get(start..start + GUID_BYTES).is_some_and(is_guid) {
                continue;
            }
            let place = located.text.span.start as usize + start;
            let diagnostic = Diagnostic::new(&CODE, "the id of a subscription is written into the policy")
                .at(source, Span::new(place, place + GUID_BYTES))
                .help("put it into a named value that each deployment sets");
            found.push(diagnostic.confidence(Confidence::Medium));
        }
    }
}

/// A GUID that is somebody's: one of zeros, or of one digit, is an example.
fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_hex = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    digits.dedup();
    parts.iter().map(|part| part.len()).eq(GUID_LENGTHS) && parts.iter().all(is_hex) && digits.len() > 1
}
