//! A token estimate without a model's tokenizer. The service does not publish its own.
//!
//! Decision: four characters are one token, rounded up, which is OpenAI's own rule of thumb for English; each chat
//! message costs four more for its frame, and an image 1200, the most that the service counts for one (Learn,
//! llm-token-limit, 2026-04-01).

use serde_json::Value as Json;

const CHARACTERS_PER_TOKEN: usize = 4;
const TOKENS_PER_MESSAGE: u64 = 4;
const TOKENS_PER_IMAGE: u64 = 1200;

/// Estimates the prompt in a request body; 0 where it holds none.
pub(crate) fn estimate_prompt(body: &[u8]) -> u64 {
    let Ok(json) = serde_json::from_slice::<Json>(body) else { return 0 };
    let messages = json.get("messages").and_then(Json::as_array).map_or(0, |messages| {
        messages.iter().map(|message| TOKENS_PER_MESSAGE + content(message.get("content"))).sum()
    });
    messages + content(json.get("prompt")) + content(json.get("input")) + content(json.get("instructions"))
}

fn tokens_of_text(text: &str) -> u64 {
    tokens_of_characters(text.chars().count())
}

pub(super) fn tokens_of_characters(characters: usize) -> u64 {
    u64::try_from(characters.div_ceil(CHARACTERS_PER_TOKEN)).unwrap_or(u64::MAX)
}

/// Text, a list of texts, or a list of parts with text and images. The reader limits the depth of JSON.
fn content(json: Option<&Json>) -> u64 {
    match json {
        Some(Json::String(text)) => tokens_of_text(text),
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
            assert_eq!(estimate_prompt(body.as_bytes()), tokens, "{body}");
        }
    }
}
