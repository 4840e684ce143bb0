//! Further regions of the gateway: the tier, their networks, and Traffic Manager in front of them.

use super::Checks;
use crate::catalog::tiers::Tier;
use crate::diag::Code;
use crate::spec::codes;
use crate::spec::decode::At;
use crate::spec::types::{AdditionalRegion, Cidr, PrivateDns, RegionNetwork, Spec, Zones};
use crate::text::{Span, plural};

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    traffic_manager(spec, cx);
    let regions = &spec.azure.additional_regions;
    if regions.is_empty() {
        return;
    }
    let tier = spec.baseline.apim.sku.name.tier();
    possible(spec, tier, cx);
    let mut seen = vec![(spec.azure.location.normalized(), spec.azure.location.span)];
    for region in regions.iter() {
        let name = region.location.normalized();
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == name) {
            let found = cx
                .diagnostic(
                    &codes::DUPLICATE_ID,
                    region.location.span,
                    format!("a second time the region `{name}`"),
                )
                .related(cx.source, *first, "the first")
                .help("remove one of the two");
            cx.push(found);
        }
        seen.push((name, region.location.span));
        zones(region, cx);
    }
    networks(spec, tier, cx);
}

fn refuse(code: &'static Code, span: Span, message: impl Into<String>, help: &str, cx: &mut Checks<'_>) {
    let found = cx.diagnostic(code, span, message.into()).help(help);
    cx.push(found);
}

fn possible(spec: &Spec, tier: &Tier, cx: &mut Checks<'_>) {
    let span = spec.azure.additional_regions.span;
    if !tier.regions {
        let message = format!("the tier {} has one region", tier.name);
        refuse(&codes::TIER, span, message, "choose `Premium`, or remove `additionalRegions`", cx);
    } else if spec.baseline.apim.private_endpoint.value {
        let help = "leave `privateEndpoint` out, or remove `additionalRegions`";
        refuse(&codes::TIER, span, "a private endpoint leads to one region", help, cx);
    } else if let Some(existing) = &spec.baseline.network.existing
        && spec.baseline.network.apim_mode.mode().is_in_network()
    {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                span,
                "networks of further regions are made and connected with the first, which is there already",
            )
            .related(cx.source, existing.span, "the network that is there")
            .help("leave `existing` out, or remove `additionalRegions`");
        cx.push(found);
    }
}

fn zones(region: &AdditionalRegion, cx: &mut Checks<'_>) {
    if let Zones::Listed(zones) = &region.zones.value
        && (region.capacity.0 as usize).checked_rem(zones.len()).is_some_and(|rest| rest != 0)
    {
        let message = format!(
            "{} cannot be spread evenly over {}",
            plural(region.capacity.0 as usize, "unit"),
            plural(zones.len(), "zone")
        );
        let help = "set `capacity` to a multiple of the number of zones, or `zones` to `auto`";
        refuse(&codes::TIER, region.zones.span, message, help, cx);
    }
}

