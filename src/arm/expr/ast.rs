//! The syntax tree of a template expression. Places are not kept: an expression is one string at one JSON path,
//! and that path is what a finding names.

/// A template expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    String(String),
    Int(i64),
    /// `name(…)`, or `namespace.name(…)` for a user-defined function.
    Call {
        namespace: Option<String>,
        name: String,
        args: Vec<Expr>,
    },
    /// `base.name` and `base[key]`; with `safe`, `base.?name` and `base[?key]`, which are null where there is
    /// nothing.
    Member {
        base: Box<Expr>,
        key: Box<Expr>,
        safe: bool,
    },
}
