//! `<cache-lookup vary-by-developer="false" vary-by-developer-groups="false"><vary-by-header>Accept</vary-by-header>…`:
//! answers a GET from the cache and notes where `cache-store` may keep the answer. Learn, cache-lookup (2024-07-23).
//! After a hit processing goes on behind `cache-store` in outbound, so the backend is not called.
//!
//! Decisions, where the page is silent:
//! - Answers are kept apart by API, operation and the caller's path; by the query parameters that are named, by all of
//!   them but the key where none is (as the page of caching policies said until 2022); by the headers that are named.
//! - There are no developer accounts here: `vary-by-developer` keeps subscriptions apart, and all are in one group.
//! - A caller's `Cache-Control: no-cache` or `no-store` is a miss, and what would make the upstream answer less than
//!   all (`Cache-Control`, `Pragma`, `If-Modified-Since`, `If-None-Match`) does not go upstream. A public trace of the
//!   service shows both for `Cache-Control`.
//! - `caching-type="external"`: there is no external cache here, so nothing is found and nothing kept.

use std::sync::Arc;

use super::Executor;
use crate::gateway::cache::Cached;
use crate::gateway::fault::Fault;
use crate::gateway::live::{CacheSlot, Live, LiveBody, LiveRequest, LiveResponse};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::route::{DEFAULT_KEY_QUERY, Route};
use crate::gateway::setting::{Setting, get_or};

pub(super) static EXECUTOR: Executor = Executor {
    element: "cache-lookup",
    compile: |compiler, placed| {
        let element = &placed.element;
        let texts = |name: &str| {
            let named = element.children.iter().filter(|child| child.name == name);
            named.filter_map(|child| compiler.text(child)).collect()
        };
        Some(Box::new(CacheLookup {
            is_external: element.literal("caching-type") == Some("external"),
            by_developer: compiler.setting(element, "vary-by-developer"),
            by_groups: compiler.setting(element, "vary-by-developer-groups"),
            downstream: compiler.setting(element, "downstream-caching-type"),
            must_revalidate: compiler.setting(element, "must-revalidate"),
            allows_private: compiler.setting(element, "allow-private-response-caching"),
            headers: texts("vary-by-header"),
            parameters: texts("vary-by-query-parameter"),
        }))
    },
};

/// Not sent upstream after a miss.
const CACHE_HEADERS: [&str; 4] = ["Cache-Control", "Pragma", "If-Modified-Since", "If-None-Match"];

/// Between the parts of a key; no URL and no header holds it.
const BETWEEN: char = '\n';

struct CacheLookup {
    is_external: bool,
    by_developer: Option<Setting<bool>>,
    by_groups: Option<Setting<bool>>,
    downstream: Option<Setting<String>>,
    must_revalidate: Option<Setting<bool>>,
    allows_private: Option<Setting<bool>>,
    headers: Vec<Setting<String>>,
    /// Each may hold several names with `;` between them.
    parameters: Vec<Setting<String>>,
}

impl Run for CacheLookup {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let allows_private = get_or(self.allows_private.as_ref(), false, live)?;
        // Apart from the condition, which would hold the state while its body asks for it.
        let passed_over = self.passes_over(&live.state().request, allows_private);
        if let Some(why) = passed_over {
            live.note(why);
            return Ok(Flow::Next);
        }
        let slot = self.slot(live)?;
        let now_ms = live.host.now_unix_ms();
        let found = match live.gateway.cache().find(&slot.key, now_ms) {
            Some((Cached::Answer(answer), left_ms)) if !asks_for_a_fresh_answer(live) => {
                Some((answer, left_ms))
            }
            _ => None,
        };
        let Some((answer, left_ms)) = found else {
            let mut state = live.state();
            CACHE_HEADERS.iter().for_each(|name| state.request.headers.remove(name));
            state.cache_slot = Some(slot);
            drop(state);
            live.note("miss");
            return Ok(Flow::Next);
        };
        let mut response = LiveResponse {
            reason: answer.reason.clone(),
            headers: answer.headers.clone(),
            body: LiveBody::Bytes(answer.body.clone()),
            ..LiveResponse::empty(answer.status)
        };
        response.headers.set("Cache-Control", slot.cache_control(left_ms / 1000));
        live.state().response = Some(response);
        live.note(format!("hit, for {} s more", left_ms / 1000));
        Ok(Flow::Cached)
    }
}

