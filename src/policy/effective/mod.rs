//! The policy that is in effect for a request, as text: the documents of the scopes put together by `<base/>`, each
//! line with the file and the scope that it comes from. Works on the text as written; what runs is `compose`'s.

mod lines;

use std::sync::Arc;

use indexmap::IndexSet;

use super::codes;
use super::compose::{DEFAULT_GLOBAL_POLICY, MAX_PLACED};
use super::project::{Attached, File, Project, Service};
use super::tree::{Document, Element, Node};
use super::typed::Section;
use super::{Scope, parse};
use crate::diag::{Diagnostic, Severity};
use crate::text::{Source, Span};

pub use lines::{Line, lines};

/// Which request is asked about.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub api: String,
    pub operation: Option<String>,
    /// The product of the caller's subscription.
    pub product: Option<String>,
    /// Put the policies of fragments in the place of `<include-fragment>`.
    pub expand_fragments: bool,
}

/// What is in effect.
#[derive(Clone, Debug)]
pub struct EffectiveText {
    /// The documents that it is made of, outermost first.
    pub documents: Vec<(Scope, Arc<Source>)>,
    /// The four sections in the order in which they run.
    pub sections: Vec<(Section, Vec<Part>)>,
    /// Products that hold the API.
    pub products: Vec<String>,
}

/// An element, or a comment or text between elements, with where it is written.
#[derive(Clone, Debug)]
pub struct Part {
    pub origin: Origin,
    pub span: Span,
    /// None for a comment or a text.
    pub element: Option<PartElement>,
}

/// An element of the effective policy.
#[derive(Clone, Debug)]
pub struct PartElement {
    pub name: String,
    /// References decoded, expressions as written.
    pub attributes: Vec<(String, String)>,
    pub inside: Vec<Part>,
    start_tag: Span,
    end_tag: Option<Span>,
    /// Something inside was put in from elsewhere, so the element's own text is no longer what is in effect.
    is_composed: bool,
}

/// The document that a part is written in.
#[derive(Clone, Debug)]
pub struct Origin {
    pub scope: Scope,
    /// The fragment, where it stands in one; `scope` is that of the document that includes it.
    pub fragment: Option<String>,
    pub source: Arc<Source>,
    /// Texts and values, whose white space means something; in order.
    solid: Arc<Vec<Span>>,
}

/// Composes what is in effect.
///
/// # Errors
/// A name that the project does not hold, a document that cannot be read, or more than can be put together.
pub fn effective(project: &Project, ask: &Ask) -> Result<(EffectiveText, Vec<Diagnostic>), Vec<Diagnostic>> {
    let service = service_of(project, &ask.api)?;
    let mut found = Vec::new();
    let attached = attached(service, ask, &mut found)?;
    let chain = project.chain(service, &attached, ask.product.as_deref());
    let mut documents: Vec<Written<'_>> =
        chain.iter().map(|(attached, index)| Written::of(&project.files[*index], attached.scope())).collect();
    if documents.first().is_none_or(|outermost| outermost.origin.scope != Scope::Global) {
        documents.insert(0, Written::default_global());
    }
    let unreadable: Vec<Diagnostic> =
        documents.iter().flat_map(|it| parse(&it.origin.source).1).filter(Diagnostic::is_error).collect();
    if !unreadable.is_empty() {
        return Err(unreadable);
    }
    let mut composing = Composing {
        project,
        documents: &documents,
        expand_fragments: ask.expand_fragments,
        n_parts: 0,
        found,
    };
    let sections: Vec<_> = Section::ALL
        .into_iter()
        .map(|section| (section, composing.section(documents.len(), section)))
        .collect();
    let found = composing.found;
    if found.iter().any(Diagnostic::is_error) {
        return Err(found);
    }
    let documents = documents.iter().map(|it| (it.origin.scope, Arc::clone(&it.origin.source))).collect();
    let holding = service.links.iter().filter(|(_, apis)| apis.contains(&ask.api));
    let products = holding.map(|(product, _)| product.clone()).collect();
    Ok((EffectiveText { documents, sections, products }, found))
}

