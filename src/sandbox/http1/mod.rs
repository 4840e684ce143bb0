//! HTTP/1.1 as bytes: heads and bodies, read strictly and written so that nothing can hide in them. Pure: the gateway's
//! server and its way upstream bring the sockets.
//!
//! Decision: the gateway does not stand on an HTTP library here. Libraries repair what they read (a length beside a
//! chunked body is dropped, a bare line feed ends a line), and the gateway has to refuse it; they have no place for the
//! reason phrase of a policy; and the interpreter waits on threads, where a blocking socket costs a fraction of a task.

mod chunked;
mod head;
mod messages;
mod write;

pub(super) use chunked::BodyDecoder;
pub(super) use head::{
    Framing, MAX_HEAD, Malformed, RequestHead, ResponseHead, parse_request, parse_response,
};
pub use messages::{Messages, read_messages};
pub(super) use write::{END_CHUNK, field_is_valid, request_head, response_head, start_chunk};

/// Fields of the connection, not of the message (RFC 9110, 7.6.1), and those that whoever sends writes itself.
const CONNECTION_FIELDS: [&str; 9] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

pub(super) fn is_connection_field(name: &str) -> bool {
    CONNECTION_FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field))
}
