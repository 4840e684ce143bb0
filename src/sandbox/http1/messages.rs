//! All messages of a connection at once: for fuzzing, which asks that they are read the same however they arrive.

use super::{BodyDecoder, Framing, Malformed, parse_request, parse_response};
use crate::gateway::Headers;

/// Messages of one connection; more of them say nothing new.
const MAX_MESSAGES: usize = 64;

/// What was read of a connection: each message in words, and whether the last of them was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Messages {
    pub requests: Vec<String>,
    pub responses: Vec<String>,
    pub requests_refused: bool,
    pub responses_refused: bool,
}

/// Reads `bytes` as the requests of a connection and as its answers, `piece` bytes arriving at a time.
pub fn read_messages(bytes: &[u8], piece: usize) -> Messages {
    let request = |input: &[u8]| {
        let head = parse_request(input)?;
        Ok(head.map(|head| {
            let told = format!("{} {} {:?}", head.method, head.target, shown(&head.headers));
            (told, head.framing, head.length)
        }))
    };
    let response = |input: &[u8]| {
        let head = parse_response(input, "GET")?;
        Ok(head.map(|head| {
            let told = format!("{} {} {:?}", head.status, head.reason, shown(&head.headers));
            (told, head.framing, head.length)
        }))
    };
    let (requests, requests_refused) = read(bytes, piece.max(1), request);
    let (responses, responses_refused) = read(bytes, piece.max(1), response);
    Messages { requests, responses, requests_refused, responses_refused }
}

fn shown(headers: &Headers) -> &[(String, String)] {
    &headers.0
}

type Head = Option<(String, Framing, usize)>;

fn read(
    bytes: &[u8],
    piece: usize,
    head_of: impl Fn(&[u8]) -> Result<Head, Malformed>,
) -> (Vec<String>, bool) {
    let (mut told, mut at, mut here) = (Vec::new(), 0, 0);
    while told.len() < MAX_MESSAGES {
        // More arrives until the head is whole.
        let head = loop {
            match head_of(&bytes[at..here]) {
                Ok(Some(head)) => break head,
                Ok(None) if here == bytes.len() => return (told, false),
                Ok(None) => here = (here + piece).min(bytes.len()),
                Err(_) => return (told, true),
            }
        };
        let (head, framing, length) = head;
        at += length;
        let (mut decoder, mut body) = (BodyDecoder::new(framing), Vec::new());
        loop {
            match decoder.decode(&bytes[at..here], &mut body) {
                Ok(taken) => at += taken,
                Err(_) => return (told, true),
            }
            if decoder.is_done() || here == bytes.len() {
                break;
            }
            here = (here + piece).min(bytes.len());
        }
        told.push(format!("{head} {body:?} whole: {}", decoder.is_done()));
        if !decoder.is_done() {
            break;
        }
    }
    (told, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_the_same_however_they_arrive() {
        let chunked = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;e=1\r\nabc\r\n0\r\nX: y\r\n\r\n";
        for (text, n_requests, n_responses) in [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 2, 0),
            (chunked.repeat(2), 2, 0),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 204 No\r\n\r\n".to_owned(), 0, 2),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".to_owned(), 0, 1),
            (
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .to_owned(),
                0,
                0,
            ),
            (String::new(), 0, 0),
        ] {
            let whole = read_messages(text.as_bytes(), text.len());
            assert_eq!((whole.requests.len(), whole.responses.len()), (n_requests, n_responses), "{whole:?}");
            for piece in 1..8 {
                assert_eq!(read_messages(text.as_bytes(), piece), whole, "{piece}");
            }
        }
    }
}
