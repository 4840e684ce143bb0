//! The spec as a reference: every field with what it takes, read from the declarations that also read a spec
//! (`Decode::schema`), so that neither can say something else. `cli` prints it as a page and in `explain`.

use serde_json::{Map, Value as Json};

use super::decode::{Decode as _, FORM, NEEDS, REFUSED};
use super::types::Spec;

/// A mapping of the spec, with its fields.
#[derive(Clone, Debug)]
pub struct Section {
    /// Where it stands, such as `pools[].breaker`; empty for the spec itself.
    pub path: String,
    pub about: String,
    pub fields: Vec<Field>,
    /// Whether exactly one of the fields is given.
    pub is_choice: bool,
    /// Fields that are known by name and refused, each with the reason.
    pub refused: Vec<(String, String)>,
}

/// A field of a mapping.
#[derive(Clone, Debug)]
pub struct Field {
    pub path: String,
    pub key: String,
    /// What it takes, in words: `a whole number from 1 to 12`.
    pub takes: String,
    /// As YAML writes it in one line; None where there is none.
    pub default: Option<String>,
    pub is_required: bool,
    pub about: String,
    /// The tier or the version of an API that it needs.
    pub needs: Option<String>,
    /// The words it takes, each with its meaning.
    pub words: Vec<(String, String)>,
    /// Words that are known and refused.
    pub refused: Vec<String>,
}

/// Every mapping of the spec, a mapping before those inside it.
pub fn sections() -> Vec<Section> {
    let mut sections = Vec::new();
    walk("", &Spec::schema(), &mut sections);
    sections
}

/// What `path` names: a field, with the mapping that is behind it where there is one. Brackets, indices and case do
/// not matter: `pools.breaker.trip`, `pools[0].breaker`.
pub fn find(path: &str) -> Option<(Option<Field>, Option<Section>)> {
    let wanted = plain(path.strip_prefix("spec.").unwrap_or(path));
    let sections = sections();
    let field = sections
        .iter()
        .flat_map(|section| &section.fields)
        .find(|field| plain(&field.path) == wanted)
        .cloned();
    let section = sections.into_iter().find(|section| plain(&section.path) == wanted && !wanted.is_empty());
    (field.is_some() || section.is_some()).then_some((field, section))
}

/// The paths of all fields as people type them, for suggestions.
pub fn paths() -> Vec<String> {
    sections().iter().flat_map(|section| &section.fields).map(|field| field.path.replace("[]", "")).collect()
}

fn plain(path: &str) -> String {
    let steps = path.split('.').map(|step| step.split('[').next().unwrap_or_default());
    steps.filter(|step| !step.is_empty()).collect::<Vec<_>>().join(".").to_ascii_lowercase()
}

fn walk(path: &str, schema: &Json, sections: &mut Vec<Section>) {
    let ways: Vec<&Json> = schema["oneOf"].as_array().into_iter().flatten().collect();
    let is_choice = ways.len() > 1 && ways.iter().all(|way| way["properties"].is_object());
    if is_choice {
        let fields = ways.iter().flat_map(|way| fields(path, way, true)).collect();
        add(path, schema, fields, true, sections);
        ways.iter().for_each(|way| inside(path, way, sections));
    } else if schema["properties"].is_object() {
        add(path, schema, fields(path, schema, false), false, sections);
        inside(path, schema, sections);
    } else {
        // A mapping among other ways to write the value; the items of a list.
        ways.iter().for_each(|way| walk(path, way, sections));
        if schema["items"].is_object() {
            walk(&format!("{path}[]"), &schema["items"], sections);
        }
    }
}

fn add(path: &str, schema: &Json, fields: Vec<Field>, is_choice: bool, sections: &mut Vec<Section>) {
    let refused = schema[REFUSED].as_object().into_iter().flatten();
    sections.push(Section {
        path: path.to_owned(),
        about: text(&schema["description"]),
        fields,
        is_choice,
        refused: refused.map(|(name, reason)| (name.clone(), text(reason))).collect(),
    });
}

