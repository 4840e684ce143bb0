//! What Azure is asked before anything is created: the questions of `plan::checks`, one request after the other. A
//! request that fails leaves its question open with the reason; it stops no other.

mod policies;

use std::collections::{BTreeMap, BTreeSet};

use super::destroy::{is_made, restorable};
use crate::azure::{ArmClient, Error, ErrorKind, ModelOffer, NameOf, Scope, Usage, is_allowed};
use crate::catalog::regions::normalize;
use crate::model::LandingZone;
use crate::plan::checks::{Answer, Capacity, Live, Named, Offer, Quota, needed_actions, needed_providers};
use crate::plan::{Plan, PolicyQuestions, Resource};

/// Resources whose existence matters: services, accounts, vaults and model deployments.
const EXISTING_MAX: usize = 500;

/// Asks everything that decides over `plan`; `questions` are those for Azure Policy.
pub async fn ask(
    client: &ArmClient,
    subscription_id: &str,
    zone: &LandingZone,
    plan: &Plan,
    questions: &PolicyQuestions,
) -> Live {
    let (existing, names) = names(client, subscription_id, plan).await;
    let mut models = BTreeMap::new();
    let mut usages = BTreeMap::new();
    let mut capacities = BTreeMap::new();
    for account in &zone.accounts {
        let location = normalize(&account.location);
        if models.contains_key(&location) {
            continue;
        }
        let offers = client.list_models(subscription_id, &location).await.map_err(why).map(|offers| {
            offers
                .into_iter()
                .map(|ModelOffer { name: model, version, sku, .. }| Offer { model, version, sku })
                .collect()
        });
        let used =
            client.list_usages(subscription_id, &location).await.map_err(why_no_usages).map(|usages| {
                usages.into_iter().map(|Usage { name, used, limit }| Quota { name, used, limit }).collect()
            });
        models.insert(location.clone(), offers);
        usages.insert(location, used);
    }
    for deployment in zone.accounts.iter().flat_map(|account| &account.deployments) {
        let key = (deployment.model.clone(), deployment.version.clone());
        if !deployment.sku.to_ascii_lowercase().contains("provisioned") || capacities.contains_key(&key) {
            continue;
        }
        let found = model_capacities(client, subscription_id, zone, &key.0, &key.1).await.map(|all| {
            all.into_iter()
                .map(|one| Capacity {
                    location: normalize(&one.location),
                    sku: one.sku,
                    available: one.available,
                })
                .collect()
        });
        capacities.insert(key, found);
    }
    let mut account_skus = BTreeMap::new();
    for location in models.keys() {
        let answer = client.check_account_sku(subscription_id, location, "OpenAI", "S0").await;
        account_skus.insert(location.clone(), answer.map_err(why));
    }
    let waf_rule_sets = match &zone.app_gateway {
        Some(_) => Some(client.list_waf_rule_sets(subscription_id).await.map_err(why)),
        None => None,
    };
    Live {
        locations: client
            .list_locations(subscription_id)
            .await
            .map_err(why)
            .map(|all| all.into_iter().map(|location| (normalize(&location.name), location.zones)).collect()),
        gateway_skus: client.list_gateway_skus(subscription_id).await.map_err(why).map(|all| {
            all.into_iter().map(|sku| (sku.tier, normalize(&sku.location), sku.restricted)).collect()
        }),
        models,
        usages,
        capacities,
        names,
        providers: providers(client, subscription_id, plan).await,
        policies: policies::ask(client, subscription_id, &questions.asked).await,
        policies_beyond: questions.beyond,
        account_skus,
        waf_rule_sets,
        gateway_policies: gateway_policies(client, plan).await,
        missing_actions: client.list_permissions(subscription_id).await.map_err(why).map(|permissions| {
            needed_actions(plan).into_iter().filter(|action| !is_allowed(&permissions, action)).collect()
        }),
        groups: groups(client, subscription_id, zone, plan).await,
        existing,
    }
}

