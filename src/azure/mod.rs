//! The only module that speaks to Azure Resource Manager and names azure_* crates. [`ArmClient`] is a thin typed
//! client over HTTP; the sandbox is reached by the same code as Azure. Which deployments to send, and what to tell
//! people while they run, is left to `deploy`; the environment is read in `cli` and handed in.
#![expect(
    clippy::disallowed_methods,
    reason = "this module waits between polls and reads the clock for token expiry"
)]

mod access;
mod arm_error;
mod client;
mod clock;
mod cloud;
mod deployments;
mod entities;
mod error;
mod keys;
mod limiter;
mod logs;
mod offers;
mod policy;
mod poll;
mod readiness;
mod removal;
mod retry;
mod scope;
mod secret;
mod sign_in;
mod store;
mod transport;
mod what_if;

pub use access::{Permission, Registration, Subscription, is_allowed};
pub use arm_error::ArmError;
pub use client::{ArmClient, ClientOptions, Endpoint, RetryListener, RetryNotice};
pub use clock::{Clock, Wait};
pub use cloud::{CA_BYTES_MAX, CaBundle, Cloud};
pub use deployments::{
    Argument, Deployment, DeploymentOperation, DeploymentRequest, ProvisioningState, ResourceGroup,
    TargetResource,
};
pub use error::{Blame, Error, ErrorKind, Retry};
pub use keys::KeyOf;
pub use logs::{LogTable, LogsClient};
pub use offers::{Capacity, GatewaySku, Location, ModelOffer, NameOf, Usage};
pub use policy::{PolicyDenial, PolicyRequest, PolicyRuling};
pub use poll::{CancelFlag, OperationEnd, Poller};
pub use removal::{Purge, Restorable};
pub use retry::RetryPolicy;
pub use scope::Scope;
pub use secret::SecretString;
pub use sign_in::{Chosen, Credential, CredentialKind, Identity, OidcRequest, SignInFacts, choose};
pub use store::StoreClient;

#[cfg(test)]
mod tests;
