//! Changes to the text of a spec file that leave everything else in it as it is, comments included.

use std::sync::Arc;

use super::yaml::{self, Kind, Node};
use crate::text::Source;

/// The text of the spec file with `path` last in its `overlays`. None where the file is no YAML, or is written so that only a person can
/// say where the line belongs; what comes of the change is read back and compared.
pub fn with_overlay(source: &Arc<Source>, path: &str) -> Option<String> {
    let mut before = yaml::compose(source).ok()?;
    let (at, added) = insertion(source.text(), &before, path)?;
    let mut text = source.text().to_owned();
    text.insert_str(at, &added);
    let mut after = yaml::compose(&Source::new(source.path(), text.as_str())).ok()?;
    let mut expected = overlays(&mut before)?;
    expected.push(path.to_owned());
    let is_as_meant = overlays(&mut after)? == expected && before.to_json() == after.to_json();
    is_as_meant.then_some(text)
}

/// Takes the paths out of the tree. None where they are no list of texts.
fn overlays(root: &mut Node) -> Option<Vec<String>> {
    match root.take("overlays") {
        None => Some(Vec::new()),
        Some(none) if none.is_null() => Some(Vec::new()),
        Some(Node { kind: Kind::List(items), .. }) => {
            items.iter().map(|item| item.as_text().map(str::to_owned)).collect()
        }
        Some(_) => None,
    }
}

/// Where the text goes, and what goes there.
fn insertion(text: &str, root: &Node, path: &str) -> Option<(usize, String)> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let line_end = |from: usize| from + text[from..].find(['\r', '\n']).unwrap_or(text.len() - from);
    let Some((key, value)) = root.field("overlays") else {
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
        return Some((text.len(), format!("{gap}overlays:{newline}  - {path}{newline}")));
    };
    let behind_key = key.span.range().end;
    let Kind::List(items) = &value.kind else {
        return Some((line_end(behind_key), format!("{newline}  - {path}")));
    };
    let Some(last) = items.last() else {
        return Some((behind_key + text[behind_key..].find('[')? + 1, path.to_owned()));
    };
    let span = last.span.range();
    let first = items.first()?.span.range().start;
    if text.get(behind_key..first)?.contains('[') {
        let n_quotes = usize::from(text[span.end..].starts_with(['"', '\'']));
        return Some((span.end + n_quotes, format!(", {path}")));
    }
    let line = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let lead = text.get(line..span.start)?.trim_end_matches(['"', '\'']);
    let is_item = lead.trim_start().strip_prefix('-').is_some_and(|rest| rest.trim().is_empty());
    is_item.then(|| (line_end(span.end), format!("{newline}{lead}{path}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_added_and_nothing_else_changes() {
        for (text, expected) in [
            ("a: 1 # one\n", Some("a: 1 # one\noverlays:\n  - c/x.yaml\n")),
            ("a: 1", Some("a: 1\noverlays:\n  - c/x.yaml\n")),
            ("a: 1\r\n", Some("a: 1\r\noverlays:\r\n  - c/x.yaml\r\n")),
            ("overlays: # teams\nb: 2\n", Some("overlays: # teams\n  - c/x.yaml\nb: 2\n")),
            ("overlays: []\nb: 2\n", Some("overlays: [c/x.yaml]\nb: 2\n")),
            ("overlays: [a.yaml] # teams\n", Some("overlays: [a.yaml, c/x.yaml] # teams\n")),
            ("overlays: [\"a.yaml\"]\n", Some("overlays: [\"a.yaml\", c/x.yaml]\n")),
            (
                "overlays:\n- a.yaml # first\n- \"b.yaml\" # last\n\nb: 2\n",
                Some("overlays:\n- a.yaml # first\n- \"b.yaml\" # last\n- c/x.yaml\n\nb: 2\n"),
            ),
            ("overlays:\n    - a.yaml", Some("overlays:\n    - a.yaml\n    - c/x.yaml")),
            ("{a: 1}\n", None),
            ("overlays: ~\n", None),
            ("overlays: a.yaml\n", None),
            ("a: 1\n...\n", None),
            ("a: [1\n", None),
        ] {
            let found = with_overlay(&Source::new("spec.yaml", text), "c/x.yaml");
            assert_eq!(found.as_deref(), expected, "{text:?}");
        }
    }
}
