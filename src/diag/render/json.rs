//! The view for machines: one JSON array, stable in its field order.

use serde::Serialize;

use crate::diag::{Diagnostic, Label};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    help: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
}

/// Renders `diagnostics` as a JSON array, in order.
pub fn json(diagnostics: &[Diagnostic]) -> serde_json::Value {
    serde_json::to_value(diagnostics.iter().map(view).collect::<Vec<_>>()).unwrap_or_default()
}

fn view(diagnostic: &Diagnostic) -> View<'_> {
    View {
        code: diagnostic.code.id,
        severity: diagnostic.severity.name(),
        message: &diagnostic.message,
        location: diagnostic.primary.as_ref().map(location),
        related: diagnostic.related.iter().map(location).collect(),
        help: &diagnostic.help,
    }
}

fn location(label: &Label) -> Location<'_> {
    let start = label.source.position(label.span.start);
    let end = label.source.position(label.span.end);
    Location {
        file: label.source.path(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        message: &label.message,
    }
}
