//! Subnets inside the address space and apart from each other, a network that is there already, its zones, and rules.

use std::collections::BTreeMap;

use super::Checks;
use crate::spec::codes;
use crate::spec::types::{ApimMode, ExistingNetwork, ExistingZones, Network, PrivateDns, Spec, store_zone};
use crate::text::Span;

/// The zones that private endpoints of a landing zone may need, and what for.
const ZONE_KEY_VAULT: &str = "privatelink.vaultcore.azure.net";
const ZONE_OPENAI: &str = "privatelink.openai.azure.com";
const ZONE_CONTENT_SAFETY: &str = "privatelink.cognitiveservices.azure.com";
const ZONE_REDIS: &str = "privatelink.redis.azure.net";
const ZONE_EVENT_HUB: &str = "privatelink.servicebus.windows.net";
const ZONE_APIM: &str = "privatelink.azure-api.net";
/// What a cluster takes records in with has names too (learn.microsoft.com/azure/data-explorer/security-network-private-endpoint).
const ZONE_BLOBS: &str = "privatelink.blob.core.windows.net";
const ZONE_QUEUES: &str = "privatelink.queue.core.windows.net";
const ZONE_TABLES: &str = "privatelink.table.core.windows.net";
const STORE: &str = "the store of usage records";

/// A network security group holds a thousand rules at most
/// (learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits, 2026); these are read
/// by people.
const EXTRA_RULES_MAX: usize = 200;

/// A network can have three thousand subnets (same page); these are read by people.
pub(super) const EXTRA_SUBNETS_MAX: usize = 100;

/// A network can have 500 peerings (same page).
const PEERINGS_MAX: usize = 500;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let network = &spec.baseline.network;
    match &network.existing {
        None => subnets(spec, cx),
        Some(existing) => existing_network(spec, &existing.value, cx),
    }
    if let PrivateDns::Existing(zones) = &network.private_dns.value {
        existing_zones(spec, zones, cx);
    }
    rules(&network.value, cx);
    peerings(&network.value, cx);
    let outside = network.apim_mode.value == ApimMode::None;
    if let Some(firewall) = network.firewall.as_ref().filter(|_| outside) {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                firewall.span,
                "a gateway outside of the network calls past its firewall",
            )
            .related(cx.source, network.apim_mode.span, "the mode")
            .help("choose another `apimMode`, or leave `firewall` out");
        cx.push(found);
    }
    if let Some(autoscale) = spec.baseline.app_gateway.as_ref().map(|gateway| &gateway.autoscale)
        && autoscale.min.0 > autoscale.max.0
    {
        let found = cx
            .diagnostic(&codes::OUT_OF_RANGE, autoscale.min.span, "`min` is greater than `max`")
            .related(cx.source, autoscale.max.span, "`max`")
            .help("set `min` to `max` or less");
        cx.push(found);
    }
}

fn subnets(spec: &Spec, cx: &mut Checks<'_>) {
    let network = &spec.baseline.network;
    let mut all = vec![
        ("appGateway".to_owned(), network.subnets.app_gateway),
        ("privateEndpoints".to_owned(), network.subnets.private_endpoints),
    ];
    if network.apim_mode.value != ApimMode::None {
        all.push(("apim".to_owned(), network.subnets.apim));
    }
    all.extend(
        network
            .extra_subnets
            .iter()
            .take(EXTRA_SUBNETS_MAX)
            .map(|subnet| (subnet.name.as_str().to_owned(), subnet.address_range)),
    );
    super::subnets::placed(&network.address_space, &all, cx);
    super::subnets::extra(network, cx);
    let sku = &spec.baseline.apim.sku;
    let (tier, subnet) = (sku.name.tier(), network.subnets.apim);
    let mode = network.apim_mode.mode();
    let needed = tier.addresses_needed(sku.capacity.0.min(tier.units_max), mode);
    if mode.is_in_network() && tier.modes.contains(&mode) && subnet.size() < needed {
        let found = cx
            .diagnostic(
                &codes::SUBNET,
                subnet.span,
                format!(
                    "subnet `apim` ({}) has {} addresses; {} with {} in mode `{}` needs {needed}",
                    subnet.value,
                    subnet.size(),
                    tier.name,
                    crate::text::plural(sku.capacity.0 as usize, "unit"),
                    mode.word(),
                ),
            )
            .related(cx.source, sku.span, "the tier")
            .help(format!(
                "choose a range with a prefix of /{} or less",
                32 - needed.next_power_of_two().ilog2()
            ));
        cx.push(found);
    }
}

