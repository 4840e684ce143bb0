//! The parameters of stage `baseline`, bicep/baseline/main.bicep.

use super::Secret;
use super::literal::{Literal, list, object};
use super::region_endpoints;
use super::stage::{Draft, Given};
use crate::catalog::tiers::ZoneSupport;
use crate::model::{
    AppGateway, Certificate, ExtraRule, ExtraSubnet, FrontDoor, LandingZone, PrivateDns, RegionNetwork,
    TrafficManager, ZONE_APIM, ZONE_KEY_VAULT, spread_over,
};

/// The health page of every API Management gateway.
const GATEWAY_STATUS_PATH: &str = "/status-0123456789abcdef";

pub(super) fn draft(zone: &LandingZone) -> Draft {
    let certificate = match zone.app_gateway.as_ref().map(|gateway| (&gateway.certificate, &gateway.fqdn)) {
        Some((Certificate::SelfSigned { validity_months }, fqdn)) => {
            Given::Secret(Secret::SelfSignedCertificate {
                fqdn: fqdn.clone(),
                validity_months: *validity_months,
            })
        }
        Some((Certificate::PfxFile { path, password_env }, _)) => {
            Given::Secret(Secret::PfxFile { path: path.clone(), password_env: password_env.clone() })
        }
        // A certificate that is in a vault already, or none at all.
        Some((Certificate::KeyVaultSecret { .. }, _)) | None => Given::Value("".into()),
    };
    Draft {
        name: "baseline",
        parameters: vec![
            ("location", Given::Value((&zone.gateway.location).into())),
            ("tags", Given::Value(tags(zone))),
            ("names", Given::Value(names(zone))),
            ("existingResourceGroups", Given::Value(existing_groups(zone))),
            ("zones", Given::Value(list(&zone.zones, Literal::from))),
            ("network", Given::Value(network(zone))),
            ("privateDns", Given::Value(private_dns(zone))),
            ("apim", Given::Value(apim(zone))),
            ("appGateway", Given::Value(app_gateway(zone))),
            ("certificatePfx", certificate),
            ("regions", Given::Value(regions(zone))),
            ("trafficManager", Given::Value(traffic_manager(zone.network.traffic_manager.as_ref()))),
            ("frontDoor", Given::Value(front_door(zone.network.front_door.as_ref()))),
            ("locked", Given::Value(zone.locked.into())),
            (
                "keyVault",
                Given::Value(object([
                    ("purgeProtection", zone.key_vault.purge_protection.into()),
                    ("softDeleteDays", zone.key_vault.soft_delete_days.into()),
                ])),
            ),
            (
                "monitoring",
                Given::Value(object([
                    ("logRetentionDays", zone.monitoring.log_retention_days.into()),
                    ("metricDimensions", zone.monitoring.metric_dimensions.into()),
                    ("diagnostics", zone.monitoring.diagnostics.into()),
                    (
                        "existingWorkspaceId",
                        zone.monitoring.existing_workspace.as_deref().unwrap_or("").into(),
                    ),
                ])),
            ),
        ],
    }
}

