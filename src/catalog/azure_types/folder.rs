//! Resource types from a folder: a checkout of Azure/bicep-types-az (its `generated` folder, or the root), or any
//! folder with an `index.json` that says which file holds which types. Files are read when a type of theirs is asked.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value as Json;

use super::{AzureTypes, ResourceType, TypesError, convert, read};
use crate::text::{FileError, World};

/// The largest file that is read; the index of all of Azure has 6 MiB (2026-08-20).
const FILE_BYTES_MAX: usize = 64 << 20;

/// The types of a folder.
pub struct Folder<'w> {
    world: &'w (dyn World + Sync),
    /// By name in lower case: spelled API versions, oldest first, and the file that holds each.
    index: BTreeMap<String, Vec<(String, usize)>>,
    files: Vec<File>,
}

struct File {
    path: String,
    section: OnceLock<Result<String, TypesError>>,
}

impl<'w> Folder<'w> {
    /// Reads the index of `folder`: `{"resources": {"A/b@1": {"$ref": "file.json#/3"}}}` or `{"file.json": ["A/b@1"]}`.
    ///
    /// # Errors
    /// Where there is no index, or it is something else.
    pub fn open(world: &'w (dyn World + Sync), folder: &str) -> Result<Self, TypesError> {
        let (root, text) = match world.read(&join(folder, "index.json")) {
            Err(FileError::NotFound(_)) => {
                let root = join(folder, "generated");
                let text = world.read(&join(&root, "index.json"))?;
                (root, text)
            }
            text => (folder.to_owned(), text?),
        };
        let path = join(&root, "index.json");
        let malformed =
            |reason: &str| TypesError::Malformed { path: path.clone(), reason: reason.to_owned() };
        let index = json(&path, &text)?;
        let index = index.as_object().ok_or_else(|| malformed("the index is no object"))?;
        let mut named: BTreeMap<&str, &str> = BTreeMap::new();
        match index.get("resources").and_then(Json::as_object) {
            Some(resources) => {
                for (name, entry) in resources {
                    let target = entry["$ref"].as_str().and_then(|target| target.split_once('#'));
                    let (file, _) = target.ok_or_else(|| malformed("a resource has no `$ref`"))?;
                    named.insert(name, file);
                }
            }
            None => {
                for (file, names) in index {
                    let names = names.as_array().ok_or_else(|| malformed("a file has no list of types"))?;
                    named.extend(names.iter().filter_map(Json::as_str).map(|name| (name, file.as_str())));
                }
            }
        }
        let mut files: BTreeMap<&str, usize> = BTreeMap::new();
        let mut types: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
        for (name, file) in named {
            if file.split('/').any(|part| part == "..") || file.starts_with('/') {
                return Err(malformed("a file lies outside of the folder"));
            }
            let (name, version) = name.split_once('@').ok_or_else(|| malformed("a type has no version"))?;
            let next = files.len();
            let at = *files.entry(file).or_insert(next);
            types.entry(name.to_ascii_lowercase()).or_default().push((version.to_owned(), at));
        }
        for versions in types.values_mut() {
            versions.sort();
        }
        let mut by_number: Vec<(&str, usize)> = files.into_iter().collect();
        by_number.sort_by_key(|(_, at)| *at);
        let files =
            by_number.into_iter().map(|(file, _)| File { path: join(&root, file), section: OnceLock::new() });
        Ok(Self { world, index: types, files: files.collect() })
    }

    fn section(&self, file: usize) -> Result<&str, TypesError> {
        let file = &self.files[file];
        let section = file.section.get_or_init(|| {
            let types = json(&file.path, &self.world.read(&file.path)?)?;
            let malformed = |reason| TypesError::Malformed { path: file.path.clone(), reason };
            let types = types.as_array().ok_or_else(|| malformed("it is no list of types".to_owned()))?;
            convert::section(&file.path, types).map_err(malformed)
        });
        section.as_deref().map_err(Clone::clone)
    }
}

