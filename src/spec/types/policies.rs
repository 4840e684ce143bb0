//! `policies` of an API: what requests pass, in the order in which they pass it.

use super::{
    AdaptiveLimit, ContentSafety, Cors, EntraCallers, IpFilter, KeyedTokenQuota, RequestLimit, TokenLimit,
    Usage,
};
use crate::spec::decode::record;

record! {
    /// Limits and records of an API.
    pub struct Policies {
        /// Which web pages may call the API from a browser. Left out, none.
        "cors" cors: Cors = optional;
        /// Which addresses may call the API, or may not.
        "ipFilter" ip_filter: IpFilter = optional;
        /// Tokens of Microsoft Entra that callers have to send, besides their key.
        "entra" entra: EntraCallers = optional;
        /// A limit on requests. It stands before the limits on tokens, which say more about costs.
        "requestLimit" request_limit: RequestLimit = optional;
        /// What Content Safety looks at before a prompt reaches a model.
        "contentSafety" content_safety: ContentSafety = optional;
        /// A limit on tokens per minute.
        "tokenLimit" token_limit: TokenLimit = optional;
        /// Tokens per longer period.
        "tokenQuota" token_quota: KeyedTokenQuota = optional;
        /// A limit that grants some requests more, and less as the total runs out.
        "adaptiveLimit" adaptive_limit: AdaptiveLimit = optional;
        /// What is recorded about tokens.
        "usage" usage: Usage = default({});
    }
    refused {
        "alerts": "alerts stand in `baseline.monitoring.alerts`, for all APIs",
        "debugHeaders": "no debug headers are added",
        "headers": "headers are passed on as they are",
        "latencyRouting": "accounts are chosen by priority and weight",
        "pii": "texts are passed on as they are",
        "priority": "use `adaptiveLimit`",
        "semanticCache": "answers are not cached",
        "spillover": "use the pool's priorities",
    }
}
