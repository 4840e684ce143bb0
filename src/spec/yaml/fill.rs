//! Fills `${env:NAME}` and `${var:NAME}` in values. What comes from the environment may be a secret: it is marked, and
//! messages show the text of the file in its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::node::{Kind, Node, Style};
use crate::diag::{Code, Diagnostic};
use crate::spec::codes;
use crate::spec::redact::Filled;
use crate::text::{Source, Span, suggest};

/// Values after filling in; a variable that is a long list may be named often. As for aliases.
const NODES_MAX: usize = 20_000;
/// Bytes of text after filling in: a long value may be named often too.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// Answers for `${env:NAME}`.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What values may be filled in with.
pub(crate) struct Values<'a> {
    /// None leaves `${env:NAME}` as it is written, and `$${` too, so that the spec can be shown.
    pub env: Option<Environment<'a>>,
    /// By name; one that is null has to be given from outside.
    pub variables: BTreeMap<String, Node>,
}

/// What was filled in.
#[derive(Default)]
pub(crate) struct Done {
    /// From the environment.
    pub filled: Vec<Filled>,
    /// Where a variable is the whole value, its name, and where its own value is written.
    pub uses: Vec<(Span, String, Span)>,
}

/// Replaces every `${env:NAME}` and `${var:NAME}` in the values of `root`; `$${` stands for `${`. What cannot be filled
/// in is added to `found` and marked.
pub(crate) fn fill_in(
    root: &mut Node,
    source: &Arc<Source>,
    values: &Values<'_>,
    found: &mut Vec<Diagnostic>,
) -> Done {
    let mut filler =
        Filler { source, values, found, done: Done::default(), n_nodes: 0, n_bytes: 0, is_full: false };
    filler.node(root);
    filler.done
}

struct Filler<'a> {
    source: &'a Arc<Source>,
    values: &'a Values<'a>,
    found: &'a mut Vec<Diagnostic>,
    done: Done,
    n_nodes: usize,
    n_bytes: usize,
    /// Too much has been filled in already; nothing more is.
    is_full: bool,
}

