//! Budgets of contracts: prices to reckon with, logs to count in, somebody to tell.

use super::{Checks, monitoring};
use crate::spec::decode::At;
use crate::spec::types::{Contract, ContractBudget, LlmLogs, Model, ModelDeployment, Pricing, Spec};
use crate::spec::{codes, routing, terms};

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let of_contracts = spec.contracts.iter().filter_map(|contract| contract.budget.as_ref());
    let of_profiles = spec.policy_profiles.values().filter_map(|profile| profile.budget.as_ref());
    for budget in of_contracts.chain(of_profiles) {
        if budget.per_day.millionths == 0 {
            let found = cx
                .diagnostic(&codes::OUT_OF_RANGE, budget.per_day.span, "a budget of nothing is always spent")
                .help("use an amount above 0, or leave `budget` out");
            cx.push(found);
        }
        monitoring::percents(&budget.percents, cx);
        needs(spec, budget, cx);
    }
    let Some(pricing) = &spec.pricing else { return };
    for contract in spec.contracts.iter() {
        if let Some(budget) = terms::of(spec, contract).budget {
            prices(spec, pricing, contract, budget, cx);
        }
    }
}

/// What a rule that watches costs cannot do without.
fn needs(spec: &Spec, budget: &At<ContractBudget>, cx: &mut Checks<'_>) {
    let monitoring = &spec.baseline.monitoring;
    let missing = [
        (
            spec.pricing.is_none(),
            "a budget needs prices to reckon with",
            "write `pricing` with a price for each model",
        ),
        (
            monitoring.llm_logs.value == LlmLogs::None,
            "nothing logs which call had how many tokens",
            "set `baseline.monitoring.llmLogs` to `metadata`",
        ),
        (
            monitoring.alerts.is_none(),
            "nobody would be told that a budget is spent",
            "add `baseline.monitoring.alerts: { notify: { emails: [ADDRESS] } }`",
        ),
    ];
    for (_, message, help) in missing.iter().filter(|(is_missing, ..)| *is_missing) {
        let found = cx.diagnostic(&codes::MISSING_FIELD, budget.span, *message).help(*help);
        cx.push(found);
    }
}

/// Tokens without a price cost nothing in the reckoning, so a budget would be kept whatever is spent.
fn prices(
    spec: &Spec,
    pricing: &Pricing,
    contract: &Contract,
    budget: &At<ContractBudget>,
    cx: &mut Checks<'_>,
) {
    let open = terms::apis(spec, contract);
    let served: Vec<routing::Served<'_>> = spec
        .apis
        .iter()
        .filter(|api| open.contains(&api.id.as_str()))
        .flat_map(|api| routing::names_of_api(spec, api))
        .collect();
    let mut is_paid_by_use = false;
    for allowed in contract.allow.models.iter() {
        let meant = served.iter().filter(|it| it.name.eq_ignore_ascii_case(allowed.as_str()));
        let all: Vec<(&Model, &ModelDeployment)> =
            meant.flat_map(|it| routing::deployments(spec, *it)).collect();
        let mut models: Vec<&str> = all
            .iter()
            .filter(|(account, _)| !is_provisioned(account))
            .map(|(_, deployment)| deployment.model_name())
            .collect();
        // A name that leads nowhere is reported where contracts are checked.
        is_paid_by_use |= !models.is_empty() || all.is_empty();
        models.sort_unstable();
        models.dedup();
        models.retain(|model| !pricing.models.iter().any(|price| price.model.as_str() == *model));
        for model in models {
            let found = cx
                .diagnostic(
                    &codes::MISSING_FIELD,
                    budget.span,
                    format!("what `{model}` costs is not told, so the budget would not see it"),
                )
                .related(cx.source, allowed.span, "may be used")
                .related(cx.source, pricing.models.span, "the prices")
                .help("add its price to `pricing.models`");
            cx.push(found);
        }
    }
    if !is_paid_by_use {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                budget.span,
                "all that the contract may use is paid by the hour, and costs the same however much is used",
            )
            .related(cx.source, contract.allow.models.span, "what it may use")
            .help("leave `budget` out, or use `limits`");
        cx.push(found);
    }
}

/// True where all answers of an account are paid by the hour: which of its deployments answered, the costs do not tell.
fn is_provisioned(account: &Model) -> bool {
    account.deployments.iter().all(|deployment| deployment.is_provisioned())
}