/// Finds the one service that holds an API.
fn service_of<'a>(project: &'a Project, api: &str) -> Result<&'a Service, Vec<Diagnostic>> {
    let mut holding = project.services.values().filter(|service| service.api_ids().contains(api));
    match (holding.next(), holding.next()) {
        (Some(service), None) => Ok(service),
        (Some(one), Some(other)) => {
            let message = format!("the API `{api}` is in several services: `{}`, `{}`", one.root, other.root);
            let diagnostic = Diagnostic::new(&codes::AMBIGUOUS_NAME, message);
            Err(vec![diagnostic.help("name the folder of one of them")])
        }
        (None, _) => {
            let all: IndexSet<&str> = project.services.values().flat_map(Service::api_ids).collect();
            let where_none = "no API is known here: `apis/<id>/policy.xml` is looked for";
            Err(vec![unknown("API", api, &all, where_none)])
        }
    }
}

/// Says that a name is none of those known, and which are.
fn unknown(what: &str, name: &str, all: &IndexSet<&str>, where_none: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::UNKNOWN_NAME, format!("there is no {what} `{name}`"));
    let diagnostic = diagnostic.did_you_mean(name, all.iter().copied());
    match (all.is_empty(), diagnostic.help.is_empty()) {
        (true, _) => diagnostic.help(where_none),
        (false, true) => {
            let names: Vec<String> = all.iter().take(10).map(|name| format!("`{name}`")).collect();
            diagnostic.help(format!("name one of {}", names.join(", ")))
        }
        (false, false) => diagnostic,
    }
}

/// Checks product and operation, and says where the innermost document would be attached.
fn attached(service: &Service, ask: &Ask, found: &mut Vec<Diagnostic>) -> Result<Attached, Vec<Diagnostic>> {
    if let Some(product) = &ask.product {
        let all = service.product_ids();
        let all: IndexSet<&str> = all.into_iter().chain(service.links.keys().map(String::as_str)).collect();
        if !all.contains(product.as_str()) {
            return Err(vec![unknown("product", product, &all, "no product is known here")]);
        }
        if service.links.get(product).is_some_and(|apis| !apis.contains(&ask.api)) {
            let message = format!("the product `{product}` does not hold the API `{}`", ask.api);
            return Err(vec![Diagnostic::new(&codes::UNKNOWN_NAME, message)]);
        }
    }
    let Some(operation) = &ask.operation else { return Ok(Attached::Api(ask.api.clone())) };
    let all = service.operation_ids(&ask.api);
    if !all.contains(operation.as_str()) {
        if service.operations.keys().any(|(api, _)| *api == ask.api) {
            return Err(vec![unknown("operation", operation, &all, "no operation is known here")]);
        }
        let message = format!("no operation `{operation}` has a policy here, so the API's is in effect");
        let mut warning = Diagnostic::new(&codes::UNKNOWN_NAME, message);
        warning.severity = Severity::Warning;
        found.push(warning.did_you_mean(operation, all.iter().copied()));
    }
    Ok(Attached::Operation { api: ask.api.clone(), operation: operation.clone() })
}

/// A document of the chain.
struct Written<'a> {
    origin: Origin,
    document: std::borrow::Cow<'a, Document>,
    file: Option<&'a File>,
}

impl<'a> Written<'a> {
    fn of(file: &'a File, scope: Scope) -> Self {
        Self {
            origin: Origin::new(&file.document, scope, None),
            document: std::borrow::Cow::Borrowed(&file.document),
            file: Some(file),
        }
    }

    /// What the service has at global scope before anybody writes a policy there.
    fn default_global() -> Self {
        let (document, _) = parse(&Source::new("(default)", DEFAULT_GLOBAL_POLICY));
        let origin = Origin::new(&document, Scope::Global, None);
        Self { origin, document: std::borrow::Cow::Owned(document), file: None }
    }

    /// The nodes of a section; None where it is not written.
    fn section(&self, section: Section) -> Option<&[Node]> {
        let root = self.document.elements().find(|root| root.name == "policies")?;
        let written = root.elements().find(|element| element.name == section.name())?;
        Some(&written.children)
    }
}

impl Origin {
    fn new(document: &Document, scope: Scope, fragment: Option<String>) -> Self {
        let mut solid = Vec::new();
        document.nodes.iter().for_each(|node| solid_below(node, &document.source, &mut solid));
        Self { scope, fragment, source: Arc::clone(&document.source), solid: Arc::new(solid) }
    }
}

/// Gathers the spans whose white space is content: values, and texts that are more than white space.
fn solid_below(node: &Node, source: &Source, solid: &mut Vec<Span>) {
    match node {
        Node::Element(element) => {
            solid.extend(element.attributes.iter().filter_map(|it| it.value.as_ref()).map(|it| it.span));
            element.children.iter().for_each(|child| solid_below(child, source, solid));
        }
        Node::Text(text) if !text.is_blank(source) => solid.push(text.span),
        Node::CData { span, .. } => solid.push(*span),
        Node::Text(_) | Node::Comment(_) | Node::Instruction(_) | Node::Junk(_) => {}
    }
}

