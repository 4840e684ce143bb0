//! What an account answers, and when: plain data for whoever carries it to the caller.

/// An answer, or the lack of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// Until the status and the headers are there.
    pub delay_ms: u64,
    pub body: ReplyBody,
    /// Prompt tokens by the account's count; 0 where it refused.
    pub prompt_tokens: u64,
    pub completion_tokens: u64,
}

/// What follows the headers.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyBody {
    Whole(Vec<u8>),
    /// Server-sent events, in order.
    Stream(Vec<Piece>),
    /// The connection breaks instead of an answer.
    Reset,
}

/// A piece of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Since the piece before it, or since the headers.
    pub after_ms: u64,
    /// None where the connection breaks here.
    pub bytes: Option<Vec<u8>>,
}

impl Reply {
    /// Replaces a header or adds it.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
    }

    /// The first value of a header; names compare without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn new(status: u16, content_type: &str, body: ReplyBody) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, headers, delay_ms: 0, body, prompt_tokens: 0, completion_tokens: 0 }
    }
}
