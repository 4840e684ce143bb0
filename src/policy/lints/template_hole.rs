//! Placeholders that were never filled in.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::{Element, entities};
use crate::text::Span;

use super::texts::{texts, trimmed};
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::note(
    "template-hole",
    "a placeholder of a template engine is left in the text",
    "Looks for values that are nothing but a placeholder, such as `{backend-id}`, `[[name]]`, `__NAME__`, \
     `<%= name %>`, `${name}` or `#{name}#`. A text is told once, with all of its placeholders: most of them are templates, \
     filled in by what deploys them.",
)
.why(
    "API Management fills in `{{named values}}` and nothing else, so the placeholder is taken as it stands: as the name \
     of a backend that does not exist, or as the value of a header.",
)
.example(
    "<inbound>\n    <set-backend-service backend-id=\"{backend-id}\" />\n</inbound>",
    "<inbound>\n    <set-backend-service backend-id=\"openai-pool\" />\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/api-management-howto-properties");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// How many places are shown beside the first.
const MAX_SHOWN: usize = 8;

/// How placeholders begin and end.
const HOLES: &[(&str, &str)] = &[
    ("{", "}"),
    ("${", "}"),
    ("#{", "}#"),
    ("#{", "}"),
    ("[[", "]]"),
    ("__", "__"),
    ("<%", "%>"),
    ("<", ">"),
];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let source = &unit.document.source;
    let mut holes: Vec<(&str, Span)> = Vec::new();
    for located in texts(unit.document).iter().filter(|located| !takes_parameters(located.element)) {
        let place = trimmed(source, located.text.span);
        let written = source.slice(place);
        if !located.text.has_expression() && is_hole(&entities::decode(written).text) {
            holes.push((written, place));
        }
    }
    let Some(((first, place), others)) = holes.split_first() else { return };
    // A template has many of them, and they are filled in together.
    let message = match others.len() {
        0 => format!("`{first}` looks like a placeholder left in the text"),
        n => format!("`{first}` and {n} more look like placeholders left in the text"),
    };
    let mut diagnostic = Diagnostic::new(&CODE, message).at(source, *place).confidence(Confidence::Low);
    for (_, place) in others.iter().take(MAX_SHOWN) {
        diagnostic = diagnostic.related(source, *place, "one more");
    }
    found.push(diagnostic.help("fill it in before the text is deployed, or write a named value"));
}

/// Elements whose text has braces of its own: URL templates, bodies, and what is searched for in them.
fn takes_parameters(element: &Element) -> bool {
    ["rewrite-uri", "set-body", "find-and-replace", "set-url"].contains(&element.name.as_str())
}

fn is_hole(literal: &str) -> bool {
    HOLES.iter().any(|(begin, end)| {
        let inside = literal.strip_prefix(begin).and_then(|rest| rest.strip_suffix(end));
        inside.is_some_and(|name| is_name(name.trim_start_matches('=').trim()))
    })
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_. ".contains(c))
}
