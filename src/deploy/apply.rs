//! The run itself: stages in order.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::run::Run;
use super::start::{self, Found};
use super::{
    Control, Event, Failure, FailureKind, OnBusy, Options, ParameterValue, ResourceRef, StageRequest, Wish,
    fingerprint,
};
use crate::azure::{Argument, ArmClient, DeploymentRequest, ErrorKind, Poller, Scope};

/// How often we look again where ARM says first that a name is free and then that it is not, or the other way round:
/// another run came between.
const LOOKS_MAX: u32 = 5;

/// Everything is deployed, or under way where nobody waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub stages: Vec<StageOutcome>,
    /// Set where the run was not to wait: the stage that is being deployed.
    pub under_way: Option<UnderWay>,
    pub correlation_id: String,
}

impl Outcome {
    /// Returns an output of a stage.
    pub fn output(&self, stage: &str, output: &str) -> Option<&Json> {
        find_output(&self.stages, stage, output)
    }
}

/// One stage is deployed.
#[derive(Clone, Debug, PartialEq)]
pub struct StageOutcome {
    pub stage: String,
    pub deployment_id: String,
    pub way: Way,
    /// Without secure outputs, which ARM does not give.
    pub outputs: IndexMap<String, Json>,
    pub deployed: Vec<ResourceRef>,
}

/// How a stage came to be deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// This run sent it.
    Sent,
    /// Another run had sent the same, and this one followed it to its end.
    Followed,
    /// The same was deployed before.
    Unchanged,
}

/// A stage that is being deployed, and those that wait for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderWay {
    pub stage: String,
    pub deployment_id: String,
    pub way: Way,
    pub left: Vec<String>,
}

/// Deploys the stages in order. `events` is called from this task, in order; `control` may be asked from anywhere to leave
/// the running deployment to itself, or to cancel it in ARM.
///
/// # Errors
/// [`Failure`] at the first stage that does not end well.
pub async fn apply(
    client: &ArmClient,
    subscription_id: &str,
    stages: &[StageRequest],
    options: &Options,
    events: &mut (dyn FnMut(Event) + Send),
    control: &Control,
) -> Result<Outcome, Failure> {
    let scope = Scope::Subscription { subscription_id: subscription_id.to_owned() };
    let correlation_id = client.correlation_id().to_owned();
    let mut done: Vec<StageOutcome> = Vec::new();
    for (index, stage) in stages.iter().enumerate() {
        let mut run = Run::new(client, &scope, stage, control);
        match deploy_stage(&mut run, &done, options, events).await {
            Ok(End::Done(outcome)) => done.push(outcome),
            Ok(End::UnderWay { deployment_id, way }) => {
                let left = stages[index + 1..].iter().map(|stage| stage.name.clone()).collect();
                let under_way = Some(UnderWay { stage: stage.name.clone(), deployment_id, way, left });
                return Ok(Outcome { stages: done, under_way, correlation_id });
            }
            Err(kind) => {
                let failure = Failure::new(&stage.name, kind);
                let (deployment_id, deployed, failed) = run.what_stands();
                let failure = Failure { deployment_id, deployed, failed, done, correlation_id, ..failure };
                return Err(failure.with_hints());
            }
        }
    }
    Ok(Outcome { stages: done, under_way: None, correlation_id })
}

enum End {
    Done(StageOutcome),
    UnderWay { deployment_id: String, way: Way },
}