impl Filler<'_> {
    fn node(&mut self, node: &mut Node) {
        match &mut node.kind {
            Kind::List(items) => items.iter_mut().for_each(|item| self.node(item)),
            Kind::Mapping(fields) => fields.iter_mut().for_each(|(_, value)| self.node(value)),
            // What the command line gives is taken as it is.
            Kind::Scalar { style: Style::Given, .. } => {}
            Kind::Scalar { text, .. } if text.contains("${") => match whole(text) {
                Some(name) => self.whole_value(&name, node),
                None => self.text(node),
            },
            Kind::Scalar { .. } => {}
        }
    }

    /// A value that is `${var:NAME}` and nothing else is the variable, whatever that is.
    fn whole_value(&mut self, name: &str, node: &mut Node) {
        let Some(variable) = self.variable(name, node.span).cloned() else {
            node.kind = unfilled(&node.kind);
            return;
        };
        let (n_nodes, n_bytes) = variable.size();
        if !self.has_room(n_nodes, n_bytes, node.span) {
            node.kind = unfilled(&node.kind);
            return;
        }
        self.done.uses.push((node.span, name.to_owned(), variable.span));
        node.kind = match variable.kind {
            Kind::Scalar { text, style } => Kind::Scalar { text: self.as_shown(text, style), style },
            other => other,
        };
    }

    /// Where the spec is only shown, what the command line gives is written so that it reads as itself.
    fn as_shown(&self, text: String, style: Style) -> String {
        if self.values.env.is_none() && style == Style::Given { text.replace("${", "$${") } else { text }
    }

    fn text(&mut self, node: &mut Node) {
        let span = node.span;
        let Kind::Scalar { text, style } = &mut node.kind else { return };
        let written = std::mem::take(text);
        let parts = match split(&written) {
            Ok(parts) => parts,
            Err((hole, help)) => {
                self.problem(&codes::ENVIRONMENT, span, format!("`{hole}` is not a source of values"), help);
                *style = Style::Unfilled;
                return;
            }
        };
        let mut value = String::new();
        let (mut from_env, mut from_variable, mut is_whole) = (false, false, true);
        for part in parts {
            match part {
                Part::Text(part) => value.push_str(part),
                Part::Escape => value.push_str(if self.values.env.is_some() { "${" } else { "$${" }),
                Part::Env(name) => match self.values.env.map(|env| env(name)) {
                    None => value.push_str(&format!("${{env:{name}}}")),
                    Some(Some(filled)) => {
                        value.push_str(&filled);
                        from_env = true;
                    }
                    Some(None) => {
                        self.problem(
                            &codes::ENVIRONMENT,
                            span,
                            format!("the environment variable `{name}` is not set"),
                            "set it, or write the value into the spec",
                        );
                        is_whole = false;
                    }
                },
                Part::Variable(name) => match self.variable(name, span).map(|it| it.kind.clone()) {
                    Some(Kind::Scalar { text, style: Style::Environment }) => {
                        value.push_str(&text);
                        from_env = true;
                    }
                    Some(Kind::Scalar { text, style }) => {
                        value.push_str(&self.as_shown(text, style));
                        from_variable = true;
                    }
                    Some(Kind::List(_) | Kind::Mapping(_)) => {
                        self.problem(
                            &codes::VARIABLE,
                            span,
                            format!("the variable `{name}` is no text, and stands in one"),
                            "let it be the whole value, or give it a text, a number or a boolean",
                        );
                        is_whole = false;
                    }
                    None => is_whole = false,
                },
            }
            if !self.has_room(0, value.len(), span) {
                is_whole = false;
                break;
            }
        }
        if !is_whole {
            *style = Style::Unfilled;
        } else if from_env {
            *style = Style::Environment;
            self.done.filled.push(Filled { written, value: value.clone() });
        } else if from_variable && *style == Style::Plain {
            *style = Style::Given;
        }
        *text = value;
    }

    fn variable(&mut self, name: &str, span: Span) -> Option<&Node> {
        let values = self.values;
        let variable = values.variables.get(name);
        match variable {
            Some(value) if value.is_null() => {
                self.problem(
                    &codes::VARIABLE,
                    span,
                    format!("the variable `{name}` has no value"),
                    &format!(
                        "give it one with `--var {name}=VALUE`, or in a file that is laid over this one"
                    ),
                );
                None
            }
            // Was not filled in itself, and that is told.
            Some(Node { kind: Kind::Scalar { style: Style::Unfilled, .. }, .. }) => None,
            Some(value) => Some(value),
            None => {
                let names = values.variables.keys().map(String::as_str);
                let help = suggest(name, names).map_or_else(
                    || format!("add it to `variables`: `{name}: ...`"),
                    |near| format!("did you mean `{near}`?"),
                );
                self.problem(&codes::VARIABLE, span, format!("there is no variable `{name}`"), &help);
                None
            }
        }
    }

    fn has_room(&mut self, n_nodes: usize, n_bytes: usize, span: Span) -> bool {
        self.n_nodes += n_nodes;
        self.n_bytes += n_bytes;
        if self.n_nodes <= NODES_MAX && self.n_bytes <= BYTES_MAX {
            return true;
        }
        if !self.is_full {
            self.is_full = true;
            self.problem(
                &codes::TOO_LARGE,
                span,
                format!("more than {NODES_MAX} values or 4 MiB once variables are filled in"),
                "name long values less often",
            );
        }
        false
    }

    fn problem(&mut self, code: &'static Code, span: Span, message: String, help: &str) {
        self.found.push(Diagnostic::new(code, message).at(self.source, span).help(help));
    }
}

/// The same scalar, marked as one that could not be filled in.
fn unfilled(kind: &Kind) -> Kind {
    let text = match kind {
        Kind::Scalar { text, .. } => text.clone(),
        Kind::List(_) | Kind::Mapping(_) => String::new(),
    };
    Kind::Scalar { text, style: Style::Unfilled }
}

/// The first `${var:NAME}` in a tree: a variable is made of no other, so none can be without end.
pub(crate) fn variable_in(node: &Node) -> Option<(Span, String)> {
    match &node.kind {
        Kind::Scalar { text, .. } => split(text).ok()?.into_iter().find_map(|part| match part {
            Part::Variable(name) => Some((node.span, name.to_owned())),
            _ => None,
        }),
        Kind::List(items) => items.iter().find_map(variable_in),
        Kind::Mapping(fields) => fields.iter().find_map(|(_, value)| variable_in(value)),
    }
}

/// The variable that is the whole of a text.
fn whole(text: &str) -> Option<String> {
    match split(text).ok()?[..] {
        [Part::Variable(name)] => Some(name.to_owned()),
        _ => None,
    }
}

#[derive(Debug, PartialEq)]
enum Part<'t> {
    Text(&'t str),
    /// `$${`, which stands for `${`.
    Escape,
    Env(&'t str),
    Variable(&'t str),
}

/// Splits a text into what is filled in and what is not; or a reference that is of no known kind, and what to write.
fn split(text: &str) -> Result<Vec<Part<'_>>, (&str, &'static str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    // What stands before `searched` is text, looked through already.
    let mut searched = 0;
    while let Some(at) = rest[searched..].find("${").map(|at| at + searched) {
        if rest[..at].ends_with('$') {
            push_text(&mut parts, &rest[..at - 1]);
            parts.push(Part::Escape);
            (rest, searched) = (&rest[at + 2..], 0);
            continue;
        }
        let hole = &rest[at..];
        let Some((kind, name, length)) = reference(hole) else {
            // Not of the form `${word:`: text like any other.
            searched = at + 2;
            continue;
        };
        push_text(&mut parts, &rest[..at]);
        parts.push(match kind {
            "env" => Part::Env(name),
            "var" => Part::Variable(name),
            _ => {
                return Err((
                    &hole[..length],
                    "use `${env:NAME}` or `${var:NAME}`, or `$${` for a literal `${`",
                ));
            }
        });
        (rest, searched) = (&hole[length..], 0);
    }
    push_text(&mut parts, rest);
    Ok(parts)
}

fn push_text<'t>(parts: &mut Vec<Part<'t>>, text: &'t str) {
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
}

