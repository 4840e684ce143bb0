//! Tree to typed tree: decodes values, parses expressions, and checks what the element table knows, so that what
//! comes after may rely on it. Whether a policy can be run, and whether what it names exists, is left to others.

use std::sync::Arc;

use super::codes;
use super::elements::{self, AttributeDef, ChildDef, Content, ElementDef, Expressions, Kind, Presence};
use super::entities;
use super::named_values::Substituted;
use super::tree::{Attribute, Document, Element, Node, Piece, Text};
use super::typed::{
    BEFORE_BODY, Body, Expression, Places, Policy, PolicyAttribute, PolicyElement, Section, Value, ValueKind,
};
use crate::csharp::{self, Form};
use crate::diag::{Code, Diagnostic, Edit, Fix};
use crate::text::{Source, Span};

/// Lowers a parsed text whose named values were replaced; places are those of the text before. What could not be
/// made sense of is reported and left out.
pub(super) fn lower(document: &Document, origin: &Substituted) -> (Policy, Vec<Diagnostic>) {
    let mut lowering = Lowering { source: &document.source, origin, found: Vec::new() };
    let body = lowering.root(document);
    let mut found = lowering.found;
    found.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span.start));
    (Policy { source: Arc::clone(&origin.original), body }, found)
}

/// Reports `element` where its policy may not stand in `section`.
pub(super) fn check_section(element: &PolicyElement, section: Section) -> Option<Diagnostic> {
    let def = elements::find(&element.name)?;
    if def.sections.contains(&section) || def.tolerated.contains(&section) {
        return None;
    }
    let allowed: Vec<String> = def.sections.iter().map(|section| format!("`{}`", section.name())).collect();
    let message = format!("`{}` may not stand in the section `{}`", element.name, section.name());
    let diagnostic = Diagnostic::new(&codes::WRONG_SECTION, message).at(&element.source, element.name_span);
    Some(diagnostic.help(format!("move it to {}", allowed.join(" or "))))
}

struct Lowering<'a> {
    /// The text that was parsed.
    source: &'a Arc<Source>,
    origin: &'a Substituted,
    found: Vec<Diagnostic>,
}

