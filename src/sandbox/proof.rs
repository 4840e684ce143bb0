//! The proof that a deployed gateway does what the spec says: real requests over loopback, upstreams made to fail on
//! command, and the gateway's own trace as the witness of who answered.

use std::time::Duration;

use serde_json::json;

use super::gateway_server::GatewayServer;
use super::openai_sim::OpenAiSim;
use super::{Error, Landing};
use crate::gateway::{Config, Trace};
use crate::model::{Account, Api, LandingZone, Pool};

/// Requests that are sent to reach a token limit, at most.
const REQUESTS_MAX: u32 = 40;
/// Requests in which a token limit should be reached, so that the ones before it are seen to pass.
const REQUESTS_AIMED: u32 = 20;
/// What a simulated deployment answers at most.
const COMPLETION_TOKENS_MAX: u32 = 16_384;
/// A token limit that this many requests of the largest answer do not reach is not one that a proof can show.
const TOKENS_SHOWN_MAX: u32 = REQUESTS_MAX * COMPLETION_TOKENS_MAX;
/// Tokens of an answer to the short prompt.
const SHORT_ANSWER: u32 = 5;
/// Far above what a request on loopback takes; a gateway that hangs is a failed proof, not a hung one.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// What a throttled deployment tells its callers to wait.
const THROTTLED_S: u32 = 30;
/// Two tokens, so that even a small limit lets the first requests pass.
const SHORT_PROMPT: &str = "Hello";
/// About a hundred tokens at four characters each.
const PROMPT: &str = "Write a short note for the platform team about what an AI gateway is good for. Mention that it keeps \
    keys away from applications, spreads load over deployments, limits tokens for each team, and tells finance who used \
    how much. Keep it plain, use no jargon, and end with one sentence that says where to ask for access to the gateway.";

/// One thing the spec promises, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub title: String,
    pub passed: bool,
    pub seen: String,
}

/// One call that the landing zone allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Below the gateway's URL, with its query.
    pub path: String,
    pub api_path: String,
    pub model_deployment: String,
    pub key_header: String,
    pub subscription: String,
    pub key: String,
}

/// The `api-version` that the calls name; the newest stable one of Azure OpenAI's data plane
/// (Azure OpenAI reference, "API specs", read 2026-11-22).
pub const API_VERSION: &str = "2024-10-21";

impl Call {
    /// The first API's chat completions, called with the first subscription that reaches it; None where no
    /// subscription does.
    pub fn of(zone: &LandingZone, config: &Config) -> Option<Self> {
        let api = zone.apis.first()?;
        let subscription = zone
            .products
            .iter()
            .filter(|product| product.apis.contains(&api.id))
            .find_map(|product| product.subscriptions.first())?;
        let deployed = config.subscriptions.iter().find(|deployed| deployed.id == *subscription)?;
        let entity = config.apis.iter().find(|entity| entity.id == api.id)?;
        let model_deployment = &members(zone, api).first()?.1.deployments.first()?.name;
        Some(Self {
            path: format!(
                "/{}/deployments/{model_deployment}/chat/completions?api-version={API_VERSION}",
                api.path
            ),
            api_path: api.path.clone(),
            model_deployment: model_deployment.clone(),
            key_header: entity.subscription_key_header.clone(),
            subscription: subscription.clone(),
            key: deployed.primary_key.clone(),
        })
    }
}

/// Sends the requests. What the spec does not promise (no second priority, no token limit) is not tried, and neither
/// is a token limit that a few requests cannot reach.
///
/// # Errors
/// Where a request does not come back at all.
pub async fn prove(zone: &LandingZone, landing: &Landing) -> Result<Vec<Proof>, Error> {
    let (Some(api), Some(call)) = (zone.apis.first(), Call::of(zone, &landing.config)) else {
        return Ok(Vec::new());
    };
    let prover = Prover { http: http_client()?, server: &landing.server, sim: &landing.sim, call, zone, api };
    let mut proofs = vec![prover.first_priority_answers().await?];
    if prover.lower_priority().is_some() {
        proofs.push(prover.spills_over().await?);
    }
    if let Some(limit) = &api.token_limit
        && limit.tokens_per_minute < TOKENS_SHOWN_MAX
    {
        proofs.push(prover.limits_tokens(limit.tokens_per_minute).await?);
    }
    Ok(proofs)
}

struct Prover<'a> {
    http: reqwest::Client,
    server: &'a GatewayServer,
    sim: &'a OpenAiSim,
    call: Call,
    zone: &'a LandingZone,
    api: &'a Api,
}

/// What a caller sees, and what the gateway did.
struct Seen {
    status: u16,
    retry_after: Option<String>,
    body: String,
    trace: Option<Trace>,
}

impl Seen {
    /// `ptu-1 429, payg-1 200`.
    fn route(&self) -> String {
        let attempts = self.trace.iter().flat_map(|trace| trace.attempts());
        attempts
            .map(|attempt| match attempt.status {
                Some(status) => format!("{} {status}", attempt.backend),
                None => format!("{} no answer", attempt.backend),
            })
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn last_backend(&self) -> Option<&str> {
        self.trace.as_ref()?.attempts().last().map(|attempt| attempt.backend.as_str())
    }
}

impl Prover<'_> {
    async fn first_priority_answers(&self) -> Result<Proof, Error> {
        let seen = self.send(SHORT_PROMPT, SHORT_ANSWER).await?;
        let (priority, _) = self.priorities();
        let answered = seen
            .last_backend()
            .is_some_and(|backend| self.accounts(priority).any(|account| account.id == backend));
        Ok(Proof {
            title: format!("a request is answered by {}", self.kind(priority)),
            passed: seen.status == 200 && answered,
            seen: format!("{}; the caller sees {}", seen.route(), seen.status),
        })
    }

