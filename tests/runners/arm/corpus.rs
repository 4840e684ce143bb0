//! Official snapshots and values: where GENAI_LZ_CORPUS names a folder with a checkout called `Azure+bicep`, what the
//! compiler and the evaluator make of its files is compared with what the official tools made of them.

use std::path::{Path, PathBuf};

use genai_lz::arm::{self, Parameters, Target, TargetScope, Value};
use genai_lz::bicep;
use genai_lz::text::MemoryWorld;
use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

use super::support;

const SNAPSHOTS: &str = "Azure+bicep/src/Bicep.Cli.IntegrationTests/Files/SnapshotCommandTests";
const VALUES: &str = "Azure+bicep/src/Bicep.Core.Samples/Files/baselines_bicepparam/Expressions";
const EVALUATIONS: &str = "Azure+bicep/src/Bicep.Core.IntegrationTests/EvaluationTests.cs";

/// Extensions are refused by name, so this one has no snapshot of ours.
const NOT_EVALUATED: [&str; 1] = ["extensibility"];

pub(super) fn trials() -> Vec<Trial> {
    let Some(root) = std::env::var_os("GENAI_LZ_CORPUS").map(PathBuf::from) else {
        let absent = Trial::test("arm::official_snapshots", || Ok(())).with_ignored_flag(true);
        return vec![absent];
    };
    let (snapshots, values, evaluations) = (root.join(SNAPSHOTS), root.join(VALUES), root.join(EVALUATIONS));
    vec![
        Trial::test("arm::official_evaluations", move || {
            super::evaluations::official_evaluations(&evaluations)
        }),
        Trial::test("arm::official_snapshots", move || official_snapshots(&snapshots)),
        Trial::test("arm::official_values", move || official_values(&values)),
    ]
}

fn official_snapshots(root: &Path) -> Result<(), Failed> {
    let mut wrong = String::new();
    let mut compared = 0;
    for folder in support::entries(root).into_iter().filter(|path| path.is_dir()) {
        let name = support::stem(&folder);
        if NOT_EVALUATED.contains(&name.as_str()) {
            continue;
        }
        compared += 1;
        let expected: Json = serde_json::from_str(&read(&folder.join("main.snapshot.json"))?)?;
        let actual = snapshot(&world(&folder)?)?;
        if actual != expected {
            wrong.push_str(&format!("{name}\n  expected {expected:#}\n  actual   {actual:#}\n"));
        }
    }
    if compared == 0 {
        return Err(format!("no snapshots below {}", root.display()).into());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// The snapshot of `main.bicepparam` for the target that the official ones are made for.
fn snapshot(world: &MemoryWorld) -> Result<Json, Failed> {
    let refused = |found: genai_lz::diag::Diagnostics| format!("{:?}", found.0);
    let compiled = bicep::compile_params(world, "main.bicepparam", &|_| None).map_err(refused)?;
    let using = compiled.using.ok_or("a parameters file for nothing")?;
    let template = bicep::compile(world, &using).map_err(refused)?.template;
    let given = compiled.parameters["parameters"].as_object().cloned().unwrap_or_default();
    let parameters: Parameters =
        given.iter().map(|(name, given)| (name.clone(), Value::from_json(&given["value"]))).collect();
    let target = Target {
        tenant_id: String::new(),
        scope: TargetScope::group("00000000-0000-0000-0000-000000000000", "myRg"),
        location: String::new(),
        deployment_name: "main".to_owned(),
    };
    let (deployment, warnings) = arm::evaluate(&template, &parameters, &target).map_err(refused)?;
    Ok(arm::snapshot(&deployment, &warnings))
}

/// The functions that the official test data calls give what they give there.
fn official_values(folder: &Path) -> Result<(), Failed> {
    let expected: Json = serde_json::from_str(&read(&folder.join("parameters.json"))?)?;
    let mut world = world(folder)?;
    // The other parameters ask for what only a deploying tool has; those are the compiler's to refuse.
    let text = read(&folder.join("parameters.bicepparam"))?.replace("\r\n", "\n");
    let kept: Vec<&str> = text.trim_start_matches('\u{feff}').split("\nparam ").take(2).collect();
    world.0.insert("values.bicepparam".to_owned(), kept.join("\nparam ").into_bytes());
    world.0.insert("main.bicep".to_owned(), b"param myObject object\n".to_vec());
    let compiled = bicep::compile_params(&world, "values.bicepparam", &|_| None)
        .map_err(|found| format!("{:?}", found.0))?;
    let at = "/parameters/myObject/value";
    let (actual, expected) = (compiled.parameters.pointer(at), expected.pointer(at));
    let expected = expected.and_then(Json::as_object).ok_or("no values")?;
    let differs =
        |(name, value): &(&String, &Json)| actual.and_then(|actual| actual.get(name)) != Some(*value);
    eprintln!("official values: {} compared", expected.len());
    let wrong: Vec<String> = expected.iter().filter(differs).map(|(name, _)| name.clone()).collect();
    if wrong.is_empty() { Ok(()) } else { Err(format!("other values of {}", wrong.join(", ")).into()) }
}

fn world(folder: &Path) -> Result<MemoryWorld, Failed> {
    let mut world = MemoryWorld::default();
    for path in support::entries(folder).into_iter().filter(|path| path.is_file()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        world.0.insert(name, std::fs::read(&path)?);
    }
    Ok(world)
}

fn read(path: &Path) -> Result<String, Failed> {
    Ok(std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?)
}
