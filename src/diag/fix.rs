//! A change of the text that puts a finding right. Data only: `cli` shows it as a diff and writes the file.

use std::fmt;
use std::sync::Arc;

use crate::text::{Source, Span};

/// Whether a fix may be made without a person looking at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// The document means the same afterwards, or was refused before and can only have meant this.
    Safe,
    /// Probably what was meant; it changes what the document does.
    Unsafe,
}

/// A change of one text; its edits are made together or not at all.
#[derive(Clone, PartialEq, Eq)]
pub struct Fix {
    /// Imperative, without period: "write `counter-key`".
    pub title: String,
    pub safety: Safety,
    pub source: Arc<Source>,
    pub edits: Vec<Edit>,
}

/// Replaces what is at `span`; an empty span inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub replacement: String,
}

impl Fix {
    /// A fix of one edit that may be made unseen.
    pub fn safe(
        title: impl Into<String>,
        source: &Arc<Source>,
        span: Span,
        replacement: impl Into<String>,
    ) -> Self {
        let edits = vec![Edit { span, replacement: replacement.into() }];
        Self { title: title.into(), safety: Safety::Safe, source: Arc::clone(source), edits }
    }

    /// A fix of one edit that a person should look at.
    pub fn unsafely(
        title: impl Into<String>,
        source: &Arc<Source>,
        span: Span,
        replacement: impl Into<String>,
    ) -> Self {
        Self { safety: Safety::Unsafe, ..Self::safe(title, source, span, replacement) }
    }

    /// Adds an edit of the same text.
    pub fn and(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.edits.push(Edit { span, replacement: replacement.into() });
        self
    }
}

impl fmt::Debug for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?}, {:?})", self.title, self.safety, self.edits)
    }
}