struct Composing<'a> {
    project: &'a Project,
    documents: &'a [Written<'a>],
    expand_fragments: bool,
    n_parts: usize,
    found: Vec<Diagnostic>,
}

/// What the nodes stand in.
#[derive(Clone, Copy)]
struct Within<'a> {
    origin: &'a Origin,
    section: Section,
    /// How many scopes lie outside; None in a fragment.
    n_outer: Option<usize>,
    file: Option<&'a File>,
}

impl<'a> Composing<'a> {
    /// The section as the first `depth` documents make it. One that is not written inherits, as in `compose`.
    fn section(&mut self, depth: usize, section: Section) -> Vec<Part> {
        let Some((written, outer)) = self.documents[..depth].split_last() else { return Vec::new() };
        match written.section(section) {
            Some(nodes) => {
                let (origin, file) = (&written.origin, written.file);
                self.place(nodes, Within { origin, section, n_outer: Some(outer.len()), file })
            }
            None => self.section(outer.len(), section),
        }
    }

    fn place(&mut self, nodes: &'a [Node], within: Within<'a>) -> Vec<Part> {
        let mut parts = Vec::new();
        for node in nodes {
            if self.n_parts >= MAX_PLACED {
                self.too_large(within.origin, node.span());
                return parts;
            }
            self.n_parts += 1;
            match node {
                Node::Element(element) => parts.extend(self.element(element, within)),
                Node::Text(text) if text.is_blank(&within.origin.source) => {}
                Node::Text(_) | Node::CData { .. } | Node::Comment(_) => {
                    let origin = within.origin.clone();
                    parts.push(Part { origin, span: node.span(), element: None });
                }
                Node::Instruction(_) | Node::Junk(_) => {}
            }
        }
        parts
    }

    fn element(&mut self, element: &'a Element, within: Within<'a>) -> Vec<Part> {
        match (element.name.as_str(), within.n_outer) {
            ("base", Some(n_outer)) => return self.section(n_outer, within.section),
            ("include-fragment", Some(_)) if self.expand_fragments => {
                if let Some(parts) = self.fragment(element, within) {
                    return parts;
                }
            }
            _ => {}
        }
        let inside = self.place(&element.children, within);
        let source = &within.origin.source;
        let attribute = |it: &super::Attribute| {
            let value = it.value.as_ref().map_or_else(String::new, |value| value.decode(source));
            (it.name.clone(), value)
        };
        let is_own = |part: &Part| {
            Arc::ptr_eq(&part.origin.source, source)
                && part.element.as_ref().is_none_or(|inner| !inner.is_composed)
        };
        let n_own = element.children.iter().filter(|child| is_kept(child, source)).count();
        let made = PartElement {
            name: element.name.clone(),
            attributes: element.attributes.iter().map(attribute).collect(),
            is_composed: n_own != inside.len() || !inside.iter().all(is_own),
            inside,
            start_tag: element.start_tag,
            end_tag: element.end_tag,
        };
        vec![Part { origin: within.origin.clone(), span: element.span(), element: Some(made) }]
    }

    /// The policies of a fragment; None where it is not in the project, and then the include stays.
    fn fragment(&mut self, include: &Element, within: Within<'a>) -> Option<Vec<Part>> {
        let value = include.attribute("fragment-id")?.value.as_ref()?;
        let id = value.decode(&within.origin.source);
        let fragment = within.file.and_then(|file| self.project.fragment_index(file, id.trim()));
        let Some(file) = fragment.map(|index| &self.project.files[index]) else {
            let message = format!("the policy fragment `{id}` is not here, so it is left as an include");
            let mut warning = Diagnostic::new(&codes::UNKNOWN_FRAGMENT, message);
            warning.severity = Severity::Warning;
            self.found.push(warning.at(&within.origin.source, value.span));
            return None;
        };
        let root = file.document.elements().find(|root| root.name == "fragment")?;
        let origin = Origin::new(&file.document, within.origin.scope, Some(id.trim().to_owned()));
        Some(self.place_fragment(&root.children, &origin, within.section))
    }

