//! What a caller of the landing zone sends: the proof on the sandbox and the checks of a deployed gateway ask the same.

use serde_json::{Value as Json, json};

use crate::model::{Api, Destinations, LandingZone, Product, ServedModel};
use crate::spec::Surface;

/// The `api-version` that the calls name; the newest stable one of Azure OpenAI's data plane
/// (Azure OpenAI reference, "API specs", read 2026-11-22).
pub const API_VERSION: &str = "2024-10-21";

/// A limit is reached in about this many requests, whatever its size.
const REQUESTS_WANTED: u32 = 4;
/// Other requests of the same minute, and answers that cost less than estimated, delay the refusal a little.
const REQUESTS_MAX: u32 = 40;
/// The longest prompt; with [`REQUESTS_MAX`] it bounds the limits that can be reached to two million tokens a minute.
const PROMPT_TOKENS_MAX: u32 = 50_000;
/// The gateway's and the simulated upstream's estimate for plain text.
const CHARS_PER_TOKEN: usize = 4;
/// One token, repeated for longer prompts.
const WORD: &str = "abc ";

/// How a limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitProbe {
    /// Of each request.
    pub prompt_tokens: u32,
    /// After so many without a refusal there is no limit.
    pub requests_max: u32,
}

impl LimitProbe {
    /// None where the limit is larger than what can be sent.
    pub fn of(tokens_per_minute: u32) -> Option<Self> {
        if tokens_per_minute > REQUESTS_MAX * PROMPT_TOKENS_MAX {
            return None;
        }
        let prompt_tokens = (tokens_per_minute / REQUESTS_WANTED).clamp(1, PROMPT_TOKENS_MAX);
        Some(Self { prompt_tokens, requests_max: REQUESTS_MAX })
    }

    /// A prompt of about as many tokens.
    pub fn prompt(self) -> String {
        prompt(self.prompt_tokens)
    }
}

/// A prompt of about as many tokens.
pub fn prompt(tokens: u32) -> String {
    WORD.repeat(tokens as usize * CHARS_PER_TOKEN / WORD.len())
}

/// Whether an answer is the refusal of a token limit (Learn, "Limit large language model API token usage", 2026-11).
pub fn is_limit_refusal(status: u16, retry_after: Option<&str>, body: &str) -> bool {
    let waits = retry_after.and_then(|text| text.parse::<u32>().ok());
    status == 429 && waits.is_some_and(|s| s > 0) && body.contains("Token limit is exceeded")
}

/// A backend that answers for an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    pub priority: u32,
    /// The name of its backend entity.
    pub backend: &'a str,
    /// The host that answers.
    pub host: &'a str,
    /// Whether its throughput is bought ahead.
    pub is_provisioned: bool,
}

/// The backends that all requests of an API go to; none for one that routes by the names of models.
pub fn members<'a>(zone: &'a LandingZone, api: &Api) -> Vec<Member<'a>> {
    let Destinations::One(to) = &api.destinations else { return Vec::new() };
    let pool = zone.backend_pools.iter().find(|pool| pool.id == to.backend);
    let of_pool =
        pool.into_iter().flat_map(|pool| &pool.members).map(|it| (it.priority, it.backend.as_str()));
    let alone = zone.backends.iter().filter(|it| it.id == to.backend).map(|it| (1, it.id.as_str()));
    of_pool.chain(alone).filter_map(|(priority, id)| member(zone, priority, id)).collect()
}

fn member<'a>(zone: &'a LandingZone, priority: u32, id: &str) -> Option<Member<'a>> {
    let backend = zone.backends.iter().find(|backend| backend.id == id)?;
    let host = backend.url.strip_prefix("https://")?.split('/').next()?;
    let made = zone.accounts.iter().find(|account| account.id == backend.account).map(|it| &it.deployments);
    let found = zone.providers.iter().find(|it| it.id == backend.account).map(|it| &it.deployments);
    let deployments = made.or(found)?;
    let is_provisioned = deployments.first().is_some_and(|deployment| deployment.sku.contains("Provisioned"));
    Some(Member { priority, backend: &backend.id, host, is_provisioned })
}

/// The model that a caller asks an API for: the first that chats, of those that the caller's product allows.
pub fn model<'a>(api: &'a Api, product: Option<&Product>) -> Option<&'a ServedModel> {
    let allowed = product.and_then(|product| product.allowed_deployments.as_ref());
    let may = |model: &&ServedModel| {
        allowed.is_none_or(|names| names.iter().any(|name| name.eq_ignore_ascii_case(&model.name)))
    };
    let mut open = api.models.iter().filter(may);
    let first = open.clone().next();
    open.find(|model| !is_embedding(model)).or(first)
}

/// Where a model answers below the gateway's URL, with its query.
pub fn path(api: &Api, model: &ServedModel) -> String {
    let operation = if is_embedding(model) { "embeddings" } else { "chat/completions" };
    let (path, name) = (&api.path, &model.name);
    match api.surface {
        Surface::AzureOpenai => format!("/{path}/deployments/{name}/{operation}?api-version={API_VERSION}"),
        Surface::OpenaiV1 => format!("/{path}/{operation}"),
        Surface::AnthropicMessages => format!("/{path}/v1/messages"),
        Surface::Gemini => format!("/{path}/v1beta/models/{name}:generateContent"),
        Surface::Bedrock => format!("/{path}/model/{name}/converse"),
        // Services are no APIs of models, and not asked.
        Surface::Rest | Surface::Realtime | Surface::Mcp => format!("/{path}"),
    }
}

/// Whether answers of the surface can be asked for event by event with the same path.
pub fn can_stream(api: &Api, model: &ServedModel) -> bool {
    !is_embedding(model) && !matches!(api.surface, Surface::Gemini | Surface::Bedrock)
}

/// The body of a request. Without a limit on the answer where the surface needs none: models do not agree on the name of
/// that parameter (Azure OpenAI, "Reasoning models", 2026-11: `max_tokens` is refused by some, `max_completion_tokens` by
/// others).
pub fn body(api: &Api, model: &ServedModel, text: &str, stream: bool) -> Json {
    let mut body = match api.surface {
        Surface::AzureOpenai | Surface::OpenaiV1 if is_embedding(model) => json!({ "input": text }),
        Surface::AzureOpenai | Surface::OpenaiV1 => {
            json!({ "messages": [{ "role": "user", "content": text }] })
        }
        Surface::AnthropicMessages => {
            json!({ "max_tokens": 200, "messages": [{ "role": "user", "content": text }] })
        }
        Surface::Gemini => json!({ "contents": [{ "role": "user", "parts": [{ "text": text }] }] }),
        Surface::Bedrock => json!({ "messages": [{ "role": "user", "content": [{ "text": text }] }] }),
        Surface::Rest | Surface::Realtime | Surface::Mcp => Json::Null,
    };
    if api.surface.has_model_in_body() {
        body["model"] = model.name.as_str().into();
    }
    if stream && can_stream(api, model) {
        body["stream"] = true.into();
    }
    body
}

/// Models that embed take no chat.
pub fn is_embedding(model: &ServedModel) -> bool {
    model.model.to_ascii_lowercase().contains("embedding")
}
