//! The members of nodes and attributes, and the extension methods of lists of them.

use std::any::Any;
use std::sync::{Arc, Mutex};

use super::{Data, Name, Xml, lock, xml_text};
use crate::csharp::exception::Exception;
use crate::csharp::objects::{EnumValue, List};
use crate::csharp::value::{Object, Value};

fn nodes(items: impl IntoIterator<Item = Arc<Xml>>) -> Value {
    Value::object(List::enumerable(items.into_iter().map(|node| Value::Object(node)).collect()))
}

/// The name that a method is asked for; all where there is none.
fn wanted(args: &[Value]) -> Result<Option<Name>, Exception> {
    args.first().map(Name::of).transpose()
}

impl Xml {
    fn elements_of(&self, name: Option<&Name>) -> Vec<Arc<Self>> {
        let fits = |child: &Arc<Self>| match (child.name(), name) {
            (Some(own), Some(name)) => own == *name,
            (own, None) => own.is_some(),
            (None, Some(_)) => false,
        };
        self.children().into_iter().filter(fits).collect()
    }

    fn root(&self) -> Arc<Self> {
        let mut here = self.me();
        while let Some(parent) = here.parent() {
            here = parent;
        }
        here
    }

    fn attribute(&self, name: &Name) -> Option<Value> {
        let found = self.attributes().into_iter().find(|(known, _)| known == name)?;
        Some(Value::object(Attribute { name: found.0, owner: Some(self.me()), own: Mutex::new(found.1) }))
    }

    /// Replaces the content by a text.
    fn set_text(&self, value: &Value) -> Result<(), Exception> {
        if let Data::Text(text) | Data::Cdata(text) | Data::Comment(text) = &mut *lock(&self.data) {
            *text = xml_text(value);
            return Ok(());
        }
        self.clear();
        self.add(&Value::from(xml_text(value)))
    }

    fn call_on_element(&self, name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
        Some(match (name, args) {
            ("Attribute", [wanted]) => {
                Name::of(wanted).map(|name| self.attribute(&name).unwrap_or(Value::Null))
            }
            ("Attributes", [] | [_]) => wanted(args).map(|name| {
                let own = self.attributes().into_iter().map(|(own, _)| own);
                let fitting = own.filter(|own| name.as_ref().is_none_or(|name| own == name));
                Value::object(List::enumerable(fitting.filter_map(|name| self.attribute(&name)).collect()))
            }),
            ("DescendantsAndSelf", [] | [_]) => wanted(args).map(|name| {
                let mut all = vec![self.me()];
                self.descendants(&mut all);
                all.retain(|node| name.as_ref().is_none_or(|name| node.name().as_ref() == Some(name)));
                nodes(all)
            }),
            ("SetValue", [value]) => self.set_text(value).map(|()| Value::Null),
            ("SetAttributeValue", [name, value]) => Name::of(name).and_then(|name| {
                let value = if value.is_null() { None } else { Some(xml_text(value)) };
                self.set_attribute(&name, value).map(|()| Value::Null)
            }),
            ("SetElementValue", [wanted, value]) => Name::of(wanted).and_then(|name| {
                match (self.elements_of(Some(&name)).into_iter().next(), value.is_null()) {
                    (Some(element), true) => element.remove()?,
                    (Some(element), false) => element.set_text(value)?,
                    (None, true) => {}
                    (None, false) => {
                        let made = Self::construct("XElement", &[wanted.clone(), value.clone()]);
                        self.add(&made.unwrap_or(Ok(Value::Null))?)?;
                    }
                }
                Ok(Value::Null)
            }),
            ("GetDefaultNamespace", []) => {
                let mut here = Some(self.me());
                let mut found = String::new();
                while let Some(node) = here {
                    let declared = node.attributes().into_iter().find(|(name, _)| name.display() == "xmlns");
                    if let Some((_, value)) = declared {
                        found = value;
                        break;
                    }
                    here = node.parent();
                }
                Ok(Value::object(super::Namespace(found)))
            }
            _ => return None,
        })
    }