    fn place_fragment(&mut self, nodes: &'a [Node], origin: &Origin, section: Section) -> Vec<Part> {
        let within = Within { origin, section, n_outer: None, file: None };
        let mut composing = Composing {
            project: self.project,
            documents: &[],
            expand_fragments: false,
            n_parts: self.n_parts,
            found: Vec::new(),
        };
        let parts = composing.place(nodes, within);
        self.n_parts = composing.n_parts;
        self.found.extend(composing.found);
        parts
    }

    /// Said once, and an error: part of a policy is not the policy.
    fn too_large(&mut self, origin: &Origin, span: Span) {
        if self.found.iter().any(|found| found.code == &codes::COMPOSED_TOO_LARGE) {
            return;
        }
        let message = format!("the effective policy has more than {MAX_PLACED} parts");
        let diagnostic = Diagnostic::new(&codes::COMPOSED_TOO_LARGE, message).at(&origin.source, span);
        self.found.push(diagnostic.help("write `<base />` once in a section"));
    }
}

/// Whether a node becomes a part.
fn is_kept(node: &Node, source: &Source) -> bool {
    match node {
        Node::Element(_) | Node::CData { .. } | Node::Comment(_) => true,
        Node::Text(text) => !text.is_blank(source),
        Node::Instruction(_) | Node::Junk(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::project::{Given, read};

    fn project(files: &[(&str, &str)]) -> Project {
        let read = |(path, text): &(&str, &str)| read(Source::new(*path, *text), &Given::default());
        Project::new(files.iter().map(read).collect(), Given::default())
    }

    fn ask(api: &str, expand_fragments: bool) -> Ask {
        Ask { api: api.to_owned(), expand_fragments, ..Ask::default() }
    }

    #[test]
    fn the_text_reads_back_whatever_stood_on_one_line() {
        let project = project(&[
            ("policy.xml", "<policies><inbound><set-variable name='a' value='1'/></inbound></policies>"),
            (
                "apis/x/policy.xml",
                "<policies>\r\n<inbound><choose><when condition='@(1 < 2)'><base/><!-- c --><include-fragment fragment-id='f'/></when></choose><base/></inbound>\r\n<outbound><set-body><![CDATA[a\r\n  <b>]]></set-body></outbound></policies>",
            ),
            (
                "policy fragments/f/policy.xml",
                "<fragment><set-variable name='b' value=\"@{\n  return 1;\n}\"/></fragment>",
            ),
        ]);
        let (text, found) = effective(&project, &ask("x", true)).unwrap();
        assert_eq!(found, []);
        let plain: String = lines(&text).iter().map(|line| format!("{}\n", line.text)).collect();
        let (document, problems) = parse(&Source::new("plain.xml", plain.as_str()));
        assert_eq!(problems, [], "{plain}");
        assert_eq!(document.print(), plain);
        assert_eq!(plain.matches("name='a'").count(), 2, "{plain}");
        assert!(plain.contains("value=\"@{\n  return 1;\n}\"/>"), "{plain}");
        assert!(plain.contains("<![CDATA[a\n  <b>]]>"), "{plain}");
    }

    #[test]
    fn base_that_multiplies_comes_to_an_end() {
        let many = format!("<policies><inbound>{}</inbound></policies>", "<base/>".repeat(400));
        let global = "<policies><inbound><set-variable name='a' value='1'/></inbound></policies>";
        let project = project(&[
            ("policy.xml", global),
            ("apis/x/policy.xml", &many),
            ("apis/x/operations/o/policy.xml", &many),
        ]);
        let ask = Ask { operation: Some("o".to_owned()), ..ask("x", false) };
        let found = effective(&project, &ask).unwrap_err();
        assert_eq!(found[0].code, &codes::COMPOSED_TOO_LARGE);
        let scopes: Vec<_> =
            project.files.iter().map(|file| (Scope::Global, Arc::clone(&file.policy))).collect();
        let (_, found) = super::super::compose(&scopes, &indexmap::IndexMap::new());
        assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), [&codes::COMPOSED_TOO_LARGE]);
    }

    #[test]
    fn an_api_of_two_services_needs_a_folder() {
        let text = "<policies><inbound/></policies>";
        let project = project(&[("dev/apis/x/policy.xml", text), ("prod/apis/x/policy.xml", text)]);
        let found = effective(&project, &ask("x", false)).unwrap_err();
        assert_eq!(found[0].code, &codes::AMBIGUOUS_NAME);
    }

    #[test]
    fn a_document_that_cannot_be_read_is_no_part_of_a_policy() {
        let project = project(&[("apis/x/policy.xml", "<policies><inbound></policies>")]);
        assert!(effective(&project, &ask("x", false)).is_err());
    }
}
