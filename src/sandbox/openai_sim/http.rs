//! The data plane of one account over HTTP: credentials here, everything else in [`crate::openai`].

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use base64::Engine as _;
use futures_util::stream;
use serde_json::Value as Json;

use super::{Account, Credential, SimRequest, control};
use crate::openai::{Call, Fault, Piece, Provider, Reply, ReplyBody};

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
    let deployment = deployment_of(&path);
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
            authorize(&account, &parts.headers, &asked.path, asked.credential)
                .map(|()| serve(&account, &asked))
        }
        Err(_too_large) => Err(Fault::too_large()),
    };
    let reply = outcome.unwrap_or_else(|fault| account.labelled(fault.reply()));
    tokio::time::sleep(Duration::from_millis(reply.delay_ms)).await;
    asked.status = reply.status;
    let number = account.state().keep(asked);
    response(&account, number, reply)
}

/// The deployment of `/openai/deployments/{deployment}/{operation}`; empty where it is none.
fn deployment_of(path: &str) -> &str {
    let rest = path.strip_prefix("/openai/deployments/").and_then(|rest| rest.split_once('/'));
    rest.map_or("", |(deployment, _)| deployment)
}

pub(super) fn api_version(query: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("api-version="));
    value.map(str::to_owned)
}

pub(super) fn credential(headers: &HeaderMap) -> Credential {
    let has_key = ["api-key", "x-api-key", "x-goog-api-key"].iter().any(|name| headers.contains_key(*name));
    match (headers.contains_key(header::AUTHORIZATION), has_key) {
        (true, _) => Credential::Bearer,
        (false, true) => Credential::ApiKey,
        (false, false) => Credential::None,
    }
}

fn serve(account: &Account, asked: &SimRequest) -> Reply {
    let (method, path, api_version) =
        (asked.method.as_str(), asked.path.as_str(), asked.api_version.as_deref());
    let call = Call { method, path, api_version, body: &asked.body };
    let now_ms = i64::try_from(account.started.elapsed().as_millis()).unwrap_or(i64::MAX);
    let now_ms = account.started_unix_ms.saturating_add(now_ms);
    account.state().core.serve(now_ms, &call, random())
}

/// A version 4 UUID is random but for its seventh and ninth byte.
fn random() -> u64 {
    let [a, b, c, d, e, f, .., y, z] = *uuid::Uuid::new_v4().as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, y, z])
}

/// Whether whoever asks for `path` may.
pub(super) fn authorize(
    account: &Account,
    headers: &HeaderMap,
    path: &str,
    credential: Credential,
) -> Result<(), Fault> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Some(provider) = account.outside {
        return outside(provider, path, &text);
    }
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

/// An account of another owner takes any key in the header of its provider; accounts of Azure take tokens too. A token that is
/// made for Azure has no business with a provider outside of it, and a key none in a second header.
fn outside<'h>(provider: Provider, path: &str, text: &impl Fn(&'static str) -> &'h str) -> Result<(), Fault> {
    let bearer = text("authorization").strip_prefix("Bearer ").unwrap_or_default();
    let (key, is_azure) = match provider {
        Provider::AzureOpenai => (text("api-key"), true),
        Provider::Foundry if path.starts_with("/anthropic/") => (text("x-api-key"), true),
        Provider::Foundry => (text("api-key"), true),
        Provider::Anthropic if path.ends_with("/messages") => (text("x-api-key"), false),
        Provider::Gemini if !path.starts_with("/v1beta/openai/") => (text("x-goog-api-key"), false),
        Provider::Openai => return if is_for_us(bearer) { Err(Fault::unauthorized_token()) } else { Ok(()) },
        Provider::Anthropic | Provider::Gemini | Provider::Bedrock => (bearer, false),
    };
    let by_key = !key.is_empty() && !is_for_us(key);
    let by_token = is_azure && is_for_us(bearer);
    if by_key || by_token { Ok(()) } else { Err(Fault::unauthorized_key()) }
}

/// Whether a token names our audience. Nobody signs tokens in the sandbox, so no signature is looked at.
fn is_for_us(token: &str) -> bool {
    let claims = token.split('.').nth(1).unwrap_or_default();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    let claims: Json = serde_json::from_slice(&claims).unwrap_or_default();
    claims["aud"].as_str().is_some_and(|audience| audience.trim_end_matches('/') == AUDIENCE)
}

impl Account {
    /// Adds the headers that every answer of the service has.
    fn labelled(&self, mut reply: Reply) -> Reply {
        reply.set("x-ms-region", "Sandbox");
        for name in ["x-request-id", "apim-request-id"] {
            reply.set(name, uuid::Uuid::new_v4().to_string());
        }
        reply
    }
}

fn response(account: &Arc<Account>, number: usize, reply: Reply) -> Response<Body> {
    let body = match reply.body {
        ReplyBody::Whole(bytes) => Body::from(bytes),
        ReplyBody::Stream(pieces) => event_body(Arc::clone(account), number, pieces),
        ReplyBody::Reset => Body::from_stream(stream::once(async { Err::<Bytes, _>(broken_off()) })),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn broken_off() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "the script breaks the connection")
}

/// Sends the events one by one and notes how far the caller took them.
fn event_body(account: Arc<Account>, number: usize, pieces: Vec<Piece>) -> Body {
    let chunks = stream::unfold(pieces.into_iter(), move |mut pieces| {
        let account = Arc::clone(&account);
        async move {
            let piece = pieces.next()?;
            tokio::time::sleep(Duration::from_millis(piece.after_ms).max(CHUNK_DELAY)).await;
            if let Some(kept) = account.state().kept_mut(number) {
                kept.chunks_sent += 1;
            }
            Some((piece.bytes.map(Bytes::from).ok_or_else(broken_off), pieces))
        }
    });
    Body::from_stream(chunks)
}
