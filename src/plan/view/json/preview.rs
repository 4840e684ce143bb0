//! What Azure predicts, for machines: the differences of a resource, and what was asked for its stage.

use serde::Serialize;
use serde_json::Value as Json;

use crate::plan::preview::{Compared, Diff, Preview, Side, Warning};

#[derive(Serialize)]
pub(super) struct ComparedView<'a> {
    /// What changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<DiffView<'a>>,
    /// What differs and is no change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    noise: Vec<DiffView<'a>>,
    /// Why it is not known what happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct DiffView<'a> {
    path: &'a str,
    /// `add`, `change` or `remove`.
    change: &'static str,
    before: SideView<'a>,
    after: SideView<'a>,
    /// Why it is no change.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// `known` with the value, `unknown` with the expression, `secret`, or `none`: the words of an output.
#[derive(Serialize)]
struct SideView<'a> {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PreviewView<'a> {
    /// Why Azure was not asked; null where it was.
    not_asked: Option<&'a str>,
    basis: Option<&'a str>,
    warnings: Vec<WarningView<'a>>,
    left_alone: &'a [String],
}

#[derive(Serialize)]
struct WarningView<'a> {
    code: &'a str,
    message: &'a str,
    deployment: Option<&'a str>,
}

pub(super) fn preview(preview: &Preview) -> PreviewView<'_> {
    PreviewView {
        not_asked: preview.not_asked.as_deref(),
        basis: preview.basis.as_deref(),
        warnings: preview.warnings.iter().map(warning).collect(),
        left_alone: &preview.left_alone,
    }
}

fn warning(warning: &Warning) -> WarningView<'_> {
    let Warning { code, message, deployment } = warning;
    WarningView { code, message, deployment: deployment.as_deref() }
}

pub(super) fn compared(compared: &Compared) -> ComparedView<'_> {
    ComparedView {
        changes: compared.changes().map(diff).collect(),
        noise: compared.noise().map(|(hidden, _)| diff(hidden)).collect(),
        why: compared.why.as_deref(),
    }
}

fn diff(diff: &Diff) -> DiffView<'_> {
    DiffView {
        path: &diff.path,
        change: diff.kind.name(),
        before: side(&diff.before),
        after: side(&diff.after),
        reason: diff.hidden.map(crate::plan::preview::Reason::name),
    }
}

fn side(side: &Side) -> SideView<'_> {
    let (state, value, expression) = match side {
        Side::Nothing => ("none", None, None),
        Side::Value(value) => ("known", Some(value), None),
        Side::Secret => ("secret", None, None),
        Side::Later(expression) => ("unknown", None, Some(expression.as_str())),
    };
    SideView { state, value, expression }
}
