//! A session of the realtime API as a pure state machine: events of a client come in, those of the account go out, as the
//! GA protocol has them (learn.microsoft.com/azure/foundry/openai/realtime-audio-reference, 2026-05-14). Answers are text
//! alone and depend on what was said; audio is refused by an `error` event, because nobody speaks here.

use serde_json::{Value as Json, json};

use super::Encoding;

/// Items that a conversation holds; more are refused.
const ITEMS_MAX: usize = 1000;

/// One session.
#[derive(Debug)]
pub struct Session {
    id: String,
    model: String,
    is_text: bool,
    instructions: String,
    /// Roles and texts.
    items: Vec<(String, String)>,
    n_events: u64,
    n_responses: u64,
    encoding: Encoding,
}

impl Session {
    /// Begins a session; `id` is what makes its ids differ from those of others.
    pub fn new(id: impl Into<String>, model: impl Into<String>) -> Self {
        let model = model.into();
        Self {
            id: id.into(),
            encoding: Encoding::of_model(&model),
            model,
            is_text: false,
            instructions: String::new(),
            items: Vec::new(),
            n_events: 0,
            n_responses: 0,
        }
    }

    /// What the account says first.
    pub fn opened(&mut self) -> Vec<Json> {
        vec![self.event("session.created", json!({ "session": self.shown() }))]
    }

    /// Answers an event of the client.
    pub fn received(&mut self, text: &str) -> Vec<Json> {
        let Ok(event) = serde_json::from_str::<Json>(text) else {
            return vec![self.error("invalid_json", "The event is no JSON.", &Json::Null)];
        };
        match event["type"].as_str().unwrap_or_default() {
            "session.update" => self.update(&event["session"]),
            "conversation.item.create" => self.add(&event),
            "response.create" => self.respond(&event),
            "" => {
                vec![self.error("missing_required_parameter", "The event has no `type`.", &event["event_id"])]
            }
            other => {
                let message = format!("There is no event `{other}` that this account answers.");
                vec![self.error("invalid_value", &message, &event["event_id"])]
            }
        }
    }

    fn shown(&self) -> Json {
        json!({
            "object": "realtime.session",
            "type": "realtime",
            "id": format!("sess_{}", self.id),
            "model": self.model,
            "output_modalities": [if self.is_text { "text" } else { "audio" }],
            "instructions": self.instructions,
        })
    }

    fn update(&mut self, session: &Json) -> Vec<Json> {
        if let Some(modalities) = session["output_modalities"].as_array() {
            self.is_text = modalities.iter().all(|it| it == "text");
        }
        if let Some(instructions) = session["instructions"].as_str() {
            instructions.clone_into(&mut self.instructions);
        }
        vec![self.event("session.updated", json!({ "session": self.shown() }))]
    }

    fn add(&mut self, event: &Json) -> Vec<Json> {
        let item = &event["item"];
        let parts = item["content"].as_array().map_or(&[][..], Vec::as_slice);
        let text: String = parts.iter().filter_map(|part| part["text"].as_str()).collect();
        if item["type"] != "message" || text.is_empty() {
            let message = "An item is a message with a part of type `input_text`.";
            return vec![self.error("invalid_value", message, &event["event_id"])];
        }
        if self.items.len() == ITEMS_MAX {
            return vec![self.error("too_many_items", "The conversation is full.", &event["event_id"])];
        }
        self.items.push((item["role"].as_str().unwrap_or("user").to_owned(), text));
        let mut item = item.clone();
        item["id"] = json!(format!("item_{}_{}", self.id, self.items.len()));
        item["status"] = json!("completed");
        let added = self.event("conversation.item.added", json!({ "item": item }));
        vec![added, self.event("conversation.item.done", json!({ "item": item }))]
    }

