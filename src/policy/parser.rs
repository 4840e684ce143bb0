//! Text to tree. Reading never fails: what is wrong is reported, kept as it is written, and reading goes on, so
//! that one mistake does not hide the next.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use super::read::{self, MAX_FILE_BYTES};
use super::scanner::Scanner;
use super::tree::{Attribute, Document, Element, Node, Piece, Text};
use crate::diag::Diagnostic;
use crate::text::{Source, Span};

/// Elements within elements. The deepest public policy has 15; whoever walks the tree recurses this deep.
pub const MAX_DEPTH: usize = 256;

/// Parses a policy document or fragment in rawxml, with what is wrong in it, in the order of the text.
pub fn parse(source: &Arc<Source>) -> (Document, Vec<Diagnostic>) {
    let mut parser = Parser { scan: Scanner::new(source), open: Vec::new(), nodes: Vec::new() };
    if source.text().len() > MAX_FILE_BYTES {
        let diagnostic = read::too_large(source.path(), source.text().len() as u64);
        parser.scan.report(diagnostic, Span::at(0));
        parser.junk_to_end(0);
    }
    parser.document();
    let mut found = parser.scan.found;
    found.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span.start));
    (Document { source: Arc::clone(source), nodes: parser.nodes }, found)
}

struct Parser {
    scan: Scanner,
    /// Elements whose end tag has not come yet, outermost first.
    open: Vec<Element>,
    /// Finished nodes outside every element.
    nodes: Vec<Node>,
}

impl Parser {
    fn document(&mut self) {
        if self.scan.rest().starts_with('\u{feff}') {
            self.scan.at += '\u{feff}'.len_utf8();
            self.add(Node::Text(literal(Span::new(0, self.scan.at))));
        }
        while self.scan.peek().is_some() {
            self.node();
        }
        while let Some(element) = self.open.pop() {
            self.report_unclosed(&element);
            self.add(Node::Element(element));
        }
    }

    fn node(&mut self) {
        let start = self.scan.at;
        let rest = self.scan.rest();
        if rest.starts_with("<!--") {
            self.delimited(start, "-->", "this comment is not closed by `-->`", Node::Comment);
        } else if rest.starts_with("<![CDATA[") {
            self.cdata(start);
        } else if rest.starts_with("<?") {
            self.delimited(
                start,
                "?>",
                "this processing instruction is not closed by `?>`",
                Node::Instruction,
            );
        } else if rest.starts_with("<!") {
            self.declaration(start);
        } else if rest.starts_with("</") {
            self.end_tag(start);
        } else if rest.starts_with('<') {
            self.start_tag(start);
        } else {
            self.text();
        }
    }

    fn delimited(&mut self, start: usize, end: &str, message: &str, node: fn(Span) -> Node) {
        if !self.scan.skip_past(end) {
            self.scan.report(Diagnostic::new(&codes::UNCLOSED, message), Span::new(start, start + 2));
        }
        self.add(node(Span::new(start, self.scan.at)));
    }

    fn cdata(&mut self, start: usize) {
        self.scan.at = start + "<![CDATA[".len();
        let Some(length) = self.scan.rest().find("]]>") else {
            let diagnostic = Diagnostic::new(&codes::UNCLOSED, "this CDATA section is not closed by `]]>`");
            self.scan.report(diagnostic, Span::new(start, self.scan.at));
            return self.junk_to_end(start);
        };
        let text = self.scan.cdata_text(self.scan.at + length);
        self.scan.at += "]]>".len();
        self.add(Node::CData { span: Span::new(start, self.scan.at), text });
    }

    /// A DOCTYPE, with its internal subset, or any other `<!`.
    fn declaration(&mut self, start: usize) {
        let length = end_of_declaration(self.scan.rest());
        self.scan.at += length;
        let span = Span::new(start, self.scan.at);
        let diagnostic =
            Diagnostic::new(&codes::DECLARATION, "document type declarations are not allowed in a policy")
                .help("remove the declaration; write the text of an entity where it is used");
        self.scan.report(diagnostic, span);
        self.add(Node::Junk(span));
    }

    fn text(&mut self) {
        let text = self.scan.element_text();
        if self.open.is_empty() && !text.is_blank(&self.scan.source) {
            let diagnostic = Diagnostic::new(&codes::TEXT_OUTSIDE, "text outside the root element");
            let written = self.scan.source.slice(text.span);
            let start = text.span.start as usize + (written.len() - written.trim_start().len());
            self.scan.report(diagnostic, Span::new(start, start + written.trim().len()));
        }
        self.add(Node::Text(text));
    }

