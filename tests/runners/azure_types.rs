//! Azure's published resource types (the `types.json` of bicep-types-az, MIT), and what is wrong with a resource of an
//! evaluated template by them. What only Azure knows passes. The types are not part of this repository: they are
//! read from beside it, and a clone without them checks nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use genai_lz::arm::{Resource, Value};
use serde_json::Value as Json;

#[path = "pattern.rs"]
mod pattern;

pub(crate) use pattern::cases as patterns_match;

/// Where the types lie, seen from the repository.
const FOLDER: &str = "../shared/oracle/azure-types";

/// Property flags of the format.
const REQUIRED: u64 = 1;
const READ_ONLY: u64 = 2;

/// Where Azure takes what its published types do not: resource type, path, and why it is right.
const ACCEPTED: [(&str, &str, &str); 2] = [
    (
        "Microsoft.Insights/components",
        "/properties/CustomMetricsOptedInType",
        "documented for custom metrics with dimensions, missing in the types (bicep-types-az issue 2048)",
    ),
    (
        "Microsoft.Resources/deployments",
        "/properties/expressionEvaluationOptions/scope",
        "`inner`, as the official Bicep compiler writes it; enumerations are read without regard to case",
    ),
];

pub(crate) struct AzureTypes {
    folder: PathBuf,
    /// The file and the official spelling of each `type@version`, by its lower case.
    index: BTreeMap<String, (String, String)>,
    files: RefCell<BTreeMap<String, Rc<Vec<Json>>>>,
}

impl AzureTypes {
    /// None where the types are not beside the repository.
    pub(crate) fn open() -> Result<Option<Self>, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
        if !folder.exists() {
            return Ok(None);
        }
        let index = json(&folder.join("index.json"))?;
        let files = index.as_object().ok_or("index.json is no object")?;
        let names = files.iter().flat_map(|(file, names)| {
            let names = names.as_array().into_iter().flatten().filter_map(Json::as_str);
            names.map(|name| (name.to_lowercase(), (file.clone(), name.to_owned())))
        });
        let index = names.collect();
        Ok(Some(Self { folder, index, files: RefCell::default() }))
    }

    /// Everything that is wrong with a resource, each as `/path: what`.
    pub(crate) fn check(&self, resource: &Resource) -> Result<Vec<String>, String> {
        let name = format!("{}@{}", resource.resource_type, resource.api_version);
        let Some((file, spelling)) = self.index.get(&name.to_lowercase()) else {
            return Ok(vec![format!("there is no type `{name}`")]);
        };
        if *spelling != name {
            return Ok(vec![format!("the type is written `{spelling}`")]);
        }
        if resource.existing {
            return Ok(Vec::new());
        }
        let types = self.file(file)?;
        let declared = types.iter().find(|it| it["$type"] == "ResourceType" && it["name"] == *spelling);
        let body = declared.ok_or_else(|| format!("`{spelling}` is in the index and not in `{file}`"))?;
        let mut check = Check { types: &types, found: Vec::new() };
        check.value(&body["body"], &whole(resource), "")?;
        let accepted = |finding: &String| {
            ACCEPTED.iter().any(|(resource_type, path, _)| {
                *resource_type == resource.resource_type && finding.split(':').next() == Some(path)
            })
        };
        check.found.retain(|finding| !accepted(finding));
        Ok(check.found)
    }

    fn file(&self, name: &str) -> Result<Rc<Vec<Json>>, String> {
        if let Some(types) = self.files.borrow().get(name) {
            return Ok(Rc::clone(types));
        }
        let Json::Array(types) = json(&self.folder.join(name))? else {
            return Err(format!("`{name}` is no list of types"));
        };
        let types = Rc::new(types);
        self.files.borrow_mut().insert(name.to_owned(), Rc::clone(&types));
        Ok(types)
    }
}

fn json(path: &Path) -> Result<Json, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The body with the name, which types declare as a property: the last part of it.
fn whole(resource: &Resource) -> Value {
    let mut body = resource.body.clone();
    if let Value::Object(members) = &mut body {
        let name = match &resource.late {
            Some(late) => late.name.clone(),
            None => resource.name.rsplit('/').next().unwrap_or_default().into(),
        };
        members.insert("name".to_owned(), name);
    }
    body
}

struct Check<'a> {
    types: &'a [Json],
    found: Vec<String>,
}

/// An error is what the check does not understand of the types: it must not pass for a resource without findings.
type Checked = Result<(), String>;

