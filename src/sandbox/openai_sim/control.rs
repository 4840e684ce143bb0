//! Commands by HTTP, for curl from another terminal. Only this machine reaches them: the port is on loopback.
//!
//! ```text
//! GET  /sandbox/control                          what is set, and how often the account was asked
//! POST /sandbox/control/throttle?retry_after_s=9 answer 429 from now on
//! POST /sandbox/control/fail?status=500          answer that status from now on
//! POST /sandbox/control/limits?enforce=true      hold deployments to their capacity
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

pub(super) fn router() -> Router<Arc<Account>> {
    Router::new()
        .route("/sandbox/control", get(status))
        .route("/sandbox/control/throttle", post(throttle))
        .route("/sandbox/control/fail", post(fail))
        .route("/sandbox/control/limits", post(limits))
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
        "requests": state.n_requests,
    })
}
