//! The way from a spec file to evaluated stages, shared by every command that takes a spec.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::arm::{self, Value};
use crate::azure::ArmClient;
use crate::catalog::Catalog;
use crate::cli::error::CommandError;
use crate::cli::spec_args::SpecArgs;
use crate::cli::world::EmbeddedWorld;
use crate::cli::{files, sign_in};
use crate::deploy::preview::{Asked, GivenByStage};
use crate::deploy::{preflight, preview};
use crate::diag::Diagnostic;
use crate::model::{self, LandingZone};
use crate::render::{self, Bundle, Origin, Parameter, Secret, Stage};
use crate::spec::{self, LintLevel, Loaded};
use crate::text::Source;
use crate::{bicep, plan, policy};

/// Stands in for the subscription where the spec names none and nothing is sent to Azure.
pub(crate) const NO_SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";

/// A spec that is right, and all that is rendered from it.
pub(crate) struct Rendered {
    pub zone: LandingZone,
    pub bundle: Bundle,
    /// What in the spec each policy is for.
    pub origins: BTreeMap<String, Origin>,
    pub warnings: Vec<Diagnostic>,
    /// What the spec says of rules.
    pub lints: BTreeMap<String, LintLevel>,
    /// The files besides its own that the spec is made of.
    pub files: Vec<PathBuf>,
}

/// A stage with its compiled template and what that comes to.
pub(crate) struct Evaluated {
    pub stage: Stage,
    pub template: Json,
    /// The Bicep files that the template was compiled from.
    pub modules: Vec<String>,
    pub deployment: arm::Deployment,
}

/// As [`ask`], and of every stage whether Azure takes its template; what would change is not asked.
///
/// # Errors
/// As [`ask`].
pub(crate) async fn ask_before(
    client: &ArmClient,
    subscription_id: &str,
    rendered: &Rendered,
    stages: &[Evaluated],
    plan: &mut plan::Plan,
) -> Result<(), CommandError> {
    ask(client, subscription_id, rendered, stages, plan).await?;
    let given = preview::given(client, subscription_id, &rendered.bundle.stages).await;
    plan.checks.extend(preview::validate(client, subscription_id, &asked(stages), &given).await);
    Ok(())
}

fn asked(stages: &[Evaluated]) -> Vec<Asked<'_>> {
    stages.iter().map(|Evaluated { stage, template, .. }| Asked { stage, template }).collect()
}

/// A plan that Azure was asked about, and what it was made of.
pub(crate) struct Previewed {
    pub stages: Vec<Evaluated>,
    pub given: GivenByStage,
    pub plan: plan::Plan,
}

/// Reads and checks a spec file, places everything, and renders policies and parameters.
///
/// # Errors
/// All problems of the spec, or why the file cannot be read.
pub(crate) fn render(path: &Path, layers: &SpecArgs) -> Result<Rendered, CommandError> {
    let bytes = files::read_spec(path, spec::BYTES_MAX as u64)?;
    render_bytes(path, &files::shown(path), &bytes, layers)
}

/// As [`render()`], of the bytes of the file at `path`; `shown` is that path as messages show it.
///
/// # Errors
/// All problems of the spec.
pub(crate) fn render_bytes(
    path: &Path,
    shown: &str,
    bytes: &[u8],
    layers: &SpecArgs,
) -> Result<Rendered, CommandError> {
    let read = layers.with(path, shown, bytes, spec::load)?;
    let Loaded { spec, files, mut warnings } = read.value;
    let (zone, more) = match model::resolve(&spec, files.source()) {
        Ok(resolved) => resolved,
        Err(mut refused) => {
            files.place(&mut refused.0);
            warnings.extend(refused.0);
            return Err(CommandError::Refused(warnings));
        }
    };
    warnings.extend(more);
    files.place(&mut warnings);
    let bundle = match render::render(&zone) {
        Ok(bundle) => bundle,
        Err(refused) => {
            warnings.extend(refused.0);
            return Err(CommandError::Refused(warnings));
        }
    };
    warnings.extend(bundle.warnings.iter().cloned());
    let lints = spec.lints.iter().map(|(rule, level)| (rule.clone(), level.value)).collect();
    let mut origins = render::origins(&spec, files.source());
    origins.values_mut().flat_map(Origin::labels_mut).for_each(|label| files.place_label(label));
    Ok(Rendered { zone, bundle, origins, warnings, lints, files: read.files })
}

