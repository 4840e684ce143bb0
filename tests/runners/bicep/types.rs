//! The resource types of a checkout of Azure/bicep-types-az, read as far as they are asked for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use genai_lz::bicep::{Kind, ResourceTypes, Step};
use serde_json::Value as Json;

pub(super) struct AzureTypes {
    root: PathBuf,
    /// By lower-case name with version: the file and the item in it.
    index: HashMap<String, (String, usize)>,
    files: RefCell<HashMap<String, Rc<Vec<Json>>>>,
}

impl AzureTypes {
    /// None where there is no checkout.
    pub(super) fn read(checkout: &Path) -> Option<Self> {
        let root = checkout.join("generated");
        let index: Json = serde_json::from_slice(&fs::read(root.join("index.json")).ok()?).ok()?;
        let resources = index.get("resources")?.as_object()?;
        let index = resources
            .iter()
            .filter_map(|(name, entry)| {
                let (file, item) = entry.get("$ref")?.as_str()?.split_once("#/")?;
                Some((name.to_lowercase(), (file.to_owned(), item.parse().ok()?)))
            })
            .collect();
        Some(Self { root, index, files: RefCell::default() })
    }

    fn file(&self, name: &str) -> Option<Rc<Vec<Json>>> {
        if let Some(file) = self.files.borrow().get(name) {
            return Some(file.clone());
        }
        let types: Vec<Json> = serde_json::from_slice(&fs::read(self.root.join(name)).ok()?).ok()?;
        let types = Rc::new(types);
        self.files.borrow_mut().insert(name.to_owned(), types.clone());
        Some(types)
    }
}

impl ResourceTypes for AzureTypes {
    fn kind(&self, name: &str, path: &[Step<'_>]) -> Option<Kind> {
        let (file, item) = self.index.get(&name.to_lowercase())?;
        let types = self.file(file)?;
        let mut at = followed(&types, types.get(*item)?.get("body")?)?;
        for step in path {
            let next = match step {
                Step::Property(name) => property(at, name)
                    .and_then(|property| property.get("type"))
                    .or_else(|| at.get("additionalProperties")),
                Step::Items => at.get("itemType"),
                Step::Additional => at.get("additionalProperties"),
                Step::Index(_) => None,
            };
            at = followed(&types, next?)?;
        }
        kind_of(&types, at)
    }
}

fn followed<'t>(types: &'t [Json], reference: &Json) -> Option<&'t Json> {
    types.get(reference.get("$ref")?.as_str()?.strip_prefix("#/")?.parse::<usize>().ok()?)
}

fn property<'t>(ty: &'t Json, name: &str) -> Option<&'t Json> {
    let properties = ty.get("properties").or_else(|| ty.get("baseProperties"))?;
    properties.get(name)
}

fn kind_of(types: &[Json], ty: &Json) -> Option<Kind> {
    Some(match ty.get("$type")?.as_str()? {
        "StringType" | "StringLiteralType" => Kind::String,
        "IntegerType" => Kind::Int,
        "BooleanType" => Kind::Bool,
        "ObjectType" | "DiscriminatedObjectType" => Kind::Object,
        "ArrayType" => Kind::Array,
        "UnionType" => {
            let members = ty.get("elements")?.as_array()?;
            let mut kinds = members.iter().map(|member| kind_of(types, followed(types, member)?));
            let first = kinds.next()??;
            return kinds.all(|kind| kind == Some(first)).then_some(first);
        }
        _ => return None,
    })
}
