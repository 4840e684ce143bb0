//! Simulated Azure OpenAI accounts on loopback, one port each: chat completions (whole and streamed), completions
//! and embeddings with usage, and throttling or failure on command. Answers depend only on the request; no model
//! runs. What is answered is [`crate::openai`]'s; here are the ports, the credentials and the record of requests.

mod control;
mod http;
mod realtime;

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use indexmap::IndexMap;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::openai::{self, Disturbance, Effect, Latency, Offer, Provider};

/// Requests kept to look at, per account; older ones are dropped.
const MAX_KEPT_REQUESTS: usize = 1000;
/// Bytes kept of the body of one of them, so that all of them stay small.
const MAX_KEPT_BODY: usize = 16 << 10;

/// One Azure OpenAI account.
#[derive(Clone, Debug, PartialEq)]
pub struct SimAccount {
    /// Such as `contoso-ptu.openai.azure.com`.
    pub host: String,
    /// Whose it is, where it was not deployed from here.
    pub outside: Option<Provider>,
    pub deployments: Vec<SimDeployment>,
}

/// One model deployment of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct SimDeployment {
    pub name: String,
    pub model: String,
    /// Such as `Standard` or `ProvisionedManaged`.
    pub sku: String,
    /// Thousands of tokens per minute, or provisioned throughput units.
    pub capacity: u32,
}

impl SimDeployment {
    /// As the model answers. What is known of no SKU has no limits.
    pub fn model(self) -> openai::Deployment {
        let has_limits = !self.sku.is_empty();
        let offer = Offer::of_sku(&self.sku, &self.model, self.capacity);
        let mut deployment = openai::Deployment::new(self.name, self.model, offer);
        deployment.holds_limits = has_limits;
        deployment
    }
}

/// What an account was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct SimRequest {
    pub method: String,
    pub path: String,
    pub deployment: String,
    pub api_version: Option<String>,
    pub credential: Credential,
    /// Its first 16 KiB.
    pub body: Vec<u8>,
    pub status: u16,
    /// Chunks of the body that were taken; fewer than all where the caller went away.
    pub chunks_sent: usize,
}

/// How a caller proved who it is. The secret itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    None,
    ApiKey,
    Bearer,
}

/// Running accounts; they stop when this is dropped.
pub struct OpenAiSim {
    accounts: IndexMap<String, Running>,
}

struct Running {
    account: Arc<Account>,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

/// What the requests to one account share.
struct Account {
    host: String,
    outside: Option<Provider>,
    api_key: String,
    /// Time goes on from here without jumping.
    started: Instant,
    started_unix_ms: i64,
    state: Mutex<AccountState>,
}

struct AccountState {
    core: openai::Account,
    /// Answer 429, with this `Retry-After` in seconds.
    throttled: Option<Option<u32>>,
    /// Answer this status.
    failure: Option<u16>,
    enforce_limits: bool,
    /// What else meets requests, one after the other.
    script: Vec<Disturbance>,
    kept: VecDeque<SimRequest>,
    n_requests: usize,
}

impl OpenAiSim {
    /// Starts every account on a free port of 127.0.0.1. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Where a port could not be opened.
    pub async fn start(accounts: Vec<SimAccount>) -> io::Result<Self> {
        let mut running = IndexMap::new();
        for SimAccount { host, outside, deployments } in accounts {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let address = listener.local_addr()?;
            let host = host.to_ascii_lowercase();
            let api_key = uuid::Uuid::new_v4().simple().to_string();
            let (started, now) = (Instant::now(), OffsetDateTime::now_utc());
            let started_unix_ms = now.unix_timestamp() * 1000;
            let state = Mutex::new(AccountState::new(deployments, outside.unwrap_or_default()));
            let account = Account { host: host.clone(), outside, api_key, started, started_unix_ms, state };
            let account = Arc::new(account);
            let router = http::router(Arc::clone(&account));
            let sorted = realtime::Sorted::start(listener, address, Arc::clone(&account));
            // axum's serve ends only with its task; accept errors are retried inside.
            let serving = tokio::spawn(async move {
                let _ended = axum::serve(sorted, router).await;
            });
            running.insert(host, Running { account, address, serving });
        }
        Ok(Self { accounts: running })
    }

    /// Where the account with this host name listens.
    pub fn address_of(&self, host: &str) -> Option<SocketAddr> {
        self.running(host).map(|running| running.address)
    }

    /// Every account with its address, for the table of [`NetHost`](super::NetHost).
    pub fn addresses(&self) -> IndexMap<String, SocketAddr> {
        self.accounts.iter().map(|(host, running)| (host.clone(), running.address)).collect()
    }

    /// The key that the account takes as `api-key`, made anew for each start.
    pub fn api_key(&self, host: &str) -> Option<&str> {
        self.running(host).map(|running| running.account.api_key.as_str())
    }

    /// From now on the account answers 429. Returns whether there is such an account.
    pub fn set_throttled(&self, host: &str, retry_after_s: Option<u32>) -> bool {
        self.change(host, |state| state.throttle(retry_after_s))
    }

    /// From now on the account answers `status`. Returns whether there is such an account.
    pub fn set_failure(&self, host: &str, status: u16) -> bool {
        self.change(host, |state| state.fail(status))
    }

