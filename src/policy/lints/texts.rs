//! The texts of a document as written, for rules about what stands in them: values of attributes and text between tags,
//! comments left out.

use crate::csharp::{self, StringUse};
use crate::policy::typed::BEFORE_BODY;
use crate::policy::{Document, Element, Node, Piece, Text, entities};
use crate::text::{Source, Span};

/// A text with the element it belongs to.
pub(super) struct Located<'a> {
    pub element: &'a Element,
    /// The name of the attribute; None where it is between the tags.
    pub attribute: Option<&'a str>,
    pub text: &'a Text,
}

/// Returns the texts of `document` in order.
pub(super) fn texts(document: &Document) -> Vec<Located<'_>> {
    let mut found = Vec::new();
    document.elements().for_each(|element| inside(element, &mut found));
    found
}

/// `span` without the white space at its ends.
pub(super) fn trimmed(source: &Source, span: Span) -> Span {
    let written = source.slice(span);
    let start = span.start as usize + (written.len() - written.trim_start().len());
    Span::new(start, start + written.trim().len())
}

fn inside<'a>(element: &'a Element, found: &mut Vec<Located<'a>>) {
    for attribute in &element.attributes {
        let located = |text| Located { element, attribute: Some(attribute.name.as_str()), text };
        found.extend(attribute.value.as_ref().map(located));
    }
    for node in &element.children {
        match node {
            Node::Element(child) => inside(child, found),
            Node::Text(text) | Node::CData { text, .. } => {
                found.push(Located { element, attribute: None, text });
            }
            Node::Comment(_) | Node::Instruction(_) | Node::Junk(_) => {}
        }
    }
}

/// The string literals of the expressions in `text`, as they are before named values are put in, with their places.
pub(super) fn strings(text: &Text, source: &Source) -> Vec<(StringUse, Span)> {
    let mut found = Vec::new();
    for piece in &text.pieces {
        let Piece::Expression { span, form } = *piece else { continue };
        let decoded = entities::decode(source.slice(span));
        let inner = decoded.text.get(BEFORE_BODY..decoded.text.len().saturating_sub(1)).unwrap_or_default();
        let Ok(program) = csharp::parse(inner, form) else { continue };
        found.extend(csharp::uses(&program).strings.into_iter().map(|used| {
            let [start, end] = [used.span.start, used.span.end].map(|at| at as usize + BEFORE_BODY);
            let place = decoded.raw_span(Span::new(start, end), span.start);
            (used, place)
        }));
    }
    found
}
