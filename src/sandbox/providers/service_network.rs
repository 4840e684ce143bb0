//! What an API Management service and its network have to have for each other: the tier a mode, the subnet a delegation
//! or none, the public endpoint a private one beside it. The words are ours; what is refused is what the pages say that
//! `catalog::tiers` names.

use std::net::Ipv4Addr;

use serde_json::{Value as Json, json};

use super::{ArmFault, Draft, network, stable_octet};
use crate::catalog::tiers::{self, NetworkMode, Tier};
use crate::sandbox::{ResourceId, State};

pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let sku = draft.text("/sku/name").unwrap_or_default().to_owned();
    let Some(tier) = tiers::find(&sku) else {
        // Consumption, Isolated and the AI gateway are stored as they are sent.
        return Ok(());
    };
    let units = draft.resource.at("/sku/capacity").and_then(Json::as_u64).unwrap_or(1);
    if units == 0 || units > u64::from(tier.units_max) {
        let message = format!("The capacity {units} is not valid for the SKU {}.", tier.name);
        return Err(ArmFault::bad_request("InvalidParameters", message));
    }
    let mode = mode(draft, tier);
    regions(draft, tier, mode)?;
    draft.set("platformVersion", if tier.is_v2 { "mtv1" } else { "stv2" });
    if !tier.modes.contains(&mode) {
        let message = format!("The SKU {} does not support this virtual network type.", tier.name);
        return Err(ArmFault::bad_request("InvalidParameters", message));
    }
    if mode.is_in_network() {
        in_subnet(draft, mode)?;
    }
    public_access(draft)
}

/// Gateways in other regions have addresses of their own.
fn regions(draft: &mut Draft<'_>, tier: &Tier, mode: NetworkMode) -> Result<(), ArmFault> {
    let own = stable_octet(draft.id());
    let state = draft.state;
    let Some(regions) = draft.resource.body.pointer_mut("/properties/additionalLocations") else {
        return Ok(());
    };
    let regions = regions.as_array_mut().filter(|regions| !regions.is_empty());
    let Some(regions) = regions else { return Ok(()) };
    if !tier.regions {
        let message = format!("The SKU {} does not support additional locations.", tier.name);
        return Err(ArmFault::bad_request("InvalidParameters", message));
    }
    // 198.51.100.0/24 is for documentation too (RFC 5737).
    for (index, region) in regions.iter_mut().enumerate().take(usize::from(u8::MAX)) {
        let last = (usize::from(own) + index) % 254 + 1;
        region["publicIPAddresses"] = json!([format!("198.51.100.{last}")]);
        if mode.is_in_network() {
            let address = region_address(region, state)?;
            if mode == NetworkMode::Internal {
                region["privateIPAddresses"] = json!([address.to_string()]);
            }
        }
    }
    Ok(())
}

/// A service that stands in a network does so in all regions, in a network of each
/// (learn.microsoft.com/azure/api-management/api-management-howto-deploy-multi-region, excerpts seen 2026-12-01).
fn region_address(region: &Json, state: &State) -> Result<Ipv4Addr, ArmFault> {
    let text = |at: &str| region.pointer(at).and_then(Json::as_str).unwrap_or_default();
    let plain = |name: &str| name.to_ascii_lowercase().replace(' ', "");
    let location = plain(text("/location"));
    let subnet = text("/virtualNetworkConfiguration/subnetResourceId");
    let refused = |message: String| ArmFault::bad_request("InvalidParameters", message);
    let Some(address) = network::address_in(state, subnet, 4) else {
        return Err(refused(format!("The subnet {subnet} of the location {location} was not found.")));
    };
    let network = ResourceId::parse(subnet).and_then(|id| id.parent()).and_then(|id| state.get(&id));
    if network.and_then(|network| network.text("/location").map(plain)) != Some(location.clone()) {
        return Err(refused(format!("The subnet {subnet} is not in the location {location}.")));
    }
    let address_id = ResourceId::parse(text("/publicIpAddressId"));
    if address_id.is_none_or(|id| state.get(&id).is_none()) {
        return Err(refused(format!("The location {location} has no public IP address.")));
    }
    Ok(address)
}

