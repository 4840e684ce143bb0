//! One request through the gateway, from the caller's side: the whole body is read, and what it took is noted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use super::rows::{CallRow, NOBODY, RequestRow, Rows, intern};
use crate::gateway::sim_host::{START_UNIX_MS, SimCall, SimHost};
use crate::gateway::{Attempt, Body, Config, Exchange, Gateway, Headers, Host as _, Request, Trace};

/// Where requests of a case go, and what they leave behind.
pub(super) struct Door {
    pub gateway: Arc<Gateway>,
    pub host: SimHost,
    /// Names of subscriptions by key.
    pub keys: IndexMap<String, String>,
    pub rows: Mutex<Rows>,
    /// The trace of the first request with each status.
    pub samples: Mutex<IndexMap<u16, Trace>>,
}

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
}

impl Whose {
    pub(super) const NOBODY: Self = Self { request: NOBODY, phase: NOBODY, subscription: NOBODY };
}

impl Door {
    pub(super) fn new(gateway: Arc<Gateway>, host: SimHost, config: &Config) -> Self {
        let mut keys = IndexMap::new();
        for one in &config.subscriptions {
            keys.insert(one.primary_key.clone(), one.display_name.clone());
            keys.insert(one.secondary_key.clone(), one.display_name.clone());
        }
        Self { gateway, host, keys, rows: Mutex::default(), samples: Mutex::default() }
    }

    pub(super) fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn samples(&self) -> MutexGuard<'_, IndexMap<u16, Trace>> {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request and reads the answer to its end.
    pub(super) fn send(&self, request: Request, whose: Whose) -> Got {
        let started_ms = self.host.now_unix_ms();
        let Exchange { response, trace } = self.gateway.handle(request, Arc::new(self.host.clone()));
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
        let ended_ms = self.host.now_unix_ms();
        self.keep(&got, whose, started_ms, first_ms.unwrap_or(ended_ms), ended_ms);
        got
    }

    fn keep(&self, got: &Got, whose: Whose, started_ms: i64, first_ms: i64, ended_ms: i64) {
        let calls = self.host.take_calls();
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
