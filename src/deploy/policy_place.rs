//! Finds the place that API Management means when it refuses a rendered policy: `... on line 19, column 7: ...` of a
//! resource `Microsoft.ApiManagement/service/apis/policies` is a place in `policies/apis/ID.xml`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Failure, codes, explain};
use crate::azure::ArmError;
use crate::diag::Diagnostic;
use crate::render::{self, Origin};
use crate::text::{Source, Span};

/// What was rendered, and what in the spec it was rendered for.
#[derive(Clone, Copy, Debug)]
pub struct Rendered<'a> {
    /// Path to text, as in `render::Bundle`.
    pub files: &'a BTreeMap<String, String>,
    /// Path to what in the spec it comes from, as of `render::origins`.
    pub origins: &'a BTreeMap<String, Origin>,
}

/// A finding for each reason why a rendered policy was refused, with its place where the message names one.
pub fn refused(failure: &Failure, rendered: &Rendered<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for failed in &failure.failed {
        let Some(path) = path_of(&failed.resource.id) else { continue };
        let Some(text) = rendered.files.get(&path) else { continue };
        let source = Source::new(path, text.as_str());
        let causes = explain::causes(&failed.error);
        found.extend(
            causes.iter().take(explain::CAUSES_MAX).map(|cause| finding(cause.error, &source, rendered)),
        );
    }
    found
}

fn finding(cause: &ArmError, source: &Arc<Source>, rendered: &Rendered<'_>) -> Diagnostic {
    let path = source.path();
    let message = format!("API Management refuses the rendered policy `{path}`");
    let mut found = Diagnostic::new(&codes::POLICY_REFUSED, message).azure_says(cause.to_string());
    let origin = rendered.origins.get(path);
    let mut key = None;
    if let Some(span) = place(&cause.message).and_then(|(line, column)| span_at(source, line, column)) {
        found = found.at(source, span);
        let line = source.line(span.start);
        let text = source.slice(line).trim_end();
        if let Some(made) = origin.and_then(|origin| render::template_line(origin.template, text)) {
            found = found.related(&made.source, made.span, "the line of the template that makes it");
            // The template's line is without its indentation; its attributes are what counts.
            let offset = span.range().start - line.range().start;
            let template = made.source.slice(made.span);
            key = origin.and_then(|origin| origin.key(template, text, offset, &cause.message));
        }
    }
    match (key, origin) {
        (Some(key), _) => found.related(&key.source, key.span, "the value that is rendered there"),
        (None, Some(origin)) => {
            let whole = origin.whole();
            found.related(&whole.source, whole.span, "rendered for this part of the spec")
        }
        (None, None) => found,
    }
    .help("see the whole policy with `genai-lz render SPEC -o FOLDER`")
}

/// Where `render` has put the policy of a resource: by the segments of its id behind the service's name.
fn path_of(id: &str) -> Option<String> {
    const SERVICE: &str = "/providers/microsoft.apimanagement/service/";
    let start = id.to_ascii_lowercase().find(SERVICE)? + SERVICE.len();
    let segments: Vec<&str> = id.get(start..)?.split('/').collect();
    let is = |segment: &str, word: &str| segment.eq_ignore_ascii_case(word);
    match segments[..] {
        [_, of, name, policies, _] if is(policies, "policies") && is(of, "apis") => {
            Some(format!("policies/apis/{name}.xml"))
        }
        [_, of, name, policies, _] if is(policies, "policies") && is(of, "products") => {
            Some(format!("policies/products/{name}.xml"))
        }
        // The handshake's policy is that of its API.
        [_, of, name, operations, handshake, policies, _]
            if is(policies, "policies")
                && is(handshake, "onHandshake")
                && is(operations, "operations")
                && is(of, "apis") =>
        {
            Some(format!("policies/apis/{name}.xml"))
        }
        [_, of, name] if is(of, "policyFragments") => Some(format!("policies/fragments/{name}.xml")),
        _ => None,
    }
}

/// Reads `line 19, column 7` (the service's schema check) and `Line 28, position 56` (.NET's XML reader) out of a
/// message; the last one, because .NET puts the place at the end and may quote another before it.
fn place(message: &str) -> Option<(u32, u32)> {
    let lower = message.to_ascii_lowercase();
    let read = |at: usize| {
        let (line, rest) = number(lower[at..].strip_prefix("line ")?)?;
        let rest = rest.trim_start_matches([',', ' ']);
        let rest = rest.strip_prefix("column ").or_else(|| rest.strip_prefix("position "))?;
        Some((line, number(rest)?.0))
    };
    lower.match_indices("line ").filter_map(|(at, _)| read(at)).last()
}

fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// The word at a place, both counted from 1. The XML reader counts to the name behind `<`. None past the end.
fn span_at(source: &Source, line: u32, column: u32) -> Option<Span> {
    let (line, column) = (usize::try_from(line).ok()?.checked_sub(1)?, usize::try_from(column).ok()?);
    let text = source.text();
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let shown = text.get(start..)?.split('\n').next().filter(|_| text.split('\n').count() > line)?;
    let offset = shown.char_indices().nth(column.saturating_sub(1)).map_or(shown.len(), |(offset, _)| offset);
    let word = shown[offset..]
        .find(|character: char| !character.is_alphanumeric() && !matches!(character, '-' | '_' | '.'))
        .unwrap_or(shown.len() - offset);
    Some(Span::new(start + offset, start + offset + word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_from_the_words_of_the_service_and_of_the_xml_reader() {
        for (message, expected) in [
            ("Error in element 'set-header' on line 19, column 7: The element", Some((19, 7))),
            ("An error occurred while parsing EntityName. Line 28, position 56.", Some((28, 56))),
            (
                "The 'a' start tag on line 2 position 3 does not match the end tag of 'b'. Line 4, position 5.",
                Some((4, 5)),
            ),
            ("on line 99999999999999, column 1", None),
            ("a pipeline 3 of 4", None),
            ("", None),
        ] {
            assert_eq!(place(message), expected, "{message}");
        }
    }

    #[test]
    fn a_place_is_a_word_of_the_text_or_none() {
        let source = Source::new("p.xml", "<a>\n  <set-header x=\"é\"/>\n</a>");
        let at = |line, column| span_at(&source, line, column).map(|span| source.slice(span).to_owned());
        assert_eq!(at(2, 4).as_deref(), Some("set-header"));
        assert_eq!(at(2, 18).as_deref(), Some("é"));
        assert_eq!(at(2, 400).as_deref(), Some(""));
        assert_eq!((at(0, 1), at(4, 1)), (None, None));
    }

    #[test]
    fn ids_lead_to_the_rendered_files() {
        let id = |rest: &str| {
            format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/apim/{rest}")
        };
        for (rest, expected) in [
            ("apis/chat/policies/policy", Some("policies/apis/chat.xml")),
            ("products/gold/policies/policy", Some("policies/products/gold.xml")),
            ("policyFragments/pool-exhausted", Some("policies/fragments/pool-exhausted.xml")),
            ("apis/voice/operations/onHandshake/policies/policy", Some("policies/apis/voice.xml")),
            ("apis/chat/operations/x/policies/policy", None),
            ("apis/chat", None),
        ] {
            assert_eq!(path_of(&id(rest)).as_deref(), expected, "{rest}");
        }
        assert_eq!(path_of("/subscriptions/s"), None);
    }
}
