//! Commands by HTTP, for curl from another terminal. Only this machine reaches them: the port is on loopback.
//!
//! ```text
//! GET  /sandbox/control                          what is set, and how often the account was asked
//! POST /sandbox/control/throttle?retry_after_s=9 answer 429 from now on
//! POST /sandbox/control/fail?status=500          answer that status from now on
//! POST /sandbox/control/limits?enforce=true      hold deployments to their capacity
//! POST /sandbox/control/latency?base_ms=200&per_token_us=19000&jitter_percent=10
//!                                                take time, for `deployment=NAME` or all
//! POST /sandbox/control/script                   meet requests with what the JSON list in the body says, see [`Line`]
//! POST /sandbox/control/clear                    take all of it back
//! ```

use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Account;
use crate::openai::{Disturbance, Effect, Latency};

/// Lines of a script, each of which every request is held against.
const MAX_LINES: usize = 1_000;

pub(super) fn router() -> Router<Arc<Account>> {
    Router::new()
        .route("/sandbox/control", get(status))
        .route("/sandbox/control/throttle", post(throttle))
        .route("/sandbox/control/fail", post(fail))
        .route("/sandbox/control/limits", post(limits))
        .route("/sandbox/control/latency", post(latency))
        .route("/sandbox/control/script", post(script))
        .route("/sandbox/control/clear", post(clear))
        .route_layer(middleware::from_fn(from_programs_only))
}

/// A page in a browser may send requests to loopback too, and says so in `Origin`; programs do not.
async fn from_programs_only(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        return (StatusCode::FORBIDDEN, "the sandbox takes no commands from web pages\n").into_response();
    }
    next.run(request).await
}

#[derive(Deserialize)]
struct Throttle {
    retry_after_s: Option<u32>,
}

#[derive(Deserialize)]
struct Failure {
    status: u16,
}

#[derive(Deserialize)]
struct Limits {
    enforce: bool,
}

#[derive(Deserialize)]
struct Slowness {
    deployment: Option<String>,
    #[serde(default)]
    base_ms: u64,
    #[serde(default)]
    per_token_us: u64,
    #[serde(default)]
    jitter_percent: u8,
}

/// One line of a script: which requests it meets and, in one of the last fields, with what.
///
/// ```json
/// [{ "deployment": "gpt", "first": 2, "count": 3, "chance": 0.5, "status": 429, "retryAfterMs": 2500 },
///  { "delayMs": 400 }, { "count": 1, "does": "reset" }]
/// ```
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
    /// Any where it is left out.
    deployment: Option<String>,
    /// The first request that it may meet, counted from now.
    #[serde(default = "one")]
    first: u64,
    /// How many it meets; all where it is left out.
    count: Option<u64>,
    /// From 0 to 1.
    #[serde(default = "always")]
    chance: f64,
    status: Option<u16>,
    retry_after_ms: Option<u64>,
    delay_ms: Option<u64>,
    does: Option<Does>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Does {
    /// Breaks the connection before an answer.
    Reset,
    /// Breaks a stream off in its midst.
    HalfStream,
    /// Refuses the prompt as the content filter does.
    ContentFilter,
}

fn one() -> u64 {
    1
}

fn always() -> f64 {
    1.0
}

impl Line {
    fn disturbance(self) -> Result<Disturbance, &'static str> {
        let effect = match (self.status, self.delay_ms, self.does) {
            (Some(status @ 400..600), None, None) => {
                Effect::Status { status, retry_after_ms: self.retry_after_ms }
            }
            (None, Some(ms), None) => Effect::Delay { ms },
            (None, None, Some(Does::Reset)) => Effect::Reset,
            (None, None, Some(Does::HalfStream)) => Effect::HalfStream,
            (None, None, Some(Does::ContentFilter)) => Effect::ContentFilter,
            (Some(_), None, None) => return Err("`status` is a number from 400 to 599"),
            _ => return Err("each line has one of `status`, `delayMs` and `does`"),
        };
        if !(0.0..=1.0).contains(&self.chance) {
            return Err("`chance` is a number from 0 to 1");
        }
        let Self { deployment, first, count, chance, .. } = self;
        Ok(Disturbance { deployment, first, count, chance, effect })
    }
}

async fn latency(
    State(account): State<Arc<Account>>,
    Query(query): Query<Slowness>,
) -> Result<Json<Value>, (StatusCode, String)> {
    let Slowness { deployment, base_ms, per_token_us, jitter_percent } = query;
    let latency = Latency { base_ms, per_token_us, jitter_percent: jitter_percent.min(100) };
    if !account.state().slow_down(deployment.as_deref(), latency) {
        return Err((StatusCode::NOT_FOUND, "there is no such deployment\n".to_owned()));
    }
    Ok(Json(report(&account)))
}

/// Takes the whole script or nothing of it.
async fn script(
    State(account): State<Arc<Account>>,
    Json(lines): Json<Vec<Line>>,
) -> Result<Json<Value>, (StatusCode, String)> {
    if lines.len() > MAX_LINES {
        return Err((StatusCode::BAD_REQUEST, format!("a script has at most {MAX_LINES} lines\n")));
    }
    let script: Result<Vec<_>, _> = lines.into_iter().map(Line::disturbance).collect();
    account.state().play(script.map_err(|wrong| (StatusCode::BAD_REQUEST, format!("{wrong}\n")))?);
    Ok(Json(report(&account)))
}

async fn status(State(account): State<Arc<Account>>) -> Json<Value> {
    Json(report(&account))
}

async fn throttle(State(account): State<Arc<Account>>, Query(query): Query<Throttle>) -> Json<Value> {
    account.state().throttle(query.retry_after_s);
    Json(report(&account))
}

async fn fail(
    State(account): State<Arc<Account>>,
    Query(query): Query<Failure>,
) -> Result<Json<Value>, (StatusCode, String)> {
    if !(400..600).contains(&query.status) {
        return Err((StatusCode::BAD_REQUEST, "set `status` to a number from 400 to 599\n".to_owned()));
    }
    account.state().fail(query.status);
    Ok(Json(report(&account)))
}

async fn limits(State(account): State<Arc<Account>>, Query(query): Query<Limits>) -> Json<Value> {
    account.state().hold_limits(query.enforce);
    Json(report(&account))
}

async fn clear(State(account): State<Arc<Account>>) -> Json<Value> {
    account.state().clear();
    Json(report(&account))
}

fn report(account: &Account) -> Value {
    let state = account.state();
    let deployments: Vec<_> = state.core.deployments().map(|deployment| deployment.name.as_str()).collect();
    json!({
        "host": account.host,
        "deployments": deployments,
        "throttled": state.throttled.is_some(),
        "retryAfterSeconds": state.throttled.flatten(),
        "failure": state.failure,
        "limits": state.enforce_limits,
        "scriptLines": state.script.len(),
        "requests": state.n_requests,
    })
}
