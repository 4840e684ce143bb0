//! Azure Resource Manager on loopback: the same REST as Azure's for deployments and single resources, over the same
//! evaluator that makes the plan. Clients cannot tell it from ARM by what they send; what it cannot do it refuses
//! with an error in ARM's form.

mod azure_policy;
mod complete;
mod deployments;
mod entities;
mod entra;
mod etag;
mod evaluate;
mod execute;
mod faults;
mod http;
mod lenient_json;
mod log_query;
mod metadata;
mod offers;
mod operations;
mod recorder;
mod resources;
mod results;
mod runtime;
mod shape;
mod soft_delete;
mod store_query;
mod subscription;
mod tags;
mod throttle;
mod tls;
mod what_if;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub use azure_policy::{Condition, Denial, Test};
pub use faults::{During, Faults, Trouble};
pub use recorder::{Exchange, Recorder};
pub use throttle::{Bucket, Limits};

use entra::Issuer;
use results::Results;
use soft_delete::Deleted;
use throttle::Buckets;
use tls::{Tls, TlsListener};

use super::gateway_config::gateway_validator;
use super::{ArmFault, Error, Resource, State};

/// Requests that are remembered.
const JOURNAL_MAX: usize = 10_000;

/// Looks at each resource after it was stored and may refuse it; the resource then goes back to what it was. Policies
/// are checked this way, as APIM checks them when they are put.
pub type Validator = Arc<dyn Fn(&State, &Resource) -> Result<(), ArmFault> + Send + Sync>;

/// Says how long a clock has been running.
pub type ServerClock = Arc<dyn Fn() -> Duration + Send + Sync>;

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
    /// https with a certificate made for this server, instead of plain http.
    pub tls: bool,
    /// `Enabled`, `Warned`, `Disabled` …
    pub subscription_state: String,
    /// What the principal may do, as role definitions write it.
    pub actions: Vec<String>,
    pub not_actions: Vec<String>,
    /// Namespaces of resource providers that are not registered.
    pub unregistered: Vec<String>,
    /// Limits of quotas by usage name; the others have a thousand and are not held.
    pub quota: BTreeMap<String, u64>,
    /// Policies that gateways do not know.
    pub unknown_policies: Vec<String>,
    pub limits: Limits,
    pub token_lifetime_s: u32,
    /// A clock in the place of this machine's: how long it has been running. A test lets minutes pass at once.
    pub clock: Option<ServerClock>,
    /// Tokens of other issuers (GitHub, Kubernetes) that are taken for the application's.
    pub trusted_tokens: Vec<String>,
    /// The RSA public key (DER, PKCS #1) of the application's certificate.
    pub trusted_key: Option<Vec<u8>>,
    pub recorder: Option<Recorder>,
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
            tls: false,
            subscription_state: "Enabled".to_owned(),
            actions: vec!["*".to_owned()],
            not_actions: Vec::new(),
            unregistered: Vec::new(),
            quota: BTreeMap::new(),
            unknown_policies: Vec::new(),
            limits: Limits::default(),
            token_lifetime_s: 3_600,
            clock: None,
            trusted_tokens: Vec::new(),
            trusted_key: None,
            recorder: None,
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
    ca_pem: Option<String>,
}

