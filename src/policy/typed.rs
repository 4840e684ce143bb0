//! The typed tree of a policy: elements with decoded values and parsed expressions, each with its place in the
//! text as the user wrote it. Plain data; made by `lower` and arranged by `compose`.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::entities::Decoded;
use super::named_values::Substituted;
use crate::csharp::{self, Program, Uses};
use crate::text::{Source, Span};

/// One policy text after lowering.
#[derive(Clone, Debug)]
pub struct Policy {
    pub source: Arc<Source>,
    pub body: Body,
}

/// What the root element of a policy text holds.
#[derive(Clone, Debug)]
pub enum Body {
    /// `<policies>`: the sections that are written, in the order of the text.
    Document(Vec<(Section, Vec<Arc<PolicyElement>>)>),
    /// `<fragment>`
    Fragment(Vec<Arc<PolicyElement>>),
}

/// The four parts of a policy document, in the order in which a request passes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    Inbound,
    Backend,
    Outbound,
    OnError,
}

impl Section {
    /// The sections in the order in which they run.
    pub const ALL: [Self; 4] = [Self::Inbound, Self::Backend, Self::Outbound, Self::OnError];

    /// The name of the section's element.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Backend => "backend",
            Self::Outbound => "outbound",
            Self::OnError => "on-error",
        }
    }

    /// Returns the section of that element name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name)
    }
}

/// A policy such as `<set-header …>`, or an element inside one such as `<value>`.
#[derive(Clone)]
pub struct PolicyElement {
    pub name: String,
    pub attributes: Vec<PolicyAttribute>,
    pub children: Vec<Arc<Self>>,
    /// What stands between the tags, where that is text; None where it is empty or elements.
    pub text: Option<Value>,
    pub source: Arc<Source>,
    /// From the start tag to the end tag.
    pub span: Span,
    pub name_span: Span,
}

/// An attribute whose value is read.
#[derive(Clone, Debug)]
pub struct PolicyAttribute {
    pub name: String,
    pub value: Value,
    pub name_span: Span,
}

/// A value as far as it is known before a request comes.
#[derive(Clone, Debug)]
pub struct Value {
    pub kind: ValueKind,
    pub span: Span,
}

/// A text, or an expression that gives one when it runs.
#[derive(Clone, Debug)]
pub enum ValueKind {
    /// Character references are decoded and named values are in place.
    Literal(String),
    Expression(Arc<Expression>),
}

/// A C# expression that parsed.
pub struct Expression {
    /// As written, with its `@` and brackets, references decoded.
    pub text: String,
    pub program: Program,
    pub(super) places: Places,
    /// Found when the first rule asks.
    uses: OnceLock<Uses>,
}

/// The way back from a program to the text as the user wrote it.
#[derive(Clone)]
pub(super) struct Places {
    pub(super) origin: Substituted,
    /// Of the expression with its `@` and brackets.
    pub(super) decoded: Decoded,
    /// Where the expression begins in the text that was parsed.
    pub(super) start: u32,
}

/// `@(` or `@{`
pub(super) const BEFORE_BODY: usize = 2;

impl PolicyElement {
    /// Returns the attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&PolicyAttribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// Returns the value of the attribute of that name.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.attribute(name).map(|attribute| &attribute.value)
    }

    /// Returns the value of an attribute that is written as a literal.
    pub fn literal(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Value::literal)
    }

    /// The line of the start tag, counted from 1.
    pub fn line(&self) -> u32 {
        self.source.position(self.span.start).line
    }
}

impl Value {
    /// Returns the text of a literal; None for an expression.
    pub fn literal(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Literal(text) => Some(text),
            ValueKind::Expression(_) => None,
        }
    }
}

impl Expression {
    pub(super) fn new(text: String, program: Program, places: Places) -> Self {
        Self { text, program, places, uses: OnceLock::new() }
    }

    /// What the program touches.
    pub fn uses(&self) -> &Uses {
        self.uses.get_or_init(|| csharp::uses(&self.program))
    }

    /// Returns where a place of the program is in the text as the user wrote it; inside the text of a named value it
    /// is the whole `{{name}}`.
    pub fn place(&self, span: Span) -> Span {
        self.places.original_span(span)
    }
}

impl Places {
    pub(super) fn original_span(&self, span: Span) -> Span {
        let shifted = Span::new(span.start as usize + BEFORE_BODY, span.end as usize + BEFORE_BODY);
        self.origin.original_span(self.decoded.raw_span(shifted, self.start))
    }
}

impl fmt::Debug for PolicyElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} at {}:{}>", self.name, self.source.path(), self.source.position(self.span.start))
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