async fn deploy_stage(
    run: &mut Run<'_>,
    done: &[StageOutcome],
    options: &Options,
    events: &mut (dyn FnMut(Event) + Send),
) -> Result<End, FailureKind> {
    let stage = run.stage;
    let arguments = Arguments::of(stage, done)?;
    let fingerprint = fingerprint::of(stage, &arguments);
    let request = DeploymentRequest {
        location: Some(stage.location.clone()),
        template: stage.template.clone(),
        parameters: arguments.sent,
        tags: fingerprint::tags(&fingerprint, run.client.correlation_id()),
    };
    let deployment_id = run.scope.deployment_id(&stage.deployment_name).map_err(FailureKind::Refused)?;
    for _ in 0..LOOKS_MAX {
        if let Some(wish) = run.control.wish() {
            return Err(stopped(wish, "not started"));
        }
        let looked = tokio::select! {
            looked = start::look(run.client, run.scope, stage, &fingerprint, options.force) => looked,
            () = run.control.asked.wait() => continue,
        };
        let (poller, way) = match looked.map_err(FailureKind::Refused)? {
            Found::Done { deployment, deployed } => {
                let outputs = deployment.outputs.into_iter();
                let outputs = outputs.filter_map(|(name, value)| Some((name, value?))).collect();
                events(Event::StageUnchanged {
                    stage: stage.name.clone(),
                    since: deployment.timestamp,
                    n_resources: n_resources(&deployed),
                    keeps_certificate: stage.renew_after.is_some(),
                });
                let stage = stage.name.clone();
                return Ok(End::Done(StageOutcome {
                    stage,
                    deployment_id,
                    way: Way::Unchanged,
                    outputs,
                    deployed,
                }));
            }
            Found::Same(deployment) => {
                events(Event::StageFollowed {
                    stage: stage.name.clone(),
                    deployment_id: deployment_id.clone(),
                    since: deployment.timestamp.clone(),
                    correlation_id: deployment.correlation_id.clone(),
                });
                (run.attach().map_err(FailureKind::Refused)?, Way::Followed)
            }
            Found::Other(deployment) => {
                if options.on_busy == OnBusy::Refuse {
                    return Err(start::busy(&deployment));
                }
                run.make_way(&deployment, options.on_busy, events).await?;
                continue;
            }
            Found::Free { because } => match put(run, &request).await? {
                None => continue,
                Some(poller) => {
                    let (stage, deployment_id) = (stage.name.clone(), deployment_id.clone());
                    events(Event::StageStarted { stage, deployment_id, because });
                    (poller, Way::Sent)
                }
            },
        };
        run.begin(&deployment_id);
        if !options.wait {
            return Ok(End::UnderWay { deployment_id, way });
        }
        let outputs = run.follow(poller, events).await?;
        let deployed = run.deployed();
        events(Event::StageSucceeded { stage: stage.name.clone(), n_resources: n_resources(&deployed) });
        return Ok(End::Done(StageOutcome {
            stage: stage.name.clone(),
            deployment_id,
            way,
            outputs,
            deployed,
        }));
    }
    Err(FailureKind::Contended)
}

fn n_resources(deployed: &[ResourceRef]) -> usize {
    deployed.iter().filter(|resource| !resource.is_deployment()).count()
}

/// Sends the deployment. None where another one of the name has begun since we looked.
async fn put(run: &Run<'_>, request: &DeploymentRequest) -> Result<Option<Poller>, FailureKind> {
    let sending = run.client.put_deployment(run.scope, &run.stage.deployment_name, request);
    let sent = tokio::select! {
        sent = sending => sent,
        () = run.control.asked.wait() => return Err(match run.control.wish() {
            Some(Wish::Leave) => stopped(Wish::Leave, "perhaps started"),
            Some(Wish::Cancel) | None => cancel_start(run).await,
        }),
    };
    match sent {
        Ok(poller) => Ok(Some(poller)),
        Err(error) if error.code() == "DeploymentActive" => Ok(None),
        Err(error) => Err(FailureKind::Refused(error)),
    }
}

fn stopped(wish: Wish, state: &str) -> FailureKind {
    match wish {
        Wish::Leave => FailureKind::Left { state: state.to_owned() },
        Wish::Cancel => FailureKind::Canceled { state: state.to_owned() },
    }
}

/// Cancels a deployment whose start was not answered yet; it may or may not have reached ARM.
async fn cancel_start(run: &Run<'_>) -> FailureKind {
    let state = match run.client.cancel_deployment(run.scope, &run.stage.deployment_name).await {
        Ok(()) => "being cancelled".to_owned(),
        Err(error) if error.kind == ErrorKind::NotFound => "not started".to_owned(),
        Err(error) => format!("perhaps started, {error}"),
    };
    FailureKind::Canceled { state }
}

/// The parameters of a stage, with the outputs of earlier ones filled in.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) sent: IndexMap<String, Argument>,
    /// The same with what tells a secret apart in the place of the secret.
    pub(super) known: IndexMap<String, Json>,
}

impl Arguments {
    fn of(stage: &StageRequest, done: &[StageOutcome]) -> Result<Self, FailureKind> {
        let mut arguments = Self::default();
        for (name, value) in &stage.parameters {
            let (sent, known) = match value {
                ParameterValue::Value(value) => (Argument::Plain(value.clone()), value.clone()),
                ParameterValue::Secret(secret) => {
                    (Argument::Secret(secret.value.clone()), Json::from(secret.identity.as_str()))
                }
                ParameterValue::Output { stage: from, output } => {
                    let found =
                        find_output(done, from, output).ok_or_else(|| FailureKind::MissingOutput {
                            parameter: name.clone(),
                            from_stage: from.clone(),
                            output: output.clone(),
                        })?;
                    (Argument::Plain(found.clone()), found.clone())
                }
            };
            arguments.sent.insert(name.clone(), sent);
            arguments.known.insert(name.clone(), known);
        }
        Ok(arguments)
    }
}

/// Output names compare without case, as ARM's do.
fn find_output<'a>(done: &'a [StageOutcome], stage: &str, output: &str) -> Option<&'a Json> {
    let outcome = done.iter().find(|outcome| outcome.stage == stage)?;
    outcome.outputs.iter().find(|(name, _)| name.eq_ignore_ascii_case(output)).map(|(_, value)| value)
}
