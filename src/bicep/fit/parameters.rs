//! Do values fit the parameters they are given to? A compiled template says what each of its parameters takes, whichever
//! language it was written in; ARM refuses the rest when it is deployed, so that what is found here is an error. Seen
//! are the values that [`Seen`] can show; any other passes.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::super::bind::{Model, diagnostic};
use super::super::codes;
use super::super::project::Unit;
use super::super::syntax::ExprKind;
use super::seen::{Eyes, Member, Seen};
use super::value::list;
use crate::diag::{Code, Diagnostic, Severity};
use crate::text::{self, Span};

/// Types that are other names of types; the limit ends circles.
const REFERENCES_MAX: usize = 64;

/// Properties and items within each other that are followed.
const DEPTH_MAX: usize = 64;

/// Checks what every module is given.
pub(in crate::bicep) fn modules(
    model: &Model<'_>,
    modules: &[Option<Arc<Unit>>],
    found: &mut Vec<Diagnostic>,
) {
    for (module, unit) in model.modules.iter().zip(modules) {
        let (Some(unit), Some(params)) = (unit, module.decl.body.object.get("params")) else { continue };
        let ExprKind::Object(params) = &params.bare().kind else { continue };
        let mut eyes = Eyes::new(model, modules);
        eyes.enter(module.decl.body.loop_head.as_ref());
        for property in params.properties() {
            let Some(name) = property.text() else { continue };
            let of = format!(" of the module `{}`", module.decl.name.name);
            let mut check = Check::new(model, &unit.template, name, found);
            check.of = of;
            check.parameter(name, &eyes.look(&property.value));
        }
    }
}

/// Checks a value of a parameters file.
pub(in crate::bicep) fn value(
    model: &Model<'_>,
    unit: &Unit,
    name: &str,
    value: &Json,
    span: Span,
    found: &mut Vec<Diagnostic>,
) {
    let mut check = Check::new(model, &unit.template, name, found);
    check.mismatch = &codes::PARAMETER_TYPE;
    check.parameter(name, &[(Seen::of_json(value, span), span)]);
}

struct Check<'c, 'a> {
    model: &'c Model<'a>,
    template: &'c Json,
    /// Whose parameter it is, for messages.
    of: String,
    /// `name.property[0]`
    path: String,
    /// The code for a whole value of the wrong kind.
    mismatch: &'static Code,
    found: &'c mut Vec<Diagnostic>,
}

impl<'c, 'a> Check<'c, 'a> {
    fn new(model: &'c Model<'a>, template: &'c Json, name: &str, found: &'c mut Vec<Diagnostic>) -> Self {
        let (of, path, mismatch) = (String::new(), name.to_owned(), &codes::PROPERTY_TYPE);
        Self { model, template, of, path, mismatch, found }
    }

