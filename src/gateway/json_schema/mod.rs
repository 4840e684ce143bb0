//! JSON Schema as far as OpenAPI documents use it (draft 4 with OpenAPI's `nullable`, and what later drafts renamed).
//! A schema with another keyword is not guessed at: [`unsupported`] names it. Patterns are .NET's.

mod formats;

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::csharp::TextPattern;

/// More problems of one body than this tell nobody more.
const MAX_PROBLEMS: usize = 20;

/// Bounds schemas that name each other, and `anyOf` inside `anyOf`: one step for each schema applied to a value.
const MAX_STEPS: usize = 100_000;

/// Schemas inside schemas, `$ref` included; the reader of JSON stops values at 128.
const MAX_DEPTH: usize = 400;

/// Keywords that are checked, and those that say nothing of a value.
const KNOWN: &[&str] = &[
    "$comment",
    "$defs",
    "$id",
    "$ref",
    "$schema",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "components",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "default",
    "definitions",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "description",
    "discriminator",
    "else",
    "enum",
    "example",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "format",
    "id",
    "if",
    "info",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "openapi",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "then",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
    "xml",
];

/// How to read a schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Overrides every `additionalProperties`.
    pub allow_additional: Option<bool>,
}

/// Checks a value against a schema of `document`. Returns what is wrong, each with the place in the value.
///
/// # Errors
/// A sentence where the schema itself cannot be followed.
pub(crate) fn check(
    document: &Json,
    schema: &Json,
    value: &Json,
    options: Options,
) -> Result<Vec<String>, String> {
    let mut checking = Checking {
        document,
        options,
        steps: 0,
        depth: 0,
        patterns: HashMap::new(),
        pattern_steps: TextPattern::MAX_STEPS,
    };
    let mut problems = Vec::new();
    checking.check(schema, value, "", &mut problems)?;
    problems.truncate(MAX_PROBLEMS);
    Ok(problems)
}

/// Returns the first keyword of a schema, or of one inside it, that is not checked, or a pattern that is not run.
pub(super) fn unsupported(schema: &Json) -> Option<&str> {
    let Json::Object(schema) = schema else { return None };
    let unknown = schema.keys().find(|name| !KNOWN.contains(&name.as_str()) && !name.starts_with("x-"));
    let pattern = schema.get("pattern").and_then(Json::as_str).into_iter();
    let of_names = schema.get("patternProperties").and_then(Json::as_object).into_iter().flat_map(Map::keys);
    let unread = || pattern.chain(of_names.map(String::as_str)).find(|text| TextPattern::new(text).is_err());
    unknown.map(String::as_str).or_else(unread).or_else(|| inner(schema).find_map(unsupported))
}

fn inner(schema: &Map<String, Json>) -> impl Iterator<Item = &Json> {
    let maps =
        ["properties", "patternProperties", "definitions", "$defs", "dependencies", "dependentSchemas"]
            .into_iter()
            .filter_map(|name| schema.get(name)?.as_object());
    let components = schema.get("components").and_then(|one| one.get("schemas")?.as_object());
    let lists = ["allOf", "anyOf", "oneOf", "prefixItems", "items"]
        .into_iter()
        .filter_map(|name| schema.get(name)?.as_array());
    let singles = [
        "items",
        "additionalItems",
        "contains",
        "not",
        "if",
        "then",
        "else",
        "additionalProperties",
        "propertyNames",
    ]
    .into_iter()
    .filter_map(|name| schema.get(name));
    maps.chain(components).flat_map(Map::values).chain(lists.flatten()).chain(singles)
}

struct Checking<'a> {
    document: &'a Json,
    options: Options,
    steps: usize,
    depth: usize,
    /// As they are written.
    patterns: HashMap<String, TextPattern>,
    /// What is left of what all patterns together may take.
    pattern_steps: u64,
}

