//! `policies` of an API: what requests pass, in the order in which they pass it.

use super::{
    AdaptiveLimit, ContentSafety, Cors, EntraCallers, IpFilter, KeyedTokenQuota, LatencyRouting, Pii,
    Priority, RequestLimit, Responses, SemanticCache, Spillover, TokenLimit, Usage,
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
        /// What happens to personal data in what callers send, before anything else reads it.
        "pii" pii: Pii = optional;
        /// What Content Safety looks at before a prompt reaches a model.
        "contentSafety" content_safety: ContentSafety = optional;
        /// Answers that are given again where a prompt is like one before. They stand behind what Content Safety looks at, and
        /// before the API's own limits, which then count what reaches a model.
        "semanticCache" semantic_cache: SemanticCache = optional;
        /// A limit on tokens per minute.
        "tokenLimit" token_limit: TokenLimit = optional;
        /// Tokens per longer period.
        "tokenQuota" token_quota: KeyedTokenQuota = optional;
        /// A limit that grants some requests more, and less as the total runs out.
        "adaptiveLimit" adaptive_limit: AdaptiveLimit = optional;
        /// Classes of requests, of which one gives way to the other.
        "priority" priority: Priority = optional;
        /// The order of a pool's accounts by how fast they are. Left out, by priority and weight alone.
        "latencyRouting" latency_routing: LatencyRouting = optional;
        /// How a request comes to another account.
        "spillover" spillover: Spillover = default("pool");
        /// Responses that belong to whoever made them. Left out, every caller of the API may have them by their id.
        "responses" responses: Responses = optional;
        /// Whether answers say in headers how they came about: `x-gateway-pool`, `x-gateway-backend` (the id of the account),
        /// `x-gateway-attempts`, and `x-gateway-remaining-tokens` where `tokenLimit` or `adaptiveLimit` counts. Callers learn from
        /// them how many accounts there are and what they are called, so they are for finding faults.
        "debugHeaders" debug_headers: bool = default(false);
        /// What is recorded about tokens.
        "usage" usage: Usage = default({});
    }
    refused {
        "alerts": "alerts stand in `baseline.monitoring.alerts`, for all APIs",
        "headers": "headers are passed on as they are",
    }
}
