//! What can go wrong between us and ARM: whose fault it is and whether trying again helps are fields, so that no
//! caller has to guess from a status code.

use std::fmt;
use std::time::Duration;

use super::ArmError;

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// What was asked for: a template, a name, a right that is missing.
    User,
    /// ARM or a provider failed or is overloaded.
    Azure,
    /// Nothing, or something that is not ARM, answered.
    Network,
}

/// Whether the same request may succeed later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    No,
    Yes,
    /// Not before this time has passed.
    After(Duration),
}

/// What went wrong, as far as the next step depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// No credential works, or ARM did not accept the token.
    NotSignedIn,
    /// Signed in, but not allowed (403).
    Forbidden,
    NotFound,
    /// Any other answer of ARM that is an error.
    Refused,
    /// No answer: refused connection, reset, timeout, bad certificate.
    Unreachable,
    /// A deployment takes longer than `ClientOptions::deployment_timeout`; it goes on in Azure.
    TimedOut,
    /// An answer that ARM would not give: no JSON, too long, a link to another host.
    BadAnswer,
    /// The request could not be built: a name or URL that cannot be sent.
    BadRequest,
}

/// A failed conversation with ARM.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct Error {
    pub kind: ErrorKind,
    pub blame: Blame,
    pub retry: Retry,
    /// One sentence without ARM's own words.
    pub message: String,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// What ARM said.
    pub arm: Option<Box<ArmError>>,
    /// ARM's `x-ms-request-id`.
    pub request_id: Option<String>,
    /// Ours for the whole run; Azure support finds everything by it.
    pub correlation_id: Option<String>,
    /// How often the request was sent.
    pub tries: u32,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, blame: Blame, retry: Retry, message: impl Into<String>) -> Self {
        Self {
            kind,
            blame,
            retry,
            message: message.into(),
            status: None,
            arm: None,
            request_id: None,
            correlation_id: None,
            tries: 0,
        }
    }

    pub(super) fn not_signed_in(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotSignedIn, Blame::User, Retry::No, message)
    }

    pub(super) fn bad_answer(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::BadAnswer, Blame::Network, Retry::No, message)
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::BadRequest, Blame::User, Retry::No, message)
    }

    /// ARM's code, or the empty string.
    pub fn code(&self) -> &str {
        self.arm.as_ref().map_or("", |arm| arm.code.as_str())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(arm) = &self.arm {
            write!(f, ": {arm}")?;
        }
        Ok(())
    }
}
