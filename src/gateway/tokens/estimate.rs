//! A token estimate without a model's tokenizer. The service does not publish its own.
//!
//! Decision: four characters are one token, rounded up, which is OpenAI's own rule of thumb for English; each chat
//! message costs four more for its frame, and an image 1200, the most that the service counts for one (Learn,
//! llm-token-limit, 2026-04-01).

use super::gather::{Gather, Nothing, gather};

const CHARACTERS_PER_TOKEN: usize = 4;
const TOKENS_PER_MESSAGE: u64 = 4;
const TOKENS_PER_IMAGE: u64 = 1200;

/// Where the prompt stands in a request: `prompt-type` of llm-token-limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PromptType {
    /// In all of the places below.
    #[default]
    Auto,
    ChatCompletion,
    Completion,
    Embeddings,
}

impl PromptType {
    /// `auto` where nothing, or nothing known, is written.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "chat-completion" => Self::ChatCompletion,
            "completion" => Self::Completion,
            "embeddings" => Self::Embeddings,
            _ => Self::Auto,
        }
    }
}

/// What a request body says of its prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prompt {
    chat: u64,
    completion: u64,
    embeddings: u64,
    /// Whether it asks for a stream.
    pub streams: bool,
}

impl Prompt {
    /// Reads a request body; one that is no JSON object has no prompt.
    pub(crate) fn read(body: &[u8]) -> Self {
        let Some(Members([messages, instructions, system, prompt, input, stream])) = gather(body) else {
            return Self::default();
        };
        Self {
            // Responses have their instructions beside the input, messages of Anthropic a `system`.
            chat: messages.messages.saturating_add(instructions.content).saturating_add(system.content),
            completion: prompt.content,
            embeddings: input.content,
            streams: stream.flag == Some(true),
        }
    }

    /// Estimates the tokens of the prompt.
    pub(crate) fn tokens(self, prompt_type: PromptType) -> u64 {
        match prompt_type {
            PromptType::Auto => self.chat.saturating_add(self.completion).saturating_add(self.embeddings),
            PromptType::ChatCompletion => self.chat,
            PromptType::Completion => self.completion,
            PromptType::Embeddings => self.embeddings,
        }
    }
}

/// The members of a request, in the order of their names below.
#[derive(Default)]
struct Members([Part; 6]);

impl Gather for Members {
    type Item = Nothing;
    type Member = Part;
    const MEMBERS: &'static [&'static str] =
        &["messages", "instructions", "system", "prompt", "input", "stream"];

    fn member(&mut self, place: usize, part: Part) {
        self.0[place] = part;
    }
}

/// Any value below: text, a list of texts, or a list of parts with text and images.
#[derive(Clone, Copy, Default)]
struct Part {
    /// Its tokens as content.
    content: u64,
    /// The tokens of its own `content`, where it is a message.
    inner: u64,
    /// Its tokens as a list of messages.
    messages: u64,
    flag: Option<bool>,
    text: Option<u64>,
    has_image: bool,
}

impl Gather for Part {
    type Item = Self;
    type Member = Self;
    const MEMBERS: &'static [&'static str] = &["content", "text", "image_url"];

    fn text(&mut self, text: &str) {
        self.content = tokens_of_characters(text.chars().count());
    }

    fn flag(&mut self, flag: bool) {
        self.flag = Some(flag);
    }

    /// A list of tokens instead of text: each number is one.
    fn number(&mut self, _: Option<u64>) {
        self.content = 1;
    }

    fn item(&mut self, item: Self) {
        self.content = self.content.saturating_add(item.content);
        self.messages = self.messages.saturating_add(TOKENS_PER_MESSAGE).saturating_add(item.inner);
    }

    fn member(&mut self, place: usize, member: Self) {
        match place {
            0 => self.inner = member.content,
            1 => self.text = Some(member.content),
            _ => self.has_image = true,
        }
        self.content = if self.has_image { TOKENS_PER_IMAGE } else { self.text.unwrap_or(self.inner) };
    }
}

pub(super) fn tokens_of_characters(n_characters: usize) -> u64 {
    u64::try_from(n_characters.div_ceil(CHARACTERS_PER_TOKEN)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_messages_prompts_inputs_and_images() {
        for (body, tokens) in [
            (r#"{"messages":[{"role":"user","content":"12345678"}]}"#, 6),
            (
                r#"{"messages":[{"content":[{"type":"text","text":"1234"},{"type":"image_url","image_url":{}}]}]}"#,
                1205,
            ),
            (r#"{"prompt":["12345","1"]}"#, 3),
            (r#"{"input":[1,2,3]}"#, 3),
            (
                r#"{"instructions":"12345","input":[{"role":"user","content":[{"type":"input_text","text":"1"}]}]}"#,
                3,
            ),
            // Of a member that stands twice the last one counts.
            (r#"{"prompt":"12345678","prompt":{"text":null,"content":"1234"}}"#, 0),
            (r#"{"prompt":{"content":"1234","image_url":"x","image_url":1}}"#, 1200),
            (r#"{"messages":["1",{"content":["1234",{"content":"12345"}]}],"messages_":[1]}"#, 11),
            (r#"{"messages":{"content":"1234"}}"#, 0),
            (r#"[{"prompt":"1"}]"#, 0),
            (r#"{"prompt":"1234","x":"\ud800"}"#, 0),
            (r#"{"prompt":"1234","x":1e999}"#, 0),
            (r#"{"prompt":"1234"} x"#, 0),
            ("not json", 0),
        ] {
            assert_eq!(Prompt::read(body.as_bytes()).tokens(PromptType::Auto), tokens, "{body}");
        }
    }

    #[test]
    fn a_stream_is_asked_for_by_true_alone() {
        for (body, streams) in [
            (r#"{"stream":true}"#, true),
            (r#"{"stream":true,"stream":"true"}"#, false),
            (r#"{"stream":[true]}"#, false),
        ] {
            assert_eq!(Prompt::read(body.as_bytes()).streams, streams, "{body}");
        }
    }

    #[test]
    fn a_prompt_type_looks_in_one_place() {
        let body = br#"{"messages":[{"content":"1234"}],"prompt":"1234","input":"12345"}"#;
        let tokens = |name| Prompt::read(body).tokens(PromptType::from_name(name));
        assert_eq!(["auto", "chat-completion", "completion", "embeddings"].map(tokens), [8, 5, 1, 2]);
    }
}
