//! The functions of the template language: one table per family, joined in [`ALL`]. A function is a row; what it
//! may see (values only, the machine, the scope) is the kind of its body.
//!
//! Source of names and arities: the template function reference of the Azure documentation, seen 2026-11-22
//! (<https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions>).

mod array;
mod cidr;
mod date;
mod encoding;
mod format;
mod hash;
mod lambda;
mod logic;
mod number;
mod object;
mod resource;
mod scope;
mod string;
mod uri;

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use super::Value;
use super::eval::Env;
use super::fault::{Eval, Fault};
use super::machine::{Machine, described};
use crate::text::plural;

pub(super) use resource::scoped_id;

/// Every function, by family.
pub const ALL: &[(&str, &[Function])] = &[
    ("array", array::FUNCTIONS),
    ("cidr", cidr::FUNCTIONS),
    ("date", date::FUNCTIONS),
    ("encoding", encoding::FUNCTIONS),
    ("lambda", lambda::FUNCTIONS),
    ("logic", logic::FUNCTIONS),
    ("number", number::FUNCTIONS),
    ("object", object::FUNCTIONS),
    ("resource", resource::FUNCTIONS),
    ("scope", scope::FUNCTIONS),
    ("string", string::FUNCTIONS),
    ("uri", uri::FUNCTIONS),
];

/// One function of the template language.
pub struct Function {
    pub name: &'static str,
    /// The fewest and the most arguments; None: any number.
    pub min: usize,
    pub max: Option<usize>,
    pub(super) body: Body,
}

/// How a function computes, and what it may see.
pub(super) enum Body {
    /// From values alone.
    Values(Needs, fn(&[Value]) -> Eval<Value>),
    /// With the machine, to apply lambdas or to ask for resources. Answers `Fault::Stuck` to stay a residual.
    Machine(fn(&Machine<'_>, &[Value]) -> Eval<Value>),
    /// Asks for the arguments it needs, by index; the other ones are never computed.
    Lazy(fn(usize, Arguments<'_>) -> Eval<Value>),
    /// From where the expression stands: parameters, loops, the target. Never leaves a residual of itself.
    Scope(fn(&Env<'_>, &[Value]) -> Eval<Value>),
    /// `lambda` itself: its body is computed per element.
    Lambda,
    /// Only Azure answers: a residual in a plan, refused where a residual has to be resolved.
    Azure,
    /// Known, but refused: for this code and reason.
    Refused(&'static crate::diag::Code, &'static str),
}

/// Computes the argument at an index, when asked.
type Arguments<'a> = &'a mut dyn FnMut(usize) -> Eval<Value>;

/// How much of the arguments must be known before a function can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    Everything,
    /// The arguments themselves; elements and properties inside of them may be unknown.
    Outline,
    Nothing,
}

impl Function {
    /// False for functions that are known by name only, to refuse them with a reason.
    pub fn is_supported(&self) -> bool {
        !matches!(self.body, Body::Refused(..))
    }

    /// True for functions whose value nothing but Azure knows.
    pub fn is_answered_by_azure(&self) -> bool {
        matches!(self.body, Body::Azure)
    }

    /// The position of the argument that names the resource whose answer is awaited.
    pub(super) fn resource_argument(&self) -> Option<usize> {
        match self.name {
            "reference" => Some(0),
            "list*" => Some(1),
            _ => None,
        }
    }

    /// Refuses a call with too few or too many arguments.
    pub(super) fn check_arity(&self, name: &str, n_args: usize) -> Eval<()> {
        if n_args >= self.min && self.max.is_none_or(|max| n_args <= max) {
            return Ok(());
        }
        let wanted = match (self.min, self.max) {
            (min, Some(max)) if min == max => plural(min, "argument"),
            (min, Some(max)) => format!("{min} to {}", plural(max, "argument")),
            (min, None) => format!("at least {}", plural(min, "argument")),
        };
        Err(Fault::failed(format!("`{name}` takes {wanted}, not {n_args}")))
    }
}

/// Finds a function; the case of the name does not matter. Any name that begins with `list` is a list operation
/// of a resource provider.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    /// By name, in lower case: a template calls a thousand times what is looked up here.
    static BY_NAME: LazyLock<HashMap<String, &'static Function>> = LazyLock::new(|| {
        let all = ALL.iter().flat_map(|(_, family)| family.iter());
        all.map(|function| (function.name.to_ascii_lowercase(), function)).collect()
    });
    let exact = |wanted: &str| BY_NAME.get(wanted.to_ascii_lowercase().as_str()).copied();
    let is_list = name.len() > 4 && name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("list"));
    exact(name).or_else(|| if is_list { exact("list*") } else { None })
}

/// The names of all functions, for suggestions and for the reference page.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    ALL.iter().flat_map(|(_, family)| family.iter().map(|function| function.name))
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Function({})", self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A row for a function of values.
const fn values(
    name: &'static str,
    min: usize,
    max: Option<usize>,
    needs: Needs,
    run: fn(&[Value]) -> Eval<Value>,
) -> Function {
    Function { name, min, max, body: Body::Values(needs, run) }
}

/// Finds a function that is known to be there.
fn built_in(name: &'static str) -> &'static Function {
    find(name).expect("callers name rows of the tables; a test looks each of them up")
}

/// Reads argument `at` as a string.
fn text(args: &[Value], at: usize) -> Eval<&str> {
    args[at].as_str().ok_or_else(|| wrong(args, at, "a string"))
}

fn int(args: &[Value], at: usize) -> Eval<i64> {
    args[at].as_int().ok_or_else(|| wrong(args, at, "an int"))
}

fn bool(args: &[Value], at: usize) -> Eval<bool> {
    args[at].as_bool().ok_or_else(|| wrong(args, at, "a bool"))
}

fn array(args: &[Value], at: usize) -> Eval<&[Value]> {
    args[at].as_array().ok_or_else(|| wrong(args, at, "an array"))
}

fn object(args: &[Value], at: usize) -> Eval<&indexmap::IndexMap<String, Value>> {
    args[at].as_object().ok_or_else(|| wrong(args, at, "an object"))
}

/// Reads a count or position that must not be negative.
fn size(args: &[Value], at: usize) -> Eval<usize> {
    let value = int(args, at)?;
    usize::try_from(value)
        .map_err(|_| Fault::failed(format!("argument {} must not be negative, but is {value}", at + 1)))
}

fn wrong(args: &[Value], at: usize, wanted: &str) -> Fault {
    Fault::failed(format!("argument {} must be {wanted}, not {}", at + 1, described(&args[at])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_has_one_row_and_is_found_in_any_case() {
        let mut seen = std::collections::BTreeSet::new();
        for name in names() {
            assert!(seen.insert(name.to_lowercase()), "{name} has two rows");
            assert_eq!(find(&name.to_uppercase()).map(|f| f.name), Some(name));
        }
        assert_eq!(find("listChannelWithKeys").map(|f| f.name), Some("list*"));
        assert_eq!(find("list"), None);
    }

    #[test]
    fn the_rows_that_code_names_are_there() {
        for name in ["concat", "if", "and", "or", "coalesce", "reference", "list*", "split"] {
            assert_eq!(built_in(name).name, name);
        }
    }
}
