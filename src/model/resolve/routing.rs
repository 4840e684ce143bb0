//! Who comes first, resolved.

use crate::model::{AccountOrder, KnownBy, LowClass, Priority};
use crate::spec::{self, terms};

/// None where the API has no classes, and without the number of tokens that counting needs, which the spec's checks refuse.
pub(super) fn priority(spec: &spec::Spec, api: &spec::Api) -> Option<Priority> {
    let priority = api.policies.priority.as_ref()?;
    let low = &priority.low;
    let ids = |list: &[spec::At<spec::EntityId>]| -> Vec<String> {
        list.iter().map(|id| id.value.0.clone()).collect()
    };
    let contracts = terms::low(spec, api).map(|contract| contract.id.value.0.clone());
    Some(Priority {
        low: LowClass {
            header: low.header.as_ref().map(|name| name.value.0.clone()),
            query: low.query.as_ref().map(|name| name.value.0.clone()),
            value: low.value.value.0.clone(),
            products: ids(&low.products).into_iter().chain(contracts).collect(),
            subscriptions: ids(&low.subscriptions),
        },
        reserve_thousandths: priority.reserve_for_high.thousandths,
        known_by: match priority.by.value {
            spec::PriorityBy::Calculating => KnownBy::Counting {
                tokens_per_minute: priority.tokens_per_minute.as_ref()?.0,
                requests_per_minute: priority.requests_per_minute.as_ref().map(|number| number.0),
            },
            spec::PriorityBy::Tracking => KnownBy::Accounts,
        },
        retry_after_seconds: priority.retry_after_seconds.0,
    })
}

pub(super) fn account_order(policies: &spec::Policies) -> Option<AccountOrder> {
    match (&policies.latency_routing, policies.spillover.value) {
        (Some(routing), _) => {
            Some(AccountOrder::BySpeed { forget_after_seconds: routing.forget_after_seconds.0 })
        }
        (None, spec::Spillover::Retry) => Some(AccountOrder::ByChance),
        (None, spec::Spillover::Pool) => None,
    }
}
