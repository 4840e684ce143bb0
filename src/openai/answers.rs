//! What a model would answer: bodies and server-sent events. The text is made of words of three letters, each of which is
//! one token with the blank before it, in every vocabulary; together they are four characters a token.

use serde_json::{Value as Json, json};

use super::Encoding;
use super::faults::Fault;

/// Tokens answered where the request sets no limit.
const DEFAULT_COMPLETION_TOKENS: u64 = 16;
/// Tokens answered at most; gpt-4o gives 16,384 (model page, 2025-10).
const MAX_COMPLETION_TOKENS: u64 = 16_384;
/// Tokens in one streamed chunk.
const TOKENS_PER_CHUNK: usize = 4;
/// Length of an embedding where the request sets none: that of text-embedding-ada-002 and -3-small.
const DEFAULT_DIMENSIONS: u64 = 1536;
/// text-embedding-3-large gives no more.
const MAX_DIMENSIONS: u64 = 3072;
/// Inputs of one embeddings request (Azure OpenAI limits page, 2025-10).
const MAX_EMBEDDING_INPUTS: usize = 2048;

const WORDS: [&str; 16] = [
    "The", "sun", "may", "set", "but", "our", "job", "can", "run", "all", "day", "and", "yet", "not", "end",
    "now",
];

/// The operations of the data plane that are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Chat,
    Completion,
    Embeddings,
    Images,
    /// Whatever begins with `responses`; there is more than one thing to do with a response.
    Responses,
    /// Anthropic's messages.
    Messages,
    /// Google's generateContent, whole and as events.
    Generate,
    GenerateStream,
    /// Amazon's converse.
    Converse,
}

impl Operation {
    /// By the rest of the path after the deployment.
    pub fn of_path(path: &str) -> Option<Self> {
        match path {
            "chat/completions" => Some(Self::Chat),
            "completions" => Some(Self::Completion),
            "embeddings" => Some(Self::Embeddings),
            "images/generations" => Some(Self::Images),
            "responses" => Some(Self::Responses),
            _ => None,
        }
    }

    /// The name in throttling messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chat => "ChatCompletions_Create",
            Self::Completion => "Completions_Create",
            Self::Embeddings => "Embeddings_Create",
            Self::Images => "ImageGenerations_Create",
            Self::Responses => "Responses_Create",
            Self::Messages => "Messages_Create",
            Self::Generate | Self::GenerateStream => "GenerateContent",
            Self::Converse => "Converse",
        }
    }

    /// The name in the message for a model that does something else.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Chat => "chatCompletion",
            Self::Completion => "completion",
            Self::Embeddings => "embeddings",
            Self::Images => "imageGenerations",
            Self::Responses => "responses",
            Self::Messages => "messages",
            Self::Generate | Self::GenerateStream => "generateContent",
            Self::Converse => "converse",
        }
    }

    /// How the ids of its answers begin.
    pub fn id_prefix(self) -> &'static str {
        match self {
            Self::Chat => "chatcmpl-",
            Self::Responses => "resp_",
            Self::Messages => "msg_",
            Self::Completion
            | Self::Embeddings
            | Self::Images
            | Self::Generate
            | Self::GenerateStream
            | Self::Converse => "cmpl-",
        }
    }

    pub fn fits(self, model: &str) -> bool {
        let made_for = if model.contains("embedding") {
            Some(Self::Embeddings)
        } else if model.contains("image") || model.contains("dall-e") {
            Some(Self::Images)
        } else {
            None
        };
        made_for.map_or(!matches!(self, Self::Embeddings | Self::Images), |only| only == self)
    }
}

/// The answer to a request that is in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub body: AnswerBody,
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
}

impl Answer {
    /// Prompt and completion together.
    pub fn total_tokens(&self) -> u64 {
        self.prompt_tokens + self.completion_tokens
    }
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerBody {
    Whole(Json),
    /// Server-sent events, each with its empty line.
    Events(Vec<String>),
}

/// Who answers, and when.
pub struct Moment<'a> {
    pub model: &'a str,
    pub id: String,
    pub unix_s: i64,
}

impl Moment<'_> {
    /// The vocabulary of the model.
    pub fn encoding(&self) -> Encoding {
        Encoding::of_model(self.model)
    }
}

