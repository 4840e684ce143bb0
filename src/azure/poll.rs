//! Waiting for a long-running operation, by the headers ARM sent (azure-resource-manager-rpc,
//! async-api-reference): an `Azure-AsyncOperation` URL answers `{status, error}`, a `Location` URL answers 202
//! until it is done. An answer without either is followed by the state of the resource itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::{Method, Url};
use serde_json::Value as Json;
use tokio::sync::Notify;

use super::transport::Answer;
use super::{ArmClient, ArmError, Blame, Error, ErrorKind, ProvisioningState, Retry};

/// A status URL may answer 404 for some seconds after the operation was accepted (seen by azd, PR discussion of
/// its poller); so many in a row are taken as "not yet".
const NOT_FOUND_MAX: u32 = 5;
/// Waits between polls are capped, so that progress stays visible whatever ARM asks.
const POLL_MAX: Duration = Duration::from_secs(15);
/// A server on this machine says "at once"; a moment between polls leaves it time to work.
const POLL_MIN: Duration = Duration::from_millis(20);

/// Set by Ctrl-C; clones share it.
#[derive(Clone, Debug, Default)]
pub struct CancelFlag(Arc<(AtomicBool, Notify)>);

impl CancelFlag {
    /// Asks whoever watches the flag to stop.
    pub fn set(&self) {
        self.0.0.store(true, Ordering::SeqCst);
        self.0.1.notify_waiters();
    }

    /// True once it was asked to stop.
    pub fn is_set(&self) -> bool {
        self.0.0.load(Ordering::SeqCst)
    }

    /// Returns once the flag is set.
    pub async fn wait(&self) {
        let notified = self.0.1.notified();
        if !self.is_set() {
            notified.await;
        }
    }
}

/// Follows one operation.
#[derive(Debug)]
pub struct Poller {
    url: Url,
    by: By,
    wait: Duration,
    /// On the client's clock.
    deadline: Duration,
    not_found: u32,
    end: Option<OperationEnd>,
    last: Json,
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationEnd {
    pub state: ProvisioningState,
    pub error: Option<ArmError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    AsyncOperation,
    Location,
    Resource,
}

impl Poller {
    pub(super) fn new(client: &ArmClient, resource: Url, answer: &Answer) -> Result<Self, Error> {
        let (url, by) = match (answer.header("azure-asyncoperation"), answer.header("location")) {
            (Some(url), _) => (client.own_url(url)?, By::AsyncOperation),
            (None, Some(url)) => (client.own_url(url)?, By::Location),
            (None, None) => (resource, By::Resource),
        };
        let state = state_of(&answer.body).filter(ProvisioningState::is_terminal);
        let end = state.filter(|_| by == By::Resource).map(|state| OperationEnd { state, error: None });
        let wait = wait_of(client, answer);
        let deadline = client.clock().elapsed() + client.options().deployment_timeout;
        Ok(Self { url, by, wait, deadline, not_found: 0, end, last: Json::Null })
    }

    /// What the last answer held: behind a `Location`, the result of the operation.
    pub(super) fn into_last(self) -> Json {
        self.last
    }

    /// Follows a resource that somebody else has put.
    pub(super) fn of_resource(client: &ArmClient, resource: Url) -> Self {
        let deadline = client.clock().elapsed() + client.options().deployment_timeout;
        let wait = client.options().poll_interval.clamp(POLL_MIN, POLL_MAX);
        Self { url: resource, by: By::Resource, wait, deadline, not_found: 0, end: None, last: Json::Null }
    }

    /// Waits as long as ARM asked, or until `cancel` is set.
    ///
    /// # Errors
    /// `TimedOut` where the operation takes longer than `ClientOptions::deployment_timeout`.
    pub async fn pause(&self, client: &ArmClient, cancel: &CancelFlag) -> Result<(), Error> {
        if client.clock().elapsed() >= self.deadline {
            let message = "the operation takes longer than we watch; it goes on in Azure";
            return Err(Error::new(ErrorKind::TimedOut, Blame::Azure, Retry::No, message));
        }
        tokio::select! {
            () = client.clock().sleep(self.wait) => {}
            () = cancel.wait() => {}
        }
        Ok(())
    }

    /// Asks once. None while it runs.
    ///
    /// # Errors
    /// Where the status cannot be had; that says nothing about the operation.
    pub async fn poll(&mut self, client: &ArmClient) -> Result<Option<OperationEnd>, Error> {
        if self.end.is_some() {
            return Ok(self.end.clone());
        }
        let answer = match client.exchange(Method::GET, self.url.clone(), None).await {
            Err(error) if error.kind == ErrorKind::NotFound && self.not_found < NOT_FOUND_MAX => {
                self.not_found += 1;
                return Ok(None);
            }
            Err(error) if self.by == By::Location && error.arm.is_some() && error.blame != Blame::Network => {
                let error = error.arm.map(|arm| *arm);
                self.end = Some(OperationEnd { state: ProvisioningState::Failed, error });
                return Ok(self.end.clone());
            }
            answer => answer?,
        };
        self.not_found = 0;
        self.wait = wait_of(client, &answer);
        let state = match self.by {
            By::Location if answer.status == 202 => None,
            By::Location => Some(state_of(&answer.body).unwrap_or(ProvisioningState::Succeeded)),
            By::AsyncOperation | By::Resource => state_of(&answer.body),
        };
        if let Some(state) = state.filter(ProvisioningState::is_terminal) {
            let error = ArmError::from_json(answer.body.get("properties").unwrap_or(&answer.body));
            self.end = Some(OperationEnd { state, error });
        }
        self.last = answer.body;
        Ok(self.end.clone())
    }
}

/// `status` of an operation, or `properties.provisioningState` of a resource.
fn state_of(body: &Json) -> Option<ProvisioningState> {
    let state = body.get("status").or_else(|| body.pointer("/properties/provisioningState"));
    state.and_then(Json::as_str).map(ProvisioningState::read)
}

fn wait_of(client: &ArmClient, answer: &Answer) -> Duration {
    answer.retry_after().unwrap_or(client.options().poll_interval).clamp(POLL_MIN, POLL_MAX)
}
