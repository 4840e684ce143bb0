//! `contracts`: what a team may use for one purpose, on which terms. Each becomes a product with its subscriptions; what it does not
//! name is refused. `policyProfiles` hold what several contracts share.

use super::{
    AppRole, ApplicationId, Audience, ContentSafety, Days, DeploymentName, Email, EntityId, EnvironmentName,
    KeyVaultId, LongText, QuotaPeriod, ShortText, TenantName,
};
use crate::spec::decode::{At, Int, record};
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
        /// Its keys.
        "keys" keys: ContractKeys = default({});
    }
    refused {
        "budget": "costs of a team are told by `genai-lz usage`",
        "priority": "the classes of an API's `policies.priority` name products, and a contract is one",
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
        /// How callers sign in.
        "auth" auth: ContractAuth = optional;
    }
    refused {
        "alerts": "alerts are for all, see `monitoring`",
        "debugHeaders": "an API says it, `policies.debugHeaders`",
        "pii": "an API says it, `policies.pii`",
        "retry": "an API says it, `retry`",
        "semanticCache": "an API says it, `policies.semanticCache`",
        "usage": "an API says it, `policies.usage`",
    }
}
