//! What the process tells its caller. docs/reference/exit-codes.md is printed from this table.

use crate::azure::ErrorKind;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Ok = 0,
    InputOrCheck = 1,
    /// Also: `plan --detailed-exitcode` found changes, or `drift` drift.
    UsageOrChanges = 2,
    Azure = 4,
    NoAccess = 5,
    Cancelled = 130,
    Bug = 255,
}

impl Exit {
    /// Every exit code, for the reference page.
    pub const ALL: &[Self] = &[
        Self::Ok,
        Self::InputOrCheck,
        Self::UsageOrChanges,
        Self::Azure,
        Self::NoAccess,
        Self::Cancelled,
        Self::Bug,
    ];

    /// The code for a conversation with ARM that failed.
    pub(crate) fn of_azure(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::NotSignedIn | ErrorKind::Forbidden => Self::NoAccess,
            ErrorKind::NotFound
            | ErrorKind::Refused
            | ErrorKind::Unreachable
            | ErrorKind::TimedOut
            | ErrorKind::BadAnswer
            | ErrorKind::BadRequest => Self::Azure,
        }
    }

    /// What the code tells a script.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Ok => {
                "done; with `plan --detailed-exitcode`: nothing would change; of `drift`: there is none"
            }
            Self::InputOrCheck => {
                "the input has errors, nothing was there to check, `validate --diff` shows a change, a region check is blocked, or a \
                 proof on the sandbox or a check of `verify` failed"
            }
            Self::UsageOrChanges => {
                "the command line is wrong; with `plan --detailed-exitcode`: something would change; of `drift`: there is some"
            }
            Self::Azure => "ARM (Azure's or the sandbox's) refused, or the deployment failed",
            Self::NoAccess => "not signed in, or no access to the subscription",
            Self::Cancelled => "cancelled with Ctrl-C; what was deployed by then is printed",
            Self::Bug => "a bug in genai-lz",
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
