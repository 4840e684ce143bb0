//! A composed policy, ready to run: one step per policy, in the four sections, and the loop that runs them.

use std::sync::Arc;

use super::changes::Snapshot;
use super::fault::Fault;
use super::live::Live;
use super::policies::Cors;
use crate::policy::{Scope, Section};

/// What runs for one operation, reached through one product or none.
#[derive(Default)]
pub(super) struct Pipeline {
    pub inbound: Vec<Step>,
    pub backend: Vec<Step>,
    pub outbound: Vec<Step>,
    pub on_error: Vec<Step>,
}

impl Pipeline {
    /// The `cors` policies of inbound, in order.
    pub(super) fn cors(&self) -> impl Iterator<Item = &Cors> {
        self.inbound.iter().flat_map(|step| step.run.cors())
    }

    /// What runs once the answer came from the cache: what stands behind `cache-store`, all of outbound where it is
    /// not there.
    pub(super) fn after_store(&self) -> &[Step] {
        let store = self.outbound.iter().position(|step| step.stores_answer);
        store.map_or(&self.outbound, |store| &self.outbound[store + 1..])
    }
}

pub(super) struct Step {
    pub place: StepPlace,
    pub run: Box<dyn Run>,
    /// Whether this is `cache-store` or holds it.
    pub stores_answer: bool,
}

/// Where a step comes from, for the trace and for `context.LastError`.
#[derive(Clone, Debug)]
pub(super) struct StepPlace {
    pub policy: Arc<str>,
    pub section: Section,
    pub scope: Scope,
    pub document: Arc<str>,
    /// Counted from 1.
    pub line: u32,
    /// Such as `choose[1]/when[2]/set-header[1]`.
    pub path: String,
    /// The `id` attribute; empty where there is none.
    pub id: String,
}

/// A policy that can run.
pub(super) trait Run: Send + Sync {
    /// Does what the policy does to the request or the response.
    ///
    /// # Errors
    /// A fault where the policy fails or refuses; `on-error` follows.
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault>;

    /// The `cors` policies that this is or brings: what a preflight request is answered by.
    fn cors(&self) -> Vec<&Cors> {
        Vec::new()
    }
}

/// What happens after a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    /// The answer is final: nothing more runs (`return-response`).
    End,
    /// The answer is from the cache: what makes and stores it is left out (`cache-lookup`).
    Cached,
}

/// Runs steps in order until one fails or ends the request.
///
/// # Errors
/// The fault of the first step that fails, with its place filled in by the innermost step.
pub(super) fn run(steps: &[Step], live: &Arc<Live>) -> Result<Flow, Fault> {
    for step in steps {
        if live.is_given_up() {
            return Ok(Flow::End);
        }
        let before = live.host.wants_changes().then(|| Snapshot::of(live));
        let nth = live.begin_step(&step.place);
        let result = step.run.run(live);
        // What policies inside did is told of them.
        if let Some(before) = before.filter(|_| live.step_count() == nth) {
            live.set_changes(nth, before.changes(&Snapshot::of(live)));
        }
        match result {
            Ok(Flow::Next) => {}
            Ok(flow) => return Ok(flow),
            Err(mut fault) => {
                if step.place.fill(&mut fault) {
                    live.note_at(nth, format!("{}{}", fault.error.message, fault.detail));
                }
                return Err(fault);
            }
        }
    }
    Ok(Flow::Next)
}

impl StepPlace {
    /// Fills in where the fault came from, unless a step inside has done so. Says whether this was the place.
    pub(super) fn fill(&self, fault: &mut Fault) -> bool {
        let error = &mut fault.error;
        if !error.section.is_empty() {
            return false;
        }
        if error.source.is_empty() {
            self.policy.as_ref().clone_into(&mut error.source);
        }
        self.scope.name().clone_into(&mut error.scope);
        self.section.name().clone_into(&mut error.section);
        error.path.clone_from(&self.path);
        error.policy_id.clone_from(&self.id);
        true
    }
}
