//! What answers in a simulation: anything that turns a request and a moment into an answer; and the simplest of it, a
//! list.

use std::collections::VecDeque;

use crate::gateway::{Headers, SendError, UpstreamRequest};

/// An upstream of a simulation.
pub trait Upstream: Send {
    /// Answers a request that arrives now. `random` is a fair number of its own for each request.
    fn answer(&mut self, request: &UpstreamRequest, now_unix_ms: i64, random: u64) -> SimAnswer;
}

/// Answers in order; the last one is given again and again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script(pub VecDeque<SimAnswer>);

/// One answer of an upstream.
#[derive(Clone, Debug, PartialEq)]
pub struct SimAnswer {
    pub status: u16,
    pub headers: Headers,
    pub body: SimBody,
    pub latency_ms: u64,
    /// Instead of an answer.
    pub failure: Option<SendError>,
    /// What the answer cost, where it is of a model.
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
}

/// What an answer carries.
#[derive(Clone, Debug, PartialEq)]
pub enum SimBody {
    Whole(Vec<u8>),
    /// Server-sent events, as they arrive.
    Pieces(Vec<SimPiece>),
}

/// A piece of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimPiece {
    /// Since the piece before it, or since the headers.
    pub after_ms: u64,
    /// None where the connection breaks here.
    pub bytes: Option<Vec<u8>>,
}

impl SimBody {
    /// Pieces that arrive at once.
    pub fn stream<T: Into<Vec<u8>>>(pieces: impl IntoIterator<Item = T>) -> Self {
        let piece = |bytes: T| SimPiece { after_ms: 0, bytes: Some(bytes.into()) };
        Self::Pieces(pieces.into_iter().map(piece).collect())
    }
}

impl SimAnswer {
    /// An answer without headers, at once.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: Headers::default(),
            body: SimBody::Whole(body.into().into_bytes()),
            latency_ms: 0,
            failure: None,
            prompt_tokens: 0,
            completion_tokens: 0,
        }
    }

    /// No answer.
    pub fn failure(failure: SendError) -> Self {
        Self { failure: Some(failure), ..Self::new(0, "") }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.append(name, value);
        self
    }
}

impl Upstream for Script {
    fn answer(&mut self, _request: &UpstreamRequest, _now_unix_ms: i64, _random: u64) -> SimAnswer {
        let next = if self.0.len() > 1 { self.0.pop_front() } else { self.0.front().cloned() };
        next.unwrap_or_else(|| {
            SimAnswer::failure(SendError {
                reason: "BackendConnectionFailure".to_owned(),
                message: "the script of this upstream is empty".to_owned(),
            })
        })
    }
}
