//! Reads OpenAPI 2.0 files as Azure publishes them, with references from file to file, into a [`Contract`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::contract::{Contract, Operation};

/// What is kept of a schema; the rest is prose and hints for generators.
const KEPT: [&str; 15] = [
    "type",
    "format",
    "required",
    "enum",
    "readOnly",
    "x-nullable",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "x-ms-mutability",
    "x-ms-secret",
];
const METHODS: [&str; 6] = ["get", "head", "put", "post", "patch", "delete"];

/// Reads all files of folders.
pub(super) fn read(folders: &[PathBuf]) -> Result<Contract, String> {
    let mut reader = Reader { files: BTreeMap::new(), named: BTreeMap::new(), contract: Contract::default() };
    for folder in folders {
        let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
        files.sort();
        for file in files {
            reader.operations_of(&file)?;
        }
    }
    Ok(reader.contract)
}

struct Reader {
    files: BTreeMap<PathBuf, Json>,
    /// Where each name of the table comes from.
    named: BTreeMap<String, (PathBuf, String)>,
    contract: Contract,
}

impl Reader {
    fn file(&mut self, path: &Path) -> Result<&Json, String> {
        if !self.files.contains_key(path) {
            let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let json = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            self.files.insert(path.to_owned(), json);
        }
        self.files.get(path).ok_or_else(|| format!("{} is gone", path.display()))
    }

    fn operations_of(&mut self, file: &Path) -> Result<(), String> {
        let json = self.file(file)?.clone();
        let version = json.pointer("/info/version").and_then(Json::as_str).unwrap_or_default();
        for (path, item) in json["paths"].as_object().into_iter().flatten() {
            // These take resources of any provider, with that provider's versions and members.
            if path.contains("{resourceId}") || path.contains("{resourceType}") {
                continue;
            }
            for method in METHODS {
                let Some(operation) = item.get(method) else { continue };
                let read = self.operation(file, path, method, version, operation);
                let read = read.map_err(|why| format!("{} {method} {path}: {why}", file.display()))?;
                let is_known = |known: &Operation| (&known.id, &known.path) == (&read.id, &read.path);
                // Two files of a provider describe the list of its operations.
                if !self.contract.operations.iter().any(is_known) {
                    self.contract.operations.push(read);
                }
            }
        }
        Ok(())
    }

    fn operation(
        &mut self,
        file: &Path,
        path: &str,
        method: &str,
        version: &str,
        json: &Json,
    ) -> Result<Operation, String> {
        let (mut parameters, mut body, mut body_required) = (Vec::new(), None, false);
        for parameter in json["parameters"].as_array().into_iter().flatten() {
            let (at, parameter) = self.resolved(file, parameter)?;
            match parameter["in"].as_str() {
                Some("body") => {
                    body = Some(self.schema(&at, &parameter["schema"])?);
                    body_required = parameter["required"].as_bool().unwrap_or_default();
                }
                Some("path" | "query") if parameter["name"] != "api-version" => {
                    let mut kept = self.schema(&at, &parameter)?;
                    for name in ["name", "in", "required"] {
                        kept[name] = parameter.get(name).cloned().unwrap_or(json!(false));
                    }
                    parameters.push(kept);
                }
                _ => {}
            }
        }
        let mut answers = BTreeMap::new();
        for (status, answer) in json["responses"].as_object().into_iter().flatten() {
            let schema = answer.get("schema").map(|schema| self.schema(file, schema)).transpose()?;
            answers.insert(status.clone(), schema);
        }
        let final_by = json.pointer("/x-ms-long-running-operation-options/final-state-via");
        Ok(Operation {
            id: format!("{}/{}", provider(file), json["operationId"].as_str().ok_or("no operationId")?),
            method: method.to_uppercase(),
            path: path.to_owned(),
            version: version.to_owned(),
            parameters,
            body,
            body_required,
            answers,
            is_long: json["x-ms-long-running-operation"].as_bool().unwrap_or_default(),
            final_by: final_by.and_then(Json::as_str).map(str::to_owned),
        })
    }