impl Checking<'_> {
    fn check(&mut self, schema: &Json, value: &Json, at: &str, out: &mut Vec<String>) -> Result<(), String> {
        if out.len() > MAX_PROBLEMS {
            return Ok(());
        }
        self.steps += 1;
        if self.steps > MAX_STEPS || self.depth > MAX_DEPTH {
            return Err("the schema takes too many steps".to_owned());
        }
        self.depth += 1;
        let result = self.apply(schema, value, at, out);
        self.depth -= 1;
        result
    }

    fn apply(&mut self, schema: &Json, value: &Json, at: &str, out: &mut Vec<String>) -> Result<(), String> {
        let Json::Object(schema) = schema else {
            if schema == &Json::Bool(false) {
                out.push(problem(at, "is not allowed"));
            }
            return Ok(());
        };
        if let Some(target) = schema.get("$ref").and_then(Json::as_str) {
            let document = self.document;
            let resolved = target.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
            let resolved = resolved.ok_or_else(|| format!("the schema `{target}` is not there"))?;
            return self.check(resolved, value, at, out);
        }
        if value.is_null() && schema.get("nullable") == Some(&Json::Bool(true)) {
            return Ok(());
        }
        check_type(schema, value, at, out);
        check_choice(schema, value, at, out);
        match value {
            Json::Number(_) => check_number(schema, value, at, out),
            Json::String(text) => {
                check_text(schema, text, at, out);
                if let Some(pattern) = schema.get("pattern").and_then(Json::as_str)
                    && !self.matches(pattern, text)?
                {
                    out.push(problem(at, "does not match the pattern that it has to match"));
                }
            }
            Json::Array(items) => self.check_items(schema, items, at, out)?,
            Json::Object(object) => self.check_object(schema, object, at, out)?,
            Json::Null | Json::Bool(_) => {}
        }
        self.check_combined(schema, value, at, out)
    }

    fn check_items(
        &mut self,
        schema: &Map<String, Json>,
        items: &[Json],
        at: &str,
        out: &mut Vec<String>,
    ) -> Result<(), String> {
        check_count(schema, "Items", "items", items.len(), at, out);
        let repeats = |nth: usize| items[..nth].contains(&items[nth]);
        if schema.get("uniqueItems") == Some(&Json::Bool(true)) && (0..items.len().min(1000)).any(repeats) {
            out.push(problem(at, "has an item twice"));
        }
        // The first items one by one: `prefixItems`, or a list of `items` in drafts before 2020-12.
        let listed = |name: &str| schema.get(name).and_then(Json::as_array);
        let (first, others) = match (listed("prefixItems"), listed("items")) {
            (Some(first), _) => (&first[..], "items"),
            (None, Some(first)) => (&first[..], "additionalItems"),
            (None, None) => (&[][..], "items"),
        };
        let others = schema.get(others);
        for (nth, item) in items.iter().enumerate() {
            if let Some(of_item) = first.get(nth).or(others) {
                self.check(of_item, item, &format!("{at}[{nth}]"), out)?;
            }
        }
        if let Some(wanted) = schema.get("contains") {
            let mut n_fit = 0;
            for item in items {
                n_fit += u64::from(self.fits(wanted, item)?);
            }
            let limit = |name: &str| schema.get(name).and_then(Json::as_u64);
            if n_fit < limit("minContains").unwrap_or(1) {
                out.push(problem(at, "has too few of the items that it has to contain"));
            }
            if limit("maxContains").is_some_and(|most| n_fit > most) {
                out.push(problem(at, "has too many of the items that it has to contain"));
            }
        }
        Ok(())
    }

    /// Whether a .NET pattern is found anywhere in a text.
    fn matches(&mut self, pattern: &str, text: &str) -> Result<bool, String> {
        if !self.patterns.contains_key(pattern) {
            self.patterns.insert(pattern.to_owned(), TextPattern::new(pattern)?);
        }
        match self.patterns.get(pattern) {
            Some(pattern) => pattern.is_in(text, &mut self.pattern_steps),
            None => Ok(false),
        }
    }

    fn check_object(
        &mut self,
        schema: &Map<String, Json>,
        object: &Map<String, Json>,
        at: &str,
        out: &mut Vec<String>,
    ) -> Result<(), String> {
        check_count(schema, "Properties", "properties", object.len(), at, out);
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
        for name in required.filter_map(Json::as_str).filter(|name| !object.contains_key(*name)) {
            out.push(problem(&inside(at, name), "is required and missing"));
        }
        let properties = schema.get("properties").and_then(Json::as_object);
        let patterns = schema.get("patternProperties").and_then(Json::as_object);
        let additional = match self.options.allow_additional {
            Some(allows) if properties.is_some() || schema.contains_key("additionalProperties") => {
                Some(Json::Bool(allows))
            }
            _ => schema.get("additionalProperties").cloned(),
        };
        for (name, value) in object {
            if let Some(of_names) = schema.get("propertyNames") {
                self.check(of_names, &Json::String(name.clone()), &inside(at, name), out)?;
            }
            let mut is_matched = false;
            for (pattern, of_matching) in patterns.into_iter().flatten() {
                if self.matches(pattern, name)? {
                    is_matched = true;
                    self.check(of_matching, value, &inside(at, name), out)?;
                }
            }
            if is_matched && properties.is_none_or(|properties| !properties.contains_key(name)) {
                continue;
            }
            match (properties.and_then(|properties| properties.get(name)), &additional) {
                (Some(of_property), _) => self.check(of_property, value, &inside(at, name), out)?,
                (None, Some(Json::Bool(false))) => {
                    out.push(problem(&inside(at, name), "is not in the schema, which allows no others"));
                }
                (None, Some(of_others)) => self.check(of_others, value, &inside(at, name), out)?,
                (None, None) => {}
            }
        }
        self.check_dependencies(schema, object, at, out)
    }

    /// `dependentRequired`, `dependentSchemas`, and `dependencies`, which was both.
    fn check_dependencies(
        &mut self,
        schema: &Map<String, Json>,
        object: &Map<String, Json>,
        at: &str,
        out: &mut Vec<String>,
    ) -> Result<(), String> {
        let maps = ["dependentRequired", "dependentSchemas", "dependencies"].into_iter();
        for (name, dependent) in maps.filter_map(|name| schema.get(name)?.as_object()).flatten() {
            if !object.contains_key(name) {
                continue;
            }
            match dependent {
                Json::Array(names) => {
                    let names = names.iter().filter_map(Json::as_str);
                    for missing in names.filter(|name| !object.contains_key(*name)) {
                        out.push(problem(
                            &inside(at, missing),
                            &format!("is required beside `{name}` and missing"),
                        ));
                    }
                }
                schema => self.check(schema, &Json::Object(object.clone()), at, out)?,
            }
        }
        Ok(())
    }

    fn check_combined(
        &mut self,
        schema: &Map<String, Json>,
        value: &Json,
        at: &str,
        out: &mut Vec<String>,
    ) -> Result<(), String> {
        let list = |name: &str| schema.get(name).and_then(Json::as_array);
        for one in list("allOf").into_iter().flatten() {
            self.check(one, value, at, out)?;
        }
        for (name, most) in [("anyOf", usize::MAX), ("oneOf", 1)] {
            let Some(choices) = list(name) else { continue };
            let mut n_fit = 0;
            for one in choices {
                n_fit += usize::from(self.fits(one, value)?);
            }
            if n_fit == 0 {
                out.push(problem(at, "fits none of the schemas that it may"));
            } else if n_fit > most {
                out.push(problem(at, "fits several of the schemas of which it may fit one"));
            }
        }
        if let Some(condition) = schema.get("if") {
            let branch = if self.fits(condition, value)? { "then" } else { "else" };
            if let Some(branch) = schema.get(branch) {
                self.check(branch, value, at, out)?;
            }
        }
        if let Some(not) = schema.get("not")
            && self.fits(not, value)?
        {
            out.push(problem(at, "fits a schema that it may not"));
        }
        Ok(())
    }

    fn fits(&mut self, schema: &Json, value: &Json) -> Result<bool, String> {
        let mut problems = Vec::new();
        self.check(schema, value, "", &mut problems)?;
        Ok(problems.is_empty())
    }
}

