//! Sends the requests of `verify` to a deployed gateway. Keys are fetched from API Management for the run, go into a
//! header and nowhere else; TLS is verified, and plain http goes to this machine only.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::SecretString;
use crate::azure::{CaBundle, ClientOptions, Clock};
use crate::verify::{Ask, Check, Key, Seen, Verdict, Verified, WRONG_KEY, judge, may_go_on};

/// Of a body so much is kept; the rest is read and counted.
const BODY_KEPT: usize = 1024 * 1024;
/// Of one answer; more is none of a model.
const BODY_MAX: usize = 16 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// What the gateway needs besides the model's time.
const OVERHEAD: Duration = Duration::from_secs(10);

/// Where the gateway answers.
#[derive(Clone, Debug, Default)]
pub struct Door {
    /// `https://host[:port]`, without a path.
    pub base_url: String,
    /// Host names and the addresses to use for them.
    pub resolve: Vec<(String, IpAddr)>,
    /// Trusted besides the system's certificates.
    pub ca: Option<CaBundle>,
}

/// Why the gateway cannot be asked at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DoorError {
    #[error("`{0}` is not the URL of a gateway")]
    NotAUrl(String),
    #[error("`{0}` is not https, and keys are sent without it to this machine only")]
    NotSafe(String),
    #[error("no HTTP client: {0}")]
    NoClient(String),
}

/// No connection came about: why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable(pub String);

/// A request without a whole answer.
struct Lost {
    why: String,
    is_unreachable: bool,
}

impl Lost {
    fn of(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_unreachable: false }
    }
}

/// A client of the gateway.
pub struct Probe {
    http: reqwest::Client,
    base_url: String,
    clock: Arc<dyn Clock>,
}

impl Probe {
    /// # Errors
    /// [`DoorError`]; nothing is sent.
    pub fn new(door: &Door) -> Result<Self, DoorError> {
        let not_a_url = || DoorError::NotAUrl(door.base_url.clone());
        let url = reqwest::Url::parse(&door.base_url).map_err(|_| not_a_url())?;
        let host = url.host_str().ok_or_else(not_a_url)?;
        if url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Err(not_a_url());
        }
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let is_loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        match url.scheme() {
            "https" => {}
            "http" if is_loopback => {}
            "http" => return Err(DoorError::NotSafe(door.base_url.clone())),
            _ => return Err(not_a_url()),
        }
        // An error means that a provider was installed before, and that one serves as well.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("genai-lz/", env!("CARGO_PKG_VERSION")));
        if is_loopback || !door.resolve.is_empty() {
            // A proxy would look the name up itself.
            builder = builder.no_proxy();
        }
        for (host, address) in &door.resolve {
            // Port 0 stands for that of the URL.
            builder = builder.resolve(host, SocketAddr::new(*address, 0));
        }
        if let Some(ca) = &door.ca {
            builder = builder.tls_certs_merge(ca.certificates());
        }
        let http = builder.build().map_err(|error| DoorError::NoClient(error.to_string()))?;
        let base_url = door.base_url.trim_end_matches('/').to_owned();
        Ok(Self { http, base_url, clock: ClientOptions::default().clock })
    }

    /// Asks until what is expected has come, or will not.
    ///
    /// # Errors
    /// Where there is no gateway to be asked: why.
    pub async fn verify(
        &self,
        check: &Check,
        keys: &BTreeMap<String, SecretString>,
    ) -> Result<Verified, Unreachable> {
        let mut sent = 0;
        loop {
            sent += 1;
            let seen = match self.send(&check.ask, keys).await {
                Ok(seen) => seen,
                Err(Lost { why, is_unreachable: true }) => return Err(Unreachable(why)),
                Err(Lost { why, .. }) => return Ok(lost(check, why)),
            };
            if sent >= check.ask.times || !may_go_on(check, &seen) {
                return Ok(judge(check, &seen, sent));
            }
        }
    }

    async fn send(&self, ask: &Ask, keys: &BTreeMap<String, SecretString>) -> Result<Seen, Lost> {
        let key = match &ask.key {
            Key::None => None,
            Key::Wrong => Some(WRONG_KEY),
            Key::Of(id) => {
                let key = keys
                    .get(id)
                    .ok_or_else(|| Lost::of(format!("no key of subscription `{id}` was fetched")))?;
                Some(key.expose())
            }
        };
        let mut request = self
            .http
            .post(format!("{}{}", self.base_url, ask.path))
            .timeout(Duration::from_secs(u64::from(ask.timeout_s)) + OVERHEAD)
            .json(&ask.body);
        if let Some(key) = key {
            let mut value = reqwest::header::HeaderValue::from_str(key)
                .map_err(|_| Lost::of("the key cannot be sent as a header"))?;
            value.set_sensitive(true);
            request = request.header(ask.key_header, value);
        }
        let began = self.clock.elapsed();
        let mut answer = request.send().await.map_err(reason)?;
        let mut seen = Seen { status: answer.status().as_u16(), ..Seen::default() };
        for (name, value) in answer.headers() {
            if let Ok(value) = value.to_str() {
                seen.headers.push((name.as_str().to_owned(), value.to_owned()));
            }
        }
        let (mut kept, mut length) = (Vec::new(), 0);
        while let Some(piece) = answer.chunk().await.map_err(reason)? {
            seen.pieces += 1;
            length += piece.len();
            if length > BODY_MAX {
                return Err(Lost::of("an answer longer than 16 MiB"));
            }
            let room = BODY_KEPT - kept.len();
            kept.extend_from_slice(&piece[..piece.len().min(room)]);
        }
        seen.body = String::from_utf8_lossy(&kept).into_owned();
        seen.took_ms = u64::try_from((self.clock.elapsed() - began).as_millis()).unwrap_or(u64::MAX);
        Ok(seen)
    }
}

fn lost(check: &Check, why: String) -> Verified {
    let look = "what ends the connection: the timeouts of Application Gateway and of what stands before it";
    Verified { title: check.title.clone(), verdict: Verdict::Failed, seen: why, look: Some(look.to_owned()) }
}

/// With all its causes, and without the URL.
fn reason(error: reqwest::Error) -> Lost {
    let is_unreachable = error.is_connect();
    let error = error.without_url();
    let mut why = format!("no answer: {error}");
    let mut inner = std::error::Error::source(&error);
    while let Some(error) = inner {
        why = format!("{why}: {error}");
        inner = error.source();
    }
    Lost { why, is_unreachable }
}
