//! A token estimate without a model's tokenizer. The service does not publish its own.
//!
//! Decision: four characters are one token, rounded up, which is OpenAI's own rule of thumb for English; each chat
//! message costs four more for its frame, and an image 1200, the most that the service counts for one (Learn,
//! llm-token-limit, 2026-04-01).

use serde_json::Value as Json;

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

/// Estimates the prompt in a request body; 0 where it holds none.
pub(crate) fn estimate_prompt(body: &[u8], prompt_type: PromptType) -> u64 {
    let Ok(json) = serde_json::from_slice::<Json>(body) else { return 0 };
    let of = |wanted, tokens: u64| if [PromptType::Auto, wanted].contains(&prompt_type) { tokens } else { 0 };
    let messages = json.get("messages").and_then(Json::as_array).map_or(0, |messages| {
        messages.iter().map(|message| TOKENS_PER_MESSAGE + content(message.get("content"))).sum()
    });
    // Responses have their instructions beside the input, messages of Anthropic a `system`.
    let chat = messages
        .saturating_add(content(json.get("instructions")))
        .saturating_add(content(json.get("system")));
    of(PromptType::ChatCompletion, chat)
        .saturating_add(of(PromptType::Completion, content(json.get("prompt"))))
        .saturating_add(of(PromptType::Embeddings, content(json.get("input"))))
}

pub(super) fn tokens_of_characters(n_characters: usize) -> u64 {
    u64::try_from(n_characters.div_ceil(CHARACTERS_PER_TOKEN)).unwrap_or(u64::MAX)
}

/// Text, a list of texts, or a list of parts with text and images. The reader limits the depth of JSON.
fn content(json: Option<&Json>) -> u64 {
    match json {
        Some(Json::String(text)) => tokens_of_characters(text.chars().count()),
        Some(Json::Array(parts)) => parts.iter().map(|part| content(Some(part))).sum(),
        Some(Json::Object(part)) if part.contains_key("image_url") => TOKENS_PER_IMAGE,
        Some(Json::Object(part)) => content(part.get("text").or_else(|| part.get("content"))),
        // A list of tokens instead of text: each number is one.
        Some(Json::Number(_)) => 1,
        _ => 0,
    }
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
            ("not json", 0),
        ] {
            assert_eq!(estimate_prompt(body.as_bytes(), PromptType::Auto), tokens, "{body}");
        }
    }

    #[test]
    fn a_prompt_type_looks_in_one_place() {
        let body = br#"{"messages":[{"content":"1234"}],"prompt":"1234","input":"12345"}"#;
        let tokens = |name| estimate_prompt(body, PromptType::from_name(name));
        assert_eq!(["auto", "chat-completion", "completion", "embeddings"].map(tokens), [8, 5, 1, 2]);
    }
}
