//! The terms of a contract: its own, and where it has none those of its profile and of what that extends.

use super::decode::At;
use super::types::{
    Api, ContentSafety, Contract, ContractBudget, ContractJwt, ContractLimits, ContractPriority, Pii,
    PolicyProfile, SemanticCache, Spec,
};

/// A profile that extends a profile that extends a profile: more steps than anybody can follow.
pub(super) const PROFILES_MAX: usize = 8;

/// What a contract comes to.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'s> {
    pub limits: Option<&'s At<ContractLimits>>,
    pub content_safety: Option<&'s At<ContentSafety>>,
    pub pii: Option<&'s At<Pii>>,
    pub semantic_cache: Option<&'s At<SemanticCache>>,
    pub jwt: Option<&'s At<ContractJwt>>,
    pub budget: Option<&'s At<ContractBudget>>,
    pub priority: Option<&'s At<ContractPriority>>,
}

/// Each part is taken whole from the nearest that gives it.
pub fn of<'s>(spec: &'s Spec, contract: &'s Contract) -> Terms<'s> {
    let profiles = chain(spec, contract.profile.as_ref().map(|profile| profile.as_str()));
    let limits = profiles.iter().find_map(|profile| profile.limits.as_ref());
    let content_safety = profiles.iter().find_map(|profile| profile.content_safety.as_ref());
    let pii = profiles.iter().find_map(|profile| profile.pii.as_ref());
    let semantic_cache = profiles.iter().find_map(|profile| profile.semantic_cache.as_ref());
    let jwt = profiles.iter().find_map(|profile| profile.auth.as_ref()?.jwt.as_ref());
    let budget = profiles.iter().find_map(|profile| profile.budget.as_ref());
    let priority = profiles.iter().find_map(|profile| profile.priority.as_ref());
    Terms {
        limits: contract.limits.as_ref().or(limits),
        content_safety: contract.content_safety.as_ref().or(content_safety),
        pii: contract.pii.as_ref().or(pii),
        semantic_cache: contract.semantic_cache.as_ref().or(semantic_cache),
        jwt: contract.auth.jwt.as_ref().or(jwt),
        budget: contract.budget.as_ref().or(budget),
        priority: contract.priority.as_ref().or(priority),
    }
}

/// A profile and what it extends, the nearest first; ends where a name is unknown or comes again.
pub(super) fn chain<'s>(spec: &'s Spec, first: Option<&'s str>) -> Vec<&'s PolicyProfile> {
    let mut names: Vec<&str> = Vec::new();
    let mut all = Vec::new();
    let mut next = first;
    while let Some(name) = next {
        let Some(profile) = spec.policy_profiles.get(name) else { break };
        if names.contains(&name) || all.len() == PROFILES_MAX {
            break;
        }
        names.push(name);
        all.push(&profile.value);
        next = profile.extends.as_ref().map(|extends| extends.as_str());
    }
    all
}

/// True where the contract is made in this environment.
pub fn applies(spec: &Spec, contract: &Contract) -> bool {
    let environment = &spec.metadata.environment;
    contract.environments.is_empty() || contract.environments.iter().any(|it| it.value == environment.value)
}

/// The ids of the APIs that a contract opens: those that serve one of its models, of those that it names.
pub fn apis<'s>(spec: &'s Spec, contract: &Contract) -> Vec<&'s str> {
    let serves = |api: &super::types::Api| {
        super::routing::names_of_api(spec, api).iter().any(|served| {
            contract.allow.models.iter().any(|it| it.as_str().eq_ignore_ascii_case(served.name))
        })
    };
    let is_meant = |api: &super::types::Api| match &contract.allow.apis {
        Some(named) => named.iter().any(|id| id.value == api.id.value),
        None => serves(api),
    };
    spec.apis.iter().filter(|api| is_meant(api)).map(|api| api.id.as_str()).collect()
}

/// The contracts whose calls of an API are all of its low class.
pub fn low<'s>(spec: &'s Spec, api: &Api) -> impl Iterator<Item = &'s Contract> {
    let is_low = |contract: &&At<Contract>| {
        of(spec, contract).priority.is_some_and(|priority| priority.value == ContractPriority::Low)
    };
    let all = spec.contracts.iter().filter(is_low).map(|contract| &contract.value);
    all.filter(|contract| applies(spec, contract) && apis(spec, contract).contains(&api.id.as_str()))
}

/// The id of a subscription of a contract.
pub fn subscription_id(contract: &Contract, name: &str) -> String {
    format!("{}-{name}", contract.id.as_str())
}

/// The secret that the key of a subscription is delivered as: letters, digits and hyphens, which is what a subscription's id is
/// made of, too (learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, Key Vault, 2026-11).
pub fn secret_name(subscription_id: &str) -> String {
    format!("apim-{subscription_id}")
}
