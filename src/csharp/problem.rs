//! What is wrong with an expression, before anybody knows which policy it is in.

use crate::diag::Code;
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
    pub message: String,
    pub span: Span,
    pub help: Option<String>,
}

impl Problem {
    pub(super) fn new(code: &'static Code, message: impl Into<String>, span: Span) -> Self {
        Self { code, message: message.into(), span, help: None }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(super) fn did_you_mean<'a>(self, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match crate::text::suggest(wrong, known) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }
}