fn check_type(schema: &Map<String, Json>, value: &Json, at: &str, out: &mut Vec<String>) {
    let wanted: Vec<&str> = match schema.get("type") {
        Some(Json::String(name)) => vec![name],
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
        _ => return,
    };
    let is = |name: &&str| match *name {
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|one| one.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    };
    if !wanted.iter().any(is) {
        out.push(problem(at, &format!("is not of the type {}", wanted.join(" or "))));
    }
}

fn check_choice(schema: &Map<String, Json>, value: &Json, at: &str, out: &mut Vec<String>) {
    let is_listed = schema.get("enum").and_then(Json::as_array).is_none_or(|values| values.contains(value));
    if !is_listed || schema.get("const").is_some_and(|only| only != value) {
        out.push(problem(at, "is none of the values that are allowed"));
    }
}

fn check_number(schema: &Map<String, Json>, value: &Json, at: &str, out: &mut Vec<String>) {
    let Some(number) = value.as_f64() else { return };
    let limit = |name: &str| schema.get(name).and_then(Json::as_f64);
    // Draft 4 and OpenAPI 3.0 have a Boolean beside the limit, later drafts another limit.
    let is_exclusive = |name: &str| schema.get(name) == Some(&Json::Bool(true));
    let below = |least: f64, exclusive: bool| if exclusive { number <= least } else { number < least };
    let above = |most: f64, exclusive: bool| if exclusive { number >= most } else { number > most };
    let is_low = limit("minimum").is_some_and(|least| below(least, is_exclusive("exclusiveMinimum")))
        || limit("exclusiveMinimum").is_some_and(|least| below(least, true));
    let is_high = limit("maximum").is_some_and(|most| above(most, is_exclusive("exclusiveMaximum")))
        || limit("exclusiveMaximum").is_some_and(|most| above(most, true));
    if is_low {
        out.push(problem(at, "is below the minimum"));
    }
    if is_high {
        out.push(problem(at, "is above the maximum"));
    }
    let step = limit("multipleOf").filter(|step| *step > 0.0);
    if step.is_some_and(|step| ((number / step).round() * step - number).abs() > 1e-9 * number.abs().max(1.0))
    {
        out.push(problem(at, "is no multiple of what it has to be"));
    }
}

