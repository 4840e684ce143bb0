//! A tree as XML, as `ToString()` of .NET writes it: two blanks a level, elements with text on one line, no declaration.

use super::{Data, Name, Xml, lock};
use crate::csharp::limits::MAX_SINGLE;

const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

impl Xml {
    pub(super) fn to_text(&self, indented: bool) -> String {
        let mut out = String::new();
        self.write(indented, 0, &mut Vec::new(), &mut out);
        out
    }

    /// `prefixes` are those in force, the innermost last. Stops once the text is larger than a text may be, which
    /// whoever takes it refuses.
    fn write(&self, indented: bool, level: usize, prefixes: &mut Vec<(String, String)>, out: &mut String) {
        if out.len() > MAX_SINGLE {
            return;
        }
        match &*lock(&self.data) {
            Data::Text(text) => escape(text, false, out),
            Data::Cdata(text) => out.push_str(&format!("<![CDATA[{text}]]>")),
            Data::Comment(text) => out.push_str(&format!("<!--{text}-->")),
            Data::Instruction(text) => out.push_str(&format!("<?{text}?>")),
            Data::Document { children, .. } => {
                for (index, child) in children.iter().enumerate() {
                    if indented && index > 0 {
                        out.push('\n');
                    }
                    child.write(indented, level, prefixes, out);
                }
            }
            Data::Element { name, attributes, children } => {
                let outside = prefixes.len();
                for (attribute, value) in attributes {
                    if attribute.namespace == XMLNS {
                        prefixes.push((attribute.local.clone(), value.clone()));
                    } else if attribute.namespace.is_empty() && attribute.local == "xmlns" {
                        prefixes.push((String::new(), value.clone()));
                    }
                }
                let mut declared = Vec::new();
                let tag = qualified(name, true, prefixes, &mut declared);
                out.push_str(&format!("<{tag}"));
                let attributes: Vec<(String, &String)> = attributes
                    .iter()
                    .map(|(name, value)| (qualified(name, false, prefixes, &mut declared), value))
                    .collect();
                for (name, value) in attributes
                    .iter()
                    .map(|(name, value)| (name, *value))
                    .chain(declared.iter().map(|(name, value)| (name, value)))
                {
                    out.push_str(&format!(" {name}=\""));
                    escape(value, true, out);
                    out.push('"');
                }
                if children.is_empty() {
                    out.push_str(" />");
                } else {
                    out.push('>');
                    let mixed = children
                        .iter()
                        .any(|child| matches!(&*lock(&child.data), Data::Text(_) | Data::Cdata(_)));
                    let indents = indented && !mixed;
                    for child in children {
                        if indents {
                            out.push_str(&format!("\n{}", "  ".repeat(level + 1)));
                        }
                        child.write(indents, level + 1, prefixes, out);
                    }
                    if indents {
                        out.push_str(&format!("\n{}", "  ".repeat(level)));
                    }
                    out.push_str(&format!("</{tag}>"));
                }
                prefixes.truncate(outside);
            }
        }
    }
}

/// The name with a prefix that stands for its namespace; what has to be declared for it goes to `declared`.
fn qualified(
    name: &Name,
    is_element: bool,
    prefixes: &mut Vec<(String, String)>,
    declared: &mut Vec<(String, String)>,
) -> String {
    if name.namespace == XMLNS {
        return format!("xmlns:{}", name.local);
    }
    if name.namespace == XML {
        return format!("xml:{}", name.local);
    }
    let in_force = |prefix: &str, prefixes: &[(String, String)]| {
        prefixes
            .iter()
            .rev()
            .find(|(known, _)| known == prefix)
            .map(|(_, namespace)| namespace.clone())
            .unwrap_or_default()
    };
    if name.namespace.is_empty() {
        if is_element && !in_force("", prefixes).is_empty() {
            prefixes.push((String::new(), String::new()));
            declared.push(("xmlns".to_owned(), String::new()));
        }
        return name.local.clone();
    }
    if is_element && in_force("", prefixes) == name.namespace {
        return name.local.clone();
    }
    let known = prefixes.iter().rev().find(|(prefix, namespace)| {
        *namespace == name.namespace && !prefix.is_empty() && in_force(prefix, prefixes) == name.namespace
    });
    if let Some((prefix, _)) = known {
        return format!("{prefix}:{}", name.local);
    }
    if is_element {
        prefixes.push((String::new(), name.namespace.clone()));
        declared.push(("xmlns".to_owned(), name.namespace.clone()));
        return name.local.clone();
    }
    let prefix = format!("p{}", prefixes.len() + 1);
    prefixes.push((prefix.clone(), name.namespace.clone()));
    declared.push((format!("xmlns:{prefix}"), name.namespace.clone()));
    format!("{prefix}:{}", name.local)
}

fn escape(text: &str, in_attribute: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\n' if in_attribute => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            '\t' if in_attribute => out.push_str("&#x9;"),
            c => out.push(c),
        }
    }
}
