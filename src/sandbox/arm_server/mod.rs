//! Azure Resource Manager on loopback: the same REST as Azure's for deployments and single resources, over the same
//! evaluator that makes the plan. Clients cannot tell it from ARM by what they send; what it cannot do it refuses
//! with an error in ARM's form.

mod deployments;
mod evaluate;
mod execute;
mod faults;
mod http;
mod lenient_json;
mod operations;
mod resources;
mod runtime;

use std::collections::BTreeSet;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

pub use faults::Faults;

use super::gateway_config::gateway_validator;
use super::{ArmFault, Error, Resource, State};

/// Looks at each resource after it was stored and may refuse it; the resource then goes back to what it was. Policies
/// are checked this way, as APIM checks them when they are put.
pub type Validator = Arc<dyn Fn(&State, &Resource) -> Result<(), ArmFault> + Send + Sync>;

/// How the server behaves.
#[derive(Clone)]
pub struct ArmOptions {
    /// The one subscription there is.
    pub subscription_id: String,
    pub tenant_id: String,
    /// 0 for any free port.
    pub port: u16,
    /// How long each resource takes, so that progress can be seen.
    pub resource_delay: Duration,
    /// `Retry-After` of a running deployment.
    pub retry_after_s: u32,
    /// By default the one that refuses what the sandbox's gateway does not run.
    pub on_put: Vec<Validator>,
    pub faults: Faults,
}

impl Default for ArmOptions {
    fn default() -> Self {
        Self {
            subscription_id: "00000000-0000-0000-0000-000000000001".to_owned(),
            tenant_id: "00000000-0000-0000-0000-0000000000aa".to_owned(),
            port: 0,
            resource_delay: Duration::ZERO,
            retry_after_s: 0,
            on_put: vec![gateway_validator()],
            faults: Faults::default(),
        }
    }
}

impl fmt::Debug for ArmOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArmOptions")
            .field("subscription_id", &self.subscription_id)
            .field("resource_delay", &self.resource_delay)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

/// A running server; it stops when this is dropped.
pub struct ArmServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

/// What requests and running deployments share.
struct Shared {
    options: ArmOptions,
    state: State,
    /// The only bearer token that is accepted.
    token: String,
    base_url: String,
    faults: Mutex<Faults>,
    /// Ids of resources that change one child at a time and are doing so.
    busy: Mutex<BTreeSet<String>>,
    /// Held while a resource is checked and stored, so that a refusal is due to that resource alone.
    putting: Mutex<()>,
    /// Running deployments.
    tasks: Mutex<JoinSet<()>>,
}

impl ArmServer {
    /// Starts a server on 127.0.0.1. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Bind`].
    pub async fn start(options: ArmOptions) -> Result<Self, Error> {
        let wish = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let bind_error = |source| Error::Bind { address: wish.to_string(), source };
        let listener = TcpListener::bind(wish).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;
        let shared = Arc::new(Shared {
            faults: Mutex::new(options.faults.clone()),
            busy: Mutex::default(),
            putting: Mutex::default(),
            options,
            state: State::default(),
            token: uuid::Uuid::new_v4().simple().to_string(),
            base_url: format!("http://{address}"),
            tasks: Mutex::new(JoinSet::new()),
        });
        let router = axum::Router::new().fallback(http::handle).with_state(Arc::clone(&shared));
        // axum's serve ends only with its task; accept errors are retried inside.
        let serving = tokio::spawn(async move {
            let _ended = axum::serve(listener, router).await;
        });
        Ok(Self { address, shared, serving })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:{port}`, the base URL for an ARM client.
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// The bearer token that the server wants, made anew for each one, so that no other program on this machine
    /// deploys by accident.
    pub fn token(&self) -> &str {
        &self.shared.token
    }

    /// The one subscription it has.
    pub fn subscription_id(&self) -> &str {
        &self.shared.options.subscription_id
    }

    /// What is deployed; shared, not a copy.
    pub fn state(&self) -> &State {
        &self.shared.state
    }

    /// Replaces the script of faults.
    pub fn set_faults(&self, faults: Faults) {
        *self.shared.faults() = faults;
    }
}

impl Drop for ArmServer {
    fn drop(&mut self) {
        self.serving.abort();
        self.shared.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

impl fmt::Debug for ArmServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArmServer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Shared {
    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn busy(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a deployment in the background, until it ends or the server is dropped.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }
}

/// ARM writes times as `2026-11-22T09:30:00.1234567Z`.
fn now() -> String {
    let format = time::format_description::well_known::Rfc3339;
    // Formatting fails only for years before 0 or after 9999.
    time::OffsetDateTime::now_utc().format(&format).unwrap_or_default()
}

#[cfg(test)]
mod tests;
