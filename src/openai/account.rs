//! An account with its deployments: what a request has to bring, in the order in which the service looks.
//! Credentials were looked at before.

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::Deployment;
use super::answers::{Answer, AnswerBody, Moment, Operation, answer};
use super::faults::Fault;
use super::provider::{Provider, Rest};
use super::reply::{Piece, Reply, ReplyBody};
use super::responses::{Remembered, create};
use super::script::{Disturbance, Effect, Script};
use crate::text::next_random;

/// When all models of the list were made, which no client looks at.
const MODELS_CREATED_UNIX_S: i64 = 1_735_689_600;

/// An account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// By name.
    deployments: IndexMap<String, Deployment>,
    script: Script,
    responses: Remembered,
    provider: Provider,
}

/// A request as it reached the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call<'a> {
    pub method: &'a str,
    /// Without the query, such as `/openai/deployments/gpt/chat/completions`.
    pub path: &'a str,
    /// The query parameter `api-version`.
    pub api_version: Option<&'a str>,
    pub body: &'a [u8],
}

/// Which surface and operation a path names.
struct Route<'a> {
    surface: Surface,
    /// In the path; elsewhere it is in `model` of the body.
    deployment: Option<&'a str>,
    asks: Asks<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Surface {
    /// `/openai/v1/…`: the version is in the path.
    V1,
    /// `/openai/…` with an `api-version`.
    Dated,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks<'a> {
    Answer(Operation),
    /// All models, or the one of that name.
    Models(Option<&'a str>),
    /// A response that was made before, or what it was asked.
    Response(&'a str),
    InputItems(&'a str),
}

impl Account {
    /// An account with these deployments, undisturbed.
    pub fn new(deployments: impl IntoIterator<Item = Deployment>) -> Self {
        let deployments = deployments.into_iter().map(|one| (one.name.clone(), one)).collect();
        Self { deployments, ..Self::default() }
    }

    /// The same account, speaking the API of that provider.
    #[must_use]
    pub fn of_provider(self, provider: Provider) -> Self {
        Self { provider, ..self }
    }

    /// The deployment of that name.
    pub fn deployment_mut(&mut self, name: &str) -> Option<&mut Deployment> {
        self.deployments.get_mut(name)
    }

    /// All deployments, in order.
    pub fn deployments(&self) -> impl Iterator<Item = &Deployment> {
        self.deployments.values()
    }

    /// All deployments, to change.
    pub fn deployments_mut(&mut self) -> impl Iterator<Item = &mut Deployment> {
        self.deployments.values_mut()
    }

    /// Adds a deployment, in place of one with the same name.
    pub fn deploy(&mut self, deployment: Deployment) {
        self.deployments.insert(deployment.name.clone(), deployment);
    }

    /// Sets the disturbances anew; none puts the account at peace.
    pub fn disturb(&mut self, disturbances: impl IntoIterator<Item = Disturbance>) {
        self.script = Script::new(disturbances);
    }

    /// Answers a request that came at `now_ms` (of any clock that does not jump). `random` is a fair number of its
    /// own for each request; it decides on jitter, chances of the script and ids.
    pub fn serve(&mut self, now_ms: i64, call: &Call<'_>, mut random: u64) -> Reply {
        let name = self.name_of_deployment(call).unwrap_or_default();
        let effects = self.script.next(&name, next_random(&mut random));
        let refusal = effects.iter().find_map(|effect| match effect {
            Effect::Reset => Some(Reply::new(0, "", ReplyBody::Reset)),
            Effect::Status { status, retry_after_ms } => {
                Some(on_command(self.provider, call, *status, *retry_after_ms))
            }
            Effect::ContentFilter => Some(Fault::content_filter().reply()),
            Effect::Delay { .. } | Effect::HalfStream => None,
        });
        let mut reply = refusal
            .unwrap_or_else(|| self.answer(now_ms, call, &name, random).unwrap_or_else(|refused| *refused));
        for effect in effects {
            match effect {
                Effect::Delay { ms } => reply.delay_ms = reply.delay_ms.saturating_add(ms),
                Effect::HalfStream => break_off(&mut reply.body),
                Effect::Status { .. } | Effect::Reset | Effect::ContentFilter => {}
            }
        }
        let id = random_uuid(&mut random);
        reply.set("x-ms-region", "Sandbox");
        reply.set("x-request-id", id.to_string());
        reply.set("apim-request-id", id.to_string());
        reply
    }

    /// The model of a deployment that speaks the realtime API.
    ///
    /// # Errors
    /// The account's own refusals: no such deployment, or a model that is none of realtime.
    pub fn realtime_model(&self, deployment: &str) -> Result<String, Fault> {
        let found = self.deployments.get(deployment).ok_or_else(Fault::deployment_not_found)?;
        if found.model.contains("realtime") {
            return Ok(found.model.clone());
        }
        Err(Fault::operation_not_supported("realtime", &found.model))
    }

    fn answer(
        &mut self,
        now_ms: i64,
        call: &Call<'_>,
        name: &str,
        mut random: u64,
    ) -> Result<Reply, Box<Reply>> {
        let refuse = |fault: Fault| Box::new(fault.reply());
        let route = Route::of(self.provider, call.path).ok_or_else(|| refuse(Fault::not_found()))?;
        let api_version = api_version(call, route.surface == Surface::Dated).map_err(refuse)?;
        let operation = match route.asks {
            Asks::Answer(operation) => operation,
            other => return self.look_up(call.method, other).map_err(refuse),
        };
        if call.method != "POST" {
            return Err(refuse(Fault::method_not_allowed()));
        }
        let deployment =
            self.deployments.get_mut(name).ok_or_else(|| refuse(Fault::deployment_not_found()))?;
        if !operation.fits(&deployment.model) {
            return Err(refuse(Fault::operation_not_supported(operation.verb(), &deployment.model)));
        }
        let request: Json = serde_json::from_slice(call.body).map_err(|_| refuse(Fault::bad_json()))?;
        if !request.is_object() {
            return Err(refuse(Fault::bad_json()));
        }
        let id = random_uuid(&mut random);
        let id = format!("{}{}", operation.id_prefix(), id.simple());
        let moment = Moment { model: &deployment.model, id, unix_s: now_ms.div_euclid(1000) };
        let (answer, left) = if operation == Operation::Responses {
            let created = create(&request, &moment, &self.responses).map_err(refuse)?;
            let left = deployment.admit(operation, api_version, &created.answer, now_ms)?;
            (created.remember(&mut self.responses), left)
        } else {
            let answer = answer(operation, &request, &moment).map_err(refuse)?;
            let left = deployment.admit(operation, api_version, &answer, now_ms)?;
            (answer, left)
        };
        let mut reply = timed(&answer, deployment, next_random(&mut random));
        reply.headers.extend(left);
        Ok(reply)
    }

    /// What costs nothing and takes no time: models, and responses that were made before.
    fn look_up(&mut self, method: &str, asks: Asks<'_>) -> Result<Reply, Fault> {
        let json = match (method, asks) {
            ("GET", Asks::Models(None)) => json!({"object": "list", "data": self.models()}),
            ("GET", Asks::Models(Some(id))) => {
                let model = self.models().into_iter().find(|model| model["id"] == id);
                model.ok_or_else(|| Fault::model_not_found(id))?
            }
            ("GET", Asks::Response(id)) => {
                self.responses.body(id).cloned().ok_or_else(|| Fault::response_not_found(id))?
            }
            ("GET", Asks::InputItems(id)) => {
                self.responses.input_items(id).ok_or_else(|| Fault::response_not_found(id))?
            }
            ("DELETE", Asks::Response(id)) => {
                if !self.responses.forget(id) {
                    return Err(Fault::response_not_found(id));
                }
                json!({"id": id, "object": "response", "deleted": true})
            }
            _ => return Err(Fault::method_not_allowed()),
        };
        Ok(Reply::new(200, "application/json", ReplyBody::Whole(json.to_string().into_bytes())))
    }

    /// Decision: the models that are deployed, each once; the service lists all that the region has.
    fn models(&self) -> Vec<Json> {
        let mut ids: Vec<&str> = self.deployments.values().map(|one| one.model.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let model = |id: &str| {
            let answers = |operation: Operation| operation.fits(id);
            json!({
                "id": id,
                "object": "model",
                "created": MODELS_CREATED_UNIX_S,
                "owned_by": "system",
                "status": "succeeded",
                "lifecycle_status": "generally-available",
                "capabilities": {
                    "chat_completion": answers(Operation::Chat),
                    "completion": answers(Operation::Completion),
                    "embeddings": answers(Operation::Embeddings),
                    "inference": true,
                },
            })
        };
        ids.into_iter().map(model).collect()
    }

    /// The deployment that a request names, whether there is one or not.
    fn name_of_deployment(&self, call: &Call<'_>) -> Option<String> {
        let route = Route::of(self.provider, call.path)?;
        if let Some(name) = route.deployment {
            return Some(name.to_owned());
        }
        let request: Json = serde_json::from_slice(call.body).ok()?;
        Some(request["model"].as_str()?.to_owned())
    }
}

impl<'a> Route<'a> {
    /// `/openai/deployments/{deployment}/{operation}`, `/openai/v1/{…}`, what has no deployment in its path, and the like of
    /// other providers.
    fn of(provider: Provider, path: &'a str) -> Option<Self> {
        let (surface, rest) = match provider.read(path)? {
            Rest::Native(operation, deployment) => {
                return Some(Self { surface: Surface::V1, deployment, asks: Asks::Answer(operation) });
            }
            Rest::V1(rest) => (Surface::V1, rest),
            Rest::Dated(rest) => (Surface::Dated, rest),
        };
        if let Some(rest) = rest.strip_prefix("deployments/").filter(|_| surface == Surface::Dated) {
            let (name, operation) = rest.split_once('/')?;
            let asks = Asks::Answer(Operation::of_path(operation)?);
            return Some(Self { surface, deployment: Some(name), asks });
        }
        let mut parts = rest.split('/');
        let asks = match (parts.next()?, parts.next(), parts.next(), parts.next()) {
            ("models", id, None, None) => Asks::Models(id),
            ("responses", Some(id), None, None) => Asks::Response(id),
            ("responses", Some(id), Some("input_items"), None) => Asks::InputItems(id),
            ("responses", None, None, None) => Asks::Answer(Operation::Responses),
            // Without a deployment in the path the others are of the v1 surface alone.
            _ if surface == Surface::V1 => Asks::Answer(Operation::of_path(rest)?),
            _ => return None,
        };
        Some(Self { surface, deployment: None, asks })
    }

    fn operation(&self) -> Operation {
        match self.asks {
            Asks::Answer(operation) => operation,
            Asks::Models(_) | Asks::Response(_) | Asks::InputItems(_) => Operation::Responses,
        }
    }
}

/// The version; the v1 surface needs none (Learn, "API version lifecycle", 2025-08).
fn api_version<'a>(call: &Call<'a>, is_needed: bool) -> Result<&'a str, Fault> {
    match call.api_version {
        Some(version) if is_api_version(version) || (!is_needed && version == "preview") => Ok(version),
        Some(version) => Err(Fault::bad_api_version(version)),
        None if is_needed => Err(Fault::not_found()),
        None => Ok("v1"),
    }
}

/// `2024-10-21`, `2025-01-01-preview`.
fn is_api_version(text: &str) -> bool {
    let date = text.strip_suffix("-preview").unwrap_or(text);
    date.len() == 10
        && date
            .bytes()
            .enumerate()
            .all(|(index, byte)| if index == 4 || index == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}

fn random_uuid(random: &mut u64) -> uuid::Uuid {
    let pair = (u128::from(next_random(random)) << 64) | u128::from(next_random(random));
    uuid::Builder::from_random_bytes(pair.to_be_bytes()).into_uuid()
}

/// A refusal that a script asks for.
fn on_command(provider: Provider, call: &Call<'_>, status: u16, retry_after_ms: Option<u64>) -> Reply {
    let fault = if status == 429 {
        let operation = Route::of(provider, call.path).map_or(Operation::Chat, |route| route.operation());
        Fault::throttled(operation.name(), call.api_version.unwrap_or("v1"), "token", retry_after_ms)
    } else {
        Fault { retry_after_ms, ..Fault::failure(status) }
    };
    fault.reply()
}

/// An answer with the time it takes. A stream spreads it over its pieces after the first token.
fn timed(answer: &Answer, deployment: &Deployment, random: u64) -> Reply {
    let whole_ms = deployment.latency.ms(answer.completion_tokens, random);
    let first_ms = deployment.latency.ms(0, random).min(whole_ms);
    let mut reply = match &answer.body {
        AnswerBody::Whole(json) => {
            let body = ReplyBody::Whole(json.to_string().into_bytes());
            Reply { delay_ms: whole_ms, ..Reply::new(200, "application/json", body) }
        }
        AnswerBody::Events(events) => {
            let body = ReplyBody::Stream(spread(events, whole_ms - first_ms));
            Reply { delay_ms: first_ms, ..Reply::new(200, "text/event-stream; charset=utf-8", body) }
        }
    };
    reply.prompt_tokens = answer.prompt_tokens;
    reply.completion_tokens = answer.completion_tokens;
    reply
}

/// Spreads pieces evenly over `ms`, the rounding with them.
fn spread(events: &[String], ms: u64) -> Vec<Piece> {
    let n = events.len() as u64;
    let at = |index: u64| ms * index / n.max(1);
    (1..)
        .zip(events)
        .map(|(nth, event)| Piece {
            after_ms: at(nth) - at(nth - 1),
            bytes: Some(event.clone().into_bytes()),
        })
        .collect()
}

fn break_off(body: &mut ReplyBody) {
    match body {
        ReplyBody::Stream(pieces) => {
            pieces.truncate(pieces.len() / 2);
            pieces.push(Piece { after_ms: 0, bytes: None });
        }
        whole => *whole = ReplyBody::Reset,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Latency, Offer};
    use super::*;

    const CHAT: &str = "/openai/deployments/gpt/chat/completions";

    fn account(tokens_per_minute: u64) -> Account {
        let latency = Latency { base_ms: 100, per_token_us: 10_000, jitter_percent: 0 };
        let offer = Offer::standard(tokens_per_minute);
        let mut deployment = Deployment::new("gpt", "gpt-4o", offer);
        deployment.latency = latency;
        Account::new([deployment])
    }

    fn call(path: &str, body: &str) -> Reply {
        let call = Call { method: "POST", path, api_version: Some("2024-10-21"), body: body.as_bytes() };
        account(1000).serve(0, &call, 1)
    }

    const QUESTION: &str = r#"{"messages":[{"role":"user","content":"12345678"}],"max_tokens":8}"#;

    #[test]
    fn an_answer_takes_its_time_and_says_what_is_left() {
        let reply = call(CHAT, QUESTION);
        assert_eq!((reply.status, reply.delay_ms), (200, 180));
        assert_eq!((reply.prompt_tokens, reply.completion_tokens), (10, 8));
        assert_eq!(reply.header("X-RateLimit-Remaining-Tokens"), Some("982"));
        assert_eq!(reply.header("x-ratelimit-limit-requests"), Some("6"));
    }

    #[test]
    fn a_stream_comes_in_pieces_over_the_same_time() {
        let reply = call(CHAT, &QUESTION.replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\""));
        let ReplyBody::Stream(pieces) = reply.body else { panic!("events are a stream") };
        assert_eq!(reply.delay_ms, 100);
        assert_eq!(pieces.iter().map(|piece| piece.after_ms).sum::<u64>(), 80);
        assert_eq!(pieces.last().unwrap().bytes.as_deref(), Some(b"data: [DONE]\n\n".as_slice()));
    }

    #[test]
    fn what_is_wrong_is_told_as_the_service_does() {
        for (path, body, status) in [
            ("/openai/deployments/none/chat/completions", QUESTION, 404),
            ("/openai/deployments/gpt/nothing", QUESTION, 404),
            ("/openai/v1/chat/completions", QUESTION, 404),
            ("/openai/chat/completions", QUESTION, 404),
            ("/openai/v1/images/generations", r#"{"model":"gpt","prompt":"a"}"#, 400),
            ("/openai/v1/responses", r#"{"model":"gpt"}"#, 400),
            ("/openai/v1/models", "", 405),
            ("/openai/deployments/gpt/embeddings", r#"{"input":"x"}"#, 400),
            (CHAT, "[]", 400),
            (CHAT, "{", 400),
        ] {
            assert_eq!(call(path, body).status, status, "{path} {body}");
        }
        let v1 = QUESTION.replace("{\"messages\"", "{\"model\":\"gpt\",\"messages\"");
        assert_eq!(call("/openai/v1/chat/completions", &v1).status, 200);
    }

    #[test]
    fn models_and_responses_are_looked_up() {
        let mut account = account(1000);
        let mut ask = |method: &str, path: &str, body: &str| {
            let reply = account.serve(0, &Call { method, path, api_version: None, body: body.as_bytes() }, 1);
            let ReplyBody::Whole(bytes) = reply.body else { panic!("{:?}", reply.body) };
            (reply.status, serde_json::from_slice::<Json>(&bytes).unwrap())
        };
        let (_, models) = ask("GET", "/openai/v1/models", "");
        assert_eq!(models["data"][0]["id"], "gpt-4o");
        assert_eq!(ask("GET", "/openai/v1/models/gpt-4o", "").1["object"], "model");
        assert_eq!(ask("GET", "/openai/v1/models/none", "").0, 404);
        let (_, made) = ask("POST", "/openai/v1/responses", r#"{"model":"gpt","input":"hi"}"#);
        let path = format!("/openai/v1/responses/{}", made["id"].as_str().unwrap());
        assert_eq!(ask("GET", &path, ""), (200, made));
        assert_eq!(ask("GET", &format!("{path}/input_items"), "").1["data"][0]["role"], "user");
        assert_eq!(ask("DELETE", &path, "").1["deleted"], true);
        assert_eq!(ask("GET", &path, "").0, 404);
    }

    #[test]
    fn a_tool_that_has_to_be_called_is_called() {
        let tools = r#""tools":[{"type":"function","function":{"name":"now"}}],"tool_choice":"required","#;
        let whole = QUESTION.replace("\"max_tokens\"", &format!("{tools}\"max_tokens\""));
        let ReplyBody::Whole(bytes) = call(CHAT, &whole).body else { panic!("no stream was asked for") };
        let body: Json = serde_json::from_slice(&bytes).unwrap();
        let choice = &body["choices"][0];
        assert_eq!(choice["finish_reason"], "tool_calls");
        assert_eq!(choice["message"]["tool_calls"][0]["function"]["name"], "now");
        let streamed = whole.replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"");
        assert!(matches!(call(CHAT, &streamed).body, ReplyBody::Stream(pieces) if pieces.len() == 4));
    }

    #[test]
    fn beyond_the_limit_it_says_when_to_come_back() {
        let mut account = account(40);
        let call =
            Call { method: "POST", path: CHAT, api_version: Some("2024-10-21"), body: QUESTION.as_bytes() };
        assert_eq!(account.serve(0, &call, 1).status, 200);
        let refused = account.serve(1_500, &call, 2);
        assert_eq!(refused.status, 429);
        // One request in ten seconds is all that 40 tokens a minute come with.
        assert_eq!(refused.header("retry-after"), Some("9"));
        assert_eq!(refused.header("retry-after-ms"), Some("8500"));
        assert_eq!(refused.header("x-ratelimit-reset-requests"), Some("9"));
    }

    #[test]
    fn a_full_provisioned_deployment_names_its_utilization() {
        let offer = Offer::Provisioned { tokens_per_minute: 60, output_weight: 4 };
        let mut account = Account::new([Deployment::new("gpt", "gpt-4o", offer)]);
        let call =
            Call { method: "POST", path: CHAT, api_version: Some("2024-10-21"), body: QUESTION.as_bytes() };
        let first = account.serve(0, &call, 1);
        assert_eq!(first.header("azure-openai-deployment-utilization"), Some("420.0%"));
        let refused = account.serve(0, &call, 2);
        assert_eq!((refused.status, refused.header("retry-after-ms")), (429, Some("32001")));
    }

    #[test]
    fn disturbances_change_what_comes() {
        let disturbed = |effect, body: &str| {
            let mut account = account(1000);
            account.disturb([Disturbance {
                deployment: None,
                first: 1,
                count: Some(1),
                chance: 1.0,
                effect,
            }]);
            let call =
                Call { method: "POST", path: CHAT, api_version: Some("2024-10-21"), body: body.as_bytes() };
            account.serve(0, &call, 3)
        };
        assert_eq!(disturbed(Effect::Delay { ms: 500 }, QUESTION).delay_ms, 680);
        assert_eq!(disturbed(Effect::Reset, QUESTION).body, ReplyBody::Reset);
        let throttled = disturbed(Effect::Status { status: 429, retry_after_ms: Some(2_500) }, QUESTION);
        assert_eq!((throttled.status, throttled.header("retry-after")), (429, Some("3")));
        let streamed = QUESTION.replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"");
        let ReplyBody::Stream(pieces) = disturbed(Effect::HalfStream, &streamed).body else {
            panic!("a stream")
        };
        assert_eq!(pieces.last().unwrap().bytes, None);
        assert_eq!(disturbed(Effect::HalfStream, QUESTION).body, ReplyBody::Reset);
    }
}
