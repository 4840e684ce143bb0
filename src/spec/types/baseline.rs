//! `baseline`: the parts of it, and the shared services.

use super::{
    Alerts, Apim, AppGateway, Budget, ContentSafetyAccount, Dashboard, EventStore, HubName, LanguageAccount,
    Network, Redis, WorkspaceId,
};
use crate::spec::decode::{At, Int, Only, choice, record};

record! {
    /// The network, the gateway and what they stand on.
    pub struct Baseline {
        /// The virtual network.
        "network" network: Network = default({});
        /// The API Management service.
        "apim" apim: Apim = required;
        /// The Application Gateway with its web application firewall. Left out, there is none.
        "appGateway" app_gateway: AppGateway = optional;
        /// The Key Vault that holds the certificate.
        "keyVault" key_vault: KeyVault = default({});
        /// Log Analytics and Application Insights.
        "monitoring" monitoring: Monitoring = default({});
        /// The Event Hub that usage records go to. Left out, there is none.
        "eventHub" event_hub: EventHub = optional;
        /// The Content Safety account that policies ask. Left out, there is none.
        "contentSafety" content_safety: ContentSafetyAccount = optional;
        /// The Language account that `policies.pii` asks. Left out, there is none.
        "language" language: LanguageAccount = optional;
        /// The Redis that `policies.semanticCache` keeps answers in. Left out, there is none.
        "redis" redis: Redis = optional;
    }
}

record! {
    /// The Key Vault.
    pub struct KeyVault {
        /// Access by roles rather than access policies.
        "rbac" rbac: Only<true> = default(true);
        /// Whether a deleted vault is kept until its retention ends, whoever asks.
        "purgeProtection" purge_protection: bool = default(true);
        /// How long a deleted vault can be brought back.
        "softDeleteDays" soft_delete_days: Int<7, 90> = default(90);
    }
}

record! {
    /// Log Analytics and Application Insights.
    pub struct Monitoring {
        /// How long logs are kept.
        "logRetentionDays" log_retention_days: Int<30, 730> = default(30);
        /// Whether custom metrics are split by their dimensions.
        "metricDimensions" metric_dimensions: bool = default(true);
        /// A Log Analytics workspace that is there already, in the place of a new one. How long it keeps logs is its own affair.
        "existingWorkspaceId" existing_workspace_id: WorkspaceId = optional;
        /// Which resources send their logs and metrics to the workspace.
        "diagnostics" diagnostics: SentLogs = default("all");
        /// What the service logs of calls to models, in the table ApiManagementGatewayLlmLog of the workspace.
        "llmLogs" llm_logs: LlmLogs = default("none");
        /// The parts of a workbook in Azure Monitor. Left out, there is no workbook.
        "dashboards" dashboards: Vec<At<Dashboard>> = default([]);
        /// What is watched. Left out, nothing is.
        "alerts" alerts: Alerts = optional;
        /// A monthly budget for the landing zone's resource groups. Left out, there is none.
        "budget" budget: Budget = optional;
    }
}

choice! {
    /// Which resources send their logs.
    pub enum SentLogs {
        /// All that have any: API Management, Application Gateway, the vault, accounts, the Event Hub.
        All = "all",
        /// None.
        None = "none",
    }
}

choice! {
    /// What is logged of calls to models.
    pub enum LlmLogs {
        /// Nothing.
        None = "none",
        /// Tokens and the model, no prompts and no answers.
        Metadata = "metadata",
        /// Prompts and answers too, up to 32 KiB each.
        All = "all",
    }
}

record! {
    /// The Event Hub that usage records go to.
    pub struct EventHub {
        /// The hub's name.
        "hub" hub: HubName = default("apim-utilization-reporting");
        /// The number of partitions.
        "partitions" partitions: Int<1, 32> = default(1);
        /// How long records are kept. The Standard tier keeps them for up to a week.
        "retentionDays" retention_days: Int<1, 7> = default(7);
        /// Whether the hub is reached through a private endpoint only, as it is by a gateway that calls through the network.
        /// One outside of it sends its records over the internet.
        "privateEndpoint" private_endpoint: bool = optional;
        /// The Azure Data Explorer cluster that keeps what the hub forgets. Left out, nothing reads the hub.
        "store" store: EventStore = optional;
    }
}
