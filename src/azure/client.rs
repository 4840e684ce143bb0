//! The client: an endpoint, a credential, one correlation id for the run, and paths that are safe to send.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Method, Url};
use serde_json::Value as Json;
use tokio::sync::Mutex;

use super::clock::{Clock, SystemClock};
use super::sign_in::{Token, TokenSource};
use super::transport::{self, Answer};
use super::{CaBundle, Credential, Error, Identity, RetryPolicy, SecretString};

/// Pages of one list. A list of operations has 100 or more entries a page, a deployment at most 800 resources.
const PAGES_MAX: usize = 1_000;

/// Where ARM is, and the scope a token is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Without a path, such as `https://management.azure.com`.
    pub base_url: String,
    pub scope: String,
}

impl Endpoint {
    /// The public cloud.
    pub fn public() -> Self {
        Self::of("https://management.azure.com")
    }

    /// An ARM anywhere else, such as the sandbox.
    pub fn of(base_url: &str) -> Self {
        let base_url = base_url.trim_end_matches('/').to_owned();
        Self { scope: format!("{base_url}/.default"), base_url }
    }
}

/// A request is about to be repeated.
#[derive(Clone, Debug)]
pub struct RetryNotice {
    pub error: Error,
    pub wait: Duration,
}

/// Is told of a repetition before the wait.
pub type RetryListener = Arc<dyn Fn(&RetryNotice) + Send + Sync>;

/// Settings that have good defaults.
#[derive(Clone)]
pub struct ClientOptions {
    pub retry: RetryPolicy,
    /// Told before each wait, so that a long one does not look like a hang.
    pub on_retry: Option<RetryListener>,
    /// How long a deployment may take before we stop watching it (it goes on in Azure).
    pub deployment_timeout: Duration,
    /// Trusted besides the system's certificates.
    pub ca: Option<CaBundle>,
    /// Between polls where ARM names no time. The RPC says 60 s, too slow for a progress display.
    pub poll_interval: Duration,
    pub clock: Arc<dyn Clock>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            on_retry: None,
            ca: None,
            // An API Management service with virtual network takes 45 minutes and more; two of them in a row fit.
            deployment_timeout: Duration::from_secs(3 * 60 * 60),
            poll_interval: Duration::from_secs(5),
            clock: Arc::new(SystemClock::start()),
        }
    }
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("retry", &self.retry)
            .field("deployment_timeout", &self.deployment_timeout)
            .field("poll_interval", &self.poll_interval)
            .finish_non_exhaustive()
    }
}

/// A client of one ARM endpoint. Making one does nothing; the HTTP client and the token come with the first request.
#[derive(Debug)]
pub struct ArmClient {
    base: Url,
    scope: String,
    options: ClientOptions,
    correlation_id: String,
    http: OnceLock<reqwest::Client>,
    source: Mutex<(TokenSource, Option<Token>)>,
    /// ARM has answered before, so where it is now silent it may come back.
    pub(super) was_reached: AtomicBool,
}

impl ArmClient {
    /// # Errors
    /// `BadRequest` where the endpoint is not https and not on this machine.
    pub fn new(endpoint: &Endpoint, credential: Credential, options: ClientOptions) -> Result<Self, Error> {
        Ok(Self {
            base: transport::endpoint_url(endpoint)?,
            scope: endpoint.scope.clone(),
            options,
            correlation_id: uuid::Uuid::new_v4().to_string(),
            http: OnceLock::new(),
            source: Mutex::new((TokenSource::new(credential), None)),
            was_reached: AtomicBool::new(false),
        })
    }

    /// Sent as `x-ms-correlation-request-id` with every request of this client.
    pub fn correlation_id(&self) -> &str {
        &self.correlation_id
    }

