//! Values: a literal with its references decoded, or one expression that is parsed and checked.

use std::sync::Arc;

use super::{Lowering, disputed};
use crate::csharp::{self, Expected, Form};
use crate::diag::{Confidence, Diagnostic, Edit, Fix};
use crate::policy::codes;
use crate::policy::entities;
use crate::policy::tree::{Attribute, Element, Node, Piece, Text};
use crate::policy::typed::{BEFORE_BODY, Expression, Places, Value, ValueKind};
use crate::text::Span;

/// `)` or `}`
const AFTER_BODY: usize = 1;

impl Lowering<'_> {
    pub(super) fn attribute_value(&mut self, attribute: &Attribute) -> Option<Value> {
        self.typed_value(attribute, Expected::Any)
    }

    /// The value of an attribute whose expression has to give `expected`.
    pub(super) fn typed_value(&mut self, attribute: &Attribute, expected: Expected) -> Option<Value> {
        let text = attribute.value.as_ref()?;
        if text.has_expression() && text.sole_piece(self.source).is_none() {
            let message = "an expression has to be the whole value";
            let diagnostic = self.diagnostic(&codes::MIXED_EXPRESSION, message, text.span);
            self.found.push(diagnostic.help("put the text into the expression, as in `@(\"text\" + value)`"));
            return None;
        }
        self.value(std::slice::from_ref(text), text.span, expected)
    }

    /// Returns what stands between the tags: an expression, or text and markup as it is.
    pub(super) fn text(&mut self, element: &Element) -> Option<Value> {
        let (first, last) = (element.children.first()?, element.children.last()?);
        let span = first.span().to(last.span());
        let solid = element.children.iter().filter_map(|node| match node {
            Node::Text(text) | Node::CData { text, .. } if !text.is_blank(self.source) => Some(text.clone()),
            _ => None,
        });
        let texts: Vec<Text> = solid.collect();
        if !texts.iter().any(Text::has_expression) {
            let literal: String = element.children.iter().map(|node| self.literal_node(node)).collect();
            let kind = ValueKind::Literal(literal);
            return Some(Value { kind, span: self.origin.original_span(span) });
        }
        let comment = element.children.iter().find(|node| matches!(node, Node::Comment(_)));
        if let Some(comment) = comment {
            let message = format!("a comment stands beside the expression in `{}`", element.name);
            self.report(&codes::COMMENT_BESIDE_EXPRESSION, message, comment.span());
        }
        if let Some(child) = element.elements().next() {
            let message = "an expression has to be the whole content of the element";
            self.report(&codes::MIXED_EXPRESSION, message, child.name_span);
        } else if sole_expression(self, &texts).is_none() {
            // Deployed policies hold such texts, in the `message` of `trace`; whether the service evaluates the
            // expression in them is not documented.
            let message = "text beside an expression may keep the expression from being evaluated";
            let diagnostic = disputed(self.diagnostic(&codes::MIXED_EXPRESSION, message, span));
            let help = "put the text into the expression, as in `@(\"text\" + value)`";
            self.found.push(diagnostic.confidence(Confidence::Low).help(help));
        }
        self.value(&texts, span, Expected::Any)
    }

    fn literal_node(&self, node: &Node) -> String {
        match node {
            Node::Text(text) => text.decode(self.source),
            Node::CData { text, .. } => self.source.slice(text.span).to_owned(),
            Node::Element(element) => self.source.slice(element.span()).to_owned(),
            Node::Comment(_) | Node::Instruction(_) | Node::Junk(_) => String::new(),
        }
    }

    /// One value out of `texts`: one expression with nothing but white space around it, or a literal.
    fn value(&mut self, texts: &[Text], span: Span, expected: Expected) -> Option<Value> {
        let kind = match sole_expression(self, texts) {
            Some((place, form)) => ValueKind::Expression(Arc::new(self.expression(place, form, expected)?)),
            None => ValueKind::Literal(texts.iter().map(|text| text.decode(self.source)).collect()),
        };
        Some(Value { kind, span: self.origin.original_span(span) })
    }

    fn expression(&mut self, span: Span, form: Form, expected: Expected) -> Option<Expression> {
        let mut decoded = entities::decode(self.source.slice(span));
        let text = std::mem::take(&mut decoded.text);
        let places = Places { origin: self.origin.clone(), decoded, start: span.start };
        let inner = &text[BEFORE_BODY..text.len() - AFTER_BODY];
        let (program, problems) = match csharp::parse(inner, form) {
            Ok(program) => {
                let mut problems = csharp::check(&program);
                problems.extend(csharp::check_result(&program, expected));
                (Some(program), problems)
            }
            Err(problems) => (None, problems),
        };
        for problem in problems {
            self.report_problem(problem, &places);
        }
        Some(Expression::new(text, program?, places))
    }

    /// A problem of the expression that stands at `places`.
    fn report_problem(&mut self, problem: csharp::Problem, places: &Places) {
        let mut diagnostic = Diagnostic::new(problem.code, problem.message)
            .at(&self.origin.original, places.original_span(problem.span))
            .confidence(problem.confidence);
        diagnostic.service = problem.service;
        diagnostic.help.extend(problem.help);
        diagnostic.fix = problem.fix.map(|fix| {
            let span = places.original_span(fix.span);
            let source = Arc::clone(&self.origin.original);
            // A text that writes references gets them: it may have to be well-formed XML.
            let replacement = match places.decoded.is_plain() {
                true => fix.replacement,
                false => fix.replacement.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;"),
            };
            let edits = vec![Edit { span, replacement }];
            Fix { title: fix.title, safety: fix.safety, source, edits }
        });
        self.found.push(diagnostic);
    }
}

/// The one expression that `texts` are, where they are one.
fn sole_expression(lowering: &Lowering<'_>, texts: &[Text]) -> Option<(Span, Form)> {
    let [text] = texts else { return None };
    match text.sole_piece(lowering.source) {
        Some(Piece::Expression { span, form }) => Some((span, form)),
        _ => None,
    }
}
