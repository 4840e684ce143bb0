//! One HTTP exchange with ARM, repeated where that helps. What the requests mean is left to `client`.
//!
//! Guarantees: TLS is verified; plain http goes to loopback hosts only; redirects are not followed; an answer
//! longer than [`BODY_MAX`] is refused; no wait is longer than `retry::RETRY_AFTER_MAX`.

use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use serde_json::Value as Json;
use time::OffsetDateTime;

use super::arm_error::clean;
use super::{ArmClient, ArmError, Blame, CaBundle, Endpoint, Error, ErrorKind, Retry, RetryNotice, retry};

/// Bytes of one answer. A page of deployment operations of the largest deployment (800 resources of up to 1 MB
/// would not fit, a page of 100 with typical 10 kB does many times).
const BODY_MAX: usize = 32 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// ARM itself gives up on a synchronous request after 60 s (async-api-reference of the RPC).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(90);

/// An answer that is not an error.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Json,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(&self.headers, OffsetDateTime::now_utc())
    }
}

/// Makes an HTTP client. Costs about nine milliseconds (reading the system's certificates), so it is made on the
/// first request. `loopback`: the environment's proxy is not asked for a server on this machine. `ca`: trusted besides
/// the system's certificates.
pub(super) fn http_client(loopback: bool, ca: Option<&CaBundle>) -> Result<reqwest::Client, Error> {
    // An error means that a provider was installed before, and that one serves as well.
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .user_agent(concat!("genai-lz/", env!("CARGO_PKG_VERSION")));
    if loopback {
        builder = builder.no_proxy();
    }
    if let Some(ca) = ca {
        builder = builder.tls_certs_merge(ca.certificates());
    }
    builder.build().map_err(|error| {
        Error::new(
            ErrorKind::Unreachable,
            Blame::Network,
            Retry::No,
            format!("no HTTP client: {}", reasons(&error)),
        )
    })
}

/// Whether a bearer token may be sent there: https anywhere, http on this machine only.
pub(super) fn may_carry_token(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host() && url.username().is_empty() && url.password().is_none(),
        "http" => is_loopback(url) && url.username().is_empty() && url.password().is_none(),
        _ => false,
    }
}

/// `127.0.0.0/8`, `[::1]` and `localhost`. A name other than that one may resolve to anything.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The URL of an ARM endpoint.
///
/// # Errors
/// `BadRequest` where it is not https and not on this machine.
pub(super) fn endpoint_url(endpoint: &Endpoint) -> Result<Url, Error> {
    let refused = |why: &str| Error::bad_request(format!("the endpoint `{}` {why}", endpoint.base_url));
    let base = Url::parse(&endpoint.base_url).map_err(|_| refused("is not a URL"))?;
    if may_carry_token(&base) {
        Ok(base)
    } else {
        Err(refused("is not https, and only a server on this machine may be asked without"))
    }
}

/// GETs what everybody may read; once, without a token.
pub(super) async fn get_openly(http: &reqwest::Client, url: Url) -> Result<Json, Error> {
    get_with(http.get(url.clone()), &url).await
}

/// Sends a GET as it was made, once.
pub(super) async fn get_with(request: reqwest::RequestBuilder, url: &Url) -> Result<Json, Error> {
    let answer = receive(&Method::GET, url, request.header("accept", "application/json")).await?;
    Ok(answer.body)
}

/// Sends a request and reads its answer, up to [`BODY_MAX`].
async fn receive(method: &Method, url: &Url, request: reqwest::RequestBuilder) -> Result<Answer, Error> {
    let mut response = request.send().await.map_err(|error| lost(method, url, &error))?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| lost(method, url, &error))? {
        if bytes.len() + chunk.len() > BODY_MAX {
            return Err(Error::bad_answer(format!("the answer of {} is longer than 32 MiB", host(url))));
        }
        bytes.extend_from_slice(&chunk);
    }
    read_answer(url, status, headers, &bytes)
}

impl ArmClient {
    /// Sends a request until it is answered for good: transient answers and lost connections are repeated as
    /// `RetryPolicy` says, an expired token is renewed once.
    pub(super) async fn exchange(
        &self,
        method: Method,
        url: Url,
        body: Option<&[u8]>,
    ) -> Result<Answer, Error> {
        if !may_carry_token(&url) {
            return Err(Error::bad_request(format!(
                "`{}` is not https, and only a server on this machine may be asked without",
                url.origin().ascii_serialization()
            )));
        }
        let mut tries = Tries::new(self);
        loop {
            match tries.send(&method, &url, body).await {
                Ok(answer) => return Ok(answer),
                Err(error) => tries.wait(error).await?,
            }
        }
    }

