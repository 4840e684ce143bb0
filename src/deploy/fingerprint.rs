//! What a stage deploys, in 64 digits: two runs that would deploy the same have the same fingerprint. It is kept with the
//! deployment's record in ARM, as a tag, so that any machine can tell.
//!
//! Secrets are not in it, only what tells one from the next without giving it away ([`super::Secret::identity`]): a
//! certificate that is made anew on each run has other bytes and is still the same to deploy.

use indexmap::IndexMap;
use ring::digest;
use serde_json::Value as Json;

use super::{StageRequest, apply::Arguments};

/// The tag with the fingerprint. Tags of deployments: learn.microsoft.com, rest/api/resources/deployments, 2026-11.
pub(super) const FINGERPRINT: &str = "genai-lz-fingerprint";
/// The tag with the id of the run that sent the deployment.
pub(super) const RUN: &str = "genai-lz-run";
/// Raised when what goes in changes, so that fingerprints of another version do not match by accident.
const VERSION: &str = "1";

/// The fingerprint of a stage whose parameters are all known.
pub(super) fn of(stage: &StageRequest, arguments: &Arguments) -> String {
    let mut text = String::from(VERSION);
    let mut part = |name: &str, value: &Json| {
        text.push('\n');
        text.push_str(name);
        text.push('=');
        write(&mut text, value);
    };
    part("location", &Json::from(stage.location.as_str()));
    part("template", &stage.template);
    let mut known: Vec<(&String, &Json)> = arguments.known.iter().collect();
    known.sort_unstable_by_key(|(name, _)| *name);
    known.into_iter().for_each(|(name, value)| part(&format!("parameter {name}"), value));
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let digits: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{VERSION}-{digits}")
}

/// The tags that a deployment gets.
pub(super) fn tags(fingerprint: &str, run: &str) -> IndexMap<String, String> {
    IndexMap::from([(FINGERPRINT.to_owned(), fingerprint.to_owned()), (RUN.to_owned(), run.to_owned())])
}

/// JSON with the names of each object in order: ARM gives outputs back in an order of its own.
fn write(text: &mut String, value: &Json) {
    match value {
        Json::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in fields {
                text.push_str(&Json::from(name.as_str()).to_string());
                text.push(':');
                write(text, value);
                text.push(',');
            }
            text.push('}');
        }
        Json::Array(items) => {
            text.push('[');
            for item in items {
                write(text, item);
                text.push(',');
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_names_does_not_count_and_everything_else_does() {
        let stage = |template: Json| StageRequest {
            name: "s".to_owned(),
            deployment_name: "d".to_owned(),
            location: "westeurope".to_owned(),
            template,
            parameters: IndexMap::new(),
            renew_after: None,
        };
        let of = |template: Json, parameter: Json| {
            let known = IndexMap::from([("p".to_owned(), parameter)]);
            of(&stage(template), &Arguments { known, ..Arguments::default() })
        };
        let one = of(json!({"a": 1, "b": [{"c": 1, "d": 2}]}), json!("x"));
        assert_eq!(one, of(json!({"b": [{"d": 2, "c": 1}], "a": 1}), json!("x")));
        assert!(one.starts_with("1-") && one.len() == 66, "{one}");
        for other in [
            of(json!({"a": 1, "b": [{"c": 1, "d": 2}]}), json!("y")),
            of(json!({"a": "1", "b": [{"c": 1, "d": 2}]}), json!("x")),
            of(json!({"a": 1, "b": [{"c": 1}, {"d": 2}]}), json!("x")),
            of(json!({"a": 1, "b": [{"c": 1, "d": 2}], "": null}), json!("x")),
        ] {
            assert_ne!(one, other);
        }
    }
}
