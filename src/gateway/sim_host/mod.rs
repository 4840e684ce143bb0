//! A host for tests and scenarios: the clock moves only when somebody waits, upstreams answer from a script or a
//! model, random numbers come from a seed. What leaves the gateway is kept to look at.
//!
//! One request at a time simply moves the clock. Many at once are [`tasks`]: each runs until it waits, and the one that
//! is due next goes on, so that all of them see one virtual time in its exact order.

pub mod tasks;
mod upstream;

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use super::{
    Body, BodyStream, Branch, Host, Metric, SendError, StreamError, Until, UpstreamRequest, UpstreamResponse,
};

use crate::text::next_random;

pub use upstream::{Script, SimAnswer, SimBody, SimPiece, Upstream};

/// 2026-01-01T00:00:00Z, a Thursday.
pub const START_UNIX_MS: i64 = 1_767_225_600_000;

/// The host of tests and scenarios; see the module. Clones are the same host.
#[derive(Clone)]
pub struct SimHost(Arc<Mutex<World>>);

struct World {
    now_ms: i64,
    random: u64,
    /// Upstreams have a sequence of their own, so that what they draw changes nothing in the gateway.
    upstream_random: u64,
    /// By host name.
    upstreams: IndexMap<String, Box<dyn Upstream>>,
    /// When the next task is due; a wait that ends before needs no other task to run.
    next_due_ms: Option<i64>,
    /// Tasks that go on behind the one that began them, with the time when each is due.
    detached: Vec<(i64, tasks::Stack)>,
    /// Which task runs; 0 outside of tasks.
    task: usize,
    /// Calls upstream that nobody has taken yet, by task.
    calls: IndexMap<usize, Vec<SimCall>>,
    keeps: Keeps,
    record: Record,
    totals: IndexMap<String, MetricTotal>,
    n_events: IndexMap<String, u64>,
}

/// How much of what leaves the gateway is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeps {
    /// Everything, for one request at a time.
    #[default]
    All,
    /// Sums alone, for load.
    Totals,
}

/// What left the gateway, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    pub requests: Vec<UpstreamRequest>,
    pub metrics: Vec<Metric>,
    /// Logger and message.
    pub events: Vec<(String, String)>,
}

/// A call upstream in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimCall {
    pub at_ms: i64,
    /// The host name of the upstream.
    pub host: String,
    /// None where no answer came.
    pub status: Option<u16>,
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
}

/// What the values of one metric with the same dimensions come to.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricTotal {
    /// The first of them; its value is that of the first.
    pub metric: Metric,
    pub count: u64,
    pub sum: f64,
}

/// More sets of dimensions than this are counted under the first ones: a dimension that is new for every request is a
/// mistake that must not fill the memory.
const MAX_TOTALS: usize = 10_000;

impl SimHost {
    /// A host whose random numbers follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(World {
            now_ms: START_UNIX_MS,
            random: seed,
            upstream_random: !seed,
            upstreams: IndexMap::new(),
            next_due_ms: None,
            detached: Vec::new(),
            task: 0,
            calls: IndexMap::new(),
            keeps: Keeps::All,
            record: Record::default(),
            totals: IndexMap::new(),
            n_events: IndexMap::new(),
        })))
    }

    /// Puts an upstream at a host name, in place of the one that was there.
    pub fn set_upstream(&self, host: &str, upstream: Box<dyn Upstream>) {
        self.world().upstreams.insert(host.to_ascii_lowercase(), upstream);
    }

    /// Scripts the answers of the upstream with that host name. The last one is given again and again.
    pub fn script(&self, host: &str, answers: impl IntoIterator<Item = SimAnswer>) {
        let answers: VecDeque<SimAnswer> = answers.into_iter().collect();
        self.set_upstream(host, Box::new(Script(answers)));
    }

    /// Says how much is kept from now on.
    pub fn set_keeps(&self, keeps: Keeps) {
        self.world().keeps = keeps;
    }

    /// Lets time pass.
    pub fn advance_ms(&self, ms: u64) {
        self.wait(ms);
    }

    /// Returns what left the gateway since the last call.
    pub fn take_record(&self) -> Record {
        std::mem::take(&mut self.world().record)
    }

    /// Returns the calls upstream of the running task since the last time, oldest first.
    pub fn take_calls(&self) -> Vec<SimCall> {
        let mut world = self.world();
        let task = world.task;
        world.calls.get_mut(&task).map(std::mem::take).unwrap_or_default()
    }

    /// What the metrics come to since the beginning, by metric and dimensions in the order of their first values.
    pub fn metric_totals(&self) -> Vec<MetricTotal> {
        self.world().totals.values().cloned().collect()
    }

    /// How many events each logger took since the beginning.
    pub fn event_counts(&self) -> IndexMap<String, u64> {
        self.world().n_events.clone()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits: another task may run meanwhile.
    fn wait(&self, ms: u64) {
        let is_task = tasks::is_task();
        let due_ms = {
            let mut world = self.world();
            let due_ms = world.now_ms.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX));
            let is_next = world.next_due_ms.is_none_or(|next_ms| due_ms < next_ms);
            if if is_task { is_next } else { world.detached.is_empty() } {
                world.now_ms = due_ms;
                return;
            }
            due_ms
        };
        if is_task {
            tasks::wait_until(due_ms);
        } else {
            tasks::run_detached(self, due_ms);
            self.world().now_ms = due_ms;
        }
    }

    /// Asks the upstream that a request reaches.
    fn ask(&self, request: UpstreamRequest) -> Result<SimAnswer, SendError> {
        let url = request.proxy.as_ref().map_or(&request.url, |proxy| &proxy.url);
        let host = super::url::Url::parse(url).host().to_ascii_lowercase();
        let mut world = self.world();
        let answer = world.answer(&host, &request).ok_or_else(|| SendError {
            reason: "BackendConnectionFailure".to_owned(),
            message: format!("no upstream answers at {host}"),
        });
        let outcome = answer.as_ref().and_then(|answer| match &answer.failure {
            Some(failure) => Err(failure),
            None => Ok(answer),
        });
        world.keep_call(host, outcome);
        if world.keeps == Keeps::All {
            world.record.requests.push(request);
        }
        answer
    }
}

