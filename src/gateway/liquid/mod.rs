//! The Liquid of `set-body template="liquid"`: templates over the body and the context. The service runs DotLiquid in
//! "C# mode", so filters are named in Pascal case and dates are formatted as .NET formats them (Learn, set-body,
//! 2023-01-13 and its later versions for `parse-date`).
//!
//! There: output with filters (all that the page lists), `if`, `unless`, `case`, `for`, `assign`, `capture`, `cycle`,
//! `increment`, `decrement`, `raw`, `comment`, white space control. Not there, and refused where the gateway is built:
//! `tablerow`, `include`, `extends` and other tags, and filters that the page does not list.
//!
//! Decisions, where page and DotLiquid are silent or unknown:
//! - A property that is not there under its name is looked for without regard to case: pages of Microsoft read
//!   `soap:Envelope` as `body.envelope`. Prefixes of XML names are dropped, attributes are not bound.
//! - A body of another type than JSON or XML is its text; without a body `body` is nil.
//! - `context.Variables` is there beside what the page lists, as published policies use it.
//! - `Replace` and its like take their argument as plain text. What goes wrong while a template runs (a body that is
//!   not what its type says, a division by zero, a limit) fails the policy.

mod bind;
mod filters;
mod lex;
mod parse;
mod run;
mod value;

use std::sync::Arc;

pub(super) use parse::parse;

use super::fault::Fault;
use super::live::Live;
use value::Value;

/// A template, parsed.
#[derive(Clone, Debug)]
pub(super) struct Template(Vec<Node>);

/// Attributes of `set-body` that say what values become.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    /// Whether an element with `xsi:nil="true"` is null instead of an empty text.
    pub nil_is_null: bool,
    /// Whether texts that are dates become dates, which are then printed in another form.
    pub parses_dates: bool,
}

/// The message that `body` is the body of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    Request,
    Response,
    Nothing,
}

/// Makes a body.
///
/// # Errors
/// A fault where the body cannot be read, is not of its type, or a limit is reached.
pub(super) fn render(
    template: &Template,
    options: Options,
    reads: Reads,
    live: &Arc<Live>,
) -> Result<String, Fault> {
    let failed = |why: String| Fault::broken("LiquidTemplateFailure", why);
    let body = bind::body(live, reads, options).map_err(failed)?;
    let names = [("body".to_owned(), body), ("context".to_owned(), bind::context(live))];
    run::run(&template.0, names.into_iter().collect(), live.as_ref()).map_err(failed)
}

/// A piece of a template.
#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Output(Expr),
    Assign(String, Expr),
    Capture(String, Vec<Node>),
    /// Branches in order; the one without a condition is `else`.
    If(Vec<(Option<Condition>, Vec<Node>)>),
    Case {
        subject: Expr,
        /// Values, one of which has to be equal.
        whens: Vec<(Vec<Operand>, Vec<Node>)>,
        otherwise: Vec<Node>,
    },
    For(Box<Loop>),
    /// The name of the group and what takes turns.
    Cycle(String, Vec<Operand>),
    /// By one, before it is printed or after.
    Step(String, i64),
    Break,
    Continue,
}

#[derive(Clone, Debug)]
struct Loop {
    variable: String,
    list: Operand,
    is_reversed: bool,
    limit: Option<Operand>,
    offset: Option<Operand>,
    body: Vec<Node>,
    otherwise: Vec<Node>,
}

/// A value and what filters make of it.
#[derive(Clone, Debug)]
struct Expr {
    start: Operand,
    filters: Vec<(&'static filters::Filter, Vec<Operand>)>,
}

#[derive(Clone, Debug)]
enum Operand {
    Literal(Value),
    /// `empty` and `blank`: equal to what is empty.
    Empty,
    Path(String, Vec<Access>),
    Range(Box<Operand>, Box<Operand>),
}

#[derive(Clone, Debug)]
enum Access {
    Name(String),
    Index(Operand),
}

#[derive(Clone, Debug)]
enum Condition {
    Truth(Operand),
    Compare(Operand, Comparison, Operand),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}
