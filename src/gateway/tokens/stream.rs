//! A streamed answer on its way to the caller: passed on, and counted as it passes. Whatever ends it, its last
//! chunk or a caller that hangs up, the meters are told once.

use std::sync::Arc;

use serde_json::Value as Json;

use super::estimate::tokens_of_characters;
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
        let streamed = self.counter.streamed(self.prompt_tokens);
        for meter in &self.meters {
            meter.streamed(&self.live, &streamed);
        }
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        self.settle();
    }
}

/// What went through a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Streamed {
    /// What a usage chunk said, the last one where there were several.
    pub reported: Option<Usage>,
    /// The prompt as it was estimated, and the text of the deltas.
    pub estimated: Usage,
    pub bytes: u64,
}

/// Reads server-sent events as they pass (HTML standard, 9.2.6): lines end with LF, CR or both, the `data` lines of
/// an event belong together, an empty line ends it.
#[derive(Debug, Default)]
pub(crate) struct EventCounter {
    line: Vec<u8>,
    data: Vec<u8>,
    after_cr: bool,
    n_characters: usize,
    usage: Option<Usage>,
    bytes: u64,
}

impl EventCounter {
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.bytes = self.bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        for &byte in chunk {
            let second_half = byte == b'\n' && self.after_cr;
            self.after_cr = byte == b'\r';
            match byte {
                b'\n' if second_half => {}
                b'\r' | b'\n' => self.end_line(),
                _ if self.line.len() < MAX_LINE_BYTES => self.line.push(byte),
                _ => {}
            }
        }
    }

    pub(crate) fn streamed(&mut self, prompt_tokens: u64) -> Streamed {
        self.end_line();
        self.end_event();
        let estimated = Usage::estimate(prompt_tokens, tokens_of_characters(self.n_characters));
        Streamed { reported: self.usage, estimated, bytes: self.bytes }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return self.end_event();
        }
        let Some(data) = line.strip_prefix(b"data:") else { return };
        if self.data.len() + data.len() < MAX_LINE_BYTES {
            self.data.extend_from_slice(data);
            self.data.push(b'\n');
        }
    }

    fn end_event(&mut self) {
        let data = std::mem::take(&mut self.data);
        let Ok(json) = serde_json::from_slice::<Json>(&data) else { return };
        self.usage = Usage::from_json(&json).or(self.usage);
        let texts = delta_texts(&json);
        self.n_characters += texts.map(|text| text.chars().count()).sum::<usize>();
    }
}

/// The text that one event adds: of chat completions (also the arguments of a tool call), completions, responses
/// (`response.output_text.delta`), and messages (`content_block_delta`).
fn delta_texts(event: &Json) -> impl Iterator<Item = &str> {
    let choices = event.get("choices").and_then(Json::as_array).into_iter().flatten();
    let of_choice = choices.flat_map(|choice| {
        let calls = choice.pointer("/delta/tool_calls").and_then(Json::as_array).into_iter().flatten();
        [choice.pointer("/delta/content"), choice.pointer("/delta/refusal"), choice.get("text")]
            .into_iter()
            .chain(calls.map(|call| call.pointer("/function/arguments")))
    });
    let of_event = [event.get("delta"), event.pointer("/delta/text")];
    of_choice.chain(of_event).filter_map(|text| text.and_then(Json::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(chunks: &[&str], reported: Option<Usage>, completion: u64) {
        let mut counter = EventCounter::default();
        chunks.iter().for_each(|chunk| counter.push(chunk.as_bytes()));
        let streamed = counter.streamed(7);
        assert_eq!((streamed.reported, streamed.estimated), (reported, Usage::estimate(7, completion)));
        assert_eq!(streamed.bytes, chunks.concat().len() as u64);
    }

    #[test]
    fn a_usage_chunk_is_kept_beside_the_estimate() {
        let deltas = "data: {\"choices\":[{\"delta\":{\"content\":\"12345\"}}]}\r\n\r\nda";
        let rest = "ta: {\"choices\":[{\"delta\":{\"content\":\"678\"}}]}\n\n";
        case(&[deltas, rest, "data: [DONE]\n\n"], None, 2);
        let last = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6,\"total_tokens\":11}}";
        let usage = Usage { prompt: 5, completion: 6, total: 11, estimated: false };
        case(&[deltas, rest, last], Some(usage), 2);
    }

    #[test]
    fn events_may_be_cut_anywhere_and_end_in_every_way() {
        let stream = ": comment\rdata: {\"choices\":[{\"delta\":\rdata: {\"content\":\"1234\"}}]}\r\revent: x\r\ndata:{\"type\":\"response.output_text.delta\",\"delta\":\"5678\"}\r\n\r\ndata: {\"delta\":{\"text\":\"9\"}}\n\ndata: {\"usage\":{\"prompt_tokens\":-1,\"completion_tokens\":1e300,\"total_tokens\":18446744073709551615}}";
        let usage = Usage { prompt: 0, completion: 0, total: u64::MAX, estimated: false };
        case(&[stream], Some(usage), 3);
        let bytes: Vec<String> = stream.chars().map(String::from).collect();
        case(&bytes.iter().map(String::as_str).collect::<Vec<_>>(), Some(usage), 3);
    }

    #[test]
    fn a_line_without_end_is_not_kept_whole() {
        let mut counter = EventCounter::default();
        for _ in 0..40 {
            counter.push(&[b'x'; 64 * 1024]);
        }
        assert!(counter.line.len() <= MAX_LINE_BYTES);
        assert_eq!(counter.streamed(0).estimated.total, 0);
    }
}
