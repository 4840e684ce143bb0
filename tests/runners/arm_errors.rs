//! Errors of Azure as they arrive, and what is shown of them: each case under tests/suite/arm_errors has an answer in a
//! block `json` (`xml` where a provider sends that), may name the resource that failed in a block `resource`, and holds in
//! `shown` the causes, what to do, and the place in a rendered policy. `GLZ_BLESS=1` rewrites; read the diff.

use std::collections::BTreeMap;

use genai_lz::azure::ArmError;
use genai_lz::catalog::arm_errors;
use genai_lz::deploy::policy_place::{self, Rendered};
use genai_lz::deploy::{FailedResource, Failure, FailureKind, ResourceRef, explain};
use genai_lz::diag::render::{Style, human};
use genai_lz::text::Source;
use genai_lz::{model, render, spec};
use libtest_mimic::Trial;
use serde_json::Value as Json;

use super::markdown::{self, Block, Case};
use super::support;

const FOLDER: &str = "arm_errors";
/// Policies are those of this spec.
const SPEC: &str = "examples/quickstart.yaml";

pub(crate) fn cases() -> Vec<Trial> {
    let mut trials = markdown::trials(FOLDER, run);
    trials.push(Trial::test("arm_errors::every_row_of_the_catalogue_has_a_case", || {
        let cases = markdown::cases(FOLDER);
        let shown: Vec<&str> =
            cases.iter().filter_map(|case| Some(case.block("shown")?.text.as_str())).collect();
        let missing: Vec<String> = arm_errors::all()
            .iter()
            .filter(|entry| {
                !shown.iter().any(|shown| shown.contains(&hint(entry)) && shown.contains(&entry.code))
            })
            .map(|entry| format!("{} {}", entry.code, entry.contains))
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("no case: {missing:#?}").into()) }
    }));
    trials
}

fn hint(entry: &arm_errors::Entry) -> String {
    format!("{}: {} (see {})", entry.action, entry.meaning, entry.link)
}

fn run(case: &Case) -> Vec<(Block, String)> {
    let expected = case.block("shown").expect("a case says what is shown");
    let body = match (case.block("json"), case.block("xml")) {
        (Some(block), _) => serde_json::from_str(&block.text).expect("a body is JSON"),
        (None, Some(block)) => Json::from(block.text.as_str()),
        (None, None) => panic!("`{}` has no answer", case.name),
    };
    let shown = match ArmError::from_json(&body) {
        Some(error) => shown(error, case.block("resource").map(|block| block.text.trim())),
        None => "no error\n".to_owned(),
    };
    vec![(expected.clone(), shown)]
}

fn shown(error: ArmError, resource: Option<&str>) -> String {
    let causes = explain::causes(&error);
    let mut out: String = causes.iter().map(|cause| format!("{}\n", cause.error)).collect();
    for advice in explain::advice(&error) {
        out.push_str(&format!("hint: {advice}\n"));
    }
    if let Some(id) = resource {
        out.push_str(&places(error, id));
    }
    out
}

/// What is found in the rendered policy.
fn places(error: ArmError, id: &str) -> String {
    let text = std::fs::read_to_string(support::root().join(SPEC)).unwrap();
    let source = Source::new("quickstart.yaml", text);
    let (spec, _) = spec::parse(&source, &|_| None).unwrap();
    let (zone, _) = model::resolve(&spec, &source).unwrap();
    let files: BTreeMap<String, String> = render::render(&zone).unwrap().files;
    let origins = render::origins(&spec, &source);
    let resource = ResourceRef {
        id: id.to_owned(),
        resource_type: String::new(),
        name: String::new(),
        depth: 1,
        parent: None,
    };
    let failure = Failure {
        stage: "genai".to_owned(),
        deployment_id: String::new(),
        kind: FailureKind::Failed(error.clone()),
        done: Vec::new(),
        deployed: Vec::new(),
        failed: vec![FailedResource { resource, error }],
        hints: Vec::new(),
        correlation_id: String::new(),
    };
    human(&policy_place::refused(&failure, &Rendered { files: &files, origins: &origins }), Style::Plain)
}
