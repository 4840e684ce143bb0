//! What a deployment would change: ARM is asked stage by stage, each with what the stages before it have given by their
//! last deployment. Nothing is changed, and no secret is sent: what stands for one is enough to compare the rest.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::explain;
use crate::azure::{Argument, ArmClient, DeploymentRequest, Error, ErrorKind, ProvisioningState, Scope};
use crate::plan::checks::{Check, Question, Verdict};
use crate::plan::preview::{self, Standing};
use crate::plan::{Plan, Stage as Planned};
use crate::render::{Parameter, Stage};

/// Sent in the place of a secret.
const PLACEHOLDER: &str = "cHJldmlldw==";
/// Resource groups of one stage that are listed where the stage cannot be compared; a landing zone has four.
const GROUPS_MAX: usize = 50;

/// What a stage has given by its last deployment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    pub outputs: IndexMap<String, Json>,
    /// When that was, as ARM writes it.
    pub timestamp: Option<String>,
    /// Why there is nothing.
    pub why_not: Option<String>,
}

impl Given {
    /// Output names compare without case, as ARM's do.
    pub fn output(&self, name: &str) -> Option<&Json> {
        self.outputs.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// By the name of the stage.
pub type GivenByStage = BTreeMap<String, Given>;

/// Asks what the stages have given, those that others wait for.
pub async fn given(client: &ArmClient, subscription_id: &str, stages: &[Stage]) -> GivenByStage {
    let scope = Scope::Subscription { subscription_id: subscription_id.to_owned() };
    let wanted: BTreeSet<&str> = stages
        .iter()
        .flat_map(|stage| stage.parameters.values())
        .filter_map(|parameter| match parameter {
            Parameter::Output { stage, .. } => Some(stage.as_str()),
            Parameter::Value(_) | Parameter::Secret(_) => None,
        })
        .collect();
    let mut found = GivenByStage::new();
    for stage in stages.iter().filter(|stage| wanted.contains(stage.name.as_str())) {
        let nothing = |why: String| Given { why_not: Some(why), ..Given::default() };
        let given = match client.get_deployment(&scope, &stage.deployment_name).await {
            Ok(deployment) if deployment.state == ProvisioningState::Succeeded => Given {
                outputs: deployment
                    .outputs
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, value?)))
                    .collect(),
                timestamp: deployment.timestamp,
                why_not: None,
            },
            Ok(deployment) => nothing(format!("its deployment is {}", deployment.state)),
            Err(error) if error.kind == ErrorKind::NotFound => nothing("it is not deployed".to_owned()),
            Err(error) => nothing(format!("its deployment cannot be read: {error}")),
        };
        found.insert(stage.name.clone(), given);
    }
    found
}

/// One stage, ready to be asked about.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub stage: &'a Stage,
    /// The compiled ARM template.
    pub template: &'a Json,
}

