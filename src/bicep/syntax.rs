//! The syntax tree of a Bicep file: what was written, with spans, before anything is known about names.
//! Comments and layout are not kept; nothing here prints a file back.

use crate::text::Span;

/// A whole file.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Program {
    pub(super) statements: Vec<Statement>,
}

/// One declaration with its decorators.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement {
    pub(super) decorators: Vec<Decorator>,
    pub(super) kind: StatementKind,
    pub(super) span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum StatementKind {
    TargetScope(Expr),
    Metadata {
        name: Ident,
        value: Expr,
    },
    Param {
        name: Ident,
        ty: Option<TypeExpr>,
        default: Option<Expr>,
    },
    Var {
        name: Ident,
        ty: Option<TypeExpr>,
        value: Expr,
    },
    Resource(Box<Resource>),
    Module(Box<Module>),
    Output {
        name: Ident,
        ty: TypeExpr,
        value: Expr,
    },
    Type {
        name: Ident,
        value: TypeExpr,
    },
    Func {
        name: Ident,
        params: Vec<(Ident, TypeExpr)>,
        returns: TypeExpr,
        body: Expr,
    },
    Import {
        what: Imports,
        path: Expr,
    },
    Extension {
        keyword: Ident,
    },
    Test {
        keyword: Ident,
    },
    Assert {
        keyword: Ident,
    },
    /// Only in `.bicepparam` files; no path where it says `none`.
    Using {
        path: Option<Expr>,
    },
    /// Only in `.bicepparam` files.
    Extends {
        path: Expr,
    },
}

/// What an `import` brings in.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Imports {
    /// `{ a, b as c }`
    Names(Vec<ImportName>),
    /// `* as name`
    Everything { name: Ident },
}

/// `original as name`; both the same where there is no `as`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ImportName {
    pub(super) original: Ident,
    pub(super) name: Ident,
}

/// `@name(arguments)`, perhaps qualified by a namespace.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decorator {
    pub(super) namespace: Option<Ident>,
    pub(super) name: Ident,
    pub(super) arguments: Vec<Expr>,
    pub(super) span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ident {
    pub(super) name: String,
    pub(super) span: Span,
}

/// `resource name 'Type@version' existing = …`, at the top or inside another resource's body.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Resource {
    pub(super) decorators: Vec<Decorator>,
    pub(super) name: Ident,
    pub(super) ty: Expr,
    pub(super) existing: bool,
    pub(super) body: Body,
    pub(super) span: Span,
}

/// `module name 'path' = …`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Module {
    pub(super) name: Ident,
    pub(super) path: Expr,
    pub(super) body: Body,
    pub(super) span: Span,
}

/// `{ … }`, `if (c) { … }`, `[for x in xs: { … }]` or `[for x in xs: if (c) { … }]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Body {
    pub(super) loop_head: Option<Loop>,
    pub(super) condition: Option<Expr>,
    pub(super) object: Object,
    pub(super) span: Span,
}

/// `for item in array` or `for (item, index) in array`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Loop {
    pub(super) item: Ident,
    pub(super) index: Option<Ident>,
    pub(super) array: Box<Expr>,
}

/// An expression. `depth` is the height of the tree below, so that no later walk can run out of stack.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) span: Span,
    pub(super) depth: u16,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ExprKind {
    Null,
    Bool(bool),
    Int(i64),
    Str(String),
    /// `texts` is one longer than `exprs`.
    Interpolated {
        texts: Vec<String>,
        exprs: Vec<Expr>,
    },
    Array(Vec<Item>),
    Object(Object),
    Name(String),
    Property {
        base: Box<Expr>,
        name: Ident,
        safe: bool,
    },
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
        safe: bool,
        from_end: bool,
    },
    /// `parent::child`.
    Nested {
        base: Box<Expr>,
        name: Ident,
    },
    /// `base!`.
    NonNull(Box<Expr>),
    Call {
        name: Ident,
        arguments: Vec<Expr>,
    },
    Method {
        base: Box<Expr>,
        name: Ident,
        arguments: Vec<Expr>,
    },
    Unary {
        operator: Unary,
        operand: Box<Expr>,
    },
    Binary {
        operator: Binary,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Ternary {
        condition: Box<Expr>,
        yes: Box<Expr>,
        no: Box<Expr>,
    },
    Paren(Box<Expr>),
    Lambda {
        parameters: Vec<Ident>,
        body: Box<Expr>,
    },
    For {
        head: Box<Loop>,
        body: Box<Expr>,
    },
    /// Stands where a diagnostic has already been given.
    Error,
}

