//! The catalogue against the schemas that the API Management extension for VS Code ships, element by element:
//! attributes, required flags, kinds, children, their order and number. What differs on purpose stands in `INTENDED`.
//! Reads `../shared/oracle/policy-xsd` beside the clone, and is not run where that is absent.

#![expect(clippy::print_stderr, reason = "the comparison with the schemas tells its counts")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use genai_lz::policy::elements::{
    self, AttributeDef, ChildDef, Content, ElementDef, Expressions, Kind, Order, Origin, Presence, SourceOf,
};

use self::schema::{Holds, Schema, XAttribute, XElement};
use super::support;

mod intended;
mod schema;

pub(crate) fn cases() -> Vec<libtest_mimic::Trial> {
    let folder = support::root().join("../shared/oracle/policy-xsd");
    let is_absent = !folder.is_dir();
    let trial = libtest_mimic::Trial::test("policy_xsd::the_catalogue_agrees_with_the_schema", move || {
        compare(&folder)
    });
    vec![trial.with_ignored_flag(is_absent)]
}

fn compare(folder: &Path) -> Result<(), libtest_mimic::Failed> {
    let files: Vec<PathBuf> = support::files(folder, "xsd");
    let schema = Schema::read(&files);
    let mut comparison = Comparison::default();
    comparison.names(&schema);
    for element in elements::ALL {
        if let Some(other) = schema.element(element.name) {
            comparison.element(element.name, element, &other, &schema);
        }
    }
    let intended: BTreeSet<String> =
        intended::INTENDED.iter().map(|(difference, _)| (*difference).to_owned()).collect();
    assert_eq!(intended.len(), intended::INTENDED.len(), "each difference stands once");
    let surplus = comparison.found.difference(&intended).map(|line| format!("differs: {line}"));
    let gone = intended.difference(&comparison.found).map(|line| format!("no longer differs: {line}"));
    let lines: Vec<String> = surplus.chain(gone).collect();
    eprintln!(
        "agreement with the schema: {} elements, {} attributes, {} children compared; {} differences, all intended: {}",
        comparison.n_elements,
        comparison.n_attributes,
        comparison.n_children,
        comparison.found.len(),
        lines.is_empty()
    );
    if lines.is_empty() { Ok(()) } else { Err(lines.join("\n").into()) }
}

#[derive(Default)]
struct Comparison {
    found: BTreeSet<String>,
    n_elements: usize,
    n_attributes: usize,
    n_children: usize,
}

/// Elements of the schema that are no policies.
const NO_POLICIES: [&str; 3] = ["fragment", "policies", "set-url"];

impl Comparison {
    fn names(&mut self, schema: &Schema) {
        for element in elements::ALL {
            let claims = matches!(element.source, SourceOf::PageAndSchema { .. } | SourceOf::Schema);
            if claims != schema.element(element.name).is_some() {
                self.found.insert(format!("{}: what it says of the schema is not so", element.name));
            }
        }
        for name in schema.names().filter(|name| !NO_POLICIES.contains(name)) {
            if elements::find(name).is_none() {
                self.found.insert(format!("{name}: only in the schema"));
            }
        }
    }

    fn element(&mut self, path: &str, ours: &ElementDef, other: &XElement, schema: &Schema) {
        self.n_elements += 1;
        for attribute in &other.attributes {
            match ours.attribute(&attribute.name) {
                Some(known) => self.attribute(path, known, attribute),
                // Every policy takes it, so the catalogue does not list it.
                None if attribute.name == "id" => (),
                None => self.differs(format!("{path}@{}: only in the schema", attribute.name)),
            }
        }
        for attribute in ours.attributes {
            let is_there = other.attributes.iter().any(|other| other.name == attribute.name);
            match (attribute.origin, is_there) {
                (Origin::Schema, false) => {
                    self.differs(format!("{path}@{}: not in the schema", attribute.name));
                }
                (Origin::Newer, true) => {
                    self.differs(format!("{path}@{}: called newer than the schema", attribute.name));
                }
                _ => (),
            }
        }
        self.content(path, ours, other, schema);
    }