/// Answers `request`. What a response needs of those before it is known to the account alone.
///
/// # Errors
/// The refusal of a request that is not in order.
pub fn answer(operation: Operation, request: &Json, moment: &Moment<'_>) -> Result<Answer, Fault> {
    match operation {
        Operation::Chat => chat(request, moment),
        Operation::Completion => completion(request, moment),
        Operation::Embeddings => embeddings(request, moment),
        Operation::Images => super::images::images(request, moment),
        Operation::Responses => {
            super::responses::create(request, moment, &super::responses::Remembered::default())
                .map(|created| created.answer)
        }
        Operation::Messages => super::native::messages(request, moment),
        Operation::Generate => super::native::generate(request, moment, false),
        Operation::GenerateStream => super::native::generate(request, moment, true),
        Operation::Converse => super::native::converse(request, moment),
    }
}

/// The function that `tool_choice` leaves no choice about: the one it names, or the first where it is `required`.
pub(super) fn forced_tool(request: &Json) -> Option<String> {
    let choice = request.get("tool_choice")?;
    let named = choice.pointer("/function/name").or_else(|| choice.get("name"));
    let name = match choice.as_str() {
        Some("required") => {
            request.pointer("/tools/0/function/name").or_else(|| request.pointer("/tools/0/name"))
        }
        Some(_) => None,
        None => named,
    };
    name.and_then(Json::as_str).map(str::to_owned)
}

/// The usage of a completion.
struct Usage {
    prompt: u64,
    completion: u64,
}

impl Usage {
    fn json(&self) -> Json {
        json!({
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
        })
    }
}

fn chat(request: &Json, moment: &Moment<'_>) -> Result<Answer, Fault> {
    let messages = request.get("messages").ok_or_else(|| Fault::missing_parameter("messages"))?;
    let messages = messages.as_array().filter(|messages| !messages.is_empty());
    let messages = messages
        .ok_or_else(|| Fault::invalid_value("messages", "'messages' has to be a non-empty array."))?;
    let prompt = moment.encoding().count_messages(messages, text_of);
    let (n_tokens, finish_reason) = length(request, &["max_completion_tokens", "max_tokens"])?;
    if let Some(name) = forced_tool(request) {
        return Ok(tool_call(request, moment, &name, prompt));
    }
    let usage = Usage { prompt, completion: n_tokens };
    let (prompt_tokens, completion_tokens) = (usage.prompt, usage.completion);
    let body = if streams(request) {
        AnswerBody::Events(chat_events(request, moment, n_tokens, finish_reason, &usage))
    } else {
        let message = json!({"role": "assistant", "content": text(n_tokens)});
        AnswerBody::Whole(chat_body(moment, message, finish_reason, &usage))
    };
    Ok(Answer { body, prompt_tokens, completion_tokens })
}

/// A call of a function without arguments, whole or in chunks: the name first, then the arguments.
fn tool_call(request: &Json, moment: &Moment<'_>, name: &str, prompt: u64) -> Answer {
    let usage = Usage { prompt, completion: call_tokens(name, moment) };
    let id = moment.id.replacen("chatcmpl-", "call_", 1);
    let (prompt_tokens, completion_tokens) = (usage.prompt, usage.completion);
    let call = json!({"id": id, "type": "function", "function": {"name": name, "arguments": "{}"}});
    let body = if streams(request) {
        let mut begun = call;
        begun["index"] = 0.into();
        begun["function"]["arguments"] = "".into();
        let deltas = [
            json!({"role": "assistant", "content": null, "tool_calls": [begun]}),
            json!({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}),
        ];
        AnswerBody::Events(chunks_of(request, moment, deltas, "tool_calls", &usage))
    } else {
        let message = json!({"role": "assistant", "content": null, "refusal": null, "tool_calls": [call]});
        AnswerBody::Whole(chat_body(moment, message, "tool_calls", &usage))
    };
    Answer { body, prompt_tokens, completion_tokens }
}

fn chat_body(moment: &Moment<'_>, message: Json, finish_reason: &str, usage: &Usage) -> Json {
    json!({
        "id": moment.id,
        "object": "chat.completion",
        "created": moment.unix_s,
        "model": moment.model,
        "choices": [{"index": 0, "finish_reason": finish_reason, "logprobs": null, "message": message}],
        "usage": usage.json(),
    })
}

