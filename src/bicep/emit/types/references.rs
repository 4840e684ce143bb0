//! Types that are written by reference: a name, a step into a named type, or a place in a resource type.

use serde_json::{Map, Value as Json, json};

use super::super::super::codes;
use super::super::super::resource_types::{Step, kind, spelled};
use super::super::super::syntax::{Ident, TypeExpr, TypeKey, TypeKind};
use super::super::Emitter;
use super::super::bind::Symbol;
use super::super::bind::imported::Target;
use super::super::bind::types::Named;
use super::object;
use crate::text::Span;

const DERIVED_FROM: &str = "__bicep_resource_derived_type!";

/// What a type that is written by reference comes to.
pub(super) enum Resolved<'a> {
    /// A place in `definitions`.
    Internal { pointer: Vec<String>, declaration: Declaration<'a> },
    /// A place in a resource type.
    Derived(Derived),
}

pub(super) enum Declaration<'a> {
    Ours(&'a TypeExpr),
    /// Of an imported definition.
    Compiled(Json),
}

pub(super) struct Derived {
    /// `Type@version` in its official spelling.
    name: String,
    variant: Variant,
    steps: Vec<OwnedStep>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Variant {
    Input,
    Output,
    /// `resource<>`, which did not tell reading from writing.
    Either,
}

pub(super) enum OwnedStep {
    Property(String),
    Items,
    Additional,
    Index(usize),
}

impl OwnedStep {
    fn segments(&self) -> Vec<String> {
        match self {
            Self::Property(name) => vec!["properties".into(), name.clone()],
            Self::Items => vec!["items".into()],
            Self::Additional => vec!["additionalProperties".into()],
            Self::Index(at) => vec!["prefixItems".into(), at.to_string()],
        }
    }

    fn borrowed(&self) -> Step<'_> {
        match self {
            Self::Property(name) => Step::Property(name),
            Self::Items => Step::Items,
            Self::Additional => Step::Additional,
            Self::Index(at) => Step::Index(*at),
        }
    }
}

