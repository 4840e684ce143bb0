//! The operations of an OpenAPI file, read as data: OpenAPI 3 and Swagger 2, YAML or JSON. Paths, methods and parameters
//! are taken, and what media types a body may have; schemas, servers and security stay where they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use super::decode::{At, Decode as _, Decoder};
use super::types::{
    FilePath, HttpMethod, Operation, OperationPath, Parameter, operation_name, path_parameters,
};
use super::yaml::{self, Key, Kind, Node};
use crate::diag::{Code, Diagnostic};
use crate::text::{FileError, Source, Span};

/// A reference that leads to a reference, and so on.
const REFERENCES_MAX: usize = 8;

/// Reads the file that `node` names. None means that a problem was reported.
pub(crate) fn read(node: &Node, cx: &mut Decoder<'_>) -> Option<Vec<At<Operation>>> {
    let path = FilePath::decode(node, cx)?;
    let (shown, bytes) = match cx.file(path.as_str()) {
        Ok(read) => read,
        Err(error) => {
            let shown = cx.shown(node);
            let (message, help) = match error {
                FileError::NotFound(_) => {
                    (format!("`{shown}` does not exist"), "write the path from the folder of the spec")
                }
                FileError::Unreadable { reason, .. } => {
                    (format!("`{shown}` cannot be read: {reason}"), "check the file")
                }
            };
            cx.report(&codes::FILE, node.span, message).help.push(help.to_owned());
            return None;
        }
    };
    let composed = super::read(&shown, &bytes).and_then(|source| Ok((yaml::compose(&source)?, source)));
    let (root, source) = match composed {
        Ok(composed) => composed,
        Err(refused) => {
            cx.found.extend(refused.0);
            return None;
        }
    };
    let mut reader = Reader { root: &root, source: &source, found: Vec::new(), names: BTreeMap::new() };
    let operations = reader.operations();
    let is_right = reader.found.is_empty();
    cx.found.append(&mut reader.found);
    // Checks of the spec point to where it names the file.
    let placed = operations.into_iter().map(|value| At { value, span: node.span });
    is_right.then(|| placed.collect())
}

struct Reader<'a> {
    root: &'a Node,
    source: &'a Arc<Source>,
    found: Vec<Diagnostic>,
    /// Names that are taken, with their places.
    names: BTreeMap<String, Span>,
}

impl<'a> Reader<'a> {
    fn report(&mut self, code: &'static Code, span: Span, message: String, help: &str) {
        self.found.push(Diagnostic::new(code, message).at(self.source, span).help(help));
    }

    fn operations(&mut self) -> Vec<Operation> {
        let version = ["openapi", "swagger"].iter().find_map(|key| self.root.field(key)?.1.as_text());
        if !version.is_some_and(|version| version.starts_with("3.") || version == "2.0") {
            let message = "this is no OpenAPI file of version 3 or 2".to_owned();
            self.report(&codes::BAD_FORMAT, self.root.span, message, "begin it with `openapi: 3.0.3`");
            return Vec::new();
        }
        let root = self.root;
        let Some((_, Node { kind: Kind::Mapping(paths), .. })) = root.field("paths") else {
            let message = "`paths` is missing".to_owned();
            self.report(&codes::MISSING_FIELD, root.span, message, "add the paths of the service");
            return Vec::new();
        };
        let mut operations = Vec::new();
        for (path, item) in paths {
            // Extensions may stand anywhere.
            if path.text.starts_with("x-") {
                continue;
            }
            if !OperationPath::takes(&path.text) {
                let message = format!("API Management has no template for the path `{}`", path.text);
                let help = "give each segment one `{name}` at most, and leave queries to parameters";
                self.report(&codes::BAD_FORMAT, path.span, message, help);
                continue;
            }
            let Some(item) = self.resolved(item) else { continue };
            let shared = item.field("parameters").map(|(_, list)| list);
            let Kind::Mapping(fields) = &item.kind else { continue };
            for (key, operation) in fields {
                let upper = key.text.to_ascii_uppercase();
                let method = HttpMethod::WORDS.iter().position(|word| *word == upper);
                match method {
                    Some(at) if upper != key.text => {
                        operations.extend(self.operation(path, key, METHODS[at], operation, shared));
                    }
                    _ if key.text == "trace" => {
                        let message = "API Management has no operations with the method TRACE".to_owned();
                        self.report(&codes::BAD_FORMAT, key.span, message, "leave it out");
                    }
                    _ => {}
                }
            }
        }
        operations
    }

