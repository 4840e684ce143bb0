//! Every field of the spec, found in its schema, with values of every wrong kind, numbers out of range and hostile texts:
//! the reader refuses them where they stand, and takes nothing that the schema's own pattern refuses.

use genai_lz::spec;
use genai_lz::text::Source;
use libtest_mimic::{Failed, Trial};
use regex::Regex;
use serde_json::Value as Json;

/// Fewer would say that the schema is no longer read whole.
const FIELDS_MIN: usize = 120;

/// What `${env:...}` adds to patterns; it is filled in before a field sees it.
const ENVIRONMENT: &str = "|\\$\\{env:";

pub(super) fn cases() -> Vec<Trial> {
    vec![
        Trial::test("spec::a_value_of_a_wrong_kind_is_refused_in_every_field", wrong_kinds),
        Trial::test("spec::a_number_out_of_range_is_refused_in_every_field", out_of_range),
        Trial::test("spec::no_field_takes_a_text_that_its_schema_refuses", hostile_texts),
    ]
}

/// A step from the spec to a value.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Item,
}

type Path = Vec<Step>;

/// Every value that the schema describes, with how to reach it.
fn values(schema: &Json) -> Vec<(Path, Json)> {
    let mut found = Vec::new();
    walk(&mut Vec::new(), schema, &mut found);
    found
}

fn walk(path: &mut Path, schema: &Json, found: &mut Vec<(Path, Json)>) {
    if !path.is_empty() {
        found.push((path.clone(), schema.clone()));
    }
    inside(path, schema, found);
}

fn inside(path: &mut Path, schema: &Json, found: &mut Vec<(Path, Json)>) {
    let mut below = |step: Step, schema: &Json, path: &mut Path| {
        path.push(step);
        walk(path, schema, found);
        path.pop();
    };
    for (key, field) in schema["properties"].as_object().into_iter().flatten() {
        below(Step::Key(key.clone()), field, path);
    }
    if schema["items"].is_object() {
        below(Step::Item, &schema["items"], path);
    }
    if schema["additionalProperties"].is_object() {
        below(Step::Key("x".to_owned()), &schema["additionalProperties"], path);
    }
    for way in schema["oneOf"].as_array().into_iter().flatten() {
        inside(path, way, found);
    }
}

/// Whether a schema can take a value of a kind at all. A number with a pattern takes texts from the environment only.
fn takes(schema: &Json, kind: &str) -> bool {
    if let Some(ways) = schema["oneOf"].as_array() {
        return ways.iter().any(|way| takes(way, kind));
    }
    if schema.as_object().is_some_and(|fields| fields.keys().all(|key| key == "description")) {
        return true;
    }
    let is_of_kind = |value: &Json| match kind {
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        _ => false,
    };
    let listed = schema["enum"].as_array().into_iter().flatten().chain(schema.get("const"));
    if listed.clone().next().is_some() {
        return listed.into_iter().any(is_of_kind);
    }
    let of_environment = schema["pattern"].as_str().is_some_and(|it| it == &ENVIRONMENT[1..]);
    let named = |name: &str| match &schema["type"] {
        Json::Array(types) => types.iter().any(|it| it == name),
        one => one == name,
    };
    match kind {
        "string" => named("string") && !of_environment,
        "integer" => named("integer") || named("number"),
        other => named(other),
    }
}

/// The spec that says nothing but one value, and where that value stands: from its key, or the value itself in a list.
fn spec_with(path: &Path, value: &str) -> (String, std::ops::Range<usize>) {
    let (mut head, mut tail, mut begin) = (String::new(), String::new(), 0);
    for step in path {
        match step {
            Step::Key(key) => {
                head.push('{');
                begin = head.len();
                head.push_str(&format!("{}: ", Json::from(key.as_str())));
                tail.insert(0, '}');
            }
            Step::Item => {
                head.push('[');
                begin = head.len();
                tail.insert(0, ']');
            }
        }
    }
    let end = head.len() + value.len();
    (format!("{head}{value}{tail}"), begin..end)
}

