//! `<cache-store duration="60"/>`: keeps the answer as it is here, for the next request that `cache-lookup` finds the
//! same. Learn, cache-store (2024-03-18): answers with 200 only, unless `cache-response` says otherwise; GET only,
//! which is `cache-lookup`'s to know. A streamed answer is stored once all of it has come.
//!
//! Decisions, where the page is silent:
//! - Without `cache-lookup` before it, it does nothing, which the trace says: there is no key to store under.
//! - An answer of more than 2 MiB passes without being stored. The upstream's own `Cache-Control` does not matter.
//! - `caching-mode`, which only the schema has, is refused.

use std::sync::Arc;
use std::task::{Context, Poll};

use super::Executor;
use crate::gateway::cache::{Cached, CachedAnswer, MAX_ENTRY_BYTES};
use crate::gateway::fault::Fault;
use crate::gateway::live::{CacheSlot, Live, LiveBody};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;
use crate::gateway::{BodyStream, Gateway, Host, StreamError};

pub(super) static EXECUTOR: Executor = Executor {
    element: "cache-store",
    compile: |compiler, placed| {
        let element = &placed.element;
        compiler.refuse_attributes(element, &["caching-mode"]);
        Some(Box::new(CacheStore {
            duration_s: compiler.setting(element, "duration")?,
            stores: compiler.setting(element, "cache-response"),
        }))
    },
};

struct CacheStore {
    duration_s: Setting<i64>,
    stores: Option<Setting<bool>>,
}

impl Run for CacheStore {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let duration_s = self.duration_s.get(live)?;
        let stores = self.stores.as_ref().map(|stores| stores.get(live)).transpose()?;
        let note = self.store(live, duration_s, stores);
        live.note(note);
        Ok(Flow::Next)
    }
}

impl CacheStore {
    fn store(&self, live: &Live, duration_s: i64, stores: Option<bool>) -> String {
        let mut state = live.state();
        let Some(slot) = state.cache_slot.clone() else {
            return "not stored: no `cache-lookup` has looked for it".to_owned();
        };
        let Some(response) = &mut state.response else { return "not stored: there is no answer".to_owned() };
        if !stores.unwrap_or(response.status == 200) {
            return format!("not stored: {}", response.status);
        }
        let head = CachedAnswer {
            status: response.status,
            reason: response.reason.clone(),
            headers: response.headers.clone(),
            body: Vec::new(),
        };
        response.headers.set("Cache-Control", slot.cache_control(duration_s));
        let place = Place {
            gateway: Arc::clone(&live.gateway),
            host: Arc::clone(&live.host),
            slot,
            duration_s,
            answer: head,
        };
        match std::mem::replace(&mut response.body, LiveBody::Read) {
            LiveBody::Stream(inner) => {
                response.body = LiveBody::Stream(Box::new(Storing { inner, place: Some(place) }));
                "stored once all of it has come".to_owned()
            }
            LiveBody::Bytes(bytes) => {
                response.body = LiveBody::Bytes(bytes.clone());
                let stored = place.with_body(bytes);
                if stored {
                    format!("stored for {duration_s} s")
                } else {
                    "not stored: too large, or for no time".to_owned()
                }
            }
            body => {
                response.body = body;
                "not stored: the body has been read".to_owned()
            }
        }
    }
}

/// Where an answer is stored once its body is known.
struct Place {
    gateway: Arc<Gateway>,
    host: Arc<dyn Host>,
    slot: CacheSlot,
    duration_s: i64,
    answer: CachedAnswer,
}

impl Place {
    fn with_body(mut self, body: Vec<u8>) -> bool {
        self.answer.body = body;
        let (answer, now_ms) = (Cached::Answer(Arc::new(self.answer)), self.host.now_unix_ms());
        self.gateway.cache().store(self.slot.key, answer, now_ms, self.duration_s)
    }
}

/// A stream that is kept as it passes. One that breaks off or grows too large is not stored.
struct Storing {
    inner: Box<dyn BodyStream>,
    place: Option<Place>,
}

impl Storing {
    fn keep(&mut self, chunk: &Option<Result<Vec<u8>, StreamError>>) {
        match chunk {
            Some(Ok(bytes)) => {
                if let Some(place) = &mut self.place {
                    place.answer.body.extend_from_slice(bytes);
                }
                if self.place.as_ref().is_some_and(|place| place.answer.body.len() > MAX_ENTRY_BYTES) {
                    self.place = None;
                }
            }
            Some(Err(_)) => self.place = None,
            None => {
                if let Some(mut place) = self.place.take() {
                    let body = std::mem::take(&mut place.answer.body);
                    place.with_body(body);
                }
            }
        }
    }
}

impl BodyStream for Storing {
    fn next_chunk(&mut self) -> Option<Result<Vec<u8>, StreamError>> {
        let chunk = self.inner.next_chunk();
        self.keep(&chunk);
        chunk
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<u8>, StreamError>>> {
        let chunk = std::task::ready!(self.inner.poll_chunk(context));
        self.keep(&chunk);
        Poll::Ready(chunk)
    }

    fn may_block(&self) -> bool {
        self.inner.may_block()
    }
}
