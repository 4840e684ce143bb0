//! `policies` of an API: what requests pass, in the order in which they pass it.

use super::{AdaptiveLimit, TokenLimit, Usage};
use crate::spec::decode::record;

record! {
    /// Limits and records of an API.
    pub struct Policies {
        /// A limit on tokens per minute.
        "tokenLimit" token_limit: TokenLimit = optional;
        /// A limit that grants some requests more, and less as the total runs out.
        "adaptiveLimit" adaptive_limit: AdaptiveLimit = optional;
        /// What is recorded about tokens.
        "usage" usage: Usage = default({});
    }
    refused {
        "alerts": "no alerts are sent",
        "contentSafety": "the accounts' own filters apply",
        "cors": "browsers do not call the gateway",
        "debugHeaders": "no debug headers are added",
        "headers": "headers are passed on as they are",
        "ipFilter": "networks are filtered by security groups",
        "latencyRouting": "accounts are chosen by priority and weight",
        "pii": "texts are passed on as they are",
        "priority": "use `adaptiveLimit`",
        "requestLimit": "requests are limited by tokens",
        "semanticCache": "answers are not cached",
        "spillover": "use the pool's priorities",
        "tokenQuota": "quotas are given per product",
    }
}
