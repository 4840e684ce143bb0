//! What is wrong with an expression, before anybody knows which policy it is in.

use crate::diag::{Code, Confidence, Safety, Severity, Wording};
use crate::text::Span;

/// Which of the two forms of a policy expression a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `@( … )`: one expression.
    Expression,
    /// `@{ … }`: statements that return on every path.
    Block,
}

/// A problem in an expression. The span counts bytes of the text given to [`parse`](super::parse); the caller
/// maps it back into the policy file.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub code: &'static Code,
    pub confidence: Confidence,
    pub message: String,
    pub span: Span,
    /// What the service says, word for word, where that is known.
    pub service: Option<String>,
    pub help: Option<String>,
    pub fix: Option<Box<Correction>>,
}

/// A change of the expression that puts a problem right.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// Imperative, without period.
    pub title: String,
    pub safety: Safety,
    /// Replaced by `replacement`, in bytes of the same text as [`Problem::span`].
    pub span: Span,
    /// C# as it is meant; where the policy writes character references, the caller writes them too.
    pub replacement: String,
}

impl Problem {
    /// True where the service would refuse the document, as far as is known.
    pub fn is_error(&self) -> bool {
        self.code.severity == Severity::Error
    }

    pub(super) fn new(code: &'static Code, message: impl Into<String>, span: Span) -> Self {
        Self {
            code,
            confidence: Confidence::High,
            message: message.into(),
            span,
            service: None,
            help: None,
            fix: None,
        }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(super) fn confidence(self, confidence: Confidence) -> Self {
        Self { confidence, ..self }
    }

    pub(super) fn service_says(self, wording: impl Into<Wording>) -> Self {
        let wording = wording.into();
        debug_assert!(self.code.service.contains(&wording.pattern), "{}: {}", self.code.id, wording.pattern);
        Self { service: Some(wording.text), ..self }
    }

    /// Adds a change that writes `replacement` over `span`.
    pub(super) fn fix(self, safety: Safety, title: &str, span: Span, replacement: String) -> Self {
        let fix = Correction { title: title.to_owned(), safety, span, replacement };
        Self { fix: Some(Box::new(fix)), ..self }
    }

    pub(super) fn did_you_mean<'a>(self, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match crate::text::suggest(wrong, known) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }
}
