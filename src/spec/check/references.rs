//! Ids: each given once per kind, and each reference to one that exists.

use std::collections::BTreeMap;

use super::Checks;
use crate::spec::types::Spec;
use crate::spec::{codes, terms};
use crate::text::Span;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    // Accounts and pools become backend entities of one service, so they share one set of ids.
    let models: Vec<_> = spec.models.iter().map(|model| (model.id.as_str(), model.id.span)).collect();
    let pools: Vec<_> = spec.pools.iter().map(|pool| (pool.id.as_str(), pool.id.span)).collect();
    let apis: Vec<_> = spec.apis.iter().map(|api| (api.id.as_str(), api.id.span)).collect();
    unique("backend", models.iter().chain(&pools).copied(), cx);
    unique("API", apis.iter().copied(), cx);
    let of_products = spec.products.iter().flat_map(|product| product.subscriptions.iter());
    let of_products = of_products.map(|id| (id.as_str().to_owned(), id.span));
    let of_contracts = spec.contracts.iter().flat_map(|contract| {
        let names = contract.keys.subscriptions.iter();
        names.map(|name| (terms::subscription_id(contract, name.as_str()), name.span))
    });
    let subscriptions: Vec<(String, Span)> = of_products.chain(of_contracts).collect();
    unique("subscription", subscriptions.iter().map(|(id, span)| (id.as_str(), *span)), cx);
    let groups = spec.azure.resource_groups.existing.iter();
    unique("resource group in `existing`", groups.map(|purpose| (purpose.word(), purpose.span)), cx);
    unique("path", spec.apis.iter().map(|api| (api.path.as_str(), api.path.span)), cx);
    for model in spec.models.iter() {
        let names: Vec<_> = model
            .deployments
            .iter()
            .map(|deployment| (deployment.name.as_str(), deployment.name.span))
            .collect();
        unique("deployment", names.iter().copied(), cx);
        for deployment in model.deployments.iter().filter(|it| it.spillover.as_str() != "none") {
            known("deployment", deployment.spillover.as_str(), deployment.spillover.span, &names, cx);
        }
    }
    let made: Vec<_> = spec.models.iter().filter(|model| model.is_made()).collect();
    let made: Vec<_> = made.iter().map(|model| (model.id.as_str(), model.id.span)).collect();
    for (id, name) in spec.metadata.names.accounts.iter() {
        known("new account", id, name.span, &made, cx);
    }
    for pool in spec.pools.iter() {
        unique(
            "member",
            pool.members.iter().map(|member| (member.backend.as_str(), member.backend.span)),
            cx,
        );
        for member in pool.members.iter() {
            known("model", member.backend.account(), member.backend.span, &models, cx);
            let model = spec.models.iter().find(|model| model.id.as_str() == member.backend.account());
            if let (Some(model), Some(deployment)) = (model, member.backend.deployment()) {
                let names: Vec<_> =
                    model.deployments.iter().map(|it| (it.name.as_str(), it.name.span)).collect();
                known("deployment", deployment, member.backend.span, &names, cx);
            }
        }
    }
    unique("alias", spec.aliases.iter().map(|alias| (alias.name.as_str(), alias.name.span)), cx);
    for api in spec.apis.iter() {
        if let Some(from) = &api.from {
            known("API", from.api.as_str(), from.api.span, &apis, cx);
        }
    }
    for product in spec.products.iter() {
        unique("API in the product", product.apis.iter().map(|id| (id.as_str(), id.span)), cx);
        for id in product.apis.iter() {
            known("API", id.as_str(), id.span, &apis, cx);
        }
    }
    cx.empty("models", &spec.models);
    cx.empty("apis", &spec.apis);
    for model in spec.models.iter() {
        cx.empty("deployments", &model.deployments);
    }
    for pool in spec.pools.iter() {
        cx.empty("members", &pool.members);
    }
    for product in spec.products.iter() {
        cx.empty("apis", &product.apis);
    }
}

/// Azure compares names without regard to case.
pub(super) fn unique<'s>(kind: &str, ids: impl Iterator<Item = (&'s str, Span)>, cx: &mut Checks<'_>) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for (id, span) in ids {
        match seen.get(&id.to_ascii_lowercase()) {
            Some(first) => {
                let found = cx
                    .diagnostic(&codes::DUPLICATE_ID, span, format!("a second {kind} `{id}`"))
                    .related(cx.source, *first, "first given here")
                    .help("rename or remove one of the two");
                cx.push(found);
            }
            None => {
                seen.insert(id.to_ascii_lowercase(), span);
            }
        }
    }
}

pub(super) fn known(kind: &str, id: &str, span: Span, ids: &[(&str, Span)], cx: &mut Checks<'_>) {
    if ids.iter().any(|(known, _)| *known == id) {
        return;
    }
    let found = cx
        .diagnostic(&codes::UNKNOWN_REFERENCE, span, format!("there is no {kind} `{id}`"))
        .did_you_mean(id, ids.iter().map(|(id, _)| *id));
    let found = if found.help.is_empty() { found.help("add it, or correct the id") } else { found };
    cx.push(found);
}
