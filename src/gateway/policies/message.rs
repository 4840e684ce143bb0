//! Which message a policy such as `set-header` changes, and how names with several values are changed.

use crate::gateway::Headers;
use crate::gateway::live::{LiveBody, LiveResponse, State};
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
        if self == Self::Draft { state.draft.as_mut() } else { state.response.as_mut() }
    }

    pub(super) fn headers(self, state: &mut State) -> Option<&mut Headers> {
        match self {
            Self::Request => Some(&mut state.request.headers),
            Self::Response | Self::Draft => self.response(state).map(|response| &mut response.headers),
        }
    }

    pub(super) fn body(self, state: &mut State) -> Option<&mut LiveBody> {
        match self {
            Self::Request => Some(&mut state.request.body),
            Self::Response | Self::Draft => self.response(state).map(|response| &mut response.body),
        }
    }
}

impl ExistsAction {
    /// Override where nothing, or nothing known, is written.
    pub(super) fn from_name(name: &str) -> Self {
        match name {
            "skip" => Self::Skip,
            "append" => Self::Append,
            "delete" => Self::Delete,
            _ => Self::Override,
        }
    }
}