    async fn exchange_once(&self, method: &Method, url: &Url, body: Option<&[u8]>) -> Result<Answer, Error> {
        let token = self.token().await?;
        let mut request = self
            .http()?
            .request(method.clone(), url.clone())
            .bearer_auth(token.expose())
            .header("accept", "application/json")
            .header("x-ms-correlation-request-id", self.correlation_id())
            .header("x-ms-client-request-id", uuid::Uuid::new_v4().to_string());
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_vec());
        }
        let answer = receive(method, url, request).await;
        if answer.is_ok() || answer.as_ref().is_err_and(|error| error.arm.is_some()) {
            self.was_reached.store(true, Ordering::Relaxed);
        }
        answer
    }
}

/// How often one request was sent, and whether it is sent once more.
pub(super) struct Tries<'a> {
    client: &'a ArmClient,
    sent: u32,
    began: Duration,
    renewed: bool,
}

impl<'a> Tries<'a> {
    pub(super) fn new(client: &'a ArmClient) -> Self {
        Self { client, sent: 0, began: client.clock().elapsed(), renewed: false }
    }

    pub(super) async fn send(
        &mut self,
        method: &Method,
        url: &Url,
        body: Option<&[u8]>,
    ) -> Result<Answer, Error> {
        self.sent += 1;
        self.client.exchange_once(method, url, body).await.map_err(|mut error| {
            error.tries = self.sent;
            error.correlation_id = Some(self.client.correlation_id().to_owned());
            error
        })
    }

    /// Waits before the next try; the error comes back where there is to be none. A token that is refused is renewed
    /// once.
    pub(super) async fn wait(&mut self, error: Error) -> Result<(), Error> {
        if error.status == Some(401) && !self.renewed {
            self.renewed = true;
            self.client.forget_token().await;
            return Ok(());
        }
        let asked = match error.retry {
            Retry::No => return Err(error),
            Retry::Yes => None,
            Retry::After(wait) => Some(wait),
        };
        let policy = &self.client.options().retry;
        let waited = self.client.clock().elapsed().saturating_sub(self.began);
        let is_patient = self.may_pass(&error) && waited < policy.patience;
        if self.sent >= policy.tries_max && !is_patient {
            return Err(error);
        }
        let jitter = uuid::Uuid::new_v4().as_bytes()[0];
        let wait = policy.delay_after(self.sent, asked, jitter);
        if let Some(notify) = &self.client.options().on_retry {
            notify(&RetryNotice { error, wait });
        }
        self.client.clock().sleep(wait).await;
        Ok(())
    }

    /// Throttling ends, and a network comes back that has been there before.
    fn may_pass(&self, error: &Error) -> bool {
        let is_network = error.status.is_none() && error.blame == Blame::Network;
        error.status == Some(429) || (is_network && self.client.was_reached.load(Ordering::Relaxed))
    }
}

/// Sorts an answer into success and kinds of failure.
fn read_answer(url: &Url, status: u16, headers: HeaderMap, bytes: &[u8]) -> Result<Answer, Error> {
    let json = if bytes.is_empty() { Ok(Json::Null) } else { serde_json::from_slice::<Json>(bytes) };
    if (200..300).contains(&status) {
        let Ok(body) = json else {
            let is_cut = json.is_err_and(|error| error.is_eof());
            let mut error =
                Error::bad_answer(format!("{} answered {status} with something that is not JSON", host(url)));
            error.retry = if is_cut { Retry::Yes } else { Retry::No };
            return Err(Error { status: Some(status), ..error });
        };
        return Ok(Answer { status, headers, body });
    }
    let arm = json.ok().as_ref().and_then(ArmError::from_json);
    let retry = match retry::retry_after(&headers, OffsetDateTime::now_utc()) {
        _ if !is_repeatable(status, arm.as_ref()) => Retry::No,
        Some(wait) => Retry::After(wait),
        None => Retry::Yes,
    };
    let (kind, blame, message) = match status {
        300..=399 => {
            (ErrorKind::BadAnswer, Blame::Network, "was redirected, which Azure Resource Manager never does")
        }
        401 => (ErrorKind::NotSignedIn, Blame::User, "did not accept the token"),
        403 => (ErrorKind::Forbidden, Blame::User, "does not allow this"),
        404 => (ErrorKind::NotFound, Blame::User, "found nothing"),
        429 => (ErrorKind::Refused, Blame::Azure, "is throttling"),
        500.. => (ErrorKind::Refused, Blame::Azure, "failed"),
        _ => (ErrorKind::Refused, Blame::User, "refused the request"),
    };
    let skew = if status == 401 { clock_skew(&headers, OffsetDateTime::now_utc()) } else { None };
    let skew = skew.map(|skew| format!("; {skew}")).unwrap_or_default();
    let mut error =
        Error::new(kind, blame, retry, format!("{} {message} (status {status}{skew})", host(url)));
    error.status = Some(status);
    error.arm = arm.map(Box::new);
    error.request_id = headers.get("x-ms-request-id").and_then(|value| value.to_str().ok()).map(clean);
    Err(error)
}

