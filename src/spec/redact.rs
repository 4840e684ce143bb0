//! Keeps secrets out of diagnostics. A report may end in a log that others read, so it shows neither what was filled
//! in from the environment nor a password that somebody wrote into the spec.

use std::sync::Arc;

use super::yaml::{Kind, Node};
use crate::diag::{Diagnostic, Label};
use crate::text::{Source, Span};

/// Shorter values are looked for as a whole only: they are no secrets, and are part of too many words.
const PART_MIN: usize = 4;

/// A scalar that holds something from the environment.
pub(super) struct Filled {
    /// As the file has it, `${env:NAME}`.
    pub written: String,
    pub value: String,
}

/// Shows the written text of `filled` scalars in messages, and stars for the values of `password` keys of `root`.
pub(super) fn redact(found: &mut [Diagnostic], filled: &[Filled], root: &Node, source: &Arc<Source>) {
    for diagnostic in found.iter_mut() {
        let related = diagnostic.related.iter_mut().map(|label| &mut label.message);
        let primary = diagnostic.primary.iter_mut().map(|label| &mut label.message);
        let texts = primary.chain(related).chain(&mut diagnostic.help).chain([&mut diagnostic.message]);
        for text in texts {
            *text = as_written(text, filled);
        }
    }
    let mut passwords = Vec::new();
    spans_of_passwords(root, &mut passwords);
    if passwords.is_empty() {
        return;
    }
    let shown = starred(source, &passwords);
    let star = |label: &mut Label| {
        if Arc::ptr_eq(&label.source, source) {
            label.source = Arc::clone(&shown);
        }
    };
    for diagnostic in found {
        diagnostic.primary.iter_mut().for_each(star);
        diagnostic.related.iter_mut().for_each(star);
    }
}

/// Shows what was filled in as it is written, wherever a message quotes it in backticks: whole, or as a part such as
/// the `/value/*` of a path.
fn as_written(text: &str, filled: &[Filled]) -> String {
    let quoted = |part: &str| {
        filled.iter().fold(part.to_owned(), |part, Filled { written, value }| {
            if part == *value {
                written.clone()
            } else if value.len() >= PART_MIN {
                part.replace(value.as_str(), written)
            } else {
                part
            }
        })
    };
    let parts = text.split('`').enumerate();
    let shown: Vec<String> =
        parts.map(|(index, part)| if index % 2 == 1 { quoted(part) } else { part.to_owned() }).collect();
    shown.join("`")
}

fn spans_of_passwords(node: &Node, spans: &mut Vec<Span>) {
    match &node.kind {
        Kind::Scalar { .. } => {}
        Kind::List(items) => items.iter().for_each(|item| spans_of_passwords(item, spans)),
        Kind::Mapping(fields) => {
            for (key, value) in fields {
                let is_secret = key.text.to_ascii_lowercase().ends_with("password");
                if is_secret && matches!(value.kind, Kind::Scalar { .. }) {
                    spans.push(value.span);
                }
                spans_of_passwords(value, spans);
            }
        }
    }
}

/// The same source with stars in place of the texts at `spans`: every other place stays where it is.
fn starred(source: &Source, spans: &[Span]) -> Arc<Source> {
    let mut text = source.text().to_owned();
    for span in spans {
        if let Some(secret) = text.get(span.range()) {
            let stars: String = secret.bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }).collect();
            text.replace_range(span.range(), &stars);
        }
    }
    Source::new(source.path(), text)
}
