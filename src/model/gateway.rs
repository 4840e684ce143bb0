//! The gateway's entities: pools, APIs with their policies, products.

use std::net::Ipv4Addr;

use super::{AccountOrder, Destinations, Pii, Priority, SemanticCache, ServedModel};
use crate::spec::{LimitKey, QuotaPeriod, StatusRange, Surface, UsageField};

/// A group of accounts that answer for each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    pub id: String,
    pub members: Vec<PoolMember>,
    /// Put on each member's backend.
    pub breaker: Breaker,
    /// The cookie that keeps a caller with one member.
    pub session_cookie: Option<String>,
}

/// A backend entity as a member of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolMember {
    /// The id of an [`Account`](super::Account) or a [`Provider`](super::Provider).
    pub account: String,
    /// The one deployment of it that is meant.
    pub deployment: Option<String>,
    /// The lowest is used first (D-07: always given, never computed).
    pub priority: u32,
    pub weight: u32,
}

/// When a backend is left alone for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker {
    pub threshold: Threshold,
    /// ISO 8601.
    pub interval: String,
    pub trip: String,
    pub trip_seconds: u32,
    pub statuses: Vec<StatusRange>,
    /// `Timeout`, `BackendConnectionFailure`.
    pub error_reasons: Vec<&'static str>,
    pub accept_retry_after: bool,
}

/// How much has to fail within the interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// So many calls.
    Count(u32),
    /// Such a share of the calls, in percent.
    Percentage(u32),
}

/// An API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    pub id: String,
    pub display_name: String,
    /// Without slashes at its ends.
    pub path: String,
    pub surface: Surface,
    /// The id of the [`Pool`] that all requests go to, where there is one.
    pub pool: Option<String>,
    pub destinations: Destinations,
    /// The names that callers may use, the first of them for examples.
    pub models: Vec<ServedModel>,
    pub streaming: bool,
    pub timeout_seconds: u32,
    pub retry: Retry,
    pub cors: Option<Cors>,
    pub ip_filter: Option<IpFilter>,
    pub entra: Option<EntraCallers>,
    pub request_limit: Option<RequestLimit>,
    pub content_safety: Option<ContentSafety>,
    pub pii: Option<Pii>,
    pub semantic_cache: Option<SemanticCache>,
    pub token_limit: Option<TokenLimit>,
    /// Whose quota, and how much.
    pub token_quota: Option<(LimitKey, TokenQuota)>,
    pub adaptive_limit: Option<AdaptiveLimit>,
    pub priority: Option<Priority>,
    /// How the accounts of the pool are ordered; None where the pool chooses.
    pub account_order: Option<AccountOrder>,
    /// How many days it is known whose a response is; None where nobody asks.
    pub response_owner_days: Option<u32>,
    /// Whether answers say how they came about.
    pub debug_headers: bool,
    pub usage_metric: Option<UsageMetric>,
    pub usage_records: Option<UsageRecords>,
}

/// When and how often a request is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    pub statuses: Vec<StatusRange>,
    pub count: u32,
    pub interval_seconds: u32,
    pub first_fast_retry: bool,
}

/// Which web pages may call an API from a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    /// `*` or origins.
    pub origins: Vec<String>,
    /// `*` or names.
    pub headers: Vec<String>,
    pub expose_headers: Vec<String>,
    pub allow_credentials: bool,
    pub max_age_seconds: u32,
}

/// Which addresses may call an API, or may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpFilter {
    /// Whether the ranges are those that may.
    pub allows: bool,
    /// First and last address of each range.
    pub ranges: Vec<(Ipv4Addr, Ipv4Addr)>,
}

/// Tokens of Microsoft Entra that callers have to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntraCallers {
    /// An id or a domain.
    pub tenant: String,
    pub audiences: Vec<String>,
    /// Ids of applications; empty where any may call.
    pub applications: Vec<String>,
    /// App roles, one of which is needed; empty where none is.
    pub roles: Vec<String>,
}

/// How many requests in a period each caller of an API may send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLimit {
    pub key: LimitKey,
    /// Whether an answer counts for its tokens; each request for one otherwise.
    pub counts_tokens: bool,
    pub calls: u32,
    pub period_seconds: u32,
}

/// What Content Safety looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentSafety {
    pub shield_prompt: bool,
    pub completions: bool,
    /// Whether severities are told in eight levels; four otherwise.
    pub eight_levels: bool,
    /// The service's name of each kind of harm, and the severity from which on it is refused.
    pub thresholds: Vec<(&'static str, u32)>,
    pub blocklists: Vec<String>,
    pub window_size: Option<u32>,
    pub window_overlap: Option<u32>,
}

/// How many tokens a minute each caller of an API may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenLimit {
    pub key: LimitKey,
    pub tokens_per_minute: u32,
    pub estimate_prompt_tokens: bool,
    pub headers: TokenHeaders,
}

/// Names of the headers in which callers are told where they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenHeaders {
    pub remaining: Option<String>,
    pub consumed: Option<String>,
}

/// Tokens a minute that classes of requests share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdaptiveLimit {
    pub tokens_per_minute: u32,
    /// Classes with a condition, in order.
    pub classes: Vec<AdaptiveClass>,
    /// The class that takes the rest.
    pub default_class: AdaptiveClass,
    /// Of all classes together.
    pub headers: TokenHeaders,
}

/// One class of requests and its share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdaptiveClass {
    pub name: String,
    /// The header that puts a request into the class; None for the default class.
    pub header: Option<String>,
    pub base: u32,
    /// The share of the total's remaining tokens, in thousandths.
    pub share_thousandths: u32,
    pub headers: TokenHeaders,
}

/// The token metric that an API emits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageMetric {
    pub namespace: String,
    pub dimensions: Vec<Dimension>,
}

/// A dimension of the token metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    pub name: String,
    /// Where the value comes from; None where API Management fills it in.
    pub value: Option<crate::spec::DimensionValue>,
}

/// The records of usage that an API sends to the Event Hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRecords {
    pub fields: Vec<UsageField>,
    pub only_status: u32,
}

/// A bundle of APIs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub id: String,
    pub display_name: String,
    pub description: String,
    /// Ids of [`Api`]s.
    pub apis: Vec<String>,
    pub entra: Option<EntraCallers>,
    /// The model deployments that its callers may name; None where all.
    pub allowed_deployments: Option<Vec<String>>,
    pub tokens_per_minute: Option<u32>,
    pub quota: Option<TokenQuota>,
    /// Limits of single models.
    pub model_limits: Vec<ModelLimit>,
    pub requests_per_minute: Option<u32>,
    pub content_safety: Option<ContentSafety>,
    pub pii: Option<Pii>,
    pub semantic_cache: Option<SemanticCache>,
    /// Who it is for, where it is a contract.
    pub team: Option<String>,
    /// Ids of the subscriptions to make.
    pub subscriptions: Vec<String>,
    /// Ids of the key vaults that their primary keys are put into.
    pub deliver_to: Vec<String>,
    /// After how many days their keys are due for new ones.
    pub rotation_days: Option<u32>,
}

/// How many tokens of one model a subscription may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelLimit {
    /// The name that callers use, in lower case.
    pub name: String,
    pub tokens_per_minute: Option<u32>,
    pub quota: Option<TokenQuota>,
}

/// How many tokens may be used in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenQuota {
    pub tokens: u32,
    pub period: QuotaPeriod,
}
