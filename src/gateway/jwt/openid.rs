//! What an OpenID provider publishes: its issuer and its keys. Learn, validate-jwt (2024-03-18): read every hour, and
//! at most once in five minutes where a token names a key that is not there, or reading failed.
//!
//! Decision: while nothing newer can be had, what was read last stays good.

use std::sync::Arc;

use serde_json::Value as Json;

use super::Key;
use crate::gateway::counters::Counters;
use crate::gateway::live::{Live, drain};
use crate::gateway::{Body, Headers, UpstreamRequest};

const REFRESH_MS: i64 = 60 * 60 * 1000;
const RETRY_MS: i64 = 5 * 60 * 1000;

/// Decision: the page names no timeout; a provider that takes longer does not answer.
const TIMEOUT_MS: u64 = 10_000;

/// More keys than any provider publishes.
const MAX_KEYS: usize = 100;

/// What was read from each address, for the whole gateway.
pub(crate) type Documents = Counters<Entry>;

#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    document: Option<Arc<Document>>,
    read_ms: i64,
    tried_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    pub issuer: Option<String>,
    pub keys: Vec<Key>,
}

/// Returns what is published at `url`, read anew where it is too old or lacks the key `key_id`, and why it could not
/// be read where it could not. Requests that come meanwhile read it too, instead of waiting.
pub(crate) fn document(live: &Live, url: &str, key_id: Option<&str>) -> (Option<Arc<Document>>, String) {
    let documents = live.gateway.openid();
    let now_ms = live.host.now_unix_ms();
    let (known, is_due) =
        documents.with(url, Entry::default, |entry| (entry.document.clone(), entry.is_due(now_ms, key_id)));
    if !is_due {
        return (known, String::new());
    }
    let read = read(live, url).map(Arc::new);
    let now_ms = live.host.now_unix_ms();
    documents.with(url, Entry::default, |entry| {
        entry.tried_ms = Some(now_ms);
        if let Ok(document) = &read {
            entry.document = Some(Arc::clone(document));
            entry.read_ms = now_ms;
        }
    });
    match read {
        Ok(document) => (Some(document), String::new()),
        Err(why) => (known, format!("; the OpenID configuration {url} was not read: {why}")),
    }
}

impl Entry {
    fn is_due(&self, now_ms: i64, key_id: Option<&str>) -> bool {
        let may_try = self.tried_ms.is_none_or(|tried_ms| now_ms - tried_ms >= RETRY_MS);
        let Some(document) = &self.document else { return may_try };
        let has_key = key_id.is_none_or(|id| document.keys.iter().any(|key| key.id.as_deref() == Some(id)));
        may_try && (now_ms - self.read_ms >= REFRESH_MS || !has_key)
    }
}

fn read(live: &Live, url: &str) -> Result<Document, String> {
    let configuration = get(live, url)?;
    let keys_url = configuration.get("jwks_uri").and_then(Json::as_str);
    let keys = get(live, keys_url.ok_or("it has no `jwks_uri`")?)?;
    let keys = keys.get("keys").and_then(Json::as_array).ok_or("its key set has no `keys`")?;
    let issuer = configuration.get("issuer").and_then(Json::as_str).map(str::to_owned);
    Ok(Document { issuer, keys: keys.iter().take(MAX_KEYS).filter_map(Key::from_jwk).collect() })
}

fn get(live: &Live, url: &str) -> Result<Json, String> {
    let request = UpstreamRequest {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Headers(vec![("Accept".to_owned(), "application/json".to_owned())]),
        body: Vec::new(),
        timeout_ms: TIMEOUT_MS,
        client_certificate: None,
        proxy: None,
    };
    let response = live.host.send(request).map_err(|error| error.to_string())?;
    if response.status != 200 {
        return Err(format!("{url} answered {}", response.status));
    }
    let bytes = match response.body {
        Body::Bytes(bytes) => bytes,
        Body::Stream(stream) => drain(stream)?,
    };
    serde_json::from_slice(&bytes).map_err(|_| format!("{url} did not answer with JSON"))
}
