//! The data plane of one account: what a request has to bring, in the order in which the service looks, and the
//! headers of the answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use base64::Engine as _;
use futures_util::stream;
use serde_json::Value as Json;
use time::OffsetDateTime;

use super::answers::{Answer, AnswerBody, Moment, Operation, answer};
use super::faults::Fault;
use super::limits::{Remaining, Window};
use super::{Account, Credential, SimDeployment, SimRequest, control};

/// Bytes of one request; the largest context of today's models is below.
const MAX_BODY: usize = 16 << 20;

/// Between streamed chunks, so that a reader sees them come one by one.
const CHUNK_DELAY: Duration = Duration::from_millis(5);

/// The audience that a token has to be made for.
const AUDIENCE: &str = "https://cognitiveservices.azure.com";

pub(super) fn router(account: Arc<Account>) -> Router {
    control::router().fallback(handle).with_state(account)
}

async fn handle(State(account): State<Arc<Account>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let (deployment, operation) = split_path(&path);
    let mut asked = SimRequest {
        method: parts.method.to_string(),
        deployment: deployment.to_owned(),
        api_version: api_version(parts.uri.query().unwrap_or_default()),
        credential: credential(&parts.headers),
        body: Vec::new(),
        status: 200,
        chunks_sent: 0,
        path: path.clone(),
    };
    let outcome = match axum::body::to_bytes(body, MAX_BODY).await {
        Ok(body) => {
            asked.body = body.to_vec();
            serve(&account, &parts.headers, &asked, operation)
        }
        Err(_too_large) => Err(Fault::too_large()),
    };
    match outcome {
        Ok((answer, remaining)) => {
            let number = account.state().keep(asked);
            answered(&account, number, answer, remaining)
        }
        Err(fault) => {
            asked.status = fault.status;
            account.state().keep(asked);
            refused(&fault)
        }
    }
}

/// The deployment and the operation of `/openai/deployments/{deployment}/{operation}`; empty where it is none.
fn split_path(path: &str) -> (&str, &str) {
    path.strip_prefix("/openai/deployments/").and_then(|rest| rest.split_once('/')).unwrap_or_default()
}

fn api_version(query: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("api-version="));
    value.map(str::to_owned)
}

fn credential(headers: &HeaderMap) -> Credential {
    match (headers.contains_key(header::AUTHORIZATION), headers.contains_key("api-key")) {
        (true, _) => Credential::Bearer,
        (false, true) => Credential::ApiKey,
        (false, false) => Credential::None,
    }
}

fn serve(
    account: &Account,
    headers: &HeaderMap,
    asked: &SimRequest,
    operation: &str,
) -> Result<(Answer, Remaining), Fault> {
    authorize(account, headers, asked.credential)?;
    let operation = Operation::of_path(operation).ok_or_else(Fault::not_found)?;
    let api_version = asked.api_version.as_deref().ok_or_else(Fault::not_found)?;
    if !is_api_version(api_version) {
        return Err(Fault::bad_api_version(api_version));
    }
    if asked.method != Method::POST.as_str() {
        return Err(Fault::method_not_allowed());
    }
    let deployment = account.deployments.iter().find(|deployment| deployment.name == asked.deployment);
    let deployment = deployment.ok_or_else(Fault::deployment_not_found)?;
    if !operation.fits(&deployment.model) {
        return Err(Fault::operation_not_supported(operation.verb(), &deployment.model));
    }
    on_command(account, operation, api_version)?;
    let request: Json = serde_json::from_slice(&asked.body).map_err(|_| Fault::bad_json())?;
    if !request.is_object() {
        return Err(Fault::bad_json());
    }
    let id = uuid::Uuid::new_v4().simple();
    let id = if operation == Operation::Chat { format!("chatcmpl-{id}") } else { format!("cmpl-{id}") };
    let moment = Moment { model: &deployment.model, id, unix_s: OffsetDateTime::now_utc().unix_timestamp() };
    let answer = answer(operation, &request, &moment)?;
    let remaining = within_limits(account, deployment, &answer, operation, api_version)?;
    Ok((answer, remaining))
}

