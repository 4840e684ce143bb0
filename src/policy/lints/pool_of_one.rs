//! A pool that balances nothing.

use crate::diag::{Code, Diagnostic};

use super::{Lint, Unit, pools};

pub(super) static CODE: Code = Code::note(
    "pool-of-one",
    "a pool has a single member",
    "Looks for policies that send requests to a pool with one member.",
)
.why("When that member refuses there is nothing to turn to; a retry only asks it again.")
.example(
    "<inbound>\n    <set-backend-service backend-id=\"lonely\" />\n</inbound>",
    "<inbound>\n    <set-backend-service backend-id=\"pair\" />\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/backends");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for pool in pools::named(unit) {
        let [member] = &pool.entity.members[..] else { continue };
        let place = pool.chosen_by.value("backend-id").map_or(pool.chosen_by.name_span, |value| value.span);
        let message = format!("the pool `{}` has one member, `{}`", pool.id, member.backend);
        let diagnostic = Diagnostic::new(&CODE, message).at(&pool.chosen_by.source, place);
        found.push(diagnostic.help("add a member, or name the member itself"));
    }
}
