//! The texts in requests to language models and in their answers: chat completions, completions, embeddings and
//! responses of OpenAI's shape, messages of Anthropic's.

use serde_json::Value as Json;

/// What a request asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prompt {
    /// Role and text of each message; a prompt or an input has the role `user`.
    pub messages: Vec<(String, String)>,
    pub streams: bool,
}

/// Reads the prompt of a request; None where the body is not JSON or asks nothing.
pub(crate) fn prompt(body: &[u8]) -> Option<Prompt> {
    let json = serde_json::from_slice::<Json>(body).ok()?;
    let mut messages = Vec::new();
    for field in ["instructions", "system"] {
        push(&mut messages, "system", json.get(field));
    }
    for message in json.get("messages").and_then(Json::as_array).into_iter().flatten() {
        let role = message.get("role").and_then(Json::as_str).unwrap_or("user");
        push(&mut messages, role, message.get("content"));
    }
    push(&mut messages, "user", json.get("prompt"));
    match json.get("input") {
        Some(Json::Array(items)) if items.iter().all(Json::is_object) => {
            for item in items {
                push(&mut messages, item.get("role").and_then(Json::as_str).unwrap_or("user"), Some(item));
            }
        }
        input => push(&mut messages, "user", input),
    }
    let streams = json.get("stream").and_then(Json::as_bool).unwrap_or_default();
    (!messages.is_empty()).then_some(Prompt { messages, streams })
}

/// What a body says that [`prompt`] does not read: every text of JSON of another shape, or all of it where it is no JSON.
/// Empty where there is nothing to read.
pub(crate) fn unread(body: &[u8]) -> String {
    let Ok(json) = serde_json::from_slice::<Json>(body) else {
        return String::from_utf8_lossy(body).trim().to_owned();
    };
    let mut texts = Vec::new();
    gather(&json, &mut texts);
    texts.join("\n")
}

/// The reader limits the depth of JSON.
fn gather<'a>(json: &'a Json, texts: &mut Vec<&'a str>) {
    match json {
        Json::String(text) if !text.is_empty() => texts.push(text),
        Json::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        Json::Object(members) => members.values().for_each(|member| gather(member, texts)),
        _ => {}
    }
}

/// The text of an answer that is there whole: of all its choices.
pub(crate) fn completion_text(body: &[u8]) -> String {
    let Ok(json) = serde_json::from_slice::<Json>(body) else { return String::new() };
    let list = |name| json.get(name).and_then(Json::as_array).into_iter().flatten();
    let mut texts = Vec::new();
    for choice in list("choices") {
        texts.extend(text_of(choice.pointer("/message/content")));
        texts.extend(text_of(choice.get("text")));
    }
    texts.extend(list("output").filter_map(|item| text_of(Some(item))));
    texts.extend(text_of(json.get("content")));
    texts.join("\n")
}

/// The text that one event of a stream adds.
pub(crate) fn event_text(event: &Json) -> String {
    let choices = event.get("choices").and_then(Json::as_array).into_iter().flatten();
    let of_choices = choices
        .flat_map(|choice| [choice.pointer("/delta/content"), choice.get("text")].into_iter().flatten());
    let of_event = [event.get("delta"), event.pointer("/delta/text")].into_iter().flatten();
    of_choices.chain(of_event).filter_map(Json::as_str).collect()
}

fn push(messages: &mut Vec<(String, String)>, role: &str, content: Option<&Json>) {
    messages.extend(text_of(content).map(|text| (role.to_owned(), text)));
}

/// Text, a list of texts, or parts with `text` or `content` in them. The reader limits the depth of JSON.
fn text_of(json: Option<&Json>) -> Option<String> {
    let text = match json? {
        Json::String(text) => text.clone(),
        Json::Array(parts) => {
            parts.iter().filter_map(|part| text_of(Some(part))).collect::<Vec<_>>().join("\n")
        }
        Json::Object(part) => return text_of(part.get("text").or_else(|| part.get("content"))),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_read_in_every_shape() {
        for (body, expected) in [
            (
                r#"{"messages":[{"role":"system","content":"s"},{"content":[{"type":"text","text":"a"},{"type":"image_url"}]}]}"#,
                "system:s user:a",
            ),
            (r#"{"prompt":["a","b"]}"#, "user:a\nb"),
            (r#"{"input":"a","instructions":"i"}"#, "system:i user:a"),
            (r#"{"input":[{"role":"user","content":[{"type":"input_text","text":"a"}]}]}"#, "user:a"),
            (r#"{"input":[1,2]}"#, ""),
            ("not json", ""),
        ] {
            let messages = prompt(body.as_bytes()).unwrap_or_default().messages;
            let shown: Vec<String> = messages.iter().map(|(role, text)| format!("{role}:{text}")).collect();
            assert_eq!(shown.join(" "), expected, "{body}");
        }
        assert!(prompt(br#"{"prompt":"a","stream":true}"#).unwrap().streams);
    }

    #[test]
    fn what_has_no_known_shape_is_read_whole() {
        for (body, expected) in [
            (r#"{"contents":[{"parts":[{"text":"a"},{"text":"b"}]}],"n":1}"#, "a\nb"),
            (r#"{"messages":"evil""#, r#"{"messages":"evil""#),
            (" a b ", "a b"),
            ("{}", ""),
            ("", ""),
        ] {
            assert_eq!(unread(body.as_bytes()), expected, "{body}");
        }
        assert_eq!(unread(b"a\xffb"), "a\u{fffd}b");
    }

    #[test]
    fn completions_are_read_in_every_shape() {
        for (body, expected) in [
            (r#"{"choices":[{"message":{"content":"a"}},{"text":"b"}]}"#, "a\nb"),
            (r#"{"output":[{"type":"message","content":[{"type":"output_text","text":"a"}]}]}"#, "a"),
            (r#"{"content":[{"type":"text","text":"a"}]}"#, "a"),
            (r#"{"error":{}}"#, ""),
        ] {
            assert_eq!(completion_text(body.as_bytes()), expected, "{body}");
        }
        let event: Json = serde_json::from_str(r#"{"choices":[{"delta":{"content":"a"}}]}"#).unwrap();
        assert_eq!(event_text(&event), "a");
    }
}
