//! `<llm-semantic-cache-lookup score-threshold="0.05" embeddings-backend-id="…"><vary-by>…</vary-by>
//! </llm-semantic-cache-lookup>` and `<llm-semantic-cache-store duration="60"/>`, by their older names
//! `azure-openai-semantic-cache-…`: answers a prompt by what was answered to one like it. Learn, both pages of
//! 2024-12-13 and their copy of 2026-08-18: only answers with 200 are kept unless `cache-response` says otherwise.
//!
//! Decisions, where the pages are silent:
//! - The embedding is asked for at the backend's URL as it stands, which the page on semantic caching has end in
//!   `/embeddings`, with `api-version=2024-10-21` unless it has one, and with a token of the gateway's identity for
//!   `https://cognitiveservices.azure.com/`; with `embeddings-backend-auth="header"` without one.
//! - What is compared is the text of all messages, one after the other; the distance is the cosine distance.
//! - Answers are kept apart by API, operation and path, so by deployment, and then by `vary-by`.
//! - Where the embedding cannot be had, the request goes on as if nothing was found, and nothing is kept.
//! - A request that asks for a stream is passed over: events are not cached (Learn, server-sent events).
//! - More messages than `max-message-count` (without those of the system, where they are ignored): passed over.
//! - After a hit processing goes on behind the store in outbound, as after `cache-lookup`.
//! - `cache-id`, which only the schema knows, is refused.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::Executor;
use crate::gateway::Headers;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveBody, LiveResponse};
use crate::gateway::llm::{CachedAnswer, Lookup, prompt};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::service_call::{self, ServiceCall};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::Placed;

pub(super) static LLM_LOOKUP: Executor = Executor { element: "llm-semantic-cache-lookup", compile: lookup };
pub(super) static AZURE_OPENAI_LOOKUP: Executor =
    Executor { element: "azure-openai-semantic-cache-lookup", compile: lookup };
pub(super) static LLM_STORE: Executor = Executor { element: "llm-semantic-cache-store", compile: store };
pub(super) static AZURE_OPENAI_STORE: Executor =
    Executor { element: "azure-openai-semantic-cache-store", compile: store };

const API_VERSION: (&str, &str) = ("api-version", "2024-10-21");
const TOKEN_RESOURCE: &str = "https://cognitiveservices.azure.com/";

struct SemanticLookup {
    threshold: Setting<f64>,
    backend: Setting<String>,
    has_identity: bool,
    ignores_system: Option<Setting<bool>>,
    max_messages: Option<Setting<i64>>,
    vary_by: Vec<Setting<String>>,
}

struct SemanticStore {
    duration_s: Setting<i64>,
    stores: Option<Setting<bool>>,
}

fn lookup(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    compiler.refuse_attributes(element, &["cache-id"]);
    compiler.check_backend(element, "embeddings-backend-id");
    Some(Box::new(SemanticLookup {
        threshold: compiler.setting(element, "score-threshold")?,
        backend: compiler.setting(element, "embeddings-backend-id")?,
        has_identity: element.literal("embeddings-backend-auth") != Some("header"),
        ignores_system: compiler.setting(element, "ignore-system-messages"),
        max_messages: compiler.setting(element, "max-message-count"),
        vary_by: element.children.iter().filter_map(|child| compiler.text(child)).collect(),
    }))
}

fn store(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    Some(Box::new(SemanticStore {
        duration_s: compiler.setting(&placed.element, "duration")?,
        stores: compiler.setting(&placed.element, "cache-response"),
    }))
}

impl Run for SemanticLookup {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let threshold = self.threshold.get(live)?;
        let text = match self.text(live)? {
            Ok(text) => text,
            Err(why) => {
                live.note(why);
                return Ok(Flow::Next);
            }
        };
        let partition = self.partition(live)?;
        let backend = self.backend.get(live)?;
        let found = self.embedding(live, &backend, &text).and_then(|numbers| {
            Lookup::new(partition, &numbers).ok_or_else(|| "the embedding is zero".to_owned())
        });
        let looked_for = match found {
            Ok(looked_for) => looked_for,
            Err(why) => {
                live.note(format!("no embedding: {why}"));
                return Ok(Flow::Next);
            }
        };
        let cache = live.gateway.semantic_cache();
        let Some((answer, distance)) = cache.find(&looked_for, threshold, live.host.now_unix_ms()) else {
            live.note("miss");
            live.state().semantic_lookup = Some(looked_for);
            return Ok(Flow::Next);
        };
        live.note(format!("hit at a distance of {distance:.4}"));
        live.state().response = Some(LiveResponse {
            reason: answer.reason,
            headers: answer.headers,
            body: LiveBody::Bytes(answer.body),
            ..LiveResponse::empty(answer.status)
        });
        Ok(Flow::Cached)
    }
}

