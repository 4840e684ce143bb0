//! What answers behind the gateway, by host name: a list of answers, an Azure OpenAI account, an OpenID provider, Content Safety,
//! or Language ([`services`]).
//!
//! ```toml
//! "things.example" = [{ status = 500 }, { status = 200, body = "a thing" }]
//!
//! ["aoai-ptu.openai.azure.com"]
//! latency = "300 ms"
//! per-token = "10 ms"
//! deployments = [{ name = "gpt", model = "gpt-4o", ptu = 15 }]
//!
//! ["login.microsoftonline.com"]
//! openid = true
//!
//! ["safety.cognitiveservices.azure.com"]
//! content-safety = { findings = [{ contains = "bomb", category = "Violence", severity = 6 }] }
//!
//! ["words.cognitiveservices.azure.com"]
//! language = { personal = [{ text = "Ada Lovelace", category = "Person" }] }
//! ```

mod services;

use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use serde::Deserialize;

use self::services::{OpenId, Safety, ShortLanguage, ShortOpenId, ShortSafety, Words};
use super::values::Ms;
use crate::gateway::sim_host::{SimAnswer, SimBody, SimHost, SimPiece, Upstream};
use crate::gateway::{Headers, SendError, UpstreamRequest};
use crate::openai::{
    Account, Call, Deployment, Disturbance, Effect, Fault, Latency, Offer, Reply, ReplyBody,
};

/// Where accounts take their keys and tokens, each provider in its own header.
const KEY_HEADERS: &[&str] = &["api-key", "Authorization", "x-api-key", "x-goog-api-key"];

/// `toml upstreams`, before the answers are told from the accounts.
pub(super) type Written = IndexMap<String, ::toml::Spanned<::toml::Value>>;

