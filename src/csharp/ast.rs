//! The tree of an expression. Nodes carry spans; values do not.

use std::sync::Arc;

use super::number::Number;
use super::problem::{Form, Problem};
use crate::text::Span;

/// A parsed policy expression, ready to be checked and evaluated any number of times.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    pub(super) form: Form,
    pub(super) body: Body,
    /// What reading found that does not refuse the text; `check` passes it on.
    pub(super) noted: Vec<Problem>,
}

/// What a program or a lambda runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Body {
    Expr(Expr),
    Block(Vec<Stmt>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expr {
    pub kind: ExprKind,
    pub span: Span,
    /// How deep the tree below is, weighted; see [`Expr::new`].
    pub height: u32,
}

/// What a node adds to the height of its tree. Chains such as `a + b + c` lean to the left and are walked in a
/// loop, so each operator of them weighs less.
const NODE_WEIGHT: u32 = 8;
const CHAIN_WEIGHT: u32 = 2;

impl Expr {
    pub(super) fn new(kind: ExprKind, span: Span) -> Self {
        let below = kind.children().iter().map(|child| child.height).max().unwrap_or(0);
        let weight = if matches!(kind, ExprKind::Binary { .. }) { CHAIN_WEIGHT } else { NODE_WEIGHT };
        Self { kind, span, height: below + weight }
    }
}

impl ExprKind {
    /// The expressions directly inside, in the order of the text. Statements of a lambda are not among them.
    pub(super) fn children(&self) -> Vec<&Expr> {
        match self {
            Self::Literal(_) | Self::Name(_) | Self::Type(_) | Self::TypeOf(_) | Self::Default(_) => {
                Vec::new()
            }
            Self::Interpolated(parts) => parts.iter().filter_map(InterpolatedPart::value).collect(),
            Self::Paren(inner) => vec![inner],
            Self::Member { target, .. } => vec![target],
            Self::Call { callee, args } => {
                std::iter::once(&**callee).chain(args.iter().filter_map(Argument::expr)).collect()
            }
            Self::Index { target, key, .. } => vec![target, key],
            Self::Cast { operand, .. } | Self::Unary { operand, .. } | Self::As { operand, .. } => {
                vec![operand]
            }
            Self::Binary { left, right, .. } => vec![left, right],
            Self::Conditional { condition, then, otherwise } => vec![condition, then, otherwise],
            Self::Is { operand, pattern } => std::iter::once(&**operand).chain(pattern.exprs()).collect(),
            Self::Switch { subject, arms } => {
                let arms = arms
                    .iter()
                    .flat_map(|arm| arm.pattern.exprs().into_iter().chain(&arm.when).chain([&arm.value]));
                std::iter::once(&**subject).chain(arms).collect()
            }
            Self::Throw(value) => vec![value],
            Self::Checked { inner, .. } => vec![inner],
            Self::Tuple(parts) => parts.iter().map(|(_, value)| value).collect(),
            Self::NotRun { parts, .. } => parts.iter().collect(),
            Self::Assign { target, value, .. } => vec![target, value],
            Self::Step { target, .. } => vec![target],
            Self::New { args, initializer, .. } => args
                .iter()
                .filter_map(Argument::expr)
                .chain(initializer.iter().flat_map(Initializer::exprs))
                .collect(),
            Self::NewArray { size, items, .. } => size.iter().map(|size| &**size).chain(items).collect(),
            Self::Anonymous(members) => members.iter().map(|(_, value)| value).collect(),
            Self::Lambda(lambda) => match &lambda.body {
                Body::Expr(body) => vec![body],
                Body::Block(_) => Vec::new(),
            },
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ExprKind {
    Literal(Literal),
    Interpolated(Vec<InterpolatedPart>),
    Name(String),
    /// Ends a `?.` chain: `(a?.b).c` throws where `a?.b.c` gives null.
    Paren(Box<Expr>),
    Member {
        target: Box<Expr>,
        name: String,
        name_span: Span,
        type_args: Vec<TypeRef>,
        conditional: bool,
    },
    Call {
        callee: Box<Expr>,
        args: Vec<Argument>,
    },
    Index {
        target: Box<Expr>,
        key: Box<Expr>,
        conditional: bool,
    },
    Cast {
        ty: TypeRef,
        operand: Box<Expr>,
    },
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Conditional {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    Is {
        operand: Box<Expr>,
        pattern: Pattern,
    },
    As {
        operand: Box<Expr>,
        ty: TypeRef,
    },
    Assign {
        target: Box<Expr>,
        op: Option<BinaryOp>,
        value: Box<Expr>,
    },
    /// `++` and `--`.
    Step {
        target: Box<Expr>,
        by: i32,
        prefix: bool,
    },
    New {
        ty: TypeRef,
        args: Vec<Argument>,
        initializer: Vec<Initializer>,
    },
    /// `new T[size]`, `new T[] { … }`, `new[] { … }`.
    NewArray {
        element: Option<TypeRef>,
        size: Option<Box<Expr>>,
        items: Vec<Expr>,
    },
    /// `new { A = 1, b.C }`.
    Anonymous(Vec<(String, Expr)>),
    Lambda(Arc<Lambda>),
    /// `subject switch { pattern when condition => value, … }`
    Switch {
        subject: Box<Expr>,
        arms: Vec<SwitchArm>,
    },
    /// `throw` where a value is expected, as in `x ?? throw …`.
    Throw(Box<Expr>),
    /// `checked(…)` and `unchecked(…)`.
    Checked {
        on: bool,
        inner: Box<Expr>,
    },
    /// `default(T)` and `default`.
    Default(Option<TypeRef>),
    /// `(a, b)`, `(x: 1, y: 2)`: the names, where there are some.
    Tuple(Vec<(Option<String>, Expr)>),
    /// C# that is read and not evaluated.
    NotRun {
        /// Such as "a tuple".
        what: &'static str,
        parts: Vec<Expr>,
    },
    /// `typeof(T)`
    TypeOf(TypeRef),
    /// A type where an expression stands, such as `string` in `string.IsNullOrEmpty`.
    Type(TypeRef),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Double(f64),
    Char(char),
    String(Arc<str>),
    /// Of a type besides `int`, `long` and `double`.
    Number(Number),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum InterpolatedPart {
    Text(String),
    Hole { value: Expr, alignment: Option<i32>, format: Option<String> },
}

impl InterpolatedPart {
    fn value(&self) -> Option<&Expr> {
        match self {
            Self::Text(_) => None,
            Self::Hole { value, .. } => Some(value),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lambda {
    pub params: Vec<Parameter>,
    pub body: Body,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    pub name: String,
    pub span: Span,
    /// None where it is left to be inferred.
    pub ty: Option<TypeRef>,
    /// The value of an argument that is left out, in a local function.
    pub default: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Argument {
    /// `preserveContent:` in `As<string>(preserveContent: true)`.
    pub name: Option<String>,
    pub value: ArgumentValue,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ArgumentValue {
    Expr(Expr),
    /// `out var x`, `out int x` (declares) and `out x`.
    Out {
        name: String,
        declares: bool,
        /// As declared; None for `var` and where it declares nothing.
        ty: Option<TypeRef>,
        span: Span,
    },
    /// `ref x`, which is not evaluated.
    Ref(Expr),
}

impl Argument {
    pub(super) fn expr(&self) -> Option<&Expr> {
        match &self.value {
            ArgumentValue::Expr(expr) | ArgumentValue::Ref(expr) => Some(expr),
            ArgumentValue::Out { .. } => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Initializer {
    /// `new List<int> { 1 }`
    Item(Expr),
    /// `new Dictionary<string, int> { { "a", 1 } }`
    Pair(Expr, Expr),
    /// `new Dictionary<string, int> { ["a"] = 1 }`
    Index(Expr, Expr),
    /// `new T { Name = value }`
    Member(String, Expr),
}

impl Initializer {
    fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::Item(value) | Self::Member(_, value) => vec![value],
            Self::Pair(key, value) | Self::Index(key, value) => vec![key, value],
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pattern {
    Null,
    NotNull,
    /// `_`, and `var x`, which take everything.
    Any {
        binding: Option<Binding>,
    },
    Type {
        ty: TypeRef,
        binding: Option<Binding>,
    },
    Constant(Box<Expr>),
    /// `> 5`
    Relational {
        op: BinaryOp,
        value: Box<Expr>,
    },
    Not(Box<Pattern>),
    /// `a and b`, `a or b`
    Both {
        all: bool,
        left: Box<Pattern>,
        right: Box<Pattern>,
    },
    /// `T { Name: pattern } binding`
    Property {
        ty: Option<TypeRef>,
        members: Vec<(String, Pattern)>,
        binding: Option<Binding>,
    },
}

/// A variable that a pattern declares.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Binding {
    pub name: String,
    pub span: Span,
}

impl Pattern {
    /// The expressions inside, in the order of the text.
    pub(super) fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::Null | Self::NotNull | Self::Any { .. } | Self::Type { .. } => Vec::new(),
            Self::Constant(value) | Self::Relational { value, .. } => vec![value],
            Self::Not(inner) => inner.exprs(),
            Self::Both { left, right, .. } => left.exprs().into_iter().chain(right.exprs()).collect(),
            Self::Property { members, .. } => {
                members.iter().flat_map(|(_, pattern)| pattern.exprs()).collect()
            }
        }
    }
}

/// `pattern when condition => value`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SwitchArm {
    pub pattern: Pattern,
    pub when: Option<Expr>,
    pub value: Expr,
}

/// `case 1: case 2 when x: …`; the pattern of `default` is None.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SwitchSection {
    pub labels: Vec<(Option<Pattern>, Option<Expr>)>,
    pub body: Vec<Stmt>,
    pub span: Span,
}

/// A type as written, such as `Dictionary<string, int>` or `string[]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TypeRef {
    /// Dotted where it is written so; keywords as they are.
    pub name: String,
    pub args: Vec<TypeRef>,
    pub nullable: bool,
    /// How many `[]` follow.
    pub rank: usize,
    pub span: Span,
}

impl TypeRef {
    /// The type as a reader would write it, without blanks.
    pub(super) fn display(&self) -> String {
        let args: Vec<String> = self.args.iter().map(Self::display).collect();
        let args = if args.is_empty() { String::new() } else { format!("<{}>", args.join(",")) };
        let nullable = if self.nullable { "?" } else { "" };
        format!("{}{args}{nullable}{}", self.name, "[]".repeat(self.rank))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnaryOp {
    Not,
    Minus,
    Plus,
    Complement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BinaryOp {
    Coalesce,
    Or,
    And,
    BitOr,
    BitXor,
    BitAnd,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    ShiftLeft,
    ShiftRight,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl BinaryOp {
    /// Whether two numbers give a number.
    pub(super) fn is_arithmetic(self) -> bool {
        matches!(self, Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Remainder)
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Coalesce => "??",
            Self::Or => "||",
            Self::And => "&&",
            Self::BitOr => "|",
            Self::BitXor => "^",
            Self::BitAnd => "&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

/// One name of a declaration.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variable {
    pub name: String,
    pub span: Span,
    pub value: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum StmtKind {
    /// `var a = 1, b = 2;` — the type is None for `var`.
    Local {
        ty: Option<TypeRef>,
        variables: Vec<Variable>,
    },
    /// `T name(T a) { … }` and `T name(T a) => …;`
    LocalFunction {
        result: TypeRef,
        name: String,
        name_span: Span,
        function: Arc<Lambda>,
    },
    Switch {
        subject: Expr,
        sections: Vec<SwitchSection>,
    },
    /// The resource is a declaration or an expression; no body follows `using var x = …;`.
    Using {
        resource: Box<Stmt>,
        body: Option<Box<Stmt>>,
    },
    /// `checked { … }` and `unchecked { … }`.
    Checked {
        on: bool,
        body: Vec<Stmt>,
    },
    Expr(Expr),
    If {
        condition: Expr,
        then: Box<Stmt>,
        otherwise: Option<Box<Stmt>>,
    },
    Foreach {
        ty: Option<TypeRef>,
        name: String,
        name_span: Span,
        items: Expr,
        body: Box<Stmt>,
    },
    For {
        init: Vec<Stmt>,
        condition: Option<Expr>,
        step: Vec<Expr>,
        body: Box<Stmt>,
    },
    While {
        condition: Expr,
        body: Box<Stmt>,
    },
    DoWhile {
        body: Box<Stmt>,
        condition: Expr,
    },
    /// None where no value follows, which only a local function may do.
    Return(Option<Expr>),
    /// None rethrows.
    Throw(Option<Expr>),
    Try {
        body: Vec<Stmt>,
        catches: Vec<Catch>,
        finally: Option<Vec<Stmt>>,
    },
    Block(Vec<Stmt>),
    Break,
    Continue,
    Empty,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Catch {
    /// None catches everything.
    pub ty: Option<TypeRef>,
    pub name: Option<Binding>,
    pub when: Option<Expr>,
    pub body: Vec<Stmt>,
}