/// Splits `${word:name}` at the start of `hole` into word, name and whole length. Looks no further than the first
/// character that cannot be part of it.
fn reference(hole: &str) -> Option<(&str, &str, usize)> {
    let word = |text: &str| {
        text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(byte)).count()
    };
    let kind_end = 2 + word(&hole[2..]);
    let name_start = kind_end + usize::from(hole[kind_end..].starts_with(':'));
    let name_end = name_start + word(&hole[name_start..]);
    let closed = name_start > kind_end && hole[name_end..].starts_with('}');
    let (kind, name) = (&hole[2..kind_end], &hole[name_start..name_end]);
    (closed && !kind.is_empty() && !name.is_empty()).then_some((kind, name, name_end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environment_and_variables_fill_values_and_nothing_else_does() {
        let env = |name: &str| (name == "A").then(|| "x".to_owned());
        let node = |text: &str, style| Node {
            span: Span::at(0),
            kind: Kind::Scalar { text: text.to_owned(), style },
        };
        let variables = BTreeMap::from([
            ("n".to_owned(), node("2", Style::Plain)),
            ("secret".to_owned(), node("s", Style::Environment)),
            ("list".to_owned(), Node { span: Span::at(0), kind: Kind::List(Vec::new()) }),
            ("nothing".to_owned(), node("~", Style::Plain)),
        ]);
        let values = Values { env: Some(&env), variables };
        let source = Source::new("spec.yaml", "");
        for (text, expected, style, problem) in [
            ("${env:A}", "x", Style::Environment, ""),
            ("a-${env:A}-${env:A}", "a-x-x", Style::Environment, ""),
            ("$${env:A}", "${env:A}", Style::Plain, ""),
            ("$$${env:A}", "$${env:A}", Style::Plain, ""),
            ("${", "${", Style::Plain, ""),
            ("${resource}", "${resource}", Style::Plain, ""),
            ("${env:}${:A}${env:A", "${env:}${:A}${env:A", Style::Plain, ""),
            ("cost $5 {x}", "cost $5 {x}", Style::Plain, ""),
            ("${env:B}", "", Style::Unfilled, "the environment variable `B` is not set"),
            ("${vault:x}", "", Style::Unfilled, "`${vault:x}` is not a source of values"),
            ("${var:n}", "2", Style::Plain, ""),
            ("${var:n}0", "20", Style::Given, ""),
            ("${var:secret}", "s", Style::Environment, ""),
            ("a${var:secret}", "as", Style::Environment, ""),
            ("${var:x}", "${var:x}", Style::Unfilled, "there is no variable `x`"),
            ("${var:nothing}", "${var:nothing}", Style::Unfilled, "the variable `nothing` has no value"),
            ("a${var:list}", "a", Style::Unfilled, "the variable `list` is no text, and stands in one"),
        ] {
            let (mut filled, mut found) = (node(text, Style::Plain), Vec::new());
            fill_in(&mut filled, &source, &values, &mut found);
            assert_eq!(filled, node(expected, style), "{text}");
            assert_eq!(found.first().map_or("", |found| found.message.as_str()), problem, "{text}");
        }
    }

    #[test]
    fn a_long_value_that_is_named_often_is_refused() {
        let node =
            |text: String| Node { span: Span::at(0), kind: Kind::Scalar { text, style: Style::Plain } };
        let long = Node { span: Span::at(0), kind: Kind::List(vec![node("x".to_owned()); 5000]) };
        let source = Source::new("spec.yaml", "");
        for (variable, text) in [(long, "${var:v}"), (node("x".repeat(BYTES_MAX / 4)), "a${var:v}")] {
            let values = Values { env: None, variables: BTreeMap::from([("v".to_owned(), variable)]) };
            let mut root = Node { span: Span::at(0), kind: Kind::List(vec![node(text.to_owned()); 10]) };
            let mut found = Vec::new();
            fill_in(&mut root, &source, &values, &mut found);
            assert_eq!(found.iter().map(|found| found.code.id).collect::<Vec<_>>(), ["spec-too-large"]);
        }
    }
}
