//! Types to the schema of a template: `definitions`, and the types of parameters, outputs and functions. A name
//! becomes `$ref`; what reaches into a named type becomes a pointer into its definition.

mod references;
mod unions;

use serde_json::{Map, Value as Json, json};

use super::super::syntax::{Decorator, TypeExpr, TypeKey, TypeKind, TypeMember};
use super::Emitter;
use super::arm_expr::text;
use super::bind::types::Named;
use super::resource::argument;
use unions::sorted;

impl<'a> Emitter<'_, 'a> {
    /// The schema of a declaration's type; `decorators` are those of the declaration.
    pub(super) fn declared_type(&self, ty: &'a TypeExpr, decorators: &'a [Decorator]) -> Map<String, Json> {
        self.schema(ty, argument(decorators, "discriminator").and_then(|name| name.as_text()))
    }

    /// The schema of a type with everything that decorators say about it.
    pub(super) fn full_type(&self, ty: &'a TypeExpr, decorators: &'a [Decorator]) -> Map<String, Json> {
        let mut out = self.declared_type(ty, decorators);
        self.type_modifiers(decorators, &mut out);
        out
    }

    pub(super) fn schema(&self, ty: &'a TypeExpr, discriminator: Option<&str>) -> Map<String, Json> {
        let Some(_entered) = self.enter(ty.span) else { return Map::new() };
        match &ty.kind {
            TypeKind::Name(name) => match self.model.type_named(name) {
                Some(Named::Ambient(name)) => ambient(name),
                _ => self.referenced(ty),
            },
            TypeKind::Property { base, name } if self.is_sys(base) => ambient(&name.name),
            TypeKind::Property { .. }
            | TypeKind::Index { .. }
            | TypeKind::Items(_)
            | TypeKind::Additional(_)
            | TypeKind::Generic { .. } => self.referenced(ty),
            TypeKind::Str(_) | TypeKind::Int(_) | TypeKind::Bool(_) | TypeKind::Null => {
                self.union(std::slice::from_ref(ty), ty.span)
            }
            TypeKind::Union(members) => match discriminator {
                Some(property) => self.discriminated(members, property, ty.span),
                None => self.union(members, ty.span),
            },
            TypeKind::Array(inner) => self.array_type(inner, discriminator),
            TypeKind::Nullable(inner) => {
                let mut out = self.schema(inner, discriminator);
                out.insert("nullable".into(), Json::from(true));
                out
            }
            TypeKind::NonNull(inner) => {
                let mut out = self.schema(inner, discriminator);
                out.insert("nullable".into(), Json::from(false));
                out
            }
            TypeKind::Object(members) => self.object_type(members),
            TypeKind::Tuple(members) => {
                let items: Vec<Json> = members
                    .iter()
                    .map(|member| Json::Object(self.full_type(&member.ty, &member.decorators)))
                    .collect();
                object([
                    ("type", json!("array")),
                    ("prefixItems", Json::Array(items)),
                    ("items", json!(false)),
                ])
            }
            TypeKind::Resource => Map::new(),
        }
    }

    fn array_type(&self, inner: &'a TypeExpr, discriminator: Option<&str>) -> Map<String, Json> {
        let literal =
            matches!(inner.kind, TypeKind::Str(_) | TypeKind::Int(_) | TypeKind::Bool(_) | TypeKind::Null)
                || (matches!(inner.kind, TypeKind::Union(_)) && discriminator.is_none());
        if literal && let Some(values) = self.literals(inner) {
            return object([("type", json!("array")), ("allowedValues", Json::Array(sorted(values)))]);
        }
        object([("type", json!("array")), ("items", Json::Object(self.schema(inner, discriminator)))])
    }

    fn object_type(&self, members: &'a [TypeMember]) -> Map<String, Json> {
        let mut properties = Map::new();
        let mut others = None;
        for member in members {
            let schema = Json::Object(self.full_type(&member.ty, &member.decorators));
            match &member.name {
                TypeKey::Name(name) => {
                    properties.insert(text(name.name.as_str()).to_template_text(), schema);
                }
                TypeKey::Others | TypeKey::Item => others = Some(schema),
            }
        }
        let mut out = object([("type", json!("object")), ("properties", Json::Object(properties))]);
        if let Some(others) = others {
            out.insert("additionalProperties".into(), others);
        }
        out
    }

    fn is_sys(&self, base: &TypeExpr) -> bool {
        matches!(&base.kind, TypeKind::Name(name) if name == "sys" && !self.model.globals.contains_key("sys"))
    }
}

pub(super) fn object<const N: usize>(members: [(&str, Json); N]) -> Map<String, Json> {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn ambient(name: &str) -> Map<String, Json> {
    if name == "any" { Map::new() } else { object([("type", Json::from(name))]) }
}
