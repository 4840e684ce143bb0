//! `contracts`: what a team may use for one purpose, on which terms. Each becomes a product with its subscriptions; what it does not
//! name is refused. `policyProfiles` hold what several contracts share.

use super::{
    AppRole, ApplicationId, Audience, ContentSafety, Days, DeploymentName, Email, EntityId, EnvironmentName,
    KeyVaultId, LongText, Pii, Price, QuotaPeriod, SemanticCache, ShortText, TenantName,
};
use crate::spec::decode::{At, Int, choice, record};
use std::collections::BTreeMap;

record! {
    /// What a team may use for one purpose.
    pub struct Contract {
        /// The id, which the product and its subscriptions are named after.
        "id" id: EntityId = required;
        /// Who it is for; usage and costs are told by it.
        "team" team: ShortText = required;
        /// Whom to write to.
        "owner" owner: Email = optional;
        /// What it is for.
        "purpose" purpose: LongText = default("");
        /// The environments (`metadata.environment`) that it is made in. Left out, all.
        "environments" environments: Vec<At<EnvironmentName>> = default([]);
        /// A profile whose terms it has, where it says nothing else itself.
        "profile" profile: EntityId = optional;
        /// What it may use. Everything else is refused with 403.
        "allow" allow: ContractAllow = required;
        /// How its callers sign in. A key is always needed.
        "auth" auth: ContractAuth = default({});
        /// Limits of each of its subscriptions.
        "limits" limits: ContractLimits = optional;
        /// What Content Safety looks at before a prompt reaches a model, for this contract alone.
        "contentSafety" content_safety: ContentSafety = optional;
        /// What happens to personal data in what its callers send, for this contract alone. Its APIs have no `policies.pii` of their
        /// own.
        "pii" pii: Pii = optional;
        /// Answers that its callers get again. They are kept apart from those of other contracts, and come before what its APIs have:
        /// none of them may look at tokens or prompts, and none may stream.
        "semanticCache" semantic_cache: SemanticCache = optional;
        /// From which cost on somebody is told.
        "budget" budget: ContractBudget = optional;
        /// Its class where an API that it opens has `policies.priority`.
        "priority" priority: ContractPriority = optional;
        /// Its keys.
        "keys" keys: ContractKeys = default({});
    }
}

choice! {
    /// The class of a contract at APIs that have `policies.priority`.
    pub enum ContractPriority {
        /// All its calls are of the low class, which gives way while too little is left for the others.
        Low = "low",
        /// They are of the low class only where the call itself says so, as the API's `low.header` and `low.query` let it. It is
        /// what a contract has that says nothing, and says so where its profile says `low`.
        High = "high",
    }
}

record! {
    /// What a contract may use.
    pub struct ContractAllow {
        /// Names that callers may use: of deployments, or of aliases. The APIs are those that serve one of them.
        "models" models: Vec<At<DeploymentName>> = required;
        /// The APIs, where not all that serve these models are meant.
        "apis" apis: Vec<At<EntityId>> = optional;
    }
    refused { "agents": "name their APIs in `apis`", "tools": "name their APIs in `apis`" }
}

record! {
    /// How the callers of a contract sign in, besides their key.
    pub struct ContractAuth {
        /// Tokens of Microsoft Entra that they have to send.
        "jwt" jwt: ContractJwt = optional;
    }
    refused { "key": "a key is always needed" }
}

record! {
    /// Tokens of Microsoft Entra.
    pub struct ContractJwt {
        /// The tenant's id, or a domain of it.
        "tenant" tenant: TenantName = required;
        /// Whom a token is made for.
        "audience" audience: Audience = required;
        /// The ids of the applications that may call. Left out, any.
        "applications" applications: Vec<At<ApplicationId>> = default([]);
        /// App roles, of which a caller has to have one. Left out, none is needed.
        "roles" roles: Vec<At<AppRole>> = default([]);
    }
}

record! {
    /// Limits of each subscription of a contract.
    pub struct ContractLimits {
        /// Limits of single models, by the name that callers use.
        "models" models: BTreeMap<String, At<ModelLimits>> = default({});
        /// Limits of all models together.
        "product" product: ModelLimits = optional;
        /// Requests, whatever they cost.
        "requests" requests: RequestsPerMinute = optional;
    }
}

