//! What goes back to a caller: whole in one piece, or a stream whose every chunk leaves as it comes. A stream that breaks
//! off upstream is never given a clean end.

use std::future::poll_fn;
use std::io;
use std::time::Duration;

use axum::http::StatusCode;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::connection::Connection;
use super::{End, Served};
use crate::gateway::{Body, BodyStream, Headers, Response, StreamError};
use crate::sandbox::http1::{END_CHUNK, RequestHead, field_is_valid, response_head, start_chunk};
use crate::sandbox::line::NUMBER;

/// `Mon, 30 Nov 2026 14:05:00 GMT` (RFC 9110, 5.6.7).
const HTTP_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// An answer that can be written as it is.
pub(super) struct Answer {
    status: u16,
    reason: String,
    headers: Headers,
    body: Body,
}

/// An answer of the server itself, in the form of API Management's own.
pub(super) fn refusal(status: u16, message: &str) -> Answer {
    let body = serde_json::json!({ "statusCode": status, "message": message }).to_string();
    let headers = Headers(vec![("Content-Type".to_owned(), "application/json".to_owned())]);
    Answer {
        status,
        reason: standard_reason(status).to_owned(),
        headers,
        body: Body::Bytes(body.into_bytes()),
    }
}

fn standard_reason(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default()
}

impl Answer {
    /// Takes what the gateway says, unless a policy made it something that HTTP cannot carry: a line break in a header
    /// would become a header of its own, or another answer.
    pub(super) fn of(response: Response, number: Option<u64>) -> Self {
        if !(200..600).contains(&response.status) {
            return refusal(500, "A policy set a status that is no final answer of HTTP");
        }
        let valid = response.headers.0.iter().all(|(name, value)| field_is_valid(name, value));
        if !valid || !field_is_valid("Reason", &response.reason) {
            return refusal(500, "A policy set a header or a reason that HTTP does not allow");
        }
        let reason = match response.reason {
            reason if reason.is_empty() => standard_reason(response.status).to_owned(),
            reason => reason,
        };
        let Response { status, mut headers, body, .. } = response;
        if !headers.contains("Date")
            && let Ok(date) = OffsetDateTime::now_utc().format(HTTP_DATE)
        {
            headers.append("Date", date);
        }
        if let Some(number) = number {
            headers.append(NUMBER, number.to_string());
        }
        Self { status, reason, headers, body }
    }

    fn has_no_body(&self) -> bool {
        matches!(self.status, 204 | 304)
    }

    /// Head and body in one piece; only for a body that is here.
    pub(super) fn whole_bytes(&self, with_body: bool, close: bool) -> Vec<u8> {
        let body: &[u8] = match &self.body {
            Body::Bytes(bytes) => bytes,
            Body::Stream(_) => &[],
        };
        let length = if self.has_no_body() || (!with_body && body.is_empty()) {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        let mut bytes =
            response_head(self.status, &self.reason, &self.headers, &format!("{length}{}", closing(close)));
        if with_body && !self.has_no_body() {
            bytes.extend_from_slice(body);
        }
        bytes
    }
}

fn closing(close: bool) -> &'static str {
    if close { "Connection: close\r\n" } else { "" }
}

impl Connection {
    /// Sends an answer and says in `served` how that went; returns whether the connection is still good.
    pub(super) async fn answer(
        &mut self,
        head: &RequestHead,
        mut answer: Answer,
        close: bool,
        served: &mut Served,
    ) -> bool {
        served.status = answer.status;
        let with_body = head.method != "HEAD" && !answer.has_no_body();
        let stream = match &mut answer.body {
            Body::Stream(_) if with_body => {
                match std::mem::replace(&mut answer.body, Body::Bytes(Vec::new())) {
                    Body::Stream(stream) => Some(stream),
                    Body::Bytes(_) => None,
                }
            }
            Body::Bytes(bytes) if with_body => {
                served.body_bytes = bytes.len() as u64;
                None
            }
            _ => None,
        };
        let ended = match stream {
            Some(stream) => {
                // HTTP/1.0 knows no chunks; there the end of the connection is the end of the body.
                let framing = if head.is_1_1 { "Transfer-Encoding: chunked\r\n" } else { "" };
                let framing = format!("{framing}{}", closing(close));
                let bytes = response_head(answer.status, &answer.reason, &answer.headers, &framing);
                drop(answer);
                self.stream(bytes, head.is_1_1, stream, served).await
            }
            None => {
                let written = self.write(&answer.whole_bytes(with_body, close)).await;
                written.map_or(End::CallerLeft, |()| End::Whole)
            }
        };
        served.end = ended;
        if close && served.end == End::Whole {
            let _gone = self.socket.shutdown().await;
        }
        served.end == End::Whole
    }

    /// Passes chunks on as they come, and lets the upstream go at once when the caller leaves.
    async fn stream(
        &mut self,
        head: Vec<u8>,
        in_chunks: bool,
        mut body: Box<dyn BodyStream>,
        served: &mut Served,
    ) -> End {
        let mut bytes = head;
        loop {
            // The head does not wait for the first chunk: the caller is to know that the answer has begun.
            if self.write(&bytes).await.is_err() {
                return End::CallerLeft;
            }
            let next = tokio::select! {
                next = poll_fn(|context| match body.may_block() {
                    true => tokio::task::block_in_place(|| body.poll_chunk(context)),
                    false => body.poll_chunk(context),
                }) => next,
                () = self.caller_leaves() => return End::CallerLeft,
            };
            bytes.clear();
            match next {
                Some(Ok(chunk)) if chunk.is_empty() => {}
                Some(Ok(chunk)) => {
                    served.body_bytes += chunk.len() as u64;
                    if in_chunks {
                        bytes.extend_from_slice(start_chunk(chunk.len()).as_bytes());
                        bytes.extend_from_slice(&chunk);
                        bytes.extend_from_slice(b"\r\n");
                    } else {
                        bytes = chunk;
                    }
                }
                Some(Err(StreamError(why))) => return End::BrokeOff(why),
                None if in_chunks => {
                    return self.write(END_CHUNK).await.map_or(End::CallerLeft, |()| End::Whole);
                }
                None => return End::Whole,
            }
        }
    }

    /// Writes all of it to a caller who goes on taking.
    async fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let patience: Duration = self.shared.options.write_patience;
        while !bytes.is_empty() {
            let n = timeout(patience, self.socket.write(bytes)).await.map_err(io::Error::from)??;
            if n == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            bytes = &bytes[n..];
        }
        Ok(())
    }
}