/// In a network each region has one of its own
/// (learn.microsoft.com/azure/api-management/api-management-howto-deploy-multi-region, excerpts seen 2026-12-01).
fn networks(spec: &Spec, tier: &Tier, cx: &mut Checks<'_>) {
    let own = &spec.baseline.network;
    let mode = own.apim_mode.mode();
    if !tier.regions {
        return;
    }
    let mut ranges: Vec<(String, At<Cidr>)> = vec![("the first region".to_owned(), own.address_space)];
    for region in spec.azure.additional_regions.iter() {
        let name = region.location.normalized();
        let network = match (&region.network, mode.is_in_network()) {
            (Some(network), true) => network,
            (None, true) => {
                let message = format!("`network` is missing: in mode `{}` each region has one", mode.word());
                let help =
                    "add `network` with `addressSpace` and `subnets`, or set `network.apimMode` to `none`";
                refuse(&codes::MISSING_FIELD, region.location.span, message, help, cx);
                continue;
            }
            (Some(network), false) => {
                let message = "the gateway stands outside of the network, in this region too";
                let help = "leave `network` out, or set `network.apimMode` to `internal` or `external`";
                refuse(&codes::CONFLICT, network.span, message, help, cx);
                continue;
            }
            (None, false) => continue,
        };
        subnets(spec, network, cx);
        endpoints(spec, &name, network, cx);
        let needed = tier.addresses_needed(region.capacity.0, mode);
        let apim = network.subnets.apim;
        if apim.size() < needed {
            let message = format!(
                "subnet `apim` ({}) has {} addresses; {} with {} in mode `{}` needs {needed}",
                apim.value,
                apim.size(),
                tier.name,
                plural(region.capacity.0 as usize, "unit"),
                mode.word(),
            );
            let prefix = 32 - needed.next_power_of_two().ilog2();
            let help = format!("choose a range with a prefix of /{prefix} or less");
            refuse(&codes::SUBNET, apim.span, message, &help, cx);
        }
        if let Some((of, other)) =
            ranges.iter().find(|(_, other)| network.address_space.overlaps(other.value))
        {
            let message = format!(
                "the network of `{name}` ({}) overlaps that of {of} ({})",
                network.address_space.value, other.value
            );
            let found = cx
                .diagnostic(&codes::SUBNET, network.address_space.span, message)
                .related(cx.source, other.span, "the other network")
                .help(
                    "choose a range that no other region uses; networks that are connected must not overlap",
                );
            cx.push(found);
        }
        ranges.push((format!("`{name}`"), network.address_space));
    }
}

fn subnets(spec: &Spec, network: &RegionNetwork, cx: &mut Checks<'_>) {
    let (apim, app_gateway) = (network.subnets.apim, network.subnets.app_gateway);
    if app_gateway.is_none() && spec.baseline.app_gateway.is_some() {
        let message = "`appGateway` is missing: each region has an Application Gateway";
        refuse(&codes::MISSING_FIELD, network.subnets.span, message, "add `appGateway`", cx);
    }
    let given = [
        ("apim", Some(apim)),
        ("appGateway", app_gateway),
        ("privateEndpoints", network.subnets.private_endpoints),
    ];
    let all: Vec<_> =
        given.into_iter().filter_map(|(name, subnet)| Some((name.to_owned(), subnet?))).collect();
    super::subnets::placed(&network.address_space, &all, cx);
}

/// Where a region goes on when the first fails.
fn endpoints(spec: &Spec, name: &str, region: &At<RegionNetwork>, cx: &mut Checks<'_>) {
    let dns = &spec.baseline.network.private_dns;
    match (&region.subnets.private_endpoints, &dns.value) {
        (None, _) => {
            let first = spec.azure.location.normalized();
            let message = format!("the gateway of `{name}` calls through the private endpoints of `{first}`");
            let help = "add `subnets.privateEndpoints`, so that it goes on where the first region fails";
            refuse(&codes::REGION_ENDPOINTS, region.span, message, help, cx);
        }
        (Some(subnet), PrivateDns::Existing(_)) => {
            let message = "endpoints of two regions have one name, and a zone that is there already keeps one record of it";
            let found = cx
                .diagnostic(&codes::CONFLICT, subnet.span, message)
                .related(cx.source, dns.span, "the zones that are there")
                .help(
                    "set `privateDns` to `create`, or to `none` and keep the names of each region yourself, or leave the subnet out",
                );
            cx.push(found);
        }
        (Some(_), PrivateDns::Create | PrivateDns::None) => {}
    }
}

fn traffic_manager(spec: &Spec, cx: &mut Checks<'_>) {
    let Some(manager) = &spec.baseline.network.traffic_manager else { return };
    let mode = spec.baseline.network.apim_mode.mode();
    let (message, help) = if spec.azure.additional_regions.is_empty() {
        (
            "there is one region, and nothing to choose",
            "add `azure.additionalRegions`, or leave `trafficManager` out",
        )
    } else if !mode.is_in_network() {
        (
            "further regions have an Application Gateway only where the gateway stands in a network",
            "set `network.apimMode` to `internal` or `external`, or leave `trafficManager` out: the service itself leads callers to the nearest region",
        )
    } else if spec.baseline.app_gateway.is_none() {
        (
            "it leads to Application Gateways, and there are none",
            "add `baseline.appGateway`, or leave `trafficManager` out",
        )
    } else {
        return;
    };
    refuse(&codes::CONFLICT, manager.span, message, help, cx);
}