impl<'a> Check<'a> {
    /// The type that `{"$ref": "#/12"}` stands for.
    fn referred(&self, reference: &Json) -> Result<&'a Json, String> {
        let index = reference["$ref"].as_str().and_then(|it| it.strip_prefix("#/")?.parse::<usize>().ok());
        index.and_then(|index| self.types.get(index)).ok_or_else(|| format!("no type is at {reference}"))
    }

    fn report(&mut self, path: &str, what: impl std::fmt::Display) {
        self.found.push(format!("{path}: {what}"));
    }

    fn value(&mut self, reference: &Json, value: &Value, path: &str) -> Checked {
        let declared = self.referred(reference)?;
        if matches!(value, Value::Unknown(_)) {
            return Ok(());
        }
        match (declared["$type"].as_str().unwrap_or_default(), value) {
            ("AnyType", _) | ("BooleanType", Value::Bool(_)) => {}
            ("IntegerType", Value::Int(number)) => {
                let (min, max) = (declared["minValue"].as_i64(), declared["maxValue"].as_i64());
                if min.is_some_and(|min| *number < min) || max.is_some_and(|max| *number > max) {
                    self.report(path, format_args!("{number} is out of range"));
                }
            }
            ("StringType", Value::String(text)) => self.text(declared, text, path)?,
            ("StringLiteralType", Value::String(text)) => {
                if declared["value"] != *text {
                    self.report(path, format_args!("`{text}` is not `{}`", declared["value"]));
                }
            }
            ("UnionType", _) => self.union(&declared["elements"], value, path)?,
            ("ArrayType", Value::Array(items)) => {
                self.length(declared, items.len(), path);
                for (index, item) in items.iter().enumerate() {
                    self.value(&declared["itemType"], item, &format!("{path}/{index}"))?;
                }
            }
            ("ObjectType", Value::Object(members)) => {
                let others = declared.get("additionalProperties");
                self.object(&[&declared["properties"]], others, members, path)?;
            }
            ("DiscriminatedObjectType", Value::Object(members)) => {
                self.discriminated(declared, members, path)?;
            }
            (
                "BooleanType"
                | "IntegerType"
                | "StringType"
                | "StringLiteralType"
                | "ArrayType"
                | "ObjectType"
                | "DiscriminatedObjectType",
                _,
            ) => self.report(path, format_args!("{} where {} is due", value.type_name(), declared["$type"])),
            (other, _) => return Err(format!("`{other}` is no kind of type that the check knows")),
        }
        Ok(())
    }

    fn text(&mut self, declared: &Json, text: &str, path: &str) -> Checked {
        self.length(declared, text.chars().count(), path);
        if let Some(written) = declared["pattern"].as_str()
            && !pattern::Pattern::parse(written)?.is_found_in(text)
        {
            self.report(path, format_args!("`{text}` does not match `{written}`"));
        }
        Ok(())
    }

    fn length(&mut self, declared: &Json, length: usize, path: &str) {
        let bound = |name: &str| declared[name].as_u64().and_then(|bound| usize::try_from(bound).ok());
        if bound("minLength").is_some_and(|min| length < min) {
            self.report(path, format_args!("length {length} is too short"));
        }
        if bound("maxLength").is_some_and(|max| length > max) {
            self.report(path, format_args!("length {length} is too long"));
        }
    }

    /// One of the elements has to fit. Azure's enumerations are open, a text that is not listed is allowed by the
    /// types; here it is a finding, for in our own templates it is a mistake.
    fn union(&mut self, elements: &Json, value: &Value, path: &str) -> Checked {
        let mut listed = Vec::new();
        for element in elements.as_array().into_iter().flatten() {
            let declared = self.referred(element)?;
            match declared["$type"].as_str() {
                Some("StringLiteralType") => listed.push(&declared["value"]),
                Some("StringType") => continue,
                _ => {}
            }
            let mut attempt = Check { types: self.types, found: Vec::new() };
            attempt.value(element, value, path)?;
            if attempt.found.is_empty() {
                return Ok(());
            }
        }
        let listed: Vec<String> = listed.iter().map(ToString::to_string).collect();
        let shown = value.to_display_json();
        self.report(path, format_args!("{shown} is not one of {}", listed.join(", ")));
        Ok(())
    }

    fn discriminated(
        &mut self,
        declared: &'a Json,
        members: &indexmap::IndexMap<String, Value>,
        path: &str,
    ) -> Checked {
        let key = declared["discriminator"].as_str().unwrap_or_default();
        let kind = match members.get(key) {
            Some(Value::String(kind)) => kind,
            Some(Value::Unknown(_)) => return Ok(()),
            _ => {
                self.report(path, format_args!("missing required property `{key}`"));
                return Ok(());
            }
        };
        let Some(element) = declared["elements"].get(kind) else {
            self.report(path, format_args!("there is no kind `{kind}`"));
            return Ok(());
        };
        let element = self.referred(element)?;
        self.object(
            &[&declared["baseProperties"], &element["properties"]],
            element.get("additionalProperties"),
            members,
            path,
        )
    }

    fn object(
        &mut self,
        tables: &[&'a Json],
        others: Option<&'a Json>,
        members: &indexmap::IndexMap<String, Value>,
        path: &str,
    ) -> Checked {
        // A null is sent as if the property were left out.
        for (name, value) in members.iter().filter(|(_, value)| !matches!(value, Value::Null)) {
            let place = format!("{path}/{name}");
            match (tables.iter().find_map(|table| table.get(name)), others) {
                (Some(property), _) if flags(property) & READ_ONLY != 0 => {
                    self.report(&place, "read-only property");
                }
                (Some(property), _) => self.value(&property["type"], value, &place)?,
                (None, Some(other)) => self.value(other, value, &place)?,
                (None, None) => self.report(&place, "unknown property"),
            }
        }
        let declared = tables.iter().flat_map(|table| table.as_object()).flatten();
        for (name, property) in declared {
            let is_given = members.get(name).is_some_and(|value| !matches!(value, Value::Null));
            if !is_given && flags(property) & (REQUIRED | READ_ONLY) == REQUIRED {
                self.report(path, format_args!("missing required property `{name}`"));
            }
        }
        Ok(())
    }
}

fn flags(property: &Json) -> u64 {
    property["flags"].as_u64().unwrap_or_default()
}