    fn respond(&mut self, event: &Json) -> Vec<Json> {
        let own = event["response"]["output_modalities"].as_array();
        let is_text = own.map_or(self.is_text, |modalities| modalities.iter().all(|it| it == "text"));
        if !is_text {
            let message = "This account answers in text: set `output_modalities` to `[\"text\"]`.";
            return vec![self.error("unsupported_modality", message, &event["event_id"])];
        }
        self.n_responses += 1;
        let (response, item) = (
            format!("resp_{}_{}", self.id, self.n_responses),
            format!("item_{}_r{}", self.id, self.n_responses),
        );
        let said = self.items.iter().rev().find(|(role, _)| role == "user").map_or("", |(_, text)| text);
        let answer = format!("You said: {said}");
        let place =
            json!({ "response_id": response, "item_id": item, "output_index": 0, "content_index": 0 });
        let with = |more: Json| {
            let mut all = place.clone();
            if let (Json::Object(all), Json::Object(more)) = (&mut all, more) {
                all.extend(more);
            }
            all
        };
        let whole = |status: &str, content: Json| json!({ "id": item, "object": "realtime.item", "type": "message", "role": "assistant", "status": status, "content": content });
        let spoken = json!([{ "type": "output_text", "text": answer }]);
        let input: u64 = self.items.iter().map(|(_, text)| self.encoding.count(text)).sum::<u64>()
            + self.encoding.count(&self.instructions);
        let output = self.encoding.count(&answer);
        let mut events = vec![
            self.event("response.created", json!({ "response": { "id": response, "object": "realtime.response", "status": "in_progress", "output": [] } })),
            self.event("response.output_item.added", json!({ "response_id": response, "output_index": 0, "item": whole("in_progress", json!([])) })),
            self.event("response.content_part.added", with(json!({ "part": { "type": "output_text", "text": "" } }))),
        ];
        for word in answer.split_inclusive(' ') {
            events.push(self.event("response.output_text.delta", with(json!({ "delta": word }))));
        }
        events.push(self.event("response.output_text.done", with(json!({ "text": answer }))));
        events.push(self.event("response.content_part.done", with(json!({ "part": spoken[0] }))));
        let item = whole("completed", spoken);
        events.push(self.event(
            "response.output_item.done",
            json!({ "response_id": response, "output_index": 0, "item": item }),
        ));
        let usage = json!({
            "total_tokens": input + output,
            "input_tokens": input,
            "output_tokens": output,
            "input_token_details": { "text_tokens": input, "audio_tokens": 0, "cached_tokens": 0 },
            "output_token_details": { "text_tokens": output, "audio_tokens": 0 },
        });
        events.push(self.event(
            "response.done",
            json!({ "response": { "id": response, "object": "realtime.response", "status": "completed", "output": [item], "usage": usage } }),
        ));
        if self.items.len() < ITEMS_MAX {
            self.items.push(("assistant".to_owned(), answer));
        }
        events
    }

    fn error(&mut self, code: &str, message: &str, event_id: &Json) -> Json {
        let error = json!({
            "type": "invalid_request_error", "code": code, "message": message, "param": null, "event_id": event_id,
        });
        self.event("error", json!({ "error": error }))
    }

    fn event(&mut self, kind: &str, fields: Json) -> Json {
        self.n_events += 1;
        let mut event = json!({ "type": kind, "event_id": format!("event_{}_{}", self.id, self.n_events) });
        if let (Json::Object(event), Json::Object(fields)) = (&mut event, fields) {
            event.extend(fields);
        }
        event
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(events: &[Json]) -> Vec<&str> {
        events.iter().filter_map(|event| event["type"].as_str()).collect()
    }

    #[test]
    fn a_session_answers_in_text_with_its_usage() {
        let mut session = Session::new("a", "gpt-realtime");
        assert_eq!(types(&session.opened()), ["session.created"]);
        let audio = session.received(r#"{"type": "response.create"}"#);
        assert_eq!(audio[0]["error"]["code"], "unsupported_modality");
        let updated =
            session.received(r#"{"type": "session.update", "session": {"output_modalities": ["text"]}}"#);
        assert_eq!(updated[0]["session"]["output_modalities"], json!(["text"]));
        let item = r#"{"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello there"}]}}"#;
        assert_eq!(types(&session.received(item)), ["conversation.item.added", "conversation.item.done"]);
        let events = session.received(r#"{"type": "response.create"}"#);
        let said: String = events
            .iter()
            .filter(|event| event["type"] == "response.output_text.delta")
            .filter_map(|event| event["delta"].as_str())
            .collect();
        assert_eq!(said, "You said: Hello there");
        let usage = &events.last().unwrap()["response"]["usage"];
        assert_eq!((&usage["input_tokens"], &usage["total_tokens"]), (&json!(2), &json!(7)));
        assert_eq!(types(&session.received("{"))[0], "error");
        assert_eq!(types(&session.received(r#"{"type": "input_audio_buffer.append"}"#))[0], "error");
    }
}
