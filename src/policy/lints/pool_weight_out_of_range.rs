//! Weights and priorities that the resource does not take.

use crate::diag::{Code, Confidence, Diagnostic};

use super::{Lint, Unit, pools};

pub(super) static CODE: Code = Code::warning(
    "pool-weight-out-of-range",
    "a member of a pool has a weight or priority outside 0 to 100",
    "Looks for members of pools with a weight or a priority above 100.",
)
.why("The resource type takes 0 to 100 for both, so the backend cannot be deployed and the policy finds no pool.")
.example(
    "<inbound>\n    <set-backend-service backend-id=\"thousands\" />\n</inbound>",
    "<inbound>\n    <set-backend-service backend-id=\"hundreds\" />\n</inbound>",
)
.references(&["Azure/bicep-types-az, Microsoft.ApiManagement 2024-10-01-preview, BackendPoolItem"])
.with_url("https://learn.microsoft.com/azure/api-management/backends");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// For weight and priority alike.
const HIGHEST: u32 = 100;

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for pool in pools::named(unit) {
        let place = pool.chosen_by.value("backend-id").map_or(pool.chosen_by.name_span, |value| value.span);
        for member in &pool.entity.members {
            for (what, number) in [("weight", member.weight), ("priority", member.priority)] {
                if number <= HIGHEST {
                    continue;
                }
                let message = format!(
                    "`{}` in the pool `{}` has the {what} {number}, which is above {HIGHEST}",
                    member.backend, pool.id
                );
                let diagnostic = Diagnostic::new(&CODE, message).at(&pool.chosen_by.source, place);
                found.push(
                    diagnostic
                        .confidence(Confidence::Medium)
                        .help(format!("scale the {what} of all members down to at most {HIGHEST}")),
                );
            }
        }
    }
}
