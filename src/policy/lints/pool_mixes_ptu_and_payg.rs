//! Paid capacity that is not used first.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::PoolMember;

use super::{Lint, Unit, pools};

pub(super) static CODE: Code = Code::warning(
    "pool-mixes-ptu-and-payg",
    "a pool mixes provisioned and pay-as-you-go members in one priority",
    "Looks for pools in which members of the same priority are named as provisioned (`ptu`) and as pay-as-you-go \
     (`payg`, `paygo`, `standard`).",
)
.why(
    "Members of one priority share the requests by weight. Provisioned throughput is paid for whether it is used or \
     not, so it should take all it can before anything goes to a member that is paid by the token.",
)
.example(
    "<inbound>\n    <set-backend-service backend-id=\"mixed\" />\n</inbound>",
    "<inbound>\n    <set-backend-service backend-id=\"layered\" />\n</inbound>",
)
.references(&["Azure/apim-landing-zone-accelerator, workload-genai, lb-pool.bicep (2025-12-17)"])
.with_url("https://learn.microsoft.com/azure/api-management/backends");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const PROVISIONED: &[&str] = &["ptu", "provisioned"];
const BY_TOKEN: &[&str] = &["payg", "paygo", "standard"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for pool in pools::named(unit) {
        let members = &pool.entity.members;
        let provisioned = members.iter().filter(|member| is_named(member, PROVISIONED));
        // A pool has at most 30 members.
        let mixed = provisioned.filter_map(|ptu| {
            let beside = |other: &&PoolMember| other.priority == ptu.priority && is_named(other, BY_TOKEN);
            Some((ptu, members.iter().find(beside)?))
        });
        let Some((ptu, payg)) = mixed.into_iter().next() else { continue };
        let message = format!(
            "`{}` has `{}` and `{}` in priority {}: requests are shared between them",
            pool.id, ptu.backend, payg.backend, ptu.priority
        );
        let place = pool.chosen_by.value("backend-id").map_or(pool.chosen_by.name_span, |value| value.span);
        let diagnostic =
            Diagnostic::new(&CODE, message).at(&pool.chosen_by.source, place).confidence(Confidence::Low);
        found.push(diagnostic.help("give the provisioned members the lower priority number"));
    }
}

/// True where one of `words` is a part of the name, between dashes and digits.
fn is_named(member: &PoolMember, words: &[&str]) -> bool {
    let name = member.backend.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphabetic()).any(|part| words.contains(&part))
}
