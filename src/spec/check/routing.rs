//! Who comes first: what priorities need, and which orders of accounts exclude each other.

use super::Checks;
use crate::spec::decode::At;
use crate::spec::types::{Api, Contract, ContractPriority, Priority, PriorityBy, Spec, Spillover, Surface};
use crate::spec::{codes, terms};

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    for api in spec.apis.iter() {
        if let Some(priority) = &api.policies.priority {
            low_class(spec, &api.value, &priority.value, cx);
            measures(&priority.value, cx);
        }
        order(spec, &api.value, cx);
        responses(&api.value, cx);
    }
    for contract in spec.contracts.iter() {
        class_of_a_contract(spec, contract, cx);
    }
}

/// A class is one where an API that the contract opens tells classes apart, in a policy that is rendered.
fn class_of_a_contract(spec: &Spec, contract: &Contract, cx: &mut Checks<'_>) {
    let Some(class) = terms::of(spec, contract).priority else { return };
    let open = terms::apis(spec, contract);
    let has_classes = |api: &&At<Api>| open.contains(&api.id.as_str()) && api.policies.priority.is_some();
    let is_file = |api: &&At<Api>| {
        let of = format!("api:{}", api.id.as_str());
        spec.raw.policies.iter().any(|policy| policy.of.as_str().eq_ignore_ascii_case(&of))
    };
    let with_classes: Vec<_> = spec.apis.iter().filter(has_classes).collect();
    if with_classes.iter().any(|api| !is_file(api)) {
        return;
    }
    let id = contract.id.as_str();
    let (message, related, help) = match with_classes.first() {
        Some(api) => (
            format!(
                "the policy of `{}` is a file, which knows nothing of the class of `{id}`",
                api.id.as_str()
            ),
            (api.id.span, "the API"),
            "leave `priority` out, and tell the product's requests apart in that file by `context.Product.Id`",
        ),
        None => (
            format!("no API that `{id}` opens tells requests of low priority from others"),
            (contract.allow.span, "what it opens"),
            "give one of these APIs `policies.priority`, or leave `priority` out",
        ),
    };
    let found = cx
        .diagnostic(&codes::CONFLICT, class.span, message)
        .related(cx.source, related.0, related.1)
        .help(help);
    cx.push(found);
}

/// At least one way to be in it, and products and subscriptions that there are.
fn low_class(spec: &Spec, api: &Api, priority: &Priority, cx: &mut Checks<'_>) {
    let low = &priority.low;
    let listed = low.products.len() + low.subscriptions.len();
    // In another environment others may have contracts, so those of all environments count here.
    let is_of_contracts = spec.contracts.iter().any(|contract| {
        let class = terms::of(spec, contract).priority.map(|class| class.value);
        class == Some(ContractPriority::Low) && terms::apis(spec, contract).contains(&api.id.as_str())
    });
    if low.header.is_none() && low.query.is_none() && listed == 0 && !is_of_contracts {
        let found = cx.diagnostic(&codes::MISSING_FIELD, low.span, "no request is of the low class").help(
            "add `header`, `query`, `products` or `subscriptions`, or say `priority: low` of a contract",
        );
        cx.push(found);
    }
    if priority.reserve_for_high.thousandths == 0 {
        let found = cx
            .diagnostic(
                &codes::OUT_OF_RANGE,
                priority.reserve_for_high.span,
                "nothing is kept for the others",
            )
            .help("use a share such as `0.3`, or leave `priority` out");
        cx.push(found);
    }
    let known = |id: &str| spec.products.iter().any(|product| product.id.as_str() == id);
    for product in low.products.iter().filter(|product| !known(product.as_str())) {
        let found = match spec.contracts.iter().find(|contract| contract.id.value == product.value) {
            Some(contract) => cx
                .diagnostic(
                    &codes::UNKNOWN_REFERENCE,
                    product.span,
                    format!("`{}` is a contract, which says its class itself", product.as_str()),
                )
                .related(cx.source, contract.id.span, "the contract")
                .help("write `priority: low` there, and leave it out here"),
            None => cx
                .diagnostic(
                    &codes::UNKNOWN_REFERENCE,
                    product.span,
                    format!("there is no product `{}`", product.as_str()),
                )
                .did_you_mean(product.as_str(), spec.products.iter().map(|product| product.id.as_str())),
        };
        cx.push(found);
    }
    let all = || spec.products.iter().flat_map(|product| product.subscriptions.iter().map(|id| id.as_str()));
    for subscription in low.subscriptions.iter().filter(|id| !all().any(|known| known == id.as_str())) {
        let message = format!("no product has a subscription `{}`", subscription.as_str());
        let found = cx
            .diagnostic(&codes::UNKNOWN_REFERENCE, subscription.span, message)
            .did_you_mean(subscription.as_str(), all());
        cx.push(found);
    }
}

