//! The proof that a deployed gateway does what the spec says: real requests over loopback, upstreams made to fail on
//! command, and the gateway's own trace as the witness of who answered.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;

use super::gateway_server::GatewayServer;
use super::openai_sim::OpenAiSim;
use super::{Error, Landing};
use crate::gateway::{Config, Trace};
use crate::model::{Api, LandingZone};
use crate::spec::Surface;
use crate::verify::calls::{self, LimitProbe, Member, members};

/// Far above what a request on loopback takes; a gateway that hangs is a failed proof, not a hung one.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// What a throttled deployment tells its callers to wait.
const THROTTLED_S: u32 = 30;

/// One thing the spec promises, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub title: String,
    pub verdict: Verdict,
    /// What was seen, or why it was not tried.
    pub seen: String,
}

/// What came of one step of the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    Failed,
    NotTried,
}

impl Proof {
    fn not_tried(title: impl Into<String>, why: impl Into<String>) -> Self {
        Self { title: title.into(), verdict: Verdict::NotTried, seen: why.into() }
    }
}

impl Verdict {
    fn of(passed: bool) -> Self {
        if passed { Self::Passed } else { Self::Failed }
    }

    /// The word that people and machines read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotTried => "notTried",
        }
    }
}

/// One call that the landing zone allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Below the gateway's URL, with its query.
    pub path: String,
    /// A body that is answered.
    pub body: Json,
    pub surface: Surface,
    pub api_path: String,
    pub model_deployment: String,
    pub key_header: String,
    pub subscription: String,
    pub key: String,
}

impl Call {
    /// The first API's chat completions, called with the first subscription that reaches it; None where no
    /// subscription does.
    pub fn of(zone: &LandingZone, config: &Config) -> Option<Self> {
        let api = zone.apis.first()?;
        let (product, subscription) = zone
            .products
            .iter()
            .filter(|product| product.apis.contains(&api.id) && product.entra.is_none())
            .find_map(|product| Some((product, product.subscriptions.first()?)))?;
        let deployed = config.subscriptions.iter().find(|deployed| deployed.id == *subscription)?;
        let entity = config.apis.iter().find(|entity| entity.id == api.id)?;
        let model = calls::model(api, Some(product))?;
        Some(Self {
            path: calls::path(api, model),
            body: calls::body(api, model, "hello", false),
            surface: api.surface,
            api_path: api.path.clone(),
            model_deployment: model.name.clone(),
            key_header: entity.subscription_key_header.clone(),
            subscription: subscription.clone(),
            key: deployed.primary_key.clone(),
        })
    }
}

