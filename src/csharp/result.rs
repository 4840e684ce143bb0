//! Whether what an expression gives fits the place it stands in.

use super::ast::Program;
use super::check::returned;
use super::codes::WRONG_RESULT;
use super::problem::Problem;
use super::types::{Fit, Ty};
use super::wordings;
use crate::diag::Wording;

/// What the attribute or element around an expression takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Whatever comes, such as the value of `set-variable`. Nothing is said.
    #[default]
    Any,
    /// Text; values of every type are written out.
    Text,
    Bool,
    Int,
    Long,
    Double,
}

impl Expected {
    /// The C# keyword of the type; None where every type will do.
    pub fn keyword(self) -> Option<&'static str> {
        match self {
            Self::Any | Self::Text => None,
            Self::Bool => Some("bool"),
            Self::Int => Some("int"),
            Self::Long => Some("long"),
            Self::Double => Some("double"),
        }
    }
}

/// Returns the type of what `program` gives, as C# writes it; None where it is not known, or differs from way to way.
pub fn type_of(program: &Program) -> Option<String> {
    let given = returned(program);
    let (first, _) = given.first()?;
    let is_same = given.iter().all(|(ty, _)| ty == first && !ty.has_unknown());
    is_same.then(|| first.display())
}

/// Returns the places where `program` gives a value of a type that does not fit; silent where a type is not known.
///
/// The type has to be the very one: `token-quota` wants `long`, and `@(1000)` is refused for being an `Int32`, as a
/// public deployment log of 2026 shows.
pub fn check_result(program: &Program, expected: Expected) -> Vec<Problem> {
    let Some(wanted) = expected.keyword() else { return Vec::new() };
    let wanted = Ty::named(wanted);
    let mut found = Vec::new();
    for (given, span) in returned(program) {
        if given == wanted || given.has_unknown() {
            continue;
        }
        let message =
            format!("the expression gives `{}` where `{}` is expected", given.display(), wanted.display());
        let (from, to) = (given.full(), wanted.full());
        let says = match (given.fits(&wanted), given.runtime_name()) {
            // The value would convert by itself, but the type of the expression is asked for.
            (Fit::Yes, Some(name)) => Wording::of(wordings::RETURN_TYPE, &[&name]),
            (Fit::Cast, _) => Wording::of(wordings::NO_CONVERSION_BUT_CAST, &[&from, &to]),
            _ => Wording::of(wordings::NO_CONVERSION, &[&from, &to]),
        };
        let problem = Problem::new(&WRONG_RESULT, message, span).service_says(says);
        found.push(problem.help(advice(&given, wanted.name())));
    }
    found
}

fn advice(given: &Ty, wanted: &str) -> String {
    match (given.name(), wanted) {
        ("string", "bool") => "compare it, or read it with `bool.Parse(...)`".to_owned(),
        ("string", _) => format!("read it with `{wanted}.Parse(...)`"),
        ("int", "long") => "cast it with `(long)`, or write a literal with `L`, such as `1000L`".to_owned(),
        (_, "bool") if given.is_number() => "compare it with a number".to_owned(),
        _ => format!("cast it with `({wanted})`"),
    }
}
