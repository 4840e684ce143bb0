//! `<limit-concurrency key="@(…)" max-count="3">…</limit-concurrency>`: lets so many requests into the policies inside
//! at a time and refuses any more with 429 at once. Learn, limit-concurrency (2024-07-23): one count for each value of
//! `key`, shared by all policies that use it.
//!
//! Decisions, where the page is silent:
//! - A request is inside until the policies inside have ended or failed; where they brought a streamed answer, until
//!   its last chunk or until the caller has gone, because the upstream is busy for as long.
//! - The answer is `Concurrency limit is exceeded` without `Retry-After`, its reason `ConcurrencyLimitExceeded`.

use std::sync::Arc;
use std::task::{Context, Poll};

use super::Executor;
use crate::gateway::counters::Slots;
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveBody};
use crate::gateway::pipeline::{self, Flow, Run, Step};
use crate::gateway::setting::{Setting, get_or};
use crate::gateway::{BodyStream, Gateway, Host, StreamError};

pub(super) static EXECUTOR: Executor = Executor {
    element: "limit-concurrency",
    compile: |compiler, placed| {
        let element = &placed.element;
        Some(Box::new(LimitConcurrency {
            key: compiler.setting(element, "key")?,
            max_count: compiler.setting(element, "max-count")?,
            steps: compiler.steps(&placed.inside),
        }))
    },
};

struct LimitConcurrency {
    key: Setting<String>,
    max_count: Setting<i64>,
    steps: Vec<Step>,
}

impl Run for LimitConcurrency {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let key = self.key.get(live)?;
        let most = usize::try_from(get_or(Some(&self.max_count), 0, live)?).unwrap_or_default();
        let Some(slot) = Slot::enter(live, key, most) else {
            return Err(Fault::refusal(429, "ConcurrencyLimitExceeded", "Concurrency limit is exceeded"));
        };
        let streamed_before = is_stream(live);
        let result = pipeline::run(&self.steps, live);
        if !streamed_before {
            slot.keep_while_streaming(live);
        }
        result
    }
}

/// A request inside. It leaves when this is dropped.
struct Slot {
    gateway: Arc<Gateway>,
    host: Arc<dyn Host>,
    key: String,
    id: u64,
}

impl Slot {
    fn enter(live: &Live, key: String, most: usize) -> Option<Self> {
        let now_ms = live.host.now_unix_ms();
        let slots = &live.gateway.counters().concurrency;
        let id = slots.with(&key, Slots::default, |slots| slots.enter(most, now_ms))?;
        Some(Self { gateway: Arc::clone(&live.gateway), host: Arc::clone(&live.host), key, id })
    }

    /// Stays in the answer's stream where there is one.
    fn keep_while_streaming(self, live: &Live) {
        let mut state = live.state();
        let Some(response) = &mut state.response else { return };
        response.body = match std::mem::replace(&mut response.body, LiveBody::Read) {
            LiveBody::Stream(inner) => LiveBody::Stream(Box::new(Held { inner, slot: Some(self) })),
            body => body,
        };
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let now_ms = self.host.now_unix_ms();
        let slots = &self.gateway.counters().concurrency;
        slots.with(&self.key, Slots::default, |slots| slots.leave(self.id, now_ms));
    }
}

fn is_stream(live: &Live) -> bool {
    let state = live.state();
    state.response.as_ref().is_some_and(|response| matches!(response.body, LiveBody::Stream(_)))
}

/// A stream during which the request counts as inside.
struct Held {
    inner: Box<dyn BodyStream>,
    slot: Option<Slot>,
}

impl BodyStream for Held {
    fn next_chunk(&mut self) -> Option<Result<Vec<u8>, StreamError>> {
        let chunk = self.inner.next_chunk();
        self.see(&chunk);
        chunk
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<u8>, StreamError>>> {
        let chunk = std::task::ready!(self.inner.poll_chunk(context));
        self.see(&chunk);
        Poll::Ready(chunk)
    }

    fn may_block(&self) -> bool {
        self.inner.may_block()
    }
}

impl Held {
    /// Lets the next request in once the stream is over.
    fn see(&mut self, chunk: &Option<Result<Vec<u8>, StreamError>>) {
        if !matches!(chunk, Some(Ok(_))) {
            self.slot = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::sim_host::{SimAnswer, SimBody, SimHost};
    use crate::gateway::{Api, Body, Config, Headers, Operation, Request};

    fn gateway() -> Arc<Gateway> {
        let policy = "<policies><backend><limit-concurrency key='k' max-count='1'>\
                      <forward-request buffer-response='false'/></limit-concurrency></backend></policies>";
        let operation = Operation { method: "GET".into(), url_template: "/".into(), ..Operation::default() };
        let api = Api {
            id: "a".into(),
            service_url: Some("https://a.example".into()),
            operations: vec![operation],
            policy: Some(policy.into()),
            ..Api::default()
        };
        let (gateway, _) = Gateway::build(Config { apis: vec![api], ..Config::default() }).unwrap();
        Arc::new(gateway)
    }

    #[test]
    fn a_streamed_answer_keeps_its_slot_until_it_ends_or_is_left() {
        let (gateway, host) = (gateway(), Arc::new(SimHost::new(1)));
        let events = SimAnswer::new(200, "").header("Content-Type", "text/event-stream");
        host.script("a.example", [SimAnswer { body: SimBody::stream(["data: x"]), ..events }]);
        let ask = || {
            let request = Request {
                method: "GET".into(),
                url: "https://g/".into(),
                headers: Headers::default(),
                body: Vec::new(),
                client_ip: String::new(),
                client_certificate: None,
            };
            let host: Arc<dyn Host> = host.clone();
            gateway.handle(request, host).response
        };
        let streaming = ask();
        assert_eq!(ask().status, 429);
        let Body::Stream(mut stream) = streaming.body else { panic!("events are a stream") };
        assert!(stream.next_chunk().is_some());
        assert_eq!(ask().status, 429);
        assert!(stream.next_chunk().is_none());
        let left = ask();
        assert_eq!((left.status, ask().status), (200, 429));
        drop(left);
        assert_eq!(ask().status, 200);
    }
}