/// One chunk with the role, chunks with content, one with the finish reason, the usage where it was asked for, and
/// the end mark.
fn chat_events(
    request: &Json,
    moment: &Moment<'_>,
    n_tokens: u64,
    finish_reason: &str,
    usage: &Usage,
) -> Vec<String> {
    let first = json!({"role": "assistant", "content": ""});
    let deltas = pieces(n_tokens).into_iter().map(|piece| json!({ "content": piece }));
    chunks_of(request, moment, std::iter::once(first).chain(deltas), finish_reason, usage)
}

/// The chunks of these deltas and what every stream ends with.
fn chunks_of(
    request: &Json,
    moment: &Moment<'_>,
    deltas: impl IntoIterator<Item = Json>,
    finish_reason: &str,
    usage: &Usage,
) -> Vec<String> {
    let include_usage = includes_usage(request);
    let chunk = |choices: Json, usage: Option<Json>| {
        let mut chunk = json!({
            "id": moment.id,
            "object": "chat.completion.chunk",
            "created": moment.unix_s,
            "model": moment.model,
            "choices": choices,
        });
        // With include_usage every chunk has the member, null in all but the last.
        if include_usage {
            chunk["usage"] = usage.unwrap_or(Json::Null);
        }
        event(&chunk)
    };
    let choice = |delta: Json, finish_reason: Option<&str>| json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason}]);
    let mut events: Vec<String> = deltas.into_iter().map(|delta| chunk(choice(delta, None), None)).collect();
    events.push(chunk(choice(json!({}), Some(finish_reason)), None));
    if include_usage {
        events.push(chunk(json!([]), Some(usage.json())));
    }
    events.push(end_mark());
    events
}

fn completion(request: &Json, moment: &Moment<'_>) -> Result<Answer, Fault> {
    let prompt = request.get("prompt").ok_or_else(|| Fault::missing_parameter("prompt"))?;
    let (n_tokens, finish_reason) = length(request, &["max_tokens"])?;
    let usage = Usage { prompt: tokens_of(prompt, moment), completion: n_tokens };
    let body = |text: &str, finish_reason: Option<&str>, usage: Option<Json>| {
        let mut body = json!({
            "id": moment.id,
            "object": "text_completion",
            "created": moment.unix_s,
            "model": moment.model,
            "choices": [{"index": 0, "text": text, "logprobs": null, "finish_reason": finish_reason}],
        });
        if let Some(usage) = usage {
            body["usage"] = usage;
        }
        body
    };
    let (prompt_tokens, completion_tokens) = (usage.prompt, usage.completion);
    if !streams(request) {
        let whole = body(&text(n_tokens), Some(finish_reason), Some(usage.json()));
        return Ok(Answer { body: AnswerBody::Whole(whole), prompt_tokens, completion_tokens });
    }
    let mut events: Vec<String> =
        pieces(n_tokens).iter().map(|piece| event(&body(piece, None, None))).collect();
    events.push(event(&body("", Some(finish_reason), None)));
    if includes_usage(request) {
        let mut last = body("", None, Some(usage.json()));
        last["choices"] = json!([]);
        events.push(event(&last));
    }
    events.push(end_mark());
    Ok(Answer { body: AnswerBody::Events(events), prompt_tokens, completion_tokens })
}

fn embeddings(request: &Json, moment: &Moment<'_>) -> Result<Answer, Fault> {
    let input = request.get("input").ok_or_else(|| Fault::missing_parameter("input"))?;
    let inputs = inputs_of(input);
    if inputs.is_empty() || inputs.len() > MAX_EMBEDDING_INPUTS {
        let message = format!("'input' takes 1 to {MAX_EMBEDDING_INPUTS} items.");
        return Err(Fault::invalid_value("input", &message));
    }
    let dimensions = match request.get("dimensions") {
        None => DEFAULT_DIMENSIONS,
        Some(dimensions) => {
            dimensions.as_u64().filter(|n| (1..=MAX_DIMENSIONS).contains(n)).ok_or_else(|| {
                Fault::invalid_value("dimensions", &format!("'dimensions' has to be 1 to {MAX_DIMENSIONS}."))
            })?
        }
    };
    let as_base64 = request["encoding_format"] == "base64";
    let data: Vec<Json> = inputs
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let vector = embedding(&written(text), dimensions);
            let embedding = if as_base64 { Json::from(base64_of(&vector)) } else { json!(vector) };
            json!({"object": "embedding", "index": index, "embedding": embedding})
        })
        .collect();
    let n_tokens: u64 = inputs.iter().map(|text| tokens_of(text, moment)).sum();
    let body = json!({
        "object": "list",
        "model": moment.model,
        "data": data,
        "usage": {"prompt_tokens": n_tokens, "total_tokens": n_tokens},
    });
    Ok(Answer { body: AnswerBody::Whole(body), prompt_tokens: n_tokens, completion_tokens: 0 })
}