    fn start_tag(&mut self, start: usize) {
        self.scan.at += 1;
        let (name, name_span) = self.scan.name();
        if name.is_empty() {
            let diagnostic = Diagnostic::new(&codes::BARE_LESS_THAN, "this `<` does not begin an element")
                .help("write `&lt;`; a bare `<` is allowed only inside an expression");
            self.scan.report(diagnostic, Span::new(start, start + 1));
            return self.add(Node::Junk(Span::new(start, start + 1)));
        }
        if self.open.len() >= MAX_DEPTH {
            let message = format!("elements are nested deeper than {MAX_DEPTH} levels");
            self.scan.report(Diagnostic::new(&codes::TOO_DEEP, message), Span::new(start, self.scan.at));
            return self.junk_to_end(start);
        }
        let attributes = self.attributes();
        let closes_itself = self.end_of_start_tag(&name, name_span);
        let start_tag = Span::new(start, self.scan.at);
        let element = Element { name, name_span, attributes, start_tag, children: Vec::new(), end_tag: None };
        if closes_itself { self.add(Node::Element(element)) } else { self.open.push(element) }
    }

    /// Reads attributes until something that cannot begin one.
    fn attributes(&mut self) -> Vec<Attribute> {
        let mut attributes: Vec<Attribute> = Vec::new();
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        loop {
            let spaced = self.scan.skip_space();
            if self.scan.peek().is_none_or(|byte| matches!(byte, b'>' | b'/' | b'<')) {
                return attributes;
            }
            let Some(attribute) = self.attribute() else { continue };
            if !spaced {
                let message = format!("white space is missing before the attribute `{}`", attribute.name);
                self.scan.report(Diagnostic::new(&codes::MISSING_SPACE, message), attribute.name_span);
            }
            if let Some(first) = names.get(&attribute.name).copied() {
                let message = format!("the attribute `{}` is written twice", attribute.name);
                let source = Arc::clone(&self.scan.source);
                let diagnostic = Diagnostic::new(&codes::DUPLICATE_ATTRIBUTE, message);
                self.scan
                    .report(diagnostic.related(&source, first, "first written here"), attribute.name_span);
            }
            names.entry(attribute.name.clone()).or_insert(attribute.name_span);
            attributes.push(attribute);
        }
    }

    /// Reads one attribute; None, past what was in the way, where none begins here.
    fn attribute(&mut self) -> Option<Attribute> {
        let start = self.scan.at;
        let (name, name_span) = self.scan.name();
        if name.is_empty() {
            let length = self
                .scan
                .rest()
                .find(['>', '/', '<', ' ', '\t', '\r', '\n'])
                .unwrap_or(self.scan.rest().len());
            self.scan.at += length.max(1);
            let span = Span::new(start, self.scan.at);
            let message = format!("`{}` is not an attribute", self.scan.source.slice(span));
            self.scan.report(Diagnostic::new(&codes::NOT_AN_ATTRIBUTE, message), span);
            return None;
        }
        let after_name = self.scan.at;
        self.scan.skip_space();
        if self.scan.peek() != Some(b'=') {
            self.scan.at = after_name;
            let message = format!("the attribute `{name}` has no value");
            let diagnostic =
                Diagnostic::new(&codes::MISSING_VALUE, message).help(format!("write `{name}=\"...\"`"));
            self.scan.report(diagnostic, name_span);
            return Some(Attribute { name, name_span, span: name_span, value: None });
        }
        self.scan.at += 1;
        self.scan.skip_space();
        let value = self.scan.quoted();
        if value.is_none() {
            self.unquoted(&name);
        }
        Some(Attribute { name, name_span, span: Span::new(start, self.scan.at), value })
    }

