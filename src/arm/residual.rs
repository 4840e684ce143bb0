//! Closed expressions that wait for a deployed resource, and how people read them.

use std::fmt;

use crate::diag::Diagnostic;

use super::Value;
use super::functions::Function;
use super::value::Size;

/// A closed expression that waits for a deployed resource. Its `Display` is the whole expression as ARM writes
/// it; [`Residual::short`] is for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Residual {
    pub(super) node: Node,
    size: Size,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// `list*` keeps the name it was called by as its first argument.
    Call {
        function: &'static Function,
        args: Vec<Value>,
    },
    Member {
        base: Value,
        key: Value,
        safe: bool,
    },
    Lambda {
        parameters: Vec<Variable>,
        body: Value,
    },
    Variable(Variable),
    /// Fails where it is needed: the branch of an `if` that may never be taken.
    Failure(Diagnostic),
    /// Given only when deploying; the text says what it is.
    Supplied(String),
}

/// A lambda variable. The depth of the lambda that binds it keeps equal names apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) depth: usize,
}

impl Node {
    pub(super) fn into_value(self) -> Value {
        let size = Size::around(self.parts().map(Value::size));
        Value::Unknown(Box::new(Residual { node: self, size }))
    }

    /// The values that the node is made of.
    fn parts(&self) -> impl Iterator<Item = &Value> {
        let (list, pair) = match self {
            Self::Call { args, .. } => (args.as_slice(), [None, None]),
            Self::Member { base, key, .. } => (&[][..], [Some(base), Some(key)]),
            Self::Lambda { body, .. } => (&[][..], [Some(body), None]),
            Self::Variable(_) | Self::Failure(_) | Self::Supplied(_) => (&[][..], [None, None]),
        };
        list.iter().chain(pair.into_iter().flatten())
    }
}

impl Residual {
    /// The expression with resource ids shortened to their last name: `reference('apim-x', '2024-05-01').gatewayUrl`.
    pub fn short(&self) -> String {
        let mut text = String::new();
        write_node(&mut text, &self.node, true);
        text
    }

    /// The text that stands for the value where a text is needed: of a `concat`, the known parts stay readable.
    pub(super) fn stand_in(&self) -> String {
        let unknown = |residual: &Self| format!("(known after deploy: {})", residual.short());
        match &self.node {
            Node::Call { function, args } if function.name == "concat" => {
                let part = |arg: &Value| match arg {
                    Value::String(text) => text.clone(),
                    Value::Unknown(residual) => unknown(residual),
                    other => other.to_display_json().to_string(),
                };
                args.iter().map(part).collect()
            }
            _ => unknown(self),
        }
    }

    pub(super) fn size(&self) -> Size {
        self.size
    }

    pub(super) fn collect_references(&self, ids: &mut Vec<String>) {
        if let Node::Call { function, args } = &self.node
            && let Some(at) = function.resource_argument()
            && let Some(id) = args.get(at).and_then(Value::as_str)
            && !ids.iter().any(|known| known.eq_ignore_ascii_case(id))
        {
            ids.push(id.to_owned());
        }
        self.node.parts().for_each(|part| part.collect_references(ids));
    }
}

impl fmt::Display for Residual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        write_node(&mut text, &self.node, false);
        f.write_str(&text)
    }
}

fn write_node(out: &mut String, node: &Node, short: bool) {
    match node {
        Node::Call { function, args } => match (function.name, args.split_first()) {
            ("list*", Some((Value::String(name), rest))) => write_call(out, name, rest, short),
            (name, _) => write_call(out, name, args, short),
        },
        Node::Member { base, key, safe } => {
            write_value(out, base, short);
            let mark = if *safe { "?" } else { "" };
            match key {
                Value::String(name) if is_name(name) => out.push_str(&format!(".{mark}{name}")),
                _ => {
                    out.push_str(&format!("[{mark}"));
                    write_value(out, key, short);
                    out.push(']');
                }
            }
        }
        Node::Lambda { parameters, body } => {
            out.push_str("lambda(");
            for parameter in parameters {
                out.push_str(&format!("'{}', ", parameter.name));
            }
            write_value(out, body, short);
            out.push(')');
        }
        Node::Variable(variable) => out.push_str(&format!("lambdaVariables('{}')", variable.name)),
        Node::Failure(diagnostic) => out.push_str(&format!("fail({})", quoted(&diagnostic.message))),
        Node::Supplied(what) => out.push_str(what),
    }
}

/// The value as ARM writes it inside of an expression.
pub(super) fn expression(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value, false);
    text
}

fn write_call(out: &mut String, name: &str, args: &[Value], short: bool) {
    out.push_str(name);
    out.push('(');
    write_list(out, args.iter(), short);
    out.push(')');
}

fn write_list<'a>(out: &mut String, values: impl Iterator<Item = &'a Value>, short: bool) {
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_value(out, value, short);
    }
}

fn write_value(out: &mut String, value: &Value, short: bool) {
    match value {
        Value::Null => out.push_str("null()"),
        Value::Bool(value) => out.push_str(&format!("{value}()")),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::Float(value) => out.push_str(&format!("json('{value}')")),
        Value::String(text) if short && is_id(text) => {
            let whole = text.trim_end_matches('/');
            let last = whole.rsplit('/').next().unwrap_or(whole);
            out.push_str(&quoted(&if whole == text { last.to_owned() } else { format!("…/{last}/") }));
        }
        Value::String(text) => out.push_str(&quoted(text)),
        Value::Array(items) => write_call(out, "createArray", items, short),
        Value::Object(map) => {
            out.push_str("createObject(");
            for (index, (key, value)) in map.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                out.push_str(&format!("{}, ", quoted(key)));
                write_value(out, value, short);
            }
            out.push(')');
        }
        Value::Unknown(residual) => write_node(out, &residual.node, short),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn is_id(text: &str) -> bool {
    text.starts_with("/subscriptions/") || text.starts_with("/providers/")
}

fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
