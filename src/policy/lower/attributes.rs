//! Attributes: known or misspelt, missing, and whether their values are such as the policy takes.

use super::{Lowering, disputed};
use crate::csharp::Expected;
use crate::diag::{Confidence, Diagnostic, Fix};
use crate::policy::codes;
use crate::policy::elements::{AttributeDef, ElementDef, Expressions, Kind, Presence};
use crate::policy::named_values::Substituted;
use crate::policy::tree::{Attribute, Element};
use crate::policy::typed::{PolicyAttribute, Value};

/// `id` stands on every policy, and namespaces are XML's own.
pub(super) fn is_always_allowed(name: &str) -> bool {
    matches!(name, "id" | "xmlns") || name.starts_with("xmlns:") || name.starts_with("xml:")
}

/// `{retry-count}`: a hole of a template, which the rule `template-hole` reports.
pub(super) fn is_hole(literal: &str) -> bool {
    let name = literal.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| !name.is_empty() && !name.contains(['{', '}']))
}

impl Lowering<'_> {
    pub(super) fn attributes(&mut self, element: &Element, def: &ElementDef) -> Vec<PolicyAttribute> {
        let mut lowered = Vec::new();
        let mut misspelt = Vec::new();
        for attribute in &element.attributes {
            if Substituted::has_references(&attribute.name) {
                continue;
            }
            let known = def.attribute(&attribute.name);
            if known.is_none() && !is_always_allowed(&attribute.name) {
                misspelt.extend(self.unknown_attribute(element, attribute, def));
            }
            let Some(value) =
                self.typed_value(attribute, known.map_or(Expected::Any, AttributeDef::expected))
            else {
                continue;
            };
            if let Some(known) = known {
                self.check_value(known, &value);
            }
            lowered.push(PolicyAttribute {
                name: attribute.name.clone(),
                value,
                name_span: self.origin.original_span(attribute.name_span),
            });
        }
        for wanted in def.attributes.iter().filter(|def| def.presence != Presence::Optional) {
            if element.attribute(wanted.name).is_some() || misspelt.contains(&wanted.name) {
                continue;
            }
            let message = format!("`{}` needs the attribute `{}`", element.name, wanted.name);
            let diagnostic = self.diagnostic(&codes::MISSING_ATTRIBUTE, message, element.name_span);
            let is_sure = wanted.presence == Presence::Required;
            self.found.push(if is_sure { diagnostic } else { disputed(diagnostic) });
        }
        lowered
    }

    /// Reports an attribute that is not known; returns what it can only be a misspelling of.
    fn unknown_attribute(
        &mut self,
        element: &Element,
        attribute: &Attribute,
        def: &ElementDef,
    ) -> Option<&'static str> {
        let message = format!("`{}` has no attribute `{}`", element.name, attribute.name);
        let diagnostic = self.diagnostic(&codes::UNKNOWN_ATTRIBUTE, message, attribute.name_span);
        let free = || {
            let names = def.attributes.iter().map(|def| def.name);
            names.filter(|name| element.attribute(name).is_none())
        };
        let mut diagnostic = diagnostic.did_you_mean(&attribute.name, free());
        let near = crate::text::misspelt(&attribute.name, free());
        if let Some(near) = near {
            let place = self.origin.original_span(attribute.name_span);
            let title = format!("write `{near}`");
            diagnostic = diagnostic.fix(Fix::safe(title, &self.origin.original, place, near));
        }
        self.found.push(diagnostic);
        near
    }

    fn check_value(&mut self, def: &AttributeDef, value: &Value) {
        let original = &self.origin.original;
        let Some(literal) = value.literal() else {
            let name = def.name;
            let finding =
                |message| Diagnostic::new(&codes::EXPRESSION_NOT_ALLOWED, message).at(original, value.span);
            match def.expressions {
                Expressions::Forbidden => {
                    self.found.push(finding(format!("`{name}` does not take an expression")));
                }
                Expressions::Disputed => {
                    let message = format!("it is not settled whether `{name}` takes an expression");
                    let diagnostic = disputed(finding(message)).confidence(Confidence::Low);
                    self.found.push(diagnostic.help("write a literal or a named value to be sure"));
                }
                Expressions::Allowed | Expressions::Unknown => (),
            }
            return;
        };
        if def.kind.takes(literal) || Substituted::has_references(literal) || is_hole(literal) {
            return;
        }
        // The text as it was written, so that a named value's content stays out of the message.
        let written = original.slice(value.span);
        let message = format!("`{}` takes {}, not `{written}`", def.name, def.kind.describe());
        let mut diagnostic = Diagnostic::new(&codes::BAD_VALUE, message).at(original, value.span);
        if let Kind::OneOf(words) = def.kind {
            diagnostic = diagnostic.did_you_mean(written, words.iter().copied());
            if let Some(near) = crate::text::misspelt(written, words.iter().copied()) {
                let title = format!("write `{near}`");
                diagnostic = diagnostic.fix(Fix::safe(title, original, value.span, near));
            }
        }
        if written.starts_with("{{") && !written.contains("}}") {
            diagnostic = diagnostic.help("close the named value: `{{name}}`");
        }
        self.found.push(diagnostic);
    }
}

impl AttributeDef {
    /// The C# type that an expression has to give.
    fn expected(&self) -> Expected {
        match self.kind {
            Kind::Bool | Kind::Condition => Expected::Bool,
            Kind::Integer { max, .. } if max > i64::from(i32::MAX) => Expected::Long,
            Kind::Integer { .. } => Expected::Int,
            // Whether an `int` passes for a `double` is not known.
            Kind::Number => Expected::Any,
            Kind::Text | Kind::OneOf(_) => Expected::Text,
        }
    }
}
