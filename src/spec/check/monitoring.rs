//! Prices, dashboards, alerts and the budget: what each needs, and what says nothing.

use super::Checks;
use super::references::unique;
use crate::spec::decode::{At, Int};
use crate::spec::types::{Alerts, Budget, Dashboard, LlmLogs, SentLogs, Spec};
use crate::spec::{codes, terms};

/// A budget has at most five thresholds
/// (learn.microsoft.com/azure/cost-management-billing/costs/tutorial-acm-create-budgets, 2026-11).
const PERCENTS_MAX: usize = 5;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let monitoring = &spec.baseline.monitoring;
    if let Some(pricing) = &spec.pricing {
        cx.empty("pricing.models", &pricing.models);
        unique("price of", pricing.models.iter().map(|it| (it.model.as_str(), it.model.span)), cx);
    }
    let words = monitoring.dashboards.iter().map(|it| (it.word(), it.span));
    unique("dashboard", words, cx);
    if let (Some(first), SentLogs::None) = (monitoring.dashboards.first(), monitoring.diagnostics.value) {
        nothing_to_ask("dashboards", first.span, cx);
    }
    for dashboard in monitoring.dashboards.iter() {
        let missing = match dashboard.value {
            Dashboard::Cost if spec.pricing.is_none() => {
                ("`cost` needs prices", "write `pricing` with a price for each model")
            }
            Dashboard::Cost | Dashboard::Tokens if !counts_tokens(spec) => (
                "nothing counts tokens",
                "set `baseline.monitoring.llmLogs` to `metadata`, or give an API `policies.usage.metric`",
            ),
            Dashboard::Spillover if !has_both_kinds(spec) => (
                "`spillover` needs provisioned and pay-as-you-go deployments",
                "leave it out, or add deployments of the other kind",
            ),
            _ => continue,
        };
        let found = cx.diagnostic(&codes::MISSING_FIELD, dashboard.span, missing.0).help(missing.1);
        cx.push(found);
    }
    if let Some(alerts) = &monitoring.alerts {
        if monitoring.diagnostics.value == SentLogs::None {
            nothing_to_ask("alerts", alerts.span, cx);
        }
        self::alerts(spec, alerts, alerts.span, cx);
        let is_checked = spec.apis.iter().any(|api| api.policies.content_safety.is_some());
        if let Some(alert) = alerts.content_safety.as_ref().filter(|_| !is_checked) {
            let found = cx
                .diagnostic(&codes::MISSING_FIELD, alert.span, "no API asks Content Safety")
                .help("give an API `policies.contentSafety`, or leave the alert out");
            cx.push(found);
        }
    }
    if let Some(of) = &monitoring.budget {
        budget(of, cx);
    }
}

fn nothing_to_ask(field: &str, span: crate::text::Span, cx: &mut Checks<'_>) {
    let message = format!("`{field}` asks the logs, and `diagnostics: none` sends none");
    let found = cx.diagnostic(&codes::CONFLICT, span, message).help("leave one of the two out");
    cx.push(found);
}

/// Whether the gateway records tokens where queries find them.
fn counts_tokens(spec: &Spec) -> bool {
    spec.baseline.monitoring.llm_logs.value != LlmLogs::None
        || spec.apis.iter().any(|api| api.policies.usage.metric.is_some())
}

/// Of accounts that are made: of others nobody says how they are paid.
fn has_both_kinds(spec: &Spec) -> bool {
    let skus = || {
        let deployments =
            spec.models.iter().filter(|model| model.is_made()).flat_map(|model| model.deployments.iter());
        deployments.filter_map(|deployment| deployment.sku.as_ref())
    };
    let is_provisioned = |sku: &str| sku.contains("Provisioned");
    skus().any(|sku| is_provisioned(sku.word())) && skus().any(|sku| !is_provisioned(sku.word()))
}

fn alerts(spec: &Spec, alerts: &Alerts, span: crate::text::Span, cx: &mut Checks<'_>) {
    let watches = [
        alerts.throttling.is_some(),
        alerts.quota_exceeded.is_some(),
        alerts.backend_failures.is_some(),
        alerts.auth.is_some(),
        alerts.content_safety.is_some(),
        spec.contracts.iter().any(|contract| terms::of(spec, contract).budget.is_some()),
    ];
    if !watches.contains(&true) {
        let found = cx
            .diagnostic(&codes::MISSING_FIELD, span, "`alerts` watches nothing")
            .help("add `throttling: {}`, `quotaExceeded: {}` or another, give a contract a `budget`, or leave `alerts` out");
        cx.push(found);
    }
    let notify = &alerts.notify;
    if notify.emails.is_empty() && notify.action_groups.is_empty() {
        let found = cx
            .diagnostic(&codes::MISSING_FIELD, notify.span, "`notify` tells nobody")
            .help("add an address to `emails`, or the id of an action group to `actionGroups`");
        cx.push(found);
    }
    unique("address", notify.emails.iter().map(|it| (it.as_str(), it.span)), cx);
    unique("action group", notify.action_groups.iter().map(|it| (it.as_str(), it.span)), cx);
}

fn budget(budget: &Budget, cx: &mut Checks<'_>) {
    cx.empty("contacts", &budget.contacts);
    unique("address", budget.contacts.iter().map(|it| (it.as_str(), it.span)), cx);
    percents(&budget.percents, cx);
}

/// The thresholds of a budget: of Azure's, and of those of contracts, which do as it does.
pub(super) fn percents(percents: &At<Vec<At<Int<1, 1000>>>>, cx: &mut Checks<'_>) {
    cx.empty("percents", percents);
    let texts: Vec<(String, _)> = percents.iter().map(|it| (it.0.to_string(), it.span)).collect();
    unique("threshold of", texts.iter().map(|(text, span)| (text.as_str(), *span)), cx);
    if percents.len() > PERCENTS_MAX {
        let message = format!("{} thresholds; a budget has at most {PERCENTS_MAX}", percents.len());
        let found = cx
            .diagnostic(&codes::OUT_OF_RANGE, percents.span, message)
            .help(format!("keep {PERCENTS_MAX} of them"));
        cx.push(found);
    }
}
