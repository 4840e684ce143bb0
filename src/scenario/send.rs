//! One request through the gateway, from the caller's side: the whole body is read, and what it took is noted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use super::network::{Answered, Line};
use super::rows::{CallRow, LEFT, NOBODY, RequestRow, Rows, intern};
use super::tokens::Tokens;
use crate::gateway::sim_host::tasks::{self, Task, TooManyTasks};
use crate::gateway::sim_host::{START_UNIX_MS, SimCall, SimHost};
use crate::gateway::{Attempt, Body, Config, Exchange, Gateway, Headers, Host, Request, Trace};

/// Where requests of a case go, and what they leave behind.
pub(super) struct Door {
    pub gateway: Arc<Gateway>,
    pub host: SimHost,
    /// Names of subscriptions by key.
    pub keys: IndexMap<String, String>,
    pub rows: Mutex<Rows>,
    /// The trace of the first request with each status.
    pub samples: Mutex<IndexMap<u16, Trace>>,
    pub tokens: Tokens,
    /// A gateway on a port; None in virtual time.
    pub line: Option<Box<dyn Line>>,
    /// Calls upstream over ports that no request has taken yet.
    open_calls: Mutex<Vec<SimCall>>,
}

/// Over ports a stream's last count is told just after its end.
const SETTLE_MS: u64 = 100;

/// What a caller got.
pub(super) struct Got {
    pub status: u16,
    pub reason: String,
    pub headers: Headers,
    /// The pieces of the body; one that did not stream is one piece.
    pub pieces: Vec<Vec<u8>>,
    pub streamed: bool,
    /// Why the body broke off, where it did.
    pub broke: Option<String>,
    pub trace: Trace,
}

/// Whose a request is, in numbers of the rows' names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose {
    pub request: u16,
    pub phase: u16,
    pub subscription: u16,
    /// How long the caller waits for the whole answer.
    pub patience_ms: Option<u64>,
}

impl Whose {
    pub(super) const NOBODY: Self =
        Self { request: NOBODY, phase: NOBODY, subscription: NOBODY, patience_ms: None };
}

impl Door {
    pub(super) fn new(gateway: Arc<Gateway>, host: SimHost, config: &Config) -> Self {
        let mut keys = IndexMap::new();
        for one in &config.subscriptions {
            keys.insert(one.primary_key.clone(), one.display_name.clone());
            keys.insert(one.secondary_key.clone(), one.display_name.clone());
        }
        Self {
            gateway,
            host,
            keys,
            rows: Mutex::default(),
            samples: Mutex::default(),
            tokens: Tokens::default(),
            line: None,
            open_calls: Mutex::default(),
        }
    }

    pub(super) fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn samples(&self) -> MutexGuard<'_, IndexMap<u16, Trace>> {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request and reads the answer to its end, or until the caller has lost patience.
    pub(super) fn send(&self, request: Request, whose: Whose) -> Got {
        let started_ms = self.now_unix_ms();
        let (mut got, first_ms) = match &self.line {
            Some(line) => over(line.as_ref(), request, whose.patience_ms),
            None => self.send_in_virtual_time(request, whose.patience_ms),
        };
        let ended_ms = self.now_unix_ms();
        let patience_ms = whose.patience_ms.and_then(|ms| i64::try_from(ms).ok());
        if patience_ms.is_some_and(|ms| ended_ms - started_ms >= ms) {
            got.status = LEFT;
        }
        self.take_telemetry();
        self.keep(&got, whose, started_ms, first_ms.unwrap_or(ended_ms), ended_ms);
        got
    }

    fn send_in_virtual_time(&self, request: Request, patience_ms: Option<u64>) -> (Got, Option<i64>) {
        let host: Arc<dyn Host> = match patience_ms {
            None => Arc::new(self.host.clone()),
            Some(patience_ms) => self.host.for_caller(patience_ms),
        };
        let Exchange { response, trace } = self.gateway.handle(request, host);
        let mut got = Got {
            status: response.status,
            reason: response.reason,
            headers: response.headers,
            pieces: Vec::new(),
            streamed: false,
            broke: None,
            trace,
        };
        let mut first_ms = None;
        match response.body {
            Body::Bytes(bytes) => got.pieces.push(bytes),
            Body::Stream(mut stream) => {
                got.streamed = true;
                while let Some(piece) = stream.next_chunk() {
                    first_ms = first_ms.or_else(|| Some(self.host.now_unix_ms()));
                    match piece {
                        Ok(bytes) => got.pieces.push(bytes),
                        Err(error) => got.broke = Some(error.0),
                    }
                }
            }
        }
        (got, first_ms)
    }

    pub(super) fn now_unix_ms(&self) -> i64 {
        self.line.as_ref().map_or_else(|| self.host.now_unix_ms(), |line| line.now_unix_ms())
    }

    pub(super) fn sleep_ms(&self, duration_ms: u64) {
        match &self.line {
            Some(line) => line.sleep_ms(duration_ms),
            None => self.host.sleep_ms(duration_ms),
        }
    }

