//! The Responses API: creating a response, whole or as events, and what the account remembers of it, so that the next
//! one can go on from it. Learn, "Azure OpenAI Responses API" (2025-10) and the v1 reference.
//!
//! Decisions: a response is remembered unless `"store": false`, the oldest are forgotten past a size and not after
//! thirty days; what was said before counts as input of the next response; a tool is called where `tool_choice` leaves no
//! choice, because no model is there to choose.

use std::collections::VecDeque;

use serde_json::{Value as Json, json};

use super::answers::{Answer, AnswerBody, Moment, call_tokens, forced_tool, length, pieces, text, text_of};
use super::faults::Fault;

/// Bytes of all responses that an account remembers.
const MAX_REMEMBERED_BYTES: usize = 8 << 20;
/// Responses that an account remembers.
const MAX_REMEMBERED: usize = 1_000;
/// Tokens of a picture in the input: the most that the service counts for one (Learn, llm-token-limit, 2026-04-01).
const TOKENS_PER_IMAGE: u64 = 1200;

/// The responses of an account, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Remembered {
    responses: VecDeque<Response>,
    n_bytes: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct Response {
    id: String,
    body: Json,
    input: Vec<Json>,
    /// Of the whole conversation up to here.
    tokens: u64,
    n_bytes: usize,
}

impl Remembered {
    /// The response of that id as it was answered.
    pub(super) fn body(&self, id: &str) -> Option<&Json> {
        self.find(id).map(|response| &response.body)
    }

    /// What it was asked, as a list, newest first as the service orders it.
    pub(super) fn input_items(&self, id: &str) -> Option<Json> {
        let items: Vec<&Json> = self.find(id)?.input.iter().rev().collect();
        let id_of = |item: Option<&&Json>| item.map_or(Json::Null, |item| item["id"].clone());
        Some(json!({
            "object": "list",
            "data": items,
            "first_id": id_of(items.first()),
            "last_id": id_of(items.last()),
            "has_more": false,
        }))
    }

    /// Forgets it; returns whether it was there.
    pub(super) fn forget(&mut self, id: &str) -> bool {
        let Some(at) = self.responses.iter().position(|response| response.id == id) else { return false };
        self.n_bytes -= self.responses.remove(at).map_or(0, |response| response.n_bytes);
        true
    }

    fn find(&self, id: &str) -> Option<&Response> {
        self.responses.iter().find(|response| response.id == id)
    }

    fn keep(&mut self, response: Response) {
        if response.n_bytes > MAX_REMEMBERED_BYTES {
            return;
        }
        self.n_bytes += response.n_bytes;
        self.responses.push_back(response);
        while self.n_bytes > MAX_REMEMBERED_BYTES || self.responses.len() > MAX_REMEMBERED {
            self.n_bytes -= self.responses.pop_front().map_or(0, |oldest| oldest.n_bytes);
        }
    }
}

/// A response that is ready to be answered, and remembered once it is.
pub(super) struct Created {
    pub answer: Answer,
    response: Option<Response>,
}

impl Created {
    /// Remembers it, where the caller has not said otherwise.
    pub(super) fn remember(self, remembered: &mut Remembered) -> Answer {
        if let Some(response) = self.response {
            remembered.keep(response);
        }
        self.answer
    }
}

/// Makes the response to `request`.
///
/// # Errors
/// The refusal of a request that is not in order.
pub(super) fn create(request: &Json, moment: &Moment<'_>, remembered: &Remembered) -> Result<Created, Fault> {
    let input = input_items(request, &moment.id)?;
    let before = match request["previous_response_id"].as_str() {
        None => 0,
        Some(id) => remembered.find(id).ok_or_else(|| Fault::previous_response_not_found(id))?.tokens,
    };
    let prompt_tokens = before
        + moment.encoding().count(&text_of(&request["instructions"]))
        + input.iter().map(|item| tokens_of_item(item, moment)).sum::<u64>();
    let (n_tokens, ends) = length(request, &["max_output_tokens"])?;
    let tool = forced_tool(request);
    let (item, completion_tokens) = match &tool {
        Some(name) => (function_call(name, &moment.id), call_tokens(name, moment)),
        None => (message(&moment.id, &text(n_tokens)), n_tokens),
    };
    let is_cut = ends == "length" && tool.is_none();
    let body = body(request, moment, &item, is_cut, prompt_tokens, completion_tokens);
    let answer_body = if request["stream"] == Json::Bool(true) {
        AnswerBody::Events(events(&body, &item, n_tokens))
    } else {
        AnswerBody::Whole(body.clone())
    };
    let response = (request["store"] != Json::Bool(false)).then(|| Response {
        id: moment.id.clone(),
        n_bytes: body.to_string().len() + input.iter().map(|item| item.to_string().len()).sum::<usize>(),
        tokens: prompt_tokens + completion_tokens,
        body,
        input,
    });
    let answer = Answer { body: answer_body, prompt_tokens, completion_tokens };
    Ok(Created { answer, response })
}

