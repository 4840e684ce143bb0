//! The file of `plan --out`: made of a plan that Azure was asked about, and held against the same questions when it is
//! deployed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::azure::ArmClient;
use crate::cli::error::CommandError;
use crate::cli::pipeline::Evaluated;
use crate::cli::world::EmbeddedWorld;
use crate::cli::{files, sign_in};
use crate::deploy::preview::GivenByStage;
use crate::plan::file::{self, Part, Record, StageParts, Target, Tool};
use crate::plan::{Plan, codes};
use crate::render::{Parameter, Secret};
use crate::text::{World as _, sha256};

/// A plan file holds the plan of some hundred resources twice over.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
/// As much of a file as tells a plan from a spec.
const HEAD_BYTES: u64 = 4 * 1024;

/// Reads the plan that `path` holds; None where it holds a spec.
///
/// # Errors
/// Why a file that looks like a plan is none.
pub(crate) fn read(path: &Path) -> Result<Option<Record>, CommandError> {
    if path == Path::new("-") {
        return Ok(None);
    }
    // What cannot be read is told by whoever reads the spec.
    let Ok(begun) = files::begin(path, HEAD_BYTES) else { return Ok(None) };
    if !file::is_plan_file(&begun.head) {
        return Ok(None);
    }
    let text = files::read(path, BYTES_MAX)?;
    file::read(&files::shown(path), &text).map(Some).map_err(|found| CommandError::Refused(vec![found]))
}

/// The spec of a plan.
pub(crate) fn spec_of(record: &Record) -> PathBuf {
    PathBuf::from(&record.spec)
}

/// Records what a plan was made of.
///
/// # Errors
/// Where the tenant of the subscription cannot be asked for.
pub(crate) async fn record(
    spec: &Path,
    client: &ArmClient,
    subscription_id: &str,
    stages: &[Evaluated],
    given: &GivenByStage,
    plan: &Plan,
) -> Result<Record, CommandError> {
    let subscription = client.get_subscription(subscription_id).await;
    let target = Target {
        endpoint: client.endpoint().to_owned(),
        tenant_id: subscription.map_err(|error| sign_in::in_words(&error))?.tenant_id,
        subscription_id: subscription_id.to_owned(),
    };
    record_of(spec, target, stages, given, plan)
}

fn record_of(
    spec: &Path,
    target: Target,
    stages: &[Evaluated],
    given: &GivenByStage,
    plan: &Plan,
) -> Result<Record, CommandError> {
    let parameters: Vec<BTreeMap<String, Option<Json>>> =
        stages.iter().map(|evaluated| parameters(evaluated, given)).collect();
    let parts: Vec<StageParts<'_>> = stages
        .iter()
        .zip(&parameters)
        .map(|(evaluated, parameters)| StageParts {
            name: &evaluated.stage.name,
            deployment_name: &evaluated.stage.deployment_name,
            location: &evaluated.stage.location,
            template: &evaluated.template,
            parameters,
        })
        .collect();
    let path = spec.to_str().ok_or_else(|| {
        CommandError::usage(format!("the path `{}` is no text, which a plan file needs", files::shown(spec)))
    })?;
    Ok(file::record(path, tool(), target, &parts, plan))
}

/// Refuses where something has moved.
///
/// # Errors
/// What has.
pub(crate) fn check(planned: &Record, now: &Record, part: Part) -> Result<(), CommandError> {
    let moved = file::moved(planned, now, part);
    if moved.is_empty() { Ok(()) } else { Err(CommandError::Refused(moved)) }
}

/// As [`check`], of what is known before Azure is asked.
///
/// # Errors
/// What has moved.
pub(crate) fn check_offline(planned: &Record, stages: &[Evaluated], plan: &Plan) -> Result<(), CommandError> {
    let given = GivenByStage::new();
    let now = record_of(&spec_of(planned), planned.target.clone(), stages, &given, plan)?;
    check(planned, &now, Part::Offline)
}

/// Nothing of a secret but where it comes from.
fn parameters(evaluated: &Evaluated, given: &GivenByStage) -> BTreeMap<String, Option<Json>> {
    let value = |parameter: &Parameter| match parameter {
        Parameter::Value(value) => Some(value.clone()),
        Parameter::Output { stage, output } => {
            given.get(stage).and_then(|given| given.output(output)).cloned()
        }
        Parameter::Secret(Secret::SelfSignedCertificate { fqdn, validity_months }) => {
            Some(json!({ "selfSigned": fqdn, "months": validity_months }))
        }
        Parameter::Secret(Secret::PfxFile { path, password_env }) => {
            Some(json!({ "pfx": path, "passwordEnv": password_env }))
        }
        Parameter::Secret(Secret::Keys(keys)) => {
            let keys: BTreeMap<&String, &String> =
                keys.iter().map(|(name, variable)| (name, variable)).collect();
            Some(json!({ "keys": keys }))
        }
    };
    evaluated.stage.parameters.iter().map(|(name, parameter)| (name.clone(), value(parameter))).collect()
}

fn tool() -> Tool {
    let mut all = Vec::new();
    for path in EmbeddedWorld.list("bicep") {
        let content = EmbeddedWorld.read(&path).unwrap_or_default();
        all.extend(format!("{path}\n{}\n", sha256(&content)).into_bytes());
    }
    Tool { version: env!("CARGO_PKG_VERSION").to_owned(), modules: sha256(&all) }
}

/// A plan that cannot be carried out is not written.
///
/// # Errors
/// Where the file cannot be written.
pub(crate) fn write(path: &Path, record: &Record, plan: &Plan) -> Result<(), CommandError> {
    files::write_atomically(path, file::write(record, plan).as_bytes())
}

/// The error of a plan file together with what contradicts it.
pub(crate) fn contradiction(what: &str) -> CommandError {
    CommandError::usage(format!("{what} is fixed by the plan file")).hint(format!(
        "leave it out, or deploy the spec; `genai-lz explain {}` says more",
        codes::PLAN_MOVED.id
    ))
}
