//! What the fields of a spec say together: references, ids, subnets, pools. Fields by themselves were checked when
//! they were read.

mod apis;
mod budgets;
mod callers;
mod content_safety;
mod contracts;
mod event_store;
mod front_door;
mod gateway;
mod limits;
mod lints;
mod models;
mod monitoring;
mod network;
mod pii;
mod pools;
mod raw;
mod references;
mod regions;
mod routes;
mod routing;
mod scenarios;
mod semantic_cache;
mod subnets;
mod surfaces;
mod tags;

use std::sync::Arc;

use super::codes;
use super::decode::At;
use super::types::Spec;
use crate::diag::{Code, Diagnostic};
use crate::text::{Source, Span};

/// Adds everything that is wrong or doubtful.
pub(super) fn all(spec: &Spec, source: &Arc<Source>, found: &mut Vec<Diagnostic>) {
    let mut cx = Checks { source, found };
    references::check(spec, &mut cx);
    models::check(spec, &mut cx);
    routes::check(spec, &mut cx);
    network::check(spec, &mut cx);
    gateway::check(spec, &mut cx);
    regions::check(spec, &mut cx);
    front_door::check(spec, &mut cx);
    pools::check(spec, &mut cx);
    surfaces::check(spec, &mut cx);
    apis::check(spec, &mut cx);
    routing::check(spec, &mut cx);
    callers::check(spec, &mut cx);
    content_safety::check(spec, &mut cx);
    pii::check(spec, &mut cx);
    semantic_cache::check(spec, &mut cx);
    contracts::check(spec, &mut cx);
    budgets::check(spec, &mut cx);
    monitoring::check(spec, &mut cx);
    event_store::check(spec, &mut cx);
    tags::check(spec, &mut cx);
    lints::check(spec, &mut cx);
    scenarios::check(spec, &mut cx);
    raw::check(spec, &mut cx);
}

/// Where findings go.
struct Checks<'a> {
    source: &'a Arc<Source>,
    found: &'a mut Vec<Diagnostic>,
}

impl Checks<'_> {
    fn diagnostic(&self, code: &'static Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, message).at(self.source, span)
    }

    /// Reports a list that has to hold something and does not.
    fn empty<T>(&mut self, field: &str, list: &At<Vec<T>>) {
        if list.is_empty() {
            let found = self
                .diagnostic(&codes::OUT_OF_RANGE, list.span, format!("`{field}` is empty"))
                .help(format!("add at least one item to `{field}`"));
            self.push(found);
        }
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }
}
