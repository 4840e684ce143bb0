//! What the attributes and children of an element demand of each other.

use super::{Lowering, Within, disputed};
use crate::diag::{Confidence, Diagnostic};
use crate::policy::codes;
use crate::policy::elements::{DEFAULT_DIMENSIONS, Demand, ElementDef, MAX_CUSTOM_DIMENSIONS, Rule};
use crate::policy::named_values::Substituted;
use crate::policy::tree::{Attribute, Element};

impl Lowering<'_> {
    pub(super) fn demands(&mut self, element: &Element, def: &ElementDef, within: Within) {
        for demand in def.demands {
            self.demand(element, demand, within);
        }
    }

    fn demand(&mut self, element: &Element, demand: &Demand, within: Within) {
        let name = &element.name;
        let has = |attribute: &&&str| element.attribute(attribute).is_some();
        let missing = match demand.rule {
            Rule::AnyOf(names) if !names.iter().any(|name| has(&name)) => either(names),
            Rule::Needs(one, other) if has(&&one) && !has(&&other) => format!("`{other}` beside `{one}`"),
            Rule::AnyChild if element.elements().next().is_none() => "an element inside it".to_owned(),
            Rule::ChildrenUnless { attribute, is, children } => {
                let value = element.attribute(attribute).map(|attribute| self.written(attribute));
                let is_excused = value.is_some_and(|value| value == is || !is_plain(&value));
                let absent = |child: &&&str| element.elements().all(|inside| inside.name != **child);
                let absent: Vec<&str> = children.iter().filter(absent).copied().collect();
                if is_excused || absent.is_empty() {
                    return;
                }
                let tags: Vec<String> = absent.iter().map(|child| format!("`<{child}>`")).collect();
                format!("{} inside it unless `{attribute}` is `{is}`", tags.join(" and "))
            }
            Rule::AtMostOne(names) => return self.conflict(element, names, demand.is_sure),
            Rule::OneChildOf(names) => return self.one_child_of(element, names),
            Rule::ApiOnly(names) => return self.not_in_fragment(element, names, within),
            Rule::Dimensions => return self.dimensions(element),
            Rule::AnyOf(_) | Rule::Needs(..) | Rule::AnyChild => return,
        };
        let diagnostic =
            self.diagnostic(&codes::INCOMPLETE, format!("`{name}` needs {missing}"), element.name_span);
        self.found.push(if demand.is_sure { diagnostic } else { disputed(diagnostic) });
    }

    fn conflict(&mut self, element: &Element, names: &[&str], is_sure: bool) {
        let written = element.attributes.iter().filter(|attribute| names.contains(&attribute.name.as_str()));
        let written: Vec<&Attribute> = written.collect();
        let [first, second, ..] = written.as_slice() else { return };
        let message = format!("`{}` takes `{}` or `{}`, not both", element.name, first.name, second.name);
        let diagnostic = self
            .diagnostic(&codes::CONFLICTING_ATTRIBUTES, message, second.name_span)
            .related(&self.origin.original, self.origin.original_span(first.name_span), "the other one")
            .help("remove one of them");
        self.found.push(if is_sure { diagnostic } else { disputed(diagnostic) });
    }

    fn one_child_of(&mut self, element: &Element, names: &[&str]) {
        let mut inside = element.elements().filter(|child| names.contains(&child.name.as_str()));
        if let (Some(first), Some(second)) = (inside.next(), inside.next()) {
            let message =
                format!("`{}` holds `<{}>` or `<{}>`, not both", element.name, first.name, second.name);
            self.report(&codes::REPEATED_CHILD, message, second.name_span);
        }
    }

    fn not_in_fragment(&mut self, element: &Element, names: &[&str], within: Within) {
        if within != Within::Fragment {
            return;
        }
        let written = element.attributes.iter().filter(|attribute| names.contains(&attribute.name.as_str()));
        for attribute in written {
            let diagnostic = api_only(&attribute.name, "in a fragment");
            let place = self.origin.original_span(attribute.name_span);
            // A field report tells of the refusal; the landing zone accelerator deploys such fragments.
            self.found.push(disputed(diagnostic.at(&self.origin.original, place)));
        }
    }

    fn dimensions(&mut self, element: &Element) {
        let dimensions = || element.elements().filter(|child| child.name == "dimension");
        for dimension in dimensions().filter(|dimension| dimension.attribute("value").is_none()) {
            let Some(name) = dimension.attribute("name") else { continue };
            let written = self.written(name);
            if DEFAULT_DIMENSIONS.contains(&written.as_str()) || !is_plain(&written) {
                continue;
            }
            let message = format!("the dimension `{written}` has no value and is not one that has a default");
            let diagnostic = self.diagnostic(&codes::DIMENSION_WITHOUT_VALUE, message, dimension.name_span);
            self.found.push(diagnostic.did_you_mean(&written, DEFAULT_DIMENSIONS));
        }
        let custom: Vec<&Element> =
            dimensions().filter(|dimension| dimension.attribute("value").is_some()).collect();
        if let Some(surplus) = custom.get(MAX_CUSTOM_DIMENSIONS) {
            let message =
                format!("`{}` has more than {MAX_CUSTOM_DIMENSIONS} custom dimensions", element.name);
            let diagnostic = self.diagnostic(&codes::TOO_MANY_DIMENSIONS, message, surplus.name_span);
            self.found
                .push(diagnostic.help("join some of them into one, or leave out what a log holds anyway"));
        }
    }

    /// The text of a value as it stands in the document; empty where there is none.
    fn written(&self, attribute: &Attribute) -> String {
        attribute.value.as_ref().map(|text| text.decode(self.source)).unwrap_or_default()
    }
}

/// The finding for an attribute that only API and operation scope take.
pub(in crate::policy) fn api_only(attribute: &str, place: &str) -> Diagnostic {
    Diagnostic::new(&codes::API_ONLY_ATTRIBUTE, format!("`{attribute}` may not stand {place}"))
        .confidence(Confidence::Medium)
        .help(
            "use the attribute that stores the number in a variable, and set the header in the API's policy",
        )
        .service_says(format!(
            "The '{attribute}' attribute is unavailable for websocket APIs and global/product policies."
        ))
}

/// Neither an expression nor a named value is in it.
fn is_plain(value: &str) -> bool {
    !value.contains("@(") && !value.contains("@{") && !Substituted::has_references(value)
}

/// "`a`, `b` or `c`"
fn either(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
