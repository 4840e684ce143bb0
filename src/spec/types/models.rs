//! `models`: the accounts that serve models, and what is deployed in them.

use serde_json::{Value as Json, json};

use super::{
    AccountId, DeploymentName, ExistingAccount, ModelAuth, ModelName, ModelVersion, ProviderUrl,
    RaiPolicyName, Region,
};
use crate::spec::decode::{At, Int, choice, record};

record! {
    /// An account that serves models: one that is made, one that is there already, or one of another provider.
    pub struct Model {
        /// The id that pools refer to; also the first part of the account's name.
        "id" id: AccountId = required;
        /// The kind of account.
        "kind" kind: ModelKind = default("azure-openai");
        /// The region of an account that is made. It need not be the gateway's.
        "location" location: Region = optional;
        /// An account of Azure that is there already.
        "existing" existing: ExistingAccount = optional;
        /// Where a provider outside of Azure answers. Left out, its public address.
        "endpoint" endpoint: ProviderUrl = optional;
        /// How the gateway signs in. Left out, with its managed identity to accounts of Azure; others need a key.
        "auth" auth: ModelAuth = optional;
        /// What is deployed in it.
        "deployments" deployments: Vec<At<ModelDeployment>> = required;
    }
    refused {
        "localAuth": "accounts that are made take no keys",
        "privateEndpoint": "accounts that are made are reached through a private endpoint where the gateway is in a network",
    }
    together needs_by_kind
}

/// What a deployment of an account that is made has to say.
pub const NEEDED_OF_MADE: [&str; 4] = ["model", "version", "sku", "capacity"];

/// Which fields a kind of account needs and which it cannot have, as JSON Schema; `spec::check::models` says the same in words.
fn needs_by_kind() -> Json {
    let of = |fits: fn(ModelKind) -> bool| -> Vec<&'static str> {
        let kinds = ModelKind::ALL.iter().copied().filter(|kind| fits(*kind));
        kinds.map(ModelKind::word).collect()
    };
    // A kind that is not written is the default, which a schema does not put in.
    let is = |kinds: Vec<&str>| json!({ "required": ["kind"], "properties": { "kind": { "enum": kinds } } });
    let made = json!({
        "properties": { "kind": { "const": ModelKind::AzureOpenai.word() } },
        "not": { "required": ["existing"] },
    });
    let azure = json!({ "properties": { "kind": { "enum": of(ModelKind::is_azure) } } });
    let key_only = json!({ "properties": { "auth": { "type": "object" } } });
    json!([
        {
            "title": "an account that is made", "if": made,
            "then": {
                "required": ["location"],
                "properties": {
                    "deployments": { "items": { "required": NEEDED_OF_MADE } },
                    "auth": { "type": "string" },
                },
            },
        },
        { "title": "an account of Azure", "if": azure, "then": { "not": { "required": ["endpoint"] } } },
        {
            "title": "an account that is never made", "if": is(of(ModelKind::is_only_found)),
            "then": { "required": ["existing"] },
        },
        {
            "title": "an account without an address of its own", "if": is(of(ModelKind::needs_endpoint)),
            "then": { "required": ["endpoint"] },
        },
        {
            "title": "an account outside of Azure", "if": is(of(|kind| !kind.is_azure())),
            "then": { "allOf": [
                { "not": { "required": ["existing"] } }, { "not": { "required": ["location"] } }, key_only,
            ] },
        },
        {
            "title": "an account that takes a key", "if": is(of(ModelKind::needs_key)),
            "then": { "required": ["auth"] },
        },
    ])
}

// Addresses: as public programs use them, seen 2026-12-01; none was tried.
choice! {
    /// A kind of account.
    pub enum ModelKind {
        /// Azure OpenAI, made or there already.
        AzureOpenai = "azure-openai",
        /// A Microsoft Foundry resource that is there already.
        Foundry = "foundry",
        /// OpenAI itself, `https://api.openai.com`.
        Openai = "openai",
        /// Anthropic, `https://api.anthropic.com`.
        Anthropic = "anthropic",
        /// Google's Gemini API, `https://generativelanguage.googleapis.com`.
        Gemini = "gemini",
        /// Amazon Bedrock; its `endpoint` names the region, such as `https://bedrock-runtime.us-east-1.amazonaws.com`.
        Bedrock = "bedrock",
        /// A server of your own that speaks OpenAI's API below `/v1`.
        SelfHosted = "self-hosted",
    }
    refused { "vertex": "it takes tokens of Google alone; the Gemini API takes keys" }
}

impl ModelKind {
    /// True for accounts of Azure, which the gateway's identity can sign in to.
    pub fn is_azure(self) -> bool {
        matches!(self, Self::AzureOpenai | Self::Foundry)
    }

