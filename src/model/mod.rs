//! Spec and catalog become a [`LandingZone`]: everything named, sized and placed. What the rest of the pipeline
//! asks about the landing zone it asks here, never the spec.

mod api_center;
mod backends;
mod event_store;
mod gateway;
pub mod naming;
mod network;
mod pii;
mod raw;
mod resolve;
mod routing;
mod semantic_cache;
mod surfaces;
mod usage;

use indexmap::IndexMap;

pub use api_center::*;
pub use backends::*;
pub use event_store::*;
pub use gateway::*;
pub use network::*;
pub use pii::*;
pub use raw::*;
pub use resolve::resolve;
pub use routing::*;
pub use semantic_cache::*;
pub use surfaces::*;
pub use usage::*;

use crate::catalog::tiers::{self, Tier};

/// A landing zone, resolved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LandingZone {
    /// `metadata.name`.
    pub name: String,
    pub environment: String,
    pub identifier: String,
    /// The subscription to deploy to; None where the spec leaves it to the command line.
    pub subscription_id: Option<String>,
    pub tags: IndexMap<String, String>,
    /// Whether what is in the resource groups cannot be deleted.
    pub locked: bool,
    pub gateway: GatewayPlacement,
    /// Further regions of the gateway.
    pub additional_regions: Vec<AdditionalRegion>,
    /// Names of the resource groups that are there already, each once.
    pub existing_groups: Vec<String>,
    /// Names of everything that is there once; accounts and their private endpoints carry their own.
    pub names: Names,
    /// The availability zones of public addresses; empty where the region has none.
    pub zones: Vec<String>,
    pub network: Network,
    pub publisher: Publisher,
    pub service: Service,
    pub app_gateway: Option<AppGateway>,
    pub key_vault: KeyVault,
    pub monitoring: Monitoring,
    pub event_hub: Option<EventHub>,
    pub content_safety: Option<ContentSafetyAccount>,
    pub language: Option<LanguageAccount>,
    pub redis: Option<Redis>,
    /// The deployments that prompts are made comparable by, each once.
    pub embeddings: Vec<Embeddings>,
    /// Azure OpenAI accounts in spec order.
    pub accounts: Vec<Account>,
    /// Accounts that are called and not made.
    pub providers: Vec<Provider>,
    pub pools: Vec<Pool>,
    /// The backend entities, as the APIs need them.
    pub backends: Vec<Backend>,
    pub backend_pools: Vec<BackendPool>,
    /// The keys of accounts.
    pub keys: Vec<KeyValue>,
    pub apis: Vec<Api>,
    /// APIs that lead to no pool.
    pub services: Vec<ServiceApi>,
    pub products: Vec<Product>,
    /// Where the APIs are listed.
    pub api_center: Option<ApiCenter>,
    /// The user's own policies.
    pub raw: RawPolicies,
    /// What tokens cost; None where everything is told in tokens.
    pub pricing: Option<Pricing>,
    /// The parts of the workbook: `tokens`, `cost`, `throttling`, `spillover`. Empty where there is no workbook.
    pub dashboards: Vec<&'static str>,
    /// What is watched; empty where nothing is.
    pub alerts: Vec<Alert>,
    /// Who is told of it.
    pub notify: Notify,
    pub budget: Option<Budget>,
    pub preflight: Preflight,
    /// Examples of calls to print after a deployment: `curl`, `sdk`.
    pub printed_examples: Vec<String>,
}

impl LandingZone {
    /// Whether callers reach the gateway from the network alone, and so through the Application Gateway where there is one.
    pub fn is_called_from_within(&self) -> bool {
        self.network.mode.is_called_from_within() || self.service.private_endpoint
    }
}

/// Where and how large the gateway is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatewayPlacement {
    /// The APIM service's name.
    pub service_name: String,
    /// Normalized region name, such as `westus3`.
    pub location: String,
    /// `Developer`, `Premium`, `StandardV2` …
    pub sku: String,
    pub capacity: u32,
}

/// A further region of the gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdditionalRegion {
    /// Normalized.
    pub location: String,
    pub capacity: u32,
    pub zones: Vec<String>,
    /// Its network; None where the gateway stands outside.
    pub network: Option<RegionNetwork>,
}

/// The zones of those that a number of units is spread over: they are spread evenly over listed zones, so their number
/// has to be a multiple; without a list API Management spreads them as it can
/// (learn.microsoft.com/azure/api-management/enable-availability-zone-support, 2025-06-26).
pub fn spread_over(units: u32, zones: &[String]) -> &[String] {
    if (units as usize).checked_rem(zones.len()) == Some(0) { zones } else { &[] }
}

