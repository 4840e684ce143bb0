//! What entries of the catalogue say, in words: for the page and for `genai-lz explain`.

use crate::gateway;
use crate::policy::Section;
use crate::policy::elements::{self, ChildDef, ElementDef, Kind, Repeats, Rule, SourceOf};

/// What an attribute takes where it is no expression.
pub(in crate::cli) fn value(kind: Kind) -> String {
    match kind {
        Kind::Condition => "`true`, `false` or an expression".to_owned(),
        kind => kind.describe(),
    }
}

/// How often an element may stand in a document; None where nothing bounds it.
pub(in crate::cli) fn often(element: &ElementDef) -> Option<&'static str> {
    match element.repeats {
        Repeats::Freely => None,
        Repeats::OncePerSection => Some("once in a section"),
        Repeats::OncePerDocument => Some("once in a policy document"),
    }
}

pub(in crate::cli) fn child(child: &ChildDef) -> String {
    let often = match (child.min, child.max) {
        (1, 1) => "exactly one".to_owned(),
        (0, 1) => "at most one".to_owned(),
        (0, usize::MAX) => "any number".to_owned(),
        (1, usize::MAX) => "at least one".to_owned(),
        (min, max) => format!("{min} to {max}"),
    };
    format!("`<{}>` ({often})", child.element.name)
}

pub(in crate::cli) fn rule(rule: &Rule) -> String {
    let list = |names: &[&str], word: &str| {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        quoted.join(word)
    };
    match rule {
        Rule::AnyOf(names) => format!("at least one of {}", list(names, ", ")),
        Rule::AtMostOne(names) => format!("at most one of {}", list(names, ", ")),
        Rule::Needs(one, other) => format!("`{other}` beside `{one}`"),
        Rule::AnyChild => "an element inside".to_owned(),
        Rule::OneChildOf(names) => format!("at most one of {}", list(names, ", ")),
        Rule::ChildrenUnless { attribute, is, children } => {
            format!("{} inside, unless `{attribute}` is `{is}`", list(children, " and "))
        }
        Rule::ApiOnly(names) => format!("at API and operation scope only: {}", list(names, ", ")),
        Rule::Dimensions => format!(
            "at most {} dimensions with a value; without one only {}",
            elements::MAX_CUSTOM_DIMENSIONS,
            elements::DEFAULT_DIMENSIONS.join(", ")
        ),
    }
}

pub(in crate::cli) fn source(element: &ElementDef, page: impl Fn(&str) -> String) -> String {
    match element.source {
        SourceOf::PageAndSchema { dated, .. } => match element.url() {
            Some(url) => format!("{} of {dated}; schema of 2025-02-25", page(&url)),
            None => "schema of 2025-02-25".to_owned(),
        },
        SourceOf::Page { dated, .. } => {
            format!("{} of {dated}; not in the schema", page(&element.url().unwrap_or_default()))
        }
        SourceOf::Schema => "schema of 2025-02-25 alone; not documented, perhaps internal".to_owned(),
        SourceOf::Toolkit => "the policy toolkit alone (54f9b1a, 2026-05)".to_owned(),
        SourceOf::Parent => String::new(),
    }
}

pub(in crate::cli) fn runs(element: &ElementDef) -> bool {
    element.name == "base" || gateway::runs(element.name)
}

pub(in crate::cli) fn sections(element: &ElementDef) -> String {
    match element.sections {
        [] => "resolvers".to_owned(),
        sections => names(sections),
    }
}

pub(in crate::cli) fn names(sections: &[Section]) -> String {
    let names: Vec<&str> = sections.iter().map(|section| section.name()).collect();
    names.join(", ")
}

pub(in crate::cli) fn scopes(element: &ElementDef) -> String {
    let names: Vec<&str> = element.scopes.iter().map(|scope| scope.name()).collect();
    names.join(", ")
}

pub(in crate::cli) fn tiers(element: &ElementDef) -> String {
    let names: Vec<&str> = element.tiers.iter().map(|tier| tier.name()).collect();
    names.join(", ")
}