fn check_text(schema: &Map<String, Json>, text: &str, at: &str, out: &mut Vec<String>) {
    check_count(schema, "Length", "characters", text.chars().count(), at, out);
    let format = schema.get("format").and_then(Json::as_str).unwrap_or_default();
    if !formats::fits(format, text) {
        out.push(problem(at, &format!("is not of the format {format}")));
    }
}

fn check_count(
    schema: &Map<String, Json>,
    keyword: &str,
    what: &str,
    count: usize,
    at: &str,
    out: &mut Vec<String>,
) {
    let limit = |which: &str| schema.get(&format!("{which}{keyword}")).and_then(Json::as_u64);
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    if limit("min").is_some_and(|least| count < least) {
        out.push(problem(at, &format!("has too few {what}")));
    }
    if limit("max").is_some_and(|most| count > most) {
        out.push(problem(at, &format!("has too many {what}")));
    }
}

fn inside(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

fn problem(at: &str, what: &str) -> String {
    if at.is_empty() { format!("The value {what}.") } else { format!("`{at}` {what}.") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn case(schema: Json, value: Json, expected: &[&str]) {
        assert_eq!(unsupported(&schema), None);
        assert_eq!(
            check(&schema, &schema, &value, Options::default()).unwrap(),
            expected,
            "{schema} {value}"
        );
    }

    #[test]
    fn kinds_and_limits() {
        case(json!({"type": "integer"}), json!(1.0), &[]);
        case(json!({"type": "integer"}), json!(1.5), &["The value is not of the type integer."]);
        case(json!({"type": ["string", "null"]}), json!(null), &[]);
        case(json!({"type": "string", "nullable": true}), json!(null), &[]);
        case(json!({"type": "string"}), json!(null), &["The value is not of the type string."]);
        case(json!({"minimum": 1, "exclusiveMinimum": true}), json!(1), &["The value is below the minimum."]);
        case(json!({"exclusiveMaximum": 5}), json!(5), &["The value is above the maximum."]);
        case(json!({"multipleOf": 0.1}), json!(0.3), &[]);
        case(json!({"minLength": 2}), json!("é"), &["The value has too few characters."]);
        case(
            json!({"format": "date-time"}),
            json!("2026-01-01"),
            &["The value is not of the format date-time."],
        );
        case(json!({"enum": [1, "a"]}), json!("b"), &["The value is none of the values that are allowed."]);
        case(json!({"maximum": 1}), json!("not a number"), &[]);
    }

    #[test]
    fn objects_and_arrays() {
        let schema = json!({
            "type": "object", "required": ["a"], "additionalProperties": false,
            "properties": {"a": {"type": "array", "items": {"type": "integer"}, "maxItems": 2, "uniqueItems": true}},
        });
        case(schema.clone(), json!({"a": [1, 2]}), &[]);
        case(schema.clone(), json!({}), &["`a` is required and missing."]);
        case(schema.clone(), json!({"a": [1, "x"]}), &["`a[1]` is not of the type integer."]);
        case(schema.clone(), json!({"a": [1, 1]}), &["`a` has an item twice."]);
        let others = "`b` is not in the schema, which allows no others.";
        case(schema.clone(), json!({"a": [], "b": 1}), &[others]);
        let allow = Options { allow_additional: Some(true) };
        assert_eq!(check(&schema, &schema, &json!({"a": [], "b": 1}), allow), Ok(vec![]));
        let open = json!({"properties": {"a": {}}});
        let refuse = Options { allow_additional: Some(false) };
        assert_eq!(check(&open, &open, &json!({"b": 1}), refuse), Ok(vec![others.to_owned()]));
    }

    #[test]
    fn patterns_and_names() {
        let wrong = "The value does not match the pattern that it has to match.";
        case(json!({"pattern": "^\\d+$"}), json!("12"), &[]);
        case(json!({"pattern": "^\\d+$"}), json!("1a"), &[wrong]);
        case(json!({"pattern": "b"}), json!("abc"), &[]);
        let schema = json!({
            "properties": {"x-a": {"maximum": 5}},
            "patternProperties": {"^x-": {"type": "integer"}},
            "additionalProperties": false,
        });
        case(schema.clone(), json!({"x-a": 1, "x-b": 9}), &[]);
        case(schema.clone(), json!({"x-a": 9}), &["`x-a` is above the maximum."]);
        case(schema.clone(), json!({"x-b": "t"}), &["`x-b` is not of the type integer."]);
        case(schema, json!({"y": 1}), &["`y` is not in the schema, which allows no others."]);
        let names = json!({"propertyNames": {"maxLength": 2}});
        case(names, json!({"abc": 1}), &["`abc` has too many characters."]);
    }

    #[test]
    fn what_depends_on_something_else() {
        let card = json!({"dependentRequired": {"card": ["address"]}});
        case(card.clone(), json!({}), &[]);
        case(card, json!({"card": 1}), &["`address` is required beside `card` and missing."]);
        let both = json!({"dependencies": {"a": ["b"], "c": {"required": ["d"]}}});
        case(both.clone(), json!({"a": 1, "b": 1, "c": 1, "d": 1}), &[]);
        case(
            both,
            json!({"a": 1, "c": 1}),
            &["`b` is required beside `a` and missing.", "`d` is required and missing."],
        );
        let choice = json!({
            "if": {"properties": {"stream": {"const": true}}, "required": ["stream"]},
            "then": {"required": ["stream_options"]},
            "else": {"maxProperties": 1},
        });
        case(choice.clone(), json!({"stream": true}), &["`stream_options` is required and missing."]);
        case(choice.clone(), json!({"stream": false}), &[]);
        case(choice, json!({"a": 1, "b": 1}), &["The value has too many properties."]);
    }

    #[test]
    fn items_one_by_one() {
        let schema = json!({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}});
        case(schema.clone(), json!(["a", 1, 2]), &[]);
        case(
            schema,
            json!([1, "a"]),
            &["`[0]` is not of the type string.", "`[1]` is not of the type integer."],
        );
        let older = json!({"items": [{"type": "string"}], "additionalItems": false});
        case(older, json!(["a", 1]), &["`[1]` is not allowed."]);
        let few = json!({"contains": {"const": 1}, "maxContains": 1});
        case(few.clone(), json!([2]), &["The value has too few of the items that it has to contain."]);
        case(few, json!([1, 1]), &["The value has too many of the items that it has to contain."]);
    }

    #[test]
    fn schemas_are_combined_and_named() {
        let schema = json!({
            "definitions": {"tree": {"type": "object", "properties": {"left": {"$ref": "#/definitions/tree"}}}},
            "$ref": "#/definitions/tree",
        });
        case(schema.clone(), json!({"left": {"left": {}}}), &[]);
        case(schema, json!({"left": {"left": 1}}), &["`left.left` is not of the type object."]);
        let one = json!({"oneOf": [{"type": "integer"}, {"minimum": 5}]});
        case(one.clone(), json!(3), &[]);
        case(one.clone(), json!(7), &["The value fits several of the schemas of which it may fit one."]);
        case(one, json!(1.5), &["The value fits none of the schemas that it may."]);
        case(json!({"not": {"type": "string"}}), json!("a"), &["The value fits a schema that it may not."]);
    }

    #[test]
    fn what_cannot_be_followed_is_said() {
        let inner = json!({"properties": {"a": {"items": {"unevaluatedItems": false}}}});
        assert_eq!(unsupported(&inner), Some("unevaluatedItems"));
        assert_eq!(unsupported(&json!({"allOf": [{"pattern": "(?<a-b>x)"}]})), Some("(?<a-b>x)"));
        assert_eq!(unsupported(&json!({"patternProperties": {"(": {}}})), Some("("));
        let missing = json!({"$ref": "#/definitions/none"});
        let error = check(&missing, &missing, &json!(1), Options::default());
        assert_eq!(error, Err("the schema `#/definitions/none` is not there".to_owned()));
        let endless = json!({"allOf": [{"$ref": "#"}, {"$ref": "#"}]});
        assert!(check(&endless, &endless, &json!(1), Options::default()).is_err());
    }
}
