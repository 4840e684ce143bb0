//! One stage's deployment while ARM carries it out: watching it, whoever started it, and stopping it.

use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::watch::Watch;
use super::{Control, Event, FailedResource, FailureKind, OnBusy, ResourceRef, StageRequest, Wish};
use crate::azure::{
    ArmClient, ArmError, CancelFlag, Deployment, Error, ErrorKind, OperationEnd, Poller, ProvisioningState,
    Retry, Scope,
};

/// After a cancellation ARM still finishes what it has started; we watch for so many polls of at most 15 s.
const CANCEL_POLLS_MAX: u32 = 40;

pub(super) struct Run<'a> {
    pub(super) client: &'a ArmClient,
    pub(super) scope: &'a Scope,
    pub(super) stage: &'a StageRequest,
    pub(super) control: &'a Control,
    watch: Watch,
    /// Empty until there is a deployment of ours.
    deployment_id: String,
    /// Since when ARM gives no answer, on the client's clock.
    silent_since: Option<Duration>,
    /// The operations could not be listed, and that was told.
    sees_nothing: bool,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        client: &'a ArmClient,
        scope: &'a Scope,
        stage: &'a StageRequest,
        control: &'a Control,
    ) -> Self {
        let watch = Watch::new(&stage.name);
        Self {
            client,
            scope,
            stage,
            control,
            watch,
            deployment_id: String::new(),
            silent_since: None,
            sees_nothing: false,
        }
    }

    pub(super) fn begin(&mut self, deployment_id: &str) {
        deployment_id.clone_into(&mut self.deployment_id);
    }

    pub(super) fn deployed(&self) -> Vec<ResourceRef> {
        self.watch.deployed()
    }

    /// The deployment, what of it is there, and what failed.
    pub(super) fn what_stands(&self) -> (String, Vec<ResourceRef>, Vec<FailedResource>) {
        (self.deployment_id.clone(), self.watch.deployed(), self.watch.failed())
    }

    /// Follows the deployment that is there.
    pub(super) fn attach(&self) -> Result<Poller, Error> {
        self.client.follow_deployment(self.scope, &self.stage.deployment_name)
    }

    /// Watches until the deployment ends; returns its outputs.
    pub(super) async fn follow(
        &mut self,
        mut poller: Poller,
        events: &mut (dyn FnMut(Event) + Send),
    ) -> Result<IndexMap<String, Json>, FailureKind> {
        let ended = self.watched(&mut poller, events).await;
        if let Err(kind) = &ended {
            let stage = self.stage.name.clone();
            match kind {
                FailureKind::Canceled { .. } => events(Event::StageCanceled { stage }),
                FailureKind::Left { .. } => events(Event::StageLeft { stage }),
                _ => events(Event::StageFailed { stage }),
            }
        }
        ended
    }

    async fn watched(
        &mut self,
        poller: &mut Poller,
        events: &mut (dyn FnMut(Event) + Send),
    ) -> Result<IndexMap<String, Json>, FailureKind> {
        let name = &self.stage.deployment_name;
        let OperationEnd { state, error } = loop {
            match self.control.wish() {
                Some(Wish::Cancel) => return Err(self.cancel(poller, events).await),
                Some(Wish::Leave) => return Err(FailureKind::Left { state: "still running".to_owned() }),
                None => {}
            }
            // Throttled requests may wait for minutes; a wish to stop does not.
            let control = self.control;
            let end = tokio::select! {
                end = self.step(poller, events) => end.map_err(FailureKind::Lost)?,
                () = control.asked.wait() => continue,
            };
            match end {
                Some(end) => break end,
                None => poller.pause(self.client, &control.asked).await.map_err(FailureKind::Lost)?,
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

    /// Asks once how it goes, and tells what has changed. Where ARM gives no answer, the deployment goes on all the same:
    /// it is asked again for as long as the client is patient.
    async fn step(
        &mut self,
        poller: &mut Poller,
        events: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Option<OperationEnd>, Error> {
        let stage = || self.stage.name.clone();
        let end = match poller.poll(self.client).await {
            Ok(end) => end,
            Err(error) => {
                let now = self.client.clock().elapsed();
                let since = *self.silent_since.get_or_insert_with(|| {
                    events(Event::OutOfSight { stage: stage(), error: error.clone() });
                    now
                });
                let may_come_back = error.retry != Retry::No || error.kind == ErrorKind::BadAnswer;
                let is_patient = may_come_back && now.saturating_sub(since) < self.client.patience();
                return if is_patient { Ok(None) } else { Err(error) };
            }
        };
        if self.silent_since.take().is_some() {
            events(Event::InSight { stage: stage() });
        }
        // Progress is a courtesy: how it ends can be told without.
        match self.watch.look(self.client, self.scope, &self.stage.deployment_name, events).await {
            Ok(()) => self.sees_nothing = false,
            Err(error) if error.kind == ErrorKind::NotSignedIn => return Err(error),
            Err(error) if !self.sees_nothing => {
                self.sees_nothing = true;
                events(Event::OutOfSight { stage: stage(), error });
            }
            Err(_) => {}
        }
        Ok(end)
    }

    /// Asks ARM to stop, and watches what it does.
    async fn cancel(&mut self, poller: &mut Poller, events: &mut (dyn FnMut(Event) + Send)) -> FailureKind {
        events(Event::CancelRequested { stage: self.stage.name.clone() });
        let asked = self.client.cancel_deployment(self.scope, &self.stage.deployment_name).await;
        if let Err(error) = asked
            // It ended before the wish arrived; the poll below says how.
            && error.code() != "DeploymentCannotBeCancelled"
        {
            return FailureKind::Canceled { state: format!("still running, {error}") };
        }
        let state = match self.wait_for_end(poller, CANCEL_POLLS_MAX, events).await {
            Ok(Some(end)) => end.state.to_string(),
            Ok(None) => "being cancelled".to_owned(),
            Err(error) => format!("being cancelled, {error}"),
        };
        FailureKind::Canceled { state }
    }

    /// Watches for at most so many polls, whatever anybody asks meanwhile. None where it has not ended by then.
    async fn wait_for_end(
        &mut self,
        poller: &mut Poller,
        polls_max: u32,
        events: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Option<OperationEnd>, Error> {
        let nobody = CancelFlag::default();
        for _ in 0..polls_max {
            if let Some(end) = self.step(poller, events).await? {
                return Ok(Some(end));
            }
            poller.pause(self.client, &nobody).await?;
        }
        Ok(None)
    }

    /// Waits until another deployment of the name has ended, by itself or because ARM is asked to stop it.
    pub(super) async fn make_way(
        &mut self,
        other: &Deployment,
        on_busy: OnBusy,
        events: &mut (dyn FnMut(Event) + Send),
    ) -> Result<(), FailureKind> {
        let (stage, cancels) = (self.stage.name.clone(), on_busy == OnBusy::Cancel);
        events(Event::WaitsForOther { stage, since: other.timestamp.clone(), cancels });
        if cancels {
            let asked = self.client.cancel_deployment(self.scope, &self.stage.deployment_name).await;
            if let Err(error) = asked
                && error.code() != "DeploymentCannotBeCancelled"
            {
                return Err(FailureKind::Refused(error));
            }
        }
        let mut poller = self.attach().map_err(FailureKind::Refused)?;
        loop {
            if let Some(wish) = self.control.wish() {
                let state = "not started; the other deployment goes on".to_owned();
                return Err(match wish {
                    Wish::Leave => FailureKind::Left { state },
                    Wish::Cancel => FailureKind::Canceled { state },
                });
            }
            match poller.poll(self.client).await.map_err(FailureKind::Refused)? {
                Some(_) => return Ok(()),
                None => {
                    poller.pause(self.client, &self.control.asked).await.map_err(FailureKind::Refused)?;
                }
            }
        }
    }
}
