//! The simulated services beside Azure OpenAI on one port of loopback: OpenID providers, Content Safety and Language, told apart by
//! the `Host` of a request, and an endpoint that makes tokens. What they answer is [`crate::services`]'.
//!
//! ```text
//! POST /sandbox/token                          {"issuer": "https://…", "claims": {…}, "expiresIn": 3600} -> a token
//! POST /sandbox/control/content-safety         {"host": "…", "findings": […], "attacks": […], …}
//! POST /sandbox/control/language               {"host": "…", "personal": [{"text": "…", "category": "…"}]}
//! anything else                                as the service that the `Host` field names
//! ```

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::services::{self, Answer, Ask, ContentSafety, Language};

/// The longest life of a token that is made for the asking.
const MAX_LIFETIME_S: i64 = 10 * 365 * 24 * 3600;
const DEFAULT_LIFETIME_S: i64 = 3_600;

/// Running services; they stop when this is dropped.
pub struct ServicesSim {
    address: SocketAddr,
    hosts: Vec<String>,
    serving: JoinHandle<()>,
}

struct Shared {
    openid: Vec<String>,
    /// By host.
    safety: Mutex<IndexMap<String, ContentSafety>>,
    /// By host.
    language: Mutex<IndexMap<String, Language>>,
}

impl ServicesSim {
    /// Starts providers, Content Safety and Language at these host names on a free port of 127.0.0.1. Must be called within a tokio
    /// runtime.
    ///
    /// # Errors
    /// Where the port could not be opened.
    pub async fn start(openid: Vec<String>, safety: Vec<String>, language: Vec<String>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let lower =
            |hosts: Vec<String>| hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect::<Vec<_>>();
        let (openid, safety, language) = (lower(openid), lower(safety), lower(language));
        let hosts = openid.iter().chain(&safety).chain(&language).cloned().collect();
        let safety = safety.into_iter().map(|host| (host, ContentSafety::default())).collect();
        let language = language.into_iter().map(|host| (host, Language::default())).collect();
        let shared = Arc::new(Shared { openid, safety: Mutex::new(safety), language: Mutex::new(language) });
        let router = Router::new()
            .route("/sandbox/token", post(token))
            .route("/sandbox/control/content-safety", post(control))
            .route("/sandbox/control/language", post(control_language))
            .fallback(serve)
            .with_state(shared);
        // axum's serve ends only with its task; accept errors are retried inside.
        let serving = tokio::spawn(async move {
            let _ended = axum::serve(listener, router).await;
        });
        Ok(Self { address, hosts, serving })
    }

    /// Where all of them listen.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every service with its address, for the table of [`NetHost`](super::NetHost).
    pub fn addresses(&self) -> IndexMap<String, SocketAddr> {
        self.hosts.iter().map(|host| (host.clone(), self.address)).collect()
    }
}

impl Drop for ServicesSim {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    issuer: String,
    #[serde(default)]
    claims: Map<String, Value>,
    /// Seconds; less than nothing makes one that has expired.
    expires_in: Option<i64>,
}

async fn token(
    headers: HeaderMap,
    Json(wanted): Json<Wanted>,
) -> Result<Json<Value>, (StatusCode, &'static str)> {
    from_programs_only(&headers)?;
    let lifetime_s = wanted.expires_in.unwrap_or(DEFAULT_LIFETIME_S);
    if !(-MAX_LIFETIME_S..=MAX_LIFETIME_S).contains(&lifetime_s) {
        return Err((StatusCode::BAD_REQUEST, "`expiresIn` is a number of seconds, at most ten years\n"));
    }
    let token = services::token(&wanted.issuer, wanted.claims, now_unix_s(), lifetime_s);
    Ok(Json(json!({"token_type": "Bearer", "expires_in": lifetime_s, "access_token": token})))
}

#[derive(Deserialize)]
struct Script {
    host: String,
    #[serde(flatten)]
    finds: ContentSafety,
}