impl World {
    fn answer(&mut self, host: &str, request: &UpstreamRequest) -> Option<SimAnswer> {
        let random = next_random(&mut self.upstream_random);
        let now_ms = self.now_ms;
        Some(self.upstreams.get_mut(host)?.answer(request, now_ms, random))
    }

    fn keep_call(&mut self, host: String, answer: Result<&SimAnswer, &SendError>) {
        let call = SimCall {
            at_ms: self.now_ms,
            host,
            status: answer.ok().map(|answer| answer.status),
            prompt_tokens: answer.map_or(0, |answer| answer.prompt_tokens),
            completion_tokens: answer.map_or(0, |answer| answer.completion_tokens),
        };
        self.calls.entry(self.task).or_default().push(call);
    }
}

impl Host for SimHost {
    fn now_unix_ms(&self) -> i64 {
        self.world().now_ms
    }

    fn sleep_ms(&self, duration_ms: u64) {
        self.wait(duration_ms);
    }

    fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, SendError> {
        let timeout_ms = request.timeout_ms;
        let answer = self.ask(request)?;
        self.wait(answer.latency_ms.min(timeout_ms));
        if answer.latency_ms > timeout_ms {
            let message = format!("no answer within {timeout_ms} ms");
            return Err(SendError { reason: "Timeout".to_owned(), message });
        }
        if let Some(failure) = answer.failure {
            return Err(failure);
        }
        let body = match answer.body {
            SimBody::Whole(bytes) => Body::Bytes(bytes),
            SimBody::Pieces(pieces) => {
                Body::Stream(Box::new(Pieces { host: self.clone(), pieces: pieces.into() }))
            }
        };
        Ok(UpstreamResponse { status: answer.status, reason: String::new(), headers: answer.headers, body })
    }

    /// The upstream uses up an answer, which nobody sees, and no time passes.
    fn send_one_way(&self, request: UpstreamRequest) -> Result<(), SendError> {
        self.ask(request).map(drop)
    }

    fn run_together(&self, branches: Vec<Branch>, until: Until) -> Option<usize> {
        tasks::run_together(self, branches, until)
    }

    fn managed_identity_token(&self, resource: &str, client_id: Option<&str>) -> Result<String, String> {
        Ok(format!("token-for-{resource}-as-{}", client_id.unwrap_or("system")))
    }

    fn emit_metric(&self, metric: Metric) {
        let mut world = self.world();
        let key = key_of(&metric);
        if let Some(total) = world.totals.get_mut(&key) {
            total.count += 1;
            total.sum += metric.value;
        } else if world.totals.len() < MAX_TOTALS {
            world.totals.insert(key, MetricTotal { metric: metric.clone(), count: 1, sum: metric.value });
        } else if let Some(total) = world
            .totals
            .values_mut()
            .find(|total| total.metric.namespace == metric.namespace && total.metric.name == metric.name)
        {
            total.count += 1;
            total.sum += metric.value;
        }
        if world.keeps == Keeps::All {
            world.record.metrics.push(metric);
        }
    }

    fn log_event(&self, logger_id: &str, message: &str) {
        let mut world = self.world();
        *world.n_events.entry(logger_id.to_owned()).or_default() += 1;
        if world.keeps == Keeps::All {
            world.record.events.push((logger_id.to_owned(), message.to_owned()));
        }
    }

    fn random_u64(&self) -> u64 {
        next_random(&mut self.world().random)
    }

    fn wants_changes(&self) -> bool {
        self.world().keeps == Keeps::All
    }
}

/// What keeps metrics apart: namespace, name and dimensions, each with its length, so that none runs into the next.
fn key_of(metric: &Metric) -> String {
    let dimensions = metric.dimensions.iter().flat_map(|(name, value)| [&**name, value.as_str()]);
    let mut key = String::with_capacity(128);
    for part in [&*metric.namespace, &metric.name].into_iter().chain(dimensions) {
        // Writing into a String does not fail.
        let _ = write!(key, "{}:", part.len());
        key.push_str(part);
    }
    key
}

/// A body that arrives over virtual time.
struct Pieces {
    host: SimHost,
    pieces: VecDeque<SimPiece>,
}

impl BodyStream for Pieces {
    fn next_chunk(&mut self) -> Option<Result<Vec<u8>, StreamError>> {
        let piece = self.pieces.pop_front()?;
        if piece.after_ms > 0 {
            self.host.wait(piece.after_ms);
        }
        if piece.bytes.is_none() {
            self.pieces.clear();
        }
        Some(piece.bytes.ok_or_else(|| StreamError("the upstream broke the connection".to_owned())))
    }
}
