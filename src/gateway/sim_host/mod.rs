//! A host for tests and scenarios: the clock moves only when somebody waits, upstreams answer from a script, random
//! numbers come from a seed. Everything that left the gateway is kept to look at.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use super::{
    Body, BodyStream, Branch, Headers, Host, Metric, SendError, StreamError, Until, UpstreamRequest,
    UpstreamResponse,
};

/// 2026-01-01T00:00:00Z, a Thursday.
const START_UNIX_MS: i64 = 1_767_225_600_000;

/// The host of tests; see the module.
#[derive(Debug)]
pub struct SimHost(Mutex<World>);

#[derive(Debug)]
struct World {
    now_ms: i64,
    random: u64,
    /// By host name of the upstream.
    scripts: IndexMap<String, VecDeque<SimAnswer>>,
    record: Record,
}

/// What left the gateway, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    pub requests: Vec<UpstreamRequest>,
    pub metrics: Vec<Metric>,
    /// Logger and message.
    pub events: Vec<(String, String)>,
}

/// One answer of an upstream.
#[derive(Clone, Debug, PartialEq)]
pub struct SimAnswer {
    pub status: u16,
    pub headers: Headers,
    pub body: SimBody,
    pub latency_ms: u64,
    /// Instead of an answer.
    pub failure: Option<SendError>,
}

/// What an answer carries.
#[derive(Clone, Debug, PartialEq)]
pub enum SimBody {
    Whole(String),
    /// Server-sent events, one chunk each.
    Chunks(Vec<String>),
}

impl SimAnswer {
    /// An answer without headers, at once.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: Headers::default(),
            body: SimBody::Whole(body.into()),
            latency_ms: 0,
            failure: None,
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.append(name, value);
        self
    }
}

impl SimHost {
    /// A host whose random numbers follow from `seed`.
    pub fn new(seed: u64) -> Self {
        let record = Record::default();
        Self(Mutex::new(World { now_ms: START_UNIX_MS, random: seed, scripts: IndexMap::new(), record }))
    }

    /// Scripts the answers of the upstream with that host name. The last one is given again and again.
    pub fn script(&self, host: &str, answers: impl IntoIterator<Item = SimAnswer>) {
        self.world().scripts.insert(host.to_owned(), answers.into_iter().collect());
    }

    /// Lets time pass.
    pub fn advance_ms(&self, ms: u64) {
        let mut world = self.world();
        world.now_ms = world.now_ms.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX));
    }

    /// Returns what left the gateway since the last call.
    pub fn take_record(&self) -> Record {
        std::mem::take(&mut self.world().record)
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host for SimHost {
    fn now_unix_ms(&self) -> i64 {
        self.world().now_ms
    }

    fn sleep_ms(&self, duration_ms: u64) {
        self.advance_ms(duration_ms);
    }

    fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, SendError> {
        let host = receiver(&request);
        let timeout_ms = request.timeout_ms;
        self.world().record.requests.push(request);
        let answer = self.world().scripts.get_mut(&host).and_then(next_answer);
        let Some(answer) = answer else {
            return Err(no_upstream(&host));
        };
        self.advance_ms(answer.latency_ms.min(timeout_ms));
        if answer.latency_ms > timeout_ms {
            let message = format!("no answer within {timeout_ms} ms");
            return Err(SendError { reason: "Timeout".to_owned(), message });
        }
        if let Some(failure) = answer.failure {
            return Err(failure);
        }
        let body = match answer.body {
            SimBody::Whole(text) => Body::Bytes(text.into_bytes()),
            SimBody::Chunks(chunks) => Body::Stream(Box::new(Chunks(chunks.into()))),
        };
        Ok(UpstreamResponse { status: answer.status, reason: String::new(), headers: answer.headers, body })
    }

    /// The upstream uses up an answer, which nobody sees, and no time passes.
    fn send_one_way(&self, request: UpstreamRequest) -> Result<(), SendError> {
        let host = receiver(&request);
        let mut world = self.world();
        world.record.requests.push(request);
        world.scripts.get_mut(&host).and_then(next_answer).map(drop).ok_or_else(|| no_upstream(&host))
    }

    /// One after the other, each on a clock that begins where the first began. Then the clock stands where the last
    /// or the first of them ended; of those that end together the first in order counts.
    fn run_together(&self, branches: Vec<Branch>, until: Until) -> Option<usize> {
        let begin_ms = self.world().now_ms;
        let mut ends_ms = Vec::new();
        for branch in branches {
            self.world().now_ms = begin_ms;
            branch();
            ends_ms.push(self.world().now_ms);
        }
        let (first, first_ms) = ends_ms.iter().copied().enumerate().min_by_key(|(_, end_ms)| *end_ms)?;
        let last_ms = ends_ms.into_iter().max()?;
        self.world().now_ms = if until == Until::AllEnd { last_ms } else { first_ms };
        Some(first)
    }

    fn managed_identity_token(&self, resource: &str, client_id: Option<&str>) -> Result<String, String> {
        Ok(format!("token-for-{resource}-as-{}", client_id.unwrap_or("system")))
    }

    fn emit_metric(&self, metric: Metric) {
        self.world().record.metrics.push(metric);
    }

    fn log_event(&self, logger_id: &str, message: &str) {
        self.world().record.events.push((logger_id.to_owned(), message.to_owned()));
    }

    /// The SplitMix64 sequence of the seed (Steele, Lea and Flood, 2014).
    fn random_u64(&self) -> u64 {
        let mut world = self.world();
        world.random = world.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = world.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The host name that the request reaches: the proxy's, where there is one.
fn receiver(request: &UpstreamRequest) -> String {
    let url = request.proxy.as_ref().map_or(&request.url, |proxy| &proxy.url);
    super::url::Url::parse(url).host().to_owned()
}

fn no_upstream(host: &str) -> SendError {
    let message = format!("no upstream answers at {host}");
    SendError { reason: "BackendConnectionFailure".to_owned(), message }
}

fn next_answer(script: &mut VecDeque<SimAnswer>) -> Option<SimAnswer> {
    if script.len() > 1 { script.pop_front() } else { script.front().cloned() }
}

struct Chunks(VecDeque<String>);

impl BodyStream for Chunks {
    fn next_chunk(&mut self) -> Option<Result<Vec<u8>, StreamError>> {
        self.0.pop_front().map(|chunk| Ok(chunk.into_bytes()))
    }
}
