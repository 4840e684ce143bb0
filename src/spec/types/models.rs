//! `models`: the accounts that serve models, and what is deployed in them.

use super::{AccountId, DeploymentName, ModelName, ModelVersion, RaiPolicyName, Region};
use crate::spec::decode::{At, Int, choice, record};

record! {
    /// An account that serves models.
    pub struct Model {
        /// The id that pools refer to; also the first part of the account's name.
        "id" id: AccountId = required;
        /// The kind of account.
        "kind" kind: ModelKind = default("azure-openai");
        /// The account's region. It need not be the gateway's.
        "location" location: Region = required;
        /// What is deployed in it.
        "deployments" deployments: Vec<At<ModelDeployment>> = required;
    }
    refused {
        "auth": "accounts are called with the gateway's managed identity",
        "endpoint": "accounts are made",
        "existing": "accounts are made",
        "localAuth": "accounts take no keys",
        "privateEndpoint": "accounts are reached through a private endpoint only",
    }
}

choice! {
    /// A kind of account.
    pub enum ModelKind {
        /// Azure OpenAI.
        AzureOpenai = "azure-openai",
    }
    refused { "anthropic", "bedrock", "foundry", "gemini", "openai", "self-hosted", "vertex" }
}

// `spilloverDeploymentName` is in the types from 2025-06-01 on (Azure/bicep-types-az, 2026-08); account and data
// processing: learn.microsoft.com/azure/ai-foundry/openai/how-to/spillover-traffic-management (2025-06).
record! {
    /// A model deployment.
    pub struct ModelDeployment {
        /// The name callers use in the path.
        "name" name: DeploymentName = required;
        /// The model, such as `gpt-5-mini`.
        "model" model: ModelName = required;
        /// The model's version, in quotes, such as `"2025-08-07"`.
        "version" version: ModelVersion = required;
        /// How throughput is paid for and where requests may be processed.
        "sku" sku: DeploymentSku = required;
        /// Thousands of tokens per minute; for provisioned SKUs the number of PTUs.
        "capacity" capacity: Int<1, 1000000> = required;
        /// The content filter.
        "raiPolicy" rai_policy: RaiPolicyName = default("Microsoft.DefaultV2");
        /// For provisioned SKUs: the deployment of the same account that takes over what does not fit, or `none`.
        "spillover" spillover: DeploymentName = default("none");
    }
    refused {
        "existing": "deployments are made",
        "outsideBoundary": "there is no data boundary",
        "versionUpgrade": "the version stays as it is given",
    }
    needs { "spillover": "`Microsoft.CognitiveServices` 2025-06-01, and both deployments in one account" }
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
}