/// `input` as items with ids: a text is one message of the user.
fn input_items(request: &Json, id: &str) -> Result<Vec<Json>, Fault> {
    let items = match request.get("input") {
        None => return Err(Fault::missing_parameter("input")),
        Some(Json::String(text)) => {
            vec![
                json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}),
            ]
        }
        Some(Json::Array(items)) if !items.is_empty() && items.iter().all(Json::is_object) => items.clone(),
        Some(_) => return Err(Fault::invalid_value("input", "'input' has to be a text or a list of items.")),
    };
    let with_id = |(nth, mut item): (usize, Json)| {
        if item.get("type").is_none() {
            item["type"] = "message".into();
        }
        if item.get("id").is_none() {
            item["id"] = format!("{}_{nth}", id.replacen("resp_", "msg_", 1)).into();
        }
        item
    };
    Ok(items.into_iter().enumerate().map(with_id).collect())
}

/// A message, the result of a call, or whatever else has text in it. Decision: without a frame, of which nothing is
/// documented for responses.
fn tokens_of_item(item: &Json, moment: &Moment<'_>) -> u64 {
    let parts = item["content"].as_array().into_iter().flatten();
    let images = parts.filter(|part| part["type"] == "input_image").count() as u64;
    let texts = [&item["content"], &item["output"], &item["arguments"]];
    images * TOKENS_PER_IMAGE
        + texts.into_iter().map(|text| moment.encoding().count(&text_of(text))).sum::<u64>()
}

fn message(id: &str, text: &str) -> Json {
    json!({
        "id": id.replacen("resp_", "msg_", 1),
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}],
    })
}

fn function_call(name: &str, id: &str) -> Json {
    json!({
        "id": id.replacen("resp_", "fc_", 1),
        "type": "function_call",
        "status": "completed",
        "call_id": id.replacen("resp_", "call_", 1),
        "name": name,
        "arguments": "{}",
    })
}

fn body(
    request: &Json,
    moment: &Moment<'_>,
    item: &Json,
    is_cut: bool,
    prompt_tokens: u64,
    completion_tokens: u64,
) -> Json {
    let or = |name: &str, default: Json| request.get(name).cloned().unwrap_or(default);
    let incomplete = if is_cut { json!({"reason": "max_output_tokens"}) } else { Json::Null };
    json!({
        "id": moment.id,
        "object": "response",
        "created_at": moment.unix_s,
        "status": if is_cut { "incomplete" } else { "completed" },
        "background": false,
        "error": null,
        "incomplete_details": incomplete,
        "instructions": or("instructions", Json::Null),
        "max_output_tokens": or("max_output_tokens", Json::Null),
        "metadata": or("metadata", json!({})),
        "model": moment.model,
        "output": [item],
        "parallel_tool_calls": or("parallel_tool_calls", true.into()),
        "previous_response_id": or("previous_response_id", Json::Null),
        "reasoning": or("reasoning", json!({"effort": null, "summary": null})),
        "store": or("store", true.into()),
        "temperature": or("temperature", json!(1.0)),
        "text": or("text", json!({"format": {"type": "text"}})),
        "tool_choice": or("tool_choice", "auto".into()),
        "tools": or("tools", json!([])),
        "top_p": or("top_p", json!(1.0)),
        "truncation": or("truncation", "disabled".into()),
        "usage": {
            "input_tokens": prompt_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": completion_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": prompt_tokens + completion_tokens,
        },
        "user": or("user", Json::Null),
    })
}

/// The events of a response, in the order and with the numbers that the reference gives them. There is no `[DONE]`.
fn events(body: &Json, item: &Json, n_tokens: u64) -> Vec<String> {
    let mut begun = body.clone();
    for (name, value) in [
        ("status", "in_progress".into()),
        ("output", json!([])),
        ("usage", Json::Null),
        ("incomplete_details", Json::Null),
    ] {
        begun[name] = value;
    }
    let mut empty = item.clone();
    empty["status"] = "in_progress".into();
    let mut all = vec![
        ("response.created", json!({"response": begun})),
        ("response.in_progress", json!({"response": begun})),
    ];
    if item["type"] == "function_call" {
        empty["arguments"] = "".into();
        all.push(("response.output_item.added", json!({"output_index": 0, "item": empty})));
        let (id, arguments) = (&item["id"], &item["arguments"]);
        let at = json!({"item_id": id, "output_index": 0});
        all.push(("response.function_call_arguments.delta", with(&at, "delta", arguments)));
        all.push(("response.function_call_arguments.done", with(&at, "arguments", arguments)));
    } else {
        empty["content"] = json!([]);
        all.push(("response.output_item.added", json!({"output_index": 0, "item": empty})));
        let at = json!({"item_id": item["id"], "output_index": 0, "content_index": 0});
        let part = json!({"type": "output_text", "text": "", "annotations": [], "logprobs": []});
        all.push(("response.content_part.added", with(&at, "part", &part)));
        let at_text = with(&at, "logprobs", &json!([]));
        for piece in pieces(n_tokens) {
            all.push(("response.output_text.delta", with(&at_text, "delta", &piece.into())));
        }
        all.push(("response.output_text.done", with(&at_text, "text", &item["content"][0]["text"])));
        all.push(("response.content_part.done", with(&at, "part", &item["content"][0])));
    }
    all.push(("response.output_item.done", json!({"output_index": 0, "item": item})));
    let is_cut = body["status"] == "incomplete";
    let last = if is_cut { "response.incomplete" } else { "response.completed" };
    all.push((last, json!({"response": body})));
    (0_u64..).zip(all).map(|(number, (name, data))| event(name, number, &data)).collect()
}

