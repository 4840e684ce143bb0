//! A way through the typed tree that rules share.

use crate::policy::{Body, Policy, PolicyElement, Section};
use crate::text::{Source, Span};

/// An element with what it stands in.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// None in a fragment.
    pub section: Option<Section>,
    pub element: &'a PolicyElement,
    /// The elements around it, outermost first.
    pub ancestors: &'a [&'a PolicyElement],
}

/// Visits every element of `policy`, an element before those inside it, in the order of the text.
pub fn walk<'a>(policy: &'a Policy, visit: &mut dyn FnMut(Place<'_>)) {
    let mut ancestors = Vec::new();
    match &policy.body {
        Body::Document(sections) => {
            for (section, elements) in sections {
                elements.iter().for_each(|element| below(Some(*section), element, &mut ancestors, visit));
            }
        }
        Body::Fragment(elements) => {
            elements.iter().for_each(|element| below(None, element, &mut ancestors, visit));
        }
    }
}

fn below<'a>(
    section: Option<Section>,
    element: &'a PolicyElement,
    ancestors: &mut Vec<&'a PolicyElement>,
    visit: &mut dyn FnMut(Place<'_>),
) {
    visit(Place { section, element, ancestors });
    ancestors.push(element);
    element.children.iter().for_each(|child| below(section, child, ancestors, visit));
    ancestors.pop();
}

/// Returns the white space before `span` on its line, so that a line put in front of it stands as it does; empty where
/// something else stands before it.
pub fn indent(source: &Source, span: Span) -> &str {
    let before = &source.text()[..span.start as usize];
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    if line.trim().is_empty() { line } else { "" }
}
