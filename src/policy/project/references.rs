//! What a policy text names that lies outside it: fragments, backends, loggers, named values.

use crate::policy::lints::walk;
use crate::policy::tree::Node;
use crate::policy::{Document, Policy, PolicyElement, Section, named_values};
use crate::text::Span;

/// What kind of thing is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    NamedValue,
    Logger,
    Backend,
    Fragment,
}

/// One place that names something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub kind: Kind,
    pub name: String,
    pub span: Span,
    /// The section around it; None in a fragment, and for named values.
    pub section: Option<Section>,
}

/// The attributes that name something, by element. Sources: the pages of these policies (Learn, azure-docs
/// f31ac8723a62) and their schemas.
const NAMING: &[(&str, &str, Kind)] = &[
    ("azure-openai-semantic-cache-lookup", "embeddings-backend-id", Kind::Backend),
    ("include-fragment", "fragment-id", Kind::Fragment),
    ("invoke-request", "backend-id", Kind::Backend),
    ("llm-content-safety", "backend-id", Kind::Backend),
    ("llm-semantic-cache-lookup", "embeddings-backend-id", Kind::Backend),
    ("log-to-eventhub", "logger-id", Kind::Logger),
    ("set-backend-service", "backend-id", Kind::Backend),
];

/// Everything that a text names and that is known before a request comes, in the order of the text.
pub(super) fn references(document: &Document, policy: &Policy) -> Vec<Reference> {
    let mut found = named_value_references(document);
    walk(policy, &mut |place| found.extend(named_by(place.element, place.section)));
    found.sort_by_key(|reference| reference.span.start);
    found
}

/// The `{{name}}` of a text, those in comments left out.
fn named_value_references(document: &Document) -> Vec<Reference> {
    let all = named_values::references(document.source.text());
    if all.is_empty() {
        return Vec::new();
    }
    let mut comments = Vec::new();
    document.nodes.iter().for_each(|node| comments_below(node, &mut comments));
    let is_in_comment = |span: Span| {
        let next = comments.partition_point(|comment| comment.end <= span.start);
        comments.get(next).is_some_and(|comment| comment.start <= span.start)
    };
    let outside = all.into_iter().filter(|(span, _)| !is_in_comment(*span));
    let reference = |(span, name): (Span, &str)| Reference {
        kind: Kind::NamedValue,
        name: name.to_owned(),
        span,
        section: None,
    };
    outside.map(reference).collect()
}

fn comments_below(node: &Node, comments: &mut Vec<Span>) {
    match node {
        Node::Comment(span) => comments.push(*span),
        Node::Element(element) => element.children.iter().for_each(|child| comments_below(child, comments)),
        Node::Text(_) | Node::CData { .. } | Node::Instruction(_) | Node::Junk(_) => {}
    }
}

fn named_by(element: &PolicyElement, section: Option<Section>) -> Option<Reference> {
    let (_, attribute, kind) = NAMING.iter().find(|(name, ..)| *name == element.name)?;
    let value = element.value(attribute)?;
    let name = value.literal()?.trim();
    (!is_hole(name)).then(|| Reference { kind: *kind, name: name.to_owned(), span: value.span, section })
}

/// A name that a template or a script fills in later, such as `{backend-id}` or `__BACKEND__`.
fn is_hole(name: &str) -> bool {
    name.is_empty() || name.starts_with("__") || name.contains(['{', '}', '<', '>', '$', '%', '#', '@'])
}
