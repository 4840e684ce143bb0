//! Request and response heads, read as strictly as RFC 9112 lets a gateway be: where two readers could see two
//! different messages, there is no message (request smuggling).

use super::write::text_of;
use crate::gateway::Headers;

/// Bytes of a head with all its fields.
pub(in crate::sandbox) const MAX_HEAD: usize = 64 << 10;
/// Bytes of a request's target (limits of API Management, "Maximum size of request URL": 16,384 bytes, 2025-10).
const MAX_TARGET: usize = 16 << 10;
/// Bytes of a request line: a method, a target and a version.
const MAX_REQUEST_LINE: usize = MAX_TARGET + 64;
/// Fields of a head; clients and proxies together write a few dozen.
const MAX_FIELDS: usize = 128;

/// Why a message is refused: the status that says so, and a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Malformed {
    pub status: u16,
    pub message: &'static str,
}

impl Malformed {
    pub(super) fn bad(message: &'static str) -> Self {
        Self { status: 400, message }
    }
}

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Framing {
    None,
    Length(u64),
    Chunked,
    /// Responses only.
    UntilClose,
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::sandbox) struct RequestHead {
    pub method: String,
    pub target: String,
    pub headers: Headers,
    pub framing: Framing,
    /// HTTP/1.1, not 1.0: knows chunks and stays connected.
    pub is_1_1: bool,
    pub wants_close: bool,
    pub expects_continue: bool,
    /// Whether it asks for a WebSocket, in the one way that RFC 6455 has (4.1).
    pub is_handshake: bool,
    /// Bytes that the head took.
    pub length: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::sandbox) struct ResponseHead {
    pub status: u16,
    pub reason: String,
    pub headers: Headers,
    pub framing: Framing,
    pub keeps_connection: bool,
    pub length: usize,
}

/// Reads the head of a request; None where it is not whole yet.
///
/// # Errors
/// Where it never will be a request that this gateway takes.
pub(in crate::sandbox) fn parse_request(input: &[u8]) -> Result<Option<RequestHead>, Malformed> {
    let Some(length) = head_length(input)? else {
        return request_fits(input).map(|()| None);
    };
    let head = &input[..length];
    request_fits(head)?;
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let parsed = request.parse(head).map_err(|error| malformed(error, head))?;
    let (Some(method), Some(target), Some(version)) = (request.method, request.path, request.version) else {
        return Err(Malformed::bad("The request line is not valid"));
    };
    debug_assert!(parsed.is_complete(), "the empty line is there");
    let headers = headers(request.headers);
    let framing = request_framing(&headers, version)?;
    let expects_continue = expects_continue(&headers)?;
    let is_handshake =
        method == "GET" && version == 1 && framing == Framing::None && asks_for_websocket(&headers);
    let switches = headers.contains("Upgrade") || connection_says(&headers, "upgrade");
    if method == "CONNECT" || (switches && !is_handshake) {
        return Err(Malformed {
            status: 501,
            message: "This gateway opens no tunnels and switches no protocols",
        });
    }
    Ok(Some(RequestHead {
        method: method.to_owned(),
        target: target.to_owned(),
        framing,
        is_1_1: version == 1,
        wants_close: version == 0 || connection_says(&headers, "close"),
        expects_continue,
        is_handshake,
        length,
        headers,
    }))
}

/// Whether fields are those of a WebSocket's handshake (RFC 6455, 4.1).
fn asks_for_websocket(headers: &Headers) -> bool {
    let is = |name: &str, value: &str| {
        let mut values = headers.get_all(name);
        values.next().is_some_and(|first| first.trim().eq_ignore_ascii_case(value)) && values.next().is_none()
    };
    let mut keys = headers.get_all("Sec-WebSocket-Key");
    // Sixteen bytes in base64.
    let has_key = keys.next().is_some_and(|key| key.trim().len() == 24) && keys.next().is_none();
    is("Upgrade", "websocket")
        && connection_says(headers, "upgrade")
        && is("Sec-WebSocket-Version", "13")
        && has_key
}