/// Says by how much this machine's clock and the server's differ, where a token may be refused for it: from five minutes
/// on, what Microsoft's own token validation allows by default (`TokenValidationParameters.DefaultClockSkew`, 2026-11).
fn clock_skew(headers: &HeaderMap, now: OffsetDateTime) -> Option<String> {
    let skew = now - retry::date(headers)?;
    let minutes = skew.whole_minutes().abs();
    let way = if skew.is_negative() { "behind" } else { "ahead of" };
    (minutes >= 5).then(|| format!("the clock of this machine is {minutes} minutes {way} the server's"))
}

/// Besides transient statuses: a provider that is still busy with an earlier change says 409
/// `AnotherOperationInProgress`, the network provider 429 `RetryableError…` (seen with vnets and their subnets).
fn is_repeatable(status: u16, arm: Option<&ArmError>) -> bool {
    retry::is_transient(status)
        || (status == 409 && arm.is_some_and(|arm| arm.has_code("AnotherOperationInProgress")))
}

/// No complete answer. A POST is repeated only where nothing can have been sent.
fn lost(method: &Method, url: &Url, error: &reqwest::Error) -> Error {
    let repeat = method != Method::POST || error.is_connect();
    let what = if error.is_timeout() {
        "did not answer in time"
    } else if error.is_connect() {
        "cannot be reached"
    } else {
        "broke off its answer"
    };
    Error::new(
        ErrorKind::Unreachable,
        Blame::Network,
        if repeat { Retry::Yes } else { Retry::No },
        format!("{} {what}: {}", host(url), reasons(error)),
    )
}

fn host(url: &Url) -> String {
    format!("`{}`", url.host_str().unwrap_or("?"))
}

/// The innermost reason; reqwest's outer sentences repeat the URL.
fn reasons(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    clean(&error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leaves_this_machine_only_over_https() {
        for (url, allowed) in [
            ("https://management.azure.com/x", true),
            ("http://127.0.0.1:8080/", true),
            ("http://[::1]:8080/", true),
            ("http://localhost:1/", true),
            ("http://management.azure.com/", false),
            ("http://localhost.evil.example/", false),
            ("http://127.0.0.1.evil.example/", false),
            ("http://127.0.0.1@evil.example/", false),
            ("https://user@management.azure.com/", false),
            ("ftp://127.0.0.1/", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(may_carry_token(&Url::parse(url).unwrap()), allowed, "{url}");
        }
    }

    #[test]
    fn answers_say_whose_fault_it_is_and_whether_to_try_again() {
        let url = Url::parse("https://arm.test/").unwrap();
        let conflict = br#"{"error":{"code":"AnotherOperationInProgress","message":"busy"}}"#.as_slice();
        for (status, body, kind, blame, retry) in [
            (401, b"".as_slice(), ErrorKind::NotSignedIn, Blame::User, Retry::No),
            (403, b"{}", ErrorKind::Forbidden, Blame::User, Retry::No),
            (404, b"<html>", ErrorKind::NotFound, Blame::User, Retry::No),
            (409, b"", ErrorKind::Refused, Blame::User, Retry::No),
            (409, conflict, ErrorKind::Refused, Blame::User, Retry::Yes),
            (429, b"", ErrorKind::Refused, Blame::Azure, Retry::Yes),
            (503, b"", ErrorKind::Refused, Blame::Azure, Retry::Yes),
            (302, b"", ErrorKind::BadAnswer, Blame::Network, Retry::No),
            (200, b"<html>", ErrorKind::BadAnswer, Blame::Network, Retry::No),
            (200, b"{\"cut\":", ErrorKind::BadAnswer, Blame::Network, Retry::Yes),
        ] {
            let error = read_answer(&url, status, HeaderMap::new(), body).unwrap_err();
            assert_eq!((error.kind, error.blame, error.retry), (kind, blame, retry), "status {status}");
        }
    }
}
