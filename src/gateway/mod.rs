//! The gateway: runs composed policies over a request. Deterministic given (configuration, request, host): time,
//! upstreams, randomness and telemetry all go through [`Host`], so the same interpreter serves the sandbox (real
//! sockets) and tests (a virtual clock).
//!
//! ```text
//! Config -> build: load, compose and compile every policy once -> Gateway
//! Request -> handle: route, key, inbound, backend, outbound or on-error -> Exchange { response, trace }
//! ```

mod api_schema;
mod backends;
mod build;
mod cache;
mod certificates;
mod changes;
pub mod codes;
mod compile;
mod config;
mod content_guard;
mod context;
mod counters;
mod dates;
mod fault;
mod fork;
mod handle;
mod host;
pub(crate) mod json_schema;
mod jwt;
mod liquid;
mod live;
mod llm;
mod log;
mod mcp;
mod message;
mod pipeline;
mod policies;
mod route;
mod secrets;
mod service_call;
mod setting;
pub mod sim_host;
mod sse;
mod tokens;
mod trace;
mod url;
mod values;
mod xml;

use std::sync::Arc;

use indexmap::IndexMap;

pub use api_schema::{Contract, Parameter, Representation, ResponseContract, SchemaRef};
pub use certificates::{Certificates, HeldCertificate, PrivateKey};
pub use config::{
    Api, ApiKind, Backend, BackendKind, Breaker, Config, Credentials, Example, ManagedIdentity, Operation,
    Pool, PoolMember, Product, StatusRange, Subscription, SubscriptionDates, SubscriptionScope,
    SubscriptionState, Threshold, Tier, Tool,
};
pub use handle::Exchange;
pub use host::{Branch, Host, HttpProxy, Metric, SendError, Until, UpstreamRequest, UpstreamResponse};
pub use log::{CallLog, RequestLog};
pub use message::{Body, BodyStream, Headers, Request, Response, StreamError};
pub use trace::{Attempt, ShownAttempt, ShownStep, Trace};

use backends::Backends;
use cache::Cache;
use counters::{Counters, QuotaCount, RateCount, Slots};
use pipeline::Pipeline;
use route::Routes;

/// Whether the gateway runs the policy of that name.
pub fn runs(policy: &str) -> bool {
    policies::find(policy).is_some()
}

/// Why the gateway does not run the policy of that name; None for one that it runs, and for what is no policy.
pub fn why_not_run(policy: &str) -> Option<&'static str> {
    policies::why_not_run(policy)
}

/// One service's gateway: its policies, ready to run, and the state that requests share.
pub struct Gateway {
    service_name: String,
    region: String,
    tier: Tier,
    routes: Routes,
    pipelines: IndexMap<PipelineKey, Arc<Pipeline>>,
    backends: Backends,
    counters: AllCounters,
    openid: jwt::Documents,
    semantic_cache: llm::SemanticCache,
    /// Schemas of the service, by id.
    schemas: IndexMap<String, serde_json::Value>,
    certificates: Certificates,
    cache: Cache,
    mcp_sessions: mcp::Sessions,
    /// What `cross-domain` serves.
    cross_domain: Option<String>,
    /// What traces do not show.
    secrets: Arc<secrets::Needles>,
}

/// What decides which policies run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PipelineKey {
    api: String,
    operation: String,
    product: Option<String>,
}

/// A [`PipelineKey`] that is looked up: the same fields, so the same hash, without texts of its own.
#[derive(Hash)]
struct Way<'a> {
    api: &'a str,
    operation: &'a str,
    product: Option<&'a str>,
}

impl indexmap::Equivalent<PipelineKey> for Way<'_> {
    fn equivalent(&self, key: &PipelineKey) -> bool {
        self.api == key.api && self.operation == key.operation && self.product == key.product.as_deref()
    }
}

/// Counters by the policies that use them; each kind has its own keys.
#[derive(Debug, Default)]
struct AllCounters {
    token_rates: Counters<RateCount>,
    token_quotas: Counters<QuotaCount>,
    call_rates: Counters<RateCount>,
    call_quotas: Counters<QuotaCount>,
    /// Bytes.
    bandwidth_quotas: Counters<QuotaCount>,
    concurrency: Counters<Slots>,
}

impl Gateway {
    /// A text as anybody may see it: without secret named values, keys of subscriptions and credentials of backends.
    pub fn hide_secrets(&self, text: &str) -> String {
        secrets::Gathered::default().with(&self.secrets).mask().hide(text)
    }

    fn service_name(&self) -> &str {
        &self.service_name
    }

    fn region(&self) -> &str {
        &self.region
    }

    fn tier(&self) -> Tier {
        self.tier
    }

    fn backends(&self) -> &Backends {
        &self.backends
    }

    fn counters(&self) -> &AllCounters {
        &self.counters
    }

    fn schemas(&self) -> &IndexMap<String, serde_json::Value> {
        &self.schemas
    }

    fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    fn semantic_cache(&self) -> &llm::SemanticCache {
        &self.semantic_cache
    }

    fn openid(&self) -> &jwt::Documents {
        &self.openid
    }

    fn cache(&self) -> &Cache {
        &self.cache
    }
}