    fn parameter(&mut self, name: &str, seen: &[(Seen<'_>, Span)]) {
        let Some(schema) = self.template.get("parameters").and_then(|params| params.get(name)) else {
            return;
        };
        for (seen, span) in seen {
            self.fits(schema, seen, *span, 0);
        }
    }

    fn fits(&mut self, schema: &'c Json, seen: &Seen<'_>, at: Span, depth: usize) {
        if depth > DEPTH_MAX || matches!(seen, Seen::Null | Seen::Unknown) {
            return;
        }
        let Some(schema) = resolved(self.template, schema) else { return };
        let Some(kind) = kind(schema) else { return };
        let actual = seen.kind();
        if kind != actual {
            let message = format!("the parameter `{}`{} takes `{kind}`, not `{actual}`", self.path, self.of);
            let code = if depth == 0 { self.mismatch } else { &codes::PROPERTY_TYPE };
            return self.report(diagnostic(code, message), at);
        }
        match seen {
            Seen::Text(Some(text)) => self.text(schema, text, at),
            Seen::Int(Some(number)) => self.number(schema, *number, at),
            Seen::Array(Some(items)) => {
                self.count(schema, items.len(), ["item", "items"], at);
                for (index, seen) in items.iter().enumerate() {
                    let prefix = schema.get("prefixItems").and_then(|items| items.get(index));
                    let Some(item) = prefix.or(schema.get("items")).filter(|item| item.is_object()) else {
                        continue;
                    };
                    self.below(&format!("[{index}]"), |check| {
                        seen.iter().for_each(|(seen, span)| check.fits(item, seen, *span, depth + 1));
                    });
                }
            }
            Seen::Object { members, is_whole } => self.object(schema, members, *is_whole, at, depth),
            _ => {}
        }
    }

    fn below(&mut self, step: &str, check: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(step);
        check(self);
        self.path.truncate(length);
    }

    fn text(&mut self, schema: &Json, text: &str, at: Span) {
        self.count(schema, text.chars().count(), ["character", "characters"], at);
        let allowed = schema.get("allowedValues").and_then(Json::as_array);
        let Some(allowed) = allowed.filter(|allowed| allowed.iter().all(Json::is_string)) else { return };
        let allowed: Vec<&str> = allowed.iter().filter_map(Json::as_str).collect();
        // ARM compares without regard to capital letters.
        if !allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(text)) {
            let message = format!("the parameter `{}`{} has no value `{text}`", self.path, self.of);
            let here = diagnostic(&codes::PROPERTY_TYPE, message);
            let help = match text::suggest(text, allowed.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("use one of {}", list(&allowed)),
            };
            self.report(here.help(help), at);
        }
    }

    fn number(&mut self, schema: &Json, number: i64, at: Span) {
        let bound = |name: &str| schema.get(name).and_then(Json::as_i64);
        let place = format!("the parameter `{}`{}", self.path, self.of);
        if let Some(max) = bound("maxValue").filter(|max| number > *max) {
            self.report(diagnostic(&codes::TOO_LARGE, format!("{place} is {max} at most, not {number}")), at);
        }
        if let Some(min) = bound("minValue").filter(|min| number < *min) {
            self.report(
                diagnostic(&codes::TOO_SMALL, format!("{place} is {min} at least, not {number}")),
                at,
            );
        }
        let allowed = schema.get("allowedValues").and_then(Json::as_array);
        if let Some(allowed) = allowed.filter(|allowed| allowed.iter().all(Json::is_i64)) {
            let allowed: Vec<i64> = allowed.iter().filter_map(Json::as_i64).collect();
            if !allowed.contains(&number) {
                let listed: Vec<String> = allowed.iter().map(i64::to_string).collect();
                let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
                let here = diagnostic(&codes::PROPERTY_TYPE, format!("{place} has no value `{number}`"));
                self.report(here.help(format!("use one of {}", list(&listed))), at);
            }
        }
    }

    fn count(&mut self, schema: &Json, count: usize, units: [&str; 2], at: Span) {
        let bound =
            |name: &str| schema.get(name).and_then(Json::as_u64).and_then(|it| usize::try_from(it).ok());
        let unit = |n: usize| units[usize::from(n != 1)];
        let place = format!("the parameter `{}`{}", self.path, self.of);
        if let Some(max) = bound("maxLength").filter(|max| count > *max) {
            self.report(
                diagnostic(&codes::TOO_LONG, format!("{place} has {max} {} at most, not {count}", unit(max))),
                at,
            );
        }
        if let Some(min) = bound("minLength").filter(|min| count < *min) {
            self.report(
                diagnostic(
                    &codes::TOO_SHORT,
                    format!("{place} has {min} {} at least, not {count}", unit(min)),
                ),
                at,
            );
        }
    }

    fn object(&mut self, schema: &'c Json, members: &[Member<'_>], is_whole: bool, at: Span, depth: usize) {
        let Some(schema) = self.variant(schema, members) else { return };
        let Some(properties) = schema.get("properties").and_then(Json::as_object) else { return };
        let more = schema.get("additionalProperties");
        for member in members {
            let schema = properties.get(member.name).or(more.filter(|more| more.is_object()));
            match schema {
                Some(schema) => self.below(&format!(".{}", member.name), |check| {
                    member.seen.iter().for_each(|(seen, span)| check.fits(schema, seen, *span, depth + 1));
                }),
                None if more == Some(&Json::Bool(false)) => {
                    let place = format!("the parameter `{}`{}", self.path, self.of);
                    let here = diagnostic(
                        &codes::PROPERTY_NOT_ALLOWED,
                        format!("{place} has no property `{}`", member.name),
                    );
                    let known: Vec<&str> = properties.keys().map(String::as_str).collect();
                    let here = match text::suggest(member.name, known.iter().copied()) {
                        Some(near) => here.help(format!("did you mean `{near}`?")),
                        None => here.help(format!("it takes {}", list(&known))),
                    };
                    self.report(here, member.span);
                }
                None => {}
            }
        }
        if is_whole {
            self.missing(properties, members, at);
        }
    }

