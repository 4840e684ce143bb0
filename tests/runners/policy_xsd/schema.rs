//! A reader for as much of XML Schema as those files use.

use std::collections::BTreeMap;
use std::path::PathBuf;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A node of a schema document.
#[derive(Clone, Debug, Default)]
struct Node {
    name: String,
    attributes: BTreeMap<String, String>,
    children: Vec<Node>,
}

/// All files together, which is what `policies.xsd` includes.
pub(super) struct Schema {
    elements: BTreeMap<String, Node>,
    complex: BTreeMap<String, Node>,
    simple: BTreeMap<String, Node>,
}

/// An element as the schema describes it.
#[derive(Clone, Debug, Default)]
pub(super) struct XElement {
    pub attributes: Vec<XAttribute>,
    pub children: Vec<XChild>,
    pub is_sequence: bool,
    pub takes_anything: bool,
    pub holds_text: bool,
}

#[derive(Clone, Debug)]
pub(super) struct XAttribute {
    pub name: String,
    pub is_required: bool,
    pub holds: Holds,
    pub takes_expression: bool,
    pub default: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct XChild {
    pub name: String,
    pub min: usize,
    pub max: usize,
    node: Node,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Text,
    Bool,
    Integer,
    Number,
    Words(Vec<String>),
}

impl Holds {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Bool => "a Boolean",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Words(_) => "words",
        }
    }
}

