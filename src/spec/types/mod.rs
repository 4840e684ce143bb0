//! What a spec can say. One file per part; every type is at once a struct, its reader and its JSON Schema.

mod accounts;
mod addresses;
mod alerts;
mod apim;
mod apis;
mod app_gateway;
mod baseline;
mod callers;
mod catalog;
mod content_safety;
mod contracts;
mod entra;
mod event_store;
mod formats;
mod front_door;
mod limits;
mod models;
mod names;
mod network;
mod operations;
mod pii;
mod policies;
mod pools;
mod pricing;
mod products;
mod raw;
mod resource_groups;
mod resource_ids;
mod routes;
mod routing;
mod scenarios;
mod semantic_cache;
mod usage;

use std::collections::BTreeMap;

pub use accounts::*;
pub use addresses::*;
pub use alerts::*;
pub use apim::*;
pub use apis::*;
pub use app_gateway::*;
pub use baseline::*;
pub use callers::*;
pub use catalog::*;
pub use content_safety::*;
pub use contracts::*;
pub use entra::*;
pub use event_store::*;
pub use formats::*;
pub use front_door::*;
pub use limits::*;
pub use models::*;
pub use names::*;
pub use network::*;
pub use operations::*;
pub use pii::*;
pub use policies::*;
pub use pools::*;
pub use pricing::*;
pub use products::*;
pub use raw::*;
pub use resource_groups::*;
pub use resource_ids::*;
pub use routes::*;
pub use routing::*;
pub use scenarios::*;
pub use semantic_cache::*;
pub use usage::*;

use serde_json::{Value as Json, json};

use super::decode::{At, Decode, Decoder, FORM, Int, Only, choice, record};
use super::yaml::Node;

record! {
    /// A GenAI gateway landing zone: a secure API Management baseline, the Azure OpenAI accounts behind it, and the
    /// APIs, limits and products in front of them.
    pub struct Spec {
        /// The version of this format.
        "apiVersion" api_version: ApiVersion = required;
        /// The kind of document.
        "kind" kind: SpecKind = required;
        /// A file that this one is laid over: what stands here goes before what stands there.
        "extends" extends: FilePath = optional;
        /// Files that are laid over this one, in this order, such as one for each team's contract.
        "overlays" overlays: Vec<At<FilePath>> = default([]);
        /// Values by name, for `${var:NAME}`. One that is null has to be given from outside, with `--var NAME=VALUE`.
        "variables" variables: BTreeMap<String, At<AnyValue>> = default({});
        /// Who this landing zone is: what goes into the names and tags of its resources.
        "metadata" metadata: Metadata = required;
        /// Where it is deployed.
        "azure" azure: Azure = required;
        /// The network, the gateway and what they stand on.
        "baseline" baseline: Baseline = required;
        /// The model accounts.
        "models" models: Vec<At<Model>> = required;
        /// Groups of accounts that answer for each other.
        "pools" pools: Vec<At<Pool>> = default([]);
        /// Names that callers use for whatever serves them.
        "aliases" aliases: Vec<At<Alias>> = default([]);
        /// What callers see.
        "apis" apis: Vec<At<Api>> = required;
        /// Bundles of APIs with limits, and the subscriptions to them.
        "products" products: Vec<At<Product>> = default([]);
        /// What teams may use, each for one purpose: a product with its subscriptions, and nothing that it does not name.
        "contracts" contracts: Vec<At<Contract>> = default([]);
        /// Terms that contracts share, by name.
        "policyProfiles" policy_profiles: BTreeMap<String, At<PolicyProfile>> = default({});
        /// What tokens cost. Left out, usage is reported in tokens alone.
        "pricing" pricing: Pricing = optional;
        /// Where people find the APIs. Left out, they are listed nowhere.
        "catalog" catalog: Catalog = optional;
        /// Policies of your own, from files.
        "raw" raw: Raw = default({});
        /// What has to be checked before a deployment.
        "preflight" preflight: Preflight = default({});
        /// What is printed after a deployment.
        "outputs" outputs: Outputs = default({});
        /// How much findings about the rendered policies weigh, by rule. The command line goes before it.
        "lints" lints: BTreeMap<String, At<LintLevel>> = default({});
        /// What goes through the gateway and what has to come of it: `genai-lz test` runs them against what this spec renders.
        "scenarios" scenarios: Vec<At<SpecScenario>> = default([]);
    }
}

/// A value of any kind, read where it is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnyValue;

impl Decode for AnyValue {
    fn decode(_: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        Some(Self)
    }

    fn schema() -> Json {
        json!({ (FORM): "any value" })
    }
}

choice! {
    /// The version of the spec format.
    pub enum ApiVersion {
        /// The first version.
        V1 = "genai-lz/v1",
    }
}

choice! {
    /// The kind of a document.
    pub enum SpecKind {
        /// A gateway landing zone.
        GatewayLandingZone = "GatewayLandingZone",
    }
}

choice! {
    /// How much a finding weighs.
    pub enum LintLevel {
        /// It is left out.
        Allow = "allow",
        /// It is a warning.
        Warn = "warn",
        /// It is an error.
        Deny = "deny",
    }
}

