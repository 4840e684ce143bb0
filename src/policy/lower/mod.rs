//! Tree to typed tree: decodes values, parses expressions, and checks what the catalogue knows, so that what comes
//! after may rely on it. Whether a policy can be run, and whether what it names exists, is left to others.
//!
//! What is wrong is reported and, where its meaning is clear, lowered all the same, so that the rules see it.

mod attributes;
mod children;
mod demands;
mod placement;
mod values;

use std::sync::Arc;

use super::codes;
use super::elements::{self, Content, ElementDef, SourceOf};
use super::named_values::Substituted;
use super::tree::{Document, Element, Node, Text};
use super::typed::{Body, Policy, PolicyAttribute, PolicyElement, Section, Value};
use crate::diag::{Code, Confidence, Diagnostic, Edit, Fix, Safety, Severity};
use crate::text::{Source, Span};

pub(super) use demands::api_only;
pub(super) use placement::check_section;

/// Lowers a parsed text whose named values were replaced; places are those of the text before.
pub(super) fn lower(document: &Document, origin: &Substituted) -> (Policy, Vec<Diagnostic>) {
    let mut lowering = Lowering { source: &document.source, origin, found: Vec::new() };
    let body = lowering.root(document);
    let mut found = lowering.found;
    placement::repeated(&body, &mut found);
    found.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span.start));
    (Policy { source: Arc::clone(&origin.original), body }, found)
}

struct Lowering<'a> {
    /// The text that was parsed.
    source: &'a Arc<Source>,
    origin: &'a Substituted,
    found: Vec<Diagnostic>,
}

/// What the policies being lowered stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Section(Section),
    Fragment,
    /// The policy of a GraphQL resolver, or policies of which the root is missing.
    Elsewhere,
}