/// Compiles and evaluates the stages in order; outputs of one feed the next, unknown where only Azure knows.
///
/// # Errors
/// The diagnostics of the compiler or the evaluator.
pub(crate) fn evaluate(
    bundle: &Bundle,
    subscription_id: &str,
) -> Result<(Vec<Evaluated>, Vec<Diagnostic>), CommandError> {
    evaluate_with(bundle, NO_SUBSCRIPTION, subscription_id, &GivenByStage::new())
}

/// As [`evaluate`], where the tenant is known, which some resources name.
///
/// # Errors
/// As [`evaluate`].
pub(crate) fn evaluate_in(
    bundle: &Bundle,
    tenant_id: &str,
    subscription_id: &str,
) -> Result<(Vec<Evaluated>, Vec<Diagnostic>), CommandError> {
    evaluate_with(bundle, tenant_id, subscription_id, &GivenByStage::new())
}

/// As [`evaluate`], with what stages have given by their last deployment in the place of what only Azure knows.
fn evaluate_with(
    bundle: &Bundle,
    tenant_id: &str,
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
            tenant_id: tenant_id.to_owned(),
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
    plan::build(&evaluations(stages), plan::checks::check_regions(zone, &catalog()))
}

fn evaluations(stages: &[Evaluated]) -> Vec<plan::StageEvaluation<'_>> {
    stages
        .iter()
        .map(|evaluated| plan::StageEvaluation {
            name: evaluated.stage.name.clone(),
            deployment_name: evaluated.stage.deployment_name.clone(),
            location: evaluated.stage.location.clone(),
            deployment: &evaluated.deployment,
        })
        .collect()
}

/// The policies that are rendered, each with the first file that has it.
fn used_policies(bundle: &Bundle) -> BTreeMap<String, String> {
    let mut used = BTreeMap::new();
    for (path, text) in bundle.files.iter().filter(|(path, _)| path.starts_with("policies/")) {
        let (document, _problems) = policy::parse(&Source::new(path.clone(), text.clone()));
        let mut open: Vec<&policy::Element> = document.elements().collect();
        while let Some(element) = open.pop() {
            if policy::elements::find(&element.name).is_some() {
                used.entry(element.name.clone()).or_insert_with(|| path.clone());
            }
            open.extend(element.elements());
        }
    }
    used
}

/// Puts Azure's answers in the place of the catalogue's; nothing is changed.
///
/// # Errors
/// Where the account does not see the subscription: every question would stay open for the same reason.
pub(crate) async fn ask(
    client: &ArmClient,
    subscription_id: &str,
    rendered: &Rendered,
    stages: &[Evaluated],
    plan: &mut plan::Plan,
) -> Result<(), CommandError> {
    client.get_subscription(subscription_id).await.map_err(|error| sign_in::in_words(&error))?;
    let questions = plan::policy_questions(&evaluations(stages));
    let live = preflight::ask(client, subscription_id, &rendered.zone, plan, &questions).await;
    plan.checks =
        plan::checks::check_live(&rendered.zone, plan, &used_policies(&rendered.bundle), &catalog(), &live);
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
) -> Result<Previewed, CommandError> {
    let given = preview::given(client, subscription_id, &rendered.bundle.stages).await;
    let (stages, _told_before) = evaluate_with(&rendered.bundle, NO_SUBSCRIPTION, subscription_id, &given)?;
    let mut plan = plan(&rendered.zone, &stages);
    ask(client, subscription_id, rendered, &stages, &mut plan).await?;
    preview::ask(client, subscription_id, &asked(&stages), &given, &mut plan).await;
    Ok(Previewed { stages, given, plan })
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
        Secret::Keys(_) => "keys of accounts, read from the environment when deploying",
    }
}
