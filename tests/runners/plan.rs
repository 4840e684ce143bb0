//! Plans: each file under tests/suite/plan holds the templates of its stages, and the page and JSON of the plan that
//! comes of them. `GLZ_BLESS=1` rewrites both; read the diff.
#![expect(clippy::disallowed_methods, reason = "test cases are read from the source tree")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use genai_lz::arm::{Deployment, Parameters, Target, Value, evaluate};
use genai_lz::diag::render::{Style, human as diagnostics};
use genai_lz::plan::{StageEvaluation, build, view};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;

/// A case ends with what comes of it.
const EXPECTED: &str = "[expected]\npage = '''\n";

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
    #[serde(default)]
    stage: Vec<Stage>,
    expected: Expected,
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    page: String,
    json: String,
}

pub(crate) fn cases() -> Vec<Trial> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/plan");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("tests/suite/plan exists")
        .map(|entry| entry.expect("the folder can be listed").path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let name = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            Trial::test(format!("plan::{name}"), move || run(&file))
        })
        .collect()
}

fn run(file: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(file)?;
    let case: Case = toml::from_str(&text)?;
    let (page, json) = views(&case)?;
    if page.contains(SECRET_MARK) || json.contains(SECRET_MARK) {
        return Err(format!("a secret is shown\n{page}\n{json}").into());
    }
    if let Some(line) = page.lines().find(|line| line.chars().count() > PAGE_WIDTH) {
        return Err(format!("a line leaves the page: {line}").into());
    }
    if page == case.expected.page && json == case.expected.json {
        return Ok(());
    }
    if std::env::var_os("GLZ_BLESS").is_some() {
        let head = text.split_once(EXPECTED).ok_or("the case ends with `[expected]`")?.0;
        fs::write(file, format!("{head}{EXPECTED}{page}'''\njson = '''\n{json}'''\n"))?;
        return Ok(());
    }
    let Expected { page: old_page, json: old_json } = &case.expected;
    Err(format!("the plan differs\n--- expected\n{old_page}{old_json}\n--- actual\n{page}{json}").into())
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
    let plan = build(&stages, Vec::new());
    Ok((view::human(&plan, Style::Plain), view::json(&plan)))
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
        subscription_id: "00000000-0000-0000-0000-000000000001".to_owned(),
        resource_group: None,
        location: "westus3".to_owned(),
        deployment_name: format!("lzv01-dev-{}", stage.name),
    };
    let (deployment, _) = evaluate(&serde_json::from_str(&stage.template)?, &parameters, &target)
        .map_err(|found| diagnostics(&found.0, Style::Plain))?;
    Ok(deployment)
}
