//! A policy text written in one way: two texts that mean the same come out the same, and those that do not differ in
//! the lines where they do. What is left out means nothing: comments, blanks between elements and inside expressions,
//! the order of attributes, attributes that say what holds anyway, whether a section without content is written.

use super::convert::to_rawxml;
use super::elements::{self, AttributeDef, Content, ElementDef, Kind};
use super::entities;
use super::tree::{Document, Element, Node, Piece, Text};
use super::typed::Section;
use crate::csharp;
use crate::text::Source;

const STEP: &str = "  ";

/// A longer tag has a line for each attribute, so that a difference is the line of one.
const TAG_CHARS_MAX: usize = 100;

/// Returns the lines of the policy, each with its line break.
pub fn canonical(document: &Document) -> String {
    let mut page = Page { source: &document.source, out: String::new() };
    for node in &document.nodes {
        match node {
            Node::Element(root) if root.name == "policies" => page.policies(root),
            Node::Element(root) if root.name == "fragment" => page.fragment(root),
            node => page.node(node, None, 0),
        }
    }
    page.out
}

/// As `canonical`, of a text that is in the format `xml` or `rawxml`; both come out the same.
pub fn canonical_text(text: &str) -> String {
    let read = |text: &str| super::parse(&Source::new("policy", text)).0;
    canonical(&read(&to_rawxml(&read(text))))
}

struct Page<'a> {
    source: &'a Source,
    out: String,
}

impl Page<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&STEP.repeat(depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn policies(&mut self, root: &Element) {
        self.line(0, "<policies>");
        for section in Section::ALL {
            let written = root.elements().filter(|element| element.name == section.name());
            let inside: Vec<&Element> = written.flat_map(Element::elements).collect();
            if inside.is_empty() {
                self.line(1, &format!("<{} />", section.name()));
                continue;
            }
            self.line(1, &format!("<{}>", section.name()));
            for element in inside {
                self.element(element, elements::find(&element.name), 2);
            }
            self.line(1, &format!("</{}>", section.name()));
        }
        let is_section = |element: &&Element| Section::from_name(&element.name).is_some();
        for other in root.elements().filter(|element| !is_section(element)) {
            self.element(other, None, 1);
        }
        self.line(0, "</policies>");
    }

    fn fragment(&mut self, root: &Element) {
        self.line(0, "<fragment>");
        for element in root.elements() {
            self.element(element, elements::find(&element.name), 1);
        }
        self.line(0, "</fragment>");
    }

    fn node(&mut self, node: &Node, of: Option<&ElementDef>, depth: usize) {
        match node {
            Node::Element(element) => self.element(element, child(of, &element.name), depth),
            Node::Text(text) | Node::CData { text, .. } => {
                for line in self.content(text, false).lines().filter(|line| !line.trim().is_empty()) {
                    self.line(depth, line);
                }
            }
            Node::Junk(span) => {
                let text = self.source.slice(*span).to_owned();
                self.line(depth, &text);
            }
            Node::Comment(_) | Node::Instruction(_) => {}
        }
    }

    /// Recurses as deep as the parser lets elements nest.
    fn element(&mut self, element: &Element, def: Option<&ElementDef>, depth: usize) {
        let tag = self.tag(element, def, depth);
        let is_blank = |node: &&Node| match node {
            Node::Text(text) => text.is_blank(self.source),
            Node::Comment(_) | Node::Instruction(_) => true,
            Node::Element(_) | Node::CData { .. } | Node::Junk(_) => false,
        };
        let solid: Vec<&Node> = element.children.iter().filter(|node| !is_blank(node)).collect();
        let has_elements = solid.iter().any(|node| matches!(node, Node::Element(_)));
        if solid.is_empty() {
            self.line(depth, &format!("{tag} />"));
        } else if has_elements {
            self.line(depth, &format!("{tag}>"));
            for node in solid {
                self.node(node, def, depth + 1);
            }
            self.line(depth, &format!("</{}>", element.name));
        } else {
            // What is passed on as it is keeps its blanks.
            let is_exact = def.is_none_or(|def| matches!(def.content, Content::Markup | Content::Foreign));
            let mut text = String::new();
            for node in &element.children {
                if let Node::Text(part) | Node::CData { text: part, .. } = node {
                    text.push_str(&self.content(part, is_exact));
                }
            }
            let text = if is_exact { text.as_str() } else { text.trim() };
            self.line(depth, &format!("{tag}>{text}</{}>", element.name));
        }
    }

    /// The tag without its end.
    fn tag(&self, element: &Element, def: Option<&ElementDef>, depth: usize) -> String {
        let mut written: Vec<String> = Vec::new();
        for attribute in &element.attributes {
            let known = def.and_then(|def| def.attribute(&attribute.name));
            let value = attribute.value.as_ref().map(|text| self.pieces(text, true)).unwrap_or_default();
            let is_literal = attribute.value.as_ref().is_none_or(|text| !text.has_expression());
            let value = if is_literal { plain(known, &value) } else { value };
            let is_default =
                is_literal && known.is_some_and(|known| !known.default.is_empty() && known.default == value);
            if !is_default {
                written.push(format!("{}=\"{value}\"", attribute.name));
            }
        }
        written.sort();
        let name = &element.name;
        let length: usize = name.len() + written.iter().map(|one| one.len() + 1).sum::<usize>();
        let between = if length > TAG_CHARS_MAX && written.len() > 1 {
            format!("\n{}", STEP.repeat(depth + 2))
        } else {
            " ".to_owned()
        };
        written.iter().fold(format!("<{name}"), |tag, one| format!("{tag}{between}{one}"))
    }

    /// The text of an element: markup that is escaped stays so.
    fn content(&self, text: &Text, is_exact: bool) -> String {
        let written = self.pieces(text, false).replace("\r\n", "\n");
        if is_exact && text.sole_piece(self.source).is_none_or(|piece| matches!(piece, Piece::Literal(_))) {
            written
        } else {
            written.trim().to_owned()
        }
    }

    /// The text with what would end it or begin a tag escaped; expressions as C# writes them.
    fn pieces(&self, text: &Text, is_attribute: bool) -> String {
        let mut out = String::new();
        for piece in &text.pieces {
            match piece {
                Piece::Literal(span) => {
                    let literal = entities::decode(self.source.slice(*span)).text;
                    let literal = literal.replace('&', "&amp;").replace('<', "&lt;");
                    out.push_str(&if is_attribute { literal.replace('"', "&quot;") } else { literal });
                }
                Piece::Expression { span, .. } => {
                    out.push_str(&expression(&entities::decode(self.source.slice(*span)).text));
                }
            }
        }
        out
    }
}

