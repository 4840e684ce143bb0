//! Writes a file of bicep-types-az (`types.json`, Azure/bicep-types on GitHub) as a section of the table.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use serde_json::Value as Json;

use super::read::{encode, encode_quoted};

/// Arrays in arrays; published types have at most three.
const DEPTH_MAX: usize = 32;

/// Property flags of the format, with the marks of the table. An identifier (16) is not told apart.
const FLAGS: [(u64, char); 4] = [(1, '!'), (2, '-'), (4, '+'), (8, '^')];

/// Writes the types of one file as a section that begins with `title` and ends without a line break. Descriptions are
/// left out; kinds of types that the table does not know take any value.
///
/// # Errors
/// What is wrong with the file, in words.
pub fn section(title: &str, types: &[Json]) -> Result<String, String> {
    let writer = Writer { types, names: names(types) };
    let mut heads = BTreeSet::new();
    let mut objects = BTreeMap::new();
    for (at, ty) in types.iter().enumerate() {
        match kind(ty) {
            "ResourceType" => heads.insert(writer.resource(ty)?),
            "ResourceFunctionType" => heads.insert(writer.function(ty)?),
            "ObjectType" | "DiscriminatedObjectType" => {
                objects.insert(&writer.names[&at], writer.object(ty)?);
                continue;
            }
            _ => continue,
        };
    }
    let mut out = title.to_owned();
    for head in heads {
        let _ = write!(out, "\n{head}");
    }
    for (name, rest) in objects {
        let _ = write!(out, "\n{name}{rest}");
    }
    Ok(out)
}

fn kind(ty: &Json) -> &str {
    ty["$type"].as_str().unwrap_or_default()
}

/// A name for each object. Publishers use some names more than once in a file.
fn names(types: &[Json]) -> HashMap<usize, String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let objects = types
        .iter()
        .enumerate()
        .filter(|(_, ty)| matches!(kind(ty), "ObjectType" | "DiscriminatedObjectType"));
    let named = objects.map(|(at, ty)| {
        let published = ty["name"].as_str().unwrap_or("object");
        let name = encode(published.strip_prefix("Microsoft.").unwrap_or(published));
        let count = seen.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1);
        (at, if *count == 1 { name } else { format!("{name}~{count}") })
    });
    named.collect()
}

struct Writer<'j> {
    types: &'j [Json],
    names: HashMap<usize, String>,
}

impl Writer<'_> {
    /// The number in `{"$ref": "#/12"}`.
    fn target(&self, reference: &Json) -> Result<usize, String> {
        let at = reference["$ref"].as_str().and_then(|it| it.strip_prefix("#/")?.parse::<usize>().ok());
        at.filter(|at| *at < self.types.len()).ok_or_else(|| format!("no type is at {reference}"))
    }

    fn resource(&self, ty: &Json) -> Result<String, String> {
        let name =
            ty["name"].as_str().filter(|name| name.contains('@')).ok_or("a resource type has no name")?;
        // Files before 2025 have one list of scopes and another of those that can only be read, 0 for all.
        let bits = |field: &str| ty[field].as_u64();
        let all = bits("scopeType").map(|bits| if bits == 0 { 31 } else { bits });
        let readable = bits("readableScopes").or(all).unwrap_or(31);
        let writable = bits("writableScopes").or(all.map(|all| all & !bits("readOnlyScopes").unwrap_or(0)));
        let body = self.written(&ty["body"], 0)?;
        Ok(format!("@ {} {readable} {} {body}", encode(name), writable.unwrap_or(31)))
    }

    fn function(&self, ty: &Json) -> Result<String, String> {
        let text = |field: &str| ty[field].as_str().ok_or_else(|| format!("a function has no `{field}`"));
        let input = match ty.get("input") {
            Some(input) if !input.is_null() => self.written(input, 0)?,
            _ => "-".to_owned(),
        };
        let output = self.written(&ty["output"], 0)?;
        let resource = format!("{}@{}", encode(text("resourceType")?), encode(text("apiVersion")?));
        // Inputs and outputs are single words: unions of texts with blanks do not occur there.
        let plain = |ty: String| if ty.contains(' ') { "*".to_owned() } else { ty };
        Ok(format!("( {resource} {} {} {}", encode(text("name")?), plain(input), plain(output)))
    }

    fn object(&self, ty: &Json) -> Result<String, String> {
        let mut out = String::new();
        let declared = ty.get("properties").or_else(|| ty.get("baseProperties")).and_then(Json::as_object);
        let sorted: BTreeMap<_, _> = declared.into_iter().flatten().collect();
        for (name, property) in sorted {
            let flags = property["flags"].as_u64().unwrap_or_default();
            let marks: String =
                FLAGS.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, mark)| *mark).collect();
            let _ = write!(out, " {}:{marks}{}", encode(name), self.written(&property["type"], 0)?);
        }
        if let Some(others) = ty.get("additionalProperties").filter(|others| !others.is_null()) {
            let _ = write!(out, " *:{}", self.written(others, 0)?);
        }
        if let Some(discriminator) = ty["discriminator"].as_str() {
            let _ = write!(out, " ?{}", encode(discriminator));
            let sorted: BTreeMap<_, _> = ty["elements"].as_object().into_iter().flatten().collect();
            for (value, element) in sorted {
                let _ = write!(out, " ={}:{}", encode(value), self.written(element, 0)?);
            }
        }
        Ok(out)
    }

    fn written(&self, reference: &Json, depth: usize) -> Result<String, String> {
        if depth > DEPTH_MAX {
            return Err(format!("types are nested more than {DEPTH_MAX} levels deep at {reference}"));
        }
        let at = self.target(reference)?;
        let ty = &self.types[at];
        Ok(match kind(ty) {
            "BooleanType" => "b".to_owned(),
            "IntegerType" => format!("i{}", range(ty, "minValue", "maxValue")),
            "StringType" => {
                let pattern = ty["pattern"].as_str().map(|it| format!("\"{}\"", encode_quoted(it)));
                let secret = if ty["sensitive"].as_bool() == Some(true) { "$" } else { "" };
                format!("s{}{}{secret}", range(ty, "minLength", "maxLength"), pattern.unwrap_or_default())
            }
            "StringLiteralType" => {
                format!("'{}'", encode_quoted(ty["value"].as_str().ok_or("a literal has no value")?))
            }
            "UnionType" => {
                let elements = ty["elements"].as_array().into_iter().flatten();
                let written: Result<Vec<String>, String> =
                    elements.map(|element| self.written(element, depth + 1)).collect();
                written?.join("|")
            }
            "ArrayType" => {
                let items = self.written(&ty["itemType"], depth + 1)?;
                format!("[{items}]{}", range(ty, "minLength", "maxLength"))
            }
            "ObjectType" | "DiscriminatedObjectType" => format!(".{}", self.names[&at]),
            _ => "*".to_owned(),
        })
    }
}