fn with(object: &Json, name: &str, value: &Json) -> Json {
    let mut object = object.clone();
    object[name] = value.clone();
    object
}

fn event(name: &str, number: u64, data: &Json) -> String {
    let mut event = json!({"type": name, "sequence_number": number});
    if let (Some(event), Some(data)) = (event.as_object_mut(), data.as_object()) {
        event.extend(data.clone());
    }
    format!("event: {name}\ndata: {event}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(request: Json, id: &str, remembered: &mut Remembered) -> Result<Answer, Fault> {
        let moment = Moment { model: "gpt-4o", id: id.to_owned(), unix_s: 7 };
        create(&request, &moment, remembered).map(|created| created.remember(remembered))
    }

    fn whole(answer: Answer) -> Json {
        match answer.body {
            AnswerBody::Whole(json) => json,
            AnswerBody::Events(events) => panic!("{events:?}"),
        }
    }

    #[test]
    fn a_response_goes_on_from_the_one_before() {
        let mut remembered = Remembered::default();
        let first = json!({"input": "12345678", "max_output_tokens": 4});
        let first = whole(made(first, "resp_1", &mut remembered).unwrap());
        assert_eq!(
            (first["status"].as_str(), first["usage"]["total_tokens"].as_u64()),
            (Some("incomplete"), Some(7))
        );
        assert_eq!(first["output"][0]["content"][0]["text"], "The sun may set");
        let second =
            json!({"input": [{"role": "user", "content": "1234"}], "previous_response_id": "resp_1"});
        let second = whole(made(second, "resp_2", &mut remembered).unwrap());
        assert_eq!(second["usage"]["input_tokens"], 9, "what was said before is input");
        assert_eq!(remembered.body("resp_1"), Some(&first));
        let items = remembered.input_items("resp_1").unwrap();
        assert_eq!(items["data"][0]["content"][0]["text"], "12345678");
        assert!(remembered.forget("resp_1") && !remembered.forget("resp_1"));
        let lost = json!({"input": "a", "previous_response_id": "resp_1"});
        assert_eq!(made(lost, "resp_3", &mut remembered).unwrap_err().status, 400);
    }

    #[test]
    fn what_is_not_to_be_stored_is_not_and_the_oldest_are_forgotten() {
        let mut remembered = Remembered::default();
        made(json!({"input": "a", "store": false}), "resp_x", &mut remembered).unwrap();
        assert_eq!(remembered.body("resp_x"), None);
        for n in 0..=MAX_REMEMBERED {
            made(json!({"input": "a"}), &format!("resp_{n}"), &mut remembered).unwrap();
        }
        assert!(remembered.body("resp_0").is_none() && remembered.body("resp_1").is_some());
        for n in 0..20 {
            // A picture, whose bytes are no text to count.
            let picture = json!({"type": "input_image", "image_url": "x".repeat(MAX_REMEMBERED_BYTES / 8)});
            let large = json!({"input": [{"role": "user", "content": [picture]}]});
            made(large, &format!("resp_large_{n}"), &mut remembered).unwrap();
        }
        assert!(remembered.n_bytes <= MAX_REMEMBERED_BYTES);
        let sum: usize = remembered.responses.iter().map(|response| response.n_bytes).sum();
        assert_eq!(sum, remembered.n_bytes);
    }

    #[test]
    fn events_come_numbered_and_end_with_the_whole() {
        let request = json!({"input": "a", "stream": true});
        let AnswerBody::Events(events) = made(request, "resp_1", &mut Remembered::default()).unwrap().body
        else {
            panic!("events")
        };
        let names: Vec<&str> = events
            .iter()
            .map(|event| event.lines().next().unwrap().strip_prefix("event: ").unwrap())
            .collect();
        assert_eq!(
            names[..4],
            [
                "response.created",
                "response.in_progress",
                "response.output_item.added",
                "response.content_part.added"
            ]
        );
        assert_eq!(names.iter().filter(|name| **name == "response.output_text.delta").count(), 4);
        assert_eq!(names.last(), Some(&"response.completed"));
        for (nth, event) in events.iter().enumerate() {
            let data: Json =
                serde_json::from_str(event.lines().nth(1).unwrap().strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(data["sequence_number"], nth);
        }
    }

    #[test]
    fn a_tool_is_called_where_there_is_no_choice() {
        let request = json!({
            "input": "a",
            "tools": [{"type": "function", "name": "now", "parameters": {}}],
            "tool_choice": "required",
        });
        let body = whole(made(request, "resp_1", &mut Remembered::default()).unwrap());
        let call = &body["output"][0];
        assert_eq!((call["type"].as_str(), call["name"].as_str()), (Some("function_call"), Some("now")));
    }
}
