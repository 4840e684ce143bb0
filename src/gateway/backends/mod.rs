//! Backend entities at run time: which upstream a request goes to, and which ones rest because their breaker is
//! open. State is kept per gateway, as the service keeps it per gateway instance.

mod circuit_breaker;
mod pool;

use std::sync::{Mutex, PoisonError};

use indexmap::IndexMap;

use super::counters::seconds_up;
use super::{Backend, BackendKind};
use circuit_breaker::BreakerState;
use pool::PoolState;

pub(super) use circuit_breaker::Outcome;

/// All backend entities of a gateway.
#[derive(Debug)]
pub(super) struct Backends {
    entities: IndexMap<String, Backend>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By id of a single backend.
    breakers: IndexMap<String, BreakerState>,
    /// By id of a pool.
    pools: IndexMap<String, PoolState>,
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Upstream {
        backend: String,
        url: String,
    },
    /// Every backend that could answer rests.
    Resting {
        entity: String,
        is_pool: bool,
        retry_after_s: u64,
    },
    /// No entity has this id, or a pool has no members.
    Unknown,
}

impl Backends {
    pub(super) fn new(backends: &[Backend]) -> Self {
        let entities = backends.iter().map(|backend| (backend.id.clone(), backend.clone())).collect();
        Self { entities, state: Mutex::new(State::default()) }
    }

    /// Chooses an upstream for the entity `id`, anew on every call.
    pub(super) fn choose(&self, id: &str, now_ms: i64) -> Choice {
        let Some(entity) = self.entities.get(id) else { return Choice::Unknown };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &entity.kind {
            BackendKind::Single { url, .. } => match state.rests_until(id, now_ms) {
                None => Choice::Upstream { backend: id.to_owned(), url: url.clone() },
                Some(until_ms) => Choice::Resting {
                    entity: id.to_owned(),
                    is_pool: false,
                    retry_after_s: seconds_up(until_ms - now_ms),
                },
            },
            BackendKind::Pool { members } => {
                let State { breakers, pools } = &mut *state;
                let rests =
                    |member: &str| breakers.get(member).and_then(|breaker| breaker.open_until(now_ms));
                let pool = pools.entry(id.to_owned()).or_default();
                let chosen = pool.choose(members, |member| rests(member).is_none());
                match chosen.and_then(|member| Some((member, self.url_of(member)?))) {
                    Some((backend, url)) => Choice::Upstream { backend: backend.to_owned(), url },
                    None => {
                        let until_ms = members.iter().filter_map(|member| rests(&member.backend)).min();
                        until_ms.map_or(Choice::Unknown, |until_ms| Choice::Resting {
                            entity: id.to_owned(),
                            is_pool: true,
                            retry_after_s: seconds_up(until_ms - now_ms),
                        })
                    }
                }
            }
        }
    }

    /// Tells the breaker of a single backend how a call ended. Says whether it opened.
    pub(super) fn report(&self, id: &str, outcome: &Outcome, now_ms: i64) -> bool {
        let rule = match self.entities.get(id).map(|entity| &entity.kind) {
            Some(BackendKind::Single { breaker: Some(rule), .. }) => rule,
            _ => return false,
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.breakers.entry(id.to_owned()).or_default().report(rule, outcome, now_ms)
    }

    pub(super) fn url_of(&self, id: &str) -> Option<String> {
        match &self.entities.get(id)?.kind {
            BackendKind::Single { url, .. } => Some(url.clone()),
            BackendKind::Pool { .. } => None,
        }
    }
}

impl State {
    fn rests_until(&self, id: &str, now_ms: i64) -> Option<i64> {
        self.breakers.get(id).and_then(|breaker| breaker.open_until(now_ms))
    }
}
