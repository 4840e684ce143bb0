//! Text to tree. Reading never fails: what is wrong is reported, kept as it is written, and reading goes on, so
//! that one mistake does not hide the next.

mod closing;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use super::entities;
use super::read::{self, MAX_FILE_BYTES};
use super::recovery;
use super::scanner::{Quoted, Scanner};
use super::tree::{Attribute, Document, Element, Node, Piece, Text};
use super::wordings;
use crate::diag::{Confidence, Diagnostic, Wording};
use crate::text::{Source, Span};

/// Elements within elements. The deepest public policy has 15; whoever walks the tree recurses this deep.
pub const MAX_DEPTH: usize = 256;

/// Elements, attributes and what is between them. The 512 KB that the service accepts hold no more elements `<a/>`.
pub const MAX_NODES: usize = 131_072;

/// Parses a policy document, a fragment or a part of one in rawxml, with what is wrong in it, in the order of the
/// text. At most 100 findings are kept.
pub fn parse(source: &Arc<Source>) -> (Document, Vec<Diagnostic>) {
    let (document, found) = parse_once(source, false);
    if found.is_empty() {
        return (document, found);
    }
    // Something is wrong: an expression that runs over tags may be what is. The reading with fewer slips is right.
    let (doubtful, fewer) = parse_once(source, true);
    if fewer.len() < found.len() { (doubtful, fewer) } else { (document, found) }
}

fn parse_once(source: &Arc<Source>, is_doubtful: bool) -> (Document, Vec<Diagnostic>) {
    let scan = Scanner::new(source, is_doubtful);
    let mut parser = Parser { scan, open: Vec::new(), nodes: Vec::new(), n_nodes: 0 };
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
    open: Vec<Open>,
    /// Finished nodes outside every element.
    nodes: Vec<Node>,
    n_nodes: usize,
}

/// An element whose end tag has not come yet.
struct Open {
    element: Element,
    /// The first end tag inside that fits nothing that is open, and the index of its node.
    stray: Option<Stray>,
}

struct Stray {
    name: String,
    span: Span,
    child: usize,
}

impl Parser {
    fn document(&mut self) {
        if self.scan.rest().starts_with('\u{feff}') {
            self.scan.at += '\u{feff}'.len_utf8();
            self.add(Node::Text(literal(Span::new(0, self.scan.at))));
        }
        self.check_characters();
        while self.scan.peek().is_some() {
            self.node();
        }
        self.close_down_to(0);
    }

    /// Control characters, wherever they are; one finding, since a file has none or many.
    fn check_characters(&mut self) {
        let text = &self.scan.source.text()[self.scan.at..];
        if let Some((at, character)) = text.char_indices().find(|(_, c)| !entities::is_allowed(*c)) {
            let at = self.scan.at + at;
            let code = u32::from(character);
            let message = format!("the character U+{code:04X} may not stand in XML");
            let diagnostic = Diagnostic::new(&codes::FORBIDDEN_TEXT, message).help("remove it");
            self.scan.report(diagnostic, Span::new(at, at + character.len_utf8()));
        }
    }

