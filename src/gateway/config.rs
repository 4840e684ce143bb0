//! What a gateway is made of, as plain data: the APIM entities of one service. The sandbox fills it from the
//! resources that were deployed; tests write it by hand.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::api_schema::Contract;
use super::certificates::Certificates;
use super::host::HttpProxy;

/// One APIM service, as far as its gateway is concerned. Policy texts are rawxml.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    pub service_name: String,
    /// `context.Deployment.Region`.
    pub region: String,
    /// Decides how tokens per minute are counted.
    pub tier: Tier,
    /// The service-wide policy.
    pub global_policy: Option<String>,
    /// Policies of workspaces by id: between the service's and the product's.
    pub workspaces: IndexMap<String, String>,
    pub apis: Vec<Api>,
    pub products: Vec<Product>,
    pub subscriptions: Vec<Subscription>,
    pub backends: Vec<Backend>,
    /// Substituted textually for `{{name}}` before a policy is parsed.
    pub named_values: IndexMap<String, String>,
    /// Names of those whose values no trace shows.
    pub secret_named_values: BTreeSet<String>,
    /// Policy fragments by id.
    pub fragments: IndexMap<String, String>,
    /// Schema documents of the service by id, which `validate-content` may name.
    pub schemas: IndexMap<String, Json>,
    pub certificates: Certificates,
    /// Ids of the loggers that `log-to-eventhub` may name.
    pub loggers: Vec<String>,
}

/// The families of SKUs that limit in different ways (Learn, llm-token-limit, includes of 2025-11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tier {
    /// Developer, Basic, Standard, Premium: a sliding window.
    #[default]
    Classic,
    /// BasicV2, StandardV2, PremiumV2: a token bucket.
    V2,
}

/// An API and its operations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Api {
    pub id: String,
    pub display_name: String,
    /// Id of the workspace that holds it.
    pub workspace: Option<String>,
    /// What it speaks.
    pub kind: ApiKind,
    /// The first segments of the URL, without slashes at the ends, such as `openai`.
    pub path: String,
    /// Where requests go when no policy names a backend.
    pub service_url: Option<String>,
    pub subscription_required: bool,
    /// Default `Ocp-Apim-Subscription-Key`.
    pub subscription_key_header: String,
    /// Default `subscription-key`.
    pub subscription_key_query: String,
    pub policy: Option<String>,
    /// Whether its calls to models are logged with their tokens.
    pub logs_calls: bool,
    /// Schema documents by id.
    pub schemas: IndexMap<String, Json>,
    pub operations: Vec<Operation>,
}

/// What an API speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ApiKind {
    #[default]
    Http,
    /// Its one operation is the handshake; what follows is passed on.
    WebSocket,
    /// Messages and streams of MCP, passed to a server.
    McpServer,
    /// The gateway is the MCP server itself.
    McpTools(Vec<Tool>),
}

/// An operation that agents call as a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tool {
    pub name: String,
    pub description: String,
    /// The id of the operation's API.
    pub api: String,
    /// The id of the operation.
    pub operation: String,
}

/// An operation: a method and a template of paths below the API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Operation {
    pub id: String,
    pub display_name: String,
    pub method: String,
    /// Below the API's path, such as `/deployments/{deployment-id}/chat/completions`.
    pub url_template: String,
    pub contract: Contract,
    /// What `mock-response` answers with.
    pub examples: Vec<Example>,
    pub policy: Option<String>,
}

/// An example of an operation's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    pub status: u16,
    /// Such as `application/json`.
    pub content_type: String,
    pub body: String,
}

/// A product: what its subscriptions open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Product {
    pub id: String,
    pub display_name: String,
    pub subscription_required: bool,
    /// Whether an administrator has to agree to each subscription.
    pub approval_required: bool,
    pub is_published: bool,
    /// How many subscriptions one user may have; None without a limit.
    pub subscriptions_limit: Option<i32>,
    /// Names of the groups that see it.
    pub groups: Vec<String>,
    /// Ids of the APIs in it.
    pub apis: Vec<String>,
    pub policy: Option<String>,
}

/// A subscription and its two keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    pub id: String,
    pub display_name: String,
    pub primary_key: String,
    pub secondary_key: String,
    pub scope: SubscriptionScope,
    pub state: SubscriptionState,
    pub dates: SubscriptionDates,
}

/// How far a subscription is in its life. Only the keys of an active one open anything (Learn, api-management-subscriptions,
/// 2023-08-02); the others are those of the resource type (2024-05-01).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubscriptionState {
    #[default]
    Active,
    /// Blocked by an administrator.
    Suspended,
    /// Its end date passed; the service sets this state, the date alone closes nothing.
    Expired,
    Cancelled,
    /// Asked for, and neither approved nor rejected.
    Submitted,
    Rejected,
}

