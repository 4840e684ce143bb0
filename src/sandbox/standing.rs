//! What a spec says is there already: resource groups, the network it is put into, zones, a workspace, networks it is connected with. The
//! sandbox begins with nothing, so these are put there first, as the spec needs them.

use serde_json::{Map, Value as Json, json};

use super::{OutsideAccount, Resource, ResourceId, State};
use crate::model::{self, ExistingNetwork, KeySource, LandingZone, PrivateDns};
use crate::openai::Provider;
use crate::spec::ModelKind;

/// Whose vaults are not known.
const NO_SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";

/// Puts into `state` what `zone` does not make and yet refers to. `subscription_id`: the one that is deployed to.
pub fn put_what_is_there(zone: &LandingZone, subscription_id: &str, state: &State) {
    for name in &zone.existing_groups {
        let id = format!("/subscriptions/{subscription_id}/resourceGroups/{name}");
        put(state, &id, &zone.gateway.location, json!({}));
    }
    let network = &zone.network;
    if let Some(existing) = &network.existing {
        put_network(existing, zone, state);
    }
    if let PrivateDns::Existing(zones) = &network.private_dns {
        zones.iter().for_each(|(_, id)| put(state, id, "global", json!({})));
    }
    for peering in &network.peerings {
        put(state, &peering.virtual_network, &zone.gateway.location, json!({}));
    }
    if let Some(workspace) = &zone.monitoring.existing_workspace {
        put(state, workspace, &zone.gateway.location, json!({ "sku": { "name": "PerGB2018" } }));
    }
    for provider in &zone.providers {
        if let Some(id) = &provider.resource_id {
            put(
                state,
                id,
                &zone.gateway.location,
                json!({ "endpoint": format!("https://{}/", provider.host) }),
            );
        }
        state.put_outside(outside(provider));
    }
    for vault in zone.products.iter().flat_map(|product| &product.deliver_to) {
        put(state, vault, &zone.gateway.location, json!({}));
    }
    for key in &zone.keys {
        if let KeySource::VaultSecret(id) = &key.source {
            put_secret(state, id);
        }
    }
}

fn outside(provider: &model::Provider) -> OutsideAccount {
    OutsideAccount {
        host: provider.host.clone(),
        provider: match provider.kind {
            ModelKind::AzureOpenai => Provider::AzureOpenai,
            ModelKind::Foundry => Provider::Foundry,
            ModelKind::Openai | ModelKind::SelfHosted => Provider::Openai,
            ModelKind::Anthropic => Provider::Anthropic,
            ModelKind::Gemini => Provider::Gemini,
            ModelKind::Bedrock => Provider::Bedrock,
        },
        deployments: provider
            .deployments
            .iter()
            .map(|deployment| (deployment.name.clone(), deployment.model.clone()))
            .collect(),
    }
}

/// A secret of a vault that is somebody else's: `https://VAULT.vault.azure.net/secrets/NAME`. Its value opens nothing.
fn put_secret(state: &State, id: &str) {
    let parts = id.strip_prefix("https://").and_then(|rest| rest.split_once('.'));
    let Some((vault, name)) = parts.and_then(|(vault, rest)| Some((vault, rest.split_once("/secrets/")?.1)))
    else {
        return;
    };
    let group = format!("/subscriptions/{NO_SUBSCRIPTION}/resourceGroups/rg-elsewhere");
    let id = format!("{group}/providers/Microsoft.KeyVault/vaults/{vault}/secrets/{name}");
    let Some(id) = ResourceId::parse(&id) else { return };
    let body =
        json!({ "id": id.to_string(), "name": id.name(), "type": id.resource_type(), "properties": {} });
    let secret = Map::from_iter([("value".to_owned(), Json::from("key-of-the-sandbox"))]);
    if !state.exists(&id) {
        state.put(Resource { id, body, secret });
    }
}

/// The subnet of API Management is delegated as its mode needs it; the addresses are of our choosing.
fn put_network(existing: &ExistingNetwork, zone: &LandingZone, state: &State) {
    let location = &zone.gateway.location;
    let space = json!({ "addressSpace": { "addressPrefixes": ["10.250.0.0/16"] } });
    put(state, &existing.virtual_network, location, space);
    let delegations: Vec<Json> = zone
        .network
        .mode
        .delegation()
        .map(|service| json!({ "name": "api-management", "properties": { "serviceName": service } }))
        .into_iter()
        .collect();
    let subnets = [
        (existing.app_gateway_subnet.as_ref(), "10.250.4.0/24", Vec::new()),
        (Some(&existing.private_endpoints_subnet), "10.250.5.0/24", Vec::new()),
        (existing.apim_subnet.as_ref(), "10.250.7.0/24", delegations),
    ];
    for (id, prefix, delegations) in subnets {
        let Some(id) = id else { continue };
        put(state, id, location, json!({ "addressPrefix": prefix, "delegations": delegations }));
    }
}

/// A resource and its group, unless they are there.
fn put(state: &State, id: &str, location: &str, properties: Json) {
    // What the spec took for an id is one.
    let Some(id) = ResourceId::parse(id) else { return };
    let group = id.resource_group_id().and_then(|group| ResourceId::parse(&group));
    let group = group.filter(|group| *group != id).map(|group| (group, json!({})));
    for (id, mut properties) in group.into_iter().chain([(id, properties)]) {
        properties["provisioningState"] = Json::from("Succeeded");
        let body = json!({
            "id": id.to_string(),
            "name": id.name(),
            "type": id.resource_type(),
            "location": location,
            "properties": properties,
        });
        if !state.exists(&id) {
            state.put(Resource { id, body, secret: Map::new() });
        }
    }
}
