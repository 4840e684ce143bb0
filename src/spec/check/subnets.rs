//! Subnets inside the address space of their network and apart from each other.

use std::collections::BTreeMap;

use super::Checks;
use super::network::{EXTRA_SUBNETS_MAX, too_many};
use crate::spec::codes;
use crate::spec::decode::At;
use crate::spec::types::{Cidr, Delegation, ExtraSubnet, Network};

/// Those that the landing zone makes, bicep/baseline/modules/networking.bicep.
const OWN_NAMES: [&str; 3] = ["snet-app-gateway", "snet-private-endpoints", "snet-apim"];

/// Names by which Azure knows the subnets of its own gateways and firewalls. All but the last are reserved
/// (learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private); the last is that of Route Server, which
/// takes no security group (learn.microsoft.com/azure/route-server/route-server-faq). With one, gateways of VPN and ExpressRoute
/// may fail (learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings); Azure Firewall has it switched off
/// (learn.microsoft.com/azure/firewall/firewall-faq); Bastion takes only one with the rules of Bastion
/// (learn.microsoft.com/azure/bastion/bastion-nsg). All read 2026-12-01.
const RESERVED_NAMES: [&str; 5] = [
    "gatewaysubnet",
    "azurefirewallsubnet",
    "azurefirewallmanagementsubnet",
    "azurebastionsubnet",
    "routeserversubnet",
];

/// What an environment of Container Apps with workload profiles needs: /27
/// (learn.microsoft.com/azure/container-apps/custom-virtual-networks, 2025-05-01, read 2026-12-01).
const CONTAINER_APPS_MIN: u32 = 32;

/// Reports each of `subnets`, with the name that it has in the spec, that lies outside of `network` or overlaps one before it.
pub(super) fn placed(network: &At<Cidr>, subnets: &[(String, At<Cidr>)], cx: &mut Checks<'_>) {
    for (index, (name, subnet)) in subnets.iter().enumerate() {
        if !network.contains(subnet.value) {
            let message =
                format!("subnet `{name}` ({}) lies outside the network ({})", subnet.value, network.value);
            let found = cx
                .diagnostic(&codes::SUBNET, subnet.span, message)
                .related(cx.source, network.span, "the network")
                .help("choose a range inside the network's address space");
            cx.push(found);
        }
        for (other_name, other) in &subnets[..index] {
            if subnet.overlaps(other.value) {
                let message = format!(
                    "subnet `{name}` ({}) overlaps subnet `{other_name}` ({})",
                    subnet.value, other.value
                );
                let found = cx
                    .diagnostic(&codes::SUBNET, subnet.span, message)
                    .related(cx.source, other.span, format!("`{other_name}`"))
                    .help("choose a range that no other subnet uses");
                cx.push(found);
            }
        }
    }
}

/// Names of further subnets once each, and room for what they are handed to.
pub(super) fn extra(network: &At<Network>, cx: &mut Checks<'_>) {
    let subnets = &network.extra_subnets;
    too_many("extraSubnets", subnets.len(), EXTRA_SUBNETS_MAX, subnets.span, cx);
    let mut names = BTreeMap::new();
    for subnet in subnets.iter().take(EXTRA_SUBNETS_MAX) {
        let (name, span) = (subnet.name.as_str(), subnet.name.span);
        let plain = name.to_ascii_lowercase();
        let found = if OWN_NAMES.contains(&plain.as_str()) {
            cx.diagnostic(
                &codes::DUPLICATE_ID,
                span,
                format!("the landing zone has a subnet `{name}` of its own"),
            )
            .help("choose another name; `subnets` has the ranges of its own ones")
        } else if RESERVED_NAMES.contains(&plain.as_str()) {
            let message =
                format!("`{name}` is for a gateway or firewall of Azure's, which takes no such rules");
            cx.diagnostic(&codes::CONFLICT, span, message)
                .help("choose another name, or make it in another network, which `peering` leads to")
        } else if let Some(first) = names.insert(plain, span) {
            cx.diagnostic(&codes::DUPLICATE_ID, span, format!("a second subnet `{name}`"))
                .related(cx.source, first, "the first")
                .help("rename one of the two")
        } else {
            size(subnet, cx);
            continue;
        };
        cx.push(found);
    }
}

fn size(subnet: &ExtraSubnet, cx: &mut Checks<'_>) {
    let range = subnet.address_range;
    let delegation = subnet.delegation.as_ref().map(|delegation| delegation.value);
    if delegation == Some(Delegation::ContainerApps) && range.size() < CONTAINER_APPS_MIN {
        let message = format!(
            "subnet `{}` ({}) has {} addresses; an environment of Container Apps needs {CONTAINER_APPS_MIN}",
            subnet.name.as_str(),
            range.value,
            range.size(),
        );
        let found = cx
            .diagnostic(&codes::SUBNET, range.span, message)
            .help("choose a range with a prefix of /27 or less");
        cx.push(found);
    }
}