    /// The class that it is of.
    fn class(&self) -> &'static str {
        match &*lock(&self.data) {
            Data::Document { .. } => "XDocument",
            Data::Element { .. } => "XElement",
            Data::Text(_) => "XText",
            Data::Cdata(_) => "XCData",
            Data::Comment(_) => "XComment",
            Data::Instruction(_) => "XProcessingInstruction",
        }
    }
}

impl Object for Xml {
    fn type_name(&self) -> &str {
        self.class()
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let class = self.class();
        let optional = |node: Option<Arc<Self>>| node.map_or(Value::Null, |node| Value::Object(node));
        let brother = |step: isize| {
            let (parent, at) = self.place()?;
            at.checked_add_signed(step).and_then(|at| parent.children().get(at).cloned())
        };
        Ok(match (name, class) {
            ("Parent", _) => optional(self.parent().filter(|parent| parent.is_element())),
            ("Document", _) => optional(Some(self.root()).filter(|root| root.class() == "XDocument")),
            ("NextNode", _) => optional(brother(1)),
            ("PreviousNode", _) => optional(brother(-1)),
            ("NodeType", _) => Value::object(EnumValue::new(
                "XmlNodeType",
                match class {
                    "XDocument" => "Document",
                    "XElement" => "Element",
                    "XText" => "Text",
                    "XCData" => "CDATA",
                    "XComment" => "Comment",
                    _ => "ProcessingInstruction",
                },
            )),
            ("FirstNode", "XDocument" | "XElement") => optional(self.children().into_iter().next()),
            ("LastNode", "XDocument" | "XElement") => optional(self.children().pop()),
            ("Root", "XDocument") => optional(self.elements_of(None).into_iter().next()),
            ("Declaration", "XDocument") => match &*lock(&self.data) {
                Data::Document { declaration: Some(text), .. } => text.as_str().into(),
                _ => Value::Null,
            },
            ("Name", "XElement") => self.name().map_or(Value::Null, Value::object),
            ("HasAttributes", "XElement") => Value::Bool(!self.attributes().is_empty()),
            ("HasElements", "XElement") => Value::Bool(!self.elements_of(None).is_empty()),
            ("IsEmpty", "XElement") => Value::Bool(self.children().is_empty()),
            ("Value", "XElement" | "XText" | "XCData" | "XComment") => self.text().into(),
            _ => return Err(Exception::missing_member(class, name)),
        })
    }