impl Schema {
    pub(super) fn read(files: &[PathBuf]) -> Self {
        let mut schema =
            Self { elements: BTreeMap::new(), complex: BTreeMap::new(), simple: BTreeMap::new() };
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            for node in parse(&text).children.into_iter().flat_map(|root| root.children) {
                let Some(name) = node.attributes.get("name").cloned() else { continue };
                let table = match node.name.as_str() {
                    "element" => &mut schema.elements,
                    "complexType" => &mut schema.complex,
                    "simpleType" => &mut schema.simple,
                    _ => continue,
                };
                table.insert(name, node);
            }
        }
        schema
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.elements.keys().map(String::as_str)
    }

    pub(super) fn element(&self, name: &str) -> Option<XElement> {
        self.elements.get(name).map(|node| self.describe(node))
    }

    /// The description of a child; None where it is a policy that is described elsewhere.
    pub(super) fn inner(&self, child: &XChild) -> Option<XElement> {
        (!child.node.attributes.contains_key("ref")).then(|| self.describe(&child.node))
    }

    fn describe(&self, node: &Node) -> XElement {
        let mut element = XElement::default();
        match node.attributes.get("type") {
            Some(name) => match self.complex.get(name) {
                Some(complex) => self.complex_type(complex, &mut element),
                None => element.holds_text = true,
            },
            None => match node.children.iter().find(|child| child.name == "complexType") {
                Some(complex) => self.complex_type(complex, &mut element),
                None => {
                    // Without a type an element holds what it likes.
                    element.holds_text = true;
                    element.takes_anything = node.children.iter().all(|child| child.name != "simpleType");
                }
            },
        }
        element
    }

    fn complex_type(&self, node: &Node, element: &mut XElement) {
        element.holds_text |= node.attributes.get("mixed").is_some_and(|mixed| mixed == "true");
        for child in &node.children {
            match child.name.as_str() {
                "attribute" => element.attributes.push(self.attribute(child)),
                "sequence" | "choice" | "all" => self.group(child, element),
                "complexContent" => self.complex_type(child, element),
                "simpleContent" => {
                    element.holds_text = true;
                    self.complex_type(child, element);
                }
                "extension" => {
                    if let Some(base) = child.attributes.get("base").and_then(|base| self.complex.get(base)) {
                        self.complex_type(base, element);
                    }
                    self.complex_type(child, element);
                }
                _ => (),
            }
        }
    }

    fn group(&self, group: &Node, element: &mut XElement) {
        element.is_sequence = group.name == "sequence";
        let is_choice = group.name == "choice";
        let repeats = group.attributes.get("maxOccurs").is_some_and(|max| max == "unbounded");
        for child in &group.children {
            if child.name == "any" {
                element.takes_anything = true;
                continue;
            }
            let Some(name) = child.attributes.get("name").or_else(|| child.attributes.get("ref")) else {
                continue;
            };
            let number = |key: &str| match child.attributes.get(key).map(String::as_str) {
                Some("unbounded") => usize::MAX,
                Some(number) => number.parse().unwrap(),
                None => 1,
            };
            // Of a choice that repeats each may stand as often as one likes, and none has to.
            let (min, max) = match (is_choice, repeats) {
                (true, true) => (0, usize::MAX),
                (true, false) => (0, number("maxOccurs")),
                _ => (number("minOccurs"), number("maxOccurs")),
            };
            element.children.push(XChild { name: name.clone(), min, max, node: child.clone() });
        }
    }

    fn attribute(&self, node: &Node) -> XAttribute {
        let mut takes_expression = false;
        let holds = match node.attributes.get("type") {
            Some(name) => self.named(name, &mut takes_expression),
            None => match node.children.iter().find(|child| child.name == "simpleType") {
                Some(simple) => self.simple_type(simple, &mut takes_expression),
                None => Holds::Text,
            },
        };
        XAttribute {
            name: node.attributes["name"].clone(),
            is_required: node.attributes.get("use").is_some_and(|it| it == "required"),
            holds,
            takes_expression,
            default: node.attributes.get("default").cloned(),
        }
    }

    fn named(&self, name: &str, takes_expression: &mut bool) -> Holds {
        match name {
            "expression" => {
                *takes_expression = true;
                Holds::Text
            }
            "xs:boolean" => Holds::Bool,
            "xs:int"
            | "xs:long"
            | "xs:integer"
            | "xs:unsignedInt"
            | "xs:positiveInteger"
            | "xs:nonNegativeInteger" => Holds::Integer,
            "xs:float" | "xs:double" => Holds::Number,
            _ => match self.simple.get(name) {
                Some(simple) => self.simple_type(simple, takes_expression),
                None => Holds::Text,
            },
        }
    }

    fn simple_type(&self, node: &Node, takes_expression: &mut bool) -> Holds {
        for child in &node.children {
            match child.name.as_str() {
                "restriction" => {
                    let words = child.children.iter().filter(|facet| facet.name == "enumeration");
                    let words: Vec<String> = words.map(|word| word.attributes["value"].clone()).collect();
                    if !words.is_empty() {
                        return Holds::Words(words);
                    }
                    return child
                        .attributes
                        .get("base")
                        .map_or(Holds::Text, |base| self.named(base, takes_expression));
                }
                "union" => return self.union(child, takes_expression),
                _ => (),
            }
        }
        Holds::Text
    }

    /// The member that is not the expression; several others come to text.
    fn union(&self, node: &Node, takes_expression: &mut bool) -> Holds {
        let members = node.attributes.get("memberTypes").map(String::as_str).unwrap_or_default();
        let mut held: Vec<Holds> = Vec::new();
        for name in members.split_whitespace() {
            if name == "expression" {
                *takes_expression = true;
            } else {
                held.push(self.named(name, takes_expression));
            }
        }
        held.extend(node.children.iter().map(|child| self.simple_type(child, takes_expression)));
        match held.as_slice() {
            [only] => only.clone(),
            _ => Holds::Text,
        }
    }
}

/// Reads a document into nodes, names without their prefixes.
fn parse(text: &str) -> Node {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Node::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => open.push(node(&tag)),
            Event::Empty(tag) => open.last_mut().unwrap().children.push(node(&tag)),
            Event::End(_) => {
                let closed = open.pop().unwrap();
                open.last_mut().unwrap().children.push(closed);
            }
            Event::Eof => return open.pop().unwrap(),
            _ => (),
        }
    }
}

fn node(tag: &BytesStart<'_>) -> Node {
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let name: &str = attribute.key.local_name().into_inner();
        (name.to_owned(), attribute.value.to_string())
    });
    let name: &str = tag.local_name().into_inner();
    Node { name: name.to_owned(), attributes: attributes.collect(), children: Vec::new() }
}
