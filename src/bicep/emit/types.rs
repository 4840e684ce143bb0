//! Types to the schema of a template: `definitions`, and the types of parameters, outputs and functions. A name
//! becomes `$ref`; what reaches into a named type becomes a pointer into its definition.

use serde_json::{Map, Value as Json, json};

use super::super::codes;
use super::super::imports::{NAMESPACE, Sort};
use super::super::resource_types::{Step, kind, spelled};
use super::super::syntax::{Decorator, Ident, TypeExpr, TypeKey, TypeKind, TypeMember};
use super::Emitter;
use super::arm_expr::text;
use super::bind::types::Named;
use super::bind::{Symbol, not_supported};
use super::resource::{argument, has_decorator};
use crate::diag::Diagnostic;
use crate::text::Span;

const DERIVED_FROM: &str = "__bicep_resource_derived_type!";

/// What a type that is written by reference comes to.
enum Resolved<'a> {
    /// A place in `definitions`.
    Internal { pointer: Vec<String>, declaration: Declaration<'a> },
    /// A place in a resource type.
    Derived(Derived),
}

enum Declaration<'a> {
    Ours(&'a TypeExpr),
    /// Of an imported definition.
    Compiled(Json),
}

struct Derived {
    /// `Type@version` in its official spelling.
    name: String,
    variant: Variant,
    steps: Vec<OwnedStep>,
}

#[derive(Clone, Copy, PartialEq)]
enum Variant {
    Input,
    Output,
    /// `resource<>`, which did not tell reading from writing.
    Either,
}

enum OwnedStep {
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

