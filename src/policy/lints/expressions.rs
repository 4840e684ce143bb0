//! The expressions of a policy, each with the element it stands on and what it touches.

use std::sync::Arc;

use crate::csharp::Uses;
use crate::diag::Diagnostic;
use crate::policy::{Expression, Policy, PolicyElement, Value, ValueKind};
use crate::text::Span;

use super::{Place, walk};

/// An expression where it is written.
pub struct Written<'a> {
    pub element: &'a PolicyElement,
    /// The name of the attribute; None where it is the text of the element.
    pub attribute: Option<&'a str>,
    pub value: &'a Value,
    pub expression: &'a Expression,
    pub uses: &'a Uses,
}

impl Written<'_> {
    /// Puts a finding at a place of the program.
    pub fn at(&self, diagnostic: Diagnostic, span: Span) -> Diagnostic {
        diagnostic.at(&self.element.source, self.expression.place(span))
    }
}

/// Returns the expressions that stand on `element` itself, its attributes before its text.
pub fn written(element: &PolicyElement) -> Vec<Written<'_>> {
    let attributes =
        element.attributes.iter().map(|attribute| (Some(attribute.name.as_str()), &attribute.value));
    let values = attributes.chain(element.text.iter().map(|text| (None, text)));
    let expressions = values.filter_map(|(attribute, value)| {
        let ValueKind::Expression(expression) = &value.kind else { return None };
        let expression: &Expression = Arc::as_ref(expression);
        Some(Written { element, attribute, value, expression, uses: expression.uses() })
    });
    expressions.collect()
}

/// Visits every expression of `policy` in the order of the text.
pub fn expressions(policy: &Policy, visit: &mut dyn FnMut(Place<'_>, &Written<'_>)) {
    walk(policy, &mut |place| written(place.element).iter().for_each(|written| visit(place, written)));
}