pub(super) fn tags(zone: &LandingZone) -> Literal {
    Literal::Tags(zone.tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
}

pub(super) fn existing_groups(zone: &LandingZone) -> Literal {
    list(&zone.existing_groups, Literal::from)
}

fn names(zone: &LandingZone) -> Literal {
    let names = &zone.names;
    object([
        ("networkingResourceGroup", (&names.networking_resource_group).into()),
        ("sharedResourceGroup", (&names.shared_resource_group).into()),
        ("apimResourceGroup", (&names.apim_resource_group).into()),
        ("virtualNetwork", (&names.virtual_network).into()),
        ("nsgAppGateway", (&names.nsg_app_gateway).into()),
        ("nsgPrivateEndpoints", (&names.nsg_private_endpoints).into()),
        ("nsgApim", (&names.nsg_apim).into()),
        ("routeTable", (&names.route_table).into()),
        ("publicIpAppGateway", (&names.public_ip_app_gateway).into()),
        ("publicIpApim", (&names.public_ip_apim).into()),
        ("keyVault", (&names.key_vault).into()),
        ("privateEndpointKeyVault", (&names.private_endpoint_key_vault).into()),
        ("logAnalytics", (&names.log_analytics).into()),
        ("appInsights", (&names.app_insights).into()),
        ("apim", (&names.apim).into()),
        ("privateEndpointApim", (&names.private_endpoint_apim).into()),
        ("apimIdentity", (&names.apim_identity).into()),
        ("appGateway", (&names.app_gateway).into()),
        ("appGatewayIdentity", (&names.app_gateway_identity).into()),
        ("wafPolicy", (&names.waf_policy).into()),
        ("trafficManager", (&names.traffic_manager).into()),
        ("frontDoor", (&names.front_door).into()),
        ("frontDoorEndpoint", (&names.front_door_endpoint).into()),
        ("frontDoorWaf", (&names.front_door_waf).into()),
    ])
}

/// The networks of further regions.
pub(super) fn region_networks(zone: &LandingZone) -> impl Iterator<Item = &RegionNetwork> {
    zone.additional_regions.iter().filter_map(|region| region.network.as_ref())
}

/// Empty where the gateway stands in no network; else all of them have one, which the checks of the spec see to.
fn regions(zone: &LandingZone) -> Literal {
    let placed: Vec<_> = zone
        .additional_regions
        .iter()
        .filter_map(|region| Some((region, region.network.as_ref()?)))
        .collect();
    list(&placed, |(region, network)| {
        let names = &network.names;
        object([
            ("location", (&region.location).into()),
            ("zones", list(&region.zones, Literal::from)),
            (
                "names",
                object([
                    ("virtualNetwork", (&names.virtual_network).into()),
                    ("nsgAppGateway", (&names.nsg_app_gateway).into()),
                    ("nsgPrivateEndpoints", (&names.nsg_private_endpoints).into()),
                    ("nsgApim", (&names.nsg_apim).into()),
                    ("routeTable", (&names.route_table).into()),
                    ("publicIpAppGateway", (&names.public_ip_app_gateway).into()),
                    ("publicIpApim", (&names.public_ip_apim).into()),
                    ("appGateway", (&names.app_gateway).into()),
                    ("wafPolicy", (&names.waf_policy).into()),
                ]),
            ),
            (
                "network",
                object([
                    ("addressSpace", (&network.address_space).into()),
                    ("appGatewaySubnet", network.app_gateway_subnet.as_deref().unwrap_or("").into()),
                    (
                        "privateEndpointsSubnet",
                        network.endpoints.as_ref().map_or("", |it| it.subnet.as_str()).into(),
                    ),
                    ("apimSubnet", (&network.apim_subnet).into()),
                    // They stand in the first region.
                    ("extraSubnets", Literal::List(Vec::new())),
                ]),
            ),
            ("endpoints", region_endpoints::of_baseline(zone, network)),
        ])
    })
}

fn traffic_manager(manager: Option<&TrafficManager>) -> Literal {
    object([
        ("enabled", manager.is_some().into()),
        ("method", manager.map_or("Performance", |manager| manager.method).into()),
        ("ttlSeconds", Literal::Int(manager.map_or(0, |manager| manager.ttl_seconds))),
    ])
}

/// All fields are there even where there is no Front Door, so that the module may name them.
fn front_door(door: Option<&FrontDoor>) -> Literal {
    let text =
        |of: fn(&FrontDoor) -> Option<&String>| Literal::from(door.and_then(of).map_or("", String::as_str));
    object([
        ("enabled", door.is_some().into()),
        ("sku", Literal::Text(format!("{}_AzureFrontDoor", door.map_or("Premium", |door| door.sku)))),
        ("managedRules", door.is_some_and(|door| door.managed_rules).into()),
        ("priority", door.is_some_and(|door| door.by_priority).into()),
        ("customDomain", text(|door| door.custom_domain.as_ref())),
        ("originDomain", text(|door| door.origin_domain.as_ref())),
        ("responseTimeoutSeconds", Literal::Int(door.map_or(0, |door| door.response_timeout_seconds))),
        ("wafMode", waf_mode(door.is_none_or(|door| door.waf_prevents)).into()),
        ("requestsPerMinute", Literal::Int(door.and_then(|door| door.requests_per_minute).unwrap_or(0))),
    ])
}

fn waf_mode(prevents: bool) -> &'static str {
    if prevents { "Prevention" } else { "Detection" }
}

fn network(zone: &LandingZone) -> Literal {
    let network = &zone.network;
    let text = |text: Option<&String>| Literal::from(text.map_or("", String::as_str));
    let existing = network.existing.as_ref();
    object([
        ("addressSpace", (&network.address_space).into()),
        ("appGatewaySubnet", (&network.app_gateway_subnet).into()),
        ("privateEndpointsSubnet", (&network.private_endpoints_subnet).into()),
        ("apimSubnet", (&network.apim_subnet).into()),
        ("apimMode", network.mode.word().into()),
        ("delegation", network.mode.delegation().unwrap_or("").into()),
        ("denyInternetOut", network.deny_internet_out.into()),
        ("redis", zone.redis.is_some().into()),
        ("extraSubnets", list(&network.extra_subnets, extra_subnet)),
        ("extraRules", list(&network.extra_rules, extra_rule)),
        ("firewallNextHop", text(network.firewall_next_hop.as_ref())),
        (
            "peerings",
            list(&network.peerings, |peering| {
                object([
                    ("name", (&peering.name).into()),
                    ("virtualNetworkId", (&peering.virtual_network).into()),
                    ("bothSides", peering.both_sides.into()),
                    ("useGateway", peering.use_gateway.into()),
                ])
            }),
        ),
        (
            "existing",
            object([
                ("virtualNetworkId", text(existing.map(|it| &it.virtual_network))),
                ("appGatewaySubnetId", text(existing.and_then(|it| it.app_gateway_subnet.as_ref()))),
                ("privateEndpointsSubnetId", text(existing.map(|it| &it.private_endpoints_subnet))),
                ("apimSubnetId", text(existing.and_then(|it| it.apim_subnet.as_ref()))),
            ]),
        ),
    ])
}

