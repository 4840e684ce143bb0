//! `operations` of an API in front of a REST service: listed in the spec, or read from an OpenAPI file.

use serde_json::{Value as Json, json};

use super::{EntityId, FilePath, LongText, ShortText};
use crate::spec::decode::{At, Decode, Decoder, choice, record, text};
use crate::spec::openapi;
use crate::spec::yaml::{Kind, Node};

/// The operations of an API.
#[derive(Clone, Debug, PartialEq)]
pub struct Operations(pub Vec<At<Operation>>);

/// An operation of an API, wherever it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name in API Management.
    pub name: String,
    pub display_name: String,
    pub method: HttpMethod,
    /// Below the API's path.
    pub path: String,
    pub description: String,
    /// Those of the path, in its order, then those of the query.
    pub parameters: Vec<Parameter>,
    /// The media types of its request's body; none where it has no body, or nothing is said of it.
    pub bodies: Vec<String>,
}

/// A parameter of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    /// Whether it stands in the path; in the query otherwise.
    pub is_in_path: bool,
    /// `string`, `integer`, `number`, `boolean`, `array` or `object`, as JSON Schema names it.
    pub kind: String,
    pub is_required: bool,
    pub description: String,
}

record! {
    /// An operation of an API.
    pub struct ListedOperation {
        /// The method.
        "method" method: HttpMethod = required;
        /// The path below the API's own. `{name}` stands for a segment or a part of one, `*` at the end for any rest.
        "path" path: OperationPath = required;
        /// The name in API Management. Left out, made of method and path.
        "name" name: EntityId = optional;
        /// The name people see. Left out, method and path.
        "displayName" display_name: ShortText = optional;
        /// What it does. Agents that see it as a tool read this.
        "description" description: LongText = default("");
    }
    refused { "request": "requests are passed on as they are", "responses": "answers are passed on as they are" }
}

choice! {
    /// A method of HTTP.
    pub enum HttpMethod {
        /// Reads.
        Get = "GET",
        /// Does something with what is sent.
        Post = "POST",
        /// Puts something in its place.
        Put = "PUT",
        /// Changes a part.
        Patch = "PATCH",
        /// Takes away.
        Delete = "DELETE",
        /// Reads without a body.
        Head = "HEAD",
        /// Says what can be done.
        Options = "OPTIONS",
    }
}

// Made by `operation_name`, and so the name of a tool too: letters, digits, `_` and `-`
// (Microsoft.ApiManagement/service/apis/tools, 2025-09-01-preview).
text! {
    /// The name of an operation.
    pub struct OperationName,
    "the name of an operation: 1 to 80 letters, digits, `_` and `-`",
    "^[A-Za-z0-9_-]{1,80}$",
    |text| (1..=80).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

// A template may have 1000 characters (Microsoft.ApiManagement/service/apis/operations, 2024-05-01).
text! {
    /// A path below an API's own.
    pub struct OperationPath,
    "a path such as `/orders/{id}`: it begins with `/`, each segment has one `{name}` at most, and `*` stands alone at the end",
    "^/([^/?#{}*\\s]*(\\{[A-Za-z0-9_.-]+\\})?[^/?#{}*\\s]*/)*([^/?#{}*\\s]*(\\{[A-Za-z0-9_.-]+\\})?[^/?#{}*\\s]*|\\*)$",
    is_template
}

impl OperationPath {
    /// Whether a text is one.
    pub fn takes(text: &str) -> bool {
        is_template(text)
    }
}

/// The names between the braces of a path.
pub fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn is_template(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('/') else { return false };
    let is_literal = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()+,;=:@%".contains(&byte))
    };
    let is_name = |text: &str| {
        (1..=100).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    };
    let segments: Vec<&str> = rest.split('/').collect();
    let is_segment = |(at, segment): (usize, &&str)| match segment.split_once('{') {
        _ if *segment == "*" => at + 1 == segments.len(),
        None => is_literal(segment),
        Some((before, rest)) => rest
            .split_once('}')
            .is_some_and(|(name, after)| is_literal(before) && is_name(name) && is_literal(after)),
    };
    let names: Vec<&str> = path_parameters(text).collect();
    text.len() <= 1000
        && segments.iter().enumerate().all(is_segment)
        && names.iter().enumerate().all(|(at, name)| !names[..at].contains(name))
}

/// A name for an operation, out of `text`: letters, digits and hyphens, 80 of them at most.
pub(crate) fn operation_name(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '_' => name.push(c),
            _ if name.ends_with('-') || name.is_empty() => {}
            _ => name.push('-'),
        }
    }
    name.truncate(80);
    name.trim_end_matches('-').to_owned()
}

impl Decode for Operations {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        if let Kind::Scalar { .. } = &node.kind {
            return openapi::read(node, cx).map(Self);
        }
        let listed = Vec::<At<ListedOperation>>::decode(node, cx)?;
        let operations = listed.into_iter().map(|at| At { value: Operation::from(at.value), span: at.span });
        Some(Self(operations.collect()))
    }

    fn schema() -> Json {
        json!({ "oneOf": [
            FilePath::schema(),
            { "type": "array", "items": ListedOperation::schema() },
        ] })
    }
}

impl From<ListedOperation> for Operation {
    fn from(listed: ListedOperation) -> Self {
        let ListedOperation { method, path, name, display_name, description } = listed;
        let said = format!("{} {}", method.word(), path.as_str());
        let parameter = |name: &str| Parameter {
            name: name.to_owned(),
            is_in_path: true,
            kind: "string".to_owned(),
            is_required: true,
            description: String::new(),
        };
        Self {
            name: name.map_or_else(|| operation_name(&said).to_ascii_lowercase(), |name| name.value.0),
            display_name: display_name.map_or_else(|| said.clone(), |name| name.value.0),
            method: method.value,
            parameters: path_parameters(path.as_str()).map(parameter).collect(),
            path: path.value.0,
            description: description.value.0,
            bodies: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_templates_of_whole_segments_or_parts_of_one() {
        for path in ["/", "/a", "/a/{id}", "/models/{id}:analyze", "/*", "/a/*", "/indexes('{name}')/docs"] {
            assert!(is_template(path), "{path}");
        }
        for path in
            ["", "a", "/a?b", "/{a}{b}", "/{", "/}", "/{}", "/a/*/b", "/a*", "/{a}/{a}", "/a b", "/@{", "/ä"]
        {
            assert!(!is_template(path), "{path}");
        }
    }

    #[test]
    fn names_are_made_of_what_is_said() {
        assert_eq!(operation_name("GET /orders/{id}"), "GET-orders-id");
        assert_eq!(operation_name("Models_List"), "Models_List");
        assert_eq!(operation_name("/"), "");
    }
}