fn range(ty: &Json, min: &str, max: &str) -> String {
    let bound = |name: &str| ty[name].as_i64().map(|bound| bound.to_string()).unwrap_or_default();
    let (min, max) = (bound(min), bound(max));
    if min.is_empty() && max.is_empty() { String::new() } else { format!("({min}..{max})") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_becomes_a_section_with_sorted_objects() {
        let types = json!([
            { "$type": "StringType", "minLength": 3, "pattern": "^[a b]$", "sensitive": true },
            { "$type": "StringLiteralType", "value": "it's" },
            { "$type": "UnionType", "elements": [{ "$ref": "#/1" }, { "$ref": "#/0" }] },
            { "$type": "ArrayType", "itemType": { "$ref": "#/2" }, "maxLength": 4 },
            { "$type": "ObjectType", "name": "Z", "properties": {
                "b": { "type": { "$ref": "#/3" }, "flags": 9, "description": "prose" },
                "a": { "type": { "$ref": "#/5" }, "flags": 2 } } },
            { "$type": "ObjectType", "name": "Z", "properties": {}, "additionalProperties": { "$ref": "#/7" } },
            { "$type": "ResourceType", "name": "Microsoft.A/b@1", "body": { "$ref": "#/4" }, "readableScopes": 8,
              "writableScopes": 0 },
            { "$type": "IntegerType", "minValue": -1, "maxValue": 5 },
            { "$type": "ResourceFunctionType", "name": "list", "resourceType": "Microsoft.A/b", "apiVersion": "1",
              "output": { "$ref": "#/5" } },
            { "$type": "DiscriminatedObjectType", "name": "D", "discriminator": "kind", "baseProperties": {},
              "elements": { "One": { "$ref": "#/4" } } },
            { "$type": "ResourceType", "name": "Microsoft.A/old@1", "body": { "$ref": "#/4" }, "scopeType": 12,
              "readOnlyScopes": 4 },
        ]);
        let expected = "t\n\
            ( Microsoft.A/b@1 list - .Z~2\n\
            @ Microsoft.A/b@1 8 0 .Z\n\
            @ Microsoft.A/old@1 12 8 .Z\n\
            D ?kind =One:.Z\n\
            Z a:-.Z~2 b:!^['it%27s'|s(3..)\"^[a b]$\"$](..4)\n\
            Z~2 *:i(-1..5)";
        assert_eq!(section("t", types.as_array().unwrap()).unwrap(), expected);
    }

    #[test]
    fn a_file_that_refers_to_nothing_or_runs_in_circles_is_refused() {
        let refused = |types: Json| section("t", types.as_array().unwrap()).unwrap_err();
        let body = |reference: &str| json!({ "$type": "ResourceType", "name": "A/b@1", "body": { "$ref": reference } });
        assert!(refused(json!([body("#/9")])).contains("no type is at"));
        let circle = json!({ "$type": "ArrayType", "itemType": { "$ref": "#/0" } });
        assert!(refused(json!([circle, body("#/0")])).contains("more than 32 levels"));
    }
}
