//! What stands beside deployments and resources in a subscription: itself, its tenant, locations, resource providers and
//! their registration, and who may do what.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Value as Json, json};

use super::Shared;
use super::http::{Call, Reply};
use crate::catalog::{azure_types, regions};
use crate::sandbox::ArmFault;

/// Owner and Contributor (learn.microsoft.com, built-in-roles, 2026-11): the roles that the sandbox hands out.
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";

/// Serves paths right below a subscription; None for those of others.
pub(super) fn serve(shared: &Shared, call: &Call, rest: &[&str]) -> Option<Result<Reply, ArmFault>> {
    let lower: Vec<String> = rest.iter().map(|part| part.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let reply = match (call.method.as_str(), lower.as_slice()) {
        ("GET", []) => Ok(Reply::ok(subscription(shared))),
        ("GET", ["locations"]) => Ok(Reply::list(locations(shared))),
        ("GET", ["providers"]) => {
            Ok(Reply::list(namespaces().iter().map(|(name, types)| provider(shared, name, types)).collect()))
        }
        ("GET", ["providers", namespace]) => one_provider(shared, namespace),
        ("POST", ["providers", namespace, verb @ ("register" | "unregister")]) => {
            let found = one_provider(shared, namespace);
            let mut unregistered = shared.unregistered();
            if *verb == "register" {
                unregistered.remove(*namespace);
            } else {
                unregistered.insert((*namespace).to_owned());
            }
            drop(unregistered);
            found.and_then(|_| one_provider(shared, namespace))
        }
        _ => return None,
    };
    Some(reply)
}

/// Serves `/subscriptions` and `/tenants`; None for other paths.
pub(super) fn serve_tenant(shared: &Shared, call: &Call) -> Option<Reply> {
    let [only] = call.path.as_slice() else { return None };
    if call.method != Method::GET {
        return None;
    }
    match only.to_ascii_lowercase().as_str() {
        "subscriptions" => Some(Reply::list(vec![subscription(shared)])),
        "tenants" => {
            let id = &shared.options.tenant_id;
            Some(Reply::list(vec![json!({
                "id": format!("/tenants/{id}"), "tenantId": id, "displayName": "sandbox",
                "tenantCategory": "Home", "tenantType": "AAD",
            })]))
        }
        _ => None,
    }
}

pub(super) fn subscription(shared: &Shared) -> Json {
    let subscription_id = &shared.options.subscription_id;
    json!({
        "id": format!("/subscriptions/{subscription_id}"), "subscriptionId": subscription_id,
        "tenantId": shared.options.tenant_id, "displayName": "sandbox", "state": shared.options.subscription_state,
        "authorizationSource": "RoleBased", "managedByTenants": [], "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off",
        },
    })
}

/// What the principal that asks is, as `Microsoft.Authorization` lists it: Owner where it may do everything.
pub(super) fn role_assignments(shared: &Shared) -> Vec<Json> {
    let scope = format!("/subscriptions/{}", shared.options.subscription_id);
    let is_owner = shared.options.not_actions.is_empty();
    let role = if is_owner { OWNER } else { CONTRIBUTOR };
    let name = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, shared.issuer.object_id().as_bytes());
    vec![json!({
        "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"),
        "name": name.to_string(), "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "scope": scope, "principalId": shared.issuer.object_id(), "principalType": "ServicePrincipal",
            "roleDefinitionId": format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}"),
        },
    })]
}

/// What the principal may do, the same at every scope.
pub(super) fn permissions(shared: &Shared) -> Reply {
    Reply::list(vec![json!({
        "actions": shared.options.actions, "notActions": shared.options.not_actions,
        "dataActions": [], "notDataActions": [],
    })])
}

/// A built-in role by its id.
pub(super) fn role_definition(shared: &Shared, id: &str) -> Option<Json> {
    let name = match id {
        OWNER => "Owner",
        CONTRIBUTOR => "Contributor",
        _ => return None,
    };
    let scope = format!("/subscriptions/{}", shared.options.subscription_id);
    Some(json!({
        "id": format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{id}"), "name": id,
        "type": "Microsoft.Authorization/roleDefinitions",
        "properties": {"roleName": name, "type": "BuiltInRole", "assignableScopes": ["/"]},
    }))
}

/// Regions that are open only to those who asked are not among them.
fn locations(shared: &Shared) -> Vec<Json> {
    let open = regions::all().iter().filter(|region| !region.restricted);
    open.map(|region| {
        let zones = region
            .zones
            .iter()
            .map(|zone| json!({"logicalZone": zone, "physicalZone": format!("{}-az{zone}", region.name)}));
        json!({
            "id": format!("/subscriptions/{}/locations/{}", shared.options.subscription_id, region.name),
            "name": region.name, "type": "Region", "displayName": region.display_name,
            "regionalDisplayName": format!("({}) {}", region.geography, region.display_name),
            "metadata": {
                "regionType": "Physical", "regionCategory": "Recommended", "geography": region.geography,
            },
            "availabilityZoneMappings": zones.collect::<Vec<_>>(),
        })
    })
    .collect()
}

/// Namespaces and their types with versions, as far as a landing zone needs them; keys are lower case.
fn namespaces() -> BTreeMap<String, BTreeMap<&'static str, Vec<&'static str>>> {
    let mut found: BTreeMap<String, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for resource_type in azure_types::all() {
        if let Some((namespace, rest)) = resource_type.name.split_once('/') {
            let types = found.entry(namespace.to_ascii_lowercase()).or_default();
            types.entry(rest).or_default().push(resource_type.api_version);
        }
    }
    found
}

fn one_provider(shared: &Shared, namespace: &str) -> Result<Reply, ArmFault> {
    match namespaces().get_key_value(namespace) {
        Some((name, types)) => Ok(Reply::ok(provider(shared, name, types))),
        None => Err(ArmFault::not_found(
            "InvalidResourceNamespace",
            format!("The resource namespace '{namespace}' is invalid."),
        )),
    }
}

fn provider(shared: &Shared, key: &str, types: &BTreeMap<&'static str, Vec<&'static str>>) -> Json {
    let subscription_id = &shared.options.subscription_id;
    let namespace = azure_types::all()
        .find_map(|known| {
            known.name.split_once('/').map(|(name, _)| name).filter(|name| name.eq_ignore_ascii_case(key))
        })
        .unwrap_or(key);
    let is_registered = !shared.unregistered().contains(key);
    let places: Vec<&str> = regions::all().iter().map(|region| region.display_name.as_str()).collect();
    let types = types.iter().map(|(name, versions)| {
        let mut versions = versions.clone();
        versions.sort_unstable_by(|one, other| other.cmp(one));
        // Only types that stand on their own have a place.
        let locations: &[&str] = if name.contains('/') { &[] } else { &places };
        json!({"resourceType": name, "locations": locations, "apiVersions": versions, "capabilities": "None"})
    });
    json!({
        "id": format!("/subscriptions/{subscription_id}/providers/{namespace}"), "namespace": namespace,
        "registrationState": if is_registered { "Registered" } else { "NotRegistered" },
        "registrationPolicy": "RegistrationRequired", "resourceTypes": types.collect::<Vec<_>>(),
    })
}