/// Asks about every stage and puts the answers into the plan.
pub async fn ask(
    client: &ArmClient,
    subscription_id: &str,
    stages: &[Asked<'_>],
    given: &GivenByStage,
    plan: &mut Plan,
) {
    let scope = Scope::Subscription { subscription_id: subscription_id.to_owned() };
    let mut checks = Vec::new();
    for asked in stages {
        let Some(planned) = plan.stages.iter_mut().find(|planned| planned.name == asked.stage.name) else {
            continue;
        };
        let request = match request(*asked, given) {
            Ok(request) => request,
            Err(why) => {
                let standing = standing(client, subscription_id, planned).await;
                preview::not_asked(planned, why, &standing);
                continue;
            }
        };
        let answer = client.what_if(&scope, &asked.stage.deployment_name, &request).await;
        let why = match answer {
            Ok(body) => match preview::read(&body) {
                Ok(what_if) => {
                    preview::answered(planned, what_if, basis(asked.stage, given));
                    continue;
                }
                Err(why) => why,
            },
            Err(error) => {
                checks.push(refused(asked.stage, &error));
                error.to_string()
            }
        };
        let standing = standing(client, subscription_id, planned).await;
        preview::not_asked(planned, why, &standing);
    }
    plan.checks.extend(checks);
}

/// The request for a stage.
///
/// # Errors
/// Which outputs of which stage are missing.
fn request(asked: Asked<'_>, given: &GivenByStage) -> Result<DeploymentRequest, String> {
    let mut parameters = IndexMap::new();
    let mut missing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, parameter) in &asked.stage.parameters {
        let value = match parameter {
            Parameter::Value(value) => value.clone(),
            Parameter::Secret(_) => Json::from(PLACEHOLDER),
            Parameter::Output { stage, output } => {
                match given.get(stage).and_then(|given| given.output(output)) {
                    Some(value) => value.clone(),
                    None => {
                        missing.entry(stage).or_default().push(output);
                        continue;
                    }
                }
            }
        };
        parameters.insert(name.clone(), Argument::Plain(value));
    }
    if missing.is_empty() {
        let (location, template) = (Some(asked.stage.location.clone()), asked.template.clone());
        return Ok(DeploymentRequest { location, template, parameters, tags: IndexMap::new() });
    }
    let told: Vec<String> = missing
        .iter()
        .map(|(stage, outputs)| {
            let why = given.get(*stage).and_then(|given| given.why_not.as_deref());
            let why = why.unwrap_or("its last deployment did not give all of them");
            format!("it takes {} of stage {stage}, and {why}", outputs.join(", "))
        })
        .collect();
    Err(told.join("; "))
}

fn basis(stage: &Stage, given: &GivenByStage) -> Option<String> {
    let from: BTreeSet<&str> = stage
        .parameters
        .values()
        .filter_map(|parameter| match parameter {
            Parameter::Output { stage, .. } => Some(stage.as_str()),
            Parameter::Value(_) | Parameter::Secret(_) => None,
        })
        .collect();
    let told: Vec<String> = from
        .into_iter()
        .map(|name| {
            let when = given.get(name).and_then(|given| given.timestamp.as_deref());
            let when = when.map(|when| format!(" ({when})")).unwrap_or_default();
            format!("asked with what stage {name} gave when it was last deployed{when}")
        })
        .collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// What is there of the groups of a stage.
async fn standing(client: &ArmClient, subscription_id: &str, stage: &Planned) -> Standing {
    let mut found = Standing::new();
    let names = stage.groups.iter().filter_map(|group| group.name.as_deref());
    for name in names.take(GROUPS_MAX) {
        let listed = client.list_group(subscription_id, name).await;
        let lower = |ids: Vec<String>| ids.iter().map(|id| id.to_ascii_lowercase()).collect();
        found.insert(
            name.to_ascii_lowercase(),
            listed.map(|ids| ids.map(lower)).map_err(|error| error.to_string()),
        );
    }
    found
}

/// Why ARM does not take the template.
fn refused(stage: &Stage, error: &Error) -> Check {
    let verdict = match (&error.arm, error.kind) {
        (Some(arm), ErrorKind::Refused | ErrorKind::BadRequest) => {
            let causes = explain::causes(arm);
            let told = causes.iter().take(explain::CAUSES_MAX).map(|cause| match cause.known {
                Some(known) => format!("{} ({}; {})", cause.error, known.meaning, known.action),
                None => cause.error.to_string(),
            });
            Verdict::Blocked { why: told.collect::<Vec<_>>().join("; "), alternatives: Vec::new() }
        }
        (_, ErrorKind::Forbidden) => Verdict::Unverified {
            why: format!("{error}; the action Microsoft.Resources/deployments/whatIf/action allows it"),
            decided_by: Vec::new(),
        },
        _ => Verdict::Unverified { why: error.to_string(), decided_by: Vec::new() },
    };
    Check {
        question: Question::Template,
        subject: format!("stage {}", stage.name),
        verdict,
        facts: Vec::new(),
    }
}