impl<'a> Emitter<'_, 'a> {
    pub(super) fn referenced(&self, ty: &'a TypeExpr) -> Map<String, Json> {
        match self.resolve(ty) {
            Some(Resolved::Internal { pointer, .. }) => reference(&pointer),
            Some(Resolved::Derived(derived)) => self.derived(&derived),
            None => Map::new(),
        }
    }

    fn derived(&self, derived: &Derived) -> Map<String, Json> {
        let segments: Vec<String> =
            derived.steps.iter().flat_map(OwnedStep::segments).map(|segment| escaped(&segment)).collect();
        let hash = if segments.is_empty() { "" } else { "#" };
        let source = Json::from(format!("{}{hash}{}", derived.name, segments.join("/")));
        let source = match derived.variant {
            Variant::Input => json!({ "source": source }),
            Variant::Output => json!({ "source": source, "output": true }),
            Variant::Either => source,
        };
        let mut out = Map::new();
        let steps: Vec<Step<'_>> = derived.steps.iter().map(OwnedStep::borrowed).collect();
        if let Some(kind) = kind(self.types, &derived.name, &steps) {
            out.insert("type".into(), Json::from(kind.name()));
        }
        out.insert("metadata".into(), json!({ DERIVED_FROM: source }));
        out
    }

    /// Follows a type that is written by reference; none where what it refers to does not exist, which has been
    /// reported.
    pub(super) fn resolve(&self, ty: &'a TypeExpr) -> Option<Resolved<'a>> {
        let _entered = self.enter(ty.span)?;
        match &ty.kind {
            TypeKind::Name(name) => match self.model.type_named(name)? {
                Named::Declared(at) => Some(Resolved::Internal {
                    pointer: vec!["definitions".into(), name.clone()],
                    declaration: Declaration::Ours(self.model.types[at].value),
                }),
                Named::Imported(target) => self.imported_type(target),
                Named::Ambient(_) | Named::Broken => None,
            },
            TypeKind::Property { base, name } => {
                if let TypeKind::Name(everything) = &base.kind
                    && let Some(Symbol::Everything(at)) = self.model.globals.get(everything.as_str())
                {
                    return self.imported_type(&self.model.member_of(*at, &name.name)?);
                }
                self.step(base, OwnedStep::Property(name.name.clone()), ty.span)
            }
            TypeKind::Index { base, index } => self.step(base, OwnedStep::Index(*index), ty.span),
            TypeKind::Items(base) => self.step(base, OwnedStep::Items, ty.span),
            TypeKind::Additional(base) => self.step(base, OwnedStep::Additional, ty.span),
            TypeKind::Generic { name, arguments } => self.generic(name, arguments),
            TypeKind::NonNull(inner) | TypeKind::Nullable(inner) => self.resolve(inner),
            _ => None,
        }
    }

    fn generic(&self, name: &Ident, arguments: &'a [TypeExpr]) -> Option<Resolved<'a>> {
        let [TypeExpr { kind: TypeKind::Str(written), .. }] = arguments else { return None };
        let variant = match name.name.as_str() {
            "resourceInput" => Variant::Input,
            "resourceOutput" => Variant::Output,
            _ => Variant::Either,
        };
        let written = written.strip_prefix("az:").unwrap_or(written);
        let (ty, version) = written.split_once('@').unwrap_or((written, ""));
        let name = format!("{}@{version}", spelled(ty, version));
        Some(Resolved::Derived(Derived { name, variant, steps: Vec::new() }))
    }

    fn imported_type(&self, target: &Target) -> Option<Resolved<'a>> {
        let (_, name) = self.closure.entry(&target.unit, &target.entry)?;
        let pointer = vec!["definitions".to_owned(), name.clone()];
        let declaration = Declaration::Compiled(self.definition(&pointer)?);
        Some(Resolved::Internal { pointer, declaration })
    }

    /// One step into the type `base`.
    fn step(&self, base: &'a TypeExpr, step: OwnedStep, span: Span) -> Option<Resolved<'a>> {
        let mut resolved = self.resolve(base)?;
        // Each round follows one alias; `resolve` counts the depth, and aliases that run in a circle are refused.
        for _ in 0..=ALIASES_MAX {
            let (pointer, declaration) = match resolved {
                Resolved::Derived(mut derived) => {
                    derived.steps.push(step);
                    return Some(Resolved::Derived(derived));
                }
                Resolved::Internal { pointer, declaration } => (pointer, declaration),
            };
            match declaration {
                Declaration::Ours(ty) => match self.ours(ty, &step) {
                    Some(inner) => return Some(internal(pointer, &step, Declaration::Ours(inner))),
                    None => match self.resolve(ty) {
                        Some(next) => resolved = next,
                        None => break,
                    },
                },
                Declaration::Compiled(schema) => {
                    if let Some(pointer) = schema.get("$ref").and_then(Json::as_str) {
                        let pointer: Vec<String> =
                            pointer.trim_start_matches("#/").split('/').map(str::to_owned).collect();
                        let declaration = Declaration::Compiled(self.definition(&pointer)?);
                        resolved = Resolved::Internal { pointer, declaration };
                        continue;
                    }
                    if let Some(derived) = derived_from(&schema) {
                        resolved = Resolved::Derived(derived);
                        continue;
                    }
                    let segments = step.segments();
                    let inner = segments.iter().try_fold(&schema, |at, segment| match at {
                        Json::Array(items) => items.get(segment.parse::<usize>().ok()?),
                        _ => at.get(segment),
                    });
                    match inner.cloned() {
                        Some(inner) => return Some(internal(pointer, &step, Declaration::Compiled(inner))),
                        None => break,
                    }
                }
            }
        }
        self.no_step(&step, span);
        None
    }

    fn no_step(&self, step: &OwnedStep, span: Span) {
        let (code, message) = match step {
            OwnedStep::Property(name) => {
                (&codes::NO_PROPERTY_OF, format!("the type has no property `{name}`"))
            }
            OwnedStep::Items => (&codes::NO_TYPE_ITEMS, "the type is no array of one type".to_owned()),
            OwnedStep::Additional => {
                (&codes::NO_FURTHER_PROPERTIES, "the type declares no further properties".to_owned())
            }
            OwnedStep::Index(at) => (&codes::NO_TYPE_INDEX, format!("the type has no item {at}")),
        };
        self.report(code, message, span);
    }

    fn ours(&self, ty: &'a TypeExpr, step: &OwnedStep) -> Option<&'a TypeExpr> {
        match (&ty.kind, step) {
            (TypeKind::NonNull(inner) | TypeKind::Nullable(inner), _) => self.ours(inner, step),
            (TypeKind::Array(inner), OwnedStep::Items) => Some(inner),
            (TypeKind::Tuple(members), OwnedStep::Index(at)) => members.get(*at).map(|member| &member.ty),
            (TypeKind::Object(members), OwnedStep::Property(property)) => members
                .iter()
                .find(|member| matches!(&member.name, TypeKey::Name(name) if name.name.eq_ignore_ascii_case(property)))
                .map(|member| &member.ty),
            (TypeKind::Object(members), OwnedStep::Additional) => {
                members.iter().find(|member| member.name == TypeKey::Others).map(|member| &member.ty)
            }
            _ => None,
        }
    }

    /// What stands at a place of the imported definitions.
    pub(super) fn definition(&self, pointer: &[String]) -> Option<Json> {
        let (name, deeper) = pointer.get(1..)?.split_first()?;
        let (_, definition) = self.closure.types.iter().find(|(known, _)| known == name)?;
        let found = deeper.iter().try_fold(definition, |at, segment| match at {
            Json::Array(items) => items.get(segment.parse::<usize>().ok()?),
            _ => at.get(segment),
        });
        found.cloned()
    }

    /// Follows `$ref` from one imported definition to the next.
    pub(super) fn followed(&self, mut schema: Json) -> Json {
        for _ in 0..=ALIASES_MAX {
            let Some(pointer) = schema.get("$ref").and_then(Json::as_str) else { return schema };
            let pointer: Vec<String> =
                pointer.trim_start_matches("#/").split('/').map(str::to_owned).collect();
            schema = self.definition(&pointer).unwrap_or(Json::Null);
        }
        Json::Null
    }
}

/// Names of types for names of types; nobody writes longer chains.
const ALIASES_MAX: usize = 64;

fn internal<'a>(mut pointer: Vec<String>, step: &OwnedStep, declaration: Declaration<'a>) -> Resolved<'a> {
    pointer.extend(step.segments());
    Resolved::Internal { pointer, declaration }
}