    /// Follows a reference outside of schemas.
    fn resolved(&mut self, file: &Path, json: &Json) -> Result<(PathBuf, Json), String> {
        let Some(reference) = json.get("$ref").and_then(Json::as_str) else {
            return Ok((file.to_owned(), json.clone()));
        };
        let (at, pointer) = target(file, reference)?;
        let found = self.file(&at)?.pointer(&pointer).cloned();
        Ok((at, found.ok_or_else(|| format!("`{reference}` leads nowhere"))?))
    }

    fn schema(&mut self, file: &Path, schema: &Json) -> Result<Json, String> {
        if schema.get("discriminator").is_some() {
            return Err("discriminators are not read: no file had any in 2026-11".to_owned());
        }
        let mut kept = Map::new();
        if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
            kept.insert("$ref".to_owned(), Json::from(self.definition(file, reference)?));
        }
        for name in KEPT {
            if let Some(value) = schema.get(name) {
                kept.insert(name.to_owned(), value.clone());
            }
        }
        if schema.pointer("/x-ms-enum/modelAsString").is_some_and(|open| open == true) {
            kept.insert("open".to_owned(), json!(true));
        }
        if let Some(Json::Object(properties)) = schema.get("properties") {
            let mut read = Map::new();
            for (name, property) in properties {
                read.insert(name.clone(), self.schema(file, property)?);
            }
            kept.insert("properties".to_owned(), Json::Object(read));
        }
        for name in ["items", "additionalProperties"] {
            match schema.get(name) {
                Some(inner @ Json::Object(_)) => {
                    drop(kept.insert(name.to_owned(), self.schema(file, inner)?))
                }
                Some(other) => drop(kept.insert(name.to_owned(), other.clone())),
                None => {}
            }
        }
        if let Some(Json::Array(all)) = schema.get("allOf") {
            let all = all.iter().map(|one| self.schema(file, one)).collect::<Result<Vec<_>, _>>()?;
            kept.insert("allOf".to_owned(), Json::from(all));
        }
        Ok(Json::Object(kept))
    }

    /// The name of a definition in the table, which it enters when it is first seen.
    fn definition(&mut self, file: &Path, reference: &str) -> Result<String, String> {
        let (at, pointer) = target(file, reference)?;
        let own = pointer.rsplit('/').next().unwrap_or_default();
        let folder = at.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        let stem = at.file_stem().unwrap_or_default().to_string_lossy();
        let name = if stem == "types" { format!("{folder}/{own}") } else { format!("{stem}/{own}") };
        let place = (at.clone(), pointer.clone());
        match self.named.get(&name) {
            Some(known) if *known == place => return Ok(name),
            Some(other) => return Err(format!("`{name}` is two things: {other:?} and {place:?}")),
            None => {}
        }
        self.named.insert(name.clone(), place);
        let found = self.file(&at)?.pointer(&pointer).cloned();
        let found = found.ok_or_else(|| format!("`{reference}` leads nowhere"))?;
        let schema = self.schema(&at, &found)?;
        self.contract.definitions.insert(name.clone(), schema);
        Ok(name)
    }
}

/// `ApiManagement` of `…/Microsoft.ApiManagement/preview/…`: the same ids stand in files of several providers.
fn provider(file: &Path) -> String {
    let mut parts = file.components().map(|part| part.as_os_str().to_string_lossy());
    parts.find_map(|part| part.strip_prefix("Microsoft.").map(str::to_owned)).unwrap_or_default()
}

/// The file and the pointer that `../types.json#/definitions/X` means.
fn target(file: &Path, reference: &str) -> Result<(PathBuf, String), String> {
    let (path, pointer) =
        reference.split_once('#').ok_or_else(|| format!("`{reference}` has no fragment"))?;
    if path.is_empty() {
        return Ok((file.to_owned(), pointer.to_owned()));
    }
    let mut found = file.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => drop(found.pop()),
            Component::Normal(name) => found.push(name),
            _ => {}
        }
    }
    Ok((found, pointer.to_owned()))
}

/// The ids that stand twice would make the cut ambiguous.
pub(super) fn doubled(contract: &Contract) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    contract.operations.iter().map(|operation| operation.id.as_str()).filter(|id| !seen.insert(*id)).collect()
}