    fn node(&mut self) {
        let start = self.scan.at;
        let rest = self.scan.rest();
        if self.n_nodes >= MAX_NODES {
            let message = format!("there are more than {MAX_NODES} elements, attributes and texts");
            self.scan.report(Diagnostic::new(&codes::TOO_LARGE, message), Span::at(start));
            self.junk_to_end(start);
        } else if rest.starts_with("<!--") {
            self.comment(start);
        } else if rest.starts_with("<![CDATA[") {
            self.cdata(start);
        } else if rest.starts_with("<?") {
            self.instruction(start);
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

    fn comment(&mut self, start: usize) {
        self.scan.at = start + "<!--".len();
        let inside = self.scan.rest();
        let end = inside.find("-->");
        let dashes = inside[..end.unwrap_or(inside.len())].find("--");
        // `<!-- a -- <!-- b -->`: the first comment has lost its `>`.
        let is_closed_badly = match (end, dashes) {
            (None, Some(_)) => true,
            (Some(end), Some(dashes)) => inside[dashes..end].contains("<!--"),
            _ => false,
        };
        if let Some(dashes) = dashes {
            let at = self.scan.at + dashes;
            let opens_again = inside[..dashes].ends_with("<!");
            let (message, help) = if is_closed_badly {
                ("this comment is not closed by `-->`", "write `-->`")
            } else if opens_again {
                ("`<!--` inside a comment", "end the comment before it with `-->`, or remove the `<!--`")
            } else {
                ("`--` inside a comment", "write a single `-`, or remove it")
            };
            let code = if is_closed_badly { &codes::UNCLOSED } else { &codes::FORBIDDEN_TEXT };
            let confidence = if is_closed_badly { Confidence::High } else { Confidence::Medium };
            let diagnostic = Diagnostic::new(code, message).confidence(confidence).help(help);
            self.scan.report(diagnostic.service_says(wordings::BAD_COMMENT), Span::new(at, at + 2));
        } else if end.is_none() {
            let diagnostic = Diagnostic::new(&codes::UNCLOSED, "this comment is not closed by `-->`");
            self.scan.report(diagnostic, Span::new(start, start + "<!--".len()));
        }
        self.scan.at += match (end, dashes) {
            (_, Some(dashes)) if is_closed_badly => dashes + "--".len(),
            (Some(end), _) => end + "-->".len(),
            (None, _) => self.scan.rest().len(),
        };
        self.add(Node::Comment(Span::new(start, self.scan.at)));
    }

    fn instruction(&mut self, start: usize) {
        if !self.scan.skip_past("?>") {
            let message = "this processing instruction is not closed by `?>`";
            self.scan.report(Diagnostic::new(&codes::UNCLOSED, message), Span::new(start, start + 2));
        }
        let span = Span::new(start, self.scan.at);
        let target = self.scan.source.slice(span).get(2..5);
        let is_first = self.scan.source.text()[..start].trim_start_matches('\u{feff}').is_empty();
        if target.is_some_and(|target| target.eq_ignore_ascii_case("xml"))
            && !is_first
            && self.scan.source.slice(span)[5..].starts_with(|c: char| c.is_whitespace() || c == '?')
        {
            let diagnostic =
                Diagnostic::new(&codes::DECLARATION, "an XML declaration may only begin the text");
            let help = "remove it; policies need none";
            self.scan.report(diagnostic.service_says(wordings::LATE_DECLARATION).help(help), span);
        }
        self.add(Node::Instruction(span));
    }

    fn cdata(&mut self, start: usize) {
        self.scan.at = start + "<![CDATA[".len();
        let Some(length) = self.scan.rest().find("]]>") else {
            let diagnostic = Diagnostic::new(&codes::UNCLOSED, "this CDATA section is not closed by `]]>`");
            self.scan.report(diagnostic, Span::new(start, self.scan.at));
            let parent = self.open.last().map(|open| open.element.name.as_str()).unwrap_or_default();
            let rest = self.scan.rest();
            self.scan.at += recovery::end_of_broken_content(rest, parent).unwrap_or(rest.len());
            return self.add(Node::Junk(Span::new(start, self.scan.at)));
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
        let parent = self.open.last().map(|open| open.element.name.clone()).unwrap_or_default();
        let (text, is_broken) = self.scan.element_text(&parent);
        if is_broken {
            return self.add(Node::Junk(text.span));
        }
        let text_outside = self.open.is_empty() && !text.is_blank(&self.scan.source);
        if text_outside {
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
            // `<>` is a tag whose name is missing, as in a sample of the validate-graphql-request page.
            let is_tag = self.skip_end_of_nameless_tag();
            let help = if is_tag {
                "write the name of the element"
            } else {
                "write `&lt;`; a bare `<` is allowed only inside an expression"
            };
            let diagnostic = Diagnostic::new(&codes::BARE_LESS_THAN, "this `<` does not begin an element");
            let span = Span::new(start, self.scan.at);
            self.scan.report(diagnostic.help(help), span);
            return self.add(Node::Junk(span));
        }
        let name_end = self.scan.at;
        let (name, name_span) = self.without_text(name, name_span);
        self.check_name(&name, name_span);
        if self.open.len() >= MAX_DEPTH {
            let message = format!("elements are nested deeper than {MAX_DEPTH} levels");
            self.scan.report(Diagnostic::new(&codes::TOO_DEEP, message), Span::new(start, self.scan.at));
            return self.junk_to_end(start);
        }
        let runs_into_text = self.scan.at < name_end;
        let attributes = if runs_into_text { Vec::new() } else { self.attributes() };
        let closes_itself = self.end_of_start_tag(&name, name_span);
        let start_tag = Span::new(start, self.scan.at);
        let element = Element { name, name_span, attributes, start_tag, children: Vec::new(), end_tag: None };
        if closes_itself {
            self.add(Node::Element(element));
        } else {
            self.open.push(Open { element, stray: None });
        }
    }

    /// Parts a name from the text that runs into it because a `>` is missing, as in `<set-methodPOST</set-method>`: the
    /// end tag that follows says where. The scanner then stands before the text.
    fn without_text(&mut self, name: String, span: Span) -> (String, Span) {
        let rest = self.scan.rest();
        if rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n', '>', '=']) || rest.starts_with("/>") {
            return (name, span);
        }
        let end_tag = rest.find('<').and_then(|at| rest[at..].strip_prefix("</"));
        let meant = end_tag.map_or("", |tag| &tag[..tag.find(['>', ' ', '<']).unwrap_or(tag.len())]);
        if meant.is_empty() || meant.len() >= name.len() || !name.starts_with(meant) {
            return (name, span);
        }
        let meant = meant.to_owned();
        self.scan.at = span.start as usize + meant.len();
        let span = Span::new(span.start as usize, self.scan.at);
        (meant, span)
    }

    /// Goes past a `>` that stands where a name should.
    fn skip_end_of_nameless_tag(&mut self) -> bool {
        let is_there = self.scan.peek() == Some(b'>');
        self.scan.at += usize::from(is_there);
        is_there
    }

    /// Names begin with a letter, `_` or `:`; what `{{name}}` begins is not known.
    fn check_name(&mut self, name: &str, span: Span) {
        let Some(first) = name.chars().next().filter(|c| !(c.is_alphabetic() || "_:{".contains(*c))) else {
            return;
        };
        let message = format!("the name `{name}` begins with `{first}`");
        let diagnostic = Diagnostic::new(&codes::BAD_NAME, message).service_says(begins_name_badly(first));
        self.scan.report(diagnostic.help("begin it with a letter"), span);
    }

    /// Reads attributes until something that cannot begin one.
    fn attributes(&mut self) -> Vec<Attribute> {
        let mut attributes: Vec<Attribute> = Vec::new();
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        let mut is_lost = false;
        loop {
            let spaced = self.scan.skip_space();
            let rest = self.scan.rest();
            if rest.is_empty() || rest.starts_with(['>', '/', '<']) || rest.starts_with("?>") {
                return attributes;
            }
            if self.n_nodes >= MAX_NODES {
                return attributes;
            }
            if let Some(what) = self.content_begins(!attributes.is_empty()) {
                let at = self.scan.at;
                let message = format!("a `>` is missing before this {what}");
                let diagnostic =
                    Diagnostic::new(&codes::UNCLOSED, message).help("close the start tag with `>`");
                let length = self.scan.rest().chars().take(2).map(char::len_utf8).sum::<usize>();
                self.scan.report(diagnostic, Span::new(at, at + length));
                return attributes;
            }
            self.n_nodes += 1;
            let n_found = self.scan.found.len();
            let Some(attribute) = self.attribute() else {
                // One finding a tag: what follows the thing in the way is a part of it.
                is_lost = true;
                continue;
            };
            if is_lost {
                self.scan.found.truncate(n_found);
                continue;
            }
            if !spaced && !attributes.is_empty() && self.scan.found.len() == n_found {
                let message = format!("white space is missing before the attribute `{}`", attribute.name);
                self.scan.report(Diagnostic::new(&codes::MISSING_SPACE, message), attribute.name_span);
            }
            self.check_name(&attribute.name, attribute.name_span);
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

    /// What stands in a start tag and can only be content: an expression, or behind attributes a tag of Liquid, an object
    /// or a list.
    fn content_begins(&mut self, is_behind_attributes: bool) -> Option<&'static str> {
        let rest = self.scan.rest();
        if rest.starts_with("@(") || rest.starts_with("@{") {
            return Some("expression");
        }
        if !is_behind_attributes || !rest.starts_with(['{', '[']) {
            return None;
        }
        // A named value may stand for an attribute.
        let at = self.scan.at;
        let is_name = !self.scan.name().0.is_empty();
        self.scan.at = at;
        (!is_name).then_some("text")
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
        let value = match self.scan.quoted() {
            Quoted::Value(value) => Some(value),
            Quoted::Broken => None,
            Quoted::Missing => {
                self.unquoted(&name);
                None
            }
        };
        Some(Attribute { name, name_span, span: Span::new(start, self.scan.at), value })
    }

    fn unquoted(&mut self, name: &str) {
        let start = self.scan.at;
        let rest = self.scan.rest();
        let unquoted = &rest[..rest.find(['>', '<', '\n']).unwrap_or(rest.len())];
        let is_expression = unquoted.starts_with("@(") || unquoted.starts_with("@{");
        // `name=a b" other="c"` and `name=@(f("x"))"`: only the opening quote is missing.
        let closing = [b'"', b'\''].into_iter().filter_map(|quote| recovery::end_of_value(rest, quote)).min();
        let closing = closing.filter(|end| is_expression || unquoted.find(['"', '\'', '=']) == Some(*end));
        self.scan.at += match closing {
            Some(end) => end + 1,
            None => unquoted.find([' ', '\t', '\r']).unwrap_or(unquoted.len()),
        };
        let written = self.scan.source.slice(Span::new(start, self.scan.at));
        if closing.is_none() && written.ends_with('/') && self.scan.peek() == Some(b'>') {
            self.scan.at -= 1;
        }
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
        let n_found = self.scan.found.len();
        let is_lost = self.scan.found[n_found.saturating_sub(1)..]
            .iter()
            .any(|last| last.primary.as_ref().is_some_and(|place| place.span.start >= name_span.start));
        if !is_lost {
            let message = format!("the start tag of `{name}` is not closed by `>`");
            self.scan.report(Diagnostic::new(&codes::UNCLOSED, message), name_span);
        }
        let Some(after) = self.scan.rest().strip_prefix('/') else { return false };
        let closes_itself = after.is_empty() || after.starts_with([' ', '\t', '\r', '\n', '<']);
        self.scan.at += 1;
        closes_itself
    }

    fn innermost(&mut self) -> &mut Vec<Node> {
        match self.open.last_mut() {
            Some(open) => &mut open.element.children,
            None => &mut self.nodes,
        }
    }

    fn junk_to_end(&mut self, start: usize) {
        self.scan.at = self.scan.source.text().len();
        self.add(Node::Junk(Span::new(start, self.scan.at)));
    }

    fn add(&mut self, node: Node) {
        self.n_nodes += 1;
        self.innermost().push(node);
    }

    fn add_all(&mut self, first: Node, rest: impl Iterator<Item = Node>) {
        self.add(first);
        self.innermost().extend(rest);
    }
}

/// .NET's wording for a name that begins with something else (`XmlException`).
pub(super) fn begins_name_badly(first: char) -> Wording {
    Wording::of(wordings::NAME_BEGINS_BADLY, &[&first, &format_args!("0x{:02X}", u32::from(first))])
}

fn literal(span: Span) -> Text {
    Text { span, pieces: vec![Piece::Literal(span)] }
}

/// Returns the length of the declaration that `text` begins with; a `>` inside `[ … ]` does not end it.
pub fn end_of_declaration(text: &str) -> usize {
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
    use super::super::scanner::MAX_FINDINGS;
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
        case(&"<a>".repeat(MAX_DEPTH), &["policy-mismatched-tag"; MAX_FINDINGS]);
        let (document, found) = parse(&Source::new("p.xml", "<a>".repeat(100_000)));
        assert_eq!(document.print().len(), 300_000);
        assert!(found.iter().any(|diagnostic| diagnostic.code == &codes::TOO_DEEP));
        let (document, _) = parse(&Source::new("p.xml", "@(".repeat(200_000)));
        assert_eq!(document.print().len(), 400_000);
        case(&"x".repeat(MAX_FILE_BYTES + 1), &["policy-too-large"]);
        case(&"<a/>".repeat(MAX_NODES + 1), &["policy-too-large"]);
        let attributes: String = (0..200_000).map(|number| format!(" a{number}=''")).collect();
        let (document, found) = parse(&Source::new("p.xml", format!("<a{attributes}/>")));
        assert!(
            document.print().ends_with("/>") && found.iter().any(|found| found.code == &codes::TOO_LARGE)
        );
    }

    #[test]
    fn characters_and_names_that_xml_does_not_allow_are_told() {
        case("<a>\u{1}</a>", &["policy-forbidden-text"]);
        case("<a>&#1;&#x110000;</a>", &["policy-forbidden-text"; 2]);
        case("<a>&nbsp;</a>", &["policy-bare-ampersand"]);
        case("<a><!-- a -- b -->]]></a>", &["policy-forbidden-text"; 2]);
        case("<a><!-- a --\n<b/><!-- c --></a>", &["policy-unclosed"]);
        case("<a 1b=''><-c/></a>", &["policy-bad-name"; 2]);
        case("<a {{b}}='' c-{{d}}=''><{{e}}/></a>", &[]);
        case("\u{feff}<?xml version='1.0'?><a/>", &[]);
        case("<a/>\n<?xml version='1.0'?>", &["policy-declaration"]);
        case("<?xml-stylesheet href='file:///etc/passwd'?><a/>", &[]);
        case("<a b='x@@y @ z @name a@(b)'/>", &[]);
    }

    #[test]
    fn one_slip_is_told_once_where_it_is() {
        for (text, place, code) in [
            ("<a><b>\n<c x='1' y='2/>\n<d/></b></a>", "2:12", "policy-unterminated-value"),
            ("<a>\n<b x='1 y='2'/>\n<c z='3'/></a>", "2:6", "policy-unterminated-value"),
            ("<a>\n<b x=1' y='2'/></a>", "2:6", "policy-missing-value"),
            ("<a>\n<b x='it's' y='2'/></a>", "2:9", "policy-not-an-attribute"),
            ("<a>\n<b x=\"@f(\"y\")\" z=\"1\"/></a>", "2:7", "policy-not-an-attribute"),
            ("<a>\n b x='1'>\n<c/>\n</b>\n</a>", "2:2", "policy-mismatched-tag"),
            ("<a>\n<b>x/b>\n<c/>\n</a>", "2:5", "policy-mismatched-tag"),
            ("<a>\n  <b>\n  <c/>\n  <d/>\n</a>", "2:4", "policy-mismatched-tag"),
            ("<a>\n<b>x<b>\n<c/>\n</a>", "2:5", "policy-mismatched-tag"),
            ("<a>\n<b><c/></d>\n<e/></a>", "2:8", "policy-mismatched-tag"),
            ("<a>\n<b x='1'\n<c/></b></a>", "2:2", "policy-unclosed"),
            ("<a>\n<b x='1'/\n<c/></a>", "2:2", "policy-unclosed"),
            ("<a>\n<b>x</b\n<c/></a>", "2:7", "policy-unclosed"),
            ("<a>\n<b x=\"@(f(\"y\")\" z=\"1\"/>\n<c d=\"@(g(\"h\"))\"/></a>", "2:8", "csharp-unterminated"),
            ("<a>\n<b x=\"@(f(\"y))\" z=\"1\"/>\n<c d=\"@(g(\"h\"))\"/></a>", "2:11", "csharp-unterminated"),
            (
                "<a>\n<b x=\"@{\nvar d = c[\"d=\"\"\n e=\"\"\n f=\"\"/g\";}\"/>\n<h/></a>",
                "3:15",
                "csharp-unterminated",
            ),
            ("<a>\n<b>@{ if (x) { return 1; }</b>\n<c>@{ return 2; }</c></a>", "2:5", "csharp-unterminated"),
            ("<a>\n<b>@ return c.As<T>(\"x\"); }</b>\n<c/></a>", "2:4", "policy-bare-less-than"),
        ] {
            let (document, found) = parse(&Source::new("p.xml", text));
            assert_eq!(document.print(), text);
            let label = found[0].primary.as_ref().unwrap();
            assert_eq!(found.len(), 1, "{text}: {found:#?}");
            assert_eq!(
                label.source.position(label.span.start).to_string(),
                place,
                "{text}: {}",
                found[0].message
            );
            assert_eq!(found[0].code.id, code, "{text}");
        }
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
