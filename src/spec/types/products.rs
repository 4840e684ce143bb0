//! `products`: bundles of APIs that callers subscribe to, each with its limits.

use super::{EntityId, LongText, ShortText};
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
        /// Limits that each of its subscriptions has, besides those of the APIs.
        "limits" limits: Limits = optional;
        /// The ids of the subscriptions to make. API Management makes their keys.
        "subscriptions" subscriptions: Vec<At<EntityId>> = default([]);
    }
    refused { "approval": "subscriptions are made by the deployment", "published": "products are published" }
}

record! {
    /// Limits of each subscription to a product. Tokens are limited, not calls, because a call may cost anything.
    pub struct Limits {
        /// Prompt and completion tokens per minute; beyond it, callers see 429.
        "tokensPerMinute" tokens_per_minute: Int<1, 100000000> = optional;
        /// Tokens per longer period; beyond it, callers see 403.
        "tokenQuota" token_quota: TokenQuota = optional;
    }
    refused { "models": "limits count all models together", "requests": "tokens are limited, not calls" }
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
