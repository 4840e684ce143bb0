//! What is wrong with a user's document, as data: a code, one sentence, a place, and what to do about it.
//! Nothing here prints; `render` turns diagnostics into text or JSON and `cli` decides where that goes.

mod allowed;
mod apply;
mod code;
mod fix;
pub mod render;
mod wording;

use std::fmt;
use std::sync::Arc;

pub use allowed::{Allowed, AllowedBy, Sifted};
pub use apply::apply;
pub use code::Code;
pub use fix::{Edit, Fix, Safety};
pub use wording::Wording;

use crate::text::{Source, Span, shortened};

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; changes nothing.
    Note,
    /// Works, but probably not as meant.
    Warning,
    /// The document is refused.
    Error,
}

impl Severity {
    /// The word that people and machines read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How sure it is that a finding is true. Apart from [`Severity`]: an error may be uncertain, a note certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Depends on what cannot be seen here, or on a behaviour that is not documented.
    Low,
    /// Documented, and the document shows most of what it takes.
    Medium,
    /// The document alone shows it.
    High,
}

impl Confidence {
    /// The word that people and machines read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A place in a source, with an optional remark beside the underline.
#[derive(Clone, PartialEq, Eq)]
pub struct Label {
    pub source: Arc<Source>,
    pub span: Span,
    pub message: String,
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source.path(), self.source.position(self.span.start))?;
        if self.message.is_empty() { Ok(()) } else { write!(f, " ({})", self.message) }
    }
}

/// One finding. Messages follow docs/STYLE.md: lower case, no final period, user text in backticks.
#[derive(Clone, PartialEq, Debug)]
pub struct Diagnostic {
    pub code: &'static Code,
    pub severity: Severity,
    pub confidence: Confidence,
    pub message: String,
    /// Where it is. None only where there is no document, such as a file that could not be read.
    pub primary: Option<Label>,
    pub related: Vec<Label>,
    /// What the service itself says about it, word for word, where that is known.
    pub service: Option<String>,
    /// What the reader can do, each a complete imperative sentence.
    pub help: Vec<String>,
    /// A change of the text that puts it right.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// Starts a diagnostic at the code's own severity. What its texts quote at great length is cut.
    pub fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            confidence: Confidence::High,
            message: shortened(message.into()),
            primary: None,
            related: Vec::new(),
            service: None,
            help: Vec::new(),
            fix: None,
        }
    }

    /// Says where it is.
    pub fn at(mut self, source: &Arc<Source>, span: Span) -> Self {
        self.primary = Some(Label { source: Arc::clone(source), span, message: String::new() });
        self
    }

    /// Adds another place that has to do with it, and what is there.
    pub fn related(mut self, source: &Arc<Source>, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Label { source: Arc::clone(source), span, message: shortened(message.into()) });
        self
    }

    /// Adds something the reader can do, an imperative sentence.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(shortened(help.into()));
        self
    }

    /// Says how sure it is; findings are certain unless they say otherwise.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Adds the service's own wording, one of those that the code lists.
    pub fn service_says(mut self, wording: impl Into<Wording>) -> Self {
        let wording = wording.into();
        debug_assert!(self.code.service.contains(&wording.pattern), "{}: {}", self.code.id, wording.pattern);
        self.service = Some(shortened(wording.text));
        self
    }

    /// Adds the words of Azure Resource Manager, for codes that list no wordings of their own.
    pub fn azure_says(mut self, wording: impl Into<String>) -> Self {
        self.service = Some(shortened(wording.into()));
        self
    }

    /// Returns the service's own wording with who says it: API Management where the code lists what that says.
    pub fn quoted(&self) -> Option<String> {
        let who = if self.code.service.is_empty() { "Azure" } else { "API Management" };
        self.service.as_ref().map(|wording| format!("{who} says: {wording}"))
    }

    /// Adds a change that puts it right.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Adds "did you mean `x`" where a candidate is near.
    pub fn did_you_mean<'a>(self, wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match crate::text::suggest(wrong, candidates) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// True where the finding refuses the document.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A document was refused; holds everything found, at least one error among it.
#[derive(Clone, PartialEq, Debug)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl From<Vec<Diagnostic>> for Diagnostics {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self(diagnostics)
    }
}

/// The result of a phase that may refuse a document.
pub type DiagResult<T> = Result<T, Diagnostics>;

/// Splits a sink at the end of a phase: the value with its warnings, or the refusal.
///
/// # Errors
/// All of `found` where at least one of it is an error.
pub fn finish<T>(value: T, found: Vec<Diagnostic>) -> DiagResult<(T, Vec<Diagnostic>)> {
    if found.iter().any(Diagnostic::is_error) { Err(Diagnostics(found)) } else { Ok((value, found)) }
}
