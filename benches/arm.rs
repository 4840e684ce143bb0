//! How long it takes to find out what a landing zone deploys: the stages of examples/quickstart.yaml compiled, evaluated,
//! and both. Run with `cargo bench --bench arm`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench fails aloud, prints, and asks the clock"
)]

mod rounds;

use std::path::Path;

use genai_lz::arm::{self, Deployment, Parameters, Target, TargetScope, Value};
use genai_lz::bicep;
use genai_lz::cli::EmbeddedWorld;
use genai_lz::render::{self, Parameter, Stage};
use genai_lz::{model, spec};
use serde_json::Value as Json;

fn main() {
    let stages = stages();
    let compiled: Vec<Json> = stages.iter().map(compile).collect();
    let bytes: usize = compiled.iter().map(|template| template.to_string().len()).sum();
    let resources: usize = evaluated(&stages, &compiled).iter().map(|deployed| deployed.walk().len()).sum();
    println!("{} stages, {bytes} bytes of templates, {resources} resources", stages.len());
    measure("compile", || stages.iter().map(compile).count());
    measure("evaluate", || evaluated(&stages, &compiled).len());
    measure("compile and evaluate", || {
        let compiled: Vec<Json> = stages.iter().map(compile).collect();
        evaluated(&stages, &compiled).len()
    });
    let deployments = evaluated(&stages, &compiled);
    measure("snapshot", || deployments.iter().map(|it| arm::snapshot(it, &[]).to_string().len()).sum());
}

fn measure(name: &str, work: impl Fn() -> usize) {
    let (median, best) = rounds::rounds(work);
    println!("{name:<20} median {median:>10.1?}  best {best:>10.1?}");
}

/// The stages of the example, rendered.
fn stages() -> Vec<Stage> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart.yaml");
    let source = spec::read("examples/quickstart.yaml", &std::fs::read(path).unwrap()).unwrap();
    let (spec, _) = spec::parse(&source, &|_| None).unwrap();
    let (zone, _) = model::resolve(&spec, &source).unwrap();
    render::render(&zone).unwrap().stages
}

fn compile(stage: &Stage) -> Json {
    bicep::compile(&EmbeddedWorld, &stage.template).unwrap().template
}

/// What each stage comes to; the outputs of one are parameters of the next.
fn evaluated(stages: &[Stage], compiled: &[Json]) -> Vec<Deployment> {
    let mut deployments: Vec<Deployment> = Vec::new();
    for (stage, template) in stages.iter().zip(compiled) {
        let value = |parameter: &Parameter| match parameter {
            Parameter::Value(json) => Value::from_json(json),
            Parameter::Secret(_) => Value::supplied_later("a secret"),
            Parameter::Output { stage: from, output } => {
                let at = stages.iter().position(|stage| stage.name == *from).unwrap();
                deployments[at].outputs[output].value.clone()
            }
        };
        let parameters: Parameters =
            stage.parameters.iter().map(|(name, parameter)| (name.clone(), value(parameter))).collect();
        let target = Target {
            tenant_id: "22222222-2222-2222-2222-222222222222".to_owned(),
            scope: TargetScope::Subscription("11111111-1111-1111-1111-111111111111".to_owned()),
            location: stage.location.clone(),
            deployment_name: stage.deployment_name.clone(),
        };
        deployments.push(arm::evaluate(template, &parameters, &target).unwrap().0);
    }
    deployments
}
