//! The run itself: stages in order.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::watch::Watch;
use super::{Event, Failure, FailureKind, ParameterValue, ResourceRef, StageRequest};
use crate::azure::{
    Argument, ArmClient, ArmError, CancelFlag, DeploymentRequest, Error, ErrorKind, OperationEnd, Poller,
    ProvisioningState, Scope,
};

/// Failed looks at the operations in a row before we give up watching. Each look is itself retried by the client.
const BLIND_LOOKS_MAX: u32 = 5;
/// After a cancellation ARM still finishes what it has started; we watch for so many polls of at most 15 s.
const CANCEL_POLLS_MAX: u32 = 40;

/// Everything is deployed.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub stages: Vec<StageOutcome>,
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
    /// Without secure outputs, which ARM does not give.
    pub outputs: IndexMap<String, Json>,
    pub deployed: Vec<ResourceRef>,
}

/// Deploys the stages in order. `events` is called from this task, in order; `cancel` may be set from anywhere: the
/// running deployment is then cancelled in ARM and its last state reported.
///
/// # Errors
/// [`Failure`] at the first stage that does not end well.
pub async fn apply(
    client: &ArmClient,
    subscription_id: &str,
    stages: &[StageRequest],
    events: &mut (dyn FnMut(Event) + Send),
    cancel: &CancelFlag,
) -> Result<Outcome, Failure> {
    let scope = Scope::Subscription { subscription_id: subscription_id.to_owned() };
    let mut done: Vec<StageOutcome> = Vec::new();
    for stage in stages {
        match deploy_stage(client, &scope, stage, &done, events, cancel).await {
            Ok(outcome) => done.push(outcome),
            Err(mut failure) => {
                failure.done = done;
                failure.correlation_id = client.correlation_id().to_owned();
                return Err(failure.with_hints());
            }
        }
    }
    Ok(Outcome { stages: done, correlation_id: client.correlation_id().to_owned() })
}

async fn deploy_stage(
    client: &ArmClient,
    scope: &Scope,
    stage: &StageRequest,
    done: &[StageOutcome],
    events: &mut (dyn FnMut(Event) + Send),
    cancel: &CancelFlag,
) -> Result<StageOutcome, Failure> {
    let fail = |kind| Failure::new(&stage.name, kind);
    let request = DeploymentRequest {
        location: Some(stage.location.clone()),
        template: stage.template.clone(),
        parameters: arguments(stage, done).map_err(fail)?,
    };
    if cancel.is_set() {
        return Err(fail(FailureKind::Canceled { state: "not started".to_owned() }));
    }
    let refused = |error| fail(FailureKind::Refused(error));
    let deployment_id = scope.deployment_id(&stage.deployment_name).map_err(refused)?;
    let poller = tokio::select! {
        poller = client.put_deployment(scope, &stage.deployment_name, &request) => poller.map_err(refused)?,
        () = cancel.wait() => return Err(fail(cancel_start(client, scope, stage).await)),
    };
    events(Event::StageStarted { stage: stage.name.clone(), deployment_id: deployment_id.clone() });

    let mut run = Run { client, scope, stage, watch: Watch::new(&stage.name), blind_looks: 0 };
    let kind = match run.follow(poller, events, cancel).await {
        Ok(outputs) => {
            let deployed = run.watch.deployed();
            events(Event::StageSucceeded { stage: stage.name.clone(), n_resources: deployed.len() });
            return Ok(StageOutcome { stage: stage.name.clone(), deployment_id, outputs, deployed });
        }
        Err(kind) => kind,
    };
    events(match &kind {
        FailureKind::Canceled { .. } => Event::StageCanceled { stage: stage.name.clone() },
        _ => Event::StageFailed { stage: stage.name.clone() },
    });
    Err(Failure { deployment_id, deployed: run.watch.deployed(), failed: run.watch.failed(), ..fail(kind) })
}

/// A deployment that ARM has accepted.
struct Run<'a> {
    client: &'a ArmClient,
    scope: &'a Scope,
    stage: &'a StageRequest,
    watch: Watch,
    blind_looks: u32,
}

