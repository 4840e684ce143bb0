//! The references inside compiled declarations: `"$ref": "#/definitions/name"`, and in expressions
//! `variables('name')` and `namespace.function(…)`.

use serde_json::{Map, Value as Json};

use super::Sort;

const DEFINITIONS: &str = "#/definitions/";

/// Rebuilds `value` with every reference that `rename` has an answer for. Declarations come out of our own
/// compiler or through a JSON reader with a depth limit, so the recursion is bounded.
pub(super) fn map(value: &Json, rename: &mut dyn FnMut(Sort, &str) -> Option<String>) -> Json {
    match value {
        Json::String(text) => Json::from(expression(text, rename).unwrap_or_else(|| text.clone())),
        Json::Array(items) => items.iter().map(|item| map(item, rename)).collect(),
        Json::Object(members) => {
            let mut out = Map::new();
            for (key, member) in members {
                let new = match (key.as_str(), member) {
                    ("$ref", Json::String(pointer)) => Json::from(reference(pointer, rename)),
                    _ => map(member, rename),
                };
                out.insert(expression(key, rename).unwrap_or_else(|| key.clone()), new);
            }
            Json::Object(out)
        }
        other => other.clone(),
    }
}

fn reference(pointer: &str, rename: &mut dyn FnMut(Sort, &str) -> Option<String>) -> String {
    let Some(rest) = pointer.strip_prefix(DEFINITIONS) else { return pointer.to_owned() };
    let (name, deeper) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match rename(Sort::Type, name) {
        Some(new) => format!("{DEFINITIONS}{new}{deeper}"),
        None => pointer.to_owned(),
    }
}

/// The new text of an expression; none where it is no expression.
fn expression(text: &str, rename: &mut dyn FnMut(Sort, &str) -> Option<String>) -> Option<String> {
    if !text.starts_with('[') || text.starts_with("[[") || !text.ends_with(']') {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => quoted(rest),
            _ if is_word(first) => {
                let (read, written) = word(rest, rename);
                out.push_str(&written);
                rest = &rest[read..];
                continue;
            }
            // A property such as `.variables` is no call.
            '.' => 1 + rest[1..].find(|c| !is_word(c)).unwrap_or(rest.len() - 1),
            _ => first.len_utf8(),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    Some(out)
}

/// The length of the string literal at the start of `text`; `''` stands for a quote.
fn quoted(text: &str) -> usize {
    let mut at = 1;
    while let Some(end) = text[at..].find('\'') {
        at += end + 1;
        if !text[at..].starts_with('\'') {
            return at;
        }
        at += 1;
    }
    text.len()
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$')
}

/// Reads a word and, where it begins a reference, all of the reference: what was read and what to write.
fn word(text: &str, rename: &mut dyn FnMut(Sort, &str) -> Option<String>) -> (usize, String) {
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    let name = &text[..end];
    let rest = &text[end..];
    if name.eq_ignore_ascii_case("variables") && rest.starts_with("('") {
        let literal = quoted(&rest[1..]);
        let variable = rest[2..literal.max(2)].replace("''", "'");
        if let Some(new) = rename(Sort::Variable, &variable) {
            return (end + 1 + literal, format!("{name}('{}'", new.replace('\'', "''")));
        }
    }
    if let Some(member) = rest.strip_prefix('.') {
        let length = member.find(|c| !is_word(c)).unwrap_or(member.len());
        if member[length..].starts_with('(') {
            let full = &text[..end + 1 + length];
            return (full.len(), rename(Sort::Function, full).unwrap_or_else(|| full.to_owned()));
        }
    }
    (end, name.to_owned())
}

/// What a declaration refers to.
pub(super) fn of(value: &Json) -> Vec<(Sort, String)> {
    let mut out = Vec::new();
    map(value, &mut |sort, name| {
        out.push((sort, name.to_owned()));
        None
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_outside_of_literals_only() {
        for (text, expected) in [
            ("[variables('a')]", "[variables('new a')]"),
            (
                "[concat('variables(''a'')', variables('a').variables)]",
                "[concat('variables(''a'')', variables('new a').variables)]",
            ),
            ("[__bicep.f(variables('a'), 1)[0]]", "[new.__bicep.f(variables('new a'), 1)[0]]"),
            ("[parameters('a').b]", "[parameters('a').b]"),
            ("[[variables('a')]", "[[variables('a')]"),
            ("variables('a')", "variables('a')"),
        ] {
            let renamed = map(&Json::from(text), &mut |sort, name| {
                Some(format!("new{}{name}", if sort == Sort::Function { "." } else { " " }))
            });
            assert_eq!(renamed, expected);
        }
    }
}
