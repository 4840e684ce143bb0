//! Requests and responses as the interpreter holds them.

use std::task::{Context, Poll};

/// Header fields in order; names compare without case, a name may occur more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    /// Returns the values of `name` joined by `,`, as APIM's `GetValueOrDefault` does.
    pub fn get(&self, name: &str) -> Option<String> {
        let mut values = self.get_all(name);
        let mut joined = values.next()?.to_owned();
        for value in values {
            joined.push(',');
            joined.push_str(value);
        }
        Some(joined)
    }

    /// All values of a header, in order; names are compared without case.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// True where the header is there.
    pub fn contains(&self, name: &str) -> bool {
        self.get_all(name).next().is_some()
    }

    /// Removes every field of that name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }

    /// Replaces every field of that name by one.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.append(name, value);
    }

    /// Adds a value and keeps those that are there.
    pub fn append(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }
}

/// What the caller sent to the gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub method: String,
    /// Scheme, host, path and query, as the caller sees the gateway.
    pub url: String,
    pub headers: Headers,
    pub body: Vec<u8>,
    pub client_ip: String,
}

/// What goes back to the caller.
pub struct Response {
    pub status: u16,
    /// The reason phrase; the standard one where empty.
    pub reason: String,
    pub headers: Headers,
    pub body: Body,
}

/// A body that is here, or one that is still arriving (server-sent events).
pub enum Body {
    Bytes(Vec<u8>),
    Stream(Box<dyn BodyStream>),
}

/// Chunks in order. Dropping it before the end tells the upstream that the caller has gone.
pub trait BodyStream: Send {
    /// Returns the next chunk, or None at the end. Blocks until there is one.
    fn next_chunk(&mut self) -> Option<Result<Vec<u8>, StreamError>>;

    /// As [`BodyStream::next_chunk`] for a reader that must not block: where there is no chunk yet, the context is woken
    /// once there may be one. A stream whose chunks are all here needs no version of its own.
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<u8>, StreamError>>> {
        let _ = context;
        Poll::Ready(self.next_chunk())
    }

    /// Whether `poll_chunk` may wait all the same, because it asks another service about what passes.
    fn may_block(&self) -> bool {
        false
    }
}

/// The body broke off.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the response body broke off: {0}")]
pub struct StreamError(pub String);