/// Reads the head of a response to `method`; None where it is not whole yet.
///
/// # Errors
/// Where it is no HTTP/1 response, or does not say in one way where its body ends.
pub(in crate::sandbox) fn parse_response(
    input: &[u8],
    method: &str,
) -> Result<Option<ResponseHead>, Malformed> {
    let Some(length) = head_length(input)? else {
        let looks_right = input.len() < 5 || input.starts_with(b"HTTP/");
        return if looks_right { Ok(None) } else { Err(Malformed::bad("the upstream does not speak HTTP")) };
    };
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    response.parse(&input[..length]).map_err(|_| Malformed::bad("the upstream's head is malformed"))?;
    let status = response.code.unwrap_or_default();
    let headers = headers(response.headers);
    let framing = response_framing(&headers, status, method)?;
    Ok(Some(ResponseHead {
        status,
        reason: response.reason.unwrap_or_default().to_owned(),
        keeps_connection: response.version == Some(1)
            && !connection_says(&headers, "close")
            && framing != Framing::UntilClose,
        framing,
        length,
        headers,
    }))
}

/// The length of a head with its empty line; None where that is not here yet. Every line ends in CR LF, and neither
/// stands anywhere else.
fn head_length(input: &[u8]) -> Result<Option<usize>, Malformed> {
    let mut at = 0;
    while let Some(found) = input[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0)) {
        at += found;
        match (input[at], input.get(at + 1)) {
            (b'\r', None) => return fits(input).map(|()| None),
            (b'\r', Some(b'\n')) => at += 2,
            _ => return Err(Malformed::bad("A line of the head does not end in CR LF")),
        }
        if input[at..].starts_with(b"\r\n") {
            return fits(&input[..at + 2]).map(|()| Some(at + 2));
        }
    }
    fits(input).map(|()| None)
}

fn fits(head: &[u8]) -> Result<(), Malformed> {
    if head.len() <= MAX_HEAD {
        return Ok(());
    }
    Err(Malformed { status: 431, message: "Request header fields are too large" })
}

fn request_fits(head: &[u8]) -> Result<(), Malformed> {
    let line = head.iter().position(|byte| *byte == b'\r').unwrap_or(head.len());
    if line <= MAX_REQUEST_LINE {
        return Ok(());
    }
    Err(Malformed { status: 414, message: "Request URL is too long" })
}

fn malformed(error: httparse::Error, head: &[u8]) -> Malformed {
    match error {
        httparse::Error::TooManyHeaders => {
            Malformed { status: 431, message: "Request has too many header fields" }
        }
        httparse::Error::Version if head.windows(6).any(|part| part == b" HTTP/") => {
            Malformed { status: 505, message: "This gateway speaks HTTP/1.1 and 1.0" }
        }
        _ => Malformed::bad("The request line or a header field is not valid"),
    }
}

