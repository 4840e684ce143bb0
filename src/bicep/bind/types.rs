//! Checks of types: is each name a type, and does no type hold itself.

use serde_json::Value as Json;

use super::super::codes;
use super::super::imports::Sort;
use super::super::syntax::{Program, Statement, TypeExpr, TypeKey, TypeKind};
use super::imported::Target;
use super::{Model, Symbol, diagnostic};
use crate::diag::Diagnostic;

/// Types that are there without a declaration.
pub(in crate::bicep) const AMBIENT: [&str; 6] = ["string", "int", "bool", "object", "array", "any"];

/// The name of the type that a value has.
pub(in crate::bicep) fn kind_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Number(_) => "int",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// Types that take a resource type as argument.
pub(in crate::bicep) const DERIVED: [&str; 3] = ["resourceInput", "resourceOutput", "resource"];

/// What the name of a type stands for.
pub(in crate::bicep) enum Named<'m> {
    Ambient(&'static str),
    Declared(usize),
    Imported(&'m Target),
    /// Imported from a file that could not be compiled.
    Broken,
}

impl<'a> Model<'a> {
    pub(in crate::bicep) fn type_named(&self, name: &str) -> Option<Named<'_>> {
        match self.globals.get(name) {
            Some(Symbol::Type(at)) => Some(Named::Declared(*at)),
            Some(Symbol::Imported(at)) => match &self.imported[*at].target {
                None => Some(Named::Broken),
                Some(target) => (target.sort() == Sort::Type).then_some(Named::Imported(target)),
            },
            _ => AMBIENT.into_iter().find(|ambient| *ambient == name).map(Named::Ambient),
        }
    }
}

pub(super) fn check_all(model: &Model<'_>, program: &Program, found: &mut Vec<Diagnostic>) {
    for ty in program.statements.iter().flat_map(Statement::types) {
        check(model, ty, found);
    }
    check_cycles(model, found);
}

fn check(model: &Model<'_>, ty: &TypeExpr, found: &mut Vec<Diagnostic>) {
    match &ty.kind {
        TypeKind::Name(name) => check_name(model, name, ty, found),
        TypeKind::Property { base, name } => match &base.kind {
            TypeKind::Name(namespace) if namespace == "sys" && !model.globals.contains_key("sys") => {
                if !AMBIENT.contains(&name.name.as_str()) {
                    model.report(found, unknown(model, &name.name), name.span);
                }
            }
            TypeKind::Name(everything) => match model.globals.get(everything.as_str()) {
                Some(Symbol::Everything(at)) => {
                    model.report_member(*at, &name.name, Sort::Type, name.span, found);
                }
                _ => check(model, base, found),
            },
            _ => check(model, base, found),
        },
        TypeKind::Index { base, .. }
        | TypeKind::Items(base)
        | TypeKind::Additional(base)
        | TypeKind::Array(base)
        | TypeKind::Nullable(base)
        | TypeKind::NonNull(base) => check(model, base, found),
        TypeKind::Generic { name, arguments } => {
            if !DERIVED.contains(&name.name.as_str()) {
                let message = format!("the type `{}` takes no arguments", name.name);
                model.report(found, diagnostic(&codes::TYPE_ARGUMENTS, message), name.span);
            } else if !matches!(arguments.as_slice(), [TypeExpr { kind: TypeKind::Str(_), .. }]) {
                let message = format!("`{}` takes one resource type as a string", name.name);
                let here = diagnostic(&codes::TYPE_ARGUMENT_COUNT, message)
                    .help("write `resourceInput<'Microsoft.KeyVault/vaults@2024-11-01'>`");
                model.report(found, here, ty.span);
            }
        }
        TypeKind::Resource => model.unsupported(found, ty.span, "a parameter or output that is a resource"),
        TypeKind::Union(members) => members.iter().for_each(|member| check(model, member, found)),
        TypeKind::Object(members) | TypeKind::Tuple(members) => {
            members.iter().for_each(|member| check(model, &member.ty, found));
        }
        TypeKind::Null | TypeKind::Bool(_) | TypeKind::Int(_) | TypeKind::Str(_) => {}
    }
}

fn check_name(model: &Model<'_>, name: &str, ty: &TypeExpr, found: &mut Vec<Diagnostic>) {
    if model.type_named(name).is_some() {
        return;
    }
    if model.globals.contains_key(name) {
        let message = format!("`{name}` is a value, and a type is expected here");
        model.report(found, diagnostic(&codes::VALUE_AS_TYPE, message), ty.span);
    } else {
        model.report(found, unknown(model, name), ty.span);
    }
}

fn unknown(model: &Model<'_>, name: &str) -> Diagnostic {
    let here = diagnostic(&codes::UNKNOWN_TYPE, format!("`{name}` is no type"));
    let known = model.types.iter().map(|ty| ty.name.name.as_str()).chain(AMBIENT);
    let here = model.did_you_mean(here, name, known);
    if here.help.is_empty() {
        return here.help("use `string`, `int`, `bool`, `object`, `array`, or declare it by `type`");
    }
    here
}

/// Reports types that are nothing but themselves, `type a = b` with `type b = a`, or that must hold themselves. Arrays
/// may be empty and what is nullable may be missing, so such types can hold themselves.
fn check_cycles(model: &Model<'_>, found: &mut Vec<Diagnostic>) {
    let next: Vec<Vec<usize>> = model
        .types
        .iter()
        .map(|ty| {
            let mut names = Vec::new();
            required(ty.value, &mut names);
            let declared = names.into_iter().filter_map(|name| match model.type_named(name) {
                Some(Named::Declared(at)) => Some(at),
                _ => None,
            });
            declared.collect()
        })
        .collect();
    // Depth-first without recursion, so that a long chain of aliases cannot exhaust the stack.
    let mut done = vec![false; next.len()];
    let mut on_path = vec![false; next.len()];
    for start in 0..next.len() {
        let mut path = if done[start] { Vec::new() } else { vec![(start, 0)] };
        on_path[start] = !done[start];
        while let Some((at, step)) = path.last_mut() {
            let at = *at;
            let Some(&inner) = next[at].get(*step) else {
                (done[at], on_path[at]) = (true, false);
                path.pop();
                continue;
            };
            *step += 1;
            if on_path[inner] {
                let name = model.types[inner].name;
                let code = if at == inner { &codes::TYPE_HOLDS_ITSELF } else { &codes::TYPE_CYCLE };
                let here = diagnostic(code, format!("the type `{}` holds itself", name.name))
                    .help("make the property that leads back nullable: `type?`");
                model.report(found, here, name.span);
            } else if !done[inner] {
                on_path[inner] = true;
                path.push((inner, 0));
            }
        }
    }
}

/// The names of types that a value of this type cannot do without.
fn required<'t>(ty: &'t TypeExpr, out: &mut Vec<&'t str>) {
    match &ty.kind {
        TypeKind::Name(name) => out.push(name),
        TypeKind::NonNull(base) => required(base, out),
        TypeKind::Object(members) => {
            let named = members.iter().filter(|member| matches!(member.name, TypeKey::Name(_)));
            named.for_each(|member| required(&member.ty, out));
        }
        TypeKind::Tuple(members) => members.iter().for_each(|member| required(&member.ty, out)),
        _ => {}
    }
}
