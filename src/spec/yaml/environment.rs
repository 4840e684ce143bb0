//! Fills `${env:NAME}` in values. What comes from the environment may be a secret: it is marked, and messages show
//! the text of the file in its place.

use std::sync::Arc;

use super::node::{Kind, Node, Style};
use crate::diag::Diagnostic;
use crate::spec::codes;
use crate::spec::redact::Filled;
use crate::text::Source;

/// Replaces every `${env:NAME}` in the values of `root`; `$${` stands for `${`. What cannot be filled in is added to
/// `found` and marked. Returns what was filled in.
pub(crate) fn fill_in(
    root: &mut Node,
    source: &Arc<Source>,
    env: &dyn Fn(&str) -> Option<String>,
    found: &mut Vec<Diagnostic>,
) -> Vec<Filled> {
    let mut filler = Filler { source, env, found, filled: Vec::new() };
    filler.node(root);
    filler.filled
}

struct Filler<'a> {
    source: &'a Arc<Source>,
    env: &'a dyn Fn(&str) -> Option<String>,
    found: &'a mut Vec<Diagnostic>,
    filled: Vec<Filled>,
}

impl Filler<'_> {
    fn node(&mut self, node: &mut Node) {
        match &mut node.kind {
            Kind::List(items) => items.iter_mut().for_each(|item| self.node(item)),
            Kind::Mapping(fields) => fields.iter_mut().for_each(|(_, value)| self.node(value)),
            Kind::Scalar { text, style } if text.contains("${") => {
                let n_before = self.found.len();
                let mut problem = |message: String, help: &str| {
                    let found = Diagnostic::new(&codes::ENVIRONMENT, message).at(self.source, node.span);
                    self.found.push(found.help(help));
                };
                let (value, from_env) = fill_in_text(text, self.env, &mut problem);
                if self.found.len() > n_before {
                    *style = Style::Unfilled;
                } else if from_env {
                    *style = Style::Environment;
                    self.filled.push(Filled { written: text.clone(), value: value.clone() });
                }
                *text = value;
            }
            Kind::Scalar { .. } => {}
        }
    }
}

fn fill_in_text(
    text: &str,
    env: &dyn Fn(&str) -> Option<String>,
    problem: &mut dyn FnMut(String, &str),
) -> (String, bool) {
    let mut out = String::new();
    let mut from_env = false;
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            out.push_str(&rest[..at - 1]);
            out.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        out.push_str(&rest[..at]);
        let hole = &rest[at..];
        let Some((kind, name, length)) = reference(hole) else {
            // Not of the form `${word:`: text like any other.
            out.push_str("${");
            rest = &hole[2..];
            continue;
        };
        match (kind, env(name)) {
            ("env", Some(value)) => {
                out.push_str(&value);
                from_env = true;
            }
            ("env", None) => {
                problem(
                    format!("the environment variable `{name}` is not set"),
                    "set it, or write the value into the spec",
                );
            }
            _ => problem(
                format!("`{}` is not a source of values", &hole[..length]),
                "use `${env:NAME}`, or `$${` for a literal `${`",
            ),
        }
        rest = &hole[length..];
    }
    out.push_str(rest);
    (out, from_env)
}

/// Splits `${word:name}` at the start of `hole` into word, name and whole length.
fn reference(hole: &str) -> Option<(&str, &str, usize)> {
    let end = hole.find('}')?;
    let (kind, name) = hole[2..end].split_once(':')?;
    let is_word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
    };
    (is_word(kind) && is_word(name)).then_some((kind, name, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environment_variables_fill_values_and_nothing_else_does() {
        let env = |name: &str| (name == "A").then(|| "x".to_owned());
        for (text, expected, from_env, problem) in [
            ("${env:A}", "x", true, ""),
            ("a-${env:A}-${env:A}", "a-x-x", true, ""),
            ("$${env:A}", "${env:A}", false, ""),
            ("${", "${", false, ""),
            ("${resource}", "${resource}", false, ""),
            ("cost $5 {x}", "cost $5 {x}", false, ""),
            ("${env:B}", "", false, "the environment variable `B` is not set"),
            ("${var:x}", "", false, "`${var:x}` is not a source of values"),
        ] {
            let mut problems = Vec::new();
            let filled = fill_in_text(text, &env, &mut |message, _| problems.push(message));
            assert_eq!(filled, (expected.to_owned(), from_env), "{text}");
            assert_eq!(problems.first().map_or("", String::as_str), problem, "{text}");
        }
    }
}
