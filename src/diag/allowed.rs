//! Findings that somebody has allowed: they count for nothing, and can be reported all the same.

use super::Diagnostic;

/// What allowed a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowedBy {
    /// A comment in the text it is about.
    Comment,
    /// The `lints` of a spec.
    Spec,
    /// An option of the command line.
    Option,
}

impl AllowedBy {
    /// The word that people and machines read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Spec => "spec",
            Self::Option => "option",
        }
    }
}

/// A finding with what allowed it.
#[derive(Clone, PartialEq, Debug)]
pub struct Allowed {
    pub finding: Diagnostic,
    pub by: AllowedBy,
    /// The reason as it is written; empty where none is.
    pub why: String,
}

/// What was found in a text, apart by whether it is allowed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sifted {
    /// What counts.
    pub found: Vec<Diagnostic>,
    pub allowed: Vec<Allowed>,
}

impl From<Vec<Diagnostic>> for Sifted {
    /// Nothing is allowed.
    fn from(found: Vec<Diagnostic>) -> Self {
        Self { found, allowed: Vec::new() }
    }
}