record! {
    /// Limits on the tokens of one model, or of all together.
    pub struct ModelLimits {
        /// Prompt and completion tokens per minute; beyond it, callers see 429.
        "tokensPerMinute" tokens_per_minute: Int<1, 100000000> = optional;
        /// Tokens per longer period; beyond it, callers see 403.
        "tokenQuota" token_quota: ModelQuota = optional;
    }
}

record! {
    /// Tokens per longer period.
    pub struct ModelQuota {
        /// Prompt and completion tokens.
        "tokens" tokens: Int<1, 4000000000> = required;
        /// The period, which begins with the hour, day, week, month or year in UTC.
        "period" period: QuotaPeriod = required;
    }
}

record! {
    /// A limit on requests; beyond it, callers see 429.
    pub struct RequestsPerMinute {
        /// Requests per minute.
        "perMinute" per_minute: Int<1, 100000000> = required;
    }
}

record! {
    /// What a contract may cost before those of `baseline.monitoring.alerts.notify` are told. It tells; what stops callers are `limits`.
    pub struct ContractBudget {
        /// What its tokens may cost in a day by the table `pricing`, in its currency. The day is the last 24 hours, looked at every
        /// hour.
        "perDay" per_day: Price = required;
        /// At how many percent of it somebody is told. Each is a rule of its own.
        "percents" percents: Vec<At<Int<1, 1000>>> = default([100]);
        /// How bad it is: 0 is critical, 4 is talkative.
        "severity" severity: Int<0, 4> = default(2);
    }
    // learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule, 2026-11.
    refused { "perMonth": "a rule of Azure Monitor sees two days at most; `baseline.monitoring.budget` is of the month" }
}

record! {
    /// The keys of a contract.
    pub struct ContractKeys {
        /// Its subscriptions, each with two keys. The contract's id stands before the names.
        "subscriptions" subscriptions: Vec<At<EntityId>> = default(["primary"]);
        /// Where the deployment puts the primary key of each of its subscriptions, as the secret `apim-CONTRACT-SUBSCRIPTION`. The key
        /// goes from API Management to the vault inside of Azure.
        "deliverTo" deliver_to: Vec<At<KeyDelivery>> = default([]);
        /// How old keys may be.
        "rotation" rotation: KeyRotation = optional;
    }
}

record! {
    /// Where a key is put.
    pub struct KeyDelivery {
        /// A vault that is there already. Whoever deploys needs the action `Microsoft.KeyVault/vaults/secrets/write` on it, and
        /// `Microsoft.Resources/deployments/write` on its resource group.
        "keyVault" key_vault: KeyVaultId = required;
    }
    refused { "foundry": "no connections of Foundry projects are made" }
}

record! {
    /// How old keys may be.
    pub struct KeyRotation {
        /// Days, from the last rotation or from when the subscription was made. `genai-lz keys --due` tells which are older.
        "every" every: Days = required;
    }
}

record! {
    /// Terms that contracts share.
    pub struct PolicyProfile {
        /// The profile that this one is laid over.
        "extends" extends: EntityId = optional;
        /// Limits of each subscription of a contract.
        "limits" limits: ContractLimits = optional;
        /// What Content Safety looks at before a prompt reaches a model.
        "contentSafety" content_safety: ContentSafety = optional;
        /// What happens to personal data in what callers send.
        "pii" pii: Pii = optional;
        /// Answers that callers of a contract get again; each contract has its own.
        "semanticCache" semantic_cache: SemanticCache = optional;
        /// How callers sign in.
        "auth" auth: ContractAuth = optional;
        /// From which cost of each contract on somebody is told.
        "budget" budget: ContractBudget = optional;
        /// The class where an API has `policies.priority`.
        "priority" priority: ContractPriority = optional;
    }
    refused {
        "alerts": "alerts are for all, see `monitoring`",
        "debugHeaders": "an API says it, `policies.debugHeaders`",
        "retry": "an API says it, `retry`",
        "usage": "an API says it, `policies.usage`",
    }
}