/// Sends the requests. What the spec does not promise (a second priority, a token limit) is not tried, and says so.
///
/// # Errors
/// Where a request does not come back at all.
pub async fn prove(zone: &LandingZone, landing: &Landing) -> Result<Vec<Proof>, Error> {
    let (Some(api), Some(call)) = (zone.apis.first(), Call::of(zone, &landing.config)) else {
        return Ok(Vec::new());
    };
    let prover = Prover { http: http_client()?, server: &landing.server, sim: &landing.sim, call, zone, api };
    Ok(vec![
        prover.first_priority_answers().await?,
        prover.spills_over().await?,
        prover.limits_tokens().await?,
    ])
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
    trace: Option<Arc<Trace>>,
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
        let seen = self.send(1).await?;
        let (priority, _) = self.priorities();
        let answered = seen
            .last_backend()
            .is_some_and(|backend| self.members(priority).any(|member| member.backend == backend));
        // An API that routes by names has no members of its own: whoever answers is right.
        let answered = answered || (seen.last_backend().is_some() && members(self.zone, self.api).is_empty());
        Ok(Proof {
            title: format!("a request is answered by {}", self.kind(priority)),
            verdict: Verdict::of(seen.status == 200 && answered),
            seen: format!("{}; the caller sees {}", seen.route(), seen.status),
        })
    }

    async fn spills_over(&self) -> Result<Proof, Error> {
        let (first, Some(second)) = self.priorities() else {
            return Ok(Proof::not_tried(
                "with that throttled, another priority answers",
                "the pool has one priority",
            ));
        };
        for member in self.members(first) {
            self.sim.set_throttled(member.host, Some(THROTTLED_S));
        }
        let seen = self.send(1).await;
        for member in self.members(first) {
            self.sim.clear(member.host);
        }
        let seen = seen?;
        let answered = seen
            .last_backend()
            .is_some_and(|backend| self.members(second).any(|member| member.backend == backend));
        Ok(Proof {
            title: format!(
                "with that throttled, the same request is answered by {} and the caller sees 200",
                self.kind(second)
            ),
            verdict: Verdict::of(seen.status == 200 && answered),
            seen: format!("{}; the caller sees {}", seen.route(), seen.status),
        })
    }

    async fn limits_tokens(&self) -> Result<Proof, Error> {
        let title = "past the token limit the caller sees 429 with Retry-After".to_owned();
        let Some(limit) = &self.api.token_limit else {
            return Ok(Proof::not_tried(title, "the API has no token limit of its own"));
        };
        let Some(LimitProbe { prompt_tokens, requests_max }) = LimitProbe::of(limit.tokens_per_minute) else {
            let why = format!("{} tokens a minute are more than a proof sends", limit.tokens_per_minute);
            return Ok(Proof::not_tried(title, why));
        };
        for n in 1..=requests_max {
            let seen = self.send(prompt_tokens).await?;
            if seen.status == 200 {
                continue;
            }
            let passed = calls::is_limit_refusal(seen.status, seen.retry_after.as_deref(), &seen.body);
            let after = seen.retry_after.unwrap_or_else(|| "none".to_owned());
            return Ok(Proof {
                title,
                verdict: Verdict::of(passed),
                seen: format!("request {n}: {}, Retry-After: {after}, {}", seen.status, seen.body.trim()),
            });
        }
        Ok(Proof {
            title,
            verdict: Verdict::Failed,
            seen: format!("{requests_max} requests of {prompt_tokens} tokens, none refused"),
        })
    }

    async fn send(&self, prompt_tokens: u32) -> Result<Seen, Error> {
        let url = format!("{}{}", self.server.base_url(), self.call.path);
        let prompt = calls::prompt(prompt_tokens);
        let mut body = self.call.body.clone();
        put_prompt(&mut body, &prompt);
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
            members(self.zone, self.api).iter().map(|member| member.priority).collect();
        numbers.sort_unstable();
        numbers.dedup();
        (numbers.first().copied().unwrap_or_default(), numbers.get(1).copied())
    }

    fn members(&self, priority: u32) -> impl Iterator<Item = Member<'_>> {
        members(self.zone, self.api).into_iter().filter(move |member| member.priority == priority)
    }

    /// `the PTU`, `a PAYG backend`, `a backend`.
    fn kind(&self, priority: u32) -> String {
        let mut all = self.members(priority).peekable();
        if all.peek().is_none() {
            "a backend".to_owned()
        } else if all.all(|member| member.is_provisioned) {
            "the PTU".to_owned()
        } else {
            "a PAYG backend".to_owned()
        }
    }
}

/// Puts another prompt into a body, with a short answer where the surface has a field for that.
fn put_prompt(body: &mut Json, prompt: &str) {
    for pointer in ["/messages/0/content/0/text", "/messages/0/content", "/contents/0/parts/0/text", "/input"]
    {
        if let Some(place) = body.pointer_mut(pointer).filter(|place| place.is_string()) {
            *place = prompt.into();
            break;
        }
    }
    if body["messages"][0]["content"].is_string() {
        body["max_tokens"] = 50.into();
    }
}

fn http_client() -> Result<reqwest::Client, Error> {
    // An error means that a provider was installed before, and that one serves as well.
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(REQUEST_TIMEOUT)
        .no_proxy()
        .build()
        .map_err(|source| Error::HttpClient { source })
}
