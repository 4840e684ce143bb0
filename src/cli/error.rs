//! Why a command stopped, and the words for it. The only place where library errors become sentences.

use serde_json::Value as Json;

use crate::cli::exit::Exit;
use crate::diag::{Diagnostic, Diagnostics};

/// A command could not do its work.
#[derive(Debug)]
pub enum CommandError {
    /// The user's document has errors; they are rendered by the format asked for.
    Refused(Vec<Diagnostic>),
    /// Anything else: one sentence, what to do, and the exit code. `details` are the fields that the JSON document
    /// of the failure has besides; an object, or null where there are none.
    Failed { exit: Exit, message: String, hints: Vec<String>, details: Json },
}

impl CommandError {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self::Failed { exit, message: message.into(), hints: Vec::new(), details: Json::Null }
    }

    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Exit::InputOrCheck, message)
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::UsageOrChanges, message)
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Self::Failed { hints, .. } = &mut self {
            hints.push(hint.into());
        }
        self
    }

    /// Adds what machines want to know of the failure; people were told before.
    #[must_use]
    pub fn with_details(mut self, more: Json) -> Self {
        if let Self::Failed { details, .. } = &mut self {
            *details = more;
        }
        self
    }

    pub fn exit(&self) -> Exit {
        match self {
            Self::Refused(_) => Exit::InputOrCheck,
            Self::Failed { exit, .. } => *exit,
        }
    }
}

impl From<Diagnostics> for CommandError {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Refused(diagnostics.0)
    }
}
