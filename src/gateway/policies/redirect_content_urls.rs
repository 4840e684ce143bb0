//! `<redirect-content-urls/>`: links to the backend in the answer's body become links to the gateway (outbound), and the
//! other way round in the request's (inbound). Learn, redirect-content-urls (2024-07-23): bodies only, no headers.
//!
//! Decisions, where the page is silent:
//! - The backend is the URL to which the request was, or in inbound would be, sent: without what the caller chose. The
//!   gateway is the caller's scheme and host with the API's path. A link is one that begins with it and goes on with
//!   `/`, `?`, `#` or the end of the word; scheme and host compare without case.
//! - A compressed body (`Content-Encoding`) is left alone, which the trace says. A streamed answer is read whole.

use std::sync::Arc;

use super::Executor;
use super::find_and_replace::change_body;
use super::message::Side;
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, State, Target};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::url::Url;

pub(super) static EXECUTOR: Executor = Executor {
    element: "redirect-content-urls",
    compile: |_, placed| Some(Box::new(RedirectContentUrls { side: Side::of(placed) })),
};

struct RedirectContentUrls {
    side: Side,
}

impl Run for RedirectContentUrls {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let (backend, is_compressed) = {
            let mut state = live.state();
            let encoded =
                self.side.headers(&mut state).is_some_and(|headers| headers.contains("Content-Encoding"));
            (backend(live, &state), encoded)
        };
        let (Some(backend), false) = (backend, is_compressed) else {
            live.note(if is_compressed {
                "left alone: the body is compressed"
            } else {
                "no backend is known"
            });
            return Ok(Flow::Next);
        };
        let gateway = gateway(live);
        let (from, to) = if self.side == Side::Request { (gateway, backend) } else { (backend, gateway) };
        let n_changed = change_body(live, self.side, |body| redirect(body, &from, &to))?;
        live.note(format!("links changed: {n_changed}, from {from} to {to}"));
        Ok(Flow::Next)
    }
}

fn backend(live: &Live, state: &State) -> Option<String> {
    if let Some(base) = &state.upstream_base {
        return Some(plain(base.clone()));
    }
    let url = match &state.target {
        Target::BaseUrl(url) => Some(url.clone()),
        Target::Service => live.route.api.service_url.clone(),
        Target::Entity(id) => live.gateway.backends().url_of(id).map(str::to_owned),
    };
    url.map(|url| plain(Url::parse(&url)))
}

fn gateway(live: &Live) -> String {
    let path = live.route.api.path.trim_matches('/');
    let path = if path.is_empty() { String::new() } else { format!("/{path}") };
    plain(Url { path, query: Vec::new(), ..live.state().request.original_url.clone() })
}

/// A URL without its query and without a slash at the end.
fn plain(url: Url) -> String {
    Url { query: Vec::new(), ..url }.to_string().trim_end_matches('/').to_owned()
}

fn redirect(body: &[u8], from: &str, to: &str) -> (Vec<u8>, usize) {
    let (mut changed, mut n_changed, mut rest) = (Vec::with_capacity(body.len()), 0, body);
    while !rest.is_empty() {
        let begins = rest.get(..from.len()).is_some_and(|start| start.eq_ignore_ascii_case(from.as_bytes()));
        let ends = rest
            .get(from.len())
            .is_none_or(|next| !next.is_ascii_alphanumeric() && !b".:-_@%".contains(next));
        if begins && ends {
            changed.extend_from_slice(to.as_bytes());
            n_changed += 1;
            rest = &rest[from.len()..];
        } else {
            changed.push(rest[0]);
            rest = &rest[1..];
        }
    }
    (changed, n_changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_end_where_another_host_would_begin() {
        let (from, to) = ("https://things.example/base", "https://gateway.example/v1");
        for (body, expected) in [
            (
                "{\"self\": \"https://things.example/base/7?x=1\"}",
                "{\"self\": \"https://gateway.example/v1/7?x=1\"}",
            ),
            ("HTTPS://Things.Example/base", "https://gateway.example/v1"),
            ("https://things.example/baseline", "https://things.example/baseline"),
            ("https://things.example/other", "https://things.example/other"),
        ] {
            let changed = String::from_utf8(redirect(body.as_bytes(), from, to).0).unwrap();
            assert_eq!(changed, expected);
        }
        let (changed, n_changed) = redirect(b"https://a.example.evil/", "https://a.example", "x");
        assert_eq!((changed.as_slice(), n_changed), (b"https://a.example.evil/".as_slice(), 0));
    }
}
