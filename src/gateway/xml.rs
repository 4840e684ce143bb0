//! XML bodies as a tree, for the policies that convert or bind them. Documents with a DTD are refused, so nothing is
//! expanded and nothing is fetched.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

/// Elements inside elements; what reads the tree goes down with it.
const MAX_DEPTH: usize = 128;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Document {
    /// Name and value of what `<?xml …?>` says; empty without one.
    pub declaration: Vec<(String, String)>,
    pub root: Element,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// As written, with its prefix.
    pub name: String,
    /// As written, declarations of namespaces included.
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    /// Text and CDATA, references resolved. Never empty; neighbours are joined.
    Text(String),
}

impl Element {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The text directly inside, without white space around it.
    pub(super) fn text(&self) -> String {
        let texts = self.children.iter().filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        texts.collect::<String>().trim().to_owned()
    }

    fn push_text(&mut self, text: &str) {
        match self.children.last_mut() {
            _ if text.is_empty() => {}
            Some(Node::Text(known)) => known.push_str(text),
            _ => self.children.push(Node::Text(text.to_owned())),
        }
    }

    /// Writes the element, without a declaration and without white space of its own.
    pub(super) fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push_str(&format!(" {name}=\"{}\"", quick_xml::escape::escape(value)));
        }
        if self.children.is_empty() {
            out.push_str(" />");
            return;
        }
        out.push('>');
        for child in &self.children {
            match child {
                Node::Element(element) => element.write(out),
                Node::Text(text) => out.push_str(&quick_xml::escape::partial_escape(text.as_str())),
            }
        }
        out.push_str(&format!("</{}>", self.name));
    }
}

/// Reads a document.
///
/// # Errors
/// A sentence where it is not well-formed, has a DTD or is nested too deeply.
pub(super) fn parse(text: &str) -> Result<Document, String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut document = Document::default();
    // The first stands for the document itself.
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) if open.len() > MAX_DEPTH => {
                return Err(format!("`{}` is nested more than {MAX_DEPTH} deep", start.name().0));
            }
            Event::Start(start) => open.push(element(&start)?),
            Event::Empty(start) => {
                let element = element(&start)?;
                last(&mut open).children.push(Node::Element(element));
            }
            Event::End(_) => {
                let Some(element) = open.pop().filter(|_| !open.is_empty()) else {
                    return Err("an end tag has no start tag".to_owned());
                };
                last(&mut open).children.push(Node::Element(element));
            }
            Event::Text(text) => last(&mut open).push_text(&text.xml10_content()),
            Event::CData(text) => last(&mut open).push_text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                let resolved = match character {
                    Some(character) => character.to_string(),
                    None => {
                        let name = reference.into_inner();
                        let text = resolve_predefined_entity(&name);
                        text.ok_or_else(|| format!("there is no entity `{name}`"))?.to_owned()
                    }
                };
                last(&mut open).push_text(&resolved);
            }
            Event::Decl(declaration) => {
                document.declaration.push(("version".to_owned(), text_of(declaration.version())?));
                if let Some(encoding) = declaration.encoding() {
                    let encoding = encoding.map_err(|error| error.to_string())?;
                    document.declaration.push(("encoding".to_owned(), encoding.into_owned()));
                }
            }
            Event::DocType(_) => return Err("documents with a DTD are refused".to_owned()),
            Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    if open.len() > 1 {
        return Err(format!("`{}` has no end tag", last(&mut open).name));
    }
    let top = open.pop().unwrap_or_default();
    if !top.text().is_empty() {
        return Err("there is text outside the root element".to_owned());
    }
    let mut roots = top.children.into_iter().filter_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    });
    document.root = roots.next().ok_or("there is no root element")?;
    if roots.next().is_some() {
        return Err("there are several root elements".to_owned());
    }
    Ok(document)
}

fn last(open: &mut [Element]) -> &mut Element {
    open.last_mut().expect("the document itself is never closed")
}

fn text_of<E: ToString>(text: Result<std::borrow::Cow<'_, str>, E>) -> Result<String, String> {
    text.map(std::borrow::Cow::into_owned).map_err(|error| error.to_string())
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element::new(start.name().0);
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = text_of(attribute.normalized_value(XmlVersion::Implicit1_0))?;
        element.attributes.push((attribute.key.0.to_owned(), value));
    }
    Ok(element)
}

/// The part of a name behind its prefix.
pub(super) fn local_name(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_and_written() {
        let text = "<?xml version=\"1.0\"?>\n<a x=\"1 &lt; 2\"><b>t &amp; <![CDATA[<u>]]>&#65;</b><c/><!-- n --></a>\n";
        let document = parse(text).unwrap();
        assert_eq!(document.declaration, [("version".to_owned(), "1.0".to_owned())]);
        assert_eq!(document.root.elements().next().unwrap().text(), "t & <u>A");
        let mut written = String::new();
        document.root.write(&mut written);
        assert_eq!(written, "<a x=\"1 &lt; 2\"><b>t &amp; &lt;u&gt;A</b><c /></a>");
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for (text, expected) in [
            ("", "no root element"),
            ("<a/><b/>", "several root"),
            ("<a>", "no end tag"),
            ("text", "outside the root"),
            ("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "DTD"),
            ("<a>&b;</a>", "no entity `b`"),
            ("<a b='1' b='2'/>", "uplicate"),
        ] {
            let problem = parse(text).unwrap_err();
            assert!(problem.contains(expected), "{text}: {problem}");
        }
        let deep = "<a>".repeat(MAX_DEPTH + 2);
        assert!(parse(&deep).unwrap_err().contains("deep"));
    }
}
