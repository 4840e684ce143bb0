//! The spec, field by field: the page docs/reference/spec.md, and the parts of it that `explain` prints.

use std::fmt::Write as _;

use crate::spec::reference::{Field, Section, sections};

const HEAD: &str = "# The spec, field by field\n\n\
    What a spec can say, printed from the declarations that read it. A field that is not `required` may be left out; the default is what \
    counts then. `name[]` is an item of the list `name`. Lines behind a table name what is known and refused for now, each with the reason; \
    the code is `spec-not-supported`. `genai-lz explain pools.breaker.trip` prints the part about one field, `genai-lz schema` the \
    [JSON Schema](spec.schema.json) for editors.\n";

/// The page without its first line.
pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    for section in sections() {
        let title =
            if section.path.is_empty() { "The spec".to_owned() } else { format!("`{}`", section.path) };
        let _ = write!(page, "\n## {title}\n\n{}\n", section.about);
        page.push_str(&table(&section));
    }
    page
}

fn table(section: &Section) -> String {
    let mut out = String::new();
    if section.is_choice {
        out.push_str("\nExactly one of these is given.\n");
    }
    out.push_str("\n| field | takes | default | meaning |\n|---|---|---|---|\n");
    for field in &section.fields {
        let default = match (&field.default, field.is_required) {
            (Some(default), _) => format!("`{default}`"),
            (None, true) => "required".to_owned(),
            (None, false) => String::new(),
        };
        let (key, takes) = (&field.key, cell(&field.takes));
        let _ = writeln!(out, "| `{key}` | {takes} | {} | {} |", cell(&default), cell(&meaning(field)));
    }
    let words = section.fields.iter().filter(|field| !field.refused.is_empty());
    for field in words {
        let refused: Vec<String> = field.refused.iter().map(|word| format!("`{word}`")).collect();
        let _ = write!(out, "\nNot yet in `{}`: {}.\n", field.key, refused.join(", "));
    }
    if !section.refused.is_empty() {
        let refused: Vec<String> =
            section.refused.iter().map(|(name, reason)| format!("`{name}` ({reason})")).collect();
        let _ = write!(out, "\nRefused: {}.\n", refused.join(", "));
    }
    out
}

/// The description, what each word means, and what of Azure it needs.
fn meaning(field: &Field) -> String {
    let mut meaning = field.about.clone();
    if field.words.len() > 1 {
        let words: Vec<String> = field
            .words
            .iter()
            .map(|(word, about)| format!("`{word}`: {}", about.trim_end_matches('.')))
            .collect();
        let _ = write!(meaning, " {}.", words.join("; "));
    }
    if let Some(needs) = &field.needs {
        let _ = write!(meaning, " Needs {needs}.");
    }
    meaning
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// What `explain` prints of a field and of the mapping behind it.
pub(in crate::cli) fn explained(field: Option<&Field>, section: Option<&Section>) -> String {
    let mut out = String::new();
    if let Some(field) = field {
        let _ = write!(out, "{}\n\n{}\n\n", field.path, field.about);
        let mut row = |name: &str, text: &str| {
            let _ = writeln!(out, "{name:<9} {text}");
        };
        row("takes", &field.takes);
        match (&field.default, field.is_required) {
            (Some(default), _) => row("default", default),
            (None, true) => row("default", "none: it is required"),
            (None, false) => row("default", "none: it may be left out"),
        }
        if let Some(needs) = &field.needs {
            row("needs", needs);
        }
        if field.words.len() > 1 {
            let width = field.words.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
            out.push_str("\nWords:\n\n");
            for (word, about) in &field.words {
                let _ = writeln!(out, "  {word:<width$}  {about}");
            }
        }
        if !field.refused.is_empty() {
            let _ = write!(out, "\nNot yet: {}\n", field.refused.join(", "));
        }
    }
    if let Some(section) = section {
        if field.is_none() {
            let _ = write!(out, "{}\n\n{}\n", section.path, section.about);
        }
        let width = section.fields.iter().map(|field| field.key.len()).max().unwrap_or(0);
        let title = if section.is_choice { "Fields, of which exactly one is given" } else { "Fields" };
        let _ = write!(out, "\n{title}:\n\n");
        for field in &section.fields {
            let _ = writeln!(out, "  {:<width$}  {}", field.key, field.about);
        }
        if !section.refused.is_empty() {
            out.push_str("\nRefused:\n\n");
            for (name, reason) in &section.refused {
                let _ = writeln!(out, "  {name}: {reason}");
            }
        }
    }
    out
}

/// The same for machines.
pub(in crate::cli) fn explained_json(field: Option<&Field>, section: Option<&Section>) -> serde_json::Value {
    let of_field = |field: &Field| {
        let words: serde_json::Map<String, serde_json::Value> =
            field.words.iter().map(|(word, about)| (word.clone(), about.clone().into())).collect();
        serde_json::json!({
            "path": field.path, "about": field.about, "takes": field.takes, "default": field.default,
            "required": field.is_required, "needs": field.needs, "words": words, "refused": field.refused,
        })
    };
    let mut all: Vec<serde_json::Value> = field.map(of_field).into_iter().collect();
    all.extend(section.into_iter().flat_map(|section| &section.fields).map(of_field));
    all.into()
}