    /// When a token is made. A gateway on a port goes by the real clock.
    pub(super) fn token_time_ms(&self) -> i64 {
        self.line.as_ref().map_or_else(|| self.host.now_unix_ms(), |line| line.real_unix_ms())
    }

    /// Runs tasks that come one after the other.
    ///
    /// # Errors
    /// Where more of them run at once than fit.
    pub(super) fn run<'a>(&self, mut tasks: impl Iterator<Item = Task<'a>>) -> Result<(), TooManyTasks> {
        match &self.line {
            Some(line) => {
                line.run(&mut tasks);
                Ok(())
            }
            None => tasks::run_arriving(&self.host, tasks),
        }
    }

    /// Lets come what a gateway on a port says after its answer is out.
    pub(super) fn settle(&self) {
        if let Some(line) = &self.line {
            line.sleep_ms(SETTLE_MS);
            self.take_telemetry();
        }
    }

    /// What a gateway on a port emits goes where that of virtual time does.
    fn take_telemetry(&self) {
        let Some(line) = &self.line else { return };
        let (metrics, events) = line.take_telemetry();
        metrics.into_iter().for_each(|metric| self.host.emit_metric(metric));
        events.iter().for_each(|(logger, message)| self.host.log_event(logger, message));
    }

    /// The calls upstream of one request. Over ports those of requests at the same time come together, and each takes
    /// those that its trace tells of, and what went elsewhere while it ran.
    fn calls_of(&self, got: &Got, started_ms: i64) -> Vec<SimCall> {
        let taken = self.host.take_calls();
        if self.line.is_none() {
            return taken;
        }
        let mut open = self.open_calls.lock().unwrap_or_else(PoisonError::into_inner);
        open.extend(taken);
        let mut own = Vec::new();
        let hosts: Vec<String> = got.trace.attempts().map(Attempt::host).collect();
        for attempt in got.trace.attempts() {
            let fits = |call: &SimCall| {
                call.host.eq_ignore_ascii_case(&attempt.host())
                    && (attempt.status.is_none() || call.status == attempt.status)
            };
            own.extend(open.iter().position(fits).map(|at| open.remove(at)));
        }
        let is_other = |call: &SimCall| {
            call.at_ms >= started_ms && !hosts.iter().any(|host| host.eq_ignore_ascii_case(&call.host))
        };
        while let Some(at) = open.iter().position(is_other) {
            own.push(open.remove(at));
        }
        own.sort_by_key(|call| call.at_ms);
        own
    }

    fn keep(&self, got: &Got, whose: Whose, started_ms: i64, first_ms: i64, ended_ms: i64) {
        let calls = self.calls_of(got, started_ms);
        let mut rows = self.rows();
        let row = u32::try_from(rows.requests.len()).unwrap_or(u32::MAX);
        let mut attempts = got.trace.attempts().peekable();
        let mut backend = NOBODY;
        let mut tokens = 0;
        for call in &calls {
            let by_policy = attempts.next_if(|attempt| attempt.host().eq_ignore_ascii_case(&call.host));
            let number = intern(&mut rows.names.backends, name_of(by_policy, call));
            if by_policy.is_some() {
                backend = number;
            }
            let cost = short(call.prompt_tokens + call.completion_tokens);
            tokens += cost;
            rows.calls.push(CallRow {
                at_ms: since_start(call.at_ms),
                backend: number,
                status: call.status.unwrap_or_default(),
                tokens: cost,
                row,
            });
        }
        rows.requests.push(RequestRow {
            at_ms: since_start(started_ms),
            latency_ms: between(started_ms, ended_ms),
            first_ms: between(started_ms, first_ms),
            status: got.status,
            request: whose.request,
            phase: whose.phase,
            subscription: whose.subscription,
            backend,
            n_calls: u16::try_from(calls.len()).unwrap_or(u16::MAX),
            tokens,
        });
        drop(rows);
        let mut samples = self.samples();
        if !samples.contains_key(&got.status) {
            samples.insert(got.status, got.trace.clone());
        }
    }
}

/// Sends over a port; the second value is when the first byte of the body was there.
fn over(line: &dyn Line, request: Request, patience_ms: Option<u64>) -> (Got, Option<i64>) {
    let Answered { status, reason, headers, pieces, streamed, broke, trace, first_ms } =
        line.send(request, patience_ms);
    let got = Got { status: status.unwrap_or(LEFT), reason, headers, pieces, streamed, broke, trace };
    (got, first_ms)
}

/// A backend entity by its id, anything else by its host name.
fn name_of<'a>(attempt: Option<&'a Attempt>, call: &'a SimCall) -> &'a str {
    attempt.map(|attempt| attempt.backend.as_str()).filter(|id| !id.is_empty()).unwrap_or(&call.host)
}

fn since_start(unix_ms: i64) -> u64 {
    u64::try_from(unix_ms - START_UNIX_MS).unwrap_or_default()
}

fn between(start_ms: i64, end_ms: i64) -> u32 {
    u32::try_from(end_ms - start_ms).unwrap_or(u32::MAX)
}

fn short(tokens: u64) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}
