//! Why evaluating something did not give a value. A fault collects the JSON path on its way out, so that the
//! evaluator pays for paths only where something is wrong.

use crate::diag::{Code, Diagnostic};

use super::codes;

/// The result of evaluating one value.
pub(super) type Eval<T> = Result<T, Fault>;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// Not wrong: depends on something unknown, so the call stays a residual.
    Stuck,
    /// Depends on something that was refused already, and reported there.
    Reported,
    Problem(Box<Problem>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Problem {
    diagnostic: Diagnostic,
    /// The JSON path from the place that is still unknown down to the fault.
    path: String,
    /// The path is complete; callers further out have nothing to add.
    placed: bool,
}

impl Fault {
    pub(super) fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Diagnostic::new(code, message).into()
    }

    /// A function that cannot work with its arguments.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self::new(&codes::FUNCTION_FAILED, message)
    }

    /// Says which function could not work with its arguments.
    pub(super) fn in_function(mut self, name: &str) -> Self {
        if let Self::Problem(problem) = &mut self
            && !problem.placed
            && problem.path.is_empty()
            && problem.diagnostic.code == &codes::FUNCTION_FAILED
        {
            problem.diagnostic.message.insert_str(0, &format!("`{name}`: "));
        }
        self
    }

    /// Adds Azure's own wording, which a deployment would be refused with.
    pub(super) fn service_says(mut self, wording: impl Into<String>) -> Self {
        if let Self::Problem(problem) = &mut self {
            problem.diagnostic.service = Some(wording.into());
        }
        self
    }

    /// Completes Azure's words for a reason, where they are known and the fault is the whole value's.
    pub(super) fn reword(mut self, whole: impl FnOnce(&str) -> String) -> Self {
        if let Self::Problem(problem) = &mut self {
            let reason = problem.diagnostic.service.take().filter(|_| problem.path.is_empty());
            problem.diagnostic.service = reason.map(|reason| whole(&reason));
        }
        self
    }

    /// Takes Azure's words away.
    pub(super) fn without_wording(mut self) -> Self {
        if let Self::Problem(problem) = &mut self {
            problem.diagnostic.service = None;
        }
        self
    }

    /// Puts `segment` (`.name` or `[3]`) in front of the path.
    pub(super) fn under(mut self, segment: &str) -> Self {
        if let Self::Problem(problem) = &mut self
            && !problem.placed
        {
            problem.path.insert_str(0, segment);
        }
        self
    }

    /// Completes the path with where the document or section begins.
    pub(super) fn within(self, root: &str) -> Self {
        let mut rooted = self.under(root);
        if let Self::Problem(problem) = &mut rooted {
            problem.placed = true;
        }
        rooted
    }

    /// The finding, with its path in front of the message; None where there is nothing (more) to report.
    pub(super) fn into_diagnostic(self) -> Option<Diagnostic> {
        let Self::Problem(problem) = self else { return None };
        let mut diagnostic = problem.diagnostic;
        let path = problem.path.trim_start_matches('.');
        if !path.is_empty() {
            diagnostic.message = format!("`{path}`: {}", diagnostic.message);
        }
        Some(diagnostic)
    }
}

impl From<Diagnostic> for Fault {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Problem(Box::new(Problem { diagnostic, path: String::new(), placed: false }))
    }
}
