//! `<cors allow-credentials="true"><allowed-origins><origin>https://app.example</origin></allowed-origins>…</cors>`:
//! lets browsers call from other origins. Learn, cors (2024-07-23).
//!
//! A preflight request (OPTIONS with `Origin` and `Access-Control-Request-Method`, for an operation that has no OPTIONS
//! of its own) is answered by the `cors` policies of inbound alone; no other policy runs and no key is asked for. Any
//! other request with `Origin` gets the headers on whatever answer leaves, errors included.
//!
//! Decisions, where the page is silent or contradicts itself:
//! - `terminate-unmatched-request` is true by default: the table says false, the text below it and the behaviour it
//!   explains say true. Only GET and HEAD are ended by it; other methods go on without the headers, as the page says.
//! - Of several policies the first that matches a preflight counts; one that does not match and ends unmatched
//!   requests ends the search. `allowed-headers` left out allows the simple ones only.
//! - Origins compare without case and without a slash at the end; the port is the scheme's unless written.
//! - With `*` the answer says `*`, or the caller's origin where credentials are allowed; `Vary: Origin` goes with an
//!   origin by name. A preflight is answered with the method and the headers it asks for.

use std::sync::Arc;

use super::Executor;
use crate::gateway::Headers;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveResponse};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::PolicyElement;

pub(super) static EXECUTOR: Executor = Executor {
    element: "cors",
    compile: |compiler, placed| {
        let element = &placed.element;
        let methods = element.children.iter().find(|child| child.name == "allowed-methods");
        Some(Box::new(Cors {
            allows_credentials: compiler.setting(element, "allow-credentials"),
            ends_unmatched: compiler.setting(element, "terminate-unmatched-request"),
            origins: inside(compiler, element, "allowed-origins"),
            methods: methods.map(|_| inside(compiler, element, "allowed-methods")),
            max_age_s: methods.and_then(|methods| compiler.setting(methods, "preflight-result-max-age")),
            headers: inside(compiler, element, "allowed-headers"),
            exposed: inside(compiler, element, "expose-headers"),
        }))
    },
};

/// Allowed where no methods are named (Learn, cors).
const DEFAULT_METHODS: [&str; 2] = ["GET", "POST"];

/// Header fields that a browser may send without asking (Fetch, CORS-safelisted), lower case. Some browsers name them.
const SIMPLE_HEADERS: [&str; 4] = ["accept", "accept-language", "content-language", "origin"];

const ANY: &str = "*";

/// One `cors` policy.
pub(in crate::gateway) struct Cors {
    allows_credentials: Option<Setting<bool>>,
    ends_unmatched: Option<Setting<bool>>,
    origins: Vec<Setting<String>>,
    /// None where the policy does not say.
    methods: Option<Vec<Setting<String>>>,
    max_age_s: Option<Setting<i64>>,
    headers: Vec<Setting<String>>,
    exposed: Vec<Setting<String>>,
}

/// What a `cors` policy makes of a preflight request.
pub(in crate::gateway) enum Preflight {
    /// Allowed, with these headers.
    Matched(Headers),
    /// Not allowed, and no other policy is asked.
    Ended,
    /// Not allowed by this one.
    Unmatched,
}

fn inside(compiler: &Compiler<'_>, element: &PolicyElement, name: &str) -> Vec<Setting<String>> {
    let list = element.children.iter().find(|child| child.name == name);
    let children = list.into_iter().flat_map(|list| &list.children);
    children.filter_map(|child| compiler.text(child)).collect()
}

impl Run for Cors {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let (origin, method) = {
            let request = &live.state().request;
            (request.headers.get("Origin"), request.method.clone())
        };
        let Some(origin) = origin else { return Ok(Flow::Next) };
        if let Some(mut headers) = self.origin_headers(live, &origin)? {
            let exposed = get_all(&self.exposed, live)?;
            if !exposed.is_empty() {
                headers.set("Access-Control-Expose-Headers", exposed.join(","));
            }
            live.state().cors = headers;
            return Ok(Flow::Next);
        }
        let is_simple = method.eq_ignore_ascii_case("GET") || method.eq_ignore_ascii_case("HEAD");
        if is_simple && get_or(self.ends_unmatched.as_ref(), true, live)? {
            live.note(format!("`{origin}` is not allowed: the request ends with an empty 200"));
            live.state().response = Some(LiveResponse::empty(200));
            return Ok(Flow::End);
        }
        live.note(format!("`{origin}` is not allowed: no headers"));
        Ok(Flow::Next)
    }

    fn cors(&self) -> Vec<&Cors> {
        vec![self]
    }
}

