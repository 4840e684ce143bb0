//! What a region offers and a subscription may have: models, quota, capacity, SKUs, and whether names are free. Answered
//! from the embedded catalogue and from what is deployed, in the form of the providers' REST references (api-versions
//! 2024-10-01 of Microsoft.CognitiveServices, 2024-05-01 of Microsoft.ApiManagement; 2026-11).

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::http::{Call, Reply};
use super::{Shared, azure_policy, soft_delete};
use crate::catalog::Catalog;
use crate::catalog::models::{Lifecycle, Model, Sku};
use crate::catalog::regions::{self, normalize};
use crate::sandbox::ArmFault;

/// What a subscription has where the options say nothing else: thousands of tokens a minute, or PTU.
const QUOTA: u64 = 1_000;
/// The tiers of API Management, and whether they are had only in the regions of the catalogue.
const TIERS: &[&str] =
    &["Developer", "Basic", "Standard", "Premium", "Consumption", "BasicV2", "StandardV2", "PremiumV2"];

/// Serves paths below `/subscriptions/{s}/providers/…`; None for those of others.
pub(super) fn serve(shared: &Shared, call: &Call, rest: &[&str]) -> Option<Result<Reply, ArmFault>> {
    let lower: Vec<String> = rest.iter().map(|part| part.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    if let Some(found) = soft_delete::serve(shared, call, rest) {
        return Some(found);
    }
    let given = |name: &str| call.body.get(name).and_then(Json::as_str).unwrap_or_default();
    let reply = match (call.method.as_str(), lower.get(1..).filter(|_| lower.first() == Some(&"providers"))?)
    {
        ("GET", ["microsoft.cognitiveservices", "locations", location, "models"]) => {
            Reply::list(models(&normalize(location)))
        }
        ("GET", ["microsoft.cognitiveservices", "locations", location, "usages"]) => {
            Reply::list(usages(shared, &normalize(location)))
        }
        ("GET", ["microsoft.cognitiveservices", "locations", location, "modelcapacities"]) => {
            Reply::list(capacities(shared, call, Some(&normalize(location))))
        }
        ("GET", ["microsoft.cognitiveservices", "modelcapacities"]) => {
            Reply::list(capacities(shared, call, None))
        }
        ("GET", ["microsoft.cognitiveservices", "skus"]) => Reply::list(account_skus()),
        ("POST", ["microsoft.cognitiveservices", "locations", _, "checkskuavailability"]) => {
            let skus = call.body.get("skus").and_then(Json::as_array).cloned().unwrap_or_default();
            let answer = |sku: &Json| {
                let is_had = sku == "S0";
                let mut answer = json!({
                    "kind": given("kind"), "type": given("type"), "skuName": sku, "skuAvailable": is_had,
                });
                if !is_had {
                    answer["reason"] = json!("NotAvailableForSubscription");
                }
                answer
            };
            Reply::list(skus.iter().map(answer).collect())
        }
        ("POST", ["microsoft.cognitiveservices", "checkdomainavailability"]) => {
            let name = given("subdomainName");
            let is_free = !domain_is_taken(shared, name);
            let mut found = json!({
                "isSubdomainAvailable": is_free, "subdomainName": name, "type": given("type"),
            });
            if !is_free {
                found["reason"] = json!(format!("Sub domain name '{name}' is already used."));
            }
            Reply::ok(found)
        }
        ("POST", ["microsoft.apimanagement", "checknameavailability"]) => {
            name_check(shared, "Microsoft.ApiManagement/service", given("name"))
        }
        ("POST", ["microsoft.keyvault", "checknameavailability"]) => {
            name_check(shared, "Microsoft.KeyVault/vaults", given("name"))
        }
        ("POST", ["microsoft.eventhub", "checknameavailability"]) => {
            name_check(shared, "Microsoft.EventHub/namespaces", given("name"))
        }
        ("POST", ["microsoft.storage", "checknameavailability"]) => {
            name_check(shared, "Microsoft.Storage/storageAccounts", given("name"))
        }
        ("GET", ["microsoft.apimanagement", "skus"]) => Reply::list(gateway_skus()),
        ("GET", ["microsoft.network", "applicationgatewayavailablewafrulesets"]) => {
            Reply::list(waf_rule_sets())
        }
        ("POST", ["microsoft.policyinsights", "checkpolicyrestrictions"]) => {
            Reply::ok(policy_restrictions(shared, call))
        }
        _ => return None,
    };
    Some(Ok(reply))
}

fn offered(location: &str) -> impl Iterator<Item = (&'static Model, &'static Sku)> {
    let catalog = Catalog::embedded().models;
    let location = location.to_owned();
    catalog.iter().filter(|model| !model.is_retired()).flat_map(move |model| {
        let location = location.clone();
        catalog.skus().filter(move |sku| model.is_offered(&sku.name, &location)).map(move |sku| (model, sku))
    })
}

fn models(location: &str) -> Vec<Json> {
    let mut found: Vec<(&Model, Vec<&Sku>)> = Vec::new();
    for (model, sku) in offered(location) {
        match found.last_mut() {
            Some((last, skus)) if std::ptr::eq(*last, model) => skus.push(sku),
            _ => found.push((model, vec![sku])),
        }
    }
    found.iter().map(|(model, skus)| described(model, skus)).collect()
}

fn described(model: &Model, skus: &[&Sku]) -> Json {
    let skus = skus.iter().map(|sku| {
        let step = if sku.is_provisioned() { 15 } else { 1 };
        json!({
            "name": sku.name, "usageName": sku.usage_name(&model.name), "rateLimits": [],
            "capacity": {"minimum": step, "maximum": 1_000_000, "step": step, "default": step},
        })
    });
    let mut described = json!({
        "kind": "OpenAI", "skuName": "S0",
        "model": {
            "format": "OpenAI", "name": model.name, "version": model.version, "isDefaultVersion": false,
            "maxCapacity": 1_000_000, "capabilities": {}, "skus": skus.collect::<Vec<_>>(),
            "lifecycleStatus": match model.lifecycle {
                Some(Lifecycle::Preview) => "Preview",
                Some(Lifecycle::Deprecated) => "Deprecating",
                Some(Lifecycle::Retired) => "Deprecated",
                Some(Lifecycle::Ga) | None => "GenerallyAvailable",
            },
        },
    });
    if let Some(date) = model.retires {
        described["model"]["deprecation"] = json!({"inference": format!("{date}T00:00:00Z")});
    }
    described
}

/// What is used of each quota of a region.
fn used(shared: &Shared, location: &str) -> BTreeMap<String, u64> {
    let mut used = BTreeMap::new();
    for deployment in shared.state.of_type("Microsoft.CognitiveServices/accounts/deployments") {
        let account = deployment.id.parent().and_then(|id| shared.state.get(&id));
        let place = account.as_ref().and_then(|account| account.text("/location")).map(normalize);
        let sku = deployment.text("/sku/name").and_then(|name| Catalog::embedded().models.sku(name));
        let (Some(sku), true) = (sku, place.as_deref() == Some(location)) else { continue };
        let name = sku.usage_name(deployment.text("/properties/model/name").unwrap_or_default());
        let capacity = deployment.at("/sku/capacity").and_then(Json::as_u64).unwrap_or(1);
        *used.entry(name).or_default() += capacity;
    }
    used
}

fn limit(shared: &Shared, usage: &str) -> u64 {
    shared.options.quota.get(usage).copied().unwrap_or(QUOTA)
}

fn usages(shared: &Shared, location: &str) -> Vec<Json> {
    let used = used(shared, location);
    let names: BTreeMap<String, ()> =
        offered(location).map(|(model, sku)| (sku.usage_name(&model.name), ())).collect();
    names
        .keys()
        .map(|name| {
            json!({
                "name": {"value": name, "localizedValue": name}, "unit": "Count",
                "currentValue": used.get(name).copied().unwrap_or_default(), "limit": limit(shared, name),
            })
        })
        .collect()
}

/// Refuses a model deployment that draws more than there is. Only quotas that the options name are held.
pub(super) fn check_quota(shared: &Shared, deployment: &crate::sandbox::Resource) -> Result<(), ArmFault> {
    let account = deployment.id.parent().and_then(|id| shared.state.get(&id));
    let location =
        account.as_ref().and_then(|account| account.text("/location")).map(normalize).unwrap_or_default();
    let sku = deployment.text("/sku/name").and_then(|name| Catalog::embedded().models.sku(name));
    let Some(sku) = sku else { return Ok(()) };
    let usage = sku.usage_name(deployment.text("/properties/model/name").unwrap_or_default());
    let Some(&limit) = shared.options.quota.get(&usage) else { return Ok(()) };
    let wanted = used(shared, &location).get(&usage).copied().unwrap_or_default();
    if wanted <= limit {
        return Ok(());
    }
    let own = deployment.at("/sku/capacity").and_then(Json::as_u64).unwrap_or(1);
    let message = format!(
        "This operation require {own} new capacity in quota {usage}, which is bigger than the current available capacity {}. The current quota usage is {} and the quota limit is {limit} for quota {usage}.",
        limit.saturating_sub(wanted - own),
        wanted - own
    );
    Err(ArmFault::bad_request("InsufficientQuota", message))
}

/// `?modelFormat=&modelName=&modelVersion=`, in one region or in all.
fn capacities(shared: &Shared, call: &Call, location: Option<&str>) -> Vec<Json> {
    let wanted = |name: &str| call.query(name).unwrap_or_default();
    let (name, version) = (wanted("modelName"), wanted("modelVersion"));
    let places = regions::all().iter().map(|region| region.name.as_str());
    let places = places.filter(|place| location.is_none_or(|location| location == *place));
    let mut found = Vec::new();
    for place in places {
        let used = used(shared, place);
        for (model, sku) in offered(place) {
            if !model.name.eq_ignore_ascii_case(&name) || !model.version.eq_ignore_ascii_case(&version) {
                continue;
            }
            let usage = sku.usage_name(&model.name);
            let available =
                limit(shared, &usage).saturating_sub(used.get(&usage).copied().unwrap_or_default());
            found.push(json!({
                "id": format!(
                    "/subscriptions/{}/providers/Microsoft.CognitiveServices/locations/{place}/models/OpenAI.{}.{}/skus/{}",
                    shared.options.subscription_id, model.name, model.version, sku.name
                ),
                "type": "Microsoft.CognitiveServices/locations/models/skus", "name": sku.name, "location": place,
                "properties": {
                    "model": {"format": "OpenAI", "name": model.name, "version": model.version},
                    "skuName": sku.name, "availableCapacity": available, "availableFinetuneCapacity": 0,
                },
            }));
        }
    }
    found
}

fn account_skus() -> Vec<Json> {
    let places = regions::all().iter().map(|region| region.name.as_str());
    places
        .filter(|place| offered(place).next().is_some())
        .map(|place| {
            json!({
                "resourceType": "accounts", "name": "S0", "tier": "Standard", "kind": "OpenAI",
                "locations": [place.to_ascii_uppercase()], "restrictions": [],
            })
        })
        .collect()
}

/// Where each tier can be had. For the classic tiers there is no table: they are everywhere.
fn gateway_skus() -> Vec<Json> {
    let mut skus = Vec::new();
    for tier in TIERS {
        let has = |region: &&regions::Region| {
            let v2 = region.apim_v2.iter().flatten().any(|other| other == tier);
            !region.restricted && (v2 || !tier.ends_with("V2"))
        };
        for region in regions::all().iter().filter(has) {
            let paused = region.apim_v2_paused.iter().any(|other| other == tier);
            let restrictions = if paused {
                vec![json!({
                    "type": "Location", "values": [region.name], "reasonCode": "NotAvailableForSubscription",
                    "restrictionInfo": {"locations": [region.name]},
                })]
            } else {
                Vec::new()
            };
            skus.push(json!({
                "resourceType": "service", "name": tier, "locations": [region.name],
                "locationInfo": [{"location": region.name, "zones": region.zones}],
                "capacity": {"minimum": 1, "maximum": 10, "default": 1, "scaleType": "Automatic"},
                "restrictions": restrictions,
            }));
        }
    }
    skus
}

fn domain_is_taken(shared: &Shared, name: &str) -> bool {
    let is_it = |text: Option<&str>| text.is_some_and(|text| text.eq_ignore_ascii_case(name));
    let accounts = shared.state.of_type("Microsoft.CognitiveServices/accounts");
    accounts.iter().any(|account| is_it(account.text("/properties/customSubDomainName")))
        || soft_delete::is_taken(shared, "Microsoft.CognitiveServices/accounts", name)
}

fn name_check(shared: &Shared, resource_type: &str, name: &str) -> Reply {
    let exists =
        shared.state.of_type(resource_type).iter().any(|other| other.id.name().eq_ignore_ascii_case(name));
    let is_deleted = soft_delete::is_taken(shared, resource_type, name);
    let (reason, message) = match (exists, is_deleted) {
        (true, _) => ("AlreadyExists", format!("The name '{name}' is already in use.")),
        (false, true) => ("AlreadyExists", format!("The name '{name}' is held by a soft-deleted resource.")),
        (false, false) => ("Valid", String::new()),
    };
    Reply::ok(json!({"nameAvailable": !exists && !is_deleted, "reason": reason, "message": message}))
}

/// The rule sets that learn.microsoft.com lists (application-gateway-crs-rulegroups-rules, 2026-11).
fn waf_rule_sets() -> Vec<Json> {
    [
        ("OWASP", "3.2"),
        ("Microsoft_DefaultRuleSet", "2.1"),
        ("Microsoft_BotManagerRuleSet", "1.0"),
        ("Microsoft_BotManagerRuleSet", "1.1"),
    ]
    .iter()
    .map(|(kind, version)| {
        json!({
            "name": format!("{kind}_{version}"),
            "properties": {"ruleSetType": kind, "ruleSetVersion": version, "ruleGroups": []},
        })
    })
    .collect()
}

/// What Azure Policy would say of a resource.
pub(super) fn policy_restrictions(shared: &Shared, call: &Call) -> Json {
    azure_policy::restrictions(&shared.faults().denied, &shared.options.subscription_id, &call.body)
}
