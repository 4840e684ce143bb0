//! Who comes first where not everybody can: classes of requests, and the order of a pool's accounts.

use super::{EntityId, HeaderName, QueryName, ShortText};
use crate::spec::decode::{At, Fraction, Int, choice, record};

record! {
    /// Two classes of requests. Those of the low class are refused with 429 while less than a share of the pool is left, so
    /// that the others find it free; `x-gw-ratelimit-reason` and `x-gw-ratelimit-value` tell why. Every answer says its class in
    /// `x-gw-priority`.
    pub struct Priority {
        /// How the gateway knows what is left.
        "by" by: PriorityBy = default("calculating");
        /// Which requests are of the low class.
        "low" low: LowClass = required;
        /// The share that is kept for the others, such as `0.3`.
        "reserveForHigh" reserve_for_high: Fraction = required;
        /// With `calculating`: the tokens that the pool gives in a minute, of each model deployment.
        "tokensPerMinute" tokens_per_minute: Int<1, 100000000> = optional;
        /// With `calculating`: the requests that the pool takes in a minute, of each model deployment. Left out, they are not
        /// counted.
        "requestsPerMinute" requests_per_minute: Int<1, 10000000> = optional;
        /// The `Retry-After` of those who are refused. With `tracking` one of them goes through in that time, to learn what is
        /// left by then.
        "retryAfterSeconds" retry_after_seconds: Int<1, 60> = default(10);
    }
}

choice! {
    /// How the gateway knows what is left.
    pub enum PriorityBy {
        /// It adds up what it lets through in a minute: the length of what is asked, four characters a token, and the tokens that
        /// the answer may have (16 where the request does not say). All requests count, and beyond `tokensPerMinute` all are refused.
        Calculating = "calculating",
        /// It remembers for a minute what each account last said of itself: `x-ratelimit-remaining-*`, of provisioned deployments
        /// their utilization. The account with the most left counts; where none says anything, nobody is refused.
        Tracking = "tracking",
    }
}

record! {
    /// Which requests are of the low class: those of which any of these holds. A header and a query are what callers say of
    /// themselves; products and subscriptions are not for them to choose.
    pub struct LowClass {
        /// A header whose value is `value`, such as `x-priority`.
        "header" header: HeaderName = optional;
        /// A query parameter whose value is `value`, such as `priority`.
        "query" query: QueryName = optional;
        /// The value of the two.
        "value" value: ShortText = default("low");
        /// Ids of products: the calls with their keys.
        "products" products: Vec<At<EntityId>> = default([]);
        /// Ids of subscriptions of products.
        "subscriptions" subscriptions: Vec<At<EntityId>> = default([]);
    }
}

record! {
    /// The fastest account first: the gateway measures how long each takes and tries them in that order, within each priority of
    /// the pool; where one answers with a status of `retry`, the next. An account that was not measured lately comes first, so
    /// all of them stay measured. Long answers take long: what is measured of a stream ends with its first event.
    pub struct LatencyRouting {
        /// How long a measurement counts.
        "forgetAfterSeconds" forget_after_seconds: Int<10, 3600> = default(300);
    }
}

choice! {
    /// How a request comes to another account where the first cannot take it.
    pub enum Spillover {
        /// The pool leaves out accounts whose breaker is open, so the retry reaches another one.
        Pool = "pool",
        /// The retry itself names the accounts, one after the other: by priority, within it by chance and weight. It does so
        /// from the first failure on, whatever the breaker counts.
        Retry = "retry",
    }
    refused { "native": "it is a field of the model deployment: `spillover`" }
}

record! {
    /// Responses that belong to whoever made them.
    pub struct Responses {
        /// Who may fetch, delete and continue a response: callers with a key of this. Others see 403, and 404 where the gateway
        /// does not know of the response. It keeps that in its cache, which may be emptied, and then nobody has it. What is
        /// streamed is passed on unread, so a response that was streamed is unknown: callers who stream send the whole
        /// conversation themselves. References to single items of other responses are not looked at.
        "ownership" ownership: Ownership = default("subscription");
        /// How long it is known. The service keeps responses for thirty days.
        "days" days: Int<1, 30> = default(30);
    }
}

choice! {
    /// Whose a response is.
    pub enum Ownership {
        /// The subscription's whose key made it.
        Subscription = "subscription",
    }
    refused { "none": "leave `responses` out", "user": "callers are told apart by their key" }
}