/// Whether the reader refuses the value in its place. What else is missing around it does not matter.
fn is_refused(path: &Path, value: &str) -> bool {
    let (text, place) = spec_with(path, value);
    let source = Source::new("spec.yaml", text);
    let Err(refused) = spec::parse(&source, &|_| None) else { return false };
    refused.0.iter().any(|found| {
        let at = found.primary.as_ref().map(|label| label.span.range());
        // A field that is missing inside is told at the mapping, which is of the right kind.
        let is_about_it = found.code.id != "spec-missing-field";
        is_about_it && at.is_some_and(|at| place.contains(&at.start))
    })
}

fn shown(path: &Path) -> String {
    let step = |step: &Step| match step {
        Step::Key(key) => format!(".{key}"),
        Step::Item => "[]".to_owned(),
    };
    path.iter().map(step).collect()
}

fn settled(n_tried: usize, n_min: usize, wrong: &[String]) -> Result<(), Failed> {
    if n_tried < n_min {
        return Err(format!("only {n_tried} values were tried").into());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn wrong_kinds() -> Result<(), Failed> {
    let kinds =
        [("integer", "7"), ("boolean", "true"), ("string", "\"@(1)\""), ("array", "[]"), ("object", "{}")];
    let (mut wrong, mut n_tried) = (Vec::new(), 0);
    for (path, schema) in values(&spec::json_schema()) {
        for (kind, value) in kinds {
            if takes(&schema, kind) {
                continue;
            }
            n_tried += 1;
            if !is_refused(&path, value) {
                wrong.push(format!("`{}` takes {value}", shown(&path)));
            }
        }
    }
    settled(n_tried, 3 * FIELDS_MIN, &wrong)
}

fn out_of_range() -> Result<(), Failed> {
    let (mut wrong, mut n_tried) = (Vec::new(), 0);
    for (path, schema) in values(&spec::json_schema()) {
        let (Some(min), Some(max)) = (schema["minimum"].as_i64(), schema["maximum"].as_i64()) else {
            continue;
        };
        let beyond = [min - 1, max + 1].map(|value| value.to_string());
        let odd = ["-0.5", "1e3", "99999999999999999999", "0x", "1_000", "+", "\"1\""].map(str::to_owned);
        for value in beyond.iter().chain(&odd) {
            n_tried += 1;
            if !is_refused(&path, value) {
                wrong.push(format!("`{}` takes {value}", shown(&path)));
            }
        }
        for value in [min, max] {
            if is_refused(&path, &value.to_string()) {
                wrong.push(format!("`{}` refuses {value}", shown(&path)));
            }
        }
    }
    settled(n_tried, 100, &wrong)
}

fn hostile_texts() -> Result<(), Failed> {
    let mut texts: Vec<String> =
        super::super::render::HOSTILE.iter().map(|text| (*text).to_owned()).collect();
    texts.extend(
        [1, 2, 8, 9, 20, 50, 51, 64, 65, 80, 81, 100, 101, 200, 201, 1000, 1001].map(|n| "a".repeat(n)),
    );
    texts.extend([
        "x".repeat(100_000),
        "é".repeat(101),
        "a/../b".to_owned(),
        "../a".to_owned(),
        "a\u{7f}b".to_owned(),
    ]);
    let (mut wrong, mut n_tried) = (Vec::new(), 0);
    for (path, schema) in values(&spec::json_schema()) {
        let Some(pattern) = schema["pattern"].as_str().filter(|it| *it != &ENVIRONMENT[1..]) else {
            continue;
        };
        // The limit of a scenario's length would make an automaton of its size.
        let pattern = Regex::new(&pattern.replace("{0,65536}", "*"))
            .map_err(|error| format!("`{}`: {error}", shown(&path)))?;
        for text in &texts {
            n_tried += 1;
            // What looks like a reference is filled in or refused before the field sees it.
            let is_taken = !is_refused(&path, &Json::from(text.as_str()).to_string());
            if is_taken && !pattern.is_match(text) {
                let begin: String = text.chars().take(40).collect();
                wrong.push(format!("`{}` takes {begin:?}, which {pattern} refuses", shown(&path)));
            }
        }
    }
    settled(n_tried, 500, &wrong)
}
