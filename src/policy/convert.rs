//! The two formats of one policy. `xml` is XML: what is in an expression is escaped. `rawxml` holds expressions as
//! C# wrote them, and is what the portal's editor shows (API Management staff, stackoverflow.com/a/70278751). Both
//! mean the same; references inside an expression are decoded in either.

use super::codes;
use super::entities::{self, Reference};
use super::parser::begins_name_badly;
use super::tree::{Document, Element, Node, Piece, Text};
use super::wordings;
use crate::diag::{Diagnostic, Wording};
use crate::text::{Source, Span};

/// So many expressions are named that are not XML; the service stops at the first.
const MAX_FINDINGS: usize = 100;

/// Returns the text in the format `xml`: expressions escaped, all else as it is written. Line breaks and tabs of an
/// expression in an attribute become references too, because an XML reader makes spaces of them, after which a
/// `//` comment would not end.
pub fn to_xml(document: &Document) -> String {
    rewrite(document, |raw, place| escape(&entities::decode(raw).text, place.quote))
}

/// Returns the text in the format `rawxml`: expressions as C#, all else as it is written. A `&amp;` stays where the
/// bare `&` would begin a reference.
pub fn to_rawxml(document: &Document) -> String {
    rewrite(document, |raw, _| {
        let text = entities::decode(raw).text;
        let mut out = String::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            match c {
                '&' if matches!(entities::reference(&text[at..]), Reference::Character { .. }) => {
                    out.push_str("&amp;");
                }
                c => out.push(c),
            }
        }
        out
    })
}

/// Returns a finding for every expression that an XML reader would trip over: what is wrong with the text where it
/// is declared to be `xml`. The first has the service's wording; it reads no further.
pub fn not_xml(document: &Document) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for place in places(document) {
        let Some((at, wording)) = first_offence(document, &place) else { continue };
        let offending = document.source.text()[at..].chars().next().unwrap_or(' ');
        let message = format!("a bare `{offending}` inside an expression is not XML");
        let diagnostic = Diagnostic::new(&codes::NOT_XML, message)
            .at(&document.source, Span::new(at, at + offending.len_utf8()))
            .help(format!("set the format to `rawxml`, or write `{}`", escape_char(offending)));
        found.push(match wording {
            Some(wording) if found.is_empty() => diagnostic.service_says(wording),
            _ => diagnostic,
        });
        if found.len() == MAX_FINDINGS {
            break;
        }
    }
    found
}

/// An expression and what is around it. Those in CDATA sections are XML as they are.
struct Place<'a> {
    span: Span,
    /// Of the attribute; None in element text.
    quote: Option<char>,
    parent: &'a Element,
}

fn places(document: &Document) -> Vec<Place<'_>> {
    let mut places = Vec::new();
    for element in document.elements() {
        collect(element, &document.source, &mut places);
    }
    places
}

/// Recurses as deep as the parser lets elements nest.
fn collect<'a>(element: &'a Element, source: &Source, into: &mut Vec<Place<'a>>) {
    let add = |text: &Text, quote: Option<char>, into: &mut Vec<Place<'a>>| {
        for piece in &text.pieces {
            if let Piece::Expression { span, .. } = piece {
                into.push(Place { span: *span, quote, parent: element });
            }
        }
    };
    for value in element.attributes.iter().filter_map(|attribute| attribute.value.as_ref()) {
        add(value, source.text()[..value.span.start as usize].chars().next_back(), into);
    }
    for child in &element.children {
        match child {
            Node::Text(text) => add(text, None, into),
            Node::Element(child) => collect(child, source, into),
            Node::CData { .. } | Node::Comment(_) | Node::Instruction(_) | Node::Junk(_) => {}
        }
    }
}

/// Replaces every expression, from the first to the last.
fn rewrite(document: &Document, replace: impl Fn(&str, &Place<'_>) -> String) -> String {
    let source = &document.source;
    let mut out = String::with_capacity(source.text().len());
    let mut at = 0;
    for place in places(document) {
        out.push_str(source.slice(Span { start: at, end: place.span.start }));
        out.push_str(&replace(source.slice(place.span), &place));
        at = place.span.end;
    }
    out.push_str(&source.text()[at as usize..]);
    out
}

fn escape(text: &str, quote: Option<char>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '<' | '>' | '&' => out.push_str(escape_char(c)),
            c if quote == Some(c) => out.push_str(escape_char(c)),
            '\n' if quote.is_some() => out.push_str("&#10;"),
            '\t' if quote.is_some() => out.push_str("&#9;"),
            // An XML reader makes a line feed of it unless one follows.
            '\r' if quote.is_some() || characters.peek() != Some(&'\n') => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    out
}

fn escape_char(c: char) -> &'static str {
    match c {
        '<' => "&lt;",
        '>' => "&gt;",
        '&' => "&amp;",
        '\'' => "&apos;",
        _ => "&quot;",
    }
}