    fn missing(&mut self, properties: &'c Map<String, Json>, members: &[Member<'_>], at: Span) {
        let may_be_missing =
            |schema: &'c Json| is_nullable(schema) || resolved(self.template, schema).is_none_or(is_nullable);
        let missing: Vec<String> = properties
            .iter()
            .filter(|(name, schema)| {
                !may_be_missing(schema) && !members.iter().any(|member| member.name == name.as_str())
            })
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "the parameter `{}`{} is missing the required {}",
                self.path,
                self.of,
                missing.join(", ")
            );
            self.report(diagnostic(&codes::MISSING_PROPERTY, message), at);
        }
    }

    /// The schema of the kind that an object is, where it has kinds; none where that cannot be told or is wrong.
    fn variant(&mut self, schema: &'c Json, members: &[Member<'_>]) -> Option<&'c Json> {
        let Some(discriminator) = schema.get("discriminator") else { return Some(schema) };
        let name = discriminator.get("propertyName")?.as_str()?;
        let mapping = discriminator.get("mapping")?.as_object()?;
        let member = members.iter().find(|member| member.name == name)?;
        let [(Seen::Text(Some(kind)), span)] = member.seen.as_slice() else { return None };
        let Some(variant) = mapping.get(*kind) else {
            let message = format!("the parameter `{}.{name}`{} has no value `{kind}`", self.path, self.of);
            let known: Vec<&str> = mapping.keys().map(String::as_str).collect();
            let help = format!("use one of {}", list(&known));
            self.report(diagnostic(&codes::PROPERTY_TYPE, message).help(help), *span);
            return None;
        };
        resolved(self.template, variant)
    }

    fn report(&mut self, mut here: Diagnostic, at: Span) {
        here.severity = Severity::Error;
        self.model.report(self.found, here, at);
    }
}

/// The schema behind `$ref`.
pub(super) fn resolved<'c>(template: &'c Json, schema: &'c Json) -> Option<&'c Json> {
    let mut at = schema;
    for _ in 0..REFERENCES_MAX {
        let Some(pointer) = at.get("$ref").and_then(Json::as_str) else { return Some(at) };
        at = template.get("definitions")?.get(pointer.strip_prefix("#/definitions/")?)?;
    }
    None
}

/// What kind of value a schema takes, with secrets as what they are.
pub(super) fn kind(schema: &Json) -> Option<&'static str> {
    let kind = schema.get("type")?.as_str()?.to_ascii_lowercase();
    ["string", "int", "bool", "object", "array"]
        .into_iter()
        .find(|known| *known == kind.trim_start_matches("secure"))
}

pub(super) fn is_nullable(schema: &Json) -> bool {
    schema.get("nullable").and_then(Json::as_bool) == Some(true)
}