impl Lowering<'_> {
    fn root(&mut self, document: &Document) -> Body {
        let roots: Vec<&Element> = document.elements().collect();
        let Some(first) = roots.first() else {
            let message = "there is no `<policies>` or `<fragment>` element";
            self.report(&codes::UNKNOWN_ROOT, message, Span::at(0));
            return Body::Document(Vec::new());
        };
        if let [root] = roots.as_slice()
            && is_resolver(root)
        {
            // Checked and done with: it has no sections, nothing composes it, and no rule is about it.
            self.policy(root, Within::Elsewhere);
            return Body::Document(Vec::new());
        }
        let root = roots.iter().find(|element| is_root(element));
        if roots.len() > 1 || root.is_none() {
            self.wrong_root(&roots);
        }
        match root {
            Some(root) if root.name == "policies" => self.document(root),
            Some(root) => {
                self.no_attributes(root);
                Body::Fragment(self.policies(root, Within::Fragment))
            }
            // Parts of a document, as they are pasted from a page: all that is in them is read.
            None if is_section(first) => self.sections(&roots),
            None => {
                // For what is wrong in them; nothing can be built of them.
                for element in roots.iter().filter(|element| element.name != "base") {
                    self.policy(element, Within::Elsewhere);
                }
                Body::Document(Vec::new())
            }
        }
    }

    /// Says once that the text is not one document or fragment.
    fn wrong_root(&mut self, roots: &[&Element]) {
        let [first, ..] = roots else { return };
        let expected = "expected one `<policies>` or `<fragment>` element";
        let (message, help) = match () {
            () if is_root(first) => (expected, "put each document into a file of its own"),
            () if is_section(first) => (
                "these sections are not inside a `<policies>` element",
                "put `<policies>` and `</policies>` around them",
            ),
            () => (expected, "put the policies into a section of `<policies>`, or into a `<fragment>`"),
        };
        let wrong = roots.get(1).filter(|_| is_root(first)).unwrap_or(first);
        let mut diagnostic = self.diagnostic(&codes::UNKNOWN_ROOT, message, wrong.name_span).help(help);
        if is_section(first) {
            // MicrosoftDocs/azure-docs issue 111058.
            diagnostic = diagnostic.service_says("Policy section is not allowed in the specified scope");
        }
        if let (true, Some(last)) = (roots.iter().all(|root| is_section(root)), roots.last()) {
            let (start, end) = (first.start_tag.start, last.span().end);
            let place = |at| self.origin.original_span(Span { start: at, end: at });
            let fix = Fix::safe(
                "put `<policies>` around them",
                &self.origin.original,
                place(start),
                "<policies>\n",
            );
            diagnostic = diagnostic.fix(fix.and(place(end), "\n</policies>"));
        }
        self.found.push(diagnostic);
    }

    fn document(&mut self, root: &Element) -> Body {
        self.no_attributes(root);
        self.no_text(root);
        let elements: Vec<&Element> = root.elements().collect();
        self.sections(&elements)
    }

    fn sections(&mut self, elements: &[&Element]) -> Body {
        let mut sections: Vec<(Section, Vec<Arc<PolicyElement>>)> = Vec::new();
        for element in elements {
            let Some(section) = Section::from_name(&element.name) else {
                let message = format!("`<{}>` is not a section of a policy document", element.name);
                let diagnostic = self.diagnostic(&codes::UNEXPECTED_CHILD, message, element.name_span);
                let names = Section::ALL.map(Section::name);
                let diagnostic = match crate::text::misspelt(&element.name, names) {
                    Some(near) => diagnostic.fix(self.rename(element, near)),
                    None => diagnostic,
                };
                let help = "put policies inside `inbound`, `backend`, `outbound` or `on-error`";
                self.found.push(diagnostic.help(help));
                continue;
            };
            self.no_attributes(element);
            let policies = self.policies(element, Within::Section(section));
            if let (Section::Backend, Some(second)) = (section, policies.get(1)) {
                let diagnostic = Diagnostic::new(&codes::BACKEND_ONE_POLICY, "`backend` holds more than one policy")
                    .at(&second.source, second.name_span)
                    .related(&second.source, policies[0].name_span, "the first one")
                    .service_says(format!(
                        "Error in element 'backend' on {}: backend section allows only one policy to be specified",
                        self.service_place(element.name_span),
                    ));
                self.found.push(diagnostic.help("move this policy to `inbound`, or into the first one"));
            }
            match sections.iter_mut().find(|(known, _)| *known == section) {
                Some((_, first)) => {
                    let message = format!("the section `{}` is written twice", section.name());
                    self.report(&codes::DUPLICATE_SECTION, message, element.name_span);
                    first.extend(policies);
                }
                None => sections.push((section, policies)),
            }
        }
        Body::Document(sections)
    }

    /// Lowers the policies inside `parent`.
    fn policies(&mut self, parent: &Element, within: Within) -> Vec<Arc<PolicyElement>> {
        self.no_text(parent);
        let mut policies = Vec::new();
        for element in parent.elements() {
            if within == Within::Fragment && is_section(element) {
                self.in_fragment(&codes::BASE_IN_FRAGMENT, element);
                policies.extend(self.policies(element, within));
                continue;
            }
            policies.extend(self.policy(element, within));
        }
        policies
    }

    fn policy(&mut self, element: &Element, within: Within) -> Option<Arc<PolicyElement>> {
        if within == Within::Fragment && element.name == "base" {
            self.in_fragment(&codes::BASE_IN_FRAGMENT, element);
            return None;
        }
        if Substituted::has_references(&element.name) {
            return None;
        }
        let Some(def) = elements::find(&element.name) else {
            let message = format!("there is no policy `{}`", element.name);
            let mut diagnostic = self.diagnostic(&codes::UNKNOWN_ELEMENT, message, element.name_span);
            diagnostic = diagnostic.did_you_mean(&element.name, elements::names());
            if let Some(near) = crate::text::misspelt(&element.name, elements::names()) {
                diagnostic = diagnostic.fix(self.rename(element, near));
            }
            self.found.push(diagnostic);
            return Some(Arc::new(self.unchecked(element)));
        };
        match (within, element.name.as_str()) {
            (Within::Fragment, "include-fragment") => {
                let message = "a fragment may not include a fragment";
                let diagnostic = self.diagnostic(&codes::NESTED_FRAGMENT, message, element.name_span);
                self.found.push(diagnostic.help("include both fragments from the document, in order"));
            }
            (Within::Fragment, "cache-lookup") => self.in_fragment(&codes::NOT_IN_FRAGMENT, element),
            _ => (),
        }
        let lowered = self.element(element, def, within);
        if let Within::Section(section) = within {
            self.found.extend(check_section(&lowered, section));
        }
        Some(Arc::new(lowered))
    }

    fn element(&mut self, element: &Element, def: &ElementDef, within: Within) -> PolicyElement {
        if matches!(def.content, Content::Foreign) {
            return self.unchecked(element);
        }
        let attributes = self.attributes(element, def);
        let (children, text) = match def.content {
            Content::Foreign => (Vec::new(), None),
            Content::Empty => {
                self.no_text(element);
                (self.children(element, elements::Order::Free, &[], within), None)
            }
            Content::Text => (self.children(element, elements::Order::Free, &[], within), self.text(element)),
            Content::Markup => (Vec::new(), self.text(element)),
            Content::Policies => (self.policies(element, within), None),
            Content::TextOrChildren(..) if element.elements().next().is_none() => {
                (Vec::new(), self.text(element))
            }
            Content::Children(order, allowed) | Content::TextOrChildren(order, allowed) => {
                self.no_text(element);
                (self.children(element, order, allowed, within), None)
            }
        };
        self.demands(element, def, within);
        self.finish(element, attributes, children, text)
    }

    /// Lowers an element about which nothing is known.
    fn unchecked(&mut self, element: &Element) -> PolicyElement {
        let attributes = element.attributes.iter().filter_map(|attribute| {
            Some(PolicyAttribute {
                name: attribute.name.clone(),
                value: self.attribute_value(attribute)?,
                name_span: self.origin.original_span(attribute.name_span),
            })
        });
        let attributes = attributes.collect();
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

    fn no_attributes(&mut self, element: &Element) {
        for attribute in &element.attributes {
            if !attributes::is_always_allowed(&attribute.name) {
                let message = format!("`{}` has no attribute `{}`", element.name, attribute.name);
                self.report(&codes::UNKNOWN_ATTRIBUTE, message, attribute.name_span);
            }
        }
    }

    fn no_text(&mut self, element: &Element) {
        for child in &element.children {
            let (Node::Text(text) | Node::CData { text, .. }) = child else { continue };
            // What fills in a template may put elements there.
            if !text.is_blank(self.source) && !self.is_hole(text) {
                let message = format!("text may not stand inside `<{}>`", element.name);
                self.report(&codes::UNEXPECTED_TEXT, message, trimmed(self.source, text.span));
            }
        }
    }

    fn is_hole(&self, text: &Text) -> bool {
        attributes::is_hole(self.source.slice(text.span))
    }

    /// Whether a placeholder stands among the elements inside `element`.
    fn has_hole(&self, element: &Element) -> bool {
        element.children.iter().any(|node| matches!(node, Node::Text(text) if self.is_hole(text)))
    }

    fn in_fragment(&mut self, code: &'static Code, element: &Element) {
        let message = format!("`<{}>` may not stand in a fragment", element.name);
        self.report(code, message, element.name_span);
    }

    fn report(&mut self, code: &'static Code, message: impl Into<String>, span: Span) {
        let diagnostic = self.diagnostic(code, message, span);
        self.found.push(diagnostic);
    }

    /// A finding at a place of the parsed text.
    fn diagnostic(&self, code: &'static Code, message: impl Into<String>, span: Span) -> Diagnostic {
        Diagnostic::new(code, message).at(&self.origin.original, self.origin.original_span(span))
    }

    /// `line 78, column 6`, as the service counts: the column of the name, after the `<`.
    fn service_place(&self, name_span: Span) -> String {
        let place = self.origin.original.position(self.origin.original_span(name_span).start);
        format!("line {}, column {}", place.line, place.column)
    }

    /// Writes another name into both tags of an element.
    fn rename(&self, element: &Element, name: &str) -> Fix {
        let source = &self.origin.original;
        let start = self.origin.original_span(element.name_span);
        let mut edits = vec![Edit { span: start, replacement: name.to_owned() }];
        edits.extend(element.end_tag.map(|tag| {
            let at = tag.start as usize + "</".len();
            let span = self.origin.original_span(Span::new(at, at + element.name.len()));
            Edit { span, replacement: name.to_owned() }
        }));
        Fix { title: format!("write `{name}`"), safety: Safety::Safe, source: Arc::clone(source), edits }
    }
}

/// Makes a finding a warning: the sources do not agree about it.
fn disputed(mut diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.severity = Severity::Warning;
    diagnostic.confidence(Confidence::Medium)
}

fn is_root(element: &Element) -> bool {
    matches!(element.name.as_str(), "policies" | "fragment")
}

fn is_section(element: &Element) -> bool {
    Section::from_name(&element.name).is_some()
}

/// `<http-data-source>` and its like, the roots of resolvers.
fn is_resolver(element: &Element) -> bool {
    elements::find(&element.name).is_some_and(|def| def.sections.is_empty() && def.source != SourceOf::Parent)
}

fn trimmed(source: &Source, span: Span) -> Span {
    let text = source.slice(span);
    let start = span.start as usize + (text.len() - text.trim_start().len());
    Span::new(start, start + text.trim().len())
}
