//! Composes the events of the YAML parser into a tree, within limits: aliases are copied at a cost, merge keys
//! applied, and what a spec has no use for (several documents, tags, keys that are not text) is refused in place.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, StrInput};

use super::node::{Key, Kind, Node, Style};
use crate::diag::{DiagResult, Diagnostic, Diagnostics};
use crate::spec::codes;
use crate::text::{Source, Span};

/// Levels of lists and mappings. The spec itself needs eight.
const DEPTH_MAX: usize = 64;
/// Values after aliases are followed, which is what makes a "billion laughs" file dangerous.
const NODES_MAX: usize = 20_000;
/// Bytes of the texts that aliases repeat: one long text may be repeated often.
const REPEATED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Reads the one YAML document of `source` into a tree. Duplicate keys are all reported; the first problem of
/// syntax or size ends the reading, because what follows it cannot be told apart.
///
/// # Errors
/// `spec-empty`, `spec-yaml`, `spec-duplicate-key`, `spec-alias`, `spec-too-large`.
pub(crate) fn compose(source: &Arc<Source>) -> DiagResult<Node> {
    let mut composer = Composer {
        parser: Parser::new_from_str(source.text()),
        source,
        offsets: Offsets::new(source.text()),
        anchors: HashMap::new(),
        n_nodes: 0,
        n_repeated_bytes: 0,
        found: Vec::new(),
    };
    let root = composer.document();
    let mut found = composer.found;
    match root {
        Ok(root) if found.is_empty() => Ok(root),
        Ok(_) => Err(Diagnostics(found)),
        Err(last) => {
            found.push(*last);
            Err(Diagnostics(found))
        }
    }
}

struct Composer<'a> {
    parser: Parser<'a, StrInput<'a>>,
    source: &'a Arc<Source>,
    offsets: Offsets,
    /// None while the anchored node is still being read: an alias inside it would never end.
    anchors: HashMap<usize, Option<Node>>,
    n_nodes: usize,
    n_repeated_bytes: usize,
    found: Vec<Diagnostic>,
}

/// Boxed, because a diagnostic is large and most results are not one.
type Composed<T> = Result<T, Box<Diagnostic>>;

