//! `<json-to-xml apply="always" consider-accept-header="false" parse-date="false"/>`: turns a JSON body into XML.
//! Learn, json-to-xml (2024-03-18); its example is a case of the suite. The page's output of it leaves out the element
//! `v1:QueryItem`, which is taken for a slip: no rule that the page states would drop it.
//!
//! A property becomes an element, an array one element for each item, null an empty element. Properties inside the
//! object called `attribute-block-name` become attributes; those that begin with `namespace-prefix` declare namespaces.
//!
//! Decisions, where the page is silent:
//! - What has no single property at the top is put into `<Document>`, items of an array there into `<Item>`.
//! - `namespace-separator` divides a name only where what is before it is a prefix declared here or further out: the
//!   default `_` is part of many names.
//! - Characters that no XML name holds are written as `_x0020_`, as .NET's `XmlConvert.EncodeName` writes them.
//! - With `parse-date` texts that are ISO 8601 dates with a time are written as .NET writes a `DateTime`.
//! - Without JSON in the body the policy fails. `consider-accept-header` wants XML named in `Accept`; `*/*` does not do.
//! - The `Content-Type` becomes `application/xml`.
//!
//! Refused, because the schema alone has them: `attribute-prefix`, `namespace-block-name`, `null-values` and the like.

use std::sync::Arc;

use serde_json::Value as Json;

use super::Executor;
use super::convert::{Applies, Body, Format};
use crate::gateway::dates;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::gateway::xml::{Element, Node};

pub(super) static EXECUTOR: Executor = Executor {
    element: "json-to-xml",
    compile: |compiler, placed| {
        let element = &placed.element;
        compiler.refuse_attributes(
            element,
            &[
                "attribute-prefix",
                "namespace-block-name",
                "invalid-character-replacement",
                "null-values",
                "trim-values",
                "empty-values",
            ],
        );
        Some(Box::new(JsonToXml {
            applies: Applies::compile(compiler, placed, Format::Json, Format::Xml)?,
            parses_dates: compiler.setting(element, "parse-date"),
            attributes: compiler.setting(element, "attribute-block-name"),
            separator: compiler.setting(element, "namespace-separator"),
            prefix: compiler.setting(element, "namespace-prefix"),
        }))
    },
};

const DOCUMENT: &str = "Document";
const ITEM: &str = "Item";

struct JsonToXml {
    applies: Applies,
    parses_dates: Option<Setting<bool>>,
    attributes: Option<Setting<String>>,
    separator: Option<Setting<String>>,
    prefix: Option<Setting<String>>,
}

impl Run for JsonToXml {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let optional = |setting: &Option<Setting<String>>| -> Result<Option<String>, Fault> {
            let text = setting.as_ref().map(|setting| setting.get(live)).transpose()?;
            Ok(text.filter(|text| !text.is_empty()))
        };
        let writing = Writing {
            parses_dates: get_or(self.parses_dates.as_ref(), true, live)?,
            attributes: optional(&self.attributes)?,
            separator: optional(&self.separator)?.unwrap_or_else(|| "_".to_owned()),
            prefix: optional(&self.prefix)?,
        };
        let Body::Here(body) = self.applies.body(live)? else { return Ok(Flow::Next) };
        let json: Json = serde_json::from_slice(&body).map_err(|error| {
            Fault::broken("JsonConversionFailure", format!("the body is not JSON: {error}"))
        })?;
        let mut xml = String::new();
        writing.document(&json).write(&mut xml);
        self.applies.replace(live, xml, "application/xml");
        Ok(Flow::Next)
    }
}

/// How properties become elements.
struct Writing {
    parses_dates: bool,
    attributes: Option<String>,
    separator: String,
    prefix: Option<String>,
}

impl Writing {
    fn document(&self, json: &Json) -> Element {
        if let Json::Object(properties) = json
            && properties.len() == 1
            && let Some((name, value)) = properties.iter().next()
            && !value.is_array()
        {
            return self.element(name, value, &[]);
        }
        match json {
            Json::Array(items) => {
                let children = items.iter().map(|item| Node::Element(self.element(ITEM, item, &[])));
                Element { children: children.collect(), ..Element::new(DOCUMENT) }
            }
            other => self.element(DOCUMENT, other, &[]),
        }
    }

    /// One element. `declared` are the prefixes that hold around it. serde_json has read no more than 128 levels.
    fn element(&self, name: &str, value: &Json, declared: &[String]) -> Element {
        let mut declared = declared.to_vec();
        let mut attributes = Vec::new();
        if let Json::Object(properties) = value {
            for (property, value) in properties {
                if let Some(namespace) = self.namespace(property) {
                    declared.extend(namespace.strip_prefix("xmlns:").map(str::to_owned));
                    attributes.push((namespace, self.text(value)));
                }
            }
        }
        let mut element = Element { attributes, ..Element::new(self.name(name, &declared)) };
        match value {
            Json::Object(properties) => {
                for (property, value) in properties {
                    self.property(&mut element, property, value, &declared);
                }
            }
            Json::Array(items) => {
                for item in items {
                    element.children.push(Node::Element(self.element(ITEM, item, &declared)));
                }
            }
            Json::Null => {}
            value => element
                .children
                .extend(Some(self.text(value)).filter(|text| !text.is_empty()).map(Node::Text)),
        }
        element
    }

    fn property(&self, element: &mut Element, property: &str, value: &Json, declared: &[String]) {
        match value {
            _ if self.namespace(property).is_some() => {}
            Json::Object(block) if self.attributes.as_deref() == Some(property) => {
                let attributes =
                    block.iter().map(|(name, value)| (self.name(name, declared), self.text(value)));
                element.attributes.extend(attributes);
            }
            Json::Array(items) => {
                let items = items.iter().map(|item| Node::Element(self.element(property, item, declared)));
                element.children.extend(items);
            }
            value => element.children.push(Node::Element(self.element(property, value, declared))),
        }
    }

    /// `xmlns` or `xmlns:p`, where the property declares a namespace.
    fn namespace(&self, property: &str) -> Option<String> {
        let rest = property.strip_prefix(self.prefix.as_deref()?)?;
        match rest.strip_prefix(&self.separator) {
            Some(prefix) => Some(format!("xmlns:{}", encoded(prefix))),
            None if rest.is_empty() => Some("xmlns".to_owned()),
            None => None,
        }
    }

    fn name(&self, name: &str, declared: &[String]) -> String {
        match name.split_once(&self.separator) {
            Some((prefix, local)) if declared.iter().any(|known| known == prefix) => {
                format!("{prefix}:{}", encoded(local))
            }
            _ => encoded(name),
        }
    }

    fn text(&self, value: &Json) -> String {
        match value {
            Json::String(text) if self.parses_dates => {
                dates::round_trip(text).unwrap_or_else(|| text.clone())
            }
            Json::String(text) => text.clone(),
            Json::Null => String::new(),
            other => other.to_string(),
        }
    }
}

/// `XmlConvert.EncodeLocalName`: what no name holds is written in hexadecimal digits.
fn encoded(name: &str) -> String {
    let mut encoded = String::new();
    for (at, c) in name.char_indices() {
        let is_start = c.is_alphabetic() || c == '_';
        if is_start || at > 0 && (c.is_alphanumeric() || matches!(c, '-' | '.' | '\u{b7}')) {
            encoded.push(c);
        } else {
            encoded.push_str(&format!("_x{:04X}_", u32::from(c)));
        }
    }
    if encoded.is_empty() { "_x0000_".to_owned() } else { encoded }
}
