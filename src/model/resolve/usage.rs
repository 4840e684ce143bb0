//! Prices, alerts and the budget.

use crate::model::{Alert, Budget, ModelPrice, Money, Notify, Pricing, Watched};
use crate::spec::{self, terms};

fn money(price: &spec::Price) -> Money {
    Money { millionths: price.millionths }
}

pub(super) fn pricing(pricing: &spec::Pricing) -> Pricing {
    Pricing {
        currency: pricing.currency.value.0.clone(),
        as_of: pricing.as_of.value.0.clone(),
        source: pricing.source.value.0.clone(),
        models: pricing
            .models
            .iter()
            .map(|price| ModelPrice {
                model: price.model.value.0.clone(),
                input_per_million: money(&price.input),
                output_per_million: money(&price.output),
            })
            .collect(),
        ptu_per_hour: pricing.ptu_per_hour.as_ref().map(|price| money(price)),
    }
}

pub(super) fn alerts(alerts: &spec::Alerts) -> Vec<Alert> {
    let share = |of: &spec::ShareAlert, what: fn(u32, u32) -> Watched| Alert {
        what: what(of.percent.0, of.min_requests.0),
        window: of.window.word(),
        severity: of.severity.0,
    };
    let count = |of: &spec::CountAlert, what: fn(u32) -> Watched| Alert {
        what: what(of.requests.0),
        window: of.window.word(),
        severity: of.severity.0,
    };
    let throttling = |percent, min_requests| Watched::Throttling { percent, min_requests };
    let failures = |percent, min_requests| Watched::BackendFailures { percent, min_requests };
    let auth = |percent, min_requests| Watched::Auth { percent, min_requests };
    let found = [
        alerts.throttling.as_ref().map(|of| share(of, throttling)),
        alerts.quota_exceeded.as_ref().map(|of| count(of, |requests| Watched::QuotaExceeded { requests })),
        alerts.backend_failures.as_ref().map(|of| share(of, failures)),
        alerts.auth.as_ref().map(|of| share(of, auth)),
        alerts.content_safety.as_ref().map(|of| count(of, |requests| Watched::ContentSafety { requests })),
    ];
    found.into_iter().flatten().collect()
}

/// The budgets of the contracts that are made in this environment.
pub(super) fn budgets(spec: &spec::Spec) -> Vec<Alert> {
    let made = spec.contracts.iter().filter(|contract| terms::applies(spec, contract));
    let of = |contract: &spec::Contract| {
        let budget = terms::of(spec, contract).budget?;
        let alert = |percent: u32| Alert {
            what: Watched::ContractBudget {
                contract: contract.id.value.0.clone(),
                team: contract.team.value.0.clone(),
                per_day: money(&budget.per_day),
                percent,
            },
            window: spec::AlertWindow::Day.word(),
            severity: budget.severity.0,
        };
        Some(budget.percents.iter().map(|percent| alert(percent.0)).collect::<Vec<_>>())
    };
    made.filter_map(|contract| of(contract)).flatten().collect()
}

pub(super) fn notify(alerts: &spec::Alerts) -> Notify {
    Notify {
        emails: alerts.notify.emails.iter().map(|it| it.value.0.clone()).collect(),
        action_groups: alerts.notify.action_groups.iter().map(|it| it.value.0.clone()).collect(),
    }
}

pub(super) fn budget(budget: &spec::Budget) -> Budget {
    Budget {
        amount: budget.amount.0,
        from: budget.from.value.0.clone(),
        contacts: budget.contacts.iter().map(|it| it.value.0.clone()).collect(),
        percents: budget.percents.iter().map(|it| it.0).collect(),
    }
}
