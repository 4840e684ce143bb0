//! Plans: each file under tests/suite/plan holds the templates of its stages, and the page and JSON of the plan that
//! comes of them. `GLZ_BLESS=1` rewrites both; read the diff.

use std::collections::BTreeMap;
use std::path::PathBuf;

use genai_lz::arm::{Deployment, Parameters, Target, TargetScope, Value, evaluate};
use genai_lz::diag::render::{Style, human as diagnostics};
use genai_lz::plan::preview::{self, Standing};
use genai_lz::plan::{StageEvaluation, build, view};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;

use super::support;

/// Cases write their secrets with this word in them; no view may ever show it.
const SECRET_MARK: &str = "s3cret";

/// Everything in these cases fits onto a page this wide.
const PAGE_WIDTH: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows and why it must be so.
    #[serde(rename = "about")]
    _about: String,
    /// Shows the page with noise.
    #[serde(default)]
    noise: bool,
    #[serde(default)]
    stage: Vec<Stage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stage {
    name: String,
    /// The template, as JSON.
    template: String,
    /// Parameter values, as a JSON object.
    #[serde(default)]
    parameters: Option<String>,
    /// Parameter to `stage.output` of an earlier stage.
    #[serde(default)]
    outputs: BTreeMap<String, String>,
    /// What ARM answers when it is asked what the stage would change, as JSON.
    #[serde(default)]
    what_if: Option<String>,
    /// Why ARM was not asked, in the place of an answer.
    #[serde(default)]
    not_asked: Option<String>,
    /// The resource groups that are there, with the ids of their resources.
    #[serde(default)]
    standing: BTreeMap<String, Vec<String>>,
}

pub(crate) fn cases() -> Vec<Trial> {
    let trial = |file: PathBuf| {
        Trial::test(format!("plan::{}", support::stem(&file)), move || support::settle_case(&file, run))
    };
    support::files(&support::suite("plan"), "toml").into_iter().map(trial).collect()
}

fn run(case: &Case) -> Result<[(&'static str, String); 2], Failed> {
    let (page, json) = views(case)?;
    if page.contains(SECRET_MARK) || json.contains(SECRET_MARK) {
        return Err(format!("a secret is shown\n{page}\n{json}").into());
    }
    if let Some(line) = page.lines().find(|line| line.chars().count() > PAGE_WIDTH) {
        return Err(format!("a line leaves the page: {line}").into());
    }
    Ok([("page", page), ("json", json)])
}

fn views(case: &Case) -> Result<(String, String), Failed> {
    let mut deployments: Vec<(&Stage, Deployment)> = Vec::new();
    for stage in &case.stage {
        let deployment = evaluated(stage, &deployments)?;
        deployments.push((stage, deployment));
    }
    let stages: Vec<StageEvaluation<'_>> = deployments
        .iter()
        .map(|(stage, deployment)| StageEvaluation {
            name: stage.name.clone(),
            deployment_name: deployment.target.deployment_name.clone(),
            location: deployment.target.location.clone(),
            deployment,
        })
        .collect();
    let mut plan = build(&stages, Vec::new());
    for (stage, planned) in case.stage.iter().zip(&mut plan.stages) {
        if let Some(answer) = &stage.what_if {
            let what_if = preview::read(&serde_json::from_str(answer)?)?;
            preview::answered(planned, what_if, None);
        } else if let Some(why) = &stage.not_asked {
            preview::not_asked(planned, why.clone(), &standing(stage, planned));
        }
    }
    let look = view::Look { style: Style::Plain, noise: case.noise };
    Ok((view::human(&plan, look), view::json(&plan)))
}

/// Groups that the case does not name are not there.
fn standing(stage: &Stage, planned: &genai_lz::plan::Stage) -> Standing {
    let names = planned.groups.iter().filter_map(|group| group.name.clone());
    names
        .map(|name| {
            let ids = stage.standing.get(&name);
            (name.to_lowercase(), Ok(ids.map(|ids| ids.iter().map(|id| id.to_lowercase()).collect())))
        })
        .collect()
}

fn evaluated(stage: &Stage, earlier: &[(&Stage, Deployment)]) -> Result<Deployment, Failed> {
    let mut parameters = Parameters::new();
    if let Some(text) = &stage.parameters {
        let values: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text)?;
        parameters.extend(values.iter().map(|(name, value)| (name.clone(), Value::from_json(value))));
    }
    for (parameter, source) in &stage.outputs {
        let (from, output) = source.split_once('.').ok_or("an output is written `stage.output`")?;
        let (_, deployment) = earlier.iter().find(|(stage, _)| stage.name == from).ok_or("no such stage")?;
        let value = deployment.outputs.get(output).ok_or("no such output")?.value.clone();
        parameters.insert(parameter.clone(), value);
    }
    let target = Target {
        tenant_id: "00000000-0000-0000-0000-000000000000".to_owned(),
        scope: TargetScope::Subscription("00000000-0000-0000-0000-000000000001".to_owned()),
        location: "westus3".to_owned(),
        deployment_name: format!("lzv01-dev-{}", stage.name),
    };
    let (deployment, _) = evaluate(&serde_json::from_str(&stage.template)?, &parameters, &target)
        .map_err(|found| diagnostics(&found.0, Style::Plain))?;
    Ok(deployment)
}