fn inside(path: &str, schema: &Json, sections: &mut Vec<Section>) {
    for (key, field) in schema["properties"].as_object().into_iter().flatten() {
        walk(&below(path, key), field, sections);
    }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn fields(path: &str, schema: &Json, is_one_of_several: bool) -> Vec<Field> {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let field = |(key, field): (&String, &Json)| {
        let of_words = if field["items"].is_object() { &field["items"] } else { field };
        let refused = of_words[REFUSED].as_array().into_iter().flatten();
        Field {
            path: below(path, key),
            key: key.clone(),
            takes: format!("{}{}", takes(field), unit(key)),
            default: field.get("default").map(in_one_line),
            is_required: required.contains(&key.as_str()) && !is_one_of_several,
            about: text(&field["description"]),
            needs: field[NEEDS].as_str().map(str::to_owned),
            words: words(of_words),
            refused: refused.map(text).collect(),
        }
    };
    schema["properties"].as_object().into_iter().flatten().map(field).collect()
}

/// The words of a choice; what stands for the environment is none of them.
fn words(schema: &Json) -> Vec<(String, String)> {
    let ways = schema["oneOf"].as_array().into_iter().flatten();
    let word = |way: &Json| Some((way["const"].as_str()?.to_owned(), text(&way["description"])));
    ways.flat_map(|way| word(way).map_or_else(|| words(way), |word| vec![word])).collect()
}

fn takes(schema: &Json) -> String {
    if let Some(form) = schema[FORM].as_str() {
        return form.to_owned();
    }
    if let Some(items) = schema.get("items") {
        return format!("a list of: {}", takes(items));
    }
    let ways: Vec<&Json> = schema["oneOf"].as_array().into_iter().flatten().collect();
    if !ways.is_empty() {
        return of_ways(schema, &ways);
    }
    let first_type = match &schema["type"] {
        Json::Array(types) => types.first().and_then(Json::as_str),
        one => one.as_str(),
    };
    match (first_type, &schema["const"]) {
        (Some("integer"), _) => range("a whole number", schema),
        (Some("number"), _) => range("a number", schema),
        (Some("boolean"), _) => "`true` or `false`".to_owned(),
        (Some("object"), _) => match schema.get("additionalProperties") {
            Some(values @ Json::Object(_)) => format!("a mapping of names to: {}", takes(values)),
            _ => "a mapping".to_owned(),
        },
        (Some(_), _) => "a text".to_owned(),
        (None, Json::Null) => listed(schema["enum"].as_array().into_iter().flatten()),
        (None, only) => format!("`{only}`"),
    }
}

fn of_ways(schema: &Json, ways: &[&Json]) -> String {
    let words = words(schema);
    let others = ways.iter().filter(|way| {
        way["const"].is_null() && way["description"] != "The value of an environment variable."
    });
    if words.is_empty() && ways.iter().all(|way| way["properties"].is_object()) {
        return "a mapping with one of its fields".to_owned();
    }
    let of_words = (!words.is_empty()).then(|| {
        let quoted: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        if quoted.len() == 1 { quoted[0].clone() } else { format!("one of {}", quoted.join(", ")) }
    });
    // A choice inside of the ways has said its words already.
    let others = others.filter(|way| self::words(way).is_empty()).map(|way| takes(way));
    of_words.into_iter().chain(others).collect::<Vec<_>>().join("; or ")
}

/// `one of` what stands there; a number beside the same text is told once.
fn listed<'a>(values: impl Iterator<Item = &'a Json>) -> String {
    let mut words: Vec<String> =
        values.map(|value| format!("`{}`", in_one_line(value).trim_matches('"'))).collect();
    let mut seen = Vec::new();
    words.retain(|word| {
        !seen.contains(word) && {
            seen.push(word.clone());
            true
        }
    });
    format!("one of {}", words.join(", "))
}

