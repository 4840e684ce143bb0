//! Runs tests/suite/arm: expressions with their values, and templates with the deployment they come to.
//! `GLZ_BLESS=1` rewrites what is expected; read the difference as if someone else had written it.
#![expect(
    clippy::disallowed_methods,
    reason = "test runners read the suite's files and rewrite them when blessing"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use genai_lz::arm::{self, Deployment, Parameters, Target, Value};
use genai_lz::diag::{Diagnostic, Diagnostics};
use indexmap::IndexMap;
use libtest_mimic::{Failed, Trial};
use serde_json::{Value as Json, json};

/// One trial per case: `*.toml` holds expressions, every other folder a template.
pub(crate) fn cases() -> Vec<Trial> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/arm");
    let mut trials = Vec::new();
    for path in sorted(&root) {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            trials.push(Trial::test(format!("arm::template::{stem}"), move || template_case(&path)));
        } else {
            trials.push(Trial::test(format!("arm::expression::{stem}"), move || expression_file(&path)));
        }
    }
    assert!(!trials.is_empty(), "no cases in {}", root.display());
    trials
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the suite is part of the repository");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths
}

fn bless() -> bool {
    std::env::var_os("GLZ_BLESS").is_some()
}

fn target(group: Option<&str>) -> Target {
    Target {
        tenant_id: "22222222-2222-2222-2222-222222222222".to_owned(),
        subscription_id: "11111111-1111-1111-1111-111111111111".to_owned(),
        resource_group: group.map(str::to_owned),
        location: "westus3".to_owned(),
        deployment_name: "main".to_owned(),
    }
}

/// A line per case: `expression = 'value'`, grouped in tables by function family. Each expression is the output of
/// a template of its own; its value is written as JSON, an error as `error: …`.
fn expression_file(path: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path)?;
    let table: toml::Table = text.parse()?;
    let mut wrong = String::new();
    let mut blessed = text.clone();
    for (expression, expected) in &table {
        let expected = expected.as_str().ok_or_else(|| format!("{expression}: must be a string"))?;
        let actual = expression_value(expression);
        if actual != expected {
            writeln!(wrong, "{expression}\n  expected {expected}\n  actual   {actual}")?;
            let line = |value: &str| format!("{} = {}", quoted(expression), quoted(value));
            blessed = blessed.replace(&line(expected), &line(&actual));
        }
    }
    if bless() {
        std::fs::write(path, blessed)?;
        return Ok(());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// A TOML literal string where it can be one.
fn quoted(text: &str) -> String {
    if text.contains('\'') { json!(text).to_string() } else { format!("'{text}'") }
}

fn expression_value(expression: &str) -> String {
    let template = json!({
        "parameters": { "p": { "type": "object", "defaultValue": { "a": [1, 2, 3], "B": "x", "n": null } } },
        "resources": [],
        "outputs": { "o": { "type": "object", "nullable": true, "copy": { "count": 1, "input": format!("[{expression}]") } } },
    });
    let mut template = template;
    template["outputs"]["o"]["type"] = json!("array");
    match arm::evaluate(&template, &Parameters::new(), &target(Some("rg-test"))) {
        Ok((deployment, _)) => deployment.outputs["o"].value.to_display_json()[0].to_string(),
        Err(Diagnostics(found)) => {
            let strip = |found: &Diagnostic| found.message.replace("`outputs.o`: ", "");
            format!("error: {}", found.iter().map(strip).collect::<Vec<_>>().join("; "))
        }
    }
}

/// A folder with `template.json`, optionally `parameters.json` (`{ name: value }`) and `target.json`
/// (`{ "resourceGroup": … }`), and the `expected.txt` it comes to.
fn template_case(folder: &Path) -> Result<(), Failed> {
    let template: Json = serde_json::from_str(&std::fs::read_to_string(folder.join("template.json"))?)?;
    let optional = |name: &str| -> Result<Json, Failed> {
        match std::fs::read_to_string(folder.join(name)) {
            Ok(text) => Ok(serde_json::from_str(&text)?),
            Err(_) => Ok(json!({})),
        }
    };
    let parameters: Parameters = match optional("parameters.json")? {
        Json::Object(map) => {
            map.iter().map(|(name, value)| (name.clone(), Value::from_json(value))).collect()
        }
        _ => IndexMap::new(),
    };
    let group = optional("target.json")?["resourceGroup"].as_str().map(str::to_owned);
    let actual = match arm::evaluate(&template, &parameters, &target(group.as_deref())) {
        Ok((deployment, warnings)) => written(&deployment) + &findings(&warnings),
        Err(Diagnostics(found)) => findings(&found),
    };
    let path = folder.join("expected.txt");
    if bless() {
        std::fs::write(path, actual)?;
        return Ok(());
    }
    let expected = std::fs::read_to_string(&path)?;
    if actual == expected { Ok(()) } else { Err(format!("expected:\n{expected}\nactual:\n{actual}").into()) }
}

fn findings(found: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in found {
        out.push_str(&format!(
            "{}[{}] {}\n",
            diagnostic.severity.name(),
            diagnostic.code.id,
            diagnostic.message
        ));
        for help in &diagnostic.help {
            out.push_str(&format!("  help: {help}\n"));
        }
    }
    out
}

/// The deployment as text: a paragraph per resource, in the order of the template.
fn written(deployment: &Deployment) -> String {
    let mut out = String::new();
    for (path, resource) in deployment.walk() {
        let existing = if resource.existing { " (existing)" } else { "" };
        let inside = if path.is_empty() { String::new() } else { format!(" in {}", path.join(" > ")) };
        out.push_str(&format!("{}@{}{existing}{inside}\n", resource.resource_type, resource.api_version));
        out.push_str(&format!("  id: {}\n", resource.id));
        if resource.condition != Value::Bool(true) {
            out.push_str(&format!("  condition: {}\n", resource.condition.to_display_json()));
        }
        for id in &resource.depends_on {
            out.push_str(&format!("  after: {id}\n"));
        }
        out.push_str(&format!("  body: {}\n", resource.body.to_display_json()));
    }
    for (name, output) in &deployment.outputs {
        out.push_str(&format!("output {name} {}: {}\n", output.output_type, output.value.to_display_json()));
    }
    out
}
