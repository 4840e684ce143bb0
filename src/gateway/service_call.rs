//! Calls to the services that help a policy, such as an embeddings model or Content Safety: JSON to a backend entity
//! and JSON back. Breakers of the entity count these calls as they count any other.

use serde_json::Value as Json;

use super::backends::{Choice, Outcome, authorize};
use super::live::{Live, drain};
use super::url::Url;
use super::{Body, Headers, UpstreamRequest, UpstreamResponse};

/// Decision: the pages name no timeout for these calls.
const TIMEOUT_MS: u64 = 30_000;

/// A call: below the entity's URL, with a query.
pub(super) struct ServiceCall<'a> {
    pub backend: &'a str,
    pub path: &'a str,
    /// Added unless the entity's URL has a parameter of that name.
    pub query: (&'a str, &'a str),
    pub headers: Headers,
    pub body: &'a Json,
}

/// Posts a body to a backend entity and returns what it answers.
///
/// # Errors
/// A sentence saying why there is no JSON with status 200. It quotes nothing of either body.
pub(super) fn post(live: &Live, call: &ServiceCall<'_>) -> Result<Json, String> {
    let backend = call.backend;
    let (member, base) = match live.gateway.backends().choose(backend, None, live.host.now_unix_ms()) {
        Choice::Upstream { backend, url, .. } => (backend, url),
        Choice::Resting { .. } => return Err(format!("the backend `{backend}` is temporarily unavailable")),
        Choice::Unknown => return Err(format!("there is no backend `{backend}`")),
    };
    let mut url = Url::parse(&base).join(call.path, &[]);
    let (name, value) = call.query;
    if !url.query.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
        url.query.push((name.to_owned(), value.to_owned()));
    }
    let mut headers = Headers(vec![("Host".to_owned(), url.authority.clone())]);
    headers.append("Content-Type", "application/json");
    headers.0.extend(call.headers.0.iter().cloned());
    let credentials = live.gateway.backends().credentials(&member);
    if let Some(credentials) = credentials {
        authorize(credentials, live.host.as_ref(), &mut headers, &mut url)?;
        live.secrets.add_headers(&headers);
    }
    let result = live.host.send(UpstreamRequest {
        method: "POST".to_owned(),
        url: url.to_string(),
        headers,
        body: call.body.to_string().into_bytes(),
        timeout_ms: TIMEOUT_MS,
        client_certificate: credentials.and_then(|credentials| credentials.certificate.clone()),
        proxy: credentials.and_then(|credentials| credentials.proxy.clone()),
    });
    let outcome = match &result {
        Ok(response) => Outcome::Answered {
            status: response.status,
            retry_after_s: response.headers.get("Retry-After").and_then(|value| value.trim().parse().ok()),
        },
        Err(error) => Outcome::Failed { reason: error.reason.clone() },
    };
    live.gateway.backends().report(&member, &outcome, live.host.now_unix_ms());
    let response = result.map_err(|error| format!("`{backend}`: {error}"))?;
    read(response).map_err(|why| format!("`{backend}` {why}"))
}

fn read(response: UpstreamResponse) -> Result<Json, String> {
    if response.status != 200 {
        return Err(format!("answered {}", response.status));
    }
    let bytes = match response.body {
        Body::Bytes(bytes) => bytes,
        Body::Stream(stream) => drain(stream)?,
    };
    serde_json::from_slice(&bytes).map_err(|_| "did not answer with JSON".to_owned())
}
