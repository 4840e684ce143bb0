//! What is known of a request once its answer is out, for whoever watches.

use std::sync::Arc;
use std::time::Duration;

use crate::gateway::Trace;

/// One request and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// Counted from 1 over the server's life.
    pub number: u64,
    pub method: String,
    /// Without its query, which may hold a key.
    pub path: String,
    pub status: u16,
    /// From the end of the head to the end of the answer.
    pub duration: Duration,
    /// Bytes of the answer's body.
    pub body_bytes: u64,
    pub end: End,
    /// Empty where the server itself refused the request.
    pub trace: Arc<Trace>,
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Whole,
    /// The server refused the request before any policy saw it.
    Refused(&'static str),
    /// The caller went away first, or took nothing for too long.
    CallerLeft,
    /// The upstream broke off in the midst of a stream; the caller sees that it did.
    BrokeOff(String),
}
