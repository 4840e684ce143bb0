//! A value against a schema of a contract. Objects are closed unless the schema opens them, as Azure's own validator of
//! examples reads them: a name that the contract does not have is a difference.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::contract::Contract;

/// References of references, more than any file has.
const DEPTH_MAX: usize = 64;

/// Which way a value went.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Sent,
    /// `secrets`: an answer whose purpose is to hold them.
    Answered {
        secrets: bool,
    },
}

/// What was found, by place: arrays are `[]`, so that a hundred like items are one difference.
pub(super) type Found = BTreeSet<(String, String)>;

pub(super) fn note(found: &mut Found, at: String, what: impl Into<String>) {
    found.insert((at, what.into()));
}

/// A schema with its references and `allOf` gathered.
#[derive(Default)]
struct Flat<'a> {
    properties: BTreeMap<&'a str, &'a Json>,
    required: BTreeSet<&'a str>,
    additional: Option<&'a Json>,
    /// The schema itself and what it refers to, nearest first.
    chain: Vec<&'a Json>,
}

impl<'a> Flat<'a> {
    fn of(contract: &'a Contract, schema: &'a Json) -> Result<Self, String> {
        let mut flat = Self::default();
        flat.gather(contract, schema, 0)?;
        Ok(flat)
    }

    fn gather(&mut self, contract: &'a Contract, schema: &'a Json, depth: usize) -> Result<(), String> {
        if depth > DEPTH_MAX {
            return Err("the schema refers to itself".to_owned());
        }
        self.chain.push(schema);
        if let Some(name) = schema.get("$ref").and_then(Json::as_str) {
            let inner =
                contract.definitions.get(name).ok_or_else(|| format!("the contract lacks `{name}`"))?;
            self.gather(contract, inner, depth + 1)?;
        }
        for (name, property) in schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
            self.properties.entry(name).or_insert(property);
        }
        self.required.extend(
            schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str),
        );
        self.additional = self.additional.or_else(|| schema.get("additionalProperties"));
        for inner in schema.get("allOf").and_then(Json::as_array).into_iter().flatten() {
            self.gather(contract, inner, depth + 1)?;
        }
        Ok(())
    }

    fn says(&self, name: &str) -> Option<&'a Json> {
        self.chain.iter().find_map(|schema| schema.get(name))
    }

    fn is(&self, name: &str) -> bool {
        self.says(name).is_some_and(|value| value == true)
    }

    /// Only servers set it.
    fn is_read_only(&self) -> bool {
        let mutability = self.says("x-ms-mutability").and_then(Json::as_array);
        self.is("readOnly") || mutability.is_some_and(|ways| ways.len() == 1 && ways[0] == "read")
    }
}

/// Adds what is wrong with `value`.
pub(super) fn check(
    contract: &Contract,
    schema: &Json,
    value: &Json,
    way: Way,
    at: &str,
    found: &mut Found,
) -> Result<(), String> {
    let flat = Flat::of(contract, schema)?;
    let mut wrong = |what: String| {
        found.insert((at.to_owned(), what));
    };
    if value.is_null() {
        if !flat.is("x-nullable") {
            wrong("null".to_owned());
        }
        return Ok(());
    }
    if way == Way::Sent && flat.is_read_only() {
        wrong("sent, and only the server sets it".to_owned());
    }
    if way == (Way::Answered { secrets: false }) && flat.is("x-ms-secret") {
        wrong("a secret is answered".to_owned());
    }
    let kind = flat.says("type").and_then(Json::as_str);
    let is_kind = match kind {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some(other) => return Err(format!("{at}: the type `{other}` is not known")),
        None => flat.properties.is_empty() || value.is_object(),
    };
    if !is_kind {
        wrong(format!("not of type {}", kind.unwrap_or("object")));
        return Ok(());
    }
    for what in limits(&flat, value)? {
        wrong(what);
    }
    match value {
        Json::Array(items) => {
            if let Some(inner) = flat.says("items") {
                for item in items {
                    check(contract, inner, item, way, &format!("{at}/[]"), found)?;
                }
            }
        }
        Json::Object(members) => {
            for name in &flat.required {
                let property =
                    flat.properties.get(name).map(|schema| Flat::of(contract, schema)).transpose()?;
                let is_theirs = match way {
                    Way::Sent => property.is_some_and(|property| property.is_read_only()),
                    Way::Answered { secrets } => {
                        !secrets && property.is_some_and(|property| property.is("x-ms-secret"))
                    }
                };
                if !members.contains_key(*name) && !is_theirs {
                    found.insert((format!("{at}/{name}"), "missing".to_owned()));
                }
            }
            let is_open = flat.additional.is_some_and(|open| *open != false)
                || (flat.properties.is_empty() && flat.additional.is_none());
            for (name, member) in members {
                match (flat.properties.get(name.as_str()), flat.additional.filter(|open| open.is_object())) {
                    (Some(inner), _) => check(contract, inner, member, way, &format!("{at}/{name}"), found)?,
                    (None, Some(inner)) => check(contract, inner, member, way, &format!("{at}/*"), found)?,
                    (None, None) if is_open => {}
                    (None, None) => note(found, format!("{at}/{name}"), "not in the contract".to_owned()),
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// What a text, a number or a list may not be.
fn limits(flat: &Flat<'_>, value: &Json) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    if let Some(Json::Array(allowed)) = flat.says("enum")
        && !flat.is("open")
        && !allowed.contains(value)
    {
        wrong.push(format!("{value} is none of {}", Json::from(allowed.clone())));
    }
    let number = |name: &str| flat.says(name).and_then(Json::as_f64);
    if let Some(text) = value.as_str() {
        if let Some(pattern) = flat.says("pattern").and_then(Json::as_str)
            && !regex::Regex::new(pattern).map_err(|error| format!("`{pattern}`: {error}"))?.is_match(text)
        {
            wrong.push(format!("does not match `{pattern}`"));
        }
        let length = text.chars().count() as f64;
        if number("minLength").is_some_and(|min| length < min)
            || number("maxLength").is_some_and(|max| length > max)
        {
            wrong.push(format!("{length} characters"));
        }
        let is_well_formed = match flat.says("format").and_then(Json::as_str) {
            Some("uuid") => uuid::Uuid::try_parse(text).is_ok(),
            Some("date-time") => {
                time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).is_ok()
            }
            Some("duration") => text.starts_with('P'),
            _ => true,
        };
        if !is_well_formed {
            wrong.push(format!("not a {}", flat.says("format").and_then(Json::as_str).unwrap_or_default()));
        }
    }
    if let Some(given) = value.as_f64()
        && (number("minimum").is_some_and(|min| given < min)
            || number("maximum").is_some_and(|max| given > max))
    {
        wrong.push("out of range".to_owned());
    }
    if let Some(items) = value.as_array() {
        let n_items = items.len() as f64;
        if number("minItems").is_some_and(|min| n_items < min)
            || number("maxItems").is_some_and(|max| n_items > max)
        {
            wrong.push(format!("{n_items} items"));
        }
    }
    Ok(wrong)
}
