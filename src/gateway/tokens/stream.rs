//! A streamed answer on its way to the caller: passed on, and counted as it passes. Whatever ends it, its last
//! chunk or a caller that hangs up, the meters are told once.

use std::sync::Arc;

use serde_json::Value as Json;

use super::estimate::tokens_of_text;
use super::{Meter, Usage};
use crate::gateway::live::Live;
use crate::gateway::{BodyStream, StreamError};

/// The longest event line that is looked at; a longer one passes uncounted.
const MAX_LINE_BYTES: usize = 1024 * 1024;

/// What APIM collects before it passes a chunk on, unless `buffer-response="false"` (Learn, forward-request).
const RESPONSE_BUFFER_BYTES: usize = 8 * 1024;

pub(crate) struct Metered {
    pub inner: Box<dyn BodyStream>,
    pub meters: Vec<Arc<dyn Meter>>,
    pub live: Arc<Live>,
    pub prompt_tokens: u64,
    /// Chunks are joined to 8 KiB first.
    pub buffered: bool,
    pub counter: EventCounter,
    pub settled: bool,
}

impl BodyStream for Metered {
    fn next_chunk(&mut self) -> Option<Result<Vec<u8>, StreamError>> {
        let mut joined = Vec::new();
        loop {
            match self.inner.next_chunk() {
                Some(Ok(chunk)) => {
                    self.counter.push(&chunk);
                    joined.extend(chunk);
                    if !self.buffered || joined.len() >= RESPONSE_BUFFER_BYTES {
                        return Some(Ok(joined));
                    }
                }
                Some(Err(error)) => {
                    self.settle();
                    return Some(Err(error));
                }
                None => {
                    self.settle();
                    return (!joined.is_empty()).then_some(Ok(joined));
                }
            }
        }
    }
}

impl Metered {
    fn settle(&mut self) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        let usage = self.counter.usage(self.prompt_tokens);
        for meter in &self.meters {
            meter.streamed(&self.live, &usage);
        }
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        self.settle();
    }
}

/// Counts server-sent events: a chunk with `usage` wins, otherwise the text of the deltas is estimated.
#[derive(Debug, Default)]
pub(crate) struct EventCounter {
    line: Vec<u8>,
    text: String,
    usage: Option<Usage>,
}

impl EventCounter {
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        for byte in chunk {
            if *byte == b'\n' {
                self.end_line();
            } else if self.line.len() < MAX_LINE_BYTES {
                self.line.push(*byte);
            }
        }
    }

    pub(crate) fn usage(&mut self, prompt_tokens: u64) -> Usage {
        self.end_line();
        self.usage.unwrap_or_else(|| Usage::estimate(prompt_tokens, tokens_of_text(&self.text)))
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let Some(data) = line.strip_prefix(b"data:") else { return };
        let Ok(json) = serde_json::from_slice::<Json>(data) else { return };
        self.usage = Usage::from_json(&json).or(self.usage);
        for choice in json.get("choices").and_then(Json::as_array).into_iter().flatten() {
            let delta = choice.pointer("/delta/content").or_else(|| choice.get("text"));
            self.text.push_str(delta.and_then(Json::as_str).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(chunks: &[&str], expected: Usage) {
        let mut counter = EventCounter::default();
        chunks.iter().for_each(|chunk| counter.push(chunk.as_bytes()));
        assert_eq!(counter.usage(7), expected);
    }

    #[test]
    fn a_usage_chunk_wins_over_the_estimate() {
        let deltas = "data: {\"choices\":[{\"delta\":{\"content\":\"12345\"}}]}\r\n\r\nda";
        let rest = "ta: {\"choices\":[{\"delta\":{\"content\":\"678\"}}]}\n\n";
        case(&[deltas, rest, "data: [DONE]\n\n"], Usage::estimate(7, 2));
        let last = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6,\"total_tokens\":11}}";
        case(&[deltas, rest, last], Usage { prompt: 5, completion: 6, total: 11, estimated: false });
    }
}
