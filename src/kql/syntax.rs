//! A query as it was read.

use super::{Type, Value};

/// Statements, the last of which is the query.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub lets: Vec<(String, Bound)>,
    pub query: Query,
}

/// What a `let` gives a name.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    Query(Query),
    Scalar(Expr),
}

#[derive(Clone, Debug)]
pub(super) struct Query {
    pub source: Source,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(super) enum Source {
    Name(usize, String),
    Inline(Vec<(String, Type)>, Vec<Vec<Value>>),
    Union(usize, Vec<Query>),
    Query(Box<Query>),
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Where(Expr),
    Extend(Vec<(String, Expr)>),
    Project(Vec<(String, Expr)>),
    Summarize {
        values: Vec<(String, Expr)>,
        by: Vec<(String, Expr)>,
    },
    OrderBy(Vec<(Expr, bool)>),
    Take(usize),
    /// A join, or a `lookup`, which leaves the key of the right side out.
    Join {
        at: usize,
        outer: bool,
        keeps_key: bool,
        right: Query,
        on: Vec<String>,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Expr {
    /// Where it begins.
    pub at: usize,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Literal(Type, Value),
    Name(String),
    Not(Box<Expr>),
    Minus(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    Index(Box<Expr>, Box<Expr>),
    Call(String, Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    SameText,
    OtherText,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Contains,
    StartsWith,
    EndsWith,
}