async fn control(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(script): Json<Script>,
) -> Result<StatusCode, (StatusCode, &'static str)> {
    from_programs_only(&headers)?;
    let mut safety = shared.safety.lock().unwrap_or_else(PoisonError::into_inner);
    let known = safety.get_mut(&script.host.to_ascii_lowercase());
    *known.ok_or((StatusCode::NOT_FOUND, "no Content Safety is simulated at this `host`\n"))? = script.finds;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct LanguageScript {
    host: String,
    #[serde(flatten)]
    finds: Language,
}

async fn control_language(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(script): Json<LanguageScript>,
) -> Result<StatusCode, (StatusCode, &'static str)> {
    from_programs_only(&headers)?;
    let mut language = shared.language.lock().unwrap_or_else(PoisonError::into_inner);
    let known = language.get_mut(&script.host.to_ascii_lowercase());
    *known.ok_or((StatusCode::NOT_FOUND, "no Language is simulated at this `host`\n"))? = script.finds;
    Ok(StatusCode::NO_CONTENT)
}

/// A page in a browser may send requests to loopback too, and says so in `Origin`; programs do not.
fn from_programs_only(headers: &HeaderMap) -> Result<(), (StatusCode, &'static str)> {
    if headers.contains_key(header::ORIGIN) {
        return Err((StatusCode::FORBIDDEN, "the sandbox takes no commands from web pages\n"));
    }
    Ok(())
}

async fn serve(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let named = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = named.rsplit_once(':').map_or(named, |(host, _)| host).to_ascii_lowercase();
    let ask = Ask { method: method.as_str(), host: &host, path: uri.path(), body: &body };
    let safety = shared.safety.lock().unwrap_or_else(PoisonError::into_inner).get(&host).cloned();
    let language = shared.language.lock().unwrap_or_else(PoisonError::into_inner).get(&host).cloned();
    let answer = match (safety, language) {
        (Some(_), _) | (_, Some(_)) if !has_credential(&headers) => {
            Some(Answer { status: 401, body: json!({"error": {"code": "401", "message": "Access denied"}}) })
        }
        (Some(safety), _) => Some(safety.serve(&ask)),
        (None, Some(language)) => Some(language.serve(&ask)),
        (None, None) if shared.openid.contains(&host) => services::serve_openid(now_unix_s(), &ask),
        (None, None) => None,
    };
    match answer {
        Some(Answer { status, body }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, Json(body)).into_response()
        }
        None => (StatusCode::NOT_FOUND, "no simulated service is at this host and path\n").into_response(),
    }
}

fn has_credential(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key("ocp-apim-subscription-key")
}

fn now_unix_s() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> reqwest::Client {
        // An error means that a provider was installed before.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder().no_proxy().build().unwrap()
    }

    #[tokio::test]
    async fn each_host_is_its_own_service() {
        let sim = ServicesSim::start(
            vec!["Id.example".into()],
            vec!["safe.example".into()],
            vec!["words.example".into()],
        )
        .await
        .unwrap();
        let url = |path: &str| format!("http://{}{path}", sim.address());
        let get = |host: &'static str| {
            client().get(url("/.well-known/openid-configuration")).header("Host", host).send()
        };
        assert_eq!(
            get("id.example").await.unwrap().json::<Value>().await.unwrap()["issuer"],
            "https://id.example"
        );
        assert_eq!(get("other.example").await.unwrap().status(), 404);
        let wanted = json!({"issuer": "https://id.example", "claims": {"aud": "a"}, "expiresIn": -5});
        let made = client().post(url("/sandbox/token")).json(&wanted).send().await.unwrap();
        assert!(made.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().starts_with("eyJ"));
        let from_page =
            client().post(url("/sandbox/token")).header("Origin", "https://x").json(&wanted).send().await;
        assert_eq!(from_page.unwrap().status(), 403);

        let script = json!({"host": "safe.example", "findings": [{"contains": "bomb", "category": "Hate", "severity": 6}]});
        let set = |script: Value| client().post(url("/sandbox/control/content-safety")).json(&script).send();
        assert_eq!(set(script).await.unwrap().status(), 204);
        assert_eq!(set(json!({"host": "none.example"})).await.unwrap().status(), 404);
        let analyze = || {
            let request = client().post(url("/contentsafety/text:analyze?api-version=2024-09-01"));
            request.header("Host", "safe.example").json(&json!({"text": "a bomb"}))
        };
        assert_eq!(analyze().send().await.unwrap().status(), 401);
        let answer = analyze()
            .header("Authorization", "Bearer x")
            .send()
            .await
            .unwrap()
            .json::<Value>()
            .await
            .unwrap();
        assert_eq!(answer["categoriesAnalysis"][0]["severity"], 6);

        let script = json!({"host": "words.example", "personal": [{"text": "Ada", "category": "Person"}]});
        let set = client().post(url("/sandbox/control/language")).json(&script).send().await.unwrap();
        assert_eq!(set.status(), 204);
        let asked = json!({"kind": "PiiEntityRecognition", "analysisInput": {"documents": [{"id": "0", "text": "is Ada"}]}});
        let read = client()
            .post(url("/language/:analyze-text?api-version=2024-11-01"))
            .header("Host", "words.example");
        let read = read.header("Authorization", "Bearer x").json(&asked).send().await.unwrap();
        assert_eq!(
            read.json::<Value>().await.unwrap()["results"]["documents"][0]["entities"][0]["offset"],
            3
        );
    }
}