impl<'a> Composer<'a> {
    fn document(&mut self) -> Composed<Node> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                Event::StreamEnd | Event::DocumentEnd => {
                    return Err(self.empty().into());
                }
                first => {
                    let root = self.node(first, span, 0)?;
                    self.end_of_document()?;
                    return if root.is_null() { Err(self.empty().into()) } else { Ok(root) };
                }
            }
        }
    }

    fn empty(&self) -> Diagnostic {
        Diagnostic::new(&codes::EMPTY, "the spec is empty")
            .at(self.source, Span::at(0))
            .help("write a starter spec with `genai-lz init`")
    }

    /// Nothing but the end of the stream may follow.
    fn end_of_document(&mut self) -> Composed<()> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::DocumentEnd | Event::Nothing => {}
                Event::StreamEnd => return Ok(()),
                _ => {
                    return Err(Diagnostic::new(&codes::YAML, "a second YAML document in one file")
                        .at(self.source, span)
                        .help("keep one spec per file")
                        .into());
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Composed<Node> {
        self.count(1, span)?;
        if depth > DEPTH_MAX {
            return Err(self.too_deep(span).into());
        }
        let (anchor, tag) = match &event {
            Event::Scalar(_, _, anchor, tag) | Event::SequenceStart(anchor, tag) => (*anchor, tag.is_some()),
            Event::MappingStart(anchor, tag) => (*anchor, tag.is_some()),
            _ => (0, false),
        };
        if tag {
            return Err(Diagnostic::new(&codes::YAML, "a YAML tag, which a spec does not need")
                .at(self.source, span)
                .help("remove the word that begins with `!`")
                .into());
        }
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
        let node = match event {
            Event::Scalar(text, style, _, _) => {
                let style = if style == ScalarStyle::Plain { Style::Plain } else { Style::Quoted };
                Node { span, kind: Kind::Scalar { text: text.into_owned(), style } }
            }
            Event::SequenceStart(..) => self.list(span, depth)?,
            Event::MappingStart(..) => self.mapping(span, depth)?,
            Event::Alias(anchor) => self.alias(anchor, span)?,
            other => {
                // The parser sends nothing else in place of a value.
                return Err(Diagnostic::new(&codes::YAML, format!("unexpected `{other:?}`"))
                    .at(self.source, span)
                    .into());
            }
        };
        if anchor > 0 {
            self.anchors.insert(anchor, Some(node.clone()));
        }
        Ok(node)
    }

    fn list(&mut self, span: Span, depth: usize) -> Composed<Node> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Node { span, kind: Kind::List(items) }),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, span: Span, depth: usize) -> Composed<Node> {
        let mut fields: Vec<(Key, Node)> = Vec::new();
        let mut merged: Vec<(Key, Node)> = Vec::new();
        // Where each key was given first.
        let mut given: HashMap<String, Span> = HashMap::new();
        // Where the mapping is underlined, unless it stands behind a key itself.
        let mut first_key = None;
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => break,
                (Event::Scalar(text, _, _, None), span) => Key { text: text.into_owned(), span },
                (_, span) => {
                    return Err(Diagnostic::new(&codes::YAML, "a key that is not a plain text")
                        .at(self.source, span)
                        .help("use a word as the key")
                        .into());
                }
            };
            first_key.get_or_insert(key.span);
            let (event, span) = self.next()?;
            let mut value = self.node(event, span, depth + 1)?;
            if key.text == "<<" {
                self.merge(value, &key, &mut merged)?;
                continue;
            }
            if !matches!(value.kind, Kind::Scalar { .. }) || value.span.is_empty() {
                value.span = key.span;
            }
            match given.entry(key.text.clone()) {
                Entry::Occupied(first) => self.found.push(
                    Diagnostic::new(&codes::DUPLICATE_KEY, format!("`{}` is given twice", key.text))
                        .at(self.source, key.span)
                        .related(self.source, *first.get(), "first given here")
                        .help("remove one of the two"),
                ),
                Entry::Vacant(vacant) => {
                    vacant.insert(key.span);
                    fields.push((key, value));
                }
            }
        }
        for (key, value) in merged {
            if let Entry::Vacant(vacant) = given.entry(key.text.clone()) {
                vacant.insert(key.span);
                fields.push((key, value));
            }
        }
        Ok(Node { span: first_key.unwrap_or(span), kind: Kind::Mapping(fields) })
    }

    /// `<<: *defaults` or a list of them: fields that the mapping does not give itself. The first of several wins.
    fn merge(&mut self, value: Node, key: &Key, into: &mut Vec<(Key, Node)>) -> Composed<()> {
        let parts = match value.kind {
            Kind::List(items) => items,
            _ => vec![value],
        };
        for part in parts {
            let Kind::Mapping(fields) = part.kind else {
                return Err(Diagnostic::new(&codes::ALIAS, "a merge key that does not merge a mapping")
                    .at(self.source, key.span)
                    .help("give it an alias of a mapping, such as `<<: *defaults`")
                    .into());
            };
            into.extend(fields);
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Composed<Node> {
        match self.anchors.get(&anchor) {
            Some(Some(node)) => {
                let node = node.clone();
                let (n_nodes, n_bytes) = node.size();
                self.count(n_nodes, span)?;
                self.n_repeated_bytes += n_bytes;
                if self.n_repeated_bytes > REPEATED_BYTES_MAX {
                    let message = "aliases repeat more than 4 MiB of text";
                    return Err(Diagnostic::new(&codes::TOO_LARGE, message)
                        .at(self.source, span)
                        .help("repeat less with aliases, or split the spec")
                        .into());
                }
                Ok(node)
            }
            _ => Err(Diagnostic::new(&codes::ALIAS, "an alias inside the part that it repeats")
                .at(self.source, span)
                .help("write the part out")
                .into()),
        }
    }

    fn too_deep(&self, span: Span) -> Diagnostic {
        Diagnostic::new(&codes::TOO_LARGE, format!("more than {DEPTH_MAX} levels of lists and mappings"))
            .at(self.source, span)
            .help("flatten the spec here")
    }

    fn count(&mut self, n: usize, span: Span) -> Composed<()> {
        self.n_nodes += n;
        if self.n_nodes > NODES_MAX {
            return Err(Diagnostic::new(
                &codes::TOO_LARGE,
                format!("more than {NODES_MAX} values once aliases are followed"),
            )
            .at(self.source, span)
            .help("repeat less with aliases, or split the spec")
            .into());
        }
        Ok(())
    }

    fn next(&mut self) -> Composed<(Event<'a>, Span)> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, self.trimmed(self.offsets.span(span.start, span.end)))),
            Some(Err(error)) => Err(self.syntax(error.marker(), error.info()).into()),
            None => Ok((Event::StreamEnd, Span::at(self.source.text().len()))),
        }
    }

    /// The parser counts the blanks behind a scalar as part of it.
    fn trimmed(&self, span: Span) -> Span {
        Span::new(span.start as usize, span.start as usize + self.source.slice(span).trim_end().len())
    }

    fn syntax(&self, marker: &Marker, info: &str) -> Diagnostic {
        let at = self.offsets.offset(marker);
        if info.contains("recursion limit") {
            return self.too_deep(Span::at(at));
        }
        let text = self.source.text();
        if text[at..].starts_with('{') && text[..at].ends_with('$') {
            return Diagnostic::new(&codes::YAML, "`${` without quotes among other values in brackets")
                .at(self.source, Span::new(at - 1, at + 1))
                .help("put the value into quotes: `\"${env:NAME}\"`");
        }
        match self.tab_before(at) {
            Some(tab) => Diagnostic::new(&codes::YAML, "a tab where YAML allows only spaces")
                .at(self.source, Span::new(tab, tab + 1))
                .help("indent with spaces"),
            None => Diagnostic::new(&codes::YAML, format!("not valid YAML: {}", info.replace('\n', " ")))
                .at(self.source, Span::at(at)),
        }
    }

    /// A tab in the white space that begins the line of `at` or the one before it.
    fn tab_before(&self, at: usize) -> Option<usize> {
        let text = self.source.text();
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let previous = text[..line.saturating_sub(1)].rfind('\n').map_or(0, |newline| newline + 1);
        [line, previous].into_iter().find_map(|start| {
            let indent = text[start..].len() - text[start..].trim_start_matches([' ', '\t']).len();
            text[start..start + indent].find('\t').map(|tab| start + tab)
        })
    }
}