/// A unit vector that depends only on the text.
fn embedding(text: &str, dimensions: u64) -> Vec<f32> {
    // FNV-1a, then a linear congruential sequence.
    let seed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut state = seed;
    let mut vector: Vec<f32> = (0..dimensions)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u32 << 23) as f32 - 1.0
        })
        .collect();
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    }
    vector
}

fn base64_of(vector: &[f32]) -> String {
    use base64::Engine as _;
    let bytes: Vec<u8> = vector.iter().flat_map(|value| value.to_le_bytes()).collect();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn streams(request: &Json) -> bool {
    request["stream"] == Json::Bool(true)
}

fn includes_usage(request: &Json) -> bool {
    request["stream_options"]["include_usage"] == Json::Bool(true)
}

/// Tokens to answer and why the answer ends there.
pub(super) fn length(request: &Json, names: &[&str]) -> Result<(u64, &'static str), Fault> {
    let Some((name, limit)) = names.iter().find_map(|name| Some((name, request.get(*name)?))) else {
        return Ok((DEFAULT_COMPLETION_TOKENS, "stop"));
    };
    match limit.as_u64() {
        None if limit.is_null() => Ok((DEFAULT_COMPLETION_TOKENS, "stop")),
        Some(n_tokens) if (1..=MAX_COMPLETION_TOKENS).contains(&n_tokens) => Ok((n_tokens, "length")),
        _ => {
            let message = format!("'{name}' has to be a whole number from 1 to {MAX_COMPLETION_TOKENS}.");
            Err(Fault::invalid_value(name, &message))
        }
    }
}

/// The text of a message: a string, or the text parts of a list.
pub(super) fn text_of(content: &Json) -> String {
    match content {
        Json::String(text) => text.clone(),
        Json::Array(parts) => parts
            .iter()
            .map(|part| part.as_str().or_else(|| part["text"].as_str()).unwrap_or_default())
            .collect(),
        _ => String::new(),
    }
}

/// The inputs of an embeddings request: a text or a list of tokens is one, a list of those is many.
fn inputs_of(input: &Json) -> Vec<Json> {
    match input.as_array() {
        Some(items) if !items.iter().all(Json::is_number) => items.clone(),
        Some(_) | None => vec![input.clone()],
    }
}

fn written(input: &Json) -> String {
    if is_tokens(input) { input.to_string() } else { text_of(input) }
}

fn is_tokens(input: &Json) -> bool {
    input.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(Json::is_number))
}

/// The tokens of a prompt or an input: texts, or tokens already.
pub(super) fn tokens_of(prompt: &Json, moment: &Moment<'_>) -> u64 {
    match prompt.as_array() {
        Some(tokens) if is_tokens(prompt) => tokens.len() as u64,
        Some(items) if items.iter().any(Json::is_array) => {
            items.iter().map(|one| tokens_of(one, moment)).sum()
        }
        _ => moment.encoding().count(&text_of(prompt)),
    }
}

/// The tokens of a call of a function without arguments.
pub(super) fn call_tokens(name: &str, moment: &Moment<'_>) -> u64 {
    moment.encoding().count(name) + moment.encoding().count("{}")
}

fn word(index: u64) -> String {
    let blank = if index == 0 { "" } else { " " };
    format!("{blank}{}", WORDS[(index % WORDS.len() as u64) as usize])
}

pub(super) fn text(n_tokens: u64) -> String {
    (0..n_tokens).map(word).collect()
}

pub(super) fn pieces(n_tokens: u64) -> Vec<String> {
    let words: Vec<String> = (0..n_tokens).map(word).collect();
    words.chunks(TOKENS_PER_CHUNK).map(<[String]>::concat).collect()
}

fn event(data: &Json) -> String {
    format!("data: {data}\n\n")
}

fn end_mark() -> String {
    "data: [DONE]\n\n".to_owned()
}
