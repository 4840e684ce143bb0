//! The private endpoints of further regions, and the zones that their names stand in.

use super::literal::{Literal, list, object};
use crate::model::{
    LandingZone, RegionEndpoints, RegionNetwork, ZONE_CONTENT_SAFETY, ZONE_EVENT_HUB, ZONE_KEY_VAULT,
    ZONE_OPENAI, ZONE_REDIS,
};

/// What an endpoint leads to, as Azure names it.
struct Target<'a> {
    resource_type: &'static str,
    name: &'a str,
    group: &'static str,
    zone: &'static str,
    endpoint: &'a str,
}

/// The endpoint of the vault; all fields are there even where the region has none, so that the module may name them.
pub(super) fn of_baseline(zone: &LandingZone, network: &RegionNetwork) -> Literal {
    let endpoints = network.endpoints.as_ref();
    let vault = endpoints.map(|endpoints| Target {
        resource_type: "Microsoft.KeyVault/vaults",
        name: &zone.names.key_vault,
        group: "vault",
        zone: ZONE_KEY_VAULT,
        endpoint: &endpoints.key_vault,
    });
    object([
        ("resourceGroup", endpoints.map_or("", |it| it.resource_group.as_str()).into()),
        ("endpoints", list(vault.as_slice(), target)),
    ])
}

/// The endpoints of what stage `genai` makes, for each region that has its own.
pub(super) fn of_genai(zone: &LandingZone) -> Literal {
    let regions: Vec<_> = zone
        .additional_regions
        .iter()
        .filter_map(|region| {
            let network = region.network.as_ref()?;
            Some((region, network, network.endpoints.as_ref()?))
        })
        .collect();
    list(&regions, |(region, network, endpoints)| {
        let targets = targets(zone, endpoints);
        let mut zones: Vec<&str> = targets.iter().map(|target| target.zone).collect();
        zones.sort_unstable();
        zones.dedup();
        object([
            ("location", (&region.location).into()),
            ("virtualNetwork", (&network.names.virtual_network).into()),
            ("resourceGroup", (&endpoints.resource_group).into()),
            ("zones", list(&zones, |zone| (*zone).into())),
            ("endpoints", list(&targets, target)),
        ])
    })
}

fn targets<'a>(zone: &'a LandingZone, endpoints: &'a RegionEndpoints) -> Vec<Target<'a>> {
    const ACCOUNT: &str = "Microsoft.CognitiveServices/accounts";
    let account =
        |name, zone, endpoint| Target { resource_type: ACCOUNT, name, group: "account", zone, endpoint };
    let models =
        zone.accounts.iter().zip(&endpoints.accounts).map(|(it, name)| account(&it.name, ZONE_OPENAI, name));
    let hub = zone.event_hub.iter().map(|_| Target {
        resource_type: "Microsoft.EventHub/namespaces",
        name: &zone.names.event_hub_namespace,
        group: "namespace",
        zone: ZONE_EVENT_HUB,
        endpoint: &endpoints.event_hub,
    });
    let safety = zone
        .content_safety
        .iter()
        .map(|it| account(&it.name, ZONE_CONTENT_SAFETY, &endpoints.content_safety));
    let language = zone.language.iter().map(|it| account(&it.name, ZONE_CONTENT_SAFETY, &endpoints.language));
    let redis = zone.redis.iter().map(|redis| Target {
        resource_type: "Microsoft.Cache/redisEnterprise",
        name: &redis.name,
        group: "redisEnterprise",
        zone: ZONE_REDIS,
        endpoint: &endpoints.redis,
    });
    models.chain(hub).chain(safety).chain(language).chain(redis).collect()
}

fn target(target: &Target<'_>) -> Literal {
    object([
        ("name", target.endpoint.into()),
        ("targetType", target.resource_type.into()),
        ("targetName", target.name.into()),
        ("groupId", target.group.into()),
        ("zone", target.zone.into()),
    ])
}