fn extra_subnet(subnet: &ExtraSubnet) -> Literal {
    object([
        ("name", (&subnet.name).into()),
        ("addressRange", (&subnet.address_range).into()),
        ("delegation", subnet.delegation.unwrap_or("").into()),
        ("nsg", (&subnet.nsg).into()),
    ])
}

fn extra_rule(rule: &ExtraRule) -> Literal {
    let properties = object([
        ("priority", rule.priority.into()),
        ("direction", rule.direction.into()),
        ("access", rule.access.into()),
        ("protocol", rule.protocol.into()),
        ("sourceAddressPrefix", (&rule.source).into()),
        ("sourcePortRange", "*".into()),
        ("destinationAddressPrefix", (&rule.destination).into()),
        ("destinationPortRanges", list(&rule.ports, Literal::from)),
    ]);
    object([
        ("subnet", (&rule.subnet).into()),
        ("rule", object([("name", (&rule.name).into()), ("properties", properties)])),
    ])
}

/// An internal gateway has names that nobody else's zones have, so they are made wherever zones are not left to others.
fn private_dns(zone: &LandingZone) -> Literal {
    let dns = &zone.network.private_dns;
    let is_inside = zone.network.mode.is_called_from_within();
    object([
        ("create", (*dns == PrivateDns::Create).into()),
        ("gateway", (is_inside && *dns != PrivateDns::None).into()),
        ("keyVault", dns.existing(ZONE_KEY_VAULT).into()),
        ("apim", dns.existing(ZONE_APIM).into()),
    ])
}

fn apim(zone: &LandingZone) -> Literal {
    let tier = zone.gateway.tier();
    let lists_zones = tier.is_some_and(|tier| tier.zones == ZoneSupport::Listed);
    let zones = if lists_zones { spread_over(zone.gateway.capacity, &zone.zones) } else { &[] };
    let zone_redundant =
        tier.is_some_and(|tier| tier.zones == ZoneSupport::AllOrNone) && !zone.zones.is_empty();
    object([
        ("skuName", (&zone.gateway.sku).into()),
        ("capacity", zone.gateway.capacity.into()),
        ("isV2", tier.is_some_and(|tier| tier.is_v2).into()),
        ("zones", list(zones, Literal::from)),
        ("zoneRedundant", zone_redundant.into()),
        (
            "additionalRegions",
            list(&zone.additional_regions, |region| {
                object([
                    ("location", (&region.location).into()),
                    ("capacity", region.capacity.into()),
                    ("zones", list(spread_over(region.capacity, &region.zones), Literal::from)),
                ])
            }),
        ),
        ("publisherName", (&zone.publisher.name).into()),
        ("publisherEmail", (&zone.publisher.email).into()),
        ("minApiVersion", (&zone.service.min_api_version).into()),
        ("portal", zone.service.portal.into()),
        ("releaseChannel", zone.service.release_channel.as_deref().unwrap_or("").into()),
        ("privateEndpoint", zone.service.private_endpoint.into()),
        // The policy of the semantic cache takes no identity but the service's own.
        ("systemIdentity", (!zone.embeddings.is_empty()).into()),
    ])
}

/// All fields are there even where there is no Application Gateway, so that the module may name them.
fn app_gateway(zone: &LandingZone) -> Literal {
    let gateway = zone.app_gateway.as_ref();
    // What stands before all regions asks through the Application Gateway whether the gateway is well.
    let is_probed = zone.network.traffic_manager.is_some() || zone.network.front_door.is_some();
    let probed = is_probed.then(|| GATEWAY_STATUS_PATH.to_owned());
    let routes: Vec<String> =
        gateway.iter().flat_map(|gateway| gateway.routes.iter().cloned().chain(probed.clone())).collect();
    let number = |of: fn(&AppGateway) -> u32| Literal::Int(gateway.map_or(0, of));
    let text = |of: fn(&AppGateway) -> &str| Literal::from(gateway.map_or("", of));
    object([
        ("enabled", gateway.is_some().into()),
        ("fqdn", text(|gateway| &gateway.fqdn)),
        ("wafMode", waf_mode(gateway.is_none_or(|gateway| gateway.waf_prevents)).into()),
        ("ruleSetType", text(|gateway| &gateway.rule_set_type)),
        ("ruleSetVersion", text(|gateway| &gateway.rule_set_version)),
        ("maxBodyKb", number(|gateway| gateway.max_body_kb)),
        ("minCapacity", number(|gateway| gateway.min_capacity)),
        ("maxCapacity", number(|gateway| gateway.max_capacity)),
        ("backendTimeoutSeconds", number(|gateway| gateway.backend_timeout_seconds)),
        ("routes", list(&routes, Literal::from)),
        (
            "keyVaultSecretId",
            text(|gateway| match &gateway.certificate {
                Certificate::KeyVaultSecret { id } => id,
                Certificate::SelfSigned { .. } | Certificate::PfxFile { .. } => "",
            }),
        ),
    ])
}