/// There are four purposes at most. What is there before the first deployment is somebody's.
async fn groups(
    client: &ArmClient,
    subscription_id: &str,
    zone: &LandingZone,
    plan: &Plan,
) -> Vec<(String, Answer<Option<Vec<String>>>)> {
    let mut found = Vec::new();
    for name in &zone.existing_groups {
        let listed = client.list_group(subscription_id, name).await;
        let taken = match listed {
            Ok(Some(ids)) => taken_over(client, subscription_id, plan, ids).await.map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        found.push((name.clone(), taken.map_err(why)));
    }
    found
}

async fn taken_over(
    client: &ArmClient,
    subscription_id: &str,
    plan: &Plan,
    ids: Vec<String>,
) -> Result<Vec<String>, Error> {
    let scope = Scope::Subscription { subscription_id: subscription_id.to_owned() };
    let mut made: BTreeSet<String> = BTreeSet::new();
    for stage in &plan.stages {
        match client.get_deployment(&scope, &stage.deployment_name).await {
            Ok(_) => {}
            Err(error) if error.kind == ErrorKind::NotFound => {
                let own = stage.resources().filter(|resource| is_made(resource.change));
                made.extend(own.map(|resource| resource.id.to_ascii_lowercase()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(ids.into_iter().filter(|id| made.contains(&id.to_ascii_lowercase())).collect())
}

fn why(error: Error) -> String {
    error.to_string()
}

fn why_no_usages(error: Error) -> String {
    match error.kind {
        ErrorKind::Forbidden => format!("{error}; the role Cognitive Services Usages Reader allows it"),
        _ => error.to_string(),
    }
}

/// Which resources are there already, and whether the names of those that are not are free.
async fn names(client: &ArmClient, subscription_id: &str, plan: &Plan) -> (BTreeSet<String>, Vec<Named>) {
    let (mut existing, mut names) = (BTreeSet::new(), Vec::new());
    for resource in plan.resources().filter(|resource| matters(resource)).take(EXISTING_MAX) {
        let is_there = match client.get_resource(&resource.id, &resource.api_version).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(why(error)),
        };
        if is_there == Ok(true) {
            existing.insert(resource.id.to_ascii_lowercase());
        }
        let Some(of) = NameOf::of_type(&resource.resource_type) else { continue };
        let answer = match is_there {
            Ok(true) => Ok(Ok(())),
            Ok(false) => client.check_name(subscription_id, of, &resource.name).await.map_err(why),
            Err(why) => Err(why),
        };
        // Whether it is a resource of ours that was deleted is asked only where the name is taken.
        let is_taken = matches!(&answer, Ok(Err(_)));
        let is_soft_deleted = match restorable(resource).filter(|_| is_taken) {
            Some(restorable) => client.is_restorable(subscription_id, &restorable).await == Ok(true),
            None => false,
        };
        let subject = format!("{} {}", resource.resource_type, resource.name);
        names.push(Named { subject, answer, is_soft_deleted });
    }
    (existing, names)
}

/// In all regions; where that is refused, in those of the landing zone, one after the other.
async fn model_capacities(
    client: &ArmClient,
    subscription_id: &str,
    zone: &LandingZone,
    model: &str,
    version: &str,
) -> Answer<Vec<crate::azure::Capacity>> {
    let refused = match client.list_capacities(subscription_id, model, version).await {
        Ok(all) => return Ok(all),
        Err(error) => error,
    };
    let mut found = Vec::new();
    let locations: BTreeSet<String> = zone
        .accounts
        .iter()
        .filter(|account| account.deployments.iter().any(|one| one.model == model && one.version == version))
        .map(|account| normalize(&account.location))
        .collect();
    for location in locations {
        match client.list_capacities_in(subscription_id, &location, model, version).await {
            Ok(here) => found.extend(here),
            Err(error) => return Err(format!("{refused}; and for {location} alone: {error}")),
        }
    }
    Ok(found)
}

/// None where the gateway is not there yet.
async fn gateway_policies(client: &ArmClient, plan: &Plan) -> Option<Answer<BTreeSet<String>>> {
    let is_service = |name: &str| name.eq_ignore_ascii_case("Microsoft.ApiManagement/service");
    let service = plan.resources().find(|resource| is_service(&resource.resource_type))?;
    match client.list_gateway_policies(&service.id).await {
        Ok(names) => Some(Ok(names.into_iter().collect())),
        Err(error) if error.kind == ErrorKind::NotFound => None,
        Err(error) => Some(Err(why(error))),
    }
}

fn matters(resource: &Resource) -> bool {
    let is = |name: &str| resource.resource_type.eq_ignore_ascii_case(name);
    NameOf::of_type(&resource.resource_type).is_some()
        || is("Microsoft.CognitiveServices/accounts/deployments")
}

async fn providers(client: &ArmClient, subscription_id: &str, plan: &Plan) -> Vec<(String, Answer<String>)> {
    let mut found = Vec::new();
    for namespace in needed_providers(plan) {
        let answer = client.get_registration(subscription_id, &namespace).await;
        found.push((namespace, answer.map(|registration| registration.state).map_err(why)));
    }
    found
}