/// What the gateway counts itself it has to be told the whole of; what accounts say, they say of themselves.
fn measures(priority: &Priority, cx: &mut Checks<'_>) {
    match priority.by.value {
        PriorityBy::Calculating if priority.tokens_per_minute.is_none() => {
            let found = cx
                .diagnostic(
                    &codes::MISSING_FIELD,
                    priority.low.span,
                    "a share of how many tokens is not said",
                )
                .help("add `tokensPerMinute`, or set `by` to `tracking`");
            cx.push(found);
        }
        PriorityBy::Calculating => {}
        PriorityBy::Tracking => {
            let tokens = priority.tokens_per_minute.as_ref().map(|number| number.span);
            let requests = priority.requests_per_minute.as_ref().map(|number| number.span);
            for span in tokens.into_iter().chain(requests) {
                let found = cx
                    .diagnostic(&codes::CONFLICT, span, "with `tracking` the accounts say how much there is")
                    .help("leave it out, or set `by` to `calculating`");
                cx.push(found);
            }
        }
    }
}

/// Only APIs with these paths have responses.
fn responses(api: &Api, cx: &mut Checks<'_>) {
    let Some(responses) = &api.policies.responses else { return };
    if !matches!(api.surface.value, Surface::AzureOpenai | Surface::OpenaiV1) {
        let message = format!("`{}` has no responses", api.surface.word());
        let found = cx
            .diagnostic(&codes::CONFLICT, responses.span, message)
            .related(cx.source, api.surface.span, "the surface")
            .help("leave `responses` out");
        cx.push(found);
    }
}

fn order(spec: &Spec, api: &Api, cx: &mut Checks<'_>) {
    let policies = &api.policies;
    let retries = policies.spillover.value == Spillover::Retry;
    let ordered = policies.latency_routing.as_ref().map(|routing| routing.span);
    let Some(span) = ordered.or_else(|| retries.then_some(policies.spillover.span)) else { return };
    let Some(id) = api.pool() else {
        let message =
            format!("`{}` does not go to one pool whose accounts could be put in an order", api.id.as_str());
        let found =
            cx.diagnostic(&codes::CONFLICT, span, message).help("leave it out, or set `backend` to a pool");
        cx.push(found);
        return;
    };
    // An unknown pool was reported where references are checked.
    let Some(pool) = spec.pools.iter().find(|pool| pool.id.value == id.value) else { return };
    if let (Some(routing), true) = (ordered, retries) {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                policies.spillover.span,
                "the order is by chance here and by speed there",
            )
            .related(cx.source, routing, "by speed")
            .help("leave one of the two out; by speed, too, a retry goes to the next account");
        cx.push(found);
    }
    if pool.members.len() < 2 {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                span,
                format!("pool `{}` has one account, which is always the first", pool.id.as_str()),
            )
            .help("leave it out, or add accounts to the pool");
        cx.push(found);
    }
    if let Some(affinity) = &pool.session_affinity {
        let message = format!(
            "pool `{}` keeps callers with one account, and this names one for each request",
            pool.id.as_str()
        );
        let found = cx
            .diagnostic(&codes::CONFLICT, span, message)
            .related(cx.source, affinity.span, "keeps them")
            .help("leave one of the two out");
        cx.push(found);
    }
}
