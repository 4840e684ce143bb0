//! OpenID providers, Content Safety and Language as upstreams.

use serde::Deserialize;

use super::{has_credential, parts};
use crate::gateway::UpstreamRequest;
use crate::gateway::sim_host::{SimAnswer, Upstream};
use crate::services::{self, Ask, ContentSafety, Language, serve_openid};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ShortOpenId {
    /// Always `true`; it says what the host is.
    #[serde(rename = "openid")]
    _openid: Yes,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "bool")]
struct Yes;

impl TryFrom<bool> for Yes {
    type Error = String;

    fn try_from(is: bool) -> Result<Self, String> {
        if is { Ok(Self) } else { Err("`openid` is `true`, or left out".to_owned()) }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct ShortSafety {
    pub content_safety: ContentSafety,
    /// Whether it answers without a key or a token.
    #[serde(default)]
    open: bool,
}

pub(super) struct OpenId;

impl Upstream for OpenId {
    fn answer(&mut self, request: &UpstreamRequest, now_unix_ms: i64, _random: u64) -> SimAnswer {
        let (host, path, _) = parts(&request.url);
        let ask = Ask { method: &request.method, host, path, body: &request.body };
        match serve_openid(now_unix_ms.div_euclid(1000), &ask) {
            Some(answer) => of_service(&answer),
            None => SimAnswer::new(404, ""),
        }
    }
}

pub(super) struct Safety(pub ShortSafety);

impl Upstream for Safety {
    fn answer(&mut self, request: &UpstreamRequest, _now_unix_ms: i64, _random: u64) -> SimAnswer {
        let ShortSafety { content_safety, open } = &self.0;
        if !open && !has_credential(request, &["Ocp-Apim-Subscription-Key", "Authorization"]) {
            return SimAnswer::new(401, r#"{"error":{"code":"401","message":"Access denied"}}"#);
        }
        let (host, path, _) = parts(&request.url);
        of_service(&content_safety.serve(&Ask { method: &request.method, host, path, body: &request.body }))
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct ShortLanguage {
    pub language: Language,
    /// Whether it answers without a key or a token.
    #[serde(default)]
    open: bool,
}

pub(super) struct Words(pub ShortLanguage);

impl Upstream for Words {
    fn answer(&mut self, request: &UpstreamRequest, _now_unix_ms: i64, _random: u64) -> SimAnswer {
        let ShortLanguage { language, open } = &self.0;
        if !open && !has_credential(request, &["Ocp-Apim-Subscription-Key", "Authorization"]) {
            return SimAnswer::new(401, r#"{"error":{"code":"401","message":"Access denied"}}"#);
        }
        let (host, path, _) = parts(&request.url);
        of_service(&language.serve(&Ask { method: &request.method, host, path, body: &request.body }))
    }
}

fn of_service(answer: &services::Answer) -> SimAnswer {
    SimAnswer::new(answer.status, answer.body.to_string()).header("Content-Type", "application/json")
}