impl Run<'_> {
    /// Watches until the deployment ends; returns its outputs.
    async fn follow(
        &mut self,
        mut poller: Poller,
        events: &mut (dyn FnMut(Event) + Send),
        cancel: &CancelFlag,
    ) -> Result<IndexMap<String, Json>, FailureKind> {
        let name = &self.stage.deployment_name;
        let OperationEnd { state, error } = loop {
            if cancel.is_set() {
                return Err(self.cancel(poller, events).await);
            }
            // Throttled requests may wait for minutes; a wish to cancel does not.
            let end = tokio::select! {
                end = self.step(&mut poller, events) => end.map_err(FailureKind::Lost)?,
                () = cancel.wait() => continue,
            };
            match end {
                Some(end) => break end,
                None => poller.pause(cancel).await.map_err(FailureKind::Lost)?,
            }
        };
        // The operation says that it ended, the deployment says with what.
        let deployment = self.client.get_deployment(self.scope, name).await.map_err(FailureKind::Lost)?;
        match state {
            ProvisioningState::Succeeded => {
                let outputs = deployment.outputs.into_iter();
                Ok(outputs.filter_map(|(name, value)| Some((name, value?))).collect())
            }
            ProvisioningState::Canceled => Err(FailureKind::CanceledElsewhere),
            _ => Err(FailureKind::Failed(
                deployment
                    .error
                    .or(error)
                    .unwrap_or_else(|| ArmError::new("DeploymentFailed", "Azure gives no reason")),
            )),
        }
    }

    /// Asks once how it goes, and tells what has changed.
    async fn step(
        &mut self,
        poller: &mut Poller,
        events: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Option<OperationEnd>, Error> {
        let end = poller.poll(self.client).await?;
        self.look(events).await?;
        Ok(end)
    }

    /// Progress is a courtesy: a look that fails now and then does not end the run.
    async fn look(&mut self, events: &mut (dyn FnMut(Event) + Send)) -> Result<(), Error> {
        match self.watch.look(self.client, self.scope, &self.stage.deployment_name, events).await {
            Ok(()) => self.blind_looks = 0,
            Err(error) if error.kind == ErrorKind::NotSignedIn || self.blind_looks >= BLIND_LOOKS_MAX => {
                return Err(error);
            }
            Err(_) => self.blind_looks += 1,
        }
        Ok(())
    }

    /// Asks ARM to stop, and watches what it does.
    async fn cancel(&mut self, mut poller: Poller, events: &mut (dyn FnMut(Event) + Send)) -> FailureKind {
        events(Event::CancelRequested { stage: self.stage.name.clone() });
        let asked = self.client.cancel_deployment(self.scope, &self.stage.deployment_name).await;
        if let Err(error) = asked
            // It ended before the wish arrived; the poll below says how.
            && error.code() != "DeploymentCannotBeCancelled"
        {
            return FailureKind::Canceled { state: format!("still running, {error}") };
        }
        let patience = CancelFlag::default();
        for _ in 0..CANCEL_POLLS_MAX {
            let end = match poller.poll(self.client).await {
                Ok(end) => end,
                Err(error) => return FailureKind::Canceled { state: format!("being cancelled, {error}") },
            };
            if self.look(events).await.is_err() {
                break;
            }
            if let Some(end) = end {
                return FailureKind::Canceled { state: end.state.to_string() };
            }
            if poller.pause(&patience).await.is_err() {
                break;
            }
        }
        FailureKind::Canceled { state: "being cancelled".to_owned() }
    }
}

/// Cancels a deployment whose start was not answered yet; it may or may not have reached ARM.
async fn cancel_start(client: &ArmClient, scope: &Scope, stage: &StageRequest) -> FailureKind {
    let state = match client.cancel_deployment(scope, &stage.deployment_name).await {
        Ok(()) => "being cancelled".to_owned(),
        Err(error) if error.kind == ErrorKind::NotFound => "not started".to_owned(),
        Err(error) => format!("perhaps started, {error}"),
    };
    FailureKind::Canceled { state }
}

/// Fills in the outputs of earlier stages.
fn arguments(stage: &StageRequest, done: &[StageOutcome]) -> Result<IndexMap<String, Argument>, FailureKind> {
    let fill = |(name, value): (&String, &ParameterValue)| {
        let argument = match value {
            ParameterValue::Value(value) => Argument::Plain(value.clone()),
            ParameterValue::Secret(secret) => Argument::Secret(secret.clone()),
            ParameterValue::Output { stage, output } => {
                let found = find_output(done, stage, output).cloned();
                Argument::Plain(found.ok_or_else(|| FailureKind::MissingOutput {
                    parameter: name.clone(),
                    from_stage: stage.clone(),
                    output: output.clone(),
                })?)
            }
        };
        Ok((name.clone(), argument))
    };
    stage.parameters.iter().map(fill).collect()
}

/// Output names compare without case, as ARM's do.
fn find_output<'a>(done: &'a [StageOutcome], stage: &str, output: &str) -> Option<&'a Json> {
    let outcome = done.iter().find(|outcome| outcome.stage == stage)?;
    outcome.outputs.iter().find(|(name, _)| name.eq_ignore_ascii_case(output)).map(|(_, value)| value)
}
