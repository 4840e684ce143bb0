//! Placeholders that were never filled in.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::PolicyElement;

use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "template-hole",
    "a placeholder of a template engine is left in the text",
    "Looks for values that are nothing but a placeholder, such as `{backend-id}`, `[[name]]`, `__NAME__`, \
     `<%= name %>`, `${name}` or `#{name}#`.",
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
    for element in steps(unit.policy).iter().map(|step| step.element) {
        if takes_parameters(element) {
            continue;
        }
        let values = element.attributes.iter().map(|attribute| &attribute.value).chain(&element.text);
        for value in values {
            let Some(hole) = value.literal().map(str::trim).filter(|literal| is_hole(literal)) else {
                continue;
            };
            let diagnostic =
                Diagnostic::new(&CODE, format!("`{hole}` looks like a placeholder left in the text"))
                    .at(&element.source, value.span)
                    .confidence(Confidence::Low);
            found.push(diagnostic.help("fill it in before the text is deployed, or write a named value"));
        }
    }
}

/// Elements whose text has braces of its own: URL templates, bodies, and what is searched for in them.
fn takes_parameters(element: &PolicyElement) -> bool {
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