impl GatewayPlacement {
    /// What the tier can do; None for one that the catalogue does not have.
    pub fn tier(&self) -> Option<&'static Tier> {
        tiers::find(&self.sku)
    }
}

/// One Azure OpenAI account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The id used in the spec; also the name of its backend entity.
    pub id: String,
    /// The Azure name of the account, which is its custom subdomain too.
    pub name: String,
    pub location: String,
    pub deployments: Vec<ModelDeployment>,
    /// The name of its private endpoint.
    pub private_endpoint: String,
}

/// One model deployment of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelDeployment {
    pub name: String,
    pub model: String,
    pub version: String,
    /// `GlobalStandard`, `GlobalProvisionedManaged` …
    pub sku: String,
    /// Thousands of tokens per minute for Standard SKUs, PTUs for provisioned ones.
    pub capacity: u32,
    /// The content filter.
    pub rai_policy: String,
    /// The deployment of the same account that takes over what does not fit.
    pub spillover: Option<String>,
}

/// Names of resources that are there once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    pub networking_resource_group: String,
    pub shared_resource_group: String,
    pub apim_resource_group: String,
    pub openai_resource_group: String,
    pub virtual_network: String,
    pub nsg_app_gateway: String,
    pub nsg_private_endpoints: String,
    pub nsg_apim: String,
    pub public_ip_app_gateway: String,
    pub public_ip_apim: String,
    pub key_vault: String,
    pub private_endpoint_key_vault: String,
    pub log_analytics: String,
    pub app_insights: String,
    pub action_group: String,
    pub budget: String,
    pub apim: String,
    pub apim_identity: String,
    pub app_gateway: String,
    pub app_gateway_identity: String,
    pub waf_policy: String,
    pub event_hub_namespace: String,
    pub private_endpoint_event_hub: String,
    pub private_endpoint_apim: String,
    pub route_table: String,
    pub traffic_manager: String,
    pub front_door: String,
    pub front_door_endpoint: String,
    pub front_door_waf: String,
}

/// The settings of the API Management service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// The oldest version of API Management's own API that it accepts.
    pub min_api_version: String,
    /// Whether callers come in by a private endpoint, and the public one is closed.
    pub private_endpoint: bool,
    pub portal: bool,
    /// `Preview`, `Default` or `Stable`; None for Azure's choice.
    pub release_channel: Option<String>,
}

/// Who publishes the APIs, as the developer portal and notifications say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publisher {
    pub name: String,
    pub email: String,
}

/// The Application Gateway with its firewall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppGateway {
    pub fqdn: String,
    pub certificate: Certificate,
    pub waf_prevents: bool,
    pub rule_set_type: String,
    pub rule_set_version: String,
    pub max_body_kb: u32,
    pub min_capacity: u32,
    pub max_capacity: u32,
    pub backend_timeout_seconds: u32,
    /// Path patterns such as `/openai/*`.
    pub routes: Vec<String>,
}

/// Where the certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificate {
    SelfSigned {
        validity_months: u32,
    },
    /// `password_env` names the environment variable that holds the password.
    PfxFile {
        path: String,
        password_env: Option<String>,
    },
    /// A secret's id without version.
    KeyVaultSecret {
        id: String,
    },
}

/// The vault of the gateway's certificates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyVault {
    pub purge_protection: bool,
    pub soft_delete_days: u32,
}

/// Where logs and metrics go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Monitoring {
    pub log_retention_days: u32,
    pub metric_dimensions: bool,
    /// The id of a workspace that is there already.
    pub existing_workspace: Option<String>,
    /// Whether resources send their logs there.
    pub diagnostics: bool,
    /// `none`, `metadata` or `all`.
    pub llm_logs: &'static str,
}

/// Where usage records go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventHub {
    pub hub: String,
    pub partitions: u32,
    pub retention_days: u32,
    /// The cluster that keeps the records.
    pub store: Option<EventStore>,
}

/// The Content Safety account that policies ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentSafetyAccount {
    /// The Azure name of the account, which is its custom subdomain too.
    pub name: String,
    pub location: String,
    /// The name of its private endpoint.
    pub private_endpoint: String,
}

/// What has to be checked before a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preflight {
    /// `region`, `apimSku`, `zones`, `models`.
    pub required: Vec<String>,
    /// Whether a check that cannot be decided stops the deployment.
    pub unverified_fails: bool,
}