fn authorize(account: &Account, headers: &HeaderMap, credential: Credential) -> Result<(), Fault> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match credential {
        Credential::None => Err(Fault::unauthorized_token()),
        Credential::ApiKey if text("api-key") == account.api_key => Ok(()),
        Credential::ApiKey => Err(Fault::unauthorized_key()),
        Credential::Bearer => {
            let token = text("authorization").strip_prefix("Bearer ").unwrap_or_default();
            if is_for_us(token) { Ok(()) } else { Err(Fault::unauthorized_token()) }
        }
    }
}

/// Whether a token names our audience. Nobody signs tokens in the sandbox, so no signature is looked at.
fn is_for_us(token: &str) -> bool {
    let claims = token.split('.').nth(1).unwrap_or_default();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    let claims: Json = serde_json::from_slice(&claims).unwrap_or_default();
    claims["aud"].as_str().is_some_and(|audience| audience.trim_end_matches('/') == AUDIENCE)
}

/// `2024-10-21`, `2025-01-01-preview`.
fn is_api_version(text: &str) -> bool {
    let date = text.strip_suffix("-preview").unwrap_or(text);
    let shape: String = date.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00"
}

/// The refusals that were set from outside.
fn on_command(account: &Account, operation: Operation, api_version: &str) -> Result<(), Fault> {
    let state = account.state();
    if let Some(status) = state.failure {
        return Err(Fault::failure(status));
    }
    match state.throttled {
        Some(retry_after_s) => Err(Fault::throttled(operation.id(), api_version, "token", retry_after_s)),
        None => Ok(()),
    }
}

fn within_limits(
    account: &Account,
    deployment: &SimDeployment,
    answer: &Answer,
    operation: Operation,
    api_version: &str,
) -> Result<Remaining, Fault> {
    let now = Instant::now();
    let mut state = account.state();
    let enforce = state.enforce_limits;
    let window = state.windows.entry(deployment.name.clone()).or_insert_with(|| Window::starting(now));
    window.take(deployment, answer.total_tokens, enforce, now).map_err(|exceeded| {
        Fault::throttled(operation.id(), api_version, exceeded.what, Some(exceeded.retry_after_s))
    })
}

fn answered(account: &Arc<Account>, number: usize, answer: Answer, remaining: Remaining) -> Response<Body> {
    let (content_type, body) = match answer.body {
        AnswerBody::Whole(json) => ("application/json", Body::from(json.to_string())),
        AnswerBody::Events(events) => {
            ("text/event-stream; charset=utf-8", event_body(Arc::clone(account), number, events))
        }
    };
    let mut response = response(200, content_type, body);
    let headers = response.headers_mut();
    headers.insert("x-ratelimit-remaining-tokens", HeaderValue::from(remaining.tokens));
    headers.insert("x-ratelimit-remaining-requests", HeaderValue::from(remaining.requests));
    response
}

/// Sends the events one by one and notes how far the caller took them.
fn event_body(account: Arc<Account>, number: usize, events: Vec<String>) -> Body {
    let chunks = stream::unfold(events.into_iter(), move |mut events| {
        let account = Arc::clone(&account);
        async move {
            let event = events.next()?;
            tokio::time::sleep(CHUNK_DELAY).await;
            if let Some(kept) = account.state().kept_mut(number) {
                kept.chunks_sent += 1;
            }
            Some((Ok::<_, Infallible>(Bytes::from(event)), events))
        }
    });
    Body::from_stream(chunks)
}

fn refused(fault: &Fault) -> Response<Body> {
    let mut response = response(fault.status, "application/json", Body::from(fault.body.to_string()));
    if let Some(seconds) = fault.retry_after_s {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        headers.insert("retry-after-ms", HeaderValue::from(u64::from(seconds) * 1000));
    }
    response
}

/// A response with the headers that every answer of the service has.
fn response(status: u16, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert("x-ms-region", HeaderValue::from_static("Sandbox"));
    for name in ["x-request-id", "apim-request-id"] {
        let id = uuid::Uuid::new_v4().to_string();
        headers.insert(name, HeaderValue::try_from(id).expect("a UUID is visible ASCII"));
    }
    response
}
