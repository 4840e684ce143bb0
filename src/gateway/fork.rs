//! A request taken apart and put together again: inside `wait` each policy works on a branch, a copy of the request
//! as it was, and what the branch changed is carried over when it has ended. So branches can run on threads of their
//! own, none sees half of what another does, and those that nobody waits for any more leave nothing behind.
//!
//! Decision: where two branches change the same thing the later one in the text wins. A streamed answer cannot be
//! read inside a branch.

use std::sync::Arc;

use super::live::{Live, LiveBody, LiveRequest, LiveResponse, State};
use super::trace::Trace;
use super::values;

impl Live {
    /// Makes a branch: a copy of the request as it is now, with an empty trace.
    pub(super) fn fork(&self) -> Arc<Self> {
        let state = self.state();
        let copy = State {
            request: copy_of_request(&state.request),
            response: state.response.as_ref().map(copy_of_response),
            draft: None,
            outgoing: None,
            connection: state.connection.clone(),
            upstream_base: state.upstream_base.clone(),
            cors: state.cors.clone(),
            cache_slot: state.cache_slot.clone(),
            variables: state.variables.clone(),
            target: state.target.clone(),
            last_error: state.last_error.clone(),
            trace: Trace::default(),
            meters: state.meters.clone(),
            counted: state.counted.clone(),
            semantic_lookup: state.semantic_lookup.clone(),
        };
        drop(state);
        self.with_state(copy)
    }

    /// Carries over what `branch` changed, compared with `before`, a branch that nothing has run on.
    pub(super) fn join(&self, branch: &Self, before: &Self) {
        if branch.answered_by() != before.answered_by() {
            self.set_answered_by(&branch.answered_by());
        }
        let (mut state, mut branch, before) = (self.state(), branch.state(), before.state());
        join_request(&mut state.request, &mut branch.request, &before.request);
        join_response(&mut state.response, branch.response.take(), before.response.as_ref());
        changed(&mut state.connection, &branch.connection, &before.connection);
        changed(&mut state.upstream_base, &branch.upstream_base, &before.upstream_base);
        changed(&mut state.cors, &branch.cors, &before.cors);
        changed(&mut state.cache_slot, &branch.cache_slot, &before.cache_slot);
        changed(&mut state.semantic_lookup, &branch.semantic_lookup, &before.semantic_lookup);
        state.counted.append(&mut branch.counted);
        changed(&mut state.target, &branch.target, &before.target);
        // Taken out, because a variable may hold an object that holds the branch.
        for (name, value) in std::mem::take(&mut branch.variables) {
            if !before.variables.get(&name).is_some_and(|old| values::is_same(old, &value)) {
                state.variables.insert(name, value);
            }
        }
        state.trace.steps.append(&mut branch.trace.steps);
        state.meters.extend(branch.meters.drain(before.meters.len()..));
    }
}

fn changed<T: Clone + PartialEq>(here: &mut T, branch: &T, before: &T) {
    if branch != before {
        here.clone_from(branch);
    }
}

fn join_request(here: &mut LiveRequest, branch: &mut LiveRequest, before: &LiveRequest) {
    changed(&mut here.method, &branch.method, &before.method);
    changed(&mut here.path, &branch.path, &before.path);
    changed(&mut here.query, &branch.query, &before.query);
    changed(&mut here.headers, &branch.headers, &before.headers);
    here.host_is_set |= branch.host_is_set;
    here.body_is_kept |= branch.body_is_kept;
    if !same_body(&branch.body, &before.body) {
        here.body = std::mem::replace(&mut branch.body, LiveBody::Read);
    }
}

fn join_response(
    here: &mut Option<LiveResponse>,
    branch: Option<LiveResponse>,
    before: Option<&LiveResponse>,
) {
    match (here, branch, before) {
        (Some(here), Some(branch), Some(before)) => {
            changed(&mut here.status, &branch.status, &before.status);
            changed(&mut here.reason, &branch.reason, &before.reason);
            changed(&mut here.headers, &branch.headers, &before.headers);
            changed(&mut here.from_upstream, &branch.from_upstream, &before.from_upstream);
            changed(&mut here.unbuffered, &branch.unbuffered, &before.unbuffered);
            if !same_body(&branch.body, &before.body) {
                here.body = branch.body;
            }
        }
        (_, None, None) => {}
        (here, branch, _) => *here = branch,
    }
}

/// Whether a branch left its body alone.
fn same_body(branch: &LiveBody, before: &LiveBody) -> bool {
    match (branch, before) {
        (LiveBody::Bytes(left), LiveBody::Bytes(right)) => left == right,
        (LiveBody::Read, LiveBody::Read) | (LiveBody::Sent, LiveBody::Sent) => true,
        _ => false,
    }
}

fn copy_of_request(request: &LiveRequest) -> LiveRequest {
    LiveRequest {
        method: request.method.clone(),
        original_method: request.original_method.clone(),
        original_url: request.original_url.clone(),
        path: request.path.clone(),
        query: request.query.clone(),
        headers: request.headers.clone(),
        host_is_set: request.host_is_set,
        body: copy_of_body(&request.body),
        body_is_kept: request.body_is_kept,
        client_ip: request.client_ip.clone(),
        matched_parameters: Arc::clone(&request.matched_parameters),
    }
}

fn copy_of_response(response: &LiveResponse) -> LiveResponse {
    LiveResponse {
        status: response.status,
        reason: response.reason.clone(),
        headers: response.headers.clone(),
        body: copy_of_body(&response.body),
        from_upstream: response.from_upstream,
        unbuffered: response.unbuffered,
    }
}

/// A stream can be in one place only; the copy of it is one that has been read.
fn copy_of_body(body: &LiveBody) -> LiveBody {
    match body {
        LiveBody::Bytes(bytes) => LiveBody::Bytes(bytes.clone()),
        LiveBody::Sent => LiveBody::Sent,
        LiveBody::Stream(_) | LiveBody::Read => LiveBody::Read,
    }
}
