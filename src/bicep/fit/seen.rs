//! What can be seen of a value without computing it: literals, what variables and parameters are declared as, outputs of
//! modules, and the kinds of value that operators and functions give.

use std::sync::Arc;

use serde_json::Value as Json;

use super::super::bind::{Model, Symbol};
use super::super::project::Unit;
use super::super::syntax::{
    Binary, Expr, ExprKind, Key, Loop, Member as Written, Object, TypeExpr, TypeKind, Unary,
};
use super::parameters::{is_nullable, kind, resolved};
use crate::text::Span;

/// Names and brackets within each other that are followed.
const DEPTH_MAX: usize = 64;

/// Values that one expression can come to; the branches of `? :` within each other multiply.
const BRANCHES_MAX: usize = 64;

/// A value, as far as it is visible; what is not visible of it is none.
#[derive(Debug)]
pub(super) enum Seen<'e> {
    Unknown,
    Null,
    Bool,
    Int(Option<i64>),
    Text(Option<&'e str>),
    Array(Option<Vec<Branches<'e>>>),
    Object {
        members: Vec<Member<'e>>,
        /// There are no others.
        is_whole: bool,
    },
}

/// What an expression can come to, each with the place to tell about it.
pub(super) type Branches<'e> = Vec<(Seen<'e>, Span)>;

/// A property of an object.
#[derive(Debug)]
pub(super) struct Member<'e> {
    pub(super) name: &'e str,
    pub(super) span: Span,
    pub(super) seen: Branches<'e>,
}

impl<'e> Seen<'e> {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Unknown => "any",
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int(_) => "int",
            Self::Text(_) => "string",
            Self::Array(_) => "array",
            Self::Object { .. } => "object",
        }
    }

    fn of_kind(kind: &str) -> Self {
        match kind {
            "bool" => Self::Bool,
            "int" => Self::Int(None),
            "string" => Self::Text(None),
            "array" => Self::Array(None),
            "object" => Self::Object { members: Vec::new(), is_whole: false },
            _ => Self::Unknown,
        }
    }

    /// A value that was computed from what stands at `span`. As deep as the evaluator makes values.
    pub(super) fn of_json(value: &'e Json, span: Span) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(_) => Self::Bool,
            Json::Number(number) => number.as_i64().map_or(Self::Unknown, |number| Self::Int(Some(number))),
            Json::String(text) => Self::Text(Some(text)),
            Json::Array(items) => {
                Self::Array(Some(items.iter().map(|item| vec![(Self::of_json(item, span), span)]).collect()))
            }
            Json::Object(members) => {
                let members = members.iter().map(|(name, value)| Member {
                    name,
                    span,
                    seen: vec![(Self::of_json(value, span), span)],
                });
                Self::Object { members: members.collect(), is_whole: true }
            }
        }
    }
}

/// Looks at the expressions of one declaration.
pub(super) struct Eyes<'m, 'a> {
    model: &'m Model<'a>,
    modules: &'m [Option<Arc<Unit>>],
    /// Names of loops around, which are no declarations.
    locals: Vec<&'m str>,
    depth: usize,
}

impl<'m, 'a> Eyes<'m, 'a> {
    pub(super) fn new(model: &'m Model<'a>, modules: &'m [Option<Arc<Unit>>]) -> Self {
        Self { model, modules, locals: Vec::new(), depth: 0 }
    }

    /// Hides what the variables of a loop hide.
    pub(super) fn enter(&mut self, head: Option<&'m Loop>) {
        let Some(head) = head else { return };
        self.locals.push(&head.item.name);
        self.locals.extend(head.index.as_ref().map(|index| index.name.as_str()));
    }

