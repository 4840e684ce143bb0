//! Which message a policy such as `set-header` changes, and how names with several values are changed.

use crate::csharp::Value;
use crate::gateway::Headers;
use crate::gateway::live::{Connection, LiveBody, LiveResponse, State};
use crate::gateway::setting::FromValue;
use crate::policy::{Placed, Section};

/// The message that a policy changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// What goes upstream: in inbound and backend.
    Request,
    /// What goes back: in outbound and on-error.
    Response,
    /// What `return-response` is making; expressions still see the answer it will replace.
    Draft,
    /// What `send-request` is making; expressions still see the request of the caller.
    Outgoing,
}

/// What `exists-action` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExistsAction {
    Override,
    Skip,
    Append,
    Delete,
}

impl Side {
    pub(super) fn of(placed: &Placed) -> Self {
        match placed.section {
            Section::Inbound | Section::Backend => Self::Request,
            Section::Outbound | Section::OnError => Self::Response,
        }
    }

    /// The response that is changed; None while there is none.
    pub(super) fn response(self, state: &mut State) -> Option<&mut LiveResponse> {
        match self {
            Self::Draft => state.draft.as_mut(),
            Self::Request | Self::Response => state.response.as_mut(),
            Self::Outgoing => None,
        }
    }

    /// How the request that is changed reaches its upstream; None for an answer.
    pub(super) fn connection(self, state: &mut State) -> Option<&mut Connection> {
        match self {
            Self::Request => Some(&mut state.connection),
            Self::Outgoing => state.outgoing.as_mut().map(|outgoing| &mut outgoing.connection),
            Self::Response | Self::Draft => None,
        }
    }

    pub(super) fn headers(self, state: &mut State) -> Option<&mut Headers> {
        match self {
            Self::Request => Some(&mut state.request.headers),
            Self::Outgoing => state.outgoing.as_mut().map(|outgoing| &mut outgoing.headers),
            Self::Response | Self::Draft => self.response(state).map(|response| &mut response.headers),
        }
    }

    pub(super) fn body(self, state: &mut State) -> Option<&mut LiveBody> {
        match self {
            Self::Request => Some(&mut state.request.body),
            Self::Outgoing => state.outgoing.as_mut().map(|outgoing| &mut outgoing.body),
            Self::Response | Self::Draft => self.response(state).map(|response| &mut response.body),
        }
    }
}

impl FromValue for ExistsAction {
    const EXPECTED: &'static str = "text";

    fn from_literal(text: &str) -> Option<Self> {
        Some(Self::from_name(text))
    }

    fn from_value(value: &Value) -> Option<Self> {
        Some(Self::from_name(&value.display()))
    }
}

impl ExistsAction {
    /// Override where nothing, or nothing known, is written.
    fn from_name(name: &str) -> Self {
        match name {
            "skip" => Self::Skip,
            "append" => Self::Append,
            "delete" => Self::Delete,
            _ => Self::Override,
        }
    }
}