/// An upstream as written.
#[derive(Clone, Debug)]
pub(super) enum Short {
    Script(Vec<ShortAnswer>),
    Account(ShortAccount),
    OpenId,
    Safety(ShortSafety),
    Language(ShortLanguage),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ShortAnswer {
    #[serde(default)]
    status: u16,
    #[serde(default)]
    headers: IndexMap<String, String>,
    #[serde(default)]
    body: String,
    /// Prompt and completion tokens: a completion with that usage.
    usage: Option<[u64; 2]>,
    /// Chunks of an event stream.
    events: Option<Vec<String>>,
    /// Between the chunks.
    #[serde(default)]
    event_delay: Ms,
    /// The stream breaks after its chunks.
    #[serde(default)]
    breaks_off: bool,
    #[serde(default)]
    latency_ms: u64,
    #[serde(default)]
    latency: Ms,
    /// `dns`, `refused`, `reset`, `tls`, or a reason such as `BackendConnectionFailure`.
    fails: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ShortAccount {
    #[serde(default)]
    deployments: Vec<ShortDeployment>,
    /// Of all deployments, until the first token.
    latency: Option<Ms>,
    /// For each token of an answer.
    per_token: Option<String>,
    /// Percent, either way.
    jitter: Option<u8>,
    disturb: Option<Vec<ShortDisturbance>>,
    /// Whether it answers without a key or a token.
    open: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ShortDeployment {
    name: String,
    #[serde(default = "default_model")]
    model: String,
    tokens_per_minute: Option<u64>,
    requests_per_minute: Option<u64>,
    /// Provisioned throughput units, in place of tokens per minute.
    ptu: Option<u32>,
}

fn default_model() -> String {
    "gpt-4o".to_owned()
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ShortDisturbance {
    deployment: Option<String>,
    #[serde(default = "one")]
    first: u64,
    count: Option<u64>,
    #[serde(default = "always")]
    chance: f64,
    status: Option<u16>,
    retry_after: Option<Ms>,
    delay: Option<Ms>,
    #[serde(default)]
    reset: bool,
    #[serde(default)]
    half_stream: bool,
}

fn one() -> u64 {
    1
}

fn always() -> f64 {
    1.0
}

/// Tells answers from accounts, each with its place where it is wrong.
pub(super) fn read(written: Written) -> Result<IndexMap<String, Short>, (std::ops::Range<usize>, String)> {
    let mut read = IndexMap::new();
    for (host, value) in written {
        let span = value.span();
        let value = value.into_inner();
        let has = |name: &str| value.get(name).is_some();
        let short = if value.is_array() {
            value.try_into().map(Short::Script)
        } else if has("openid") {
            value.try_into::<ShortOpenId>().map(|_| Short::OpenId)
        } else if has("content-safety") {
            value.try_into().map(Short::Safety)
        } else if has("language") {
            value.try_into().map(Short::Language)
        } else {
            value.try_into().map(Short::Account)
        };
        let short =
            short.map_err(|error| (span.clone(), format!("upstream `{host}`: {}", first_line(&error))))?;
        check(&short).map_err(|why| (span, format!("upstream `{host}`: {why}")))?;
        read.insert(host, short);
    }
    Ok(read)
}

fn first_line(error: &::toml::de::Error) -> String {
    error.message().lines().next().unwrap_or_default().to_owned()
}

fn check(short: &Short) -> Result<(), String> {
    match short {
        Short::Script(answers) if answers.is_empty() => Err("the list of answers is empty".to_owned()),
        Short::Script(answers) => {
            let wrong = answers.iter().find(|one| one.fails.is_none() && !(100..=599).contains(&status(one)));
            wrong.map_or(Ok(()), |one| Err(format!("`status` is from 100 to 599, not {}", one.status)))
        }
        Short::OpenId | Short::Language(_) => Ok(()),
        Short::Safety(safety) => {
            let wrong = safety.content_safety.findings.iter().find(|one| one.severity > 7);
            wrong.map_or(Ok(()), |one| Err(format!("`severity` is from 0 to 7, not {}", one.severity)))
        }
        Short::Account(account) => {
            for one in account.disturb.iter().flatten() {
                effect(one)?;
                if !(0.0..=1.0).contains(&one.chance) {
                    return Err(format!("`chance` is from 0 to 1, not {}", one.chance));
                }
            }
            if let Some(per_token) = &account.per_token {
                super::values::parse_ms(per_token)?;
            }
            account.deployments.iter().try_for_each(|deployment| offer(deployment).map(drop))
        }
    }
}

/// What a script leaves out is 200 where it carries something.
fn status(short: &ShortAnswer) -> u16 {
    if short.status == 0 { 200 } else { short.status }
}

fn offer(short: &ShortDeployment) -> Result<Offer, String> {
    match (short.ptu, short.tokens_per_minute, short.requests_per_minute) {
        (Some(units), None, None) => Ok(Offer::of_sku("ProvisionedManaged", &short.model, units)),
        (None, Some(tokens), None) => Ok(Offer::standard(tokens)),
        (None, Some(tokens_per_minute), Some(requests_per_minute)) => {
            Ok(Offer::Standard { tokens_per_minute, requests_per_minute })
        }
        _ => Err(format!("the deployment `{}` has either `tokens-per-minute` or `ptu`", short.name)),
    }
}

fn effect(short: &ShortDisturbance) -> Result<Effect, String> {
    let retry_after_ms = short.retry_after.map(|Ms(ms)| ms);
    match (short.status, short.delay, short.reset, short.half_stream) {
        (Some(status @ 400..=599), None, false, false) => Ok(Effect::Status { status, retry_after_ms }),
        (None, Some(Ms(ms)), false, false) => Ok(Effect::Delay { ms }),
        (None, None, true, false) => Ok(Effect::Reset),
        (None, None, false, true) => Ok(Effect::HalfStream),
        _ => {
            Err("a disturbance has one of `status` (400 to 599), `delay`, `reset` and `half-stream`"
                .to_owned())
        }
    }
}

/// The accounts of a case, by host name; what a later block says of one changes it.
#[derive(Default)]
pub(super) struct Accounts(IndexMap<String, Arc<Mutex<Simulated>>>);

struct Simulated {
    account: Account,
    open: bool,
}

impl Accounts {
    /// Sets up what a block says.
    pub(super) fn set_up(&mut self, host: &SimHost, upstreams: &IndexMap<String, Short>) {
        for (name, short) in upstreams {
            match short {
                Short::Script(answers) => host.script(name, answers.iter().cloned().map(answer)),
                Short::Account(short) => self.change(host, name, short),
                Short::OpenId => host.set_upstream(name, Box::new(OpenId)),
                Short::Language(words) => host.set_upstream(name, Box::new(Words(words.clone()))),
                Short::Safety(safety) => host.set_upstream(name, Box::new(Safety(safety.clone()))),
            }
        }
    }

    /// Adds an account as it was deployed.
    pub(super) fn add(&mut self, host: &SimHost, name: &str, account: Account) {
        let simulated = Arc::new(Mutex::new(Simulated { account, open: false }));
        host.set_upstream(name, Box::new(OpenAi(Arc::clone(&simulated))));
        self.0.insert(name.to_ascii_lowercase(), simulated);
    }

    fn change(&mut self, host: &SimHost, name: &str, short: &ShortAccount) {
        let key = name.to_ascii_lowercase();
        if !self.0.contains_key(&key) {
            self.add(host, name, Account::default());
        }
        let Some(simulated) = self.0.get(&key) else { return };
        let mut simulated = simulated.lock().unwrap_or_else(PoisonError::into_inner);
        simulated.open = short.open.unwrap_or(simulated.open);
        let account = &mut simulated.account;
        for written in &short.deployments {
            // Was checked when it was read.
            if let Ok(offer) = offer(written) {
                account.deploy(Deployment::new(&written.name, &written.model, offer));
            }
        }
        for deployment in account.deployments_mut() {
            let Latency { base_ms, per_token_us, jitter_percent } = deployment.latency;
            let per_token = short.per_token.as_deref().and_then(|text| super::values::parse_ms(text).ok());
            deployment.latency = Latency {
                base_ms: short.latency.map_or(base_ms, |Ms(ms)| ms),
                per_token_us: per_token.map_or(per_token_us, |ms| (ms * 1000.0).round() as u64),
                jitter_percent: short.jitter.unwrap_or(jitter_percent).min(100),
            };
        }
        if let Some(lines) = &short.disturb {
            account.disturb(lines.iter().filter_map(|line| {
                let effect = effect(line).ok()?;
                let (deployment, first, count) = (line.deployment.clone(), line.first, line.count);
                Some(Disturbance { deployment, first, count, chance: line.chance, effect })
            }));
        }
    }
}

struct OpenAi(Arc<Mutex<Simulated>>);

/// The host, the path and the query of a URL.
fn parts(url: &str) -> (&str, &str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    (host, if path.is_empty() { "/" } else { path }, query)
}

fn has_credential(request: &UpstreamRequest, names: &[&str]) -> bool {
    names.iter().any(|name| request.headers.contains(name))
}

impl Upstream for OpenAi {
    fn answer(&mut self, request: &UpstreamRequest, now_unix_ms: i64, random: u64) -> SimAnswer {
        let mut simulated = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !simulated.open && !has_credential(request, KEY_HEADERS) {
            return answer_of(Fault::unauthorized_token().reply());
        }
        let (_, path, query) = parts(&request.url);
        let api_version = query.split('&').find_map(|pair| pair.strip_prefix("api-version="));
        let call = Call { method: &request.method, path, api_version, body: &request.body };
        answer_of(simulated.account.serve(now_unix_ms, &call, random))
    }
}

fn answer_of(reply: Reply) -> SimAnswer {
    let body = match reply.body {
        ReplyBody::Whole(bytes) => SimBody::Whole(bytes),
        ReplyBody::Stream(pieces) => SimBody::Pieces(
            pieces
                .into_iter()
                .map(|piece| SimPiece { after_ms: piece.after_ms, bytes: piece.bytes })
                .collect(),
        ),
        ReplyBody::Reset => {
            return SimAnswer { latency_ms: reply.delay_ms, ..SimAnswer::failure(connection("reset")) };
        }
    };
    SimAnswer {
        status: reply.status,
        headers: Headers(reply.headers),
        body,
        latency_ms: reply.delay_ms,
        failure: None,
        prompt_tokens: reply.prompt_tokens,
        completion_tokens: reply.completion_tokens,
    }
}

/// How a connection fails, as the gateway tells it: one reason for all, Learn names no other (backends, 2026-01-15);
/// the message says which.
fn connection(kind: &str) -> SendError {
    let message = match kind {
        "dns" => "the host name could not be resolved",
        "refused" => "the connection was refused",
        "reset" => "the connection was closed before an answer came",
        "tls" => "the TLS handshake failed: the certificate is not trusted",
        "Timeout" => return SendError { reason: kind.to_owned(), message: "no answer in time".to_owned() },
        _ => return SendError { reason: kind.to_owned(), message: format!("{kind} of the script") },
    };
    SendError { reason: "BackendConnectionFailure".to_owned(), message: message.to_owned() }
}

fn answer(short: ShortAnswer) -> SimAnswer {
    let mut headers = Headers(short.headers.clone().into_iter().collect());
    let [prompt_tokens, completion_tokens] = short.usage.unwrap_or_default();
    let body = match (short.usage, &short.events) {
        (Some([prompt, completion]), _) => {
            headers.set("Content-Type", "application/json");
            let total = prompt + completion;
            SimBody::Whole(
                format!(
                    "{{\"choices\":[],\"usage\":{{\"prompt_tokens\":{prompt},\"completion_tokens\":{completion},\"total_tokens\":{total}}}}}"
                )
                .into_bytes(),
            )
        }
        (None, Some(events)) => {
            headers.set("Content-Type", "text/event-stream");
            let Ms(after_ms) = short.event_delay;
            let piece = |bytes| SimPiece { after_ms, bytes };
            let pieces = events.iter().map(|event| piece(Some(format!("data: {event}\n\n").into_bytes())));
            SimBody::Pieces(pieces.chain(short.breaks_off.then(|| piece(None))).collect())
        }
        (None, None) => SimBody::Whole(short.body.clone().into_bytes()),
    };
    SimAnswer {
        status: status(&short),
        headers,
        body,
        latency_ms: short.latency_ms.max(short.latency.0),
        failure: short.fails.as_deref().map(connection),
        prompt_tokens,
        completion_tokens,
    }
}
