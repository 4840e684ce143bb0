//! JSON values as YAML that people like to read. Every text is quoted where it could be read as anything else, so that
//! the reader of specs gives back what was written: no indicator, no `${env:NAME}` of a stranger, no comment.

use std::fmt::Write as _;

use serde_json::Value as Json;

const STEP: usize = 2;

/// Returns the document of an object.
pub(super) fn document(value: &Json) -> String {
    let mut out = String::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        entry(&mut out, 0, name, value);
        if value.is_object() || value.is_array() {
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// `name: value` at a depth. Recurses as deep as the draft, which we made.
fn entry(out: &mut String, depth: usize, name: &str, value: &Json) {
    let _ = write!(out, "{:depth$}{}:", "", scalar_text(name));
    after_key(out, depth, value);
}

fn after_key(out: &mut String, depth: usize, value: &Json) {
    match value {
        Json::Object(map) if !map.is_empty() => {
            out.push('\n');
            for (name, value) in map {
                entry(out, depth + STEP, name, value);
            }
        }
        Json::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            out.push('\n');
            for item in items {
                list_item(out, depth + STEP, item);
            }
        }
        flat => {
            let _ = writeln!(out, " {}", flow(flat));
        }
    }
}

fn list_item(out: &mut String, depth: usize, item: &Json) {
    let Json::Object(map) = item else {
        let _ = writeln!(out, "{:depth$}- {}", "", flow(item));
        return;
    };
    for (index, (name, value)) in map.iter().enumerate() {
        if index == 0 {
            let _ = write!(out, "{:depth$}- {}:", "", scalar_text(name));
            after_key(out, depth + STEP, value);
        } else {
            entry(out, depth + STEP, name, value);
        }
    }
    if map.is_empty() {
        let _ = writeln!(out, "{:depth$}- {{}}", "");
    }
}

/// A value in one line.
fn flow(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::String(text) => scalar_text(text),
        Json::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Json::Object(map) if map.is_empty() => "{}".to_owned(),
        Json::Object(map) => {
            let fields = map.iter().map(|(name, value)| format!("{}: {}", scalar_text(name), flow(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text as it is where it is a plain word, in double quotes with escapes elsewhere (YAML 1.2.2, 5.7 and 7.3.1).
fn scalar_text(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    // `${` would be filled in from the environment; `$${` stands for it.
    let text = text.replace("${", "$${");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // What YAML calls printable and no tool takes for the end of a line.
            ' '..='~' => out.push(c),
            '\u{a1}'..='\u{d7ff}' if !matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                out.push(c);
            }
            '\u{10000}'..='\u{1fffd}' => out.push(c),
            c if (c as u32) <= 0xffff => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => {
                let _ = write!(out, "\\U{:08x}", c as u32);
            }
        }
    }
    out.push('"');
    out
}

/// A word that is no number, no date, no Boolean and no null in any version of YAML.
fn is_plain(text: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::text::{Source, next_random};

    #[test]
    fn a_document_is_laid_out_for_people() {
        let value = json!({
            "kind": "X", "metadata": {"name": "a", "tags": {"costCenter": "4711", "a b": "yes"}},
            "models": [{"id": "one", "deployments": [{"name": "d", "capacity": 5}]}, {}],
            "zones": ["1", "2"], "none": [], "empty": {},
        });
        assert_eq!(
            document(&value),
            "kind: X\nmetadata:\n  name: a\n  tags:\n    costCenter: \"4711\"\n    \"a b\": \"yes\"\n\nmodels:\n  - id: one\n    \
             deployments:\n      - name: d\n        capacity: 5\n  - {}\n\nzones: [\"1\", \"2\"]\n\nnone: []\n\nempty: {}\n"
        );
    }

    /// Any text that stands in a tag comes back from the reader of specs as it was.
    #[test]
    fn every_text_is_read_back_as_it_was_written() {
        let odd: Vec<char> = "\"'\\\n\r\t:#-?{}[],&*!|>%@`$~ aZ0\u{0}\u{7}\u{85}\u{a0}\u{ad}\u{2028}\u{202e}\u{feff}\u{fffd}é日😀\u{10ffff}".chars().collect();
        let mut texts: Vec<String> = [
            "",
            " ",
            "yes",
            "null",
            "~",
            "1e3",
            "0x1f",
            "2026-11-30",
            "- a",
            "a: b",
            "a #b",
            "${env:HOME}",
            "$${x",
            "$$$${",
            "---",
            "...",
            "<<",
            "*a",
            "&a",
            "!x",
            "'",
            "\"",
            "a\r\nb",
            "=",
            "a:",
            "%YAML 1.2",
        ]
        .map(str::to_owned)
        .into();
        let mut seed = 7;
        for _ in 0..3_000 {
            let length = next_random(&mut seed) % 12;
            texts.push((0..length).map(|_| odd[next_random(&mut seed) as usize % odd.len()]).collect());
        }
        for text in &texts {
            let line = format!("tags: {{ t: {} }}", scalar_text(text));
            let spec = crate::spec::starter().replace("tags: { owner: platform-team }", &line);
            assert!(spec.contains(&line));
            let read = crate::spec::parse(&Source::new("spec.yaml", spec), &|_| Some("filled in".to_owned()));
            match read {
                Ok((spec, _)) => assert_eq!(&spec.metadata.tags["t"].value, text),
                // Azure takes no tag with a control character; the text itself was read.
                Err(refused) => {
                    assert!(text.contains(char::is_control), "{text:?}: {refused:?}");
                    assert!(
                        refused.0.iter().all(|found| found.code.id == "azure-name-refused"),
                        "{refused:?}"
                    );
                }
            }
        }
    }
}
