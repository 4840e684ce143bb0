//! Parameter values that can be written as JSON and as Bicep, where a policy may stand in a file of its own.

use serde_json::{Map, Value as Json};

/// A parameter value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Int(u32),
    Bool(bool),
    List(Vec<Literal>),
    Object(Vec<(&'static str, Literal)>),
    /// An object whose keys the user chose.
    Tags(Vec<(String, String)>),
    /// A text that `.bicepparam` files load from the bundle.
    File {
        path: String,
        text: String,
    },
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Literal {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<u32> for Literal {
    fn from(value: u32) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Vec<Literal>> for Literal {
    fn from(items: Vec<Literal>) -> Self {
        Self::List(items)
    }
}

/// Makes an object in the order in which its fields are given.
pub(super) fn object<const N: usize>(fields: [(&'static str, Literal); N]) -> Literal {
    Literal::Object(fields.into())
}

/// Makes a list of what `make` makes of each item.
pub(super) fn list<'a, T: 'a>(
    items: impl IntoIterator<Item = &'a T>,
    make: impl FnMut(&'a T) -> Literal,
) -> Literal {
    Literal::List(items.into_iter().map(make).collect())
}

impl Literal {
    pub(super) fn to_json(&self) -> Json {
        match self {
            Self::Text(text) | Self::File { text, .. } => Json::from(text.as_str()),
            Self::Int(value) => Json::from(*value),
            Self::Bool(value) => Json::from(*value),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(fields) => fields
                .iter()
                .map(|(key, value)| ((*key).to_owned(), value.to_json()))
                .collect::<Map<_, _>>()
                .into(),
            Self::Tags(tags) => tags
                .iter()
                .map(|(key, value)| (key.clone(), Json::from(value.as_str())))
                .collect::<Map<_, _>>()
                .into(),
        }
    }

    /// Writes the value as Bicep, `level` levels deep; `up` leads from the file to the root of the bundle.
    pub(super) fn to_bicep(&self, level: usize, up: &str) -> String {
        let lines = |open: &str, inner: Vec<String>, close: &str| {
            if inner.is_empty() {
                return format!("{open}{close}");
            }
            let indent = "  ".repeat(level + 1);
            let inner: String = inner.iter().map(|line| format!("{indent}{line}\n")).collect();
            format!("{open}\n{inner}{}{close}", "  ".repeat(level))
        };
        match self {
            Self::Text(text) => bicep_string(text),
            Self::File { path, .. } => format!("loadTextContent({})", bicep_string(&format!("{up}{path}"))),
            Self::Int(value) => value.to_string(),
            Self::Bool(value) => value.to_string(),
            Self::List(items) => {
                lines("[", items.iter().map(|item| item.to_bicep(level + 1, up)).collect(), "]")
            }
            Self::Object(fields) => lines(
                "{",
                fields
                    .iter()
                    .map(|(key, value)| format!("{}: {}", bicep_key(key), value.to_bicep(level + 1, up)))
                    .collect(),
                "}",
            ),
            Self::Tags(tags) => lines(
                "{",
                tags.iter()
                    .map(|(key, value)| format!("{}: {}", bicep_string(key), bicep_string(value)))
                    .collect(),
                "}",
            ),
        }
    }
}

/// A key as Bicep writes it: in quotes where it is no identifier, as a header's name.
fn bicep_key(key: &str) -> String {
    let is_identifier = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !key.starts_with(|c: char| c.is_ascii_digit());
    if is_identifier { key.to_owned() } else { bicep_string(key) }
}

/// A Bicep string literal (learn.microsoft.com/azure/azure-resource-manager/bicep/data-types, seen 2026-11): `\` and
/// `'` are escaped, `${` would begin an interpolation, and control characters have escapes of their own.
pub(super) fn bicep_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' if chars.peek() == Some(&'{') => out.push_str("\\$"),
            control if control.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bicep_strings_hold_any_text() {
        for (text, expected) in [
            ("plain", "'plain'"),
            ("it's", "'it\\'s'"),
            ("${x}", "'\\${x}'"),
            ("$5 {", "'$5 {'"),
            ("a\\b\nc\td\u{1}", "'a\\\\b\\nc\\td\\u{1}'"),
            ("@secure() }}", "'@secure() }}'"),
        ] {
            assert_eq!(bicep_string(text), expected);
        }
    }

    #[test]
    fn values_are_written_in_both_languages() {
        let value = object([
            ("none", Literal::List(Vec::new())),
            ("list", Literal::List(vec![1.into(), true.into()])),
            ("policy", Literal::File { path: "policies/a.xml".to_owned(), text: "<a />".to_owned() }),
        ]);
        assert_eq!(value.to_json(), serde_json::json!({ "none": [], "list": [1, true], "policy": "<a />" }));
        assert_eq!(
            value.to_bicep(0, "../"),
            "{\n  none: []\n  list: [\n    1\n    true\n  ]\n  policy: loadTextContent('../policies/a.xml')\n}"
        );
    }
}
