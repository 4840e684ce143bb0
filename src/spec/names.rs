//! A file that names the named values of a service, for checking policies without one: a mapping of names to values,
//! or a list of names whose values are not known.

use std::sync::Arc;

use indexmap::IndexMap;

use super::yaml::{self, Kind, Node};
use super::{codes, shortened};
use crate::diag::{DiagResult, Diagnostic, finish};
use crate::text::Source;

/// Reads named values from YAML or JSON: by name, the value where it is given.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn named_values(source: &Arc<Source>) -> DiagResult<IndexMap<String, Option<String>>> {
    let root = yaml::compose(source).map_err(|refused| shortened(refused.0))?;
    let mut found = Vec::new();
    let mut wrong = |node: &Node, expected: &str| {
        let message = format!("expected {expected}, found {}", node.describe());
        found.push(Diagnostic::new(&codes::WRONG_TYPE, message).at(source, node.span));
    };
    let mut values = IndexMap::new();
    match &root.kind {
        Kind::Mapping(entries) => {
            for (name, value) in entries {
                match &value.kind {
                    Kind::Scalar { text, .. } => {
                        let text = Some(text.clone()).filter(|_| !value.is_null());
                        values.insert(name.text.clone(), text);
                    }
                    _ => wrong(value, "a text"),
                }
            }
        }
        Kind::List(names) => {
            for name in names {
                match &name.kind {
                    Kind::Scalar { text, .. } if !name.is_null() => drop(values.insert(text.clone(), None)),
                    _ => wrong(name, "the name of a named value"),
                }
            }
        }
        Kind::Scalar { .. } => wrong(&root, "a mapping of names to values, or a list of names"),
    }
    finish(values, found).map(|(values, _)| values).map_err(|refused| shortened(refused.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_values_are_a_mapping_or_a_list() {
        let read = |text: &str| match named_values(&Source::new("values.yaml", text)) {
            Ok(values) => format!("{values:?}"),
            Err(refused) => refused.0[0].message.clone(),
        };
        for (text, expected) in [
            ("a: one\nb: 2\nc:\n", r#"{"a": Some("one"), "b": Some("2"), "c": None}"#),
            ("[a, b]", r#"{"a": None, "b": None}"#),
            (r#"{ "a": "x" }"#, r#"{"a": Some("x")}"#),
            ("a: [1]", "expected a text, found a list"),
            ("[{}]", "expected the name of a named value, found a mapping"),
            ("a", "expected a mapping of names to values, or a list of names, found a text"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
