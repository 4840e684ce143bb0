//! The network of a landing zone.

use crate::catalog::tiers::NetworkMode;

/// The virtual network; address ranges as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    pub address_space: String,
    pub app_gateway_subnet: String,
    pub private_endpoints_subnet: String,
    pub apim_subnet: String,
    pub extra_subnets: Vec<ExtraSubnet>,
    /// How the gateway stands towards the network.
    pub mode: NetworkMode,
    pub deny_internet_out: bool,
    pub extra_rules: Vec<ExtraRule>,
    /// None where the network is made.
    pub existing: Option<ExistingNetwork>,
    pub private_dns: PrivateDns,
    pub peerings: Vec<Peering>,
    pub firewall_next_hop: Option<String>,
    pub traffic_manager: Option<TrafficManager>,
    pub front_door: Option<FrontDoor>,
}

/// A further subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraSubnet {
    pub name: String,
    pub address_range: String,
    /// The service that it is handed to, such as `Microsoft.App/environments`.
    pub delegation: Option<&'static str>,
    /// The name of its network security group.
    pub nsg: String,
}

/// One name in front of the Application Gateways of all regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrafficManager {
    /// `Performance` or `Priority`.
    pub method: &'static str,
    pub ttl_seconds: u32,
}

/// Azure Front Door before the Application Gateways of all regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontDoor {
    /// `Premium` or `Standard`.
    pub sku: &'static str,
    /// Whether its firewall has managed rules.
    pub managed_rules: bool,
    /// Whether the first region that is well is chosen; the nearest otherwise.
    pub by_priority: bool,
    pub custom_domain: Option<String>,
    pub origin_domain: Option<String>,
    pub response_timeout_seconds: u32,
    pub waf_prevents: bool,
    /// Of one address.
    pub requests_per_minute: Option<u32>,
}

/// The network of a further region, with the names of what stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionNetwork {
    pub address_space: String,
    pub app_gateway_subnet: Option<String>,
    pub apim_subnet: String,
    pub names: RegionNames,
    /// None where the region calls through the private endpoints of the first.
    pub endpoints: Option<RegionEndpoints>,
}

/// The private endpoints of a further region: a second one for each resource that the first region has one for.
///
/// Two endpoints of one resource register one name, and a zone holds one record of it, that of the endpoint that came
/// last; so each region has zones of its own, linked with its own network alone. Zones are told apart by their resource
/// group, since their name is given by the service
/// (azure.github.io/multi-region-platform/private-dns-multi-region.html, 2026-10-14, "Why a single global zone can be a problem";
/// github.com/adstuart/azure-privatelink-multiregion, option 1, excerpts seen 2026-12-01). The alternative, one zone with
/// one endpoint that records are moved from when a region fails, needs somebody who moves them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionEndpoints {
    pub subnet: String,
    /// The group of the endpoints and their zones. It stands in the region, so that it can be changed where the first fails.
    pub resource_group: String,
    /// That of the vault.
    pub key_vault: String,
    /// Those of the accounts, in the order of the landing zone's.
    pub accounts: Vec<String>,
    pub event_hub: String,
    pub content_safety: String,
    pub language: String,
    pub redis: String,
}

/// Names of what is there once in each further region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionNames {
    pub virtual_network: String,
    pub nsg_app_gateway: String,
    pub nsg_private_endpoints: String,
    pub nsg_apim: String,
    pub route_table: String,
    pub public_ip_app_gateway: String,
    pub public_ip_apim: String,
    pub app_gateway: String,
    pub waf_policy: String,
}

/// Ids of a network and subnets that are there already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExistingNetwork {
    pub virtual_network: String,
    pub app_gateway_subnet: Option<String>,
    pub private_endpoints_subnet: String,
    pub apim_subnet: Option<String>,
}

/// A rule of the user, in the words of ARM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraRule {
    /// `appGateway`, `privateEndpoints` or `apim`.
    pub subnet: String,
    pub name: String,
    pub direction: &'static str,
    pub access: &'static str,
    pub protocol: &'static str,
    pub priority: u32,
    pub source: String,
    pub destination: String,
    pub ports: Vec<String>,
}

/// Who keeps the names of private endpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PrivateDns {
    /// Zones of this landing zone.
    #[default]
    Create,
    /// Somebody else.
    None,
    /// Zones that are there already: ids by name.
    Existing(Vec<(String, String)>),
}

impl PrivateDns {
    /// The id of a zone that is there already; empty where it is made or kept elsewhere.
    pub fn existing(&self, zone: &str) -> &str {
        match self {
            Self::Existing(ids) => ids.iter().find(|(name, _)| name == zone).map_or("", |(_, id)| id),
            Self::Create | Self::None => "",
        }
    }
}

/// A connection with another network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peering {
    pub name: String,
    pub virtual_network: String,
    pub both_sides: bool,
    pub use_gateway: bool,
}

/// The private DNS zones that private endpoints register in
/// (learn.microsoft.com/azure/private-link/private-endpoint-dns, 2025-08-04).
pub const ZONE_KEY_VAULT: &str = "privatelink.vaultcore.azure.net";
pub const ZONE_OPENAI: &str = "privatelink.openai.azure.com";
pub const ZONE_CONTENT_SAFETY: &str = "privatelink.cognitiveservices.azure.com";
/// Of Azure Managed Redis; the older caches have `privatelink.redis.cache.windows.net`.
pub const ZONE_REDIS: &str = "privatelink.redis.azure.net";
pub const ZONE_EVENT_HUB: &str = "privatelink.servicebus.windows.net";
pub const ZONE_APIM: &str = "privatelink.azure-api.net";
/// Of the storage that a cluster of Azure Data Explorer takes records in with; its own zone is named after its region.
pub const ZONES_STORAGE: [(&str, &str); 3] = [
    ("blob", "privatelink.blob.core.windows.net"),
    ("queue", "privatelink.queue.core.windows.net"),
    ("table", "privatelink.table.core.windows.net"),
];
