//! Which values of a resource are secrets: no view of a plan shows one, whatever holds it.

use serde_json::Value as Json;

/// What stands in the place of a secret inside of a value that is shown.
pub(super) const HIDDEN: &str = "(secret, not shown)";

/// Property names whose values are secrets wherever they occur; an expression for one may hold the secret itself.
const NAMES: [&str; 8] = [
    "primaryKey",
    "secondaryKey",
    "password",
    "data",
    "sharedKey",
    "clientSecret",
    "connectionString",
    "instrumentationKey",
];

/// Parts of a path below which everything may be one: the headers and the query that a backend is called with.
const BELOW: [&str; 3] =
    [".credentials.header.", ".credentials.query.", ".credentials.authorization.parameter"];

/// Types whose `properties.value` is a secret, or may be marked as one.
const VALUE_TYPES: [&str; 2] =
    ["Microsoft.KeyVault/vaults/secrets", "Microsoft.ApiManagement/service/namedValues"];

/// What ARM writes in the place of a secure parameter.
const MASK: &str = "*******";

/// How deep a value is looked into; ARM's own limit is far below.
const DEPTH_MAX: usize = 128;

/// Whether the value at `path` is a secret. `is_open`: the resource says of its value that it is none.
pub(super) fn is_secret(resource_type: &str, path: &str, is_open: bool) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    let name = name.split('[').next().unwrap_or(name);
    NAMES.iter().any(|secret| name.eq_ignore_ascii_case(secret))
        || BELOW.iter().any(|below| format!("{path}.").contains(below))
        || (path == "properties.value"
            && VALUE_TYPES.iter().any(|of| resource_type.eq_ignore_ascii_case(of))
            && !is_open)
}

/// Whether ARM has masked something in the value.
pub(super) fn is_masked(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains(MASK),
        Json::Array(items) => items.iter().any(is_masked),
        Json::Object(fields) => fields.values().any(is_masked),
        _ => false,
    }
}

/// The value at `path` without its secrets; None where all of it is one.
pub(super) fn redacted(resource_type: &str, path: &str, is_open: bool, value: &Json) -> Option<Json> {
    redacted_at(resource_type, path, is_open, value, 0)
}

fn redacted_at(resource_type: &str, path: &str, is_open: bool, value: &Json, depth: usize) -> Option<Json> {
    let is_leaf = matches!(value, Json::String(_)) || depth >= DEPTH_MAX;
    let is_hidden = is_secret(resource_type, path, is_open) && !value.is_null();
    if is_hidden || (is_leaf && is_masked(value)) {
        return None;
    }
    let inner = |path: &str, value: &Json| {
        redacted_at(resource_type, path, is_open, value, depth + 1).unwrap_or_else(|| Json::from(HIDDEN))
    };
    Some(match value {
        Json::Object(fields) => {
            let field = |(name, value): (&String, &Json)| {
                (name.clone(), inner(&super::preview::below(path, name), value))
            };
            fields.iter().map(field).collect()
        }
        Json::Array(items) => {
            items.iter().enumerate().map(|(index, item)| inner(&format!("{path}[{index}]"), item)).collect()
        }
        other => other.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_known_by_name_by_place_and_by_arms_mask() {
        let named = "Microsoft.ApiManagement/service/namedValues";
        for (resource_type, path, is_open, expected) in [
            ("A/b", "properties.primaryKey", false, true),
            ("A/b", "properties.certificates[0].DATA", false, true),
            ("A/b", "properties.keyName", false, false),
            (named, "properties.value", false, true),
            (named, "properties.value", true, false),
            ("Microsoft.ApiManagement/service/policies", "properties.value", false, false),
            ("A/b", "properties.credentials.header.api-key[0]", false, true),
            ("A/b", "properties.credentials.certificateIds[0]", false, false),
        ] {
            assert_eq!(is_secret(resource_type, path, is_open), expected, "{path}");
        }
        let value = json!({"a": {"password": "s3cret", "open": [1, "x*******"]}, "data": null});
        assert_eq!(
            redacted("A/b", "properties", false, &value),
            Some(json!({"a": {"password": HIDDEN, "open": [1, HIDDEN]}, "data": null}))
        );
        assert_eq!(redacted("A/b", "properties.note", false, &json!("*******")), None);
    }
}
