//! Writes a tree as YAML that reads back as the same tree.

use super::node::{Kind, Node, Style};

/// The tree as a block of YAML.
pub(crate) fn write(node: &Node) -> String {
    let mut out = String::new();
    match &node.kind {
        Kind::Mapping(fields) if !fields.is_empty() => block(node, 0, &mut out),
        Kind::List(items) if !items.is_empty() => block(node, 0, &mut out),
        _ => {
            out.push_str(&inline(node));
            out.push('\n');
        }
    }
    out
}

/// Begins in the first column of a line that is indented already.
fn block(node: &Node, indent: usize, out: &mut String) {
    match &node.kind {
        Kind::Mapping(fields) => {
            for (at, (key, value)) in fields.iter().enumerate() {
                if at > 0 {
                    out.push_str(&" ".repeat(indent));
                }
                out.push_str(&text(&key.text));
                out.push(':');
                if is_block(value) {
                    out.push('\n');
                    out.push_str(&" ".repeat(indent + 2));
                    block(value, indent + 2, out);
                } else {
                    out.push(' ');
                    out.push_str(&inline(value));
                    out.push('\n');
                }
            }
        }
        Kind::List(items) => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(&" ".repeat(indent));
                }
                out.push_str("- ");
                if is_block(item) {
                    block(item, indent + 2, out);
                } else {
                    out.push_str(&inline(item));
                    out.push('\n');
                }
            }
        }
        Kind::Scalar { .. } => {}
    }
}

/// True for what has lines of its own: a list of scalars stands in one line.
fn is_block(node: &Node) -> bool {
    match &node.kind {
        Kind::Scalar { .. } => false,
        Kind::Mapping(fields) => !fields.is_empty(),
        Kind::List(items) => items.iter().any(|item| !matches!(item.kind, Kind::Scalar { .. })),
    }
}

fn inline(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar { text: plain, style: Style::Plain | Style::Given } if !plain.is_empty() => {
            if is_safe(plain) { plain.clone() } else { quoted(plain) }
        }
        Kind::Scalar { text: plain, style: Style::Plain } if plain.is_empty() => "~".to_owned(),
        Kind::Scalar { text, .. } => quoted(text),
        Kind::List(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Kind::Mapping(_) => "{}".to_owned(),
    }
}

/// A key: quoted where it would be read as something else than this text.
fn text(key: &str) -> String {
    let is_word = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_word { key.to_owned() } else { quoted(key) }
}

/// True for a scalar that means the same without quotes, wherever it stands.
fn is_safe(plain: &str) -> bool {
    plain == "~"
        || plain.starts_with(|c: char| c.is_ascii_alphanumeric() || "-+./".contains(c))
            && !plain.starts_with("- ")
            && plain != "-"
            && !plain.starts_with("---")
            && !plain.starts_with("...")
            && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-./_ ".contains(&byte))
            && !plain.ends_with(' ')
}

/// JSON's strings are YAML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::yaml::compose;
    use crate::text::Source;

    #[test]
    fn what_is_written_reads_back_as_the_same() {
        fn same(left: &Node, right: &Node) -> bool {
            match (&left.kind, &right.kind) {
                (Kind::Scalar { text: a, .. }, Kind::Scalar { text: b, .. }) => {
                    left.is_null() && right.is_null()
                        || a == b && left.as_int() == right.as_int() && left.as_text() == right.as_text()
                }
                (Kind::List(a), Kind::List(b)) => {
                    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
                }
                (Kind::Mapping(a), Kind::Mapping(b)) => {
                    let pairs = a.iter().zip(b);
                    a.len() == b.len()
                        && pairs.into_iter().all(|(a, b)| a.0.text == b.0.text && same(&a.1, &b.1))
                }
                _ => false,
            }
        }
        for text in [
            "a: 1\nb: [x, 2, true, ~]\nc: {d: {e: [{f: 1, g: [{h: i}]}, [], {}, [[1]]]}}\n",
            "a: '1'\nb: \"x: y\"\nc: '- z'\nd: ''\ne: '~'\nf: \"a\\nb\\u2028é\"\ng: 'null'\nh: 'true'\n",
            "'1': x\n'a b': y\n'': z\n'#': [\"#\", '&a', '*a', '!', '%', '@', '`', '- ', '-', '---', '? x', 'x #y']\n",
            "a:\nb: 0x1f\nc: -5\nd: .5\ne: 2025-08-07\nf: 10.2.0.0/16\ng: |\n  lines\n  of text\n",
            "x",
            "[]",
        ] {
            let read = |text: &str| compose(&Source::new("spec.yaml", text)).unwrap();
            let tree = read(text);
            let written = write(&tree);
            assert!(same(&tree, &read(&written)), "{text}\n---\n{written}");
        }
    }
}
