//! The OpenID token of a GitHub job, which Entra takes in the place of a secret where the application trusts the
//! repository. How it is asked for: docs.github.com, "OpenID Connect reference" (methods for requesting the token);
//! the audience: learn.microsoft.com, workload-identity-federation (both 2026-11).

use azure_core::credentials::Secret;
use azure_core::error::ErrorKind as CoreKind;
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use reqwest::Url;
use serde_json::Value as Json;

use super::OidcRequest;
use crate::azure::{Error, transport};

/// What Entra wants to read in the token.
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// Asks GitHub for a token each time Entra wants one; it lives for some minutes only.
#[derive(Debug)]
pub(super) struct GithubToken {
    url: Url,
    bearer: Secret,
    http: reqwest::Client,
}

impl GithubToken {
    pub(super) fn new(request: Option<&OidcRequest>) -> Result<Self, Error> {
        let wrong = |why: &str| Error::not_signed_in(format!("`ACTIONS_ID_TOKEN_REQUEST_URL` {why}"));
        let request = request.ok_or_else(|| wrong("is not set"))?;
        let mut url = Url::parse(&request.url).map_err(|_| wrong("is not a URL"))?;
        if !transport::may_carry_token(&url) {
            return Err(wrong("is not https"));
        }
        url.query_pairs_mut().append_pair("audience", AUDIENCE);
        Ok(Self {
            http: transport::http_client(transport::is_loopback(&url), None)?,
            url,
            bearer: Secret::new(request.token.expose().to_owned()),
        })
    }
}

#[async_trait::async_trait]
impl ClientAssertion for GithubToken {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let failed = |why: String| {
            azure_core::Error::with_message(
                CoreKind::Credential,
                format!("GitHub gave no OpenID token: {why}"),
            )
        };
        let request = self.http.get(self.url.clone()).bearer_auth(self.bearer.secret());
        let answer = transport::get_with(request, &self.url).await.map_err(|error| failed(error.message))?;
        match answer.get("value").and_then(Json::as_str) {
            Some(token) => Ok(token.to_owned()),
            None => Err(failed("the answer has no `value`".to_owned())),
        }
    }
}