/// An array item; `spread` where it was written `...value`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) value: Expr,
    pub(super) spread: bool,
}

#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Object {
    pub(super) members: Vec<Member>,
    pub(super) span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Member {
    Property(Property),
    Spread(Expr),
    Resource(Box<Resource>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Property {
    pub(super) key: Key,
    pub(super) key_span: Span,
    pub(super) value: Expr,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Key {
    Text(String),
    Interpolated(Expr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Not,
    Minus,
    Plus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Coalesce,
    Or,
    And,
    Equals,
    NotEquals,
    EqualsInsensitive,
    NotEqualsInsensitive,
    Less,
    LessOrEquals,
    Greater,
    GreaterOrEquals,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// A type expression. `depth` is the height of the tree below, as for expressions.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TypeExpr {
    pub(super) kind: TypeKind,
    pub(super) span: Span,
    pub(super) depth: u16,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TypeKind {
    Name(String),
    /// `base.name` or `base['name']`.
    Property {
        base: Box<TypeExpr>,
        name: Ident,
    },
    /// `base[3]`, an item of a tuple.
    Index {
        base: Box<TypeExpr>,
        index: usize,
    },
    /// `base[*]`, the items of an array.
    Items(Box<TypeExpr>),
    /// `base.*`, the further properties of an object.
    Additional(Box<TypeExpr>),
    /// `resourceInput<'…'>`.
    Generic {
        name: Ident,
        arguments: Vec<TypeExpr>,
    },
    /// `resource 'Type@version'`, the old form.
    Resource,
    Null,
    Bool(bool),
    Int(i64),
    Str(String),
    Array(Box<TypeExpr>),
    Nullable(Box<TypeExpr>),
    NonNull(Box<TypeExpr>),
    Union(Vec<TypeExpr>),
    Object(Vec<TypeMember>),
    Tuple(Vec<TypeMember>),
}

/// A property of an object type, an item of a tuple type (no name), or `*:` (the name `*`).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TypeMember {
    pub(super) decorators: Vec<Decorator>,
    pub(super) name: TypeKey,
    pub(super) ty: TypeExpr,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TypeKey {
    Name(Ident),
    /// `*: …`, whatever other properties there are.
    Others,
    /// An item of a tuple.
    Item,
}

impl TypeExpr {
    /// Calls `visit` for this type and every one inside it, outer before inner.
    pub(super) fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a TypeExpr)) {
        visit(self);
        match &self.kind {
            TypeKind::Name(_)
            | TypeKind::Resource
            | TypeKind::Null
            | TypeKind::Bool(_)
            | TypeKind::Int(_)
            | TypeKind::Str(_) => {}
            TypeKind::Property { base: inner, .. }
            | TypeKind::Index { base: inner, .. }
            | TypeKind::Items(inner)
            | TypeKind::Additional(inner)
            | TypeKind::Array(inner)
            | TypeKind::Nullable(inner)
            | TypeKind::NonNull(inner) => inner.each(visit),
            TypeKind::Generic { arguments, .. } => arguments.iter().for_each(|inner| inner.each(visit)),
            TypeKind::Union(members) => members.iter().for_each(|inner| inner.each(visit)),
            TypeKind::Object(members) | TypeKind::Tuple(members) => {
                members.iter().for_each(|member| member.ty.each(visit));
            }
        }
    }

    /// True where a name alone does not say it: such a type needs a template of language version 2.0.
    pub(super) fn is_composed(&self) -> bool {
        let mut composed = false;
        self.each(&mut |ty| {
            composed |= matches!(
                ty.kind,
                TypeKind::Object(_)
                    | TypeKind::Array(_)
                    | TypeKind::Tuple(_)
                    | TypeKind::Union(_)
                    | TypeKind::Nullable(_)
            );
        });
        composed
    }
}

impl Expr {
    /// Strips what has no meaning at run time: parentheses and `!`.
    pub(super) fn bare(&self) -> &Expr {
        let mut expr = self;
        while let ExprKind::Paren(inner) | ExprKind::NonNull(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Str(text) => Some(text),
            _ => None,
        }
    }
}

impl Object {
    pub(super) fn properties(&self) -> impl Iterator<Item = &Property> {
        self.members.iter().filter_map(|member| match member {
            Member::Property(property) => Some(property),
            _ => None,
        })
    }

    pub(super) fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.members.iter().filter_map(|member| match member {
            Member::Resource(resource) => Some(&**resource),
            _ => None,
        })
    }

    /// The value of the property with this plain key.
    pub(super) fn get(&self, key: &str) -> Option<&Expr> {
        self.properties().find(|property| property.text() == Some(key)).map(|property| &property.value)
    }
}

impl Property {
    pub(super) fn text(&self) -> Option<&str> {
        match &self.key {
            Key::Text(text) => Some(text),
            Key::Interpolated(_) => None,
        }
    }
}

impl Statement {
    /// The types that the statement writes.
    pub(super) fn types(&self) -> Vec<&TypeExpr> {
        match &self.kind {
            StatementKind::Param { ty, .. } | StatementKind::Var { ty, .. } => ty.iter().collect(),
            StatementKind::Output { ty, .. } | StatementKind::Type { value: ty, .. } => vec![ty],
            StatementKind::Func { params, returns, .. } => {
                params.iter().map(|(_, ty)| ty).chain([returns]).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Calls `visit` for every expression of the statement, outer before inner, in source order.
    pub(super) fn each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        each_in_decorators(&self.decorators, visit);
        match &self.kind {
            StatementKind::TargetScope(value)
            | StatementKind::Metadata { value, .. }
            | StatementKind::Var { value, .. }
            | StatementKind::Output { value, .. }
            | StatementKind::Func { body: value, .. }
            | StatementKind::Import { path: value, .. }
            | StatementKind::Extends { path: value } => value.each(visit),
            StatementKind::Using { path } => {
                if let Some(path) = path {
                    path.each(visit);
                }
            }
            StatementKind::Param { default, .. } => {
                if let Some(default) = default {
                    default.each(visit);
                }
            }
            StatementKind::Resource(resource) => {
                resource.ty.each(visit);
                resource.body.each_expr(visit);
            }
            StatementKind::Module(module) => {
                module.path.each(visit);
                module.body.each_expr(visit);
            }
            StatementKind::Type { .. }
            | StatementKind::Extension { .. }
            | StatementKind::Test { .. }
            | StatementKind::Assert { .. } => {}
        }
    }
}

impl Body {
    fn each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        if let Some(head) = &self.loop_head {
            head.array.each(visit);
        }
        if let Some(condition) = &self.condition {
            condition.each(visit);
        }
        self.object.each_expr(visit);
    }
}

impl Object {
    fn each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        for member in &self.members {
            match member {
                Member::Property(property) => {
                    if let Key::Interpolated(key) = &property.key {
                        key.each(visit);
                    }
                    property.value.each(visit);
                }
                Member::Spread(value) => value.each(visit),
                Member::Resource(resource) => {
                    each_in_decorators(&resource.decorators, visit);
                    resource.ty.each(visit);
                    resource.body.each_expr(visit);
                }
            }
        }
    }
}

impl Expr {
    /// Calls `visit` for this expression and every one inside it, outer before inner, in source order.
    pub(super) fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(self);
        match &self.kind {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Str(_)
            | ExprKind::Name(_)
            | ExprKind::Error => {}
            ExprKind::Interpolated { exprs, .. } => exprs.iter().for_each(|expr| expr.each(visit)),
            ExprKind::Array(items) => items.iter().for_each(|item| item.value.each(visit)),
            ExprKind::Object(object) => object.each_expr(visit),
            ExprKind::Property { base: inner, .. }
            | ExprKind::Nested { base: inner, .. }
            | ExprKind::NonNull(inner)
            | ExprKind::Unary { operand: inner, .. }
            | ExprKind::Paren(inner)
            | ExprKind::Lambda { body: inner, .. } => inner.each(visit),
            ExprKind::Index { base: left, index: right, .. } | ExprKind::Binary { left, right, .. } => {
                left.each(visit);
                right.each(visit);
            }
            ExprKind::Call { arguments, .. } => arguments.iter().for_each(|expr| expr.each(visit)),
            ExprKind::Method { base, arguments, .. } => {
                base.each(visit);
                arguments.iter().for_each(|expr| expr.each(visit));
            }
            ExprKind::Ternary { condition, yes, no } => {
                condition.each(visit);
                yes.each(visit);
                no.each(visit);
            }
            ExprKind::For { head, body } => {
                head.array.each(visit);
                body.each(visit);
            }
        }
    }
}

fn each_in_decorators<'a>(decorators: &'a [Decorator], visit: &mut dyn FnMut(&'a Expr)) {
    for decorator in decorators {
        decorator.arguments.iter().for_each(|argument| argument.each(visit));
    }
}