impl Lowering<'_> {
    fn root(&mut self, document: &Document) -> Body {
        let is_root = |element: &&Element| matches!(element.name.as_str(), "policies" | "fragment");
        let mut roots = document.elements();
        let (Some(first), second) = (roots.next(), roots.next()) else {
            let message = "there is no `<policies>` or `<fragment>` element";
            self.report(&codes::UNKNOWN_ROOT, message, Span::at(0));
            return Body::Document(Vec::new());
        };
        let root = document.elements().find(is_root);
        if second.is_some() || root.is_none() {
            self.wrong_root(first, second);
        }
        match root {
            Some(root) if root.name == "policies" => self.document(root),
            Some(root) => {
                self.no_attributes(root);
                Body::Fragment(self.policies(root, None))
            }
            // Parts of a document, as they are pasted from a page: all that is in them is read.
            None if Section::from_name(&first.name).is_some() => self.sections(document.elements()),
            None => {
                // For what is wrong in them; nothing can be built of them.
                for element in document.elements().filter(|element| element.name != "base") {
                    self.policy(element, None);
                }
                Body::Document(Vec::new())
            }
        }
    }

    /// Says once that the text is not one document or fragment.
    fn wrong_root(&mut self, first: &Element, second: Option<&Element>) {
        let is_root = matches!(first.name.as_str(), "policies" | "fragment");
        let (message, help) = if is_root {
            ("expected one `<policies>` or `<fragment>` element", "put each document into a file of its own")
        } else if Section::from_name(&first.name).is_some() {
            (
                "these sections are not inside a `<policies>` element",
                "put `<policies>` and `</policies>` around them",
            )
        } else {
            (
                "expected one `<policies>` or `<fragment>` element",
                "put the policies into a section of `<policies>`, or into a `<fragment>`",
            )
        };
        let wrong = second.filter(|_| is_root).unwrap_or(first);
        let mut diagnostic = self.diagnostic(&codes::UNKNOWN_ROOT, message, wrong.name_span).help(help);
        if Section::from_name(&first.name).is_some() {
            // MicrosoftDocs/azure-docs issue 111058.
            diagnostic = diagnostic.service_says("Policy section is not allowed in the specified scope");
        }
        self.found.push(diagnostic);
    }

    fn document(&mut self, root: &Element) -> Body {
        self.no_attributes(root);
        self.no_text(root);
        self.sections(root.elements())
    }

    fn sections<'e>(&mut self, elements: impl Iterator<Item = &'e Element>) -> Body {
        let mut sections: Vec<(Section, Vec<Arc<PolicyElement>>)> = Vec::new();
        for element in elements {
            let Some(section) = Section::from_name(&element.name) else {
                let message = format!("`<{}>` is not a section of a policy document", element.name);
                let help = "put policies inside `inbound`, `backend`, `outbound` or `on-error`";
                let diagnostic =
                    self.diagnostic(&codes::UNEXPECTED_CHILD, message, element.name_span).help(help);
                self.found.push(diagnostic);
                continue;
            };
            if sections.iter().any(|(known, _)| *known == section) {
                let message = format!("the section `{}` is written twice", section.name());
                self.report(&codes::DUPLICATE_SECTION, message, element.name_span);
                continue;
            }
            self.no_attributes(element);
            let policies = self.policies(element, Some(section));
            if let (Section::Backend, Some(second)) = (section, policies.get(1)) {
                let message = "backend section allows only one policy to be specified";
                let diagnostic = Diagnostic::new(&codes::BACKEND_ONE_POLICY, message)
                    .at(&second.source, second.name_span)
                    .related(&second.source, policies[0].name_span, "the first one");
                self.found.push(diagnostic.help("move this policy to `inbound`, or into the first one"));
            }
            sections.push((section, policies));
        }
        Body::Document(sections)
    }

    /// Lowers the policies inside `parent`. The section is unknown in a fragment.
    fn policies(&mut self, parent: &Element, section: Option<Section>) -> Vec<Arc<PolicyElement>> {
        self.no_text(parent);
        parent.elements().filter_map(|element| self.policy(element, section)).collect()
    }

    fn policy(&mut self, element: &Element, section: Option<Section>) -> Option<Arc<PolicyElement>> {
        if section.is_none() && (element.name == "base" || Section::from_name(&element.name).is_some()) {
            let message = format!("`<{}>` may not stand in a fragment", element.name);
            self.report(&codes::BASE_IN_FRAGMENT, message, element.name_span);
            return None;
        }
        if let Some(def) = elements::find(&element.name) {
            let lowered = self.element(element, def, section);
            self.found.extend(section.and_then(|section| check_section(&lowered, section)));
            return Some(Arc::new(lowered));
        }
        if Substituted::has_references(&element.name) {
            return None;
        }
        let message = format!("there is no policy `{}`", element.name);
        let diagnostic = self.diagnostic(&codes::UNKNOWN_ELEMENT, message, element.name_span);
        self.found.push(diagnostic.did_you_mean(&element.name, elements::names()));
        None
    }

    fn element(&mut self, element: &Element, def: &ElementDef, section: Option<Section>) -> PolicyElement {
        let attributes = self.attributes(element, def);
        let (children, text) = match &def.content {
            Content::Empty => {
                self.no_text(element);
                self.children(element, &[], section);
                (Vec::new(), None)
            }
            Content::Text => {
                self.children(element, &[], section);
                (Vec::new(), self.text(element))
            }
            Content::Markup => (Vec::new(), self.text(element)),
            Content::Foreign => return self.unchecked(element),
            Content::Policies => (self.policies(element, section), None),
            Content::TextOrChildren(..) if element.elements().next().is_none() => {
                (Vec::new(), self.text(element))
            }
            Content::Children(_, allowed) | Content::TextOrChildren(_, allowed) => {
                self.no_text(element);
                (self.children(element, allowed, section), None)
            }
        };
        self.finish(element, attributes, children, text)
    }

    fn children(
        &mut self,
        element: &Element,
        allowed: &[ChildDef],
        section: Option<Section>,
    ) -> Vec<Arc<PolicyElement>> {
        let mut lowered = Vec::new();
        for child in element.elements() {
            let Some(def) = allowed.iter().find(|def| def.element.name == child.name) else {
                let message = format!("`<{}>` may not stand inside `<{}>`", child.name, element.name);
                let diagnostic = self.diagnostic(&codes::UNEXPECTED_CHILD, message, child.name_span);
                let names = allowed.iter().map(|def| def.element.name);
                self.found.push(diagnostic.did_you_mean(&child.name, names));
                continue;
            };
            let n_before = element.elements().take_while(|other| !std::ptr::eq(*other, child));
            if n_before.filter(|other| other.name == child.name).count() == def.max {
                let message = format!("`<{}>` holds at most {} `<{}>`", element.name, def.max, child.name);
                self.report(&codes::REPEATED_CHILD, message, child.name_span);
            }
            lowered.push(Arc::new(self.element(child, def.element, section)));
        }
        for def in allowed {
            if element.elements().filter(|child| child.name == def.element.name).count() < def.min {
                let message = format!("`<{}>` needs a `<{}>` inside it", element.name, def.element.name);
                self.report(&codes::MISSING_CHILD, message, element.name_span);
            }
        }
        lowered
    }

    fn attributes(&mut self, element: &Element, def: &ElementDef) -> Vec<PolicyAttribute> {
        let mut lowered = Vec::new();
        for attribute in &element.attributes {
            // Every policy takes an `id`, which `context.LastError.PolicyId` shows (Learn, error handling).
            let known = def.attributes.iter().find(|def| def.name == attribute.name);
            if Substituted::has_references(&attribute.name) {
                continue;
            }
            if known.is_none() && attribute.name != "id" {
                let message = format!("`{}` has no attribute `{}`", element.name, attribute.name);
                let diagnostic = self.diagnostic(&codes::UNKNOWN_ATTRIBUTE, message, attribute.name_span);
                let names = def.attributes.iter().map(|def| def.name);
                self.found.push(diagnostic.did_you_mean(&attribute.name, names));
                continue;
            }
            let Some(value) = self.attribute_value(attribute) else { continue };
            if let Some(known) = known {
                self.check_value(known, &value);
            }
            lowered.push(PolicyAttribute {
                name: attribute.name.clone(),
                value,
                name_span: self.origin.original_span(attribute.name_span),
            });
        }
        for required in def.attributes.iter().filter(|def| def.presence == Presence::Required) {
            if element.attribute(required.name).is_none() {
                let message = format!("`{}` needs the attribute `{}`", element.name, required.name);
                self.report(&codes::MISSING_ATTRIBUTE, message, element.name_span);
            }
        }
        lowered
    }

    /// Lowers an element about which only the name is known.
    fn unchecked(&mut self, element: &Element) -> PolicyElement {
        let attributes = element
            .attributes
            .iter()
            .filter_map(|attribute| {
                Some(PolicyAttribute {
                    name: attribute.name.clone(),
                    value: self.attribute_value(attribute)?,
                    name_span: self.origin.original_span(attribute.name_span),
                })
            })
            .collect();
        let children: Vec<_> = element.elements().map(|child| Arc::new(self.unchecked(child))).collect();
        let text = if children.is_empty() { self.text(element) } else { None };
        self.finish(element, attributes, children, text)
    }

    fn finish(
        &self,
        element: &Element,
        attributes: Vec<PolicyAttribute>,
        children: Vec<Arc<PolicyElement>>,
        text: Option<Value>,
    ) -> PolicyElement {
        PolicyElement {
            name: element.name.clone(),
            attributes,
            children,
            text,
            source: Arc::clone(&self.origin.original),
            span: self.origin.original_span(element.span()),
            name_span: self.origin.original_span(element.name_span),
        }
    }

    fn attribute_value(&mut self, attribute: &Attribute) -> Option<Value> {
        let text = attribute.value.as_ref()?;
        self.value(std::slice::from_ref(text), text.span)
    }

    /// Returns what stands between the tags: an expression, or text and markup as it is.
    fn text(&mut self, element: &Element) -> Option<Value> {
        let (first, last) = (element.children.first()?, element.children.last()?);
        let span = first.span().to(last.span());
        let texts: Vec<Text> = element
            .children
            .iter()
            .filter_map(|node| match node {
                Node::Text(text) | Node::CData { text, .. } if !text.is_blank(self.source) => {
                    Some(text.clone())
                }
                _ => None,
            })
            .collect();
        if texts.iter().any(Text::has_expression) {
            let comment = element.children.iter().find(|node| matches!(node, Node::Comment(_)));
            if let Some(comment) = comment {
                let message = format!("a comment stands beside the expression in `{}`", element.name);
                self.report(&codes::COMMENT_BESIDE_EXPRESSION, message, comment.span());
            }
            if let Some(child) = element.elements().next() {
                let message = "an expression has to be the whole content of the element";
                self.report(&codes::MIXED_EXPRESSION, message, child.name_span);
            }
            return self.value(&texts, span);
        }
        let literal: String = element.children.iter().map(|node| self.literal_node(node)).collect();
        let kind = ValueKind::Literal(literal);
        Some(Value { kind, span: self.origin.original_span(span) })
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
    fn value(&mut self, texts: &[Text], span: Span) -> Option<Value> {
        let kind = if texts.iter().any(Text::has_expression) {
            let sole = match texts {
                [text] => text.sole_piece(self.source),
                _ => None,
            };
            let Some(Piece::Expression { span: place, form }) = sole else {
                let message = "an expression has to be the whole value";
                let diagnostic = self.diagnostic(&codes::MIXED_EXPRESSION, message, span);
                self.found
                    .push(diagnostic.help("put the text into the expression, as in `@(\"text\" + value)`"));
                return None;
            };
            ValueKind::Expression(Arc::new(self.expression(place, form)?))
        } else {
            ValueKind::Literal(texts.iter().map(|text| text.decode(self.source)).collect())
        };
        Some(Value { kind, span: self.origin.original_span(span) })
    }

    fn expression(&mut self, span: Span, form: Form) -> Option<Expression> {
        let mut decoded = entities::decode(self.source.slice(span));
        let text = std::mem::take(&mut decoded.text);
        let places = Places { origin: self.origin.clone(), decoded, start: span.start };
        let inner = &text[BEFORE_BODY..text.len() - AFTER_BODY];
        let (program, problems) = match csharp::parse(inner, form) {
            Ok(program) => {
                let problems = csharp::check(&program);
                (Some(program), problems)
            }
            Err(problems) => (None, problems),
        };
        for problem in problems {
            self.report_problem(problem, &places);
        }
        Some(Expression { text, program: program?, places })
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

    fn check_value(&mut self, def: &AttributeDef, value: &Value) {
        let Some(literal) = value.literal() else {
            if def.expressions == Expressions::Forbidden {
                let message = format!("`{}` does not take an expression", def.name);
                let diagnostic = Diagnostic::new(&codes::EXPRESSION_NOT_ALLOWED, message);
                self.found.push(diagnostic.at(&self.origin.original, value.span));
            }
            return;
        };
        let Some(expected) = expectation(def.kind, literal) else { return };
        if Substituted::has_references(literal) {
            return;
        }
        // The text as it was written, so that a named value's content stays out of the message.
        let written = self.origin.original.slice(value.span);
        let message = format!("`{}` takes {expected}, not `{written}`", def.name);
        let mut diagnostic =
            Diagnostic::new(&codes::BAD_VALUE, message).at(&self.origin.original, value.span);
        if let Kind::OneOf(words) = def.kind {
            diagnostic = diagnostic.did_you_mean(written, words.iter().copied());
        }
        self.found.push(diagnostic);
    }

    fn no_attributes(&mut self, element: &Element) {
        for attribute in element.attributes.iter().filter(|attribute| attribute.name != "id") {
            let message = format!("`{}` has no attribute `{}`", element.name, attribute.name);
            self.report(&codes::UNKNOWN_ATTRIBUTE, message, attribute.name_span);
        }
    }

    fn no_text(&mut self, element: &Element) {
        for child in &element.children {
            let (Node::Text(text) | Node::CData { text, .. }) = child else { continue };
            if !text.is_blank(self.source) {
                let message = format!("text may not stand inside `<{}>`", element.name);
                self.report(&codes::UNEXPECTED_TEXT, message, trimmed(self.source, text.span));
            }
        }
    }

    fn report(&mut self, code: &'static Code, message: impl Into<String>, span: Span) {
        let diagnostic = self.diagnostic(code, message, span);
        self.found.push(diagnostic);
    }

    /// A finding at a place of the parsed text.
    fn diagnostic(&self, code: &'static Code, message: impl Into<String>, span: Span) -> Diagnostic {
        Diagnostic::new(code, message).at(&self.origin.original, self.origin.original_span(span))
    }
}

/// `)` or `}`
const AFTER_BODY: usize = 1;

/// Returns what `kind` takes, where `literal` is not that.
fn expectation(kind: Kind, literal: &str) -> Option<String> {
    (!kind.takes(literal)).then(|| kind.describe())
}

fn trimmed(source: &Source, span: Span) -> Span {
    let text = source.slice(span);
    let start = span.start as usize + (text.len() - text.trim_start().len());
    Span::new(start, start + text.trim().len())
}