    fn set(&self, name: &str, value: &Value) -> Result<(), Exception> {
        match (name, self.class()) {
            ("Value", "XElement" | "XText" | "XCData" | "XComment") => self.set_text(value),
            ("Name", "XElement") => {
                let wanted = Name::of(value)?;
                if let Data::Element { name, .. } = &mut *lock(&self.data) {
                    *name = wanted;
                }
                Ok(())
            }
            (_, class) => Err(Exception::missing_member(class, name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        let class = self.class();
        let is_container = matches!(class, "XDocument" | "XElement");
        match (name, args) {
            ("ToString", [options]) if options.type_name() == "SaveOptions" => {
                return Ok(self.to_text(options.display() != "DisableFormatting").into());
            }
            ("Remove", []) => return self.remove().map(|()| Value::Null),
            ("ReplaceWith" | "AddAfterSelf" | "AddBeforeSelf", content) if !content.is_empty() => {
                let Some((parent, at)) = self.place() else {
                    return Err(Exception::invalid_operation("The parent is missing."));
                };
                if name == "ReplaceWith" {
                    self.remove()?;
                }
                let at = at + usize::from(name == "AddAfterSelf");
                for (index, item) in content.iter().enumerate() {
                    let node = match item.downcast::<Self>() {
                        Some(node) => node.me(),
                        None => Self::new(Data::Text(xml_text(item))),
                    };
                    parent.insert(&node, Some(at + index))?;
                }
                return Ok(Value::Null);
            }
            ("Element", [wanted]) if is_container => {
                let found = self.elements_of(Some(&Name::of(wanted)?)).into_iter().next();
                return Ok(found.map_or(Value::Null, |node| Value::Object(node)));
            }
            ("Elements", [] | [_]) if is_container => {
                return Ok(nodes(self.elements_of(wanted(args)?.as_ref())));
            }
            ("Descendants", [] | [_]) if is_container => {
                let name = wanted(args)?;
                let mut all = Vec::new();
                self.descendants(&mut all);
                all.retain(|node| name.as_ref().is_none_or(|name| node.name().as_ref() == Some(name)));
                return Ok(nodes(all));
            }
            ("Nodes", []) if is_container => return Ok(nodes(self.children())),
            ("Add", content) if is_container && !content.is_empty() => {
                content.iter().try_for_each(|item| self.add(item))?;
                return Ok(Value::Null);
            }
            ("RemoveNodes", []) if is_container => {
                self.clear();
                return Ok(Value::Null);
            }
            ("ReplaceNodes", content) if is_container => {
                self.clear();
                content.iter().try_for_each(|item| self.add(item))?;
                return Ok(Value::Null);
            }
            _ => {}
        }
        let special = if class == "XElement" { self.call_on_element(name, args) } else { None };
        special.unwrap_or_else(|| Err(Exception::missing_overload(class, name, args)))
    }

    fn display(&self) -> String {
        self.to_text(true)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `XAttribute`, of an element or of none yet.
pub(in crate::csharp) struct Attribute {
    pub(super) name: Name,
    owner: Option<Arc<Xml>>,
    own: Mutex<String>,
}

impl Attribute {
    pub(super) fn free(name: Name, value: String) -> Self {
        Self { name, owner: None, own: Mutex::new(value) }
    }

    pub(in crate::csharp) fn value(&self) -> String {
        let of_owner = self.owner.as_ref().and_then(|owner| {
            owner.attributes().into_iter().find(|(name, _)| *name == self.name).map(|(_, value)| value)
        });
        of_owner.unwrap_or_else(|| lock(&self.own).clone())
    }

    fn set_value(&self, value: &Value) -> Result<(), Exception> {
        *lock(&self.own) = xml_text(value);
        match &self.owner {
            Some(owner) => owner.set_attribute(&self.name, Some(xml_text(value))),
            None => Ok(()),
        }
    }
}

impl Object for Attribute {
    fn type_name(&self) -> &str {
        "XAttribute"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Name" => Ok(Value::object(self.name.clone())),
            "Value" => Ok(self.value().into()),
            "Parent" => Ok(self.owner.clone().map_or(Value::Null, |owner| Value::Object(owner))),
            "NodeType" => Ok(Value::object(EnumValue::new("XmlNodeType", "Attribute"))),
            _ => Err(Exception::missing_member("XAttribute", name)),
        }
    }

    fn set(&self, name: &str, value: &Value) -> Result<(), Exception> {
        match name {
            "Value" => self.set_value(value),
            _ => Err(Exception::missing_member("XAttribute", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("SetValue", [value]) => self.set_value(value).map(|()| Value::Null),
            ("Remove", []) => match &self.owner {
                Some(owner) => owner.set_attribute(&self.name, None).map(|()| Value::Null),
                None => Err(Exception::invalid_operation("The parent is missing.")),
            },
            _ => Err(Exception::missing_overload("XAttribute", name, args)),
        }
    }

    fn display(&self) -> String {
        format!(
            "{}=\"{}\"",
            self.name.local,
            self.value().replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
        )
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `items.Elements("a")` and its like, which ask each item; None where the items are no XML.
pub(in crate::csharp) fn extension(
    items: &[Value],
    name: &str,
    args: &[Value],
) -> Option<Result<Value, Exception>> {
    let is_ours =
        matches!(name, "Elements" | "Descendants" | "DescendantsAndSelf" | "Attributes" | "Nodes" | "Remove");
    let all_xml =
        items.iter().all(|item| item.downcast::<Xml>().is_some() || item.downcast::<Attribute>().is_some());
    if !is_ours || !all_xml {
        return None;
    }
    let mut all = Vec::new();
    for item in items {
        let Value::Object(object) = item else { continue };
        match object.call(name, &[], args) {
            Ok(found) => all.extend(found.elements().unwrap_or_default()),
            Err(error) => return Some(Err(error)),
        }
    }
    Some(Ok(if name == "Remove" { Value::Null } else { Value::object(List::enumerable(all)) }))
}
