//! `System.Xml.Linq`: documents, elements and attributes as a tree whose nodes know their parent; adding a node that
//! already has one adds a copy (learn.microsoft.com/dotnet/standard/linq/linq-xml-overview).

mod members;
mod names;
mod read;
mod write;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};

use super::lock;
use crate::csharp::exception::Exception;
use crate::csharp::value::Value;

pub(in crate::csharp) use members::{Attribute, extension};
pub(in crate::csharp) use names::{Name, Namespace};

/// Elements in elements. Bounds the native stack.
const MAX_DEPTH: u32 = 128;

/// Nodes and attributes of one text. A body has at most 16 MiB, which could be four million.
const MAX_NODES: usize = 200_000;

pub(in crate::csharp) struct Xml {
    data: Mutex<Data>,
    parent: Mutex<Weak<Xml>>,
    me: Weak<Xml>,
    /// At least the number of levels below.
    height: AtomicU32,
}

#[derive(Clone)]
enum Data {
    Document { children: Vec<Arc<Xml>>, declaration: Option<String> },
    Element { name: Name, attributes: Vec<(Name, String)>, children: Vec<Arc<Xml>> },
    Text(String),
    Cdata(String),
    Comment(String),
    Instruction(String),
}

impl Xml {
    fn new(data: Data) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            data: Mutex::new(data),
            parent: Mutex::new(Weak::new()),
            me: me.clone(),
            height: AtomicU32::new(0),
        })
    }

    fn me(&self) -> Arc<Self> {
        // INVARIANT: nodes are only made by `new`, inside an Arc that outlives any `&self`.
        self.me.upgrade().unwrap_or_else(|| Self::new(Data::Text(String::new())))
    }

    fn parent(&self) -> Option<Arc<Self>> {
        lock(&self.parent).upgrade()
    }

    fn children(&self) -> Vec<Arc<Self>> {
        match &*lock(&self.data) {
            Data::Document { children, .. } | Data::Element { children, .. } => children.clone(),
            _ => Vec::new(),
        }
    }

    fn is_element(&self) -> bool {
        matches!(&*lock(&self.data), Data::Element { .. })
    }

    fn name(&self) -> Option<Name> {
        if let Data::Element { name, .. } = &*lock(&self.data) { Some(name.clone()) } else { None }
    }

    fn attributes(&self) -> Vec<(Name, String)> {
        if let Data::Element { attributes, .. } = &*lock(&self.data) {
            attributes.clone()
        } else {
            Vec::new()
        }
    }

    /// The text of an element, which is all text below it, or of a text or comment.
    fn text(&self) -> String {
        match &*lock(&self.data) {
            Data::Text(text) | Data::Cdata(text) | Data::Comment(text) | Data::Instruction(text) => {
                text.clone()
            }
            Data::Document { children, .. } | Data::Element { children, .. } => {
                let is_text = |child: &&Arc<Self>| {
                    !matches!(&*lock(&child.data), Data::Comment(_) | Data::Instruction(_))
                };
                children.iter().filter(is_text).map(|child| child.text()).collect()
            }
        }
    }

    fn copy(&self) -> Arc<Self> {
        let data = lock(&self.data).clone();
        let copied = Self::new(match data {
            Data::Document { children, declaration } => {
                Data::Document { children: children.iter().map(|child| child.copy()).collect(), declaration }
            }
            Data::Element { name, attributes, children } => Data::Element {
                name,
                attributes,
                children: children.iter().map(|child| child.copy()).collect(),
            },
            other => other,
        });
        copied.height.store(self.height.load(Ordering::Relaxed), Ordering::Relaxed);
        for child in copied.children() {
            *lock(&child.parent) = Arc::downgrade(&copied);
        }
        copied
    }

    /// Puts a node among the children, at the end or at a place.
    fn insert(&self, child: &Arc<Self>, at: Option<usize>) -> Result<(), Exception> {
        let is_above = {
            let mut here = Some(self.me());
            let mut found = false;
            while let Some(node) = here {
                found |= Arc::ptr_eq(&node, child);
                here = node.parent();
            }
            found
        };
        let child = if child.parent().is_some() || is_above { child.copy() } else { Arc::clone(child) };
        let mut height = child.height.load(Ordering::Relaxed) + 1;
        let mut above = Some(self.me());
        while let Some(node) = above {
            if height > MAX_DEPTH {
                return Err(Exception::invalid_operation("The XML is nested too deeply."));
            }
            node.height.fetch_max(height, Ordering::Relaxed);
            height += 1;
            above = node.parent();
        }
        *lock(&child.parent) = self.me.clone();
        match &mut *lock(&self.data) {
            Data::Document { children, .. } | Data::Element { children, .. } => {
                let at = at.unwrap_or(children.len()).min(children.len());
                children.insert(at, child);
                Ok(())
            }
            _ => Err(Exception::invalid_operation("This node has no children.")),
        }
    }

    /// `Add(content)`: nodes, attributes, lists of them; everything else is text.
    fn add(&self, content: &Value) -> Result<(), Exception> {
        if content.is_null() {
            return Ok(());
        }
        if let Some(node) = content.downcast::<Self>() {
            let is_document = matches!(&*lock(&node.data), Data::Document { .. });
            return if is_document {
                Err(Exception::argument("An XDocument cannot be added as content."))
            } else {
                self.insert(&node.me(), None)
            };
        }
        if let Some(attribute) = content.downcast::<Attribute>() {
            return self.set_attribute(&attribute.name, Some(attribute.value()));
        }
        if content.as_str().is_none()
            && let Some(items) = content.elements()
        {
            return items.iter().try_for_each(|item| self.add(item));
        }
        self.insert(&Self::new(Data::Text(xml_text(content))), None)
    }

    fn set_attribute(&self, name: &Name, value: Option<String>) -> Result<(), Exception> {
        let Data::Element { attributes, .. } = &mut *lock(&self.data) else {
            return Err(Exception::invalid_operation("An attribute cannot be added to this node."));
        };
        match (attributes.iter().position(|(known, _)| known == name), value) {
            (Some(at), Some(value)) => attributes[at].1 = value,
            (Some(at), None) => drop(attributes.remove(at)),
            (None, Some(value)) => attributes.push((name.clone(), value)),
            (None, None) => {}
        }
        Ok(())
    }

    fn clear(&self) {
        for child in self.children() {
            *lock(&child.parent) = Weak::new();
        }
        if let Data::Document { children, .. } | Data::Element { children, .. } = &mut *lock(&self.data) {
            children.clear();
        }
    }

    fn remove(&self) -> Result<(), Exception> {
        let Some(parent) = self.parent() else {
            return Err(Exception::invalid_operation("The parent is missing."));
        };
        let me = self.me();
        if let Data::Document { children, .. } | Data::Element { children, .. } = &mut *lock(&parent.data) {
            children.retain(|child| !Arc::ptr_eq(child, &me));
        }
        *lock(&self.parent) = Weak::new();
        Ok(())
    }

    /// The place among its brothers, with the parent.
    fn place(&self) -> Option<(Arc<Self>, usize)> {
        let parent = self.parent()?;
        let me = self.me();
        let at = parent.children().iter().position(|child| Arc::ptr_eq(child, &me))?;
        Some((parent, at))
    }

    /// The elements below, in the order of the text.
    fn descendants(&self, into: &mut Vec<Arc<Self>>) {
        for child in self.children() {
            if child.is_element() {
                into.push(Arc::clone(&child));
                child.descendants(into);
            }
        }
    }

    /// `new XElement(name, content…)` and its like; None where the class is not one of XML or the arguments are others.
    pub(in crate::csharp) fn construct(class: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
        let element = |name: &Value, content: &[Value]| {
            let name = Name::of(name)?;
            let node = Self::new(Data::Element { name, attributes: Vec::new(), children: Vec::new() });
            content.iter().try_for_each(|item| node.add(item))?;
            Ok(Value::Object(node))
        };
        Some(match (class, args) {
            ("XElement", [name, content @ ..]) => match name.downcast::<Self>() {
                Some(other) => Ok(Value::Object(other.copy())),
                None => element(name, content),
            },
            ("XDocument", content) => {
                let node = Self::new(Data::Document { children: Vec::new(), declaration: None });
                let added = content.iter().try_for_each(|item| node.add(item));
                added.map(|()| Value::Object(node))
            }
            ("XAttribute", [name, value]) => {
                Name::of(name).map(|name| Value::object(Attribute::free(name, xml_text(value))))
            }
            ("XText", [text]) => Ok(Value::Object(Self::new(Data::Text(text.display())))),
            ("XCData", [text]) => Ok(Value::Object(Self::new(Data::Cdata(text.display())))),
            ("XComment", [text]) => Ok(Value::Object(Self::new(Data::Comment(text.display())))),
            _ => return None,
        })
    }

    /// `XDocument.Parse(text)`, `XElement.Parse(text)`
    pub(in crate::csharp) fn parse(text: &str, class: &str, keeps_blanks: bool) -> Result<Value, Exception> {
        let document = read::document(text, keeps_blanks)?;
        if class == "XDocument" {
            return Ok(Value::Object(document));
        }
        let root = document.children().into_iter().find(|child| child.is_element());
        let root = root.unwrap_or(document);
        *lock(&root.parent) = Weak::new();
        Ok(Value::Object(root))
    }
}

/// A value as content of XML: `true` and dates as XML Schema writes them.
fn xml_text(value: &Value) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Object(object) if object.type_name() == "DateTime" => {
            object.format("o").unwrap_or_else(|_| object.display())
        }
        other => other.display(),
    }
}
