//! `<xml-to-json kind="direct" apply="always" consider-accept-header="false"/>`: turns an XML body into JSON. Learn,
//! xml-to-json (2024-09-06). An element becomes a property, several of one name an array, all of them with
//! `always-array-child-elements`.
//!
//! The page does not show what comes out. `direct` follows an output of the service that dev.fyicenter.com shows
//! (2018): attributes begin with `@`, `:` in a name becomes `$`, the declaration is a property `version` at the top.
//! Decisions for the rest:
//! - `javascript-friendly`: names without prefixes, attributes without `@`, no declarations.
//! - Text beside attributes or elements is `#text` in `direct`, `value` in `javascript-friendly`; alone it is the
//!   property's value. All values are texts; an empty element is null.
//! - Without XML in the body the policy fails. `consider-accept-header` wants JSON named in `Accept`; `*/*` does not do.
//!
//! Refused, because the schema alone has them: `preserve-whitespace-nodes`, `empty-values`, `trim-values`.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::Executor;
use super::convert::{Applies, Body, Format};
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::gateway::xml::{self, Document, Element, local_name};

pub(super) static EXECUTOR: Executor = Executor {
    element: "xml-to-json",
    compile: |compiler, placed| {
        let element = &placed.element;
        compiler.refuse_attributes(element, &["preserve-whitespace-nodes", "empty-values", "trim-values"]);
        Some(Box::new(XmlToJson {
            applies: Applies::compile(compiler, placed, Format::Xml, Format::Json)?,
            kind: compiler.setting(element, "kind")?,
            arrays: compiler.setting(element, "always-array-child-elements"),
        }))
    },
};

struct XmlToJson {
    applies: Applies,
    kind: Setting<String>,
    arrays: Option<Setting<bool>>,
}

impl Run for XmlToJson {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let is_direct = self.kind.get(live)? == "direct";
        let writing = Writing { is_direct, arrays: get_or(self.arrays.as_ref(), false, live)? };
        let Body::Here(body) = self.applies.body(live)? else { return Ok(Flow::Next) };
        let document = xml::parse(&String::from_utf8_lossy(&body)).map_err(|problem| {
            Fault::broken("XmlConversionFailure", format!("the body is not XML: {problem}"))
        })?;
        self.applies.replace(live, writing.document(&document).to_string(), "application/json");
        Ok(Flow::Next)
    }
}

#[derive(Clone, Copy)]
struct Writing {
    is_direct: bool,
    arrays: bool,
}

impl Writing {
    fn document(self, document: &Document) -> Json {
        let mut top = Map::new();
        if self.is_direct {
            for (name, value) in &document.declaration {
                top.insert(name.clone(), Json::from(value.as_str()));
            }
        }
        top.insert(self.name(&document.root.name), self.value(&document.root));
        Json::Object(top)
    }

    fn value(self, element: &Element) -> Json {
        let mut object = Map::new();
        for (name, value) in &element.attributes {
            let declares = name == "xmlns" || name.starts_with("xmlns:");
            if self.is_direct {
                object.insert(format!("@{}", self.name(name)), Json::from(value.as_str()));
            } else if !declares {
                object.insert(self.name(name), Json::from(value.as_str()));
            }
        }
        for child in element.elements() {
            self.add(&mut object, self.name(&child.name), self.value(child));
        }
        let text = element.text();
        match (object.is_empty(), text.is_empty()) {
            (true, true) => Json::Null,
            (true, false) => Json::from(text),
            (false, true) => Json::Object(object),
            (false, false) => {
                object.insert(if self.is_direct { "#text" } else { "value" }.to_owned(), Json::from(text));
                Json::Object(object)
            }
        }
    }

    /// A second value of one name makes an array.
    fn add(self, object: &mut Map<String, Json>, name: String, value: Json) {
        match object.get_mut(&name) {
            None if self.arrays => {
                object.insert(name, Json::Array(vec![value]));
            }
            None => {
                object.insert(name, value);
            }
            // A value is an array only where one was made here.
            Some(Json::Array(values)) => values.push(value),
            Some(known) => *known = Json::Array(vec![known.take(), value]),
        }
    }

    fn name(self, name: &str) -> String {
        if self.is_direct { name.replace(':', "$") } else { local_name(name).to_owned() }
    }
}
