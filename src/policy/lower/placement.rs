//! Where a policy stands in its own document: in a section of its own, and not too often.

use std::sync::Arc;

use super::disputed;
use crate::diag::Diagnostic;
use crate::policy::codes;
use crate::policy::elements::{self, Repeats};
use crate::policy::typed::{Body, PolicyElement, Section};

/// Reports `element` where its policy may not stand in `section`; a warning where a source lets it.
pub(in crate::policy) fn check_section(element: &PolicyElement, section: Section) -> Option<Diagnostic> {
    let def = elements::find(&element.name)?;
    if def.sections.contains(&section) {
        return None;
    }
    let message = format!("`{}` may not stand in the section `{}`", element.name, section.name());
    let diagnostic = Diagnostic::new(&codes::WRONG_SECTION, message).at(&element.source, element.name_span);
    let allowed: Vec<String> = def.sections.iter().map(|section| format!("`{}`", section.name())).collect();
    let help = match allowed.is_empty() {
        true => "put it into the policy of a resolver".to_owned(),
        false => format!("move it to {}", allowed.join(" or ")),
    };
    let diagnostic = diagnostic.help(help);
    Some(if def.tolerated.contains(&section) { disputed(diagnostic) } else { diagnostic })
}

/// Reports policies that stand more often than they may. Those in branches of `choose` are left out: not more than
/// one of them runs.
pub(super) fn repeated(body: &Body, found: &mut Vec<Diagnostic>) {
    let mut in_document = Vec::new();
    let sections: Vec<&[Arc<PolicyElement>]> = match body {
        Body::Document(sections) => sections.iter().map(|(_, elements)| elements.as_slice()).collect(),
        Body::Fragment(elements) => vec![elements],
    };
    for elements in sections {
        let mut in_section = Vec::new();
        for element in elements {
            count(element, &mut in_section, &mut in_document, found);
        }
    }
}

type Seen<'a> = Vec<&'a PolicyElement>;

fn count<'a>(
    element: &'a PolicyElement,
    in_section: &mut Seen<'a>,
    in_document: &mut Seen<'a>,
    found: &mut Vec<Diagnostic>,
) {
    if element.name == "choose" {
        return;
    }
    let repeats = elements::find(&element.name).map_or(Repeats::Freely, |def| def.repeats);
    let (seen, place) = match repeats {
        Repeats::Freely => {
            element.children.iter().for_each(|child| count(child, in_section, in_document, found));
            return;
        }
        Repeats::OncePerSection => (in_section, "section"),
        Repeats::OncePerDocument => (in_document, "policy document"),
    };
    match seen.iter().find(|first| first.name == element.name) {
        Some(first) => {
            let message = format!("`{}` may stand once in a {place}", element.name);
            let diagnostic = Diagnostic::new(&codes::REPEATED_POLICY, message)
                .at(&element.source, element.name_span)
                .related(&first.source, first.name_span, "the first one");
            found.push(diagnostic.help("remove one of the two"));
        }
        None => seen.push(element),
    }
}
