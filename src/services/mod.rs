//! Simulated services that policies ask besides models: OpenID providers, whose tokens `validate-jwt` and
//! `validate-azure-ad-token` check, Azure AI Content Safety, which `llm-content-safety` asks, and Azure AI Language, which finds personal data. Pure: a request and a time
//! come in, an answer comes out; the sandbox serves them over HTTP, scenarios ask them in virtual time.

mod content_safety;
mod language;
mod openid;

use serde_json::Value as Json;

pub use content_safety::{Category, ContentSafety, Finding};
pub use language::{Language, Personal};
pub use openid::{ENTRA_HOSTS, serve as serve_openid, token};

/// A request as it reached a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask<'a> {
    pub method: &'a str,
    pub host: &'a str,
    /// Without the query.
    pub path: &'a str,
    pub body: &'a [u8],
}

/// What it is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub body: Json,
}

impl Answer {
    fn ok(body: Json) -> Self {
        Self { status: 200, body }
    }
}