    fn attribute(&mut self, path: &str, ours: &AttributeDef, other: &XAttribute) {
        self.n_attributes += 1;
        let place = format!("{path}@{}", ours.name);
        if (ours.presence == Presence::Required) != other.is_required {
            self.differs(format!(
                "{place}: required {}",
                if other.is_required { "in the schema" } else { "here" }
            ));
        }
        match (&other.holds, ours.kind) {
            (Holds::Words(words), Kind::OneOf(known)) => {
                let same =
                    words.len() == known.len() && words.iter().all(|word| known.contains(&word.as_str()));
                if !same {
                    self.differs(format!("{place}: words {}", words.join(" ")));
                }
            }
            (Holds::Bool, Kind::Bool | Kind::Condition)
            | (Holds::Integer, Kind::Integer { .. })
            | (Holds::Number, Kind::Number)
            | (Holds::Text, Kind::Text) => (),
            (holds, _) => self.differs(format!("{place}: {} in the schema", holds.name())),
        }
        let is_typed = other.holds != Holds::Text;
        match ours.expressions {
            Expressions::Allowed if is_typed && !other.takes_expression => {
                self.differs(format!("{place}: no expression in the schema"));
            }
            Expressions::Forbidden if other.takes_expression => {
                self.differs(format!("{place}: an expression in the schema"));
            }
            _ => (),
        }
        if let Some(default) = other.default.as_deref().filter(|default| *default != ours.default) {
            self.differs(format!("{place}: {default} by default in the schema"));
        }
    }

    fn content(&mut self, path: &str, ours: &ElementDef, other: &XElement, schema: &Schema) {
        let (order, children): (Order, &[ChildDef]) = match ours.content {
            Content::Children(order, children) | Content::TextOrChildren(order, children) => {
                (order, children)
            }
            Content::Policies | Content::Markup | Content::Foreign if other.takes_anything => return,
            // Text that holds an expression, and text with a type of its own.
            Content::Text if other.takes_anything => return,
            Content::Text | Content::Markup if other.holds_text && other.children.is_empty() => return,
            Content::Empty if other.takes_anything && other.children.is_empty() => return,
            Content::Empty if !other.holds_text && other.children.is_empty() => return,
            _ => return self.differs(format!("{path}: other content in the schema")),
        };
        if other.children.len() > 1 && other.is_sequence != (order == Order::Sequence) {
            let what = if other.is_sequence { "a sequence" } else { "any order" };
            self.differs(format!("{path}: {what} in the schema"));
        }
        for child in &other.children {
            let Some(known) = children.iter().find(|known| known.element.name == child.name) else {
                self.differs(format!("{path}/{}: only in the schema", child.name));
                continue;
            };
            self.n_children += 1;
            if (known.min, known.max) != (child.min, child.max) {
                let max = if child.max == usize::MAX { "many".to_owned() } else { child.max.to_string() };
                self.differs(format!("{path}/{}: {} to {max} in the schema", child.name, child.min));
            }
            let is_policy = elements::ALL.iter().any(|policy| policy.name == known.element.name);
            if let (false, Some(inner)) = (is_policy, schema.inner(child)) {
                self.element(&format!("{path}/{}", child.name), known.element, &inner, schema);
            }
        }
        for known in children {
            if other.children.iter().all(|child| child.name != known.element.name) {
                self.differs(format!("{path}/{}: not in the schema", known.element.name));
            }
        }
        let names = |order: &mut dyn Iterator<Item = String>| order.collect::<Vec<_>>();
        let in_schema = names(&mut other.children.iter().map(|child| child.name.clone()));
        let here = names(&mut children.iter().map(|child| child.element.name.to_owned()));
        let shared: Vec<_> = here.iter().filter(|name| in_schema.contains(name)).collect();
        let expected: Vec<_> = in_schema.iter().filter(|name| here.contains(name)).collect();
        if order == Order::Sequence && other.is_sequence && shared != expected {
            self.differs(format!("{path}: another order in the schema"));
        }
    }

    fn differs(&mut self, line: String) {
        self.found.insert(line);
    }
}