    /// What an expression can come to.
    pub(super) fn look(&mut self, expr: &'m Expr) -> Branches<'m> {
        let mut branches = Vec::new();
        self.collect(expr, None, &mut branches);
        branches
    }

    /// Adds what an expression can come to; `told` is where to tell about it, where that is not the expression itself.
    fn collect(&mut self, expr: &'m Expr, told: Option<Span>, into: &mut Branches<'m>) {
        if self.depth >= DEPTH_MAX || into.len() >= BRANCHES_MAX {
            return;
        }
        self.depth += 1;
        let at = told.unwrap_or(expr.span);
        match &expr.bare().kind {
            ExprKind::Ternary { yes, no, .. } => {
                self.collect(yes, told, into);
                self.collect(no, told, into);
            }
            ExprKind::Name(name) if !self.locals.contains(&name.as_str()) => {
                match self.model.globals.get(name.as_str()) {
                    Some(Symbol::Var(var)) => {
                        let var = &self.model.vars[*var];
                        if var.ty.is_none() {
                            // A variable stands at the top, where no loop is around it.
                            let locals = std::mem::take(&mut self.locals);
                            self.collect(var.value, Some(at), into);
                            self.locals = locals;
                        }
                    }
                    Some(Symbol::Param(param)) => {
                        let seen = self.model.params[*param].ty.map_or(Seen::Unknown, declared);
                        into.push((seen, at));
                    }
                    _ => {}
                }
            }
            _ => {
                let seen = self.one(expr.bare(), told);
                into.push((seen, at));
            }
        }
        self.depth -= 1;
    }

    fn one(&mut self, expr: &'m Expr, told: Option<Span>) -> Seen<'m> {
        match &expr.kind {
            ExprKind::Null => Seen::Null,
            ExprKind::Bool(_) => Seen::Bool,
            ExprKind::Int(number) => Seen::Int(Some(*number)),
            ExprKind::Str(text) => Seen::Text(Some(text)),
            ExprKind::Interpolated { .. } => Seen::Text(None),
            ExprKind::Unary { operator: Unary::Not, .. } => Seen::Bool,
            ExprKind::Unary { operator: Unary::Minus, operand } => match operand.bare().kind {
                ExprKind::Int(number) => Seen::Int(number.checked_neg()),
                _ => Seen::Int(None),
            },
            ExprKind::Unary { .. } => Seen::Int(None),
            ExprKind::Binary { operator: Binary::Coalesce, .. } => Seen::Unknown,
            ExprKind::Binary { operator, .. } => match operator {
                Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Modulo => {
                    Seen::Int(None)
                }
                _ => Seen::Bool,
            },
            ExprKind::For { .. } => Seen::Array(None),
            ExprKind::Array(items) if items.iter().any(|item| item.spread) => Seen::Array(None),
            ExprKind::Array(items) => Seen::Array(Some(
                items
                    .iter()
                    .map(|item| {
                        let mut branches = Vec::new();
                        self.collect(&item.value, told, &mut branches);
                        branches
                    })
                    .collect(),
            )),
            ExprKind::Object(object) => self.object(object, told),
            ExprKind::Call { name, .. } if !self.model.globals.contains_key(name.name.as_str()) => {
                Seen::of_kind(result(&name.name))
            }
            ExprKind::Property { base, name, safe: false } => self.property(base.bare(), &name.name),
            _ => Seen::Unknown,
        }
    }

    fn object(&mut self, object: &'m Object, told: Option<Span>) -> Seen<'m> {
        let mut is_whole = true;
        let mut members = Vec::new();
        for member in &object.members {
            let Written::Property(property) = member else {
                is_whole = false;
                continue;
            };
            let Key::Text(name) = &property.key else {
                is_whole = false;
                continue;
            };
            let mut seen = Vec::new();
            self.collect(&property.value, told, &mut seen);
            members.push(Member { name, span: told.unwrap_or(property.key_span), seen });
        }
        Seen::Object { members, is_whole }
    }

    /// `module.outputs.name`, and what is known of every resource.
    fn property(&self, base: &'m Expr, name: &str) -> Seen<'m> {
        let global = |expr: &'m Expr| match &expr.kind {
            ExprKind::Name(name) if !self.locals.contains(&name.as_str()) => {
                self.model.globals.get(name.as_str())
            }
            _ => None,
        };
        match (&base.kind, global(base)) {
            (_, Some(Symbol::Resource(at))) => {
                let is_text =
                    self.model.resources[*at].loop_head().is_none() && ["id", "name", "type"].contains(&name);
                if is_text { Seen::Text(None) } else { Seen::Unknown }
            }
            (ExprKind::Property { base: module, name: outputs, safe: false }, _)
                if outputs.name == "outputs" =>
            {
                match global(module.bare()) {
                    Some(Symbol::Module(at)) => self.output(*at, name),
                    _ => Seen::Unknown,
                }
            }
            _ => Seen::Unknown,
        }
    }

    fn output(&self, module: usize, name: &str) -> Seen<'m> {
        let Some(unit) = &self.modules[module] else { return Seen::Unknown };
        let template = &unit.template;
        let schema = template.get("outputs").and_then(|outputs| outputs.get(name));
        let Some(schema) = schema.filter(|schema| !is_nullable(schema)) else { return Seen::Unknown };
        match resolved(template, schema) {
            Some(schema) if !is_nullable(schema) => kind(schema).map_or(Seen::Unknown, Seen::of_kind),
            _ => Seen::Unknown,
        }
    }
}

/// The value of a parameter, which is none of its type only where that says so.
fn declared(ty: &TypeExpr) -> Seen<'static> {
    match &ty.kind {
        TypeKind::Name(name) => Seen::of_kind(name),
        TypeKind::Array(_) | TypeKind::Tuple(_) => Seen::Array(None),
        TypeKind::Object(_) => Seen::of_kind("object"),
        _ => Seen::Unknown,
    }
}

/// What kind of value a function gives, where that does not depend on what it is given
/// (learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions, seen 2026-11-22).
fn result(function: &str) -> &'static str {
    match function {
        "base64"
        | "base64ToString"
        | "dataUri"
        | "dataUriToString"
        | "dateTimeAdd"
        | "dateTimeFromEpoch"
        | "format"
        | "guid"
        | "join"
        | "newGuid"
        | "padLeft"
        | "replace"
        | "resourceId"
        | "string"
        | "subscriptionResourceId"
        | "substring"
        | "tenantResourceId"
        | "toLower"
        | "toUpper"
        | "trim"
        | "uniqueString"
        | "uri"
        | "uriComponent"
        | "uriComponentToString"
        | "utcNow"
        | "loadTextContent"
        | "loadFileAsBase64" => "string",
        "dateTimeToEpoch" | "indexOf" | "int" | "lastIndexOf" | "length" => "int",
        "bool" | "contains" | "empty" | "endsWith" | "startsWith" => "bool",
        "array" | "filter" | "flatten" | "items" | "map" | "objectKeys" | "range" | "sort" | "split" => {
            "array"
        }
        "groupBy" | "mapValues" | "toObject" => "object",
        _ => "any",
    }
}
