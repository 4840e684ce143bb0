//! The way from a spec file to evaluated stages, shared by every command that takes a spec.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::arm::{self, Value};
use crate::azure::ArmClient;
use crate::catalog::Catalog;
use crate::cli::error::CommandError;
use crate::cli::world::EmbeddedWorld;
use crate::cli::{environment, files, sign_in};
use crate::deploy::preview::{Asked, GivenByStage};
use crate::deploy::{preflight, preview};
use crate::diag::{Diagnostic, Label};
use crate::model::{self, LandingZone};
use crate::render::{self, Bundle, Parameter, Secret, Stage};
use crate::spec::{self, LintLevel};
use crate::text::Source;
use crate::{bicep, plan};

/// Stands in for the subscription where the spec names none and nothing is sent to Azure.
pub(crate) const NO_SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";

/// A spec that is right, and all that is rendered from it.
pub(crate) struct Rendered {
    pub zone: LandingZone,
    pub bundle: Bundle,
    /// What in the spec each policy is for.
    pub origins: BTreeMap<String, Label>,
    pub warnings: Vec<Diagnostic>,
    /// What the spec says of rules.
    pub lints: BTreeMap<String, LintLevel>,
}

/// A stage with its compiled template and what that comes to.
pub(crate) struct Evaluated {
    pub stage: Stage,
    pub template: Json,
    /// The Bicep files that the template was compiled from.
    pub modules: Vec<String>,
    pub deployment: arm::Deployment,
}

/// Reads and checks a spec file, places everything, and renders policies and parameters.
///
/// # Errors
/// All problems of the spec, or why the file cannot be read.
pub(crate) fn render(path: &Path) -> Result<Rendered, CommandError> {
    let bytes = files::read_spec(path, spec::BYTES_MAX as u64)?;
    render_bytes(&files::shown(path), &bytes)
}

/// As [`render()`], of the bytes of a file; `shown` is its path as messages show it.
///
/// # Errors
/// All problems of the spec.
pub(crate) fn render_bytes(shown: &str, bytes: &[u8]) -> Result<Rendered, CommandError> {
    let source: Arc<Source> = spec::read(shown, bytes)?;
    let (spec, mut warnings) = spec::parse(&source, &environment)?;
    let (zone, more) = match model::resolve(&spec, &source) {
        Ok(resolved) => resolved,
        Err(refused) => {
            warnings.extend(refused.0);
            return Err(CommandError::Refused(warnings));
        }
    };
    warnings.extend(more);
    let bundle = render::render(&zone)?;
    let lints = spec.lints.iter().map(|(rule, level)| (rule.clone(), level.value)).collect();
    let origins = render::origins(&spec, &source);
    Ok(Rendered { zone, bundle, origins, warnings, lints })
}

/// Compiles and evaluates the stages in order; outputs of one feed the next, unknown where only Azure knows.
///
/// # Errors
/// The diagnostics of the compiler or the evaluator.
pub(crate) fn evaluate(
    bundle: &Bundle,
    subscription_id: &str,
) -> Result<(Vec<Evaluated>, Vec<Diagnostic>), CommandError> {
    evaluate_with(bundle, subscription_id, &GivenByStage::new())
}

/// As [`evaluate`], with what stages have given by their last deployment in the place of what only Azure knows.
fn evaluate_with(
    bundle: &Bundle,
    subscription_id: &str,
    given: &GivenByStage,
) -> Result<(Vec<Evaluated>, Vec<Diagnostic>), CommandError> {
    let mut evaluated: Vec<Evaluated> = Vec::new();
    let mut warnings = Vec::new();
    for stage in &bundle.stages {
        let compiled = bicep::compile(&EmbeddedWorld, &stage.template)?;
        warnings.extend(compiled.warnings);
        let parameters = parameters(stage, &evaluated, given)?;
        let target = arm::Target {
            tenant_id: NO_SUBSCRIPTION.to_owned(),
            scope: arm::TargetScope::Subscription(subscription_id.to_owned()),
            location: stage.location.clone(),
            deployment_name: stage.deployment_name.clone(),
        };
        let (deployment, more) = arm::evaluate(&compiled.template, &parameters, &target)?;
        warnings.extend(more);
        evaluated.push(Evaluated {
            stage: stage.clone(),
            template: compiled.template,
            modules: compiled.files,
            deployment,
        });
    }
    Ok((evaluated, warnings))
}

