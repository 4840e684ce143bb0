//! The tokens of an event stream: of chat completions, completions, responses and messages.

use serde_json::Value as Json;

use super::estimate::tokens_of_characters;
use super::{StreamUsage, Usage};
use crate::gateway::sse::EventReader;

/// The longest event that is looked at; a longer one passes uncounted.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// Counts as events pass.
#[derive(Debug)]
pub(crate) struct EventCounter {
    reader: EventReader,
    seen: Seen,
    bytes: u64,
}

/// What the events said.
#[derive(Debug, Default)]
struct Seen {
    characters: usize,
    usage: Option<Usage>,
}

impl Default for EventCounter {
    fn default() -> Self {
        Self { reader: EventReader::new(MAX_EVENT_BYTES), seen: Seen::default(), bytes: 0 }
    }
}

impl EventCounter {
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.bytes = self.bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        self.reader.push(chunk, &mut |data| self.seen.event(data));
    }

    /// True once there was a `data:` line.
    pub(crate) fn saw_events(&self) -> bool {
        self.reader.saw_events()
    }

    /// What passed until now. The last usage that the upstream wrote counts, once.
    pub(crate) fn usage(&mut self, prompt_tokens: u64) -> StreamUsage {
        self.reader.finish(&mut |data| self.seen.event(data));
        let estimate = Usage::estimate(prompt_tokens, tokens_of_characters(self.seen.characters));
        StreamUsage { reported: self.seen.usage, estimate, bytes: self.bytes }
    }
}

impl Seen {
    fn event(&mut self, data: &[u8]) {
        let Ok(json) = serde_json::from_slice::<Json>(data) else { return };
        self.usage = Usage::from_json(&json).or(self.usage);
        self.characters = self.characters.saturating_add(characters(&json));
    }
}

/// The characters that an event adds to the answer.
fn characters(json: &Json) -> usize {
    let count = |json: Option<&Json>| json.and_then(Json::as_str).map_or(0, |text| text.chars().count());
    let choices = json.get("choices").and_then(Json::as_array).into_iter().flatten();
    let of_choices: usize = choices
        .map(|choice| {
            let calls = choice.pointer("/delta/tool_calls").and_then(Json::as_array).into_iter().flatten();
            count(choice.pointer("/delta/content"))
                + count(choice.get("text"))
                + calls.map(|call| count(call.pointer("/function/arguments"))).sum::<usize>()
        })
        .sum();
    // `response.output_text.delta`, `response.function_call_arguments.delta` and their like.
    let is_delta = json.get("type").and_then(Json::as_str).is_some_and(|kind| kind.ends_with(".delta"));
    // Messages of Anthropic have their text one level further in.
    let of_message = count(json.pointer("/delta/text"));
    of_choices + of_message + if is_delta { count(json.get("delta")) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELTAS: &str = ": a comment\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"12345\"}}]}\n\n\
        data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"678\"}}]}\n\ndata: [DONE]\n\n";
    const USAGE: &str = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6,\"total_tokens\":11}}\n\n";
    const COUNTED: Usage = Usage { prompt: 5, completion: 6, total: 11, estimated: false };

    fn count(chunks: &[&[u8]]) -> StreamUsage {
        let mut counter = EventCounter::default();
        chunks.iter().for_each(|chunk| counter.push(chunk));
        counter.usage(7)
    }

    #[test]
    fn events_are_counted_wherever_they_are_cut_and_however_lines_end() {
        for line_end in ["\n", "\r\n", "\r"] {
            let text = format!("{DELTAS}{USAGE}").replace('\n', line_end);
            let bytes = text.as_bytes();
            for at in 0..=bytes.len() {
                let seen = count(&[&bytes[..at], &bytes[at..]]);
                assert_eq!(seen.estimate, Usage::estimate(7, 2), "{line_end:?}, cut at {at}");
                assert_eq!(seen.reported, Some(COUNTED), "{line_end:?}, cut at {at}");
            }
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(count(&single).reported, Some(COUNTED));
        }
    }

    #[test]
    fn usage_is_counted_once_and_never_out_of_range() {
        let seen = |text: &str| count(&[text.as_bytes()]).reported;
        assert_eq!(seen(DELTAS), None, "no usage chunk");
        assert_eq!(seen(&USAGE.repeat(2)), Some(COUNTED), "twice");
        assert_eq!(seen(USAGE.trim_end()), Some(COUNTED), "without the last empty line");
        assert_eq!(
            seen(&USAGE.replace("5,", "-5,").replace("6,", "-6,").replace("11", "-11")),
            None,
            "negative"
        );
        let huge = seen(&USAGE.replace("11", "1e300").replace("5,", "18446744073709551615,"));
        assert_eq!(huge.map(|usage| usage.total), Some(u64::MAX));
    }

    #[test]
    fn responses_and_tool_calls_are_counted_too() {
        let text = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"12345678\"}\n\n\
            data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"arguments\":\"1234\"}}]}}]}\n\n";
        assert_eq!(count(&[text.as_bytes()]).estimate, Usage::estimate(7, 3));
        let message =
            count(&[b"data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"12345\"}}\n\n"]);
        assert_eq!((message.estimate, message.bytes), (Usage::estimate(7, 2), 63));
        let done = "data: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":6,\"total_tokens\":11}}}\n\n";
        assert_eq!(count(&[text.as_bytes(), done.as_bytes()]).reported, Some(COUNTED));
    }

    #[test]
    fn after_an_event_that_is_too_long_counting_goes_on() {
        let mut counter = EventCounter::default();
        for _ in 0..3000 {
            counter.push(&[b'x'; 1024]);
        }
        counter.push(b"\n\n");
        counter.push(USAGE.as_bytes());
        assert_eq!(counter.usage(0).reported, Some(COUNTED));
    }
}
