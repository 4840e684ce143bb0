//! Answers in the shapes of other providers: Anthropic's messages, Google's generateContent, Amazon's converse. The same
//! words as everywhere ([`super::answers`]), told otherwise.
//!
//! Not simulated: Amazon's streams, which are binary frames, and `invoke`, whose body is another for each model.

use serde_json::{Value as Json, json};

use super::answers::{Answer, AnswerBody, Moment, length, pieces, text, text_of};
use super::faults::Fault;

/// Anthropic, `POST /v1/messages`: whole, or as its named events.
pub(super) fn messages(request: &Json, moment: &Moment<'_>) -> Result<Answer, Fault> {
    let messages = conversation(request, "messages", "content")?;
    if request.get("max_tokens").is_none() {
        return Err(Fault::missing_parameter("max_tokens"));
    }
    let mut prompt = moment.encoding().count_messages(messages, text_of);
    if let Some(system) = request.get("system") {
        prompt += moment.encoding().count(&text_of(system));
    }
    let (n_tokens, reason) = length(request, &["max_tokens"])?;
    let stop_reason = if reason == "length" { "max_tokens" } else { "end_turn" };
    let message = |content: Json, stop_reason: Json, output: u64| {
        json!({
            "id": moment.id,
            "type": "message",
            "role": "assistant",
            "model": moment.model,
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": null,
            "usage": {"input_tokens": prompt, "output_tokens": output},
        })
    };
    let body = if request["stream"] == Json::Bool(true) {
        let begun = message(json!([]), Json::Null, 1);
        let deltas = pieces(n_tokens).into_iter().map(|piece| {
            named("content_block_delta", json!({"index": 0, "delta": {"type": "text_delta", "text": piece}}))
        });
        let end = json!({
            "delta": {"stop_reason": stop_reason, "stop_sequence": null},
            "usage": {"output_tokens": n_tokens},
        });
        let block = json!({"index": 0, "content_block": {"type": "text", "text": ""}});
        let events =
            [named("message_start", json!({ "message": begun })), named("content_block_start", block)]
                .into_iter()
                .chain(deltas)
                .chain([
                    named("content_block_stop", json!({"index": 0})),
                    named("message_delta", end),
                    named("message_stop", json!({})),
                ]);
        AnswerBody::Events(events.collect())
    } else {
        let content = json!([{"type": "text", "text": text(n_tokens)}]);
        AnswerBody::Whole(message(content, stop_reason.into(), n_tokens))
    };
    Ok(Answer { body, prompt_tokens: prompt, completion_tokens: n_tokens })
}

/// Google, `:generateContent`, and `:streamGenerateContent?alt=sse` as events.
pub(super) fn generate(request: &Json, moment: &Moment<'_>, streams: bool) -> Result<Answer, Fault> {
    let contents = conversation(request, "contents", "parts")?;
    let prompt: u64 = contents.iter().map(|one| moment.encoding().count(&text_of(&one["parts"]))).sum();
    let config = request.get("generationConfig").cloned().unwrap_or(Json::Null);
    let (n_tokens, reason) = length(&config, &["maxOutputTokens"])?;
    let finish = if reason == "length" { "MAX_TOKENS" } else { "STOP" };
    let part = |text: &str, finish: Option<&str>| {
        let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": [{"text": text}]}});
        if let Some(finish) = finish {
            candidate["finishReason"] = finish.into();
        }
        json!({
            "candidates": [candidate],
            "usageMetadata": {
                "promptTokenCount": prompt,
                "candidatesTokenCount": n_tokens,
                "totalTokenCount": prompt + n_tokens,
            },
            "modelVersion": moment.model,
            "responseId": moment.id,
        })
    };
    let body = if streams {
        let all = pieces(n_tokens);
        let last = all.len().saturating_sub(1);
        let events = all
            .iter()
            .enumerate()
            .map(|(at, piece)| format!("data: {}\n\n", part(piece, (at == last).then_some(finish))));
        AnswerBody::Events(events.collect())
    } else {
        AnswerBody::Whole(part(&text(n_tokens), Some(finish)))
    };
    Ok(Answer { body, prompt_tokens: prompt, completion_tokens: n_tokens })
}

/// Amazon, `converse`.
pub(super) fn converse(request: &Json, moment: &Moment<'_>) -> Result<Answer, Fault> {
    let messages = conversation(request, "messages", "content")?;
    let prompt: u64 = messages.iter().map(|one| moment.encoding().count(&text_of(&one["content"]))).sum();
    let config = request.get("inferenceConfig").cloned().unwrap_or(Json::Null);
    let (n_tokens, reason) = length(&config, &["maxTokens"])?;
    let body = json!({
        "output": {"message": {"role": "assistant", "content": [{"text": text(n_tokens)}]}},
        "stopReason": if reason == "length" { "max_tokens" } else { "end_turn" },
        "usage": {"inputTokens": prompt, "outputTokens": n_tokens, "totalTokens": prompt + n_tokens},
        "metrics": {"latencyMs": 0},
    });
    Ok(Answer { body: AnswerBody::Whole(body), prompt_tokens: prompt, completion_tokens: n_tokens })
}

/// The turns of a conversation, each with something said.
fn conversation<'r>(request: &'r Json, list: &str, said: &str) -> Result<&'r Vec<Json>, Fault> {
    let turns = request.get(list).ok_or_else(|| Fault::missing_parameter(list))?;
    let turns =
        turns.as_array().filter(|turns| !turns.is_empty() && turns.iter().all(|one| !one[said].is_null()));
    turns.ok_or_else(|| {
        let message = format!("'{list}' has to be a non-empty array of turns with '{said}'.");
        Fault::invalid_value(list, &message)
    })
}

/// An event with its name, which stands in the data too.
fn named(name: &str, mut data: Json) -> String {
    data["type"] = name.into();
    format!("event: {name}\ndata: {data}\n\n")
}