/// Finds the first character of an expression that XML has another meaning for, and what .NET's XML reader, which
/// the service's messages come from, says there.
fn first_offence(document: &Document, place: &Place<'_>) -> Option<(usize, Option<Wording>)> {
    let source = &document.source;
    let raw = source.slice(place.span);
    let is_offence = |(at, c): (usize, char)| match c {
        '<' => true,
        '&' => !matches!(entities::reference(&raw[at..]), Reference::Character { .. }),
        c => place.quote == Some(c),
    };
    let (offset, character) = raw.char_indices().find(|found| is_offence(*found))?;
    let at = place.span.start as usize + offset;
    let after = source.text()[at + character.len_utf8()..].chars().next().unwrap_or(' ');
    let here = |wording: Wording, at: usize| {
        let position = source.position(u32::try_from(at).unwrap_or(u32::MAX));
        Some(wording.at(position.line, position.column))
    };
    let wording = match character {
        '&' => here(wordings::ENTITY_NAME.into(), at + 1),
        '<' if place.quote.is_some() => here(wordings::LESS_THAN_IN_VALUE.into(), at),
        '<' if begins_name(after) => generic_read_as_tag(source, at, place.parent),
        '<' => here(begins_name_badly(after), at + 1),
        _ if matches!(after, '>' | '/') || after.is_whitespace() => None,
        _ if begins_name(after) => {
            let token: String =
                source.text()[at + 1..].chars().take_while(|c| super::scanner::is_name_char(*c)).collect();
            here(Wording::of(wordings::NO_WHITE_SPACE, &[&token]), at + 1)
        }
        _ => here(begins_name_badly(after), at + 1),
    };
    Some((at, wording))
}

fn begins_name(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == ':'
}

/// `As<JObject>` in element text is a start tag to XML, and the next end tag does not fit it.
fn generic_read_as_tag(source: &Source, at: usize, parent: &Element) -> Option<Wording> {
    let rest = &source.text()[at + 1..];
    let name = &rest[..rest.find(|c: char| !super::scanner::is_name_char(c))?];
    if !rest[name.len()..].starts_with('>') {
        return None;
    }
    let opened = source.position(u32::try_from(at + 1).ok()?);
    let closed = source.position(parent.end_tag?.start + 2);
    let wording = Wording::of(wordings::TAG_MISMATCH, &[&name, &opened.line, &opened.column, &parent.name]);
    Some(wording.at(closed.line, closed.column))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn document(text: &str) -> Document {
        parse(&Source::new("p.xml", text)).0
    }

    #[test]
    fn the_formats_turn_into_each_other() {
        for (rawxml, xml) in [
            (
                r#"<a b="@(x.As<T>("k") && 1 > 0)" c='d'/>"#,
                r#"<a b="@(x.As&lt;T&gt;(&quot;k&quot;) &amp;&amp; 1 &gt; 0)" c='d'/>"#,
            ),
            (r#"<a b='@(f("x", 'y'))'/>"#, r#"<a b='@(f("x", &apos;y&apos;))'/>"#),
            ("<a>@{ return x<y; }</a>", "<a>@{ return x&lt;y; }</a>"),
            ("<a b=\"@(1 // one\r\n\t+ 2)\"/>", "<a b=\"@(1 // one&#13;&#10;&#9;+ 2)\"/>"),
            // A C# string that holds a reference keeps it.
            (r#"<a>@("&amp;lt;")</a>"#, r#"<a>@("&amp;lt;")</a>"#),
            ("<a><![CDATA[@(a<b && c)]]>&lt; @ &amp;</a>", "<a><![CDATA[@(a<b && c)]]>&lt; @ &amp;</a>"),
        ] {
            assert_eq!(to_xml(&document(rawxml)), xml);
            assert_eq!(to_rawxml(&document(xml)), rawxml);
            assert_eq!(to_xml(&document(xml)), xml, "what is XML stays");
            assert_eq!(not_xml(&document(xml)), [], "{xml}");
        }
    }

    #[test]
    fn raw_expressions_declared_xml_are_told_as_the_service_tells_them() {
        for (text, place, wording) in [
            (
                "<a>\n  <b value=\"@(f(\"x-id\"))\"/></a>",
                "2:17",
                Some("'x-id' is an unexpected token. Expecting white space. Line 2, position 18."),
            ),
            (
                "<b value=\"@(f(\"\", 1))\"/>",
                "1:15",
                Some(
                    "Name cannot begin with the '\"' character, hexadecimal value 0x22. Line 1, position 16.",
                ),
            ),
            (
                "<b value='@(a && b)'/>",
                "1:15",
                Some("An error occurred while parsing EntityName. Line 1, position 16."),
            ),
            (
                "<b value='@(a < b)'/>",
                "1:15",
                Some("'<', hexadecimal value 0x3C, is an invalid attribute character. Line 1, position 15."),
            ),
            (
                "<b>@(x.As<JObject>())</b>",
                "1:10",
                Some(
                    "The 'JObject' start tag on line 1 position 11 does not match the end tag of 'b'. Line 1, position 24.",
                ),
            ),
            (
                "<b>@(1 < 2)</b>",
                "1:8",
                Some("Name cannot begin with the ' ' character, hexadecimal value 0x20. Line 1, position 9."),
            ),
        ] {
            let found = not_xml(&document(text));
            let first = &found[0];
            assert_eq!(first.code, &codes::NOT_XML, "{text}");
            let label = first.primary.as_ref().unwrap();
            assert_eq!(label.source.position(label.span.start).to_string(), place, "{text}");
            assert_eq!(first.service.as_deref(), wording, "{text}");
        }
    }
}