impl AzureTypes for Folder<'_> {
    fn find(&self, name: &str, api_version: &str) -> Result<Option<ResourceType<'_>>, TypesError> {
        let versions = self.index.get(&name.to_ascii_lowercase()).into_iter().flatten();
        let Some((_, file)) = versions.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(api_version))
        else {
            return Ok(None);
        };
        Ok(read::resources(self.section(*file)?).find(|resource| {
            resource.name.eq_ignore_ascii_case(name) && resource.api_version.eq_ignore_ascii_case(api_version)
        }))
    }

    fn versions(&self, name: &str) -> Vec<&str> {
        let versions = self.index.get(&name.to_ascii_lowercase()).into_iter().flatten();
        versions.map(|(version, _)| version.as_str()).collect()
    }

    /// A checkout holds all that was published on its day; another folder is taken at its word.
    fn is_complete(&self) -> bool {
        true
    }
}

fn join(folder: &str, file: &str) -> String {
    if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") }
}

fn json(path: &str, text: &[u8]) -> Result<Json, TypesError> {
    let malformed = |reason: String| TypesError::Malformed { path: path.to_owned(), reason };
    if text.len() > FILE_BYTES_MAX {
        return Err(malformed(format!("it has more than {FILE_BYTES_MAX} bytes")));
    }
    serde_json::from_slice(text).map_err(|error| malformed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::Type;
    use super::*;
    use crate::text::MemoryWorld;

    const TYPES: &str = r##"[
        { "$type": "BooleanType" },
        { "$type": "ObjectType", "name": "A.B/c", "properties": { "on": { "type": { "$ref": "#/0" }, "flags": 1 } } },
        { "$type": "ResourceType", "name": "A.B/c@2", "body": { "$ref": "#/1" }, "readableScopes": 8,
          "writableScopes": 8 }]"##;

    #[test]
    fn both_kinds_of_index_lead_to_the_types() {
        let official = r#"{ "resources": { "A.B/c@2": { "$ref": "a/types.json#/2" } } }"#;
        let listed = r#"{ "a/types.json": ["A.B/c@2"] }"#;
        for (index, at) in
            [(official, "t/generated/index.json"), (official, "t/index.json"), (listed, "t/index.json")]
        {
            let types = at.replace("index.json", "a/types.json");
            let world = MemoryWorld::default().with(at, index).with(&types, TYPES);
            let folder = Folder::open(&world, "t").unwrap();
            assert_eq!(folder.versions("a.b/C"), ["2"]);
            let found = folder.find("a.b/C", "2").unwrap().unwrap();
            let on = found.body().unwrap().property("on").unwrap();
            assert!(on.required && on.ty.read() == Type::Bool, "{index}");
            assert!(folder.find("A.B/c", "1").unwrap().is_none());
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_when_it_is_asked() {
        let open = |index: &str| {
            let world = MemoryWorld::default().with("t/index.json", index).with("t/b.json", "{}");
            let found = Folder::open(&world, "t").and_then(|it| it.find("A.B/c", "2").map(|it| it.is_some()));
            found.unwrap_err().to_string()
        };
        for (index, expected) in [
            ("[]", "the index is no object"),
            (r#"{ "a.json": 1 }"#, "a file has no list of types"),
            (r#"{ "a.json": ["A.B/c"] }"#, "a type has no version"),
            (r#"{ "../a.json": ["A.B/c@2"] }"#, "a file lies outside of the folder"),
            (r#"{ "resources": { "A.B/c@2": {} } }"#, "a resource has no `$ref`"),
            (r#"{ "a.json": ["A.B/c@2"] }"#, "`t/a.json` does not exist"),
            (r#"{ "b.json": ["A.B/c@2"] }"#, "it is no list of types"),
        ] {
            assert!(open(index).contains(expected), "{index}: {}", open(index));
        }
        assert!(Folder::open(&MemoryWorld::default(), "t").is_err());
    }
}
