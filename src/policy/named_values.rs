//! `{{name}}`: replaced by the named value's text before anything is parsed, as the service does when a policy is
//! saved; one level only. Keeps the way back, so that findings show the text as it was written and a secret value
//! appears in none of them.

use std::sync::Arc;

use indexmap::IndexMap;

use super::codes;
use super::scanner::MAX_FINDINGS;
use crate::diag::Diagnostic;
use crate::text::{Source, Span};

/// A text after substitution, with the way back to the text before it.
#[derive(Clone, Debug)]
pub struct Substituted {
    pub original: Arc<Source>,
    pub source: Arc<Source>,
    /// In order. Shared, because every expression keeps the way back.
    edits: Arc<[Edit]>,
}

/// The longest name that a named value has (Learn, named values, 2026).
const MAX_NAME_BYTES: usize = 256;

/// Templates beyond these are not told from other text.
const MAX_LIQUID_TEMPLATES: usize = 64;

/// `{{name}}` at `original` became what is now at `new`.
#[derive(Clone, Copy, Debug)]
struct Edit {
    original: Span,
    new: Span,
}

/// Replaces every `{{name}}` that is in `values`. A name that is not is reported and left as it stands.
pub fn substitute(
    original: &Arc<Source>,
    values: &IndexMap<String, String>,
) -> (Substituted, Vec<Diagnostic>) {
    let text = original.text();
    let mut found = Vec::new();
    let mut new = String::new();
    let mut edits = Vec::new();
    let mut at = 0;
    let liquid = liquid_templates(text);
    while let Some(index) = text[at..].find("{{") {
        let start = at + index;
        let Some(length) = reference_length(&text[start..]) else {
            new.push_str(&text[at..start + 1]);
            at = start + 1;
            continue;
        };
        let (span, name) = (Span::new(start, start + length), &text[start + 2..start + length - 2]);
        new.push_str(&text[at..start]);
        let value = values.get(name).map_or_else(|| original.slice(span), String::as_str);
        edits.push(Edit { original: span, new: Span::new(new.len(), new.len() + value.len()) });
        new.push_str(value);
        at = start + length;
        if !values.contains_key(name) && !is_in(&liquid, start) && found.len() < MAX_FINDINGS {
            let message = format!(
                "there is no named value `{name}`; the service says \"Cannot find a property '{name}'\""
            );
            let diagnostic = Diagnostic::new(&codes::UNKNOWN_NAMED_VALUE, message)
                .at(original, span)
                .help("create a named value of that name, or correct the name")
                .did_you_mean(name, values.keys().map(String::as_str));
            found.push(diagnostic);
        }
    }
    new.push_str(&text[at..]);
    let source = if edits.is_empty() { Arc::clone(original) } else { Source::new(original.path(), new) };
    (Substituted { original: Arc::clone(original), source, edits: edits.into() }, found)
}

/// Where `<set-body template="liquid">` has its template: there `{{item.name}}` may be a variable of the template.
fn liquid_templates(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut templates = Vec::new();
    let mut at = 0;
    while let Some(index) = text[at..].find("template=") {
        let start = at + index + "template=".len();
        let value = text[start..].trim_start_matches(['"', '\'']);
        at = start;
        if value.starts_with("liquid") && templates.len() < MAX_LIQUID_TEMPLATES {
            at += text[start..].find("</set-body>").unwrap_or(text.len() - start);
            templates.push(start..at);
        }
    }
    templates
}

fn is_in(templates: &[std::ops::Range<usize>], offset: usize) -> bool {
    templates.iter().any(|template| template.contains(&offset))
}

impl Substituted {
    /// A text in which nothing is replaced.
    pub fn unchanged(source: &Arc<Source>) -> Self {
        Self { original: Arc::clone(source), source: Arc::clone(source), edits: Arc::default() }
    }

    /// Whether `literal` still holds a `{{name}}`: no named values were given, or this one was reported.
    pub(super) fn has_references(literal: &str) -> bool {
        literal.match_indices("{{").any(|(at, _)| reference_length(&literal[at..]).is_some())
    }

    /// Returns where `span` of the new text is in the original one; a part of a replacement is all of it.
    pub fn original_span(&self, span: Span) -> Span {
        Span {
            start: self.offset(span.start, |edit| edit.start),
            end: self.offset(span.end, |edit| edit.end),
        }
    }

    /// Moves findings about the new text to the original one.
    pub fn restore(&self, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        for diagnostic in &mut found {
            for label in diagnostic.primary.iter_mut().chain(&mut diagnostic.related) {
                if Arc::ptr_eq(&label.source, &self.source) {
                    label.span = self.original_span(label.span);
                    label.source = Arc::clone(&self.original);
                }
            }
        }
        found
    }

    fn offset(&self, at: u32, edge: fn(Span) -> u32) -> u32 {
        let next = self.edits.partition_point(|edit| edit.new.start < at);
        match next.checked_sub(1).and_then(|index| self.edits.get(index)) {
            Some(edit) if at < edit.new.end => edge(edit.original),
            Some(edit) => edit.original.end + (at - edit.new.end),
            None => at,
        }
    }
}

/// Every `{{name}}` in a text, in order: where it is, braces included, and the name. Without those of Liquid
/// templates, which may be variables of the template.
pub(super) fn references(text: &str) -> Vec<(Span, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    let liquid = liquid_templates(text);
    while let Some(index) = text[at..].find("{{") {
        let start = at + index;
        let Some(length) = reference_length(&text[start..]) else {
            at = start + 1;
            continue;
        };
        at = start + length;
        if !is_in(&liquid, start) {
            found.push((Span::new(start, at), &text[start + 2..at - 2]));
        }
    }
    found
}

/// Returns the length of the `{{name}}` that `text` begins with. Names hold letters, digits, `.`, `_` and `-` and
/// begin with a letter; anything else between double braces is Liquid or C#.
pub(super) fn reference_length(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("{{")?;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let length = rest.bytes().take(MAX_NAME_BYTES).take_while(is_part).count();
    let (name, after) = rest.split_at(length);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && after.starts_with("}}");
    let is_liquid = name.starts_with("body.") || name.starts_with("context.");
    (is_name && !is_liquid).then_some(length + 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_liquid_template_has_variables_of_its_own() {
        let text = "<a>{{x.y}}<set-body template='liquid'>{{item.name}}{{id}}</set-body>{{x.y}}</a>";
        let values = IndexMap::from([("id".to_owned(), "1".to_owned())]);
        let (new, found) = substitute(&Source::new("p.xml", text), &values);
        assert_eq!(new.source.text(), text.replace("{{id}}", "1"));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn values_go_in_and_places_come_back() {
        let values = IndexMap::from([("id".to_owned(), "a-long-secret".to_owned())]);
        let original = Source::new("p.xml", "<a b='{{id}}' c='{{x}}' d='{{ body.y }}{{body.z}}' e=''/>");
        let (new, found) = substitute(&original, &values);
        assert_eq!(new.source.text(), "<a b='a-long-secret' c='{{x}}' d='{{ body.y }}{{body.z}}' e=''/>");
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("\"Cannot find a property 'x'\""), "{found:?}");
        let at = |needle: &str| {
            let start = new.source.text().find(needle).unwrap();
            original.slice(new.original_span(Span::new(start, start + needle.len()))).to_owned()
        };
        assert_eq!(at("secret"), "{{id}}");
        assert_eq!(at("e=''"), "e=''");
        assert_eq!(at("<a b='a"), "<a b='{{id}}");
    }
}
