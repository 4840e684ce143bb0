//! What Azure's OpenAPI files say of an operation, cut down to what can be checked: methods, paths, parameters, types. The cut is small
//! enough to lie in this repository, so that a clone without the files beside it has contracts, too.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

const SOURCE: &str =
    "github.com/Azure/azure-rest-api-specs, July 2024 (MIT): names, types and limits, without prose";

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Contract {
    #[serde(default)]
    pub(super) source: String,
    pub(super) operations: Vec<Operation>,
    /// `file/Name` to a schema with `$ref`s to other names of this table.
    pub(super) definitions: BTreeMap<String, Json>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    /// With `{names}`.
    pub(super) path: String,
    pub(super) version: String,
    /// Of path and query, `api-version` left out.
    pub(super) parameters: Vec<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Json>,
    pub(super) body_required: bool,
    /// Status or `default` to the schema of the body.
    pub(super) answers: BTreeMap<String, Option<Json>>,
    pub(super) is_long: bool,
    /// `location`, `azure-async-operation` …: where a client looks for the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) final_by: Option<String>,
}

impl Contract {
    /// The operation of a method and a path, the one with the most words in common, and the values of the path's names.
    pub(super) fn find(&self, method: &str, path: &str) -> Option<(&Operation, BTreeMap<String, String>)> {
        let of_method = self.operations.iter().filter(|operation| operation.method == method);
        let found = of_method.filter_map(|operation| {
            let values = matched(&operation.path, path)?;
            Some((operation, values))
        });
        found.max_by_key(|(operation, _)| {
            operation.path.split('/').filter(|word| !word.starts_with('{')).count()
        })
    }

    /// What these operations need, and nothing else.
    pub(super) fn only(&self, ids: &BTreeSet<String>) -> Self {
        let operations: Vec<Operation> =
            self.operations.iter().filter(|operation| ids.contains(&operation.id)).cloned().collect();
        let mut wanted: Vec<String> = Vec::new();
        for operation in &operations {
            operation
                .body
                .iter()
                .chain(operation.answers.values().flatten())
                .for_each(|s| refs(s, &mut wanted));
        }
        let mut definitions = BTreeMap::new();
        while let Some(name) = wanted.pop() {
            if let Some(schema) = self.definitions.get(&name)
                && definitions.insert(name, schema.clone()).is_none()
            {
                refs(schema, &mut wanted);
            }
        }
        Self { source: SOURCE.to_owned(), operations, definitions }
    }
}

fn refs(schema: &Json, found: &mut Vec<String>) {
    match schema {
        Json::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Json::as_str) {
                found.push(name.to_owned());
            }
            members.values().for_each(|member| refs(member, found));
        }
        Json::Array(items) => items.iter().for_each(|item| refs(item, found)),
        _ => {}
    }
}

/// The values of the names in a template's path. A name stands for one segment, `{scope}` at the beginning for several.
fn matched(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let template: Vec<&str> = template.trim_matches('/').split('/').collect();
    let mut path: Vec<&str> = path.trim_matches('/').split('/').collect();
    let mut values = BTreeMap::new();
    let mut words = template.as_slice();
    if let ["{scope}", rest @ ..] = words
        && path.len() > rest.len()
    {
        let own = path.split_off(path.len() - rest.len());
        values.insert("scope".to_owned(), format!("/{}", path.join("/")));
        (path, words) = (own, rest);
    }
    if path.len() != words.len() {
        return None;
    }
    for (word, segment) in words.iter().zip(path) {
        match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
            Some(name) => drop(values.insert(name.to_owned(), segment.replace("%20", " "))),
            None if word.eq_ignore_ascii_case(segment) => {}
            None => return None,
        }
    }
    Some(values)
}