/// What requests and running deployments share.
struct Shared {
    options: ArmOptions,
    state: State,
    /// A bearer token that is accepted besides those of `issuer`.
    token: String,
    issuer: Issuer,
    buckets: Buckets,
    results: Results,
    deleted: Mutex<Vec<Deleted>>,
    /// Namespaces in lower case.
    unregistered: Mutex<BTreeSet<String>>,
    base_url: String,
    faults: Mutex<Faults>,
    /// Ids of resources that change one child at a time and are doing so.
    busy: Mutex<BTreeSet<String>>,
    /// Held while a resource is checked and stored, so that a refusal is due to that resource alone.
    putting: Mutex<()>,
    /// Running deployments.
    tasks: Mutex<JoinSet<()>>,
    started: (OffsetDateTime, Instant),
    journal: Mutex<VecDeque<String>>,
    n_served: watch::Sender<u64>,
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
        let tls = if options.tls {
            Some(Tls::generate().map_err(|reason| Error::Certificate { reason })?)
        } else {
            None
        };
        let base_url = format!("{}://{address}", if options.tls { "https" } else { "http" });
        let unregistered = options.unregistered.iter().map(|name| name.to_ascii_lowercase()).collect();
        let shared = Arc::new(Shared {
            faults: Mutex::new(options.faults.clone()),
            busy: Mutex::default(),
            putting: Mutex::default(),
            state: State::default(),
            token: new_secret(),
            issuer: Issuer::new(&options, base_url.clone()),
            buckets: Buckets::new(options.limits, Instant::now()),
            results: Results::default(),
            deleted: Mutex::default(),
            unregistered: Mutex::new(unregistered),
            options,
            base_url,
            tasks: Mutex::new(JoinSet::new()),
            started: (OffsetDateTime::now_utc(), Instant::now()),
            journal: Mutex::default(),
            n_served: watch::Sender::new(0),
        });
        shared.state.set_address(&shared.base_url);
        let mut router = axum::Router::new().fallback(http::handle).with_state(Arc::clone(&shared));
        if let Some(recorder) = &shared.options.recorder {
            let layer = axum::middleware::from_fn_with_state(Arc::clone(recorder), recorder::record);
            router = router.layer(layer);
        }
        // axum's serve ends only with its task; accept errors are retried inside.
        let (serving, ca_pem) = match tls {
            None => (tokio::spawn(async move { drop(axum::serve(listener, router).await) }), None),
            Some(Tls { acceptor, ca_pem }) => {
                let listener = TlsListener::start(listener, acceptor).map_err(bind_error)?;
                (tokio::spawn(async move { drop(axum::serve(listener, router).await) }), Some(ca_pem))
            }
        };
        Ok(Self { address, shared, serving, ca_pem })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:{port}`, or https with TLS: the base URL for an ARM client, and where it signs in.
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// The bearer token that the server wants, made anew for each one, so that no other program on this machine
    /// deploys by accident.
    pub fn token(&self) -> &str {
        &self.shared.token
    }

    /// The certificate of the authority that its certificate comes from, in PEM form; None without TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The application that may sign in, and its secret, both made anew for each server.
    pub fn client(&self) -> (&str, &str) {
        (&self.shared.issuer.client_id, &self.shared.issuer.client_secret)
    }

    /// The tenant that it signs in to.
    pub fn tenant_id(&self) -> &str {
        &self.shared.options.tenant_id
    }

    /// The one subscription it has.
    pub fn subscription_id(&self) -> &str {
        &self.shared.options.subscription_id
    }

    /// What is deployed; shared, not a copy.
    pub fn state(&self) -> &State {
        &self.shared.state
    }

    /// The last requests and how they were answered, such as `PUT /subscriptions/… 201`.
    pub fn journal(&self) -> Vec<String> {
        self.shared.journal.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// How many requests were served; tells of each one.
    pub fn served(&self) -> watch::Receiver<u64> {
        self.shared.n_served.subscribe()
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

    fn unregistered(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.unregistered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the server's clock has been running.
    fn elapsed(&self) -> Duration {
        self.options.clock.as_ref().map_or_else(|| self.started.1.elapsed(), |clock| clock())
    }

    /// What time it is on the server.
    fn now(&self) -> OffsetDateTime {
        self.started.0 + self.elapsed()
    }

    /// Writes down that a request was answered.
    fn note(&self, line: String) {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        if journal.len() == JOURNAL_MAX {
            journal.pop_front();
        }
        journal.push_back(line);
        drop(journal);
        self.n_served.send_modify(|n_served| *n_served += 1);
    }

    /// Runs a deployment in the background, until it ends or the server is dropped.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }
}

/// 122 random bits that nobody guesses.
fn new_secret() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// ARM writes times as `2026-11-22T09:30:00.1234567Z`.
fn timestamp(at: OffsetDateTime) -> String {
    // Formatting fails only for years before 0 or after 9999.
    at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// ARM writes how long something took as `PT3M7.25S`.
fn duration(took: Duration) -> String {
    let (minutes, seconds) = (took.as_secs() / 60, took.as_secs_f64() % 60.0);
    if minutes == 0 { format!("PT{seconds}S") } else { format!("PT{minutes}M{seconds}S") }
}

#[cfg(test)]
mod tests;