fn mode(draft: &Draft<'_>, tier: &Tier) -> NetworkMode {
    let kind = draft.text("/properties/virtualNetworkType").unwrap_or("None");
    match (kind.to_ascii_lowercase().as_str(), tier.is_v2) {
        ("internal", false) => NetworkMode::Internal,
        ("internal", true) => NetworkMode::Injection,
        ("external", false) => NetworkMode::External,
        ("external", true) => NetworkMode::Integration,
        _ => NetworkMode::None,
    }
}

/// Only a service inside a virtual network has private addresses.
fn in_subnet(draft: &mut Draft<'_>, mode: NetworkMode) -> Result<(), ArmFault> {
    let subnet =
        draft.text("/properties/virtualNetworkConfiguration/subnetResourceId").unwrap_or_default().to_owned();
    let Some(address) = network::address_in(draft.state, &subnet, 4) else {
        let message = format!("The subnet {subnet} was not found.");
        return Err(ArmFault::bad_request("InvalidParameters", message));
    };
    let delegation = ResourceId::parse(&subnet).and_then(|id| draft.state.get(&id)).and_then(|subnet| {
        subnet.text("/properties/delegations/0/properties/serviceName").map(str::to_owned)
    });
    let fits = match (mode.delegation(), &delegation) {
        (Some(wanted), Some(is)) => wanted.eq_ignore_ascii_case(is),
        (wanted, is) => wanted.is_none() && is.is_none(),
    };
    if !fits {
        let message = format!(
            "The subnet {subnet} is delegated to {}; it has to be delegated to {}.",
            delegation.as_deref().unwrap_or("nothing"),
            mode.delegation().unwrap_or("nothing"),
        );
        return Err(ArmFault::bad_request("InvalidParameters", message));
    }
    if mode != NetworkMode::Integration {
        draft.set("privateIPAddresses", json!([address.to_string()]));
    }
    Ok(())
}

/// The public endpoint is closed only for a service that is there and has a private one.
fn public_access(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    draft.default("publicNetworkAccess", "Enabled");
    let closed =
        draft.text("/properties/publicNetworkAccess").is_some_and(|it| it.eq_ignore_ascii_case("Disabled"));
    let own = draft.id().to_string();
    let has_endpoint = || {
        draft.state.of_type("Microsoft.Network/privateEndpoints").iter().any(|endpoint| {
            endpoint.text(network::ENDPOINT_TARGET).is_some_and(|target| target.eq_ignore_ascii_case(&own))
        })
    };
    if closed && !has_endpoint() {
        let message =
            "Blocking all public network access needs an approved private endpoint connection first.";
        return Err(ArmFault::bad_request("InvalidParameters", message));
    }
    Ok(())
}

/// A service of a classic tier that is in a network takes no private endpoint
/// (learn.microsoft.com/azure/api-management/private-endpoint, section "Limitations", seen 2026-11-30).
pub(super) fn takes_endpoint(state: &State, target: &str) -> Result<(), ArmFault> {
    let service = ResourceId::parse(target).and_then(|id| state.get(&id));
    let Some(service) = service.filter(|it| it.id.is_type("Microsoft.ApiManagement/service")) else {
        return Ok(());
    };
    let tier = tiers::find(service.text("/sku/name").unwrap_or_default());
    let inside =
        service.text("/properties/virtualNetworkType").is_some_and(|it| !it.eq_ignore_ascii_case("None"));
    let message = match tier {
        Some(tier) if !tier.private_endpoint => format!("The SKU {} has no private endpoints.", tier.name),
        Some(tier) if !tier.is_v2 && inside => {
            "Private endpoints are not supported for a service in a virtual network.".to_owned()
        }
        _ => return Ok(()),
    };
    Err(ArmFault::bad_request("InvalidParameters", message))
}