    /// Whether deployments refuse what is beyond their capacity; off at the start.
    pub fn set_limits(&self, host: &str, enforce: bool) -> bool {
        self.change(host, |state| state.hold_limits(enforce))
    }

    /// Takes back what was set by the other commands. What was asked stays on record.
    pub fn clear(&self, host: &str) -> bool {
        self.change(host, AccountState::clear)
    }

    /// What the account was asked, oldest first, at most the last thousand.
    pub fn requests(&self, host: &str) -> Vec<SimRequest> {
        self.running(host)
            .map_or_else(Vec::new, |running| running.account.state().kept.iter().cloned().collect())
    }

    /// How often the account was asked.
    pub fn n_requests(&self, host: &str) -> usize {
        self.running(host).map_or(0, |running| running.account.state().n_requests)
    }

    fn running(&self, host: &str) -> Option<&Running> {
        self.accounts.get(&host.to_ascii_lowercase())
    }

    fn change(&self, host: &str, change: impl FnOnce(&mut AccountState)) -> bool {
        let running = self.running(host);
        if let Some(running) = running {
            change(&mut running.account.state());
        }
        running.is_some()
    }
}

impl Drop for OpenAiSim {
    fn drop(&mut self) {
        self.accounts.values().for_each(|running| running.serving.abort());
    }
}

impl Account {
    fn state(&self) -> MutexGuard<'_, AccountState> {
        // A panic elsewhere leaves the record whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AccountState {
    fn new(deployments: Vec<SimDeployment>, provider: Provider) -> Self {
        let deployments = deployments.into_iter().map(|one| {
            let mut deployment = one.model();
            deployment.holds_limits = false;
            deployment
        });
        Self {
            core: openai::Account::new(deployments).of_provider(provider),
            throttled: None,
            failure: None,
            enforce_limits: false,
            script: Vec::new(),
            kept: VecDeque::new(),
            n_requests: 0,
        }
    }

    fn throttle(&mut self, retry_after_s: Option<u32>) {
        self.throttled = Some(retry_after_s);
        self.disturb();
    }

    fn fail(&mut self, status: u16) {
        self.failure = Some(status);
        self.disturb();
    }

    fn play(&mut self, script: Vec<Disturbance>) {
        self.script = script;
        self.disturb();
    }

    /// Sets the latency of a deployment, of all where None is named. Returns whether there is such a one.
    fn slow_down(&mut self, deployment: Option<&str>, latency: Latency) -> bool {
        let mut found = false;
        let named = |one: &&mut openai::Deployment| deployment.is_none_or(|name| name == one.name);
        for one in self.core.deployments_mut().filter(named) {
            one.latency = latency;
            found = true;
        }
        found
    }

    fn hold_limits(&mut self, enforce: bool) {
        self.enforce_limits = enforce;
        self.core.deployments_mut().for_each(|deployment| deployment.holds_limits = enforce);
    }

    fn clear(&mut self) {
        self.throttled = None;
        self.failure = None;
        self.play(Vec::new());
        self.slow_down(None, Latency::default());
        self.hold_limits(false);
        self.core.deployments_mut().for_each(openai::Deployment::reset);
    }

    /// Hands the core what was set from outside; a failure goes before throttling, and both before the script.
    fn disturb(&mut self) {
        let throttled = self.throttled.map(|retry_after_s| {
            let retry_after_ms = retry_after_s.map(|seconds| u64::from(seconds) * 1000);
            Effect::Status { status: 429, retry_after_ms }
        });
        let failure = self.failure.map(|status| Effect::Status { status, retry_after_ms: None });
        let disturbance =
            |effect| Disturbance { deployment: None, first: 1, count: None, chance: 1.0, effect };
        let always = failure.or(throttled).map(disturbance);
        self.core.disturb(always.into_iter().chain(self.script.iter().cloned()));
    }

    /// Keeps a request; returns its number.
    fn keep(&mut self, mut request: SimRequest) -> usize {
        if request.body.len() > MAX_KEPT_BODY {
            request.body.truncate(MAX_KEPT_BODY);
            request.body.shrink_to_fit();
        }
        if self.kept.len() == MAX_KEPT_REQUESTS {
            self.kept.pop_front();
        }
        self.kept.push_back(request);
        self.n_requests += 1;
        self.n_requests
    }

    /// The kept request with that number, where it is still kept.
    fn kept_mut(&mut self, number: usize) -> Option<&mut SimRequest> {
        let from_end = self.n_requests.checked_sub(number)? + 1;
        let index = self.kept.len().checked_sub(from_end)?;
        self.kept.get_mut(index)
    }
}

/// Waits until the first stream that `account` answers with stops growing, and returns how many chunks it has sent. A
/// stream that does not stop grows until it is whole, so the caller compares with that.
#[cfg(test)]
pub(super) async fn chunks_until_quiet(sim: &OpenAiSim, account: &str) -> usize {
    /// A running stream sends a chunk far more often, even where the machine has other things to do.
    const QUIET: std::time::Duration = std::time::Duration::from_millis(250);
    const SAMPLES_MAX: usize = 240;
    let mut sent = sim.requests(account)[0].chunks_sent;
    for _ in 0..SAMPLES_MAX {
        tokio::time::sleep(QUIET).await;
        let now = sim.requests(account)[0].chunks_sent;
        if now == sent {
            return sent;
        }
        sent = now;
    }
    panic!("the stream does not come to an end");
}

#[cfg(test)]
mod tests;
