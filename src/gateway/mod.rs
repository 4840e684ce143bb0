//! The gateway: runs composed policies over a request. Deterministic given (configuration, request, host): time,
//! upstreams, randomness and telemetry all go through [`Host`], so the same interpreter serves the sandbox (real
//! sockets) and tests (a virtual clock).

mod config;
mod host;
mod message;

pub use config::{
    Api, Backend, BackendKind, Breaker, Config, Operation, PoolMember, Product, StatusRange, Subscription,
    SubscriptionScope,
};
pub use host::{Host, Metric, SendError, UpstreamRequest, UpstreamResponse};
pub use message::{Body, BodyStream, Headers, Request, Response, StreamError};
