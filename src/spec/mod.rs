//! The user's spec file: from bytes to a typed [`Spec`], every problem reported at once and in its place.
//!
//! ```text
//! bytes -> read -> Source -> yaml (a tree with places) -> layers (other files, variables) -> decode (types)
//!       -> check (what fields say together) -> Spec
//! ```
//!
//! What the spec means in Azure (names, zones, resources) is left to `model`.

mod check;
pub mod codes;
mod decode;
mod dotenv;
pub mod edit;
mod files;
mod from_env;
mod layers;
mod names;
mod openapi;
mod read;
mod redact;
pub mod reference;
pub mod routing;
mod templates;
pub mod terms;
mod types;
mod yaml;

use std::sync::Arc;

pub use decode::{At, Fraction, Int, Only};
pub use files::Files;
pub use from_env::from_env;
pub use layers::Inputs;
pub use names::named_values;
pub use read::{BYTES_MAX, read};
use serde_json::{Value as Json, json};
pub use templates::{HUB, MULTI_REGION, QUICKSTART, TEMPLATES, TOOLKIT, Template, starter};
pub use types::*;

use self::decode::{Decode as _, Decoder};
use self::layers::Layered;
use crate::diag::{DiagResult, Diagnostic, Diagnostics, finish};
use crate::text::{MemoryWorld, Source};

/// A spec that is right, with the files that it is made of.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub spec: Spec,
    /// All places of the spec point into [`Files::source`]; findings go back to their files by [`Files::place`].
    pub files: Files,
    pub warnings: Vec<Diagnostic>,
}

/// Reads a spec that stands in one file, with its warnings. `env` answers for `${env:NAME}`.
///
/// # Errors
/// As [`load`].
pub fn parse(
    source: &Arc<Source>,
    env: &dyn Fn(&str) -> Option<String>,
) -> DiagResult<(Spec, Vec<Diagnostic>)> {
    let world = MemoryWorld::default();
    let inputs = Inputs { env, world: &world, folder: "", overlays: &[], variables: &[] };
    load(source, source.path(), &inputs).map(|loaded| (loaded.spec, loaded.warnings))
}

/// Reads a spec, the file `own` at `path` in the world, with all that it is made of.
///
/// # Errors
/// Everything that is wrong with it: problems of YAML if there are any, else problems of fields, else of what the
/// fields say together.
pub fn load(own: &Arc<Source>, path: &str, inputs: &Inputs<'_>) -> DiagResult<Loaded> {
    let Layered { files, mut root, variables } =
        layers::layer(own, path, inputs).map_err(|refused| shortened(refused.0))?;
    let mut cx = Decoder::new(files.source(), inputs);
    let done = layers::fill_in(&mut root, variables, &files, Some(inputs.env), &mut cx.found);
    let spec = Spec::decode(&root, &mut cx);
    let mut found = cx.found;
    let spec = spec.filter(|_| !found.iter().any(Diagnostic::is_error));
    if let Some(spec) = &spec {
        check::all(spec, files.source(), &mut found);
    }
    redact::redact(&mut found, &done.filled);
    layers::name_variables(&mut found, &done.uses, files.source());
    in_order(&mut found);
    let files = files.starred(&redact::passwords(&root));
    files.place(&mut found);
    match spec {
        Some(spec) => finish(spec, found)
            .map(|(spec, warnings)| Loaded { spec, files, warnings })
            .map_err(|refused| shortened(refused.0)),
        None => Err(shortened(found)),
    }
}

/// A spec as one file without variables, for people and as JSON. What comes from the environment stays `${env:NAME}`,
/// and passwords are stars.
#[derive(Clone, Debug)]
pub struct Shown {
    pub yaml: String,
    pub json: Json,
}

/// Puts a spec together and shows it, whether its fields are right or not.
///
/// # Errors
/// Problems of YAML, of the files that it is made of, and of variables.
pub fn show(own: &Arc<Source>, path: &str, inputs: &Inputs<'_>) -> DiagResult<Shown> {
    let Layered { files, mut root, variables } =
        layers::layer(own, path, inputs).map_err(|refused| shortened(refused.0))?;
    let mut found = Vec::new();
    layers::fill_in(&mut root, variables, &files, None, &mut found);
    root.take("variables");
    root.take("extends");
    redact::star_passwords(&mut root);
    root.put_first(&["apiVersion", "kind", "metadata"]);
    in_order(&mut found);
    files.place(&mut found);
    let shown = Shown { yaml: yaml::write(&root), json: root.to_json() };
    finish(shown, found).map(|(shown, _)| shown).map_err(|refused| shortened(refused.0))
}

/// Nobody reads more findings than this in one go, and a file that is no spec can have thousands.
const FINDINGS_MAX: usize = 100;

/// Keeps the first errors of a refusal that has too many findings.
fn shortened(mut found: Vec<Diagnostic>) -> Diagnostics {
    if found.len() > FINDINGS_MAX {
        found.retain(Diagnostic::is_error);
        let n_more = found.len().saturating_sub(FINDINGS_MAX);
        found.truncate(FINDINGS_MAX);
        if n_more > 0 {
            let more =
                Diagnostic::new(&codes::MORE_FINDINGS, format!("{n_more} more findings are not shown"));
            found.push(more.help("mend these first, and check that this is the spec file"));
        }
    }
    Diagnostics(found)
}

/// Sorts by place, and keeps one of two equal findings: an alias shows the same problem once per use.
fn in_order(found: &mut Vec<Diagnostic>) {
    found.sort_by_key(|found| found.primary.as_ref().map(|at| at.span));
    found.dedup();
}

/// The JSON Schema of a spec, for editors. A file that extends another one need not say everything itself.
pub fn json_schema() -> Json {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "genai-lz spec",
    });
    if let (Some(head), Json::Object(spec)) = (schema.as_object_mut(), Spec::schema()) {
        head.extend(spec);
    }
    decode::without_remarks(&mut schema);
    let required = schema["required"].take();
    schema["anyOf"] = json!([{ "required": ["extends"] }, { "required": required }]);
    if let Some(fields) = schema.as_object_mut() {
        fields.retain(|key, _| key != "required");
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_spec_gives_a_report_of_readable_length() {
        let fields: String = (0..5 * FINDINGS_MAX).map(|n| format!("field{n}: 1\n")).collect();
        let found = parse(&Source::new("data.yaml", fields), &|_| None).unwrap_err().0;
        assert_eq!(found.len(), FINDINGS_MAX + 1);
        assert_eq!(found.last().map(|last| last.code), Some(&codes::MORE_FINDINGS));
    }

    #[test]
    fn the_schema_describes_every_field() {
        fn check(schema: &Json, path: &str) {
            for (key, field) in schema["properties"].as_object().into_iter().flatten() {
                let path = format!("{path}.{key}");
                assert!(field["description"].as_str().is_some_and(|text| !text.is_empty()), "{path}");
                check(field, &path);
            }
            if schema["items"].is_object() {
                check(&schema["items"], path);
            }
            for way in schema["oneOf"].as_array().into_iter().flatten() {
                check(way, path);
            }
        }
        let schema = json_schema();
        assert_eq!(schema["anyOf"][1]["required"][0], "apiVersion");
        assert_eq!(schema["properties"]["baseline"]["properties"]["keyVault"]["default"], json!({}));
        check(&schema, "");
    }
}