impl Cors {
    /// Answers a preflight request.
    ///
    /// # Errors
    /// A fault where an expression throws.
    pub(in crate::gateway) fn preflight(&self, live: &Arc<Live>) -> Result<Preflight, Fault> {
        let asked = |name: &str| live.state().request.headers.get(name).unwrap_or_default();
        let (origin, method) = (asked("Origin"), asked("Access-Control-Request-Method"));
        let wanted = asked("Access-Control-Request-Headers");
        let matched = match self.origin_headers(live, &origin)? {
            Some(headers) if self.allows_method(live, &method)? && self.allows_headers(live, &wanted)? => {
                Some(headers)
            }
            _ => None,
        };
        let Some(mut headers) = matched else {
            let ends = get_or(self.ends_unmatched.as_ref(), true, live)?;
            return Ok(if ends { Preflight::Ended } else { Preflight::Unmatched });
        };
        headers.set("Access-Control-Allow-Methods", method);
        if !wanted.is_empty() {
            headers.set("Access-Control-Allow-Headers", wanted);
        }
        if let Some(max_age_s) = &self.max_age_s {
            headers.set("Access-Control-Max-Age", max_age_s.get(live)?.to_string());
        }
        Ok(Preflight::Matched(headers))
    }

    /// What an allowed origin gets; None for any other.
    fn origin_headers(&self, live: &Arc<Live>, origin: &str) -> Result<Option<Headers>, Fault> {
        let allowed = get_all(&self.origins, live)?;
        let allows_any = allowed.iter().any(|one| one.trim() == ANY);
        if !allows_any && !allowed.iter().any(|one| same_origin(one, origin)) {
            return Ok(None);
        }
        let with_credentials = get_or(self.allows_credentials.as_ref(), false, live)?;
        let mut headers = Headers::default();
        if allows_any && !with_credentials {
            headers.set("Access-Control-Allow-Origin", ANY);
        } else {
            headers.set("Access-Control-Allow-Origin", origin);
            headers.set("Vary", "Origin");
        }
        if with_credentials {
            headers.set("Access-Control-Allow-Credentials", "true");
        }
        Ok(Some(headers))
    }

    fn allows_method(&self, live: &Arc<Live>, method: &str) -> Result<bool, Fault> {
        let Some(methods) = &self.methods else {
            return Ok(DEFAULT_METHODS.iter().any(|one| one.eq_ignore_ascii_case(method)));
        };
        let methods = get_all(methods, live)?;
        Ok(methods.iter().any(|one| one.trim() == ANY || one.trim().eq_ignore_ascii_case(method)))
    }

    fn allows_headers(&self, live: &Arc<Live>, wanted: &str) -> Result<bool, Fault> {
        let allowed = get_all(&self.headers, live)?;
        let allows = |name: &str| {
            SIMPLE_HEADERS.contains(&name.to_ascii_lowercase().as_str())
                || allowed.iter().any(|one| one.trim() == ANY || one.trim().eq_ignore_ascii_case(name))
        };
        Ok(wanted.split(',').map(str::trim).filter(|name| !name.is_empty()).all(allows))
    }
}

fn get_all(settings: &[Setting<String>], live: &Arc<Live>) -> Result<Vec<String>, Fault> {
    settings.iter().map(|setting| setting.get(live)).collect()
}

fn same_origin(allowed: &str, origin: &str) -> bool {
    let plain = |text: &str| {
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let default = [("http://", ":80"), ("https://", ":443")]
            .into_iter()
            .find_map(|(scheme, port)| text.starts_with(scheme).then(|| text.strip_suffix(port)).flatten());
        default.map_or_else(|| text.clone(), str::to_owned)
    };
    plain(allowed) == plain(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_compare_as_browsers_write_them() {
        for (allowed, origin, expected) in [
            ("http://example.com/", "http://example.com", true),
            ("https://Example.com:443", "https://example.com", true),
            ("http://example.com", "https://example.com", false),
            ("http://localhost:8080", "http://localhost", false),
            ("http://example.com:443", "http://example.com", false),
            ("https://example.com", "https://example.com.evil.example", false),
        ] {
            assert_eq!(same_origin(allowed, origin), expected, "{allowed} {origin}");
        }
    }
}