    /// True for accounts of Azure that are used and not made.
    pub fn is_only_found(self) -> bool {
        self == Self::Foundry
    }

    /// True for those that have no address of their own.
    pub fn needs_endpoint(self) -> bool {
        matches!(self, Self::Bedrock | Self::SelfHosted)
    }

    /// True for those that let nobody in without a key; a server of one's own may let anyone in who reaches it.
    pub fn needs_key(self) -> bool {
        !self.is_azure() && self != Self::SelfHosted
    }
}

impl Model {
    /// True where the account is made rather than found.
    pub fn is_made(&self) -> bool {
        self.kind.value == ModelKind::AzureOpenai && self.existing.is_none()
    }

    /// What callers may name: everything but deployments that only take another's spillover.
    pub fn callable(&self) -> impl Iterator<Item = &At<ModelDeployment>> {
        let all = &self.deployments;
        all.iter().filter(move |deployment| {
            !all.iter().any(|other| {
                other.name.value != deployment.name.value
                    && other.spillover.as_str() == deployment.name.as_str()
            })
        })
    }
}

// `spilloverDeploymentName` is in the types from 2025-06-01 on (Azure/bicep-types-az, 2026-08); account and data
// processing: learn.microsoft.com/azure/ai-foundry/openai/how-to/spillover-traffic-management (2025-06).
record! {
    /// A model deployment, or a model of an account that is there already. Of an account that is made, `model`, `version`,
    /// `sku` and `capacity` are needed.
    pub struct ModelDeployment {
        /// The name callers use: in the path, or as `model` of the body.
        "name" name: DeploymentName = required;
        /// The model, such as `gpt-5-mini`. Left out, the name.
        "model" model: ModelName = optional;
        /// The model's version, in quotes, such as `"2025-08-07"`.
        "version" version: ModelVersion = optional;
        /// How throughput is paid for and where requests may be processed.
        "sku" sku: DeploymentSku = optional;
        /// Thousands of tokens per minute; for provisioned SKUs the number of PTUs.
        "capacity" capacity: Int<1, 1000000> = optional;
        /// The content filter.
        "raiPolicy" rai_policy: RaiPolicyName = default("Microsoft.DefaultV2");
        /// For provisioned SKUs: the deployment of the same account that takes over what does not fit, or `none`.
        "spillover" spillover: DeploymentName = default("none");
        /// Whether prompts may leave `azure.dataBoundary` for this model.
        "outsideBoundary" outside_boundary: OutsideBoundary = default("refused");
    }
    refused {
        "existing": "say `existing` of the account",
        "versionUpgrade": "the version stays as it is given",
    }
    needs { "spillover": "`Microsoft.CognitiveServices` 2025-06-01, and both deployments in one account" }
}

impl ModelDeployment {
    /// The model; the deployment's name where it is not told.
    pub fn model_name(&self) -> &str {
        self.model.as_ref().map_or(self.name.as_str(), |model| model.as_str())
    }

    /// True where throughput is bought ahead.
    pub fn is_provisioned(&self) -> bool {
        self.sku.as_ref().is_some_and(|sku| sku.is_provisioned())
    }
}

choice! {
    /// Whether prompts may leave the data boundary.
    pub enum OutsideBoundary {
        /// They may not.
        Refused = "refused",
        /// They may.
        Allowed = "allowed",
    }
}

choice! {
    /// How a deployment's throughput is paid for and where it may be processed.
    pub enum DeploymentSku {
        /// Pay as you go, processed anywhere.
        GlobalStandard = "GlobalStandard",
        /// Pay as you go, processed in the data zone.
        DataZoneStandard = "DataZoneStandard",
        /// Pay as you go, processed in the region.
        Standard = "Standard",
        /// Provisioned, processed anywhere.
        GlobalProvisionedManaged = "GlobalProvisionedManaged",
        /// Provisioned, processed in the data zone.
        DataZoneProvisionedManaged = "DataZoneProvisionedManaged",
        /// Provisioned, processed in the region.
        ProvisionedManaged = "ProvisionedManaged",
    }
    refused { "DataZoneBatch", "DeveloperTier", "GlobalBatch" }
}

impl DeploymentSku {
    /// True where throughput is bought ahead (PTU) rather than paid by use.
    pub fn is_provisioned(self) -> bool {
        matches!(
            self,
            Self::GlobalProvisionedManaged | Self::DataZoneProvisionedManaged | Self::ProvisionedManaged
        )
    }

    /// True where requests may be processed anywhere.
    pub fn is_global(self) -> bool {
        matches!(self, Self::GlobalStandard | Self::GlobalProvisionedManaged)
    }
}