/// Fields in order, without those that `Connection` names: they are of the connection too (RFC 9110, 7.6.1).
fn headers(fields: &[httparse::Header<'_>]) -> Headers {
    let mut headers =
        Headers(fields.iter().map(|field| (field.name.to_owned(), text_of(field.value))).collect());
    if let Some(named) = headers.get("Connection") {
        for name in named.split(',').map(str::trim) {
            // Those that say where a message ends are never taken away by a word of the sender.
            let is_framing = super::is_connection_field(name);
            if !is_framing {
                headers.remove(name);
            }
        }
    }
    headers
}

fn connection_says(headers: &Headers, word: &str) -> bool {
    let mut words = headers.get_all("Connection").flat_map(|value| value.split(','));
    words.any(|said| said.trim().eq_ignore_ascii_case(word))
}

fn expects_continue(headers: &Headers) -> Result<bool, Malformed> {
    match headers.get("Expect") {
        None => Ok(false),
        Some(value) if value.trim().eq_ignore_ascii_case("100-continue") => Ok(true),
        Some(_) => Err(Malformed { status: 417, message: "The expectation cannot be met" }),
    }
}

/// RFC 9112, 6.1 and 6.3, without what they let a server forgive.
fn request_framing(headers: &Headers, version: u8) -> Result<Framing, Malformed> {
    let length = content_length(headers)?;
    match (is_chunked(headers)?, length) {
        (false, None) => Ok(Framing::None),
        (false, Some(length)) => Ok(Framing::Length(length)),
        (true, Some(_)) => Err(Malformed::bad("Content-Length and Transfer-Encoding exclude each other")),
        (true, None) if version == 0 => Err(Malformed::bad("HTTP/1.0 has no Transfer-Encoding")),
        (true, None) => Ok(Framing::Chunked),
    }
}

fn response_framing(headers: &Headers, status: u16, method: &str) -> Result<Framing, Malformed> {
    if method == "HEAD" || matches!(status, 100..200 | 204 | 304) {
        return Ok(Framing::None);
    }
    match (is_chunked(headers)?, content_length(headers)?) {
        (true, Some(_)) => Err(Malformed::bad("the upstream sent Content-Length and Transfer-Encoding")),
        (true, None) => Ok(Framing::Chunked),
        (false, Some(length)) => Ok(Framing::Length(length)),
        (false, None) => Ok(Framing::UntilClose),
    }
}

/// Whether the only transfer coding is `chunked`, once.
fn is_chunked(headers: &Headers) -> Result<bool, Malformed> {
    let mut values = headers.get_all("Transfer-Encoding");
    match (values.next(), values.next()) {
        (None, _) => Ok(false),
        (Some(value), None) if value.eq_ignore_ascii_case("chunked") => Ok(true),
        _ => Err(Malformed::bad("Transfer-Encoding has to be chunked, and nothing else")),
    }
}

/// The one length; a second field, a list, a sign or a blank inside makes it none.
fn content_length(headers: &Headers) -> Result<Option<u64>, Malformed> {
    let mut values = headers.get_all("Content-Length");
    let bad = Malformed::bad("Content-Length has to be one number");
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
            value.parse().map(Some).map_err(|_| bad)
        }
        _ => Err(bad),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "POST /a?b=c HTTP/1.1\r\nHost: x\r\n";

    fn read(head: &str) -> Result<Option<RequestHead>, Malformed> {
        parse_request(head.as_bytes())
    }

    #[track_caller]
    fn refused(head: &str, status: u16) {
        assert_eq!(read(head).map_err(|malformed| malformed.status), Err(status), "{head:?}");
    }

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let head =
            format!("{START}Content-Length: 5\r\nX-A: 1\r\nConnection: keep-alive, x-b\r\nX-B: 2\r\n\r\n");
        for end in 0..head.len() {
            assert_eq!(read(&head[..end]), Ok(None), "{end} bytes");
        }
        let request = read(&format!("{head}12345")).unwrap().unwrap();
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/a?b=c"));
        assert_eq!((request.framing, request.length), (Framing::Length(5), head.len()));
        assert!(!request.wants_close && request.headers.contains("x-a"));
        assert!(!request.headers.contains("x-b"), "Connection names it");
    }

    #[test]
    fn a_message_that_two_readers_could_see_differently_is_refused() {
        for fields in [
            "Content-Length: 4\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 4",
            "Content-Length: 4\r\nContent-Length: 4",
            "Content-Length: 4, 4",
            "Content-Length: +4",
            "Content-Length: 4 4",
            "Content-Length: 99999999999999999999",
            "Content-Length:",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding:\x0bchunked",
            "X: a\n",
            "X: a\r",
            "X: a\0b",
            "X: a\r\n folded: b",
            ": no name",
            "no colon",
        ] {
            refused(&format!("{START}{fields}\r\n\r\n"), 400);
        }
        refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
        refused("POST / HTTP/1.1\nHost: x\n\n", 400);
    }

    #[test]
    fn what_this_gateway_does_not_speak_is_refused() {
        refused("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", 501);
        refused(&format!("{START}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), 501);
        refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
        refused(&format!("{START}Expect: miracles\r\n\r\n"), 417);
        refused("\x16\x03\x01\r\n\r\n", 400);
    }

    #[test]
    fn heads_that_do_not_fit_are_refused_before_they_are_whole() {
        refused(&format!("GET /{}", "a".repeat(MAX_REQUEST_LINE)), 414);
        refused(&format!("{START}X: {}", "a".repeat(MAX_HEAD)), 431);
        refused(&format!("{START}{}\r\n", "X: a\r\n".repeat(MAX_FIELDS)), 431);
    }

    #[test]
    fn a_response_says_where_it_ends() {
        for (head, method, framing) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "GET", Framing::Length(3)),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "HEAD", Framing::None),
            ("HTTP/1.1 204 No Content\r\n\r\n", "GET", Framing::None),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n", "GET", Framing::Chunked),
            ("HTTP/1.0 200 OK\r\n\r\n", "GET", Framing::UntilClose),
        ] {
            let response = parse_response(head.as_bytes(), method).unwrap().unwrap();
            assert_eq!(response.framing, framing, "{head:?}");
        }
        assert!(parse_response(b"garbage", "GET").is_err());
        let both = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert!(parse_response(both.as_bytes(), "GET").is_err());
    }
}
