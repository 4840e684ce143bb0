//! A `LandingZone` becomes a [`Bundle`]: policy XML, Bicep parameters, and the list of stages to deploy.
//!
//! Text of the user reaches a policy only through the filters of `escape`, and parameters only as values that
//! `literal` writes; nothing is pasted.

mod accounts;
mod api_center;
mod api_policy;
mod baseline;
pub mod codes;
mod debug;
mod escape;
mod event_store;
mod genai;
mod lint;
mod literal;
mod operations;
mod order;
mod origin;
mod pii;
mod policies;
mod priority;
mod queries;
mod raw;
mod region_endpoints;
mod responses;
mod routes;
mod semantic_cache;
mod services;
mod stage;
mod templates;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

pub use api_policy::dimension_expressions;
pub use event_store::{STORE_DATABASE, STORE_TABLE};
pub use lint::lint;
pub use operations::{is_operation, key_header};
pub use origin::{Origin, origins, template_line};
pub use policies::is_fragment;
pub use queries::{UsageBy, store_query, usage_query};

/// The header that carries a caller's key: what the OpenAI SDKs send to Azure OpenAI.
pub const KEY_HEADER: &str = "api-key";

use crate::diag::{DiagResult, Diagnostic};
use crate::model::LandingZone;
use crate::text::Source;

/// Renders a landing zone.
///
/// # Errors
/// `template-failed` and `rendered-policy-refused`: bugs of ours, found before anything is written; and what is wrong
/// with the user's own policies.
pub fn render(zone: &LandingZone) -> DiagResult<Bundle> {
    let (policies, warnings) = policies::policies(zone)?;
    let mut files: BTreeMap<String, String> =
        policies.iter().map(|policy| (policy.path.clone(), policy.text.clone())).collect();
    files.extend(queries(zone)?);
    let mut stages = Vec::new();
    for draft in [baseline::draft(zone), genai::draft(zone, &policies)] {
        files.insert(format!("parameters/{}.bicepparam", draft.name), draft.bicepparam());
        files.insert(format!("parameters/{}.parameters.json", draft.name), draft.parameters_json());
        stages.push(draft.stage(zone));
    }
    Ok(Bundle { files, stages, sources: policies.raw.sources, warnings })
}

/// The queries and the workbook, by their paths. Each query is read back by our own reader.
fn queries(zone: &LandingZone) -> DiagResult<Vec<(String, String)>> {
    let of_alerts = queries::alert_queries(zone).into_iter().map(|alert| alert.query);
    let of_store = queries::store_queries(zone);
    let mut files = Vec::new();
    for query in queries::queries(zone).into_iter().chain(of_alerts).chain(of_store) {
        let path = watch::path(&query.name);
        if let Err(fault) = crate::kql::check(&query.text) {
            let message = format!("`{path}`: {fault}");
            return Err(Diagnostic::new(&codes::TEMPLATE, message)
                .help("report this as a bug in genai-lz")
                .into());
        }
        files.push((path, query.text));
    }
    files.extend(queries::workbook(zone).map(|text| (watch::WORKBOOK.to_owned(), text)));
    files.extend(event_store::schema(zone).map(|text| (event_store::SCHEMA.to_owned(), text)));
    Ok(files)
}

/// Everything rendered from one spec. The same spec gives the same bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// What `genai-lz render -o DIR` writes: path below DIR to content.
    pub files: BTreeMap<String, String>,
    /// In order of deployment.
    pub stages: Vec<Stage>,
    /// Of the policies those that are the user's own, by path: findings go to the user's file.
    pub sources: BTreeMap<String, Arc<Source>>,
    /// What is doubtful in them.
    pub warnings: Vec<Diagnostic>,
}

/// One deployment at subscription scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// `baseline` or `genai`.
    pub name: String,
    /// The entry module, a path in the `World`: `bicep/baseline/main.bicep`.
    pub template: String,
    /// The ARM deployment's name, the same on every run.
    pub deployment_name: String,
    pub location: String,
    pub parameters: IndexMap<String, Parameter>,
}

/// Where a parameter's value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    Value(Json),
    /// The output of an earlier stage.
    Output {
        stage: String,
        output: String,
    },
    /// Fetched or made when deploying; in no file, log, plan or output.
    Secret(Secret),
}

/// How a secret is had when it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// A self-signed certificate as base64 PFX without password.
    SelfSignedCertificate { fqdn: String, validity_months: u32 },
    /// A PFX file, re-encoded as base64 PFX without password.
    PfxFile { path: String, password_env: Option<String> },
    /// Keys of accounts by the name of their named value, each with the environment variable that it is read from, as the text of
    /// a JSON object.
    Keys(Vec<(String, String)>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quickstart_renders_the_same_bytes_twice() {
        let source = Source::new("quickstart.yaml", include_str!("../../examples/quickstart.yaml"));
        let (spec, _) = crate::spec::parse(&source, &|_| None).unwrap();
        let (zone, warnings) = crate::model::resolve(&spec, &source).unwrap();
        assert_eq!(warnings, []);
        let bundle = render(&zone).unwrap();
        assert_eq!(bundle, render(&zone).unwrap());
        let stages: Vec<_> = bundle.stages.iter().map(|stage| stage.name.as_str()).collect();
        assert_eq!(stages, ["baseline", "genai"]);
    }
}
