//! What happened to a request, as data: one step per policy that ran, with the calls upstream. People and JSON
//! views are made of [`Trace::shown`], which has no secrets in it; the texts as they were stay in here.

use std::sync::Arc;

use super::changes::Change;
use super::secrets::Secrets;
use super::url::Url;
use crate::policy::{Scope, Section};

/// What happened to one request, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    pub(super) steps: Vec<TraceStep>,
    pub(super) secrets: Secrets,
}

/// One policy that ran, in the order in which they began.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TraceStep {
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
    /// What is different after it; only where the host asks for it.
    pub changes: Vec<Change>,
}

/// One call upstream, or one that a tripped breaker prevented.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Id of the backend entity; empty where the request went to a plain URL.
    pub backend: String,
    pub(super) url: String,
    /// None where no answer came.
    pub status: Option<u16>,
    pub duration_ms: u64,
}

/// A step for eyes.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownStep {
    pub policy: Arc<str>,
    pub section: Section,
    pub scope: Scope,
    pub document: Arc<str>,
    /// Counted from 1.
    pub line: u32,
    /// What it did, in a few words; empty where there is nothing to say.
    pub note: String,
    pub attempt: Option<ShownAttempt>,
    /// What is different after it, a line each.
    pub changes: Vec<String>,
}

/// A call upstream for eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownAttempt {
    /// Id of the backend entity; empty where the request went to a plain URL.
    pub backend: String,
    pub url: String,
    /// None where no answer came.
    pub status: Option<u16>,
    pub duration_ms: u64,
}

impl Attempt {
    /// The host name of the upstream.
    pub fn host(&self) -> String {
        Url::parse(&self.url).host().to_owned()
    }
}

impl Trace {
    /// The calls upstream, in order.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.steps.iter().filter_map(|step| step.attempt.as_ref())
    }

    /// The steps as anybody may see them.
    pub fn shown(&self) -> Vec<ShownStep> {
        let mask = self.secrets.mask();
        let shown = |step: &TraceStep| ShownStep {
            policy: Arc::clone(&step.policy),
            section: step.section,
            scope: step.scope,
            document: Arc::clone(&step.document),
            line: step.line,
            note: mask.hide(&step.note),
            attempt: step.attempt.as_ref().map(|attempt| ShownAttempt {
                // An id of the configuration.
                backend: attempt.backend.clone(),
                url: mask.hide(&attempt.url),
                status: attempt.status,
                duration_ms: attempt.duration_ms,
            }),
            changes: step.changes.iter().map(|change| change.shown(&mask)).collect(),
        };
        self.steps.iter().map(shown).collect()
    }

    /// Another text about the request, such as its path, as anybody may see it.
    pub fn hide_secrets(&self, text: &str) -> String {
        self.secrets.mask().hide(text)
    }
}
