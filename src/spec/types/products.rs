//! `products`: bundles of APIs that callers subscribe to, each with its limits.

use std::collections::BTreeMap;

use super::{
    ContentSafety, DeploymentName, EntityId, EntraCallers, LongText, ModelLimits, Pii, RequestsPerMinute,
    SemanticCache, ShortText,
};
use crate::spec::decode::{At, Int, choice, record};

record! {
    /// A bundle of APIs that callers subscribe to.
    pub struct Product {
        /// The product's id.
        "id" id: EntityId = required;
        /// The name people see. Left out, the id.
        "displayName" display_name: ShortText = optional;
        /// What it is for.
        "description" description: LongText = default("");
        /// The ids of its APIs.
        "apis" apis: Vec<At<EntityId>> = required;
        /// Tokens of Microsoft Entra that its callers have to send, besides their key.
        "entra" entra: EntraCallers = optional;
        /// What its callers may use. Left out, every deployment behind its APIs.
        "allow" allow: Allow = optional;
        /// Limits that each of its subscriptions has, besides those of the APIs.
        "limits" limits: Limits = optional;
        /// What Content Safety looks at before a prompt of its callers reaches a model.
        "contentSafety" content_safety: ContentSafety = optional;
        /// What happens to personal data in what its callers send. Its APIs have no `policies.pii` of their own.
        "pii" pii: Pii = optional;
        /// Answers that its callers get again. They are kept apart from those of other products, and come before what its APIs have:
        /// none of them may look at tokens or prompts, and none may stream.
        "semanticCache" semantic_cache: SemanticCache = optional;
        /// The ids of the subscriptions to make. API Management makes their keys.
        "subscriptions" subscriptions: Vec<At<EntityId>> = default([]);
    }
    refused { "approval": "subscriptions are made by the deployment", "published": "products are published" }
}

record! {
    /// What the callers of a product may use.
    pub struct Allow {
        /// The names of model deployments. Who names another one sees 403.
        "deployments" deployments: Vec<At<DeploymentName>> = required;
    }
    refused {
        "agents": "there are no agents",
        "models": "list them in `deployments`",
        "tools": "there are no tools",
    }
}

record! {
    /// Limits of each subscription to a product. Those on tokens say more about costs than those on requests.
    pub struct Limits {
        /// Prompt and completion tokens per minute; beyond it, callers see 429.
        "tokensPerMinute" tokens_per_minute: Int<1, 100000000> = optional;
        /// Tokens per longer period; beyond it, callers see 403.
        "tokenQuota" token_quota: TokenQuota = optional;
        /// Limits of single models, by the name that callers use.
        "models" models: BTreeMap<String, At<ModelLimits>> = default({});
        /// Requests, whatever they cost.
        "requests" requests: RequestsPerMinute = optional;
    }
}

record! {
    /// Tokens per longer period.
    pub struct TokenQuota {
        /// Prompt and completion tokens.
        "tokens" tokens: Int<1, 4000000000> = required;
        /// The period, which begins with the hour, day, week, month or year in UTC.
        "period" period: QuotaPeriod = required;
    }
}

choice! {
    /// The period of a quota.
    pub enum QuotaPeriod {
        /// An hour.
        Hourly = "Hourly",
        /// A day.
        Daily = "Daily",
        /// A week.
        Weekly = "Weekly",
        /// A month.
        Monthly = "Monthly",
        /// A year.
        Yearly = "Yearly",
    }
}
