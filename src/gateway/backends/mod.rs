//! Backend entities at run time: which upstream a request goes to, and which ones rest because their breaker is
//! open. State is kept per gateway, as the service keeps it per gateway instance.
//!
//! Decisions, where the pages are silent:
//! - Credentials of an entity are put in place of what the request has under the same names.
//! - A session's cookie holds a number that stands for a member, so that names of backends stay inside. Where that
//!   member rests, another is chosen and the cookie is set anew.

mod authorize;
mod circuit_breaker;
mod pool;

use std::sync::{Mutex, PoisonError};

use indexmap::IndexMap;

use super::counters::seconds_up;
use super::{Backend, BackendKind, Credentials, Pool};
use circuit_breaker::BreakerState;
use pool::PoolState;

pub(super) use authorize::authorize;
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
        /// The `Set-Cookie` that keeps the caller there.
        set_cookie: Option<String>,
    },
    /// Every backend that could answer rests.
    Resting { entity: String, is_pool: bool, retry_after_s: u64, status: u16 },
    /// No entity has this id, or a pool has no members.
    Unknown,
}

/// What is answered where nothing else is configured (Learn, backends, 2026-01-15).
const UNAVAILABLE: u16 = 503;

impl Backends {
    pub(super) fn new(backends: &[Backend], named_values: &IndexMap<String, String>) -> Self {
        let entity = |backend: &Backend| (backend.id.clone(), with_named_values(backend, named_values));
        Self { entities: backends.iter().map(entity).collect(), state: Mutex::default() }
    }

    /// Chooses an upstream for the entity `id`, anew on every call. `cookies` are the caller's `Cookie` header.
    pub(super) fn choose(&self, id: &str, cookies: Option<&str>, now_ms: i64) -> Choice {
        let Some(entity) = self.entities.get(id) else { return Choice::Unknown };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &entity.kind {
            BackendKind::Single { url, breaker, .. } => match state.rests_until(id, now_ms) {
                None => Choice::Upstream { backend: id.to_owned(), url: url.clone(), set_cookie: None },
                Some(until_ms) => Choice::Resting {
                    entity: id.to_owned(),
                    is_pool: false,
                    retry_after_s: seconds_up(until_ms - now_ms),
                    status: breaker.as_ref().and_then(|rule| rule.failure_status).unwrap_or(UNAVAILABLE),
                },
            },
            BackendKind::Pool(pool) => self.choose_member(&mut state, id, pool, cookies, now_ms),
        }
    }

    fn choose_member(
        &self,
        state: &mut State,
        id: &str,
        pool: &Pool,
        cookies: Option<&str>,
        now_ms: i64,
    ) -> Choice {
        let State { breakers, pools } = state;
        let rests = |member: &str| breakers.get(member).and_then(|breaker| breaker.open_until(now_ms));
        let kept = pool.session_cookie.as_deref().and_then(|name| {
            let session = cookie(cookies?, name)?;
            let member = pool.members.iter().find(|member| session_of(&member.backend) == session)?;
            rests(&member.backend).is_none().then_some(member.backend.as_str())
        });
        let chosen = kept.or_else(|| {
            let state = pools.entry(id.to_owned()).or_default();
            state.choose(&pool.members, |member| rests(member).is_none())
        });
        if let Some((member, url)) = chosen.and_then(|member| Some((member, self.url_of(member)?))) {
            let name = pool.session_cookie.as_deref().filter(|_| kept.is_none());
            let set_cookie = name.map(|name| format!("{name}={}; Path=/; HttpOnly", session_of(member)));
            return Choice::Upstream { backend: member.to_owned(), url: url.to_owned(), set_cookie };
        }
        let until_ms = pool.members.iter().filter_map(|member| rests(&member.backend)).min();
        until_ms.map_or(Choice::Unknown, |until_ms| Choice::Resting {
            entity: id.to_owned(),
            is_pool: true,
            retry_after_s: seconds_up(until_ms - now_ms),
            status: pool.failure_status.unwrap_or(UNAVAILABLE),
        })
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

    /// What a request to that single backend carries besides; None where that is nothing.
    pub(super) fn credentials(&self, id: &str) -> Option<&Credentials> {
        match &self.entities.get(id)?.kind {
            BackendKind::Single { credentials, .. } => {
                Some(credentials).filter(|credentials| **credentials != Credentials::default())
            }
            BackendKind::Pool(_) => None,
        }
    }

    /// The URL of a single backend.
    pub(super) fn url_of(&self, id: &str) -> Option<&str> {
        match &self.entities.get(id)?.kind {
            BackendKind::Single { url, .. } => Some(url),
            BackendKind::Pool(_) => None,
        }
    }
}

impl State {
    fn rests_until(&self, id: &str, now_ms: i64) -> Option<i64> {
        self.breakers.get(id).and_then(|breaker| breaker.open_until(now_ms))
    }
}

/// Puts `{{named values}}` into credentials, where the portal and templates write secrets that way.
fn with_named_values(backend: &Backend, named_values: &IndexMap<String, String>) -> Backend {
    let mut backend = backend.clone();
    if let BackendKind::Single { credentials, .. } = &mut backend.kind {
        let Credentials { headers, query, authorization, .. } = credentials;
        let lists = headers.iter_mut().chain(query).flat_map(|(_, values)| values);
        for text in lists.chain(authorization.iter_mut().map(|(_, parameter)| parameter)) {
            for (name, value) in named_values {
                *text = text.replace(&format!("{{{{{name}}}}}"), value);
            }
        }
    }
    backend
}

/// The value of a cookie in a `Cookie` header (RFC 6265, 4.2.1).
fn cookie<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let pairs = header.split([';', ',']).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(known, _)| *known == name).map(|(_, value)| value).next()
}

/// What stands for a member in a cookie: FNV-1a of its id.
fn session_of(backend: &str) -> String {
    let hash = backend.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::super::PoolMember;
    use super::*;

    #[test]
    fn a_session_stays_with_its_member() {
        let member = |backend: &str| PoolMember { backend: backend.to_owned(), priority: 1, weight: 1 };
        let kind = BackendKind::Pool(Pool {
            members: vec![member("a"), member("b")],
            failure_status: None,
            session_cookie: Some("SessionId".to_owned()),
        });
        let backends = Backends::new(
            &[
                Backend::single("a", "https://a", None),
                Backend::single("b", "https://b", None),
                Backend { id: "pool".to_owned(), kind },
            ],
            &IndexMap::new(),
        );
        let choose = |cookies: Option<&str>| match backends.choose("pool", cookies, 0) {
            Choice::Upstream { backend, set_cookie, .. } => (backend, set_cookie),
            other => panic!("{other:?}"),
        };
        let (first, set_cookie) = choose(None);
        let set_cookie = set_cookie.expect("the first answer sets the cookie");
        let sent = format!("theme=dark; {}", set_cookie.split(';').next().unwrap());
        for _ in 0..3 {
            assert_eq!(choose(Some(&sent)), (first.clone(), None));
        }
        let (_, again) = choose(Some("SessionId=nonsense"));
        assert!(again.is_some());
    }
}
