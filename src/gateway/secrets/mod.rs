//! What a trace must not show. A secret is known by its value: named values that are secret, keys of subscriptions,
//! credentials of backends, tokens of the gateway's identity, and whatever a request, its caller's or one upstream, has
//! in a field such as `Authorization`. So it is hidden wherever a policy puts it: in a variable, another header, a URL or
//! a message, as it is or encoded. What was never seen as a secret is known by its name or its form alone: [`names`].
//!
//! Masking is done when a trace is shown ([`super::Trace::shown`]), by all that was secret until the end of the request:
//! a token that a policy keeps in a variable is known as one once it is sent. What an expression has made of a secret (a
//! part, a hash) is not recognised.

mod names;
mod needles;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;

use super::{BackendKind, Config, Headers};
pub(super) use names::is_secret_name;
pub(super) use needles::Needles;

/// Stands where a secret was.
pub(super) const HIDDEN: &str = "(hidden)";

/// Different secrets of one request; past that all of its texts are hidden.
const MAX_OWN: usize = 1_000;
/// Shorter values of a request are hidden where they stand and not elsewhere: `1` is no secret, and stands in every other
/// text.
const SHORTEST_OWN: usize = 4;
/// Values of credentials under other names than those of secrets may be ordinary words, such as a version.
const LONG_CREDENTIAL: usize = 8;

/// The secrets that a request meets, by value.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Secrets {
    service: Arc<Needles>,
    own: Vec<String>,
}

/// The secrets of one request, gathered while it runs; its branches share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered(Arc<Mutex<Vec<String>>>);

/// Never the values.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} of the request)", self.own.len())
    }
}

/// What is secret in a service, however it is asked.
pub(super) fn of_service(config: &Config) -> Needles {
    let named = config.named_values.iter().filter(|(name, _)| config.secret_named_values.contains(*name));
    let named = named.map(|(_, value)| value.clone());
    let keys =
        config.subscriptions.iter().flat_map(|one| [one.primary_key.clone(), one.secondary_key.clone()]);
    let mut values: Vec<String> = named.chain(keys).collect();
    for backend in &config.backends {
        let BackendKind::Single { credentials, .. } = &backend.kind else { continue };
        for (name, list) in credentials.headers.iter().chain(&credentials.query) {
            let secret = list.iter().filter(|value| is_secret_name(name) || value.len() >= LONG_CREDENTIAL);
            values.extend(secret.cloned());
        }
        values.extend(credentials.authorization.iter().map(|(_, parameter)| parameter.clone()));
    }
    // A credential that is a reference is known by what it refers to.
    values.retain(|value| !value.starts_with("{{"));
    Needles::of(values.iter().map(String::as_str))
}

impl Gathered {
    /// Takes a value for a secret from now on: all of it, what follows a scheme such as `Bearer`, and the password of
    /// `Basic`.
    pub(super) fn add(&self, value: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut add = |value: &str| {
            let value = value.trim();
            if value.len() >= SHORTEST_OWN && known.len() <= MAX_OWN && !known.iter().any(|one| one == value)
            {
                known.push(value.to_owned());
            }
        };
        add(value);
        if let Some((scheme, rest)) = value.trim().split_once(' ') {
            add(rest);
            if scheme.eq_ignore_ascii_case("Basic")
                && let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(rest.trim())
                && let Ok(pair) = String::from_utf8(bytes)
                && let Some((_, password)) = pair.split_once(':')
            {
                add(password);
            }
        }
    }

    /// Takes the values of fields such as `Authorization` for secrets.
    pub(super) fn add_headers(&self, headers: &Headers) {
        for (name, value) in headers.0.iter().filter(|(name, _)| is_secret_name(name)) {
            self.add(value);
            if name.eq_ignore_ascii_case("Cookie") {
                value
                    .split(';')
                    .filter_map(|pair| pair.split_once('='))
                    .for_each(|(_, value)| self.add(value));
            }
        }
    }