fn range(kind: &str, schema: &Json) -> String {
    match (&schema["minimum"], &schema["maximum"]) {
        (min @ Json::Number(_), max @ Json::Number(_)) if min == max => format!("`{min}`"),
        (min @ Json::Number(_), max @ Json::Number(_)) => format!("{kind} from {min} to {max}"),
        _ => kind.to_owned(),
    }
}

/// What a number counts; names of fields end in it.
fn unit(key: &str) -> &'static str {
    const UNITS: &[(&str, &str)] = &[
        ("Seconds", ", in seconds"),
        ("Months", ", in months"),
        ("Days", ", in days"),
        ("Kb", ", in kilobytes"),
        ("tokensPerMinute", ", in tokens per minute"),
    ];
    UNITS.iter().find(|(ending, _)| key.ends_with(ending)).map_or("", |(_, unit)| unit)
}

/// JSON as YAML takes it in one line.
fn in_one_line(value: &Json) -> String {
    match value {
        Json::Array(items) => format!("[{}]", items.iter().map(in_one_line).collect::<Vec<_>>().join(", ")),
        Json::Object(fields) => of_fields(fields),
        Json::String(text) if is_plain(text) => text.clone(),
        other => other.to_string(),
    }
}

fn of_fields(fields: &Map<String, Json>) -> String {
    if fields.is_empty() {
        return "{}".to_owned();
    }
    let fields: Vec<String> =
        fields.iter().map(|(key, value)| format!("{key}: {}", in_one_line(value))).collect();
    format!("{{ {} }}", fields.join(", "))
}

/// True for text that YAML takes as text without quotes.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || " ._-/".contains(c))
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_says_what_it_takes_and_means() {
        for section in sections() {
            assert!(!section.about.is_empty(), "`{}` has no description", section.path);
            assert!(!section.fields.is_empty(), "`{}` has no fields", section.path);
            for field in section.fields {
                assert!(!field.takes.is_empty() && !field.about.is_empty(), "`{}`", field.path);
            }
        }
    }

    #[test]
    fn a_field_is_found_however_its_lists_are_written() {
        for path in ["pools.breaker.trip", "pools[].breaker.trip", "spec.pools[0].Breaker.trip"] {
            let (field, section) = find(path).unwrap();
            assert_eq!(field.map(|field| field.path).as_deref(), Some("pools[].breaker.trip"), "{path}");
            assert!(section.is_none());
        }
        assert!(find("pools.breaker").is_some_and(|(field, section)| field.is_some() && section.is_some()));
        let certificate = find("baseline.appGateway.certificate.pfx.file").and_then(|(field, _)| field);
        assert!(certificate.is_some_and(|field| field.is_required));
        assert!(find("pools.braker").is_none() && find("").is_none());
    }

    #[test]
    fn what_a_field_takes_is_told_in_words() {
        let takes = |path: &str| find(path).and_then(|(field, _)| field).map(|field| field.takes);
        for (path, expected) in [
            ("baseline.apim.sku.capacity", "a whole number from 1 to 31"),
            ("baseline.appGateway.backendTimeoutSeconds", "a whole number from 1 to 86400, in seconds"),
            ("metadata.tags", "a mapping of names to: a text"),
            ("baseline.keyVault.rbac", "`true`"),
            ("pools.whenExhausted.status", "`429`"),
            ("baseline.apim.sku.zones", "one of `auto`, `none`; or a list of: one of `1`, `2`, `3`"),
            ("baseline.appGateway.certificate", "a mapping with one of its fields"),
        ] {
            assert_eq!(takes(path).as_deref(), Some(expected), "{path}");
        }
        assert!(
            takes("apis.policies.usage.metric.dimensions").is_some_and(|it| it.ends_with("; or a mapping"))
        );
    }
}