/// `@(…)` in a line where it fits into one, `@{ … }` with a line for each statement.
fn expression(text: &str) -> String {
    let inside = text.get(2..text.len().saturating_sub(1)).unwrap_or_default();
    let (open, close) = (&text[..text.len().min(2)], &text[text.len().saturating_sub(1)..]);
    match csharp::layout(inside) {
        Some(lines) if open == "@{" => {
            let inside: String = lines.iter().map(|line| format!("{STEP}{line}\n")).collect();
            format!("{open}\n{inside}{close}")
        }
        Some(lines) => format!("{open}{}{close}", lines.join("\n")),
        None => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// A literal value in the one form that it has: `True` and `true` are the same where a Boolean is asked for.
fn plain(known: Option<&AttributeDef>, value: &str) -> String {
    match known.map(|known| known.kind) {
        Some(Kind::Bool | Kind::Condition) => value.trim().to_ascii_lowercase(),
        Some(Kind::Integer { .. } | Kind::Number | Kind::OneOf(_)) => value.trim().to_owned(),
        Some(Kind::Text) | None => value.to_owned(),
    }
}

fn child(of: Option<&ElementDef>, name: &str) -> Option<&'static ElementDef> {
    match of?.content {
        Content::Policies => elements::find(name),
        Content::Children(_, children) | Content::TextOrChildren(_, children) => {
            children.iter().map(|child| child.element).find(|element| element.name == name)
        }
        Content::Empty | Content::Text | Content::Markup | Content::Foreign => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Around a statement of section inbound.
    fn inbound(text: &str) -> String {
        canonical_text(&format!("<policies><inbound>{text}</inbound></policies>"))
    }

    #[test]
    fn what_means_the_same_comes_out_the_same() {
        for (one, other) in [
            ("<base/>", " <!-- first -->\r\n<base />\n"),
            (
                "<set-variable name=\"a\" value=\"@(1+1)\"/>",
                "<set-variable value=\"@( 1 + 1 )\" name=\"a\" />",
            ),
            (
                "<set-variable name=\"a\" value=\"@(b && c < d)\"/>",
                "<set-variable name=\"a\" value=\"@(b &amp;&amp; c &lt; d)\"/>",
            ),
            (
                "<choose><when condition=\"@(a)\"><base/></when></choose>",
                "<choose>\n<!-- x --><when condition=\"@(a /* why */)\">\n<base></base></when>\n</choose>",
            ),
            ("<x-own a=\"1\" b=\"2\"/>", "<x-own b=\"2\" a=\"1\"></x-own>"),
        ] {
            assert_eq!(inbound(one), inbound(other), "{one} {other}");
        }
        let sections = "<policies><inbound><base/></inbound><backend></backend><outbound/></policies>";
        assert_eq!(canonical_text(sections), inbound("<base/>"));
    }

    #[test]
    fn an_attribute_that_says_what_holds_anyway_is_left_out() {
        let short = "<set-header name=\"a\"><value>1</value></set-header>";
        let long = "<set-header name=\"a\" exists-action=\"override\"><value>1</value></set-header>";
        assert_eq!(inbound(short), inbound(long), "{}", inbound(long));
    }

    #[test]
    fn a_difference_is_a_line() {
        let text = inbound("<set-variable name=\"a\" value='@{ var b = 1; return b; }'/><base/>");
        assert_eq!(
            text,
            "<policies>\n  <inbound>\n    <set-variable name=\"a\" value=\"@{\n  var b = 1;\n  return b;\n}\" />\n    \
             <base />\n  </inbound>\n  <backend />\n  <outbound />\n  <on-error />\n</policies>\n"
        );
        for (one, other) in [
            ("<set-body>a</set-body>", "<set-body> a</set-body>"),
            ("<set-variable name=\"a\" value=\"1\"/>", "<set-variable name=\"a\" value=\"2\"/>"),
            ("<base/><x/>", "<x/><base/>"),
            ("<set-body>&lt;a/></set-body>", "<set-body><a/></set-body>"),
        ] {
            assert_ne!(inbound(one), inbound(other));
        }
    }
}