/// What is said about a new network says nothing about one that is there.
fn existing_network(spec: &Spec, existing: &ExistingNetwork, cx: &mut Checks<'_>) {
    let network = &spec.baseline.network;
    // A default stands where the network does.
    let given = |span: Span| span != network.span;
    let conflicts = [
        ("addressSpace", Some(network.address_space.span).filter(|span| given(*span))),
        ("subnets", Some(network.subnets.span).filter(|span| given(*span))),
        ("extraSubnets", Some(network.extra_subnets.span).filter(|span| given(*span))),
        ("nsg", Some(network.nsg.span).filter(|span| given(*span))),
        ("peering", Some(network.peering.span).filter(|span| given(*span))),
        ("firewall", network.firewall.as_ref().map(|firewall| firewall.span)),
    ];
    for (field, span) in conflicts.into_iter().filter_map(|(field, span)| Some((field, span?))) {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                span,
                format!("`{field}` is about a new network, and `existing` names one"),
            )
            .related(cx.source, existing.vnet_id.span, "the network that is there")
            .help(format!("remove `{field}`, or `existing`"));
        cx.push(found);
    }
    let subnets = &existing.subnets;
    let needs = [
        ("apim", network.apim_mode.value != ApimMode::None, subnets.apim.is_some(), "API Management"),
        (
            "appGateway",
            spec.baseline.app_gateway.is_some(),
            subnets.app_gateway.is_some(),
            "the Application Gateway",
        ),
    ];
    for (field, needed, is_given, of) in needs {
        if needed && !is_given {
            let found = cx
                .diagnostic(
                    &codes::MISSING_FIELD,
                    subnets.span,
                    format!("`{field}` is missing: the subnet of {of}"),
                )
                .help(format!("add `{field}`"));
            cx.push(found);
        }
    }
    let own = spec.azure.subscription.as_ref();
    if let Some(own) = own.filter(|own| own.as_str().to_ascii_lowercase() != existing.vnet_id.subscription())
    {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                existing.vnet_id.span,
                "the network is in another subscription than the landing zone",
            )
            .related(cx.source, own.span, "its subscription")
            .help("choose a network of the same subscription, as API Management needs it");
        cx.push(found);
    }
}

/// Every zone that an endpoint registers in has to be there.
fn existing_zones(spec: &Spec, zones: &ExistingZones, cx: &mut Checks<'_>) {
    let in_network = spec.baseline.network.apim_mode.value != ApimMode::None;
    let has_store = in_network && spec.baseline.event_hub.as_ref().is_some_and(|hub| hub.store.is_some());
    let zone_store = store_zone(&spec.azure.location.normalized());
    let needs = [
        (ZONE_KEY_VAULT, true, "the Key Vault"),
        (ZONE_OPENAI, in_network, "the model accounts"),
        (ZONE_EVENT_HUB, in_network && spec.baseline.event_hub.is_some(), "the Event Hub"),
        (
            ZONE_CONTENT_SAFETY,
            in_network && (spec.baseline.content_safety.is_some() || spec.baseline.language.is_some()),
            "the accounts of Content Safety and Language",
        ),
        (ZONE_REDIS, in_network && spec.baseline.redis.is_some(), "the Redis"),
        (&zone_store, has_store, STORE),
        (ZONE_BLOBS, has_store, STORE),
        (ZONE_QUEUES, has_store, STORE),
        (ZONE_TABLES, has_store, STORE),
        (ZONE_APIM, spec.baseline.apim.private_endpoint.value, "the gateway"),
    ];
    for (zone, _, of) in needs.into_iter().filter(|(_, needed, _)| *needed) {
        if !zones.ids.iter().any(|id| id.zone() == zone) {
            let found = cx
                .diagnostic(&codes::MISSING_FIELD, zones.ids.span, format!("no zone `{zone}` for {of}"))
                .help("add its id, or set `privateDns` to `create` or `none`");
            cx.push(found);
        }
    }
    for (index, id) in zones.ids.iter().enumerate() {
        let (code, message, help) = if zones.ids[..index].iter().any(|other| other.zone() == id.zone()) {
            (&codes::DUPLICATE_ID, format!("a second zone `{}`", id.zone()), "keep one of them")
        } else if !needs.iter().any(|(zone, needed, _)| *needed && *zone == id.zone()) {
            (
                &codes::UNKNOWN_REFERENCE,
                format!("nothing of this landing zone registers in `{}`", id.zone()),
                "leave it out",
            )
        } else {
            continue;
        };
        let found = cx.diagnostic(code, id.span, message).help(help);
        cx.push(found);
    }
}