impl SemanticLookup {
    /// What is compared, or why nothing is.
    fn text(&self, live: &Arc<Live>) -> Result<Result<String, &'static str>, Fault> {
        let ignores_system = get_or(self.ignores_system.as_ref(), false, live)?;
        let max_messages = self.max_messages.as_ref().map(|count| count.get(live)).transpose()?;
        let read = live.state().request.body.bytes().and_then(prompt);
        let Some(prompt) = read else { return Ok(Err("passed over: the body holds no prompt")) };
        if prompt.streams {
            return Ok(Err("passed over: a stream is asked for"));
        }
        let messages: Vec<String> = prompt
            .messages
            .into_iter()
            .filter(|(role, _)| !(ignores_system && role == "system"))
            .map(|(_, text)| text)
            .collect();
        let n_messages = i64::try_from(messages.len()).unwrap_or(i64::MAX);
        if max_messages.is_some_and(|max| n_messages > max) {
            return Ok(Err("passed over: the dialog has more messages than `max-message-count`"));
        }
        Ok(if messages.is_empty() {
            Err("passed over: the body holds no prompt")
        } else {
            Ok(messages.join("\n"))
        })
    }

    fn partition(&self, live: &Arc<Live>) -> Result<String, Fault> {
        let route = &live.route;
        let mut partition = format!("{}\n{}\n{}", route.api.id, route.operation.id, route.path);
        for value in &self.vary_by {
            partition.push('\n');
            partition.push_str(&value.get(live)?);
        }
        Ok(partition)
    }

    fn embedding(&self, live: &Live, backend: &str, text: &str) -> Result<Vec<f64>, String> {
        let mut headers = Headers::default();
        if self.has_identity {
            let token = live.host.managed_identity_token(TOKEN_RESOURCE, None)?;
            live.secrets.add(&token);
            headers.append("Authorization", format!("Bearer {token}"));
        }
        let body = json!({"input": text});
        let call = ServiceCall { backend, path: "", query: API_VERSION, headers, body: &body };
        let answer = service_call::post(live, &call)?;
        let numbers = answer.pointer("/data/0/embedding").and_then(Json::as_array);
        let numbers = numbers.ok_or_else(|| format!("`{backend}` answered without an embedding"))?;
        numbers
            .iter()
            .map(Json::as_f64)
            .collect::<Option<Vec<f64>>>()
            .ok_or_else(|| format!("`{backend}` answered with an embedding that is not made of numbers"))
    }
}

impl Run for SemanticStore {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let duration_ms = self.duration_s.get(live)?.saturating_mul(1000);
        let stores = self.stores.as_ref().map(|stores| stores.get(live)).transpose()?;
        let note = self.store(live, duration_ms, stores);
        live.note(note);
        Ok(Flow::Next)
    }
}

impl SemanticStore {
    fn store(&self, live: &Live, duration_ms: i64, stores: Option<bool>) -> String {
        let (lookup, answer) = {
            let mut state = live.state();
            let Some(lookup) = state.semantic_lookup.take() else {
                return "not stored: no lookup has asked for it".to_owned();
            };
            let Some(response) = &state.response else { return "not stored: there is no answer".to_owned() };
            if !stores.unwrap_or(response.status == 200) {
                return format!("not stored: {}", response.status);
            }
            let LiveBody::Bytes(body) = &response.body else {
                return "not stored: the answer is a stream, or was read".to_owned();
            };
            let answer = CachedAnswer {
                status: response.status,
                reason: response.reason.clone(),
                headers: response.headers.clone(),
                body: body.clone(),
            };
            (lookup, answer)
        };
        let is_stored =
            live.gateway.semantic_cache().store(lookup, answer, duration_ms, live.host.now_unix_ms());
        if is_stored {
            format!("stored for {} s", duration_ms / 1000)
        } else {
            "not stored: too large, or for no time".to_owned()
        }
    }
}
