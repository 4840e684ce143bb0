//! What of a policy is code: its elements, the names of attributes, and expressions without what their strings say; and
//! what is not.

use std::sync::{Arc, LazyLock};

use genai_lz::policy::{self, Element, Node, Piece, Text};
use genai_lz::text::Source;
use regex::Regex;

/// A string of C# as policies are rendered: nothing but an escape has a backslash, and none spans lines.
static STRING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""(?:[^"\\\n]|\\.)*""#).expect("a pattern of ours"));

/// A policy taken apart.
pub(super) struct Parts {
    /// A line for each element and each value.
    pub(super) shape: Vec<String>,
    /// What its values and the strings in its expressions say.
    pub(super) texts: Vec<String>,
}

/// # Errors
/// What is wrong with the policy.
pub(super) fn parts(path: &str, text: &str) -> Result<Parts, String> {
    let source = Source::new(path, text);
    let (document, _, found) = policy::load_with_document(&source, None);
    if let Some(error) = found.iter().find(|found| found.is_error()) {
        return Err(format!("`{path}`: {}\n{text}", error.message));
    }
    let mut parts = Parts { shape: Vec::new(), texts: Vec::new() };
    document.elements().for_each(|element| parts.element(element, &source, 0));
    Ok(parts)
}

impl Parts {
    fn element(&mut self, element: &Element, source: &Arc<Source>, depth: usize) {
        let indent = " ".repeat(depth);
        self.shape.push(format!("{indent}<{}>", element.name));
        for attribute in &element.attributes {
            self.value(&format!("{indent} {}=", attribute.name), attribute.value.as_ref(), source);
        }
        for child in &element.children {
            match child {
                Node::Element(element) => self.element(element, source, depth + 1),
                Node::Text(text) if !text.is_blank(source) => {
                    self.value(&format!("{indent} "), Some(text), source);
                }
                _ => {}
            }
        }
    }

    /// `text` for what is written out, whatever it says; expressions with `"…"` for each string.
    fn value(&mut self, name: &str, value: Option<&Text>, source: &Arc<Source>) {
        let mut line = name.to_owned();
        for piece in value.iter().flat_map(|value| &value.pieces) {
            match piece {
                Piece::Literal(_) => line.push_str("text "),
                Piece::Expression { span, .. } => {
                    let code = source.slice(*span);
                    line.push_str(&STRING.replace_all(code, "\"…\""));
                    // Such strings are those of JSON too.
                    let strings = STRING
                        .find_iter(code)
                        .filter_map(|found| serde_json::from_str::<String>(found.as_str()).ok());
                    self.texts.extend(strings);
                }
            }
        }
        self.shape.push(line);
        self.texts.extend(value.map(|value| value.decode(source)));
    }
}