/// The parser counts characters, a [`Span`] counts bytes.
struct Offsets {
    /// The byte offset of every character; empty where all of them are ASCII.
    bytes: Vec<usize>,
    end: usize,
}

impl Offsets {
    fn new(text: &str) -> Self {
        let bytes =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
        Self { bytes, end: text.len() }
    }

    fn offset(&self, marker: &Marker) -> usize {
        match self.bytes.get(marker.index()) {
            Some(&at) => at,
            None if self.bytes.is_empty() => marker.index().min(self.end),
            None => self.end,
        }
    }

    fn span(&self, start: Marker, end: Marker) -> Span {
        Span::new(self.offset(&start), self.offset(&end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composed(text: &str) -> Result<Node, Vec<(String, &'static str)>> {
        let source = Source::new("spec.yaml", text);
        compose(&source).map_err(|found| {
            let place = |found: &Diagnostic| {
                found.primary.as_ref().map_or(String::new(), |at| source.position(at.span.start).to_string())
            };
            found.0.iter().map(|found| (place(found), found.code.id)).collect()
        })
    }

    #[test]
    fn every_key_and_value_knows_its_place() {
        for text in ["k: 'é'\nä: [x, {b: yes}]\n", "k: 'é'\r\nä: [x, {b: yes}]\r\n"] {
            let source = Source::new("spec.yaml", text);
            let Kind::Mapping(fields) = compose(&source).unwrap().kind else { panic!("a mapping") };
            let (key, value) = &fields[1];
            assert_eq!((source.slice(key.span), source.slice(value.span)), ("ä", "ä"));
            let Kind::List(items) = &value.kind else { panic!("a list") };
            assert_eq!((source.slice(items[0].span), source.slice(items[1].span)), ("x", "b"));
            let Kind::Mapping(inner) = &items[1].kind else { panic!("a mapping") };
            assert_eq!(source.slice(inner[0].1.span), "yes");
        }
    }

    #[test]
    fn aliases_and_merge_keys_are_followed() {
        let root = composed("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\n").unwrap();
        let plain = composed("a: {x: 1, y: 2}\nb: {y: 3, x: 1}\nc: {x: 1, y: 2}\n").unwrap();
        assert_eq!(bare(&root), bare(&plain));
    }

    fn bare(node: &Node) -> String {
        match &node.kind {
            Kind::Scalar { text, .. } => text.clone(),
            Kind::List(items) => format!("{:?}", items.iter().map(bare).collect::<Vec<_>>()),
            Kind::Mapping(fields) => {
                format!(
                    "{:?}",
                    fields.iter().map(|(key, value)| (&key.text, bare(value))).collect::<Vec<_>>()
                )
            }
        }
    }

    #[test]
    fn what_a_spec_cannot_be_is_refused_in_its_place() {
        let laughs = format!(
            "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{}",
            (1..12)
                .map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", ")))
                .collect::<String>()
        );
        for (name, text, expected) in [
            ("nothing", "", ("1:1", "spec-empty")),
            ("comments only", "# nothing\n", ("1:1", "spec-empty")),
            ("two documents", "a: 1\n---\nb: 2\n", ("2:1", "spec-yaml")),
            ("duplicate key", "a: 1\nb: 2\na: 3\n", ("3:1", "spec-duplicate-key")),
            ("tab", "a:\n\tb: 1\n", ("2:1", "spec-yaml")),
            ("open quote", "a: \"x\nb: 1\n", ("1:4", "spec-yaml")),
            ("tag", "a: !secret x\n", ("1:4", "spec-yaml")),
            ("list as key", "? [a]\n: 1\n", ("1:3", "spec-yaml")),
            ("unknown alias", "a: *b\n", ("1:4", "spec-yaml")),
            ("alias in itself", "a: &a [*a]\n", ("1:8", "spec-alias")),
            ("merge of a text", "a: {<<: x}\n", ("1:5", "spec-alias")),
            ("billion laughs", &laughs, ("5:10", "spec-too-large")),
            ("too deep", &format!("{}{}", "[".repeat(99), "]".repeat(99)), ("1:66", "spec-too-large")),
            ("a bomb of brackets", &"[".repeat(100_000), ("1:256", "spec-too-large")),
            ("too many", &format!("[{}]", "1,".repeat(30_000)), ("1:40000", "spec-too-large")),
        ] {
            let found = composed(text).expect_err(name);
            assert_eq!((found[0].0.as_str(), found[0].1), expected, "{name}: {found:?}");
        }
    }

    #[test]
    fn json_is_yaml() {
        assert!(composed("{\"a\": [1, true, null, \"x\"], \"b\": {}}").is_ok());
    }
}