fn rules(network: &Network, cx: &mut Checks<'_>) {
    let rules = &network.nsg.extra_rules;
    too_many("extraRules", rules.len(), EXTRA_RULES_MAX, rules.span, cx);
    let mut names = BTreeMap::new();
    let mut places = BTreeMap::new();
    for rule in rules.iter().take(EXTRA_RULES_MAX) {
        let subnet = rule.subnet.word();
        if let Some(first) = names.insert((subnet, rule.name.as_str().to_ascii_lowercase()), rule.name.span) {
            let found = cx
                .diagnostic(
                    &codes::DUPLICATE_ID,
                    rule.name.span,
                    format!("a second rule `{}` of subnet `{subnet}`", rule.name.as_str()),
                )
                .related(cx.source, first, "the first")
                .help("rename one of the two");
            cx.push(found);
        }
        let place = (subnet, rule.direction.word(), rule.priority.0);
        if let Some(first) = places.insert(place, rule.priority.span) {
            let found = cx
                .diagnostic(
                    &codes::DUPLICATE_ID,
                    rule.priority.span,
                    format!("a second {} rule of subnet `{subnet}` with priority {}", place.1, place.2),
                )
                .related(cx.source, first, "the first")
                .help("choose another priority for one of the two");
            cx.push(found);
        }
        if rule.ports.is_empty() {
            let found = cx
                .diagnostic(&codes::OUT_OF_RANGE, rule.ports.span, "`ports` is empty")
                .help("write `[\"*\"]` for all ports");
            cx.push(found);
        }
    }
}

fn peerings(network: &Network, cx: &mut Checks<'_>) {
    let peerings = &network.peering;
    too_many("peering", peerings.len(), PEERINGS_MAX, peerings.span, cx);
    let mut names = BTreeMap::new();
    let mut gateway = None;
    for peering in peerings.iter().take(PEERINGS_MAX) {
        let name = peering.vnet_id.as_str().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        if let Some(first) = names.insert(name.clone(), peering.vnet_id.span) {
            let found = cx
                .diagnostic(
                    &codes::DUPLICATE_ID,
                    peering.vnet_id.span,
                    format!("a second peering with a network named `{name}`"),
                )
                .related(cx.source, first, "the first")
                .help("remove one of the two");
            cx.push(found);
        }
        if peering.use_gateway.value
            && let Some(first) = gateway.replace(peering.use_gateway.span)
        {
            let found = cx
                .diagnostic(
                    &codes::CONFLICT,
                    peering.use_gateway.span,
                    "a network uses the gateway of one other network at most",
                )
                .related(cx.source, first, "the first")
                .help("set `useGateway` on one peering");
            cx.push(found);
        }
    }
}

pub(super) fn too_many(field: &str, count: usize, max: usize, span: Span, cx: &mut Checks<'_>) {
    if count > max {
        let found = cx
            .diagnostic(&codes::OUT_OF_RANGE, span, format!("{count} items in `{field}`; there may be {max}"))
            .help("remove some of them");
        cx.push(found);
    }
}