    /// Takes the values of query parameters such as `subscription-key` for secrets.
    pub(super) fn add_query(&self, query: &[(String, String)]) {
        let secret = |name: &str| is_secret_name(name) || names::is_secret_parameter(name);
        query.iter().filter(|(name, _)| secret(name)).for_each(|(_, value)| self.add(value));
    }

    /// All of them, beside those of the service.
    pub(super) fn with(&self, service: &Arc<Needles>) -> Secrets {
        let own = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Secrets { service: Arc::clone(service), own }
    }
}

/// Texts of one trace, without secrets.
pub(super) struct Mask<'a> {
    service: &'a Needles,
    own: Needles,
    hides_all: bool,
}

impl Secrets {
    pub(super) fn mask(&self) -> Mask<'_> {
        let own = Needles::of(self.own.iter().map(String::as_str));
        Mask { service: &self.service, own, hides_all: self.own.len() > MAX_OWN }
    }
}

impl Mask<'_> {
    /// Returns the text with [`HIDDEN`] in the place of each secret. Masks whole texts only: half a secret at the end of
    /// one that was cut before is not recognised.
    pub(super) fn hide(&self, text: &str) -> String {
        if self.hides_all {
            return HIDDEN.to_owned();
        }
        let text = self.own.hide(Cow::Borrowed(text));
        names::hide(&self.service.hide(text)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::{Subscription, SubscriptionDates, SubscriptionScope, SubscriptionState};

    fn secrets() -> Secrets {
        let subscription = Subscription {
            id: "one".to_owned(),
            display_name: "One".to_owned(),
            primary_key: "first-key-of-one".to_owned(),
            secondary_key: "second-key-of-one".to_owned(),
            scope: SubscriptionScope::AllApis,
            state: SubscriptionState::Active,
            dates: SubscriptionDates::default(),
        };
        let config = Config {
            named_values: [("a", "named & s3cret"), ("b", "plain")].map(|(k, v)| (k.into(), v.into())).into(),
            secret_named_values: ["a".to_owned()].into(),
            subscriptions: vec![subscription],
            ..Config::default()
        };
        let gathered = Gathered::default();
        gathered.add("Bearer opaque-token-1");
        gathered.add("Basic dXNlcjpvcGVuLXNlc2FtZQ==");
        gathered.with(&Arc::new(of_service(&config)))
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        let secrets = secrets();
        let mask = secrets.mask();
        for (text, shown) in [
            ("x=named & s3cret, plain", "x=(hidden), plain"),
            ("https://a/first-key-of-one?b=opaque-token-1", "https://a/(hidden)?b=(hidden)"),
            ("https://a/?b=named%20%26%20s3cret", "https://a/?b=(hidden)"),
            (r#"{"k":"open-sesame"}"#, r#"{"k":"(hidden)"}"#),
            ("<a>named &amp; s3cret</a>", "<a>(hidden)</a>"),
            ("nothing of it", "nothing of it"),
        ] {
            assert_eq!(mask.hide(text), shown, "{text}");
        }
    }

    #[test]
    fn in_base64_the_middle_of_a_secret_is_recognised_at_any_offset() {
        let secrets = secrets();
        for before in ["", "u", "us", "use"] {
            let encoded =
                base64::engine::general_purpose::STANDARD.encode(format!("{before}second-key-of-one:x"));
            let shown = secrets.mask().hide(&encoded);
            assert!(shown.contains(HIDDEN) && shown.len() < encoded.len(), "{before}: {shown}");
        }
    }

    #[test]
    fn what_is_kept_is_not_printed() {
        assert_eq!(format!("{:?}", secrets()), "Secrets(5 of the request)");
    }

    #[test]
    fn past_the_limit_everything_is_hidden() {
        let gathered = Gathered::default();
        (0..=MAX_OWN + 5).for_each(|n| gathered.add(&format!("secret-{n}")));
        assert_eq!(gathered.with(&Arc::default()).mask().hide("a word"), HIDDEN);
    }
}