    /// Fetches a token now, so that a missing sign-in is found before anything else is done.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn sign_in(&self) -> Result<(), Error> {
        self.token().await.map(drop)
    }

    /// Fetches a token and reads who it speaks for; None where it does not say.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub async fn identity(&self) -> Result<Option<Identity>, Error> {
        Ok(Identity::of_token(&self.token().await?))
    }

    /// GETs a resource by its id.
    ///
    /// # Errors
    /// `NotFound` where there is none, and every other [`Error`].
    pub async fn get_resource(&self, id: &str, api_version: &str) -> Result<Json, Error> {
        Ok(self.call(Method::GET, id, api_version, None).await?.body)
    }

    /// Sends a request to a path below the endpoint.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        api_version: &str,
        body: Option<&[u8]>,
    ) -> Result<Answer, Error> {
        let mut url = self.base.clone();
        url.set_path(checked_path(path)?);
        url.query_pairs_mut().append_pair("api-version", api_version);
        self.exchange(method, url, body).await
    }

    /// GETs all pages of a list.
    pub(super) async fn list(&self, path: &str, api_version: &str) -> Result<Vec<Json>, Error> {
        self.list_with(path, api_version, &[]).await
    }

    /// The same with more parameters in the query.
    pub(super) async fn list_with(
        &self,
        path: &str,
        api_version: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Vec<Json>, Error> {
        let mut url = self.base.clone();
        url.set_path(checked_path(path)?);
        url.query_pairs_mut().append_pair("api-version", api_version).extend_pairs(parameters);
        let mut answer = self.exchange(Method::GET, url, None).await?;
        let mut items = Vec::new();
        for _ in 0..PAGES_MAX {
            let Json::Object(mut page) = answer.body else {
                return Err(Error::bad_answer(format!("the list of `{path}` is not an object")));
            };
            if let Some(Json::Array(values)) = page.remove("value") {
                items.extend(values);
            }
            let next = page.get("nextLink").and_then(Json::as_str).filter(|link| !link.is_empty());
            let Some(next) = next else { return Ok(items) };
            answer = self.exchange(Method::GET, self.own_url(next)?, None).await?;
        }
        Err(Error::bad_answer(format!("the list of `{path}` has more than {PAGES_MAX} pages")))
    }

    /// Reads a URL that an answer gave us. It gets our token, so it must be on our endpoint.
    pub(super) fn own_url(&self, link: &str) -> Result<Url, Error> {
        let url = self.base.join(link).map_err(|_| Error::bad_answer(format!("`{link}` is not a URL")))?;
        if url.origin() == self.base.origin() && transport::may_carry_token(&url) {
            Ok(url)
        } else {
            let other = url.origin().ascii_serialization();
            Err(Error::bad_answer(format!(
                "an answer points to another host, `{other}`; it does not get our token"
            )))
        }
    }

    /// The clock that its waits go by.
    pub fn clock(&self) -> &dyn Clock {
        &*self.options.clock
    }

    /// How long an answer is waited for that may still come.
    pub fn patience(&self) -> Duration {
        self.options.retry.patience
    }

    pub(super) fn options(&self) -> &ClientOptions {
        &self.options
    }

    pub(super) fn http(&self) -> Result<&reqwest::Client, Error> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let made = transport::http_client(transport::is_loopback(&self.base), self.options.ca.as_ref())?;
        Ok(self.http.get_or_init(|| made))
    }

    pub(super) async fn token(&self) -> Result<SecretString, Error> {
        let (source, token) = &mut *self.source.lock().await;
        let now = self.clock().now();
        match token {
            Some(token) if token.is_fresh(now) => Ok(token.secret.clone()),
            _ => Ok(token.insert(source.fetch(&self.scope, now).await?).secret.clone()),
        }
    }

    pub(super) async fn forget_token(&self) {
        let (source, token) = &mut *self.source.lock().await;
        source.forget();
        *token = None;
    }
}

/// An id or a name that holds `?`, `#` or `..` would ask for something else than it says.
pub(super) fn checked_path(path: &str) -> Result<&str, Error> {
    let is_safe = |segment: &str| {
        segment != "." && segment != ".." && !segment.chars().any(|c| c.is_control() || "?#%\\".contains(c))
    };
    let well_formed = path.starts_with('/') && !path.starts_with("//") && path.split('/').all(is_safe);
    if well_formed { Ok(path) } else { Err(Error::bad_request(format!("`{path}` cannot be sent as a path"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(base_url: &str) -> Result<ArmClient, Error> {
        let credential = Credential::Static(SecretString::new("t0ken"));
        ArmClient::new(&Endpoint::of(base_url), credential, ClientOptions::default())
    }

    #[test]
    fn an_endpoint_without_tls_must_be_on_this_machine() {
        assert!(client("http://127.0.0.1:1/").is_ok());
        assert!(client("https://management.azure.com").is_ok());
        for bad in ["http://management.azure.com", "nonsense", "ws://127.0.0.1"] {
            assert!(client(bad).unwrap_err().message.contains(bad), "{bad}");
        }
    }

    #[test]
    fn links_of_answers_stay_on_the_endpoint() {
        let client = client("http://127.0.0.1:1000").unwrap();
        assert!(client.own_url("http://127.0.0.1:1000/subscriptions?x=1").is_ok());
        assert!(client.own_url("/subscriptions?x=1").is_ok());
        for bad in
            ["http://127.0.0.1:1001/", "https://127.0.0.1:1000/", "https://evil.example/", "//evil.example/"]
        {
            assert!(client.own_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_that_would_ask_for_something_else_are_refused() {
        for bad in ["a", "//a", "/a/../b", "/a?b", "/a#b", "/a%2fb", "/a\\b", "/a\nb"] {
            assert!(checked_path(bad).is_err(), "{bad}");
        }
        assert!(checked_path("/subscriptions/1/resourceGroups/a (b)_c.d").is_ok());
    }
}
