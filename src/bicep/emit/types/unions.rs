//! Unions: of literals, which become the values that are allowed, and of object types, which are told apart by a
//! property.

use serde_json::{Map, Value as Json, json};

use super::super::super::codes;
use super::super::super::syntax::{TypeExpr, TypeKey, TypeKind, TypeMember};
use super::super::Emitter;
use super::super::arm_expr::text;
use super::super::bind::not_supported;
use super::super::bind::types::{Named, kind_of};
use super::object;
use super::references::{Declaration, Resolved, reference};
use crate::diag::Diagnostic;
use crate::text::Span;

impl<'a> Emitter<'_, 'a> {
    pub(super) fn union(&self, members: &'a [TypeExpr], span: Span) -> Map<String, Json> {
        let mut values = Vec::new();
        for member in members {
            match self.literals(member) {
                Some(literals) => values.extend(literals),
                None => {
                    let message = "this member of a union is no literal";
                    let here = Diagnostic::new(&codes::UNION_MEMBER, message)
                        .help("put `@discriminator('property')` before a union of objects");
                    self.push(here, member.span);
                    return Map::new();
                }
            }
        }
        let nullable = values.contains(&Json::Null);
        values.retain(|value| !value.is_null());
        let values = sorted(values);
        let mut out = Map::new();
        if let Some(first) = values.first() {
            if values.iter().any(|value| kind_of(value) != kind_of(first)) {
                self.report(&codes::UNION_MIXED, "the members of this union are of different kinds", span);
            }
            out.insert("type".into(), Json::from(kind_of(first)));
        }
        out.insert("allowedValues".into(), Json::Array(values));
        if nullable {
            out.insert("nullable".into(), Json::from(true));
        }
        out
    }

    /// The values of a type that is nothing but literals.
    pub(super) fn literals(&self, ty: &'a TypeExpr) -> Option<Vec<Json>> {
        let _entered = self.enter(ty.span)?;
        Some(match &ty.kind {
            TypeKind::Str(value) => vec![text(value.as_str()).to_json()],
            TypeKind::Int(value) => vec![Json::from(*value)],
            TypeKind::Bool(value) => vec![Json::from(*value)],
            TypeKind::Null => vec![Json::Null],
            TypeKind::NonNull(inner) => {
                let mut values = self.literals(inner)?;
                values.retain(|value| !value.is_null());
                values
            }
            TypeKind::Nullable(inner) => {
                let mut values = self.literals(inner)?;
                values.push(Json::Null);
                values
            }
            TypeKind::Union(members) => {
                let mut values = Vec::new();
                for member in members {
                    values.extend(self.literals(member)?);
                }
                values
            }
            TypeKind::Object(members) => {
                let mut value = Map::new();
                for member in members {
                    let TypeKey::Name(name) = &member.name else { return None };
                    value.insert(name.name.clone(), self.one_literal(&member.ty)?);
                }
                vec![Json::Object(value)]
            }
            TypeKind::Tuple(members) => {
                let items: Option<Vec<Json>> =
                    members.iter().map(|member| self.one_literal(&member.ty)).collect();
                vec![Json::Array(items?)]
            }
            TypeKind::Name(name) if matches!(self.model.type_named(name)?, Named::Ambient(_)) => return None,
            TypeKind::Property { base, .. } if self.is_sys(base) => return None,
            TypeKind::Array(_) | TypeKind::Generic { .. } | TypeKind::Resource => return None,
            _ => match self.resolve(ty)? {
                Resolved::Internal { declaration: Declaration::Ours(inner), .. } => self.literals(inner)?,
                Resolved::Internal { declaration: Declaration::Compiled(schema), .. } => {
                    let schema = self.followed(schema);
                    let mut values = schema.get("allowedValues")?.as_array()?.clone();
                    if schema.get("type").and_then(Json::as_str) == Some("array") {
                        return None;
                    }
                    if schema.get("nullable").and_then(Json::as_bool) == Some(true) {
                        values.push(Json::Null);
                    }
                    values
                }
                Resolved::Derived(_) => return None,
            },
        })
    }

    fn one_literal(&self, ty: &'a TypeExpr) -> Option<Json> {
        match self.literals(ty)?.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    // ---- unions of objects ----

    pub(super) fn discriminated(
        &self,
        members: &'a [TypeExpr],
        property: &str,
        span: Span,
    ) -> Map<String, Json> {
        let mut mapping = Map::new();
        for member in members {
            self.variants(member, property, &mut mapping);
        }
        if mapping.is_empty() {
            self.report(&codes::DISCRIMINATOR, "this is no union of object types", span);
        }
        let discriminator = json!({ "propertyName": property, "mapping": mapping });
        object([("type", json!("object")), ("discriminator", discriminator)])
    }

    /// Adds the object types of one member by the value of their discriminator.
    fn variants(&self, member: &'a TypeExpr, property: &str, mapping: &mut Map<String, Json>) {
        let Some(_entered) = self.enter(member.span) else { return };
        match &member.kind {
            TypeKind::Object(members) => {
                self.variant(
                    members,
                    property,
                    Json::Object(self.object_type(members)),
                    member.span,
                    mapping,
                );
            }
            TypeKind::Union(members) => {
                members.iter().for_each(|member| self.variants(member, property, mapping));
            }
            TypeKind::Name(_) | TypeKind::Property { .. } | TypeKind::Index { .. } | TypeKind::Items(_) => {
                self.referenced_variants(member, property, mapping);
            }
            _ => {
                self.report(&codes::DISCRIMINATOR, "this member of the union is no object type", member.span);
            }
        }
    }

    fn referenced_variants(&self, member: &'a TypeExpr, property: &str, mapping: &mut Map<String, Json>) {
        let Some(Resolved::Internal { pointer, declaration }) = self.resolve(member) else {
            return self.push(not_supported("this member of a union with `@discriminator`"), member.span);
        };
        let referred = Json::Object(reference(&pointer));
        match declaration {
            Declaration::Ours(TypeExpr { kind: TypeKind::Object(members), .. }) => {
                self.variant(members, property, referred, member.span, mapping);
            }
            Declaration::Ours(inner) => self.variants(inner, property, mapping),
            Declaration::Compiled(schema) => {
                self.compiled_variants(&schema, property, referred, member.span, mapping);
            }
        }
    }

    fn variant(
        &self,
        members: &'a [TypeMember],
        property: &str,
        schema: Json,
        span: Span,
        mapping: &mut Map<String, Json>,
    ) {
        let value = members
            .iter()
            .find(|member| matches!(&member.name, TypeKey::Name(name) if name.name == property))
            .and_then(|member| self.one_literal(&member.ty));
        self.add_variant(value.as_ref(), property, schema, span, mapping);
    }

    fn compiled_variants(
        &self,
        schema: &Json,
        property: &str,
        referred: Json,
        span: Span,
        mapping: &mut Map<String, Json>,
    ) {
        let Some(_entered) = self.enter(span) else { return };
        if let Some(inner) = schema.get("$ref").and_then(Json::as_str) {
            let pointer: Vec<String> = inner.trim_start_matches("#/").split('/').map(str::to_owned).collect();
            let target = self.definition(&pointer).unwrap_or(Json::Null);
            return self.compiled_variants(
                &target,
                property,
                Json::Object(reference(&pointer)),
                span,
                mapping,
            );
        }
        if let Some(Json::Object(inner)) = schema.pointer("/discriminator/mapping") {
            mapping.extend(inner.iter().map(|(value, schema)| (value.clone(), schema.clone())));
            return;
        }
        let declared = schema.get("properties").and_then(|properties| properties.get(property)).cloned();
        let declared = self.followed(declared.unwrap_or(Json::Null));
        let value = match declared.get("allowedValues").and_then(Json::as_array).map(Vec::as_slice) {
            Some([one]) => Some(one.clone()),
            _ => None,
        };
        self.add_variant(value.as_ref(), property, referred, span, mapping);
    }

    fn add_variant(
        &self,
        value: Option<&Json>,
        property: &str,
        schema: Json,
        span: Span,
        mapping: &mut Map<String, Json>,
    ) {
        let Some(value) = value.and_then(Json::as_str) else {
            let message = format!("this member of the union has no string literal for `{property}`");
            return self.report(&codes::DISCRIMINATOR_VALUE, message, span);
        };
        if mapping.insert(value.to_owned(), schema).is_some() {
            let message = format!("`{value}` is the `{property}` of more than one member of the union");
            self.report(&codes::DISCRIMINATOR_TWICE, message, span);
        }
    }
}

/// The official order of literals: by how they are written.
pub(super) fn sorted(mut values: Vec<Json>) -> Vec<Json> {
    values.sort_by_cached_key(|value| match value {
        Json::String(text) => format!("'{text}'"),
        other => other.to_string(),
    });
    values.dedup();
    values
}