    fn unquoted(&mut self, name: &str) {
        let start = self.scan.at;
        let rest = self.scan.rest();
        self.scan.at += rest.find(['>', '<', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
        let message = format!("the value of `{name}` is not in quotes");
        let diagnostic =
            Diagnostic::new(&codes::MISSING_VALUE, message).help("write it between `\"` and `\"`");
        self.scan.report(diagnostic, Span::new(start, self.scan.at));
    }

    /// Consumes `>` or `/>`; says whether the element ends with it.
    fn end_of_start_tag(&mut self, name: &str, name_span: Span) -> bool {
        if self.scan.rest().starts_with("/>") {
            self.scan.at += 2;
            return true;
        }
        if self.scan.rest().starts_with('>') {
            self.scan.at += 1;
            return false;
        }
        let message = format!("the start tag of `{name}` is not closed by `>`");
        self.scan.report(Diagnostic::new(&codes::UNCLOSED, message), name_span);
        if self.scan.peek() == Some(b'/') {
            self.scan.at += 1;
        }
        false
    }

    fn end_tag(&mut self, start: usize) {
        self.scan.at += 2;
        let (name, name_span) = self.scan.name();
        self.scan.skip_space();
        if self.scan.peek() == Some(b'>') {
            self.scan.at += 1;
        } else {
            let message = format!("the end tag of `{name}` is not closed by `>`");
            self.scan.report(Diagnostic::new(&codes::UNCLOSED, message), name_span);
        }
        self.close(&name, Span::new(start, self.scan.at));
    }

    /// Ends the innermost open element of that name, and with it those inside. An end tag that fits none of them
    /// is a slip of the pen and ends the innermost one.
    fn close(&mut self, name: &str, end_tag: Span) {
        let source = Arc::clone(&self.scan.source);
        let Some(depth) = self.open.iter().rposition(|element| element.name == name) else {
            let diagnostic = Diagnostic::new(&codes::MISMATCHED_TAG, format!("`</{name}>` closes nothing"));
            let Some(mut element) = self.open.pop() else {
                self.scan.report(diagnostic, end_tag);
                return self.add(Node::Junk(end_tag));
            };
            let diagnostic =
                Diagnostic { message: format!("`</{name}>` closes `<{}>`", element.name), ..diagnostic }
                    .related(&source, element.name_span, "opened here")
                    .help(format!("write `</{}>`", element.name));
            self.scan.report(diagnostic, end_tag);
            element.end_tag = Some(end_tag);
            return self.add(Node::Element(element));
        };
        while self.open.len() > depth + 1 {
            if let Some(element) = self.open.pop() {
                self.report_unclosed(&element);
                self.add(Node::Element(element));
            }
        }
        if let Some(mut element) = self.open.pop() {
            element.end_tag = Some(end_tag);
            self.add(Node::Element(element));
        }
    }

    fn report_unclosed(&mut self, element: &Element) {
        let message = format!("`<{}>` is not closed", element.name);
        let diagnostic = Diagnostic::new(&codes::MISMATCHED_TAG, message)
            .help(format!("write `</{}>` at its end, or `/>` in place of its `>`", element.name));
        self.scan.report(diagnostic, element.name_span);
    }

    fn junk_to_end(&mut self, start: usize) {
        self.scan.at = self.scan.source.text().len();
        self.add(Node::Junk(Span::new(start, self.scan.at)));
    }

    fn add(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(node),
            None => self.nodes.push(node),
        }
    }
}

fn literal(span: Span) -> Text {
    Text { span, pieces: vec![Piece::Literal(span)] }
}

/// Returns the length of the declaration that `text` begins with; a `>` inside `[ … ]` does not end it.
fn end_of_declaration(text: &str) -> usize {
    let mut depth = 0usize;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            b'>' if depth == 0 => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: &[&str]) -> Document {
        let (document, found) = parse(&Source::new("p.xml", text));
        let ids: Vec<_> = found.iter().map(|diagnostic| diagnostic.code.id).collect();
        assert_eq!(document.print(), text, "the tree prints back");
        assert_eq!(ids, expected, "{text}: {found:?}");
        document
    }

    #[test]
    fn an_expression_hides_quotes_and_markup_from_the_xml_around_it() {
        let text = r#"<a b="@(c.Get<string>("x", "<y>") == ")" && d)" e='@{ return $"{f("\"")}>"; }'>@(g<h>("</a>"))</a>"#;
        let document = case(text, &[]);
        let root = document.elements().next().unwrap();
        assert!(root.attribute("e").unwrap().value.as_ref().unwrap().has_expression());
        assert!(matches!(&root.children[..], [Node::Text(text)] if text.has_expression()));
    }

    #[test]
    fn references_in_an_expression_count_as_what_they_stand_for() {
        let text = r#"<a b="@(f(&quot;)&quot;) &amp;&amp; g)"/>"#;
        let document = case(text, &[]);
        let value = document.elements().next().unwrap().attributes[0].value.clone().unwrap();
        assert!(matches!(value.pieces[..], [Piece::Expression { .. }]));
    }

    #[test]
    fn hostile_texts_end_soon_and_print_back() {
        case(&"<a>".repeat(MAX_DEPTH), &["policy-mismatched-tag"; MAX_DEPTH]);
        let (document, found) = parse(&Source::new("p.xml", "<a>".repeat(100_000)));
        assert_eq!(document.print().len(), 300_000);
        assert!(found.iter().any(|diagnostic| diagnostic.code == &codes::TOO_DEEP));
        let (document, _) = parse(&Source::new("p.xml", "@(".repeat(200_000)));
        assert_eq!(document.print().len(), 400_000);
        case(&"x".repeat(MAX_FILE_BYTES + 1), &["policy-too-large"]);
    }

    #[test]
    fn every_prefix_of_a_policy_prints_back() {
        let text = "<?xml v?><!-- c --><a b=\"@(x[\"y\"])\" c='&lt;'><![CDATA[@{ return 1; }]]>é &amp;<b/></a>\r\n<!DOCTYPE z [<!E>]>";
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let (document, _) = parse(&Source::new("p.xml", &text[..end]));
            assert_eq!(document.print(), &text[..end]);
        }
    }
}
