//! A streamed answer on its way to the caller: passed on, and counted as it passes. Whatever ends it, its last
//! chunk or a caller that hangs up, the meters are told once.

use std::sync::Arc;
use std::task::{Context, Poll};

use super::events::EventCounter;
use super::{Meter, StreamUsage};
use crate::gateway::live::Live;
use crate::gateway::{BodyStream, StreamError};

/// What APIM collects before it passes a chunk on, unless `buffer-response="false"` (Learn, forward-request).
const RESPONSE_BUFFER_BYTES: usize = 8 * 1024;

type Chunk = Option<Result<Vec<u8>, StreamError>>;

/// A stream as policies asked for it: in pieces of 8 KiB or as it comes, with or without somebody who counts.
pub(crate) struct Passing {
    inner: Box<dyn BodyStream>,
    /// Chunks are joined to 8 KiB first.
    buffered: bool,
    joined: Vec<u8>,
    metered: Option<Metered>,
    /// What ended the stream, where chunks before it had to go first.
    broken: Option<StreamError>,
    ended: bool,
}

/// Who is told what passed.
pub(crate) struct Metered {
    pub meters: Vec<Arc<dyn Meter>>,
    pub live: Arc<Live>,
    pub prompt_tokens: u64,
    pub counter: EventCounter,
}

impl Passing {
    pub(crate) fn new(inner: Box<dyn BodyStream>, buffered: bool, metered: Option<Metered>) -> Self {
        Self { inner, buffered, joined: Vec::new(), metered, broken: None, ended: false }
    }

    /// What is known without asking the upstream.
    fn ready(&mut self) -> Option<Chunk> {
        if let Some(broken) = self.broken.take() {
            return Some(Some(Err(broken)));
        }
        self.ended.then_some(None)
    }

    /// Takes what the upstream sent; returns what goes on, or None where more is waited for.
    fn take(&mut self, chunk: Chunk) -> Option<Chunk> {
        match chunk {
            Some(Ok(chunk)) => {
                if let Some(metered) = &mut self.metered {
                    metered.counter.push(&chunk);
                }
                if self.joined.is_empty() {
                    self.joined = chunk;
                } else {
                    self.joined.extend(chunk);
                }
                (!self.buffered || self.joined.len() >= RESPONSE_BUFFER_BYTES).then(|| self.joined())
            }
            Some(Err(broken)) => {
                self.end();
                if self.joined.is_empty() {
                    return Some(Some(Err(broken)));
                }
                self.broken = Some(broken);
                Some(self.joined())
            }
            None => {
                self.end();
                Some(if self.joined.is_empty() { None } else { self.joined() })
            }
        }
    }

    fn joined(&mut self) -> Chunk {
        Some(Ok(std::mem::take(&mut self.joined)))
    }

    fn end(&mut self) {
        self.ended = true;
        if let Some(mut metered) = self.metered.take() {
            let usage = metered.counter.usage(metered.prompt_tokens);
            for meter in &metered.meters {
                meter.streamed(&metered.live, &usage);
            }
        }
    }
}

impl BodyStream for Passing {
    fn next_chunk(&mut self) -> Chunk {
        loop {
            if let Some(ready) = self.ready() {
                return ready;
            }
            let chunk = self.inner.next_chunk();
            if let Some(chunk) = self.take(chunk) {
                return chunk;
            }
        }
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Chunk> {
        loop {
            if let Some(ready) = self.ready() {
                return Poll::Ready(ready);
            }
            let Poll::Ready(chunk) = self.inner.poll_chunk(context) else { return Poll::Pending };
            if let Some(chunk) = self.take(chunk) {
                return Poll::Ready(chunk);
            }
        }
    }

    fn may_block(&self) -> bool {
        self.inner.may_block()
    }
}

/// A caller who leaves has used what was sent until then.
impl Drop for Passing {
    fn drop(&mut self) {
        self.end();
    }
}

impl Metered {
    /// What a body that is here whole says, where it is events: an upstream need not name their type.
    pub(crate) fn usage_of_events(body: &[u8], prompt_tokens: u64) -> Option<StreamUsage> {
        let mut counter = EventCounter::default();
        counter.push(body);
        counter.saw_events().then(|| counter.usage(prompt_tokens))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Script(Vec<Chunk>);

    impl BodyStream for Script {
        fn next_chunk(&mut self) -> Chunk {
            if self.0.is_empty() { None } else { self.0.remove(0) }
        }
    }

    fn sizes(chunks: Vec<Chunk>, buffered: bool) -> Vec<Result<usize, String>> {
        let mut passing = Passing::new(Box::new(Script(chunks)), buffered, None);
        std::iter::from_fn(|| passing.next_chunk())
            .map(|chunk| chunk.map(|bytes| bytes.len()).map_err(|broken| broken.0))
            .collect()
    }

    #[test]
    fn chunks_pass_as_they_come_or_in_pieces_of_eight_kib() {
        let chunks = || (0..5).map(|_| Some(Ok(vec![0; 3000]))).collect::<Vec<_>>();
        assert_eq!(sizes(chunks(), false), [Ok(3000), Ok(3000), Ok(3000), Ok(3000), Ok(3000)]);
        assert_eq!(sizes(chunks(), true), [Ok(9000), Ok(6000)]);
    }

    #[test]
    fn what_came_before_a_break_is_passed_on_before_the_break() {
        let broken = || Some(Err(StreamError("reset".to_owned())));
        assert_eq!(sizes(vec![Some(Ok(vec![0; 10])), broken()], true), [Ok(10), Err("reset".to_owned())]);
        assert_eq!(sizes(vec![broken()], false), [Err("reset".to_owned())]);
    }
}