/// The plan of evaluated stages with the offline checks of the landing zone.
pub(crate) fn plan(zone: &LandingZone, stages: &[Evaluated]) -> plan::Plan {
    let evaluations: Vec<plan::StageEvaluation<'_>> = stages
        .iter()
        .map(|evaluated| plan::StageEvaluation {
            name: evaluated.stage.name.clone(),
            deployment_name: evaluated.stage.deployment_name.clone(),
            location: evaluated.stage.location.clone(),
            deployment: &evaluated.deployment,
        })
        .collect();
    plan::build(&evaluations, plan::checks::check_regions(zone, &catalog()))
}

/// Puts Azure's answers in the place of the catalogue's; nothing is changed.
///
/// # Errors
/// Where the account does not see the subscription: every question would stay open for the same reason.
pub(crate) async fn ask(
    client: &ArmClient,
    subscription_id: &str,
    rendered: &Rendered,
    plan: &mut plan::Plan,
) -> Result<(), CommandError> {
    client.get_subscription(subscription_id).await.map_err(|error| sign_in::in_words(&error))?;
    let live = preflight::ask(client, subscription_id, &rendered.zone, plan).await;
    plan.checks = plan::checks::check_live(&rendered.zone, plan, &catalog(), &live);
    plan.asked = true;
    Ok(())
}

/// Compares with what exists: what stages have given is taken from Azure, then Azure is asked what each stage would
/// change. Returns the stages as they were asked about, and their plan with all checks.
///
/// # Errors
/// As [`evaluate`] and [`ask`].
pub(crate) async fn preview(
    client: &ArmClient,
    subscription_id: &str,
    rendered: &Rendered,
) -> Result<(Vec<Evaluated>, plan::Plan), CommandError> {
    let given = preview::given(client, subscription_id, &rendered.bundle.stages).await;
    let (stages, _told_before) = evaluate_with(&rendered.bundle, subscription_id, &given)?;
    let mut plan = plan(&rendered.zone, &stages);
    ask(client, subscription_id, rendered, &mut plan).await?;
    let asked: Vec<Asked<'_>> = stages
        .iter()
        .map(|evaluated| Asked { stage: &evaluated.stage, template: &evaluated.template })
        .collect();
    preview::ask(client, subscription_id, &asked, &given, &mut plan).await;
    Ok((stages, plan))
}

/// Why a plan cannot be deployed: the checks that are blocked.
pub(crate) fn blocked(plan: &plan::Plan) -> Option<CommandError> {
    let blocked: Vec<String> = plan
        .checks
        .iter()
        .filter(|check| check.verdict.is_blocked())
        .map(|check| format!("{} of {}", check.question.name(), check.subject))
        .collect();
    let what = match blocked.len() {
        0 => return None,
        1 => "a check blocks",
        _ => "checks block",
    };
    let error = CommandError::input(format!("{what} the deployment: {}", blocked.join("; ")))
        .hint("change the spec as the blocked check advises, then run `genai-lz plan` again");
    Some(error)
}

fn parameters(
    stage: &Stage,
    earlier: &[Evaluated],
    given: &GivenByStage,
) -> Result<arm::Parameters, CommandError> {
    let mut values = IndexMap::new();
    for (name, parameter) in &stage.parameters {
        let value = match parameter {
            Parameter::Value(json) => Value::from_json(json),
            Parameter::Secret(secret) => Value::supplied_later(describe(secret)),
            Parameter::Output { stage: from, output } => given
                .get(from)
                .and_then(|given| given.output(output))
                .map(Value::from_json)
                .or_else(|| {
                    let evaluated = earlier.iter().find(|evaluated| evaluated.stage.name == *from)?;
                    Some(evaluated.deployment.outputs.get(output)?.value.clone())
                })
                .ok_or_else(|| {
                    CommandError::new(
                        crate::cli::exit::Exit::Bug,
                        format!("stage `{}` wants output `{output}` of `{from}`, which has none", stage.name),
                    )
                })?,
        };
        values.insert(name.clone(), value);
    }
    Ok(values)
}

/// The embedded catalogue, asked on the day of the user's clock.
#[expect(clippy::disallowed_methods, reason = "whether a retirement date has passed depends on today")]
pub(crate) fn catalog() -> Catalog {
    Catalog::embedded().on(time::OffsetDateTime::from(std::time::SystemTime::now()).date())
}

/// What a plan says in the place of a secret.
fn describe(secret: &Secret) -> &'static str {
    match secret {
        Secret::SelfSignedCertificate { .. } => "a self-signed certificate, made when deploying",
        Secret::PfxFile { .. } => "the certificate of the PFX file, read when deploying",
    }
}
