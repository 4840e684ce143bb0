//! Microsoft.Network: addresses and the subnets that come with a virtual network.

use std::net::Ipv4Addr;

use serde_json::{Map, Value as Json, json};

use super::{ArmFault, Draft, Provider, no_action, service_network, stable_octet};
use crate::sandbox::{Resource, State};

pub(super) const TYPES: &[Provider] = &[
    Provider { resource_type: "Microsoft.Network/publicIPAddresses", complete: public_ip, action: no_action },
    Provider {
        resource_type: "Microsoft.Network/virtualNetworks",
        complete: virtual_network,
        action: no_action,
    },
    Provider {
        resource_type: "Microsoft.Network/privateEndpoints",
        complete: private_endpoint,
        action: no_action,
    },
    Provider {
        resource_type: "Microsoft.Network/trafficManagerProfiles",
        complete: traffic_manager,
        action: no_action,
    },
];

/// 203.0.113.0/24 is for documentation (RFC 5737): no packet goes there.
fn public_ip(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    draft.set("ipAddress", format!("203.0.113.{}", stable_octet(draft.id())));
    if let Some(label) = draft.text("/properties/dnsSettings/domainNameLabel").map(str::to_owned) {
        let location = draft.text("/location").unwrap_or_default();
        let fqdn = format!("{label}.{location}.cloudapp.azure.com");
        draft.resource.body["properties"]["dnsSettings"]["fqdn"] = Json::from(fqdn);
    }
    Ok(())
}

/// An endpoint in Azure leads to a name, so a public address needs one
/// (learn.microsoft.com/azure/traffic-manager/traffic-manager-endpoint-types, read 2026-12-01).
fn traffic_manager(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let name = draft.text("/properties/dnsConfig/relativeName").unwrap_or_default().to_ascii_lowercase();
    if name.is_empty() {
        return Err(ArmFault::bad_request("BadRequest", "The profile has no relative DNS name."));
    }
    let state = draft.state;
    let endpoints = draft.resource.body.pointer_mut("/properties/endpoints").and_then(Json::as_array_mut);
    for endpoint in endpoints.into_iter().flatten() {
        let target =
            endpoint.pointer("/properties/targetResourceId").and_then(Json::as_str).unwrap_or_default();
        let address = crate::sandbox::ResourceId::parse(target).and_then(|id| state.get(&id));
        let host = address.and_then(|it| it.text("/properties/dnsSettings/fqdn").map(str::to_owned));
        let Some(host) = host else {
            let message = format!("The target resource {target} was not found, or has no DNS name.");
            return Err(ArmFault::bad_request("BadRequest", message));
        };
        endpoint["properties"]["target"] = Json::from(host);
        endpoint["properties"]["endpointMonitorStatus"] = Json::from("Online");
    }
    draft.resource.body["properties"]["dnsConfig"]["fqdn"] = Json::from(format!("{name}.trafficmanager.net"));
    Ok(())
}

/// Subnets written inside a network are resources of their own.
fn virtual_network(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let network = draft.id().clone();
    let Some(subnets) = draft.resource.body.pointer_mut("/properties/subnets").and_then(Json::as_array_mut)
    else {
        return Ok(());
    };
    for subnet in subnets {
        let name = subnet.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
        if name.is_empty() || !subnet.is_object() {
            return Err(ArmFault::bad_request("InvalidRequestFormat", "A subnet has no name."));
        }
        let id = network.child("subnets", &name);
        subnet["id"] = Json::from(id.to_string());
        subnet["type"] = Json::from(id.resource_type());
        subnet["properties"]["provisioningState"] = Json::from("Succeeded");
        draft.also.push(Resource { id, body: subnet.clone(), secret: Map::new() });
    }
    Ok(())
}

/// What a private endpoint leads to.
pub(super) const ENDPOINT_TARGET: &str =
    "/properties/privateLinkServiceConnections/0/properties/privateLinkServiceId";

fn private_endpoint(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let subnet = draft.text("/properties/subnet/id").unwrap_or_default();
    let Some(address) = address_in(draft.state, subnet, 5) else {
        let message = format!("Resource {subnet} referenced by resource {} was not found.", draft.id());
        return Err(ArmFault::not_found("InvalidResourceReference", message));
    };
    service_network::takes_endpoint(draft.state, draft.text(ENDPOINT_TARGET).unwrap_or_default())?;
    draft.set("customDnsConfigs", json!([{"ipAddresses": [address.to_string()]}]));
    draft.default("networkInterfaces", json!([]));
    Ok(())
}

/// The address `offset` places into a deployed subnet; Azure keeps the first four for itself.
pub(super) fn address_in(state: &State, subnet_id: &str, offset: u32) -> Option<Ipv4Addr> {
    let subnet = state.get(&crate::sandbox::ResourceId::parse(subnet_id)?)?;
    let prefix =
        subnet.text("/properties/addressPrefix").or_else(|| subnet.text("/properties/addressPrefixes/0"))?;
    let network: Ipv4Addr = prefix.split('/').next()?.parse().ok()?;
    Some(Ipv4Addr::from_bits(network.to_bits().wrapping_add(offset)))
}
