//! Contracts: what they name is there, profiles lead somewhere, limits limit something.

use super::Checks;
use super::references::{known, unique};
use crate::spec::types::{Contract, ContractLimits, ModelLimits, Spec};
use crate::spec::{codes, routing, terms};

/// A subscription's id has up to 80 characters, and a contract's stands before its name
/// (REST reference of subscriptions, 2024-05-01).
const SUBSCRIPTION_ID_MAX: usize = 80;
/// Each is a deployment of its own, and ARM takes 800 in a template.
const VAULTS_MAX: usize = 10;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    profiles(spec, cx);
    let products = spec.products.iter().map(|product| (product.id.as_str(), product.id.span));
    let contracts = spec.contracts.iter().map(|contract| (contract.id.as_str(), contract.id.span));
    unique("product", products.chain(contracts), cx);
    for contract in spec.contracts.iter() {
        if let Some(profile) = &contract.profile {
            known_profile(spec, profile.as_str(), profile.span, cx);
        }
        models(spec, contract, cx);
        subscriptions(contract, cx);
        keys(contract, cx);
        if let Some(limits) = &contract.limits {
            limits_of(limits, contract, cx);
        }
    }
}

fn profiles(spec: &Spec, cx: &mut Checks<'_>) {
    for (name, profile) in spec.policy_profiles.iter() {
        let Some(extends) = &profile.extends else { continue };
        known_profile(spec, extends.as_str(), extends.span, cx);
        let mut seen = vec![name.as_str()];
        let mut next = Some(extends.as_str());
        while let Some(other) = next {
            if seen.contains(&other) || seen.len() > terms::PROFILES_MAX {
                let message = if seen.contains(&other) {
                    format!("the profile `{name}` extends itself, by way of others or at once")
                } else {
                    format!("more than {} profiles extend each other", terms::PROFILES_MAX)
                };
                let found = cx.diagnostic(&codes::EXTENDS, extends.span, message).help("break the chain");
                cx.push(found);
                break;
            }
            seen.push(other);
            next = spec.policy_profiles.get(other).and_then(|it| it.extends.as_ref()).map(|it| it.as_str());
        }
    }
}

fn known_profile(spec: &Spec, name: &str, span: crate::text::Span, cx: &mut Checks<'_>) {
    let all: Vec<_> =
        spec.policy_profiles.iter().map(|(name, profile)| (name.as_str(), profile.span)).collect();
    known("profile", name, span, &all, cx);
}

/// Access is denied by default, so a name that leads nowhere would never be noticed.
fn models(spec: &Spec, contract: &Contract, cx: &mut Checks<'_>) {
    cx.empty("models", &contract.allow.models);
    if let Some(apis) = &contract.allow.apis {
        let all: Vec<_> = spec.apis.iter().map(|api| (api.id.as_str(), api.id.span)).collect();
        for api in apis.iter() {
            known("API", api.as_str(), api.span, &all, cx);
        }
    }
    let open = terms::apis(spec, contract);
    let names: Vec<&str> = spec
        .apis
        .iter()
        .filter(|api| contract.allow.apis.is_none() || open.contains(&api.id.as_str()))
        .flat_map(|api| routing::names_of_api(spec, api))
        .map(|served| served.name)
        .collect();
    for model in contract.allow.models.iter() {
        if names.iter().any(|name| name.eq_ignore_ascii_case(model.as_str())) {
            continue;
        }
        let found = cx
            .diagnostic(
                &codes::UNKNOWN_REFERENCE,
                model.span,
                format!("no API serves a model `{}`", model.as_str()),
            )
            .did_you_mean(model.as_str(), names.iter().copied());
        let found = if found.help.is_empty() { found.help("add it, or correct the name") } else { found };
        cx.push(found);
    }
}

fn subscriptions(contract: &Contract, cx: &mut Checks<'_>) {
    cx.empty("subscriptions", &contract.keys.subscriptions);
    for name in contract.keys.subscriptions.iter() {
        let id = terms::subscription_id(contract, name.as_str());
        if id.len() > SUBSCRIPTION_ID_MAX {
            let message = format!(
                "`{id}` has {} characters; the id of a subscription may have {SUBSCRIPTION_ID_MAX}",
                id.len()
            );
            let found = cx.diagnostic(&codes::OUT_OF_RANGE, name.span, message).help("choose a shorter name");
            cx.push(found);
        }
    }
}

/// A new key that is delivered nowhere reaches nobody, and so cuts everybody off.
fn keys(contract: &Contract, cx: &mut Checks<'_>) {
    let vaults = &contract.keys.deliver_to;
    unique("vault", vaults.iter().map(|to| (to.key_vault.as_str(), to.key_vault.span)), cx);
    if vaults.len() > VAULTS_MAX {
        let message = format!("the keys are delivered to more than {VAULTS_MAX} vaults");
        let found = cx.diagnostic(&codes::OUT_OF_RANGE, vaults.span, message);
        cx.push(found.help("let those who use them share a vault"));
    }
    if let Some(rotation) = contract.keys.rotation.as_ref().filter(|_| vaults.is_empty()) {
        let message = "new keys of a rotation would be delivered nowhere";
        let found = cx.diagnostic(&codes::MISSING_FIELD, rotation.span, message);
        cx.push(found.help("add `deliverTo: [{ keyVault: ID }]`"));
    }
}

fn limits_of(limits: &ContractLimits, contract: &Contract, cx: &mut Checks<'_>) {
    let nothing = |limits: &ModelLimits| limits.tokens_per_minute.is_none() && limits.token_quota.is_none();
    let all = limits.models.values().chain(&limits.product);
    for limits in all.filter(|limits| nothing(limits)) {
        let found = cx
            .diagnostic(&codes::MISSING_FIELD, limits.span, "these limits limit nothing")
            .help("add `tokensPerMinute` or `tokenQuota`, or leave them out");
        cx.push(found);
    }
    for (name, limits) in limits.models.iter() {
        if contract.allow.models.iter().any(|it| it.as_str().eq_ignore_ascii_case(name)) {
            continue;
        }
        let found = cx
            .diagnostic(
                &codes::UNKNOWN_REFERENCE,
                limits.span,
                format!("`{}` may not use the model `{name}` that it has a limit for", contract.id.as_str()),
            )
            .related(cx.source, contract.allow.models.span, "what it may use")
            .help("add the model to `allow.models`, or remove its limit");
        cx.push(found);
    }
}
