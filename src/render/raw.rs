//! The user's own policies among the rendered ones: fragments, whole policies in their place, and includes put into
//! the sections that they name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::policies::{Policies, Policy};
use crate::model::{LandingZone, PolicyOwner, RawInclude};
use crate::policy::{self, Element, Node};
use crate::text::{Source, Span};

/// A product without limits has no policy; one that a fragment is included in has this.
const INHERITS: &str = "<policies>\n    <inbound>\n        <base />\n    </inbound>\n    <backend>\n        <base />\n    </backend>\n    <outbound>\n        <base />\n    </outbound>\n    <on-error>\n        <base />\n    </on-error>\n</policies>\n";

/// What a new service has (`policy::DEFAULT_GLOBAL_POLICY`), with room for what is included.
const SERVICE: &str = "<policies>\n    <inbound>\n    </inbound>\n    <backend>\n        <forward-request />\n    </backend>\n    <outbound>\n    </outbound>\n    <on-error>\n    </on-error>\n</policies>\n";

/// What of the user's own is in the bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Raw {
    /// Name, description and text.
    pub fragments: Vec<(String, String, Policy)>,
    /// The policy of the whole service; None leaves the service's own.
    pub global: Option<Policy>,
    /// The texts that are the user's, by path in the bundle.
    pub sources: BTreeMap<String, Arc<Source>>,
}

/// Puts the user's policies among the rendered ones.
pub(super) fn apply(zone: &LandingZone, rendered: &mut Policies) {
    for fragment in &zone.raw.fragments {
        let path = format!("policies/fragments/{}.xml", fragment.id);
        rendered.raw.sources.insert(path.clone(), Arc::clone(&fragment.source));
        let policy = Policy { path, text: fragment.source.text().to_owned() };
        rendered.raw.fragments.push((fragment.id.clone(), fragment.description.clone(), policy));
    }
    for (owner, source) in &zone.raw.policies {
        if let Some(text) = text_of(zone, owner, rendered) {
            source.text().clone_into(text);
            rendered.raw.sources.insert(owner.path(), Arc::clone(source));
        }
    }
    let mut at_each: BTreeMap<(&PolicyOwner, &str, bool), Vec<&RawInclude>> = BTreeMap::new();
    for include in &zone.raw.includes {
        at_each.entry((&include.of, &include.section, include.is_last)).or_default().push(include);
    }
    for ((owner, section, is_last), includes) in at_each {
        if let Some(text) = text_of(zone, owner, rendered) {
            *text = with_includes(text, section, is_last, &includes);
        }
    }
}

/// The text of a policy; made where there is none yet. None where the owner is not there, which the spec's checks refuse.
fn text_of<'a>(
    zone: &LandingZone,
    owner: &PolicyOwner,
    rendered: &'a mut Policies,
) -> Option<&'a mut String> {
    let new = |text: &str| Policy { path: owner.path(), text: text.to_owned() };
    let policy = match owner {
        PolicyOwner::Global => rendered.raw.global.get_or_insert_with(|| new(SERVICE)),
        PolicyOwner::Api(id) => {
            if let Some(at) = zone.apis.iter().position(|api| api.id == *id) {
                rendered.apis.get_mut(at)?
            } else {
                let at = zone.services.iter().position(|api| api.id == *id)?;
                rendered.services.get_mut(at)?
            }
        }
        PolicyOwner::Product(id) => {
            let at = zone.products.iter().position(|product| product.id == *id)?;
            rendered.products.get_mut(at)?.get_or_insert_with(|| new(INHERITS))
        }
    };
    Some(&mut policy.text)
}

/// The text with the fragments included in a section: behind its `<base />`, or last.
fn with_includes(text: &str, section: &str, is_last: bool, includes: &[&RawInclude]) -> String {
    let lines: String = includes
        .iter()
        // An id of the spec is letters, digits and hyphens.
        .map(|include| format!("\n        <include-fragment fragment-id=\"{}\" />", include.fragment))
        .collect();
    let document = policy::parse(&Source::new("policy", text)).0;
    let Some(policies) = document.elements().find(|element| element.name == "policies") else {
        return text.to_owned();
    };
    let Some(element) = children(policies).find(|element| element.name == section) else {
        let end = policies.end_tag.map_or(text.len(), |tag| tag.range().start);
        let whole = format!("    <{section}>{lines}\n    </{section}>\n");
        return replaced(text, Span::at(end), &whole);
    };
    let Some(end_tag) = element.end_tag else {
        let whole = format!("<{section}>{lines}\n    </{section}>");
        return replaced(text, element.start_tag, &whole);
    };
    let base = children(element).filter(|child| child.name == "base").last().map(Element::span);
    let at = match base {
        _ if is_last => text[..end_tag.range().start].trim_end().len(),
        Some(base) => base.range().end,
        None => element.start_tag.range().end,
    };
    replaced(text, Span::at(at), &lines)
}

fn children(element: &Element) -> impl Iterator<Item = &Element> {
    element.children.iter().filter_map(|node| match node {
        Node::Element(element) => Some(element),
        _ => None,
    })
}

fn replaced(text: &str, span: Span, with: &str) -> String {
    let range = span.range();
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_a_service_is_that_of_a_new_one() {
        let sections = |text: &str| match policy::load(&Source::new("global.xml", text), None) {
            (policy::Policy { body: policy::Body::Document(sections), .. }, problems)
                if problems.is_empty() =>
            {
                let names = |elements: &[Arc<policy::PolicyElement>]| -> Vec<String> {
                    elements.iter().map(|element| element.name.clone()).collect()
                };
                sections.iter().map(|(section, elements)| (*section, names(elements))).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(sections(SERVICE), sections(policy::DEFAULT_GLOBAL_POLICY));
    }

    #[test]
    fn fragments_are_included_where_the_spec_says() {
        let include = |fragment: &str| RawInclude {
            of: PolicyOwner::Global,
            section: String::new(),
            fragment: fragment.to_owned(),
            is_last: false,
        };
        let (a, b) = (include("a"), include("b"));
        let own = "\n        <include-fragment fragment-id=\"a\" />\n        <include-fragment fragment-id=\"b\" />";
        for (text, is_last, expected) in [
            (
                "<policies><inbound><base /><x/></inbound></policies>",
                false,
                format!("<policies><inbound><base />{own}<x/></inbound></policies>"),
            ),
            (
                "<policies><inbound><base /><x/>\n </inbound></policies>",
                true,
                format!("<policies><inbound><base /><x/>{own}\n </inbound></policies>"),
            ),
            (
                "<policies><inbound/></policies>",
                false,
                format!("<policies><inbound>{own}\n    </inbound></policies>"),
            ),
            (
                "<policies>\n</policies>",
                true,
                format!("<policies>\n    <inbound>{own}\n    </inbound>\n</policies>"),
            ),
            (
                "<policies><inbound><x/></inbound></policies>",
                false,
                format!("<policies><inbound>{own}<x/></inbound></policies>"),
            ),
        ] {
            let included = with_includes(text, "inbound", is_last, &[&a, &b]);
            assert_eq!(included, expected);
            let (_, problems) = policy::load(&Source::new("policy.xml", included.replace("<x/>", "")), None);
            assert_eq!(problems, [], "{included}");
        }
    }
}