    async fn spills_over(&self) -> Result<Proof, Error> {
        let (first, second) = self.priorities();
        for account in self.accounts(first) {
            self.sim.set_throttled(&host_name(account), Some(THROTTLED_S));
        }
        let seen = self.send(SHORT_PROMPT, SHORT_ANSWER).await;
        for account in self.accounts(first) {
            self.sim.clear(&host_name(account));
        }
        let seen = seen?;
        let answered = second.is_some_and(|second| {
            seen.last_backend()
                .is_some_and(|backend| self.accounts(second).any(|account| account.id == backend))
        });
        let second = second.map_or_else(String::new, |second| self.kind(second));
        Ok(Proof {
            title: format!(
                "with that throttled, the same request is answered by {second} and the caller sees 200"
            ),
            passed: seen.status == 200 && answered,
            seen: format!("{}; the caller sees {}", seen.route(), seen.status),
        })
    }

    async fn limits_tokens(&self, tokens_per_minute: u32) -> Result<Proof, Error> {
        let answer = (tokens_per_minute / REQUESTS_AIMED).clamp(50, COMPLETION_TOKENS_MAX);
        let title = "past the token limit the caller sees 429 with Retry-After".to_owned();
        for n in 1..=REQUESTS_MAX {
            let seen = self.send(PROMPT, answer).await?;
            if seen.status == 200 {
                continue;
            }
            let waits = seen.retry_after.as_deref().and_then(|text| text.parse::<u32>().ok());
            let passed = seen.status == 429
                && waits.is_some_and(|s| s > 0)
                && seen.body.contains("Token limit is exceeded");
            let after = seen.retry_after.unwrap_or_else(|| "none".to_owned());
            return Ok(Proof {
                title,
                passed,
                seen: format!("request {n}: {}, Retry-After: {after}, {}", seen.status, seen.body.trim()),
            });
        }
        Ok(Proof { title, passed: false, seen: format!("{REQUESTS_MAX} requests, none refused") })
    }

    async fn send(&self, prompt: &str, max_tokens: u32) -> Result<Seen, Error> {
        let url = format!("{}{}", self.server.base_url(), self.call.path);
        let body = json!({ "messages": [{ "role": "user", "content": prompt }], "max_tokens": max_tokens });
        let failed = |error: reqwest::Error| Error::Proof { url: url.clone(), reason: error.to_string() };
        let answer = self
            .http
            .post(&url)
            .header(&self.call.key_header, &self.call.key)
            .json(&body)
            .send()
            .await
            .map_err(failed)?;
        let status = answer.status().as_u16();
        let retry_after =
            answer.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = answer.text().await.map_err(failed)?;
        Ok(Seen { status, retry_after, body, trace: self.server.last_trace() })
    }

    /// The two lowest priority numbers of the API's pool.
    fn priorities(&self) -> (u32, Option<u32>) {
        let mut numbers: Vec<u32> =
            members(self.zone, self.api).iter().map(|(priority, _)| *priority).collect();
        numbers.sort_unstable();
        numbers.dedup();
        (numbers.first().copied().unwrap_or_default(), numbers.get(1).copied())
    }

    fn lower_priority(&self) -> Option<u32> {
        self.priorities().1
    }

    fn accounts(&self, priority: u32) -> impl Iterator<Item = &Account> {
        members(self.zone, self.api)
            .into_iter()
            .filter(move |(of, _)| *of == priority)
            .map(|(_, account)| account)
    }

    /// `the PTU`, `a PAYG backend`.
    fn kind(&self, priority: u32) -> String {
        let provisioned = |account: &Account| {
            account.deployments.first().is_some_and(|deployment| deployment.sku.contains("Provisioned"))
        };
        if self.accounts(priority).all(provisioned) {
            "the PTU".to_owned()
        } else {
            "a PAYG backend".to_owned()
        }
    }
}

/// The members of an API's pool with their priorities.
fn members<'a>(zone: &'a LandingZone, api: &Api) -> Vec<(u32, &'a Account)> {
    let pool: Option<&Pool> = zone.pools.iter().find(|pool| pool.id == api.pool);
    pool.into_iter()
        .flat_map(|pool| &pool.members)
        .filter_map(|member| {
            let account = zone.accounts.iter().find(|account| account.id == member.account)?;
            Some((member.priority, account))
        })
        .collect()
}

/// Azure OpenAI's host name of an account with a custom subdomain.
fn host_name(account: &Account) -> String {
    format!("{}.openai.azure.com", account.name)
}

fn http_client() -> Result<reqwest::Client, Error> {
    reqwest::Client::builder()
        .timeout(REQUEST_TIMEOUT)
        .no_proxy()
        .build()
        .map_err(|source| Error::HttpClient { source })
}
