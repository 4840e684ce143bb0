//! What every request of the gateway has in common, whether `forward-request` sends it or `send-request`: which
//! header fields go along, how an answer is taken in, and redirects.

use crate::gateway::live::{LiveBody, drain};
use crate::gateway::url::Url;
use crate::gateway::{Body, Headers, Host, SendError, UpstreamRequest, UpstreamResponse};

/// Fields that belong to one connection (RFC 9110, 7.6.1), and those that the sender writes itself.
const HOP_BY_HOP: [&str; 11] = [
    "Connection",
    "Content-Length",
    "Host",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
];

/// As many as .NET's HTTP client follows; the answer to the next one is passed on.
const MAX_REDIRECTS: usize = 50;

/// The fields that go to `authority`: `Host`, which `host` may say otherwise, and all that do not belong to the
/// connection.
pub(super) fn headers_for(authority: &str, host: Option<String>, headers: &Headers) -> Headers {
    let mut sent = Headers(vec![("Host".to_owned(), host.unwrap_or_else(|| authority.to_owned()))]);
    sent.0.extend(headers.0.iter().filter(|(name, _)| !is_hop_by_hop(name)).cloned());
    sent
}

/// The fields of an answer that go on to whoever asked.
pub(super) fn headers_of(answer: Headers) -> Headers {
    let mut headers = answer;
    headers.0.retain(|(name, _)| !is_hop_by_hop(name));
    headers
}

/// The body of an answer: an event stream as it arrives where `streams`, any other whole.
///
/// # Errors
/// A sentence where it broke off or is too large.
pub(super) fn body_of(body: Body, streams: bool) -> Result<LiveBody, String> {
    Ok(match body {
        Body::Stream(stream) if streams => LiveBody::Stream(stream),
        Body::Stream(stream) => LiveBody::Bytes(drain(stream)?),
        Body::Bytes(bytes) => LiveBody::Bytes(bytes),
    })
}

/// Whether the answer is a stream of server-sent events.
pub(super) fn is_event_stream(headers: &Headers) -> bool {
    headers.get("Content-Type").is_some_and(|kind| kind.starts_with("text/event-stream"))
}

/// An answer, and where a redirect led on the way to it.
pub(super) struct Followed {
    pub answer: Result<UpstreamResponse, SendError>,
    pub redirects: Vec<String>,
}

/// Sends a request and follows redirects as .NET's HTTP client does (learn.microsoft.com, `HttpClientHandler.
/// AllowAutoRedirect`, 2026): not from https to http, without `Authorization`, and as GET without a body where the
/// answer is 303, or 301 or 302 to a POST.
pub(super) fn send_following(host: &dyn Host, first: UpstreamRequest) -> Followed {
    let mut redirects = Vec::new();
    let mut request = first;
    loop {
        let sent = request.clone();
        let answer = host.send(request);
        let target = match &answer {
            Ok(answer) if redirects.len() < MAX_REDIRECTS => redirect_of(&sent, answer),
            _ => None,
        };
        let Some(next) = target else { return Followed { answer, redirects } };
        redirects.push(next.url.clone());
        request = next;
    }
}

/// The request that a redirect asks for.
fn redirect_of(sent: &UpstreamRequest, answer: &UpstreamResponse) -> Option<UpstreamRequest> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = answer.headers.get_all("Location").next()?;
    let (from, to) = (Url::parse(&sent.url), Url::parse(location));
    let to = if to.scheme.is_empty() { relative(&from, location) } else { to };
    if from.scheme == "https" && to.scheme != "https" {
        return None;
    }
    let mut next = UpstreamRequest { url: to.to_string(), ..sent.clone() };
    next.headers.remove("Authorization");
    // In its place, which is the first.
    if let Some((_, host)) = next.headers.0.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case("Host")) {
        host.clone_from(&to.authority);
    }
    let becomes_get = answer.status == 303 && sent.method != "HEAD"
        || matches!(answer.status, 301 | 302) && sent.method.eq_ignore_ascii_case("POST");
    if becomes_get {
        "GET".clone_into(&mut next.method);
        next.body.clear();
        next.headers.remove("Content-Type");
    }
    Some(next)
}

/// A `Location` without a host: a path from the root, or one beside the last segment.
fn relative(from: &Url, location: &str) -> Url {
    let to = Url::parse(location);
    let path = if location.starts_with('/') {
        to.path
    } else {
        let folder = from.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{}", to.path)
    };
    Url { path, query: to.query, ..from.clone() }
}

fn is_hop_by_hop(name: &str) -> bool {
    HOP_BY_HOP.iter().any(|hop| hop.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_read_beside_the_request() {
        let from = Url::parse("https://h/a/b?q=1");
        for (location, expected) in
            [("/c?x=1", "https://h/c?x=1"), ("c", "https://h/a/c"), ("?y=2", "https://h/a/?y=2")]
        {
            assert_eq!(relative(&from, location).to_string(), expected, "{location}");
        }
    }
}
