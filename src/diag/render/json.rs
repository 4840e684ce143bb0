//! The view for machines: one JSON array, stable in its field order.

use serde::Serialize;

use crate::diag::{Allowed, Diagnostic, Fix, Label, Safety};
use crate::text::{Source, Span};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    code: &'a str,
    severity: &'a str,
    confidence: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Location<'a>>,
    /// The service's own wording.
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    help: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<AllowedView<'a>>,
}

#[derive(Serialize)]
struct AllowedView<'a> {
    by: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    why: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixView<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<EditView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EditView<'a> {
    #[serde(flatten)]
    location: Location<'a>,
    replacement: &'a str,
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

/// Renders findings that are allowed, each with what allows it.
pub fn allowed_json(allowed: &[Allowed]) -> serde_json::Value {
    let view = |Allowed { finding, by, why }: &'_ Allowed| {
        let view = View { allowed: Some(AllowedView { by: by.name(), why }), ..view(finding) };
        serde_json::to_value(view).unwrap_or_default()
    };
    allowed.iter().map(view).collect()
}

fn view(diagnostic: &Diagnostic) -> View<'_> {
    View {
        code: diagnostic.code.id,
        severity: diagnostic.severity.name(),
        confidence: diagnostic.confidence.name(),
        message: &diagnostic.message,
        location: diagnostic.primary.as_ref().map(location),
        related: diagnostic.related.iter().map(location).collect(),
        service: diagnostic.service.as_deref(),
        help: &diagnostic.help,
        fix: diagnostic.fix.as_ref().map(fix),
        allowed: None,
    }
}

fn fix(fix: &Fix) -> FixView<'_> {
    let edits = fix
        .edits
        .iter()
        .map(|edit| EditView { location: place(&fix.source, edit.span, ""), replacement: &edit.replacement });
    FixView { title: &fix.title, safe: fix.safety == Safety::Safe, edits: edits.collect() }
}

fn location(label: &Label) -> Location<'_> {
    place(&label.source, label.span, &label.message)
}

fn place<'a>(source: &'a Source, span: Span, message: &'a str) -> Location<'a> {
    let start = source.position(span.start);
    let end = source.position(span.end);
    Location {
        file: source.path(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        message,
    }
}
