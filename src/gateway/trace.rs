//! What happened to a request, as data: one step per policy that ran, with the calls upstream. People and JSON
//! views are made from it elsewhere; assertions of scenarios read it directly.

use std::sync::Arc;

use crate::policy::{Scope, Section};

/// What happened to one request, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    pub steps: Vec<TraceStep>,
}

/// One policy that ran, in the order in which they began.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceStep {
    pub policy: Arc<str>,
    pub section: Section,
    pub scope: Scope,
    /// The name of the document it is written in, such as `api azure-openai-api`.
    pub document: Arc<str>,
    /// Counted from 1.
    pub line: u32,
    /// What it did, in a few words; empty where there is nothing to say.
    pub note: String,
    pub attempt: Option<Attempt>,
    /// What is different after it, a line each; only where the host asks for it.
    pub changes: Vec<String>,
}

/// One call upstream, or one that a tripped breaker prevented.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Id of the backend entity; empty where the request went to a plain URL.
    pub backend: String,
    pub url: String,
    /// None where no answer came.
    pub status: Option<u16>,
    pub duration_ms: u64,
}

impl Trace {
    /// The calls upstream, in order.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.steps.iter().filter_map(|step| step.attempt.as_ref())
    }
}