    fn schema(&self, ty: &'a TypeExpr, discriminator: Option<&str>) -> Map<String, Json> {
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

    // ---- unions ----

    fn union(&self, members: &'a [TypeExpr], span: Span) -> Map<String, Json> {
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
    fn literals(&self, ty: &'a TypeExpr) -> Option<Vec<Json>> {
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

    fn discriminated(&self, members: &'a [TypeExpr], property: &str, span: Span) -> Map<String, Json> {
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
                self.report(&codes::DISCRIMINATOR, "this member of the union is no object type", member.span)
            }
        }
    }

    fn referenced_variants(&self, member: &'a TypeExpr, property: &str, mapping: &mut Map<String, Json>) {
        let Some(Resolved::Internal { pointer, declaration }) = self.resolve(member) else {
            return self.push(not_supported("this member of a union with `@discriminator`"), member.span);
        };
        let reference = Json::Object(reference(&pointer));
        match declaration {
            Declaration::Ours(TypeExpr { kind: TypeKind::Object(members), .. }) => {
                self.variant(members, property, reference, member.span, mapping);
            }
            Declaration::Ours(inner) => self.variants(inner, property, mapping),
            Declaration::Compiled(schema) => {
                self.compiled_variants(&schema, property, reference, member.span, mapping);
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
        reference: Json,
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
                Json::Object(self::reference(&pointer)),
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
        self.add_variant(value.as_ref(), property, reference, span, mapping);
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

    // ---- references ----

    fn referenced(&self, ty: &'a TypeExpr) -> Map<String, Json> {
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
    fn resolve(&self, ty: &'a TypeExpr) -> Option<Resolved<'a>> {
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

    fn imported_type(&self, target: &super::bind::imported::Target) -> Option<Resolved<'a>> {
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
    fn definition(&self, pointer: &[String]) -> Option<Json> {
        let (name, deeper) = pointer.get(1..)?.split_first()?;
        let (_, definition) = self.closure.types.iter().find(|(known, _)| known == name)?;
        let found = deeper.iter().try_fold(definition, |at, segment| match at {
            Json::Array(items) => items.get(segment.parse::<usize>().ok()?),
            _ => at.get(segment),
        });
        found.cloned()
    }

    /// Follows `$ref` from one imported definition to the next.
    fn followed(&self, mut schema: Json) -> Json {
        for _ in 0..=ALIASES_MAX {
            let Some(pointer) = schema.get("$ref").and_then(Json::as_str) else { return schema };
            let pointer: Vec<String> =
                pointer.trim_start_matches("#/").split('/').map(str::to_owned).collect();
            schema = self.definition(&pointer).unwrap_or(Json::Null);
        }
        Json::Null
    }

    // ---- functions ----

    /// The functions of the file and those it imports, by namespace.
    pub(super) fn functions(&self) -> Vec<Json> {
        let mut namespaces: Vec<(String, Map<String, Json>)> = Vec::new();
        let mut add = |namespace: &str, name: &str, function: Json| {
            match namespaces.iter_mut().find(|(known, _)| known == namespace) {
                Some((_, members)) => {
                    members.insert(name.to_owned(), function);
                }
                None => namespaces
                    .push((namespace.to_owned(), [(name.to_owned(), function)].into_iter().collect())),
            };
        };
        for func in &self.model.funcs {
            add(NAMESPACE, &func.name.name, self.declared_function(func));
        }
        for (entry, function) in &self.closure.functions {
            if let Some((namespace, name)) = entry.split_once('.') {
                add(namespace, name, function.clone());
            }
        }
        namespaces
            .into_iter()
            .map(|(namespace, members)| json!({ "namespace": namespace, "members": members }))
            .collect()
    }

    fn declared_function(&self, func: &super::bind::Func<'a>) -> Json {
        let parameters: Vec<Json> = func
            .params
            .iter()
            .map(|(name, ty)| {
                let mut schema = self.schema(ty, None);
                schema.insert("name".into(), Json::from(name.name.as_str()));
                Json::Object(schema)
            })
            .collect();
        let mut output = self.schema(func.returns, None);
        output.insert("value".into(), self.json(func.body, &self.function_env(func)));
        let mut out = object([("parameters", Json::Array(parameters)), ("output", Json::Object(output))]);
        let mut metadata = Map::new();
        if let Some(description) = argument(&func.decl.decorators, "description") {
            metadata.insert("description".into(), self.json(description, &super::Env::default()));
        }
        if has_decorator(&func.decl.decorators, "export") {
            metadata.insert(super::super::imports::EXPORTED.into(), Json::from(true));
        }
        if !metadata.is_empty() {
            out.insert("metadata".into(), Json::Object(metadata));
        }
        Json::Object(out)
    }

    /// The exported variables, for the metadata of the template.
    pub(super) fn exported_variables(&self) -> Vec<Json> {
        let mut exported: Vec<_> =
            self.model.vars.iter().filter(|var| has_decorator(&var.decl.decorators, "export")).collect();
        exported.sort_by_key(|var| var.name.name.as_str());
        exported
            .into_iter()
            .map(|var| {
                let mut out = Map::new();
                out.insert("name".into(), Json::from(var.name.name.as_str()));
                if let Some(description) = argument(&var.decl.decorators, "description") {
                    out.insert("description".into(), self.json(description, &super::Env::default()));
                }
                if let Some(ty) = var.ty {
                    out.insert("type".into(), Json::Object(self.schema(ty, None)));
                }
                Json::Object(out)
            })
            .collect()
    }

    /// The name in the template of what an import stands for.
    pub(super) fn imported_name(&self, target: &super::bind::imported::Target, sort: Sort) -> Option<&str> {
        let (found, name) = self.closure.entry(&target.unit, &target.entry)?;
        (*found == sort).then_some(name)
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

fn reference(pointer: &[String]) -> Map<String, Json> {
    let segments: Vec<String> = pointer.iter().map(|segment| escaped(segment)).collect();
    object([("$ref", Json::from(format!("#/{}", segments.join("/"))))])
}

/// A segment of a pointer (RFC 6901).
fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

fn object<const N: usize>(members: [(&str, Json); N]) -> Map<String, Json> {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn ambient(name: &str) -> Map<String, Json> {
    if name == "any" { Map::new() } else { object([("type", Json::from(name))]) }
}

fn kind_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Number(_) => "int",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// The official order of literals: by how they are written.
fn sorted(mut values: Vec<Json>) -> Vec<Json> {
    values.sort_by_cached_key(|value| match value {
        Json::String(text) => format!("'{text}'"),
        other => other.to_string(),
    });
    values.dedup();
    values
}
