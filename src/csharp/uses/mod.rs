//! What a program touches: members of `context`, context variables, bodies, strings, methods and types, each with its
//! place in the text of the program. For rules that look at a policy without running it. Follows locals as far as one
//! assignment, and takes every test of a value for one that protects what comes after it: a rule had better be silent
//! than wrong.

mod shape;
mod walk;

#[cfg(test)]
mod tests;

use super::ast::Program;
use crate::text::Span;

/// Returns what `program` touches.
pub fn uses(program: &Program) -> Uses {
    walk::walk(&program.body)
}

/// What a program touches, each list in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    pub members: Vec<MemberUse>,
    pub variables: Vec<VariableUse>,
    pub bodies: Vec<BodyUse>,
    pub strings: Vec<StringUse>,
    pub calls: Vec<CallUse>,
    /// The types that are named in casts, declarations, type arguments and `new`.
    pub types: Vec<(String, Span)>,
}

/// A chain of members that begins at `context`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberUse {
    /// Without `context`, such as `Response.StatusCode`.
    pub path: String,
    /// The first member was tested before, is followed by `?.`, or stands inside `try`.
    pub guarded: bool,
    pub span: Span,
}

/// A use of `context.Variables`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableUse {
    /// None where it is computed, or all variables are used as one value.
    pub name: Option<String>,
    pub how: VariableAccess,
    /// The variable was tested before, or the use stands inside `try`.
    pub guarded: bool,
    /// A member is taken of the value as it is, so that null throws.
    pub dereferenced: bool,
    /// All of the value becomes part of the result, as far as that shows.
    pub whole: bool,
    pub span: Span,
    /// Of the name where it is one literal, else of the use.
    pub name_span: Span,
}

/// How a variable is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableAccess {
    /// `context.Variables["x"]`, with the type it is cast to; throws where the variable is not set.
    Index { cast: Option<String> },
    /// `context.Variables.GetValueOrDefault<T>("x")`
    GetValueOrDefault { ty: Option<String>, has_default: bool },
    /// `context.Variables.ContainsKey("x")`
    ContainsKey,
    /// `context.Variables.TryGetValue("x", out var value)`
    TryGetValue,
    /// `context.Variables` itself.
    Whole,
}

/// A read of a body, such as `context.Request.Body.As<string>()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyUse {
    pub of: BodyOf,
    /// The type it is read as; empty where the method has none.
    pub ty: String,
    /// Whether the body is there for the next reader; None where that is computed.
    pub preserves: Option<bool>,
    /// The whole of it becomes part of the result, as far as that shows.
    pub whole: bool,
    pub span: Span,
    /// What stands between the parentheses of the call.
    pub arguments: Span,
}

/// Whose body it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyOf {
    Request,
    Response,
    /// Of a response in a variable; its name where that is a literal.
    Variable(Option<String>),
}

/// A string literal, or a part of an interpolated one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StringUse {
    pub text: String,
    /// It is text between the holes of `$"…"`, where braces are written twice.
    pub interpolated: bool,
    /// The method that it is an argument of.
    pub argument_of: Option<String>,
    pub span: Span,
}

/// A call of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallUse {
    pub name: String,
    /// The members of `context` it is called on, such as `Request.Headers`; None for anything else.
    pub on: Option<String>,
    /// The arguments that are string literals, in order.
    pub strings: Vec<String>,
    pub span: Span,
}