impl SubscriptionState {
    /// All names, as resources write them.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("active", Self::Active),
        ("suspended", Self::Suspended),
        ("expired", Self::Expired),
        ("cancelled", Self::Cancelled),
        ("submitted", Self::Submitted),
        ("rejected", Self::Rejected),
    ];

    /// By its name, whatever its case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, state)| state)
    }
}

/// When a subscription was made, and from when to when it is good; milliseconds since 1970. None where nobody said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionDates {
    pub created_unix_ms: Option<i64>,
    pub start_unix_ms: Option<i64>,
    pub end_unix_ms: Option<i64>,
}

/// What a subscription's keys open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionScope {
    AllApis,
    Product(String),
    Api(String),
}

/// A backend entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Backend {
    pub id: String,
    pub kind: BackendKind,
}

/// One upstream, or a pool of backend entities.
#[derive(Clone, Debug, PartialEq)]
pub enum BackendKind {
    Single { url: String, breaker: Option<Breaker>, credentials: Box<Credentials> },
    Pool(Pool),
}

/// A pool of backend entities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    pub members: Vec<PoolMember>,
    /// `failureResponse.statusCode`: what is answered where no member is up; 503 where None (resource type
    /// 2024-10-01-preview).
    pub failure_status: Option<u16>,
    /// `sessionAffinity.sessionId.name`: the cookie that keeps a caller at one member.
    pub session_cookie: Option<String>,
}

/// What is added to each request to a backend, as the `credentials` of the entity say.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Headers with their values.
    pub headers: Vec<(String, Vec<String>)>,
    /// Query parameters with their values.
    pub query: Vec<(String, Vec<String>)>,
    /// Scheme and parameter of `Authorization`.
    pub authorization: Option<(String, String)>,
    pub managed_identity: Option<ManagedIdentity>,
    /// The client certificate that connections show, such as `certificate-id gateway`.
    pub certificate: Option<String>,
    pub proxy: Option<HttpProxy>,
}

/// The identity of the gateway that opens a backend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManagedIdentity {
    /// An Entra resource URI.
    pub resource: String,
    /// None is the identity that the system assigned.
    pub client_id: Option<String>,
}

/// The names alone: values are secrets.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names =
            |list: &[(String, Vec<String>)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("Credentials")
            .field("headers", &names(&self.headers))
            .field("query", &names(&self.query))
            .field("authorization", &self.authorization.as_ref().map(|(scheme, _)| scheme))
            .field("managed_identity", &self.managed_identity)
            .field("certificate", &self.certificate)
            .field("proxy", &self.proxy)
            .finish()
    }
}

impl Backend {
    /// One upstream without credentials.
    pub fn single(id: impl Into<String>, url: impl Into<String>, breaker: Option<Breaker>) -> Self {
        let kind = BackendKind::Single { url: url.into(), breaker, credentials: Box::default() };
        Self { id: id.into(), kind }
    }

    /// A pool that answers 503 where no member is up, without sessions.
    pub fn pool(id: impl Into<String>, members: Vec<PoolMember>) -> Self {
        Self { id: id.into(), kind: BackendKind::Pool(Pool { members, ..Pool::default() }) }
    }
}

/// A backend entity as a member of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolMember {
    /// Id of a single backend.
    pub backend: String,
    /// 0 to 100; the lowest number is used first.
    pub priority: u32,
    /// 0 to 100, the share within a priority group.
    pub weight: u32,
}

/// The one circuit breaker rule that APIM allows on a backend.
#[derive(Clone, Debug, PartialEq)]
pub struct Breaker {
    /// How many failures within `interval_ms` open the breaker.
    pub threshold: Threshold,
    pub interval_ms: u64,
    pub status_ranges: Vec<StatusRange>,
    /// Such as `BackendConnectionFailure`.
    pub error_reasons: Vec<String>,
    pub trip_ms: u64,
    /// A `Retry-After` of the failing answer replaces `trip_ms`.
    pub accept_retry_after: bool,
    /// `failureResponse.statusCode`: what is answered while it is open; 503 where None (resource type
    /// 2024-10-01-preview).
    pub failure_status: Option<u16>,
}

/// When failures are too many. The resource type has both members and says that one is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    Count(u32),
    /// Of the calls within the interval.
    Percentage(u32),
}

/// HTTP statuses from `min` to `max`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRange {
    pub min: u16,
    pub max: u16,
}