record! {
    /// Who this landing zone is.
    pub struct Metadata {
        /// The workload's name, which goes into every resource name: 2 to 8 lower-case letters and digits, a letter first.
        "name" name: WorkloadName = required;
        /// Which of several instances this is, such as `dev` or `prod`: 2 to 8 lower-case letters and digits.
        "environment" environment: EnvironmentName = required;
        /// Keeps globally unique names apart: 2 to 6 lower-case letters and digits. Kept even where a name has to be cut.
        "identifier" identifier: Identifier = required;
        /// How resources are called, where the naming scheme is not yours.
        "names" names: ResourceNames = default({});
        /// Azure tags put on every resource and resource group.
        "tags" tags: BTreeMap<String, At<String>> = default({});
        /// Usage telemetry to the maker; there is none.
        "telemetry" telemetry: Only<false> = default(false);
    }
}

record! {
    /// Where the landing zone is deployed.
    pub struct Azure {
        /// The subscription's id. `deploy --subscription` goes before it; one of the two is needed to deploy to Azure.
        "subscription" subscription: SubscriptionId = optional;
        /// The gateway's region, such as `westus3`. Models have their own.
        "location" location: Region = required;
        /// How resources are spread over resource groups.
        "resourceGroups" resource_groups: ResourceGroups = default({});
        /// Further regions of the gateway, on Premium.
        "additionalRegions" additional_regions: Vec<At<AdditionalRegion>> = default([]);
        /// Locks on the resource groups, but those that were there already. `destroy` stops at them.
        "locks" locks: Locks = default("none");
        /// Where prompts may be processed. Models that could process them elsewhere are refused, unless one says otherwise.
        "dataBoundary" data_boundary: DataBoundary = default("none");
    }
}

record! {
    /// A further region of the gateway. Outside of a network and in mode `external` the service itself leads callers to the nearest.
    pub struct AdditionalRegion {
        /// The region.
        "location" location: Region = required;
        /// The number of units there.
        "capacity" capacity: Int<1, 31> = default(1);
        /// Its availability zones: `auto` for all the region has, `none`, or a list.
        "zones" zones: Zones = default("auto");
        /// Its network; needed where the gateway stands in one.
        "network" network: RegionNetwork = optional;
    }
}

choice! {
    /// Where prompts may be processed.
    pub enum DataBoundary {
        /// Anywhere.
        None = "none",
        /// In the data zone of the European Union.
        Eu = "eu",
        /// In the data zone of the United States.
        Us = "us",
    }
}

choice! {
    /// What cannot be done to the resource groups.
    pub enum Locks {
        /// Everything can be done.
        None = "none",
        /// What is in them cannot be deleted until the locks are removed.
        Delete = "delete",
    }
}

record! {
    /// What has to be checked before a deployment.
    pub struct Preflight {
        /// The checks to run.
        "require" require: Vec<At<PreflightCheck>> = default([
            "region", "apimSku", "zones", "models", "quota", "names", "azurePolicy", "ptuCapacity", "policiesOnGateway"
        ]);
        /// What a check that cannot be decided means.
        "unverified" unverified: Unverified = default("warn");
    }
    refused { "candidateRegions": "alternatives come from the catalogue" }
}

choice! {
    /// A check before a deployment.
    pub enum PreflightCheck {
        /// The regions exist.
        Region = "region",
        /// The gateway's region offers the API Management tier.
        ApimSku = "apimSku",
        /// The gateway's region has the availability zones.
        Zones = "zones",
        /// The models' regions offer model, version and SKU.
        Models = "models",
        /// There is quota for what the model deployments draw; asked of Azure.
        Quota = "quota",
        /// The names that are the same for everybody are free; asked of Azure.
        Names = "names",
        /// No assignment of Azure Policy denies what is deployed; asked of Azure.
        AzurePolicy = "azurePolicy",
        /// Provisioned deployments can be had right now; asked of Azure.
        PtuCapacity = "ptuCapacity",
        /// The running gateway knows the policies that are used; asked of Azure.
        PoliciesOnGateway = "policiesOnGateway",
    }
}

choice! {
    /// What an undecided check means.
    pub enum Unverified {
        /// Go on, with a warning.
        Warn = "warn",
        /// Do not deploy.
        Fail = "fail",
    }
}

record! {
    /// What is printed after a deployment.
    pub struct Outputs {
        /// Examples of calls to print.
        "print" print: Vec<At<PrintedExample>> = default(["curl", "sdk"]);
        /// Whether secrets are printed.
        "secrets" secrets: PrintedSecrets = default("never");
    }
    refused { "sarif": "findings are printed as text or JSON" }
}

choice! {
    /// An example of a call.
    pub enum PrintedExample {
        /// A line for curl.
        Curl = "curl",
        /// Lines for the OpenAI SDK.
        Sdk = "sdk",
    }
    refused { "summary" }
}

choice! {
    /// Whether secrets are printed.
    pub enum PrintedSecrets {
        /// Keys are fetched by whoever may, with a command that is printed.
        Never = "never",
    }
    refused { "onDemand" }
}
