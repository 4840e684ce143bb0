//! `@description` as it goes into a template: where its lines are indented alike, the indent is left out.

use serde_json::Value as Json;

use super::super::syntax::{Decorator, ExprKind};
use super::arm_expr::escape;
use super::resource::argument;
use super::{Emitter, Env};

impl<'a> Emitter<'_, 'a> {
    /// What `@description` says among `decorators`.
    pub(super) fn description(&self, decorators: &'a [Decorator]) -> Option<Json> {
        let text = argument(decorators, "description")?;
        Some(match &text.kind {
            ExprKind::Str(text) => Json::from(escape(&without_indent(text))),
            _ => self.json(text, &Env::default()),
        })
    }
}

/// The text without the blanks and tabs that every line after the first begins with; empty lines do not count, and line
/// ends become `\n`. (Azure/bicep, src/Bicep.Core/Semantics/Namespaces/SystemNamespaceType.cs, read 2026-11-30; public
/// templates made by 0.41 and later agree.)
fn without_indent(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let Some((first, rest)) = text.split_once('\n') else { return text };
    let blanks = |line: &str| line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let indent = rest.lines().filter(|line| !line.is_empty()).map(blanks).min().unwrap_or(0);
    let mut out = first.to_owned();
    for line in rest.split('\n') {
        out.push('\n');
        out.push_str(line.get(indent..).unwrap_or_default());
    }
    out
}
