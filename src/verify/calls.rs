//! What a caller of the landing zone sends: the proof on the sandbox and the checks of a deployed gateway ask the same.

use serde_json::{Value as Json, json};

use crate::model::{Account, Api, LandingZone, ModelDeployment, Pool};

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

/// The members of an API's pool with their priorities.
pub fn members<'a>(zone: &'a LandingZone, api: &Api) -> Vec<(u32, &'a Account)> {
    let pool: Option<&Pool> = zone.pools.iter().find(|pool| pool.id == api.pool);
    pool.into_iter()
        .flat_map(|pool| &pool.members)
        .filter_map(|member| {
            let account = zone.accounts.iter().find(|account| account.id == member.account)?;
            Some((member.priority, account))
        })
        .collect()
}

/// The model deployment that an API is called with: the first of the first member of its pool.
pub fn model_deployment<'a>(zone: &'a LandingZone, api: &Api) -> Option<&'a ModelDeployment> {
    members(zone, api).first()?.1.deployments.first()
}

/// Where a deployment answers below the gateway's URL, with its query.
pub fn path(api: &Api, deployment: &ModelDeployment) -> String {
    let operation = if is_embedding(deployment) { "embeddings" } else { "chat/completions" };
    format!("/{}/deployments/{}/{operation}?api-version={API_VERSION}", api.path, deployment.name)
}

/// The body of a request. Without a limit on the answer: models do not agree on the name of that parameter (Azure
/// OpenAI, "Reasoning models", 2026-11: `max_tokens` is refused by some, `max_completion_tokens` by others).
pub fn body(deployment: &ModelDeployment, text: &str, stream: bool) -> Json {
    if is_embedding(deployment) {
        return json!({ "input": text });
    }
    let mut body = json!({ "messages": [{ "role": "user", "content": text }] });
    if stream {
        body["stream"] = true.into();
    }
    body
}

/// Models that embed take no chat.
pub fn is_embedding(deployment: &ModelDeployment) -> bool {
    deployment.model.to_ascii_lowercase().contains("embedding")
}
