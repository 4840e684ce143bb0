//! The landing zone's own modules with sample parameters: they compile without a finding, and what they come to is
//! whole: no id twice, nothing that depends on what is not there. The list of resources is the expectation;
//! `GLZ_BLESS=1` rewrites it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use genai_lz::arm::{Deployment, Parameters, Target, Value, evaluate};
use genai_lz::bicep;
use genai_lz::cli::EmbeddedWorld;
use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

use super::support;

const STAGES: [&str; 2] = ["baseline", "genai"];

pub(crate) fn cases() -> Vec<Trial> {
    STAGES
        .into_iter()
        .map(|stage| Trial::test(format!("landing_zone::{stage}"), move || run(stage)))
        .collect()
}

fn run(stage: &str) -> Result<(), Failed> {
    let deployment = deployment(stage)?;
    is_whole(&deployment)?;
    support::settle(&folder().join(format!("{stage}.resources.txt")), &listed(&deployment))
}

fn deployment(stage: &str) -> Result<Deployment, Failed> {
    let compiled = bicep::compile(&EmbeddedWorld, &format!("bicep/{stage}/main.bicep"))
        .map_err(|found| format!("does not compile: {found:#?}"))?;
    if !compiled.warnings.is_empty() {
        return Err(format!("compiles with warnings: {:#?}", compiled.warnings).into());
    }
    let target = Target {
        tenant_id: "00000000-0000-0000-0000-0000000000aa".to_owned(),
        subscription_id: "00000000-0000-0000-0000-000000000000".to_owned(),
        resource_group: None,
        location: "westus3".to_owned(),
        deployment_name: stage.to_owned(),
    };
    let (deployment, warnings) = evaluate(&compiled.template, &parameters(stage)?, &target)
        .map_err(|found| format!("does not evaluate: {found:#?}"))?;
    if warnings.is_empty() {
        Ok(deployment)
    } else {
        Err(format!("evaluates with warnings: {warnings:#?}").into())
    }
}

fn parameters(stage: &str) -> Result<Parameters, Failed> {
    let text = fs::read_to_string(folder().join(format!("{stage}.parameters.json")))?;
    let file: Json = serde_json::from_str(&text)?;
    let parameters = file["parameters"].as_object().ok_or("no parameters")?;
    Ok(parameters
        .iter()
        .map(|(name, parameter)| (name.clone(), Value::from_json(&parameter["value"])))
        .collect())
}

fn is_whole(deployment: &Deployment) -> Result<(), Failed> {
    let all = deployment.walk();
    let mut ids = BTreeSet::new();
    for (_, resource) in all.iter().filter(|(_, resource)| !resource.existing) {
        if !ids.insert(resource.id.to_lowercase()) {
            return Err(format!("twice: {}", resource.id).into());
        }
    }
    for (_, resource) in &all {
        for dependency in &resource.depends_on {
            if !ids.contains(&dependency.to_lowercase()) {
                return Err(format!("{} waits for {dependency}, which is not deployed", resource.id).into());
            }
        }
    }
    Ok(())
}

/// A line for each resource: its type and version, its name, and whether it is only read or left out.
fn listed(deployment: &Deployment) -> String {
    let mut text = String::new();
    for (path, resource) in deployment.walk() {
        let mark = match (resource.existing, resource.condition.as_bool()) {
            (true, _) => "read ",
            (_, Some(false)) => "skip ",
            _ => "",
        };
        let inside = path.iter().map(|_| "  ").collect::<String>();
        let _ = writeln!(
            text,
            "{inside}{mark}{}@{} {}",
            resource.resource_type, resource.api_version, resource.name
        );
    }
    text
}

fn folder() -> PathBuf {
    support::suite("landing_zone")
}
