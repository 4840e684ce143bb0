//! Does an object that is written out fit an object type?

use std::borrow::Cow;

use super::super::codes;
use super::super::resource_types::COMMON;
use super::super::syntax::{ExprKind, Key, Member, Object as Literal, Property as Member_};
use super::value::list;
use super::{Walk, warning};
use crate::catalog::azure_types::{Object, Property, Type};
use crate::diag::{Confidence, Fix};
use crate::text::{self, Span};

/// What Bicep itself reads in the body of a resource.
const OF_BICEP: [&str; 3] = ["parent", "scope", "dependsOn"];

impl<'w, 't> Walk<'w, '_, 't> {
    /// Checks the properties of an object; `at` is where a missing one is told, `top` the body of the resource.
    pub(super) fn object(&mut self, object: Object<'t>, written: &'w Literal, at: Span, top: bool) {
        let Some(variant) = self.variant(object, written, at) else { return };
        let tables: Vec<Object<'t>> = std::iter::once(object).chain(variant).collect();
        for member in written.properties() {
            let Key::Text(name) = &member.key else { continue };
            if top && OF_BICEP.contains(&name.as_str()) {
                continue;
            }
            self.path.push(name.clone());
            self.member(&tables, member, name, top);
            self.path.pop();
        }
        self.missing(&tables, written, at, top);
    }

    /// The variant that an object is: none inside where the type has none, none where that cannot be told.
    fn variant(&mut self, object: Object<'t>, written: &'w Literal, at: Span) -> Option<Option<Object<'t>>> {
        let Some(discriminator) = object.discriminator() else { return Some(None) };
        let variants = object.variants();
        let kinds: Vec<&str> = variants.iter().map(|(kind, _)| kind.as_ref()).collect();
        let Some(value) = written.get(&discriminator) else {
            if is_whole(written) {
                let message = format!("`{discriminator}` is missing, which says what kind of object this is");
                let here = warning(&codes::DISCRIMINATOR_MISSING, message)
                    .help(format!("set `{discriminator}` to one of {}", list(&kinds)));
                self.report(here, at);
            }
            return None;
        };
        let ExprKind::Str(kind) = &value.bare().kind else { return None };
        if let Some((_, variant)) = variants.iter().find(|(known, _)| known == kind) {
            return Some(Some(*variant));
        }
        self.path.push(discriminator.into_owned());
        self.not_listed(&kinds, kind, value, Confidence::High);
        self.path.pop();
        None
    }

    fn member(&mut self, tables: &[Object<'t>], member: &'w Member_, name: &str, top: bool) {
        if let Some(property) = tables.iter().rev().find_map(|table| table.property(name)) {
            if property.read_only {
                let message = format!("`{}` is read-only: Azure sets it", self.shown_path());
                return self.report(warning(&codes::READ_ONLY_PROPERTY, message), member.key_span);
            }
            // The name of a child may be written with those of its parents.
            let is_long_name =
                top && name == "name" && member.value.as_text().is_some_and(|it| it.contains('/'));
            if !is_long_name {
                self.value(property.ty, &member.value);
            }
        } else if let Some(others) = tables.iter().find_map(|table| table.additional()) {
            self.value(others, &member.value);
        } else {
            self.unknown(tables, member, name, top);
        }
    }

    fn unknown(&mut self, tables: &[Object<'t>], member: &Member_, name: &str, top: bool) {
        let place = self.shown_path();
        let is_common = top && COMMON.iter().any(|(common, _)| *common == name);
        if is_common {
            let message = format!("`{place}` is not among the published properties of this type");
            let here = warning(&codes::PROPERTY_NOT_PUBLISHED, message).confidence(Confidence::Low);
            return self.report(here, member.key_span);
        }
        let known: Vec<Cow<'t, str>> = writable(tables).map(|property| property.name).collect();
        let known: Vec<&str> = known.iter().map(Cow::as_ref).collect();
        let version = &self.resource.api_version;
        let message = format!("`{place}` does not exist in the version `{version}`");
        let elsewhere = self.versions_with_it();
        let here = if !elsewhere.is_empty() {
            let elsewhere: Vec<&str> = elsewhere.iter().map(String::as_str).collect();
            warning(&codes::PROPERTY_NOT_ALLOWED, message)
                .help(format!("the versions {} have it", list(&elsewhere)))
        } else if let Some(near) = text::suggest(name, known.iter().copied()) {
            let is_plain = near.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let key = if is_plain { near.to_owned() } else { format!("'{near}'") };
            let fix = Fix::unsafely(format!("write `{near}`"), self.model.source, member.key_span, key);
            warning(&codes::NEAR_PROPERTY, message).help(format!("did you mean `{near}`?")).fix(fix)
        } else if known.is_empty() {
            warning(&codes::PROPERTY_NOT_ALLOWED, message).help("remove it: nothing can be set here")
        } else {
            warning(&codes::PROPERTY_NOT_ALLOWED, message).help(format!("it takes {}", list(&known)))
        };
        self.report(here, member.key_span);
    }

    fn missing(&mut self, tables: &[Object<'t>], written: &Literal, at: Span, top: bool) {
        if !is_whole(written) {
            return;
        }
        let is_missing = |property: &Property<'t>| {
            property.required && !(top && property.name == "name") && written.get(&property.name).is_none()
        };
        let missing: Vec<String> =
            writable(tables).filter(is_missing).map(|property| format!("`{}`", property.name)).collect();
        if missing.is_empty() {
            return;
        }
        let place = if top { self.resource.decl.name.name.clone() } else { self.shown_path() };
        let message = format!("`{place}` is missing the required {}", missing.join(", "));
        self.report(warning(&codes::MISSING_PROPERTY, message), at);
    }

    /// Other API versions of the resource's type that have the property we are at.
    fn versions_with_it(&self) -> Vec<String> {
        let name = &self.resource.type_name;
        let versions = self.types.versions(name);
        let others = versions.into_iter().filter(|version| *version != self.resource.api_version);
        let has_it = |version: &&str| {
            let found = self.types.find(name, version).ok().flatten();
            found.and_then(|ty| ty.body()).is_some_and(|body| leads_on(body, &self.path))
        };
        others.filter(has_it).map(str::to_owned).collect()
    }
}

/// Whether a path of properties exists in an object or in one of its variants.
fn leads_on(object: Object<'_>, path: &[String]) -> bool {
    let mut at = vec![object];
    for (step, name) in path.iter().enumerate() {
        let mut next = Vec::new();
        for object in at {
            let variants = object.variants().into_iter().map(|(_, variant)| variant);
            for property in std::iter::once(object).chain(variants).filter_map(|it| it.property(name)) {
                if step + 1 == path.len() {
                    return true;
                }
                next.extend(innermost(property));
            }
        }
        at = next;
    }
    false
}

/// The object of a property, also behind arrays.
fn innermost(property: Property<'_>) -> Option<Object<'_>> {
    let mut ty = property.ty.read();
    while let Type::Array { items, .. } = ty {
        ty = items.read();
    }
    match ty {
        Type::Object(object) => Some(object),
        _ => None,
    }
}

fn writable<'t>(tables: &[Object<'t>]) -> impl Iterator<Item = Property<'t>> {
    tables.iter().flat_map(|table| table.properties()).filter(|property| !property.read_only)
}

/// True where every property is written out, so that what is not there is missing.
fn is_whole(written: &Literal) -> bool {
    written.members.iter().all(|member| match member {
        Member::Property(property) => matches!(property.key, Key::Text(_)),
        Member::Spread(_) => false,
        Member::Resource(_) => true,
    })
}