    fn operation(
        &mut self,
        path: &Key,
        key: &Key,
        method: HttpMethod,
        node: &'a Node,
        shared: Option<&'a Node>,
    ) -> Option<Operation> {
        let said = format!("{} {}", method.word(), path.text);
        let text = |name: &str| node.field(name).and_then(|(_, value)| value.as_text()).unwrap_or_default();
        let id = operation_name(text("operationId"));
        let name = if id.is_empty() { operation_name(&said).to_ascii_lowercase() } else { id };
        if let Some(first) = self.names.insert(name.to_ascii_lowercase(), key.span) {
            let found = Diagnostic::new(&codes::DUPLICATE_ID, format!("a second operation `{name}`"))
                .at(self.source, key.span)
                .related(self.source, first, "the first")
                .help("give each an `operationId` of its own");
            self.found.push(found);
            return None;
        }
        let mut parameters: Vec<Parameter> = Vec::new();
        let own = node.field("parameters").map(|(_, list)| list);
        let mut bodies = Vec::new();
        // Those of the operation go before those of its path.
        for list in [own, shared].into_iter().flatten() {
            let Kind::List(items) = &list.kind else { continue };
            for item in items {
                let Some(item) = self.resolved(item) else { continue };
                let field = |name: &str| item.field(name).and_then(|(_, value)| value.as_text());
                match field("in") {
                    Some("path" | "query") => {
                        let parameter = parameter(item);
                        let is_known = parameters
                            .iter()
                            .any(|it| it.name == parameter.name && it.is_in_path == parameter.is_in_path);
                        if !is_known {
                            parameters.push(parameter);
                        }
                    }
                    // Swagger 2 says so of a body, and its media types beside it.
                    Some("body") => bodies = self.consumes(node),
                    _ => {}
                }
            }
        }
        if let Some((_, body)) = node.field("requestBody")
            && let Some((_, content)) = self.resolved(body)?.field("content")
            && let Kind::Mapping(types) = &content.kind
        {
            bodies = types.iter().map(|(media_type, _)| media_type.text.clone()).collect();
        }
        let summary = [text("summary"), text("operationId")].into_iter().find(|it| !it.is_empty());
        Some(Operation {
            name,
            display_name: one_line(summary.unwrap_or(&said), 300),
            method,
            path: path.text.clone(),
            description: cut([text("description"), text("summary")].into_iter().find(|it| !it.is_empty())),
            parameters: in_order(&path.text, parameters),
            bodies,
        })
    }

    fn consumes(&self, operation: &Node) -> Vec<String> {
        let listed = operation.field("consumes").or_else(|| self.root.field("consumes"));
        match listed.map(|(_, list)| &list.kind) {
            Some(Kind::List(types)) => {
                types.iter().filter_map(|it| it.as_text().map(str::to_owned)).collect()
            }
            _ => vec!["application/json".to_owned()],
        }
    }

    /// What a reference leads to; the node itself where it is none. None means that a problem was reported.
    fn resolved(&mut self, node: &'a Node) -> Option<&'a Node> {
        let mut at = node;
        for _ in 0..REFERENCES_MAX {
            let Some((_, target)) = at.field("$ref") else { return Some(at) };
            let text = target.as_text().unwrap_or_default();
            let steps = text.strip_prefix("#/").into_iter().flat_map(|path| path.split('/'));
            let found = steps
                .map(|step| step.replace("~1", "/").replace("~0", "~"))
                .try_fold(self.root, |node, step| node.field(&step).map(|(_, value)| value));
            match found.filter(|_| text.starts_with("#/")) {
                Some(found) => at = found,
                None => {
                    let message = format!("`{text}` leads to nothing in this file");
                    let help =
                        "references are to parts of the same file, such as `#/components/parameters/top`";
                    self.report(&codes::UNKNOWN_REFERENCE, target.span, message, help);
                    return None;
                }
            }
        }
        let message = format!("more than {REFERENCES_MAX} references, one after the other");
        self.report(&codes::TOO_LARGE, node.span, message, "refer to the part itself");
        None
    }
}

fn parameter(node: &Node) -> Parameter {
    let text = |name: &str| node.field(name).and_then(|(_, value)| value.as_text()).unwrap_or_default();
    let is_in_path = text("in") == "path";
    let of_schema = node.field("schema").and_then(|(_, schema)| schema.field("type")?.1.as_text());
    let kind = of_schema.unwrap_or_else(|| text("type"));
    let known = ["integer", "number", "boolean", "array", "object"];
    Parameter {
        name: text("name").to_owned(),
        is_in_path,
        kind: known.into_iter().find(|it| *it == kind).unwrap_or("string").to_owned(),
        is_required: is_in_path
            || node.field("required").and_then(|(_, value)| value.as_bool()).unwrap_or_default(),
        description: cut(Some(text("description"))),
    }
}

/// The parameters of the path in its order, also those that the file does not describe; then those of the query.
fn in_order(path: &str, parameters: Vec<Parameter>) -> Vec<Parameter> {
    let (of_path, mut of_query): (Vec<_>, Vec<_>) = parameters.into_iter().partition(|it| it.is_in_path);
    of_query.retain(|it| !it.name.is_empty());
    let of_path = path_parameters(path).map(|name| {
        of_path.iter().find(|it| it.name == name).cloned().unwrap_or_else(|| Parameter {
            name: name.to_owned(),
            is_in_path: true,
            kind: "string".to_owned(),
            is_required: true,
            description: String::new(),
        })
    });
    of_path.chain(of_query).collect()
}

/// Descriptions go into ARM, where they have 1000 characters at most.
fn cut(text: Option<&str>) -> String {
    const CHARS_MAX: usize = 1000;
    text.unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .take(CHARS_MAX)
        .collect::<String>()
        .trim()
        .to_owned()
}

fn one_line(text: &str, chars_max: usize) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(chars_max)
        .collect::<String>()
        .trim()
        .to_owned()
}

const METHODS: [HttpMethod; 7] = [
    HttpMethod::Get,
    HttpMethod::Post,
    HttpMethod::Put,
    HttpMethod::Patch,
    HttpMethod::Delete,
    HttpMethod::Head,
    HttpMethod::Options,
];
