//! A limit per subscription where nobody needs one.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::Expression;

use super::look::expression;
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "limit-without-subscription",
    "a limit counts per subscription on an API that can be called without one",
    "Looks for `rate-limit` and `quota`, and for counters keyed by `context.Subscription`, on an API that does not \
     require a subscription.",
)
.why(
    "`rate-limit` and `quota` apply to subscriptions: a caller without a key is not limited at all. An expression that \
     reads `context.Subscription.Id` throws for such a caller, because there is no subscription.",
)
.example(
    "<inbound>\n    <rate-limit calls=\"10\" renewal-period=\"60\" />\n</inbound>",
    "<inbound>\n    <rate-limit-by-key calls=\"10\" renewal-period=\"60\" counter-key=\"@(context.Request.IpAddress)\" />\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/rate-limit-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    if unit.around.api.subscription_required != Some(false) {
        return;
    }
    for step in steps(unit.policy).iter() {
        let element = step.element;
        if ["rate-limit", "quota"].contains(&step.name()) {
            let message =
                format!("`{}` counts per subscription, but the API does not require one", step.name());
            let diagnostic = Diagnostic::new(&CODE, message).at(&element.source, element.name_span);
            found.push(
                diagnostic.help("require a subscription, or count by another key with the by-key policy"),
            );
            continue;
        }
        let Some(key) = element.value("counter-key") else { continue };
        let Some(uses) = expression(key).map(Expression::uses) else { continue };
        if uses.members.iter().any(|it| it.path.starts_with("Subscription.") && !it.guarded) {
            let message =
                "the key reads `context.Subscription`, which is null for a caller without a subscription";
            let diagnostic = Diagnostic::new(&CODE, message).at(&element.source, key.span);
            found.push(diagnostic.confidence(Confidence::Medium).help(
                "require a subscription, or write `context.Subscription?.Id ?? context.Request.IpAddress`",
            ));
        }
    }
}