/// What an imported schema says about the resource type that it comes from.
fn derived_from(schema: &Json) -> Option<Derived> {
    let from = schema.get("metadata")?.get(DERIVED_FROM)?;
    let (source, variant) = match from {
        Json::String(source) => (source.as_str(), Variant::Either),
        _ => {
            let output = from.get("output").and_then(Json::as_bool) == Some(true);
            (from.get("source")?.as_str()?, if output { Variant::Output } else { Variant::Input })
        }
    };
    let (name, path) = source.split_once('#').unwrap_or((source, ""));
    let mut steps = Vec::new();
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    while let Some(segment) = segments.next() {
        steps.push(match segment {
            "items" => OwnedStep::Items,
            "additionalProperties" => OwnedStep::Additional,
            "prefixItems" => OwnedStep::Index(segments.next()?.parse().ok()?),
            _ => OwnedStep::Property(segments.next()?.to_owned()),
        });
    }
    Some(Derived { name: name.to_owned(), variant, steps })
}

pub(super) fn reference(pointer: &[String]) -> Map<String, Json> {
    let segments: Vec<String> = pointer.iter().map(|segment| escaped(segment)).collect();
    object([("$ref", Json::from(format!("#/{}", segments.join("/"))))])
}

/// A segment of a pointer (RFC 6901).
fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}
