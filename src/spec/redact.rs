//! Keeps secrets out of diagnostics. A report may end in a log that others read, so it shows neither what was filled
//! in from the environment nor a password that somebody wrote into the spec.

use super::yaml::{Kind, Node};
use crate::diag::Diagnostic;
use crate::text::Span;

/// Shorter values are looked for as a whole only: they are no secrets, and are part of too many words.
const PART_MIN: usize = 4;

/// A scalar that holds something from the environment.
pub(super) struct Filled {
    /// As the file has it, `${env:NAME}`.
    pub written: String,
    pub value: String,
}

/// Shows the written text of `filled` scalars in messages.
pub(super) fn redact(found: &mut [Diagnostic], filled: &[Filled]) {
    for diagnostic in found {
        let related = diagnostic.related.iter_mut().map(|label| &mut label.message);
        let primary = diagnostic.primary.iter_mut().map(|label| &mut label.message);
        let texts = primary.chain(related).chain(&mut diagnostic.help).chain([&mut diagnostic.message]);
        for text in texts {
            *text = as_written(text, filled);
        }
    }
}

/// Where the values of `password` keys stand: a report shows stars in their place.
pub(super) fn passwords(root: &Node) -> Vec<Span> {
    let mut spans = Vec::new();
    spans_of_passwords(root, &mut spans);
    spans
}

/// Puts stars in the place of the values of `password` keys; one from the environment is not there.
pub(super) fn star_passwords(node: &mut Node) {
    match &mut node.kind {
        Kind::Scalar { .. } => {}
        Kind::List(items) => items.iter_mut().for_each(star_passwords),
        Kind::Mapping(fields) => {
            for (key, value) in fields {
                match &mut value.kind {
                    Kind::Scalar { text, .. } if is_password(&key.text) && !text.starts_with("${env:") => {
                        "***".clone_into(text);
                    }
                    _ => star_passwords(value),
                }
            }
        }
    }
}

fn is_password(key: &str) -> bool {
    key.to_ascii_lowercase().ends_with("password")
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
                if is_password(&key.text) && matches!(value.kind, Kind::Scalar { .. }) {
                    spans.push(value.span);
                }
                spans_of_passwords(value, spans);
            }
        }
    }
}
