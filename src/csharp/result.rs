//! Whether what an expression gives fits the place it stands in.

use super::ast::Program;
use super::check::returned_types;
use super::codes::WRONG_RESULT;
use super::problem::Problem;

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

/// Returns the places where `program` gives a value of a type that does not fit; silent where a type is not known.
///
/// The type has to be the very one: `token-quota` wants `long`, and `@(1000)` is refused for being an `Int32`, as a
/// public deployment log of 2026 shows.
pub fn check_result(program: &Program, expected: Expected) -> Vec<Problem> {
    let Some(wanted) = expected.keyword() else { return Vec::new() };
    let mut found = Vec::new();
    for (given, span) in returned_types(program) {
        if given.is_empty() || given == wanted {
            continue;
        }
        let message = format!("the expression gives `{given}` where `{wanted}` is expected");
        let problem = Problem::new(&WRONG_RESULT, message, span);
        let problem = match number_name(&given) {
            Some(name) => problem.service_says(format!("Expression return type '{name}' is not allowed")),
            None if given == "string" => {
                problem.service_says(format!("Cannot implicitly convert type '{given}' to '{wanted}'"))
            }
            None => problem,
        };
        found.push(problem.help(advice(&given, wanted)));
    }
    found
}

fn number_name(keyword: &str) -> Option<&'static str> {
    Some(match keyword {
        "int" => "System.Int32",
        "long" => "System.Int64",
        "double" => "System.Double",
        _ => return None,
    })
}

fn advice(given: &str, wanted: &str) -> String {
    match (given, wanted) {
        ("string", "bool") => "compare it, or read it with `bool.Parse(...)`".to_owned(),
        ("string", _) => format!("read it with `{wanted}.Parse(...)`"),
        ("int", "long") => "cast it with `(long)`, or write a literal with `L`, such as `1000L`".to_owned(),
        ("int" | "long" | "double", "bool") => "compare it with a number".to_owned(),
        _ => format!("cast it with `({wanted})`"),
    }
}