impl CacheLookup {
    /// Why nothing is looked for.
    fn passes_over(&self, request: &LiveRequest, allows_private: bool) -> Option<&'static str> {
        if self.is_external {
            Some("there is no external cache")
        } else if !request.method.eq_ignore_ascii_case("GET") {
            Some("only answers to GET are cached")
        } else if request.headers.contains("Authorization") && !allows_private {
            Some("answers to requests with `Authorization` are not cached")
        } else {
            None
        }
    }

    fn slot(&self, live: &Arc<Live>) -> Result<CacheSlot, Fault> {
        let by_developer = get_or(self.by_developer.as_ref(), false, live)?;
        get_or(self.by_groups.as_ref(), false, live)?;
        let downstream = match get_or(self.downstream.as_ref(), String::new(), live)?.as_str() {
            "private" => Some("private"),
            "public" => Some("public"),
            _ => None,
        };
        let must_revalidate = get_or(self.must_revalidate.as_ref(), true, live)?;
        let get_all = |settings: &[Setting<String>]| -> Result<Vec<String>, Fault> {
            settings.iter().map(|setting| setting.get(live)).collect()
        };
        let (headers, parameters) = (get_all(&self.headers)?, get_all(&self.parameters)?);
        let state = live.state();
        let mut parts = place(&live.route, &state.request);
        parts.extend(query(&parameters, &live.route, &state.request));
        for name in headers {
            parts.push(format!("{name}: {}", state.request.headers.get(name.trim()).unwrap_or_default()));
        }
        if by_developer {
            let id = live.route.subscription.as_ref().map_or("", |subscription| &subscription.id);
            parts.push(format!("subscription {id}"));
        }
        let key = format!("answer{BETWEEN}{}", parts.join(&BETWEEN.to_string()));
        Ok(CacheSlot { key, downstream, must_revalidate })
    }
}

fn place(route: &Route, request: &LiveRequest) -> Vec<String> {
    vec![route.api.id.clone(), route.operation.id.clone(), request.original_url.path.clone()]
}

/// The query parameters that keep answers apart, sorted by name.
fn query(parameters: &[String], route: &Route, request: &LiveRequest) -> Vec<String> {
    let names: Vec<&str> = parameters.iter().flat_map(|names| names.split(';')).map(str::trim).collect();
    let key = &route.api.subscription_key_query;
    let key = if key.is_empty() { DEFAULT_KEY_QUERY } else { key };
    let keeps_apart = |name: &str| {
        let is_named = names.iter().any(|one| one.eq_ignore_ascii_case(name));
        is_named || names.is_empty() && !name.eq_ignore_ascii_case(key)
    };
    let kept = request.query.iter().filter(|(name, _)| keeps_apart(name));
    let mut kept: Vec<String> =
        kept.map(|(name, value)| format!("{}={value}", name.to_lowercase())).collect();
    kept.sort();
    kept
}

fn asks_for_a_fresh_answer(live: &Live) -> bool {
    let control = live.state().request.headers.get("Cache-Control").unwrap_or_default().to_lowercase();
    control.split(',').any(|word| matches!(word.trim(), "no-cache" | "no-store"))
}

impl CacheSlot {
    /// What caches behind the gateway are told of an answer that is good for so many seconds more.
    ///
    /// Decision: `none` is `no-store`; the page says only that caching is not allowed.
    pub(super) fn cache_control(&self, seconds: i64) -> String {
        let Some(downstream) = self.downstream else { return "no-store".to_owned() };
        let revalidate = if self.must_revalidate { ", must-revalidate" } else { "" };
        format!("{downstream}, max-age={seconds}{revalidate}")
    }
}
