//! Taking away: resources, groups, the records of deployments, and what stays restorable after that. Paths and
//! api-versions: REST references of the providers (2026-11); long answers are followed as `poll` says.

use reqwest::Method;
use serde_json::Value as Json;

use super::arm_error::clean;
use super::deployments::{DEPLOYMENTS, RESOURCE_GROUPS};
use super::scope::subscription_path;
use super::transport::Answer;
use super::{
    ArmClient, ArmError, Blame, CancelFlag, Error, ErrorKind, NameOf, Poller, ProvisioningState, Retry, Scope,
};

/// A resource that stays restorable after it was deleted, and keeps its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restorable {
    pub kind: NameOf,
    pub name: String,
    /// Normalized.
    pub location: String,
    pub resource_group: String,
}

/// What came of purging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purge {
    Done,
    /// There was nothing to purge.
    Nothing,
    /// A vault with purge protection, which stays until its retention ends.
    Protected,
}

impl Restorable {
    /// The id that it has while it is deleted, and the api-version to ask with.
    fn deleted_id(&self, subscription_id: &str) -> Result<(String, &'static str), Error> {
        let Self { kind, name, location, resource_group } = self;
        let place = |namespace: &str| {
            let subscription = subscription_path(subscription_id)?;
            Ok::<_, Error>(format!("{subscription}/providers/{namespace}/locations/{location}"))
        };
        Ok(match kind {
            NameOf::ApiManagement => {
                (format!("{}/deletedservices/{name}", place("Microsoft.ApiManagement")?), "2024-05-01")
            }
            NameOf::CognitiveServices => (
                format!(
                    "{}/resourceGroups/{resource_group}/deletedAccounts/{name}",
                    place("Microsoft.CognitiveServices")?
                ),
                "2024-10-01",
            ),
            NameOf::KeyVault => {
                (format!("{}/deletedVaults/{name}", place("Microsoft.KeyVault")?), "2023-07-01")
            }
            NameOf::EventHub | NameOf::Storage => {
                return Err(Error::bad_request(format!("a {} cannot be restored", kind.describe())));
            }
        })
    }
}

impl ArmClient {
    /// Deletes a resource or a deployment's record and waits until it is gone. False where there was none.
    ///
    /// # Errors
    /// Every [`Error`]; `TimedOut` where it takes longer than `ClientOptions::deployment_timeout`.
    pub async fn delete(&self, id: &str, api_version: &str) -> Result<bool, Error> {
        let answer = match self.call(Method::DELETE, id, api_version, None).await {
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(false),
            answer => answer?,
        };
        if answer.status == 204 {
            return Ok(false);
        }
        self.wait_until_gone(id, api_version, &answer).await?;
        Ok(true)
    }

    /// Deletes a resource group with all that is in it. False where there was none.
    ///
    /// # Errors
    /// As [`ArmClient::delete`].
    pub async fn delete_group(&self, subscription_id: &str, name: &str) -> Result<bool, Error> {
        self.delete(&group_id(subscription_id, name)?, RESOURCE_GROUPS).await
    }

    /// Deletes the record of a deployment; what it has deployed stays. False where there was none.
    ///
    /// # Errors
    /// As [`ArmClient::delete`].
    pub async fn delete_deployment(&self, scope: &Scope, name: &str) -> Result<bool, Error> {
        self.delete(&scope.deployment_id(name)?, DEPLOYMENTS).await
    }

    /// The ids of the resources of a group that have a place of their own; None where there is no such group.
    ///
    /// # Errors
    /// Every [`Error`] but `NotFound`.
    pub async fn list_group(&self, subscription_id: &str, name: &str) -> Result<Option<Vec<String>>, Error> {
        let path = format!("{}/resources", group_id(subscription_id, name)?);
        let items = match self.list(&path, RESOURCE_GROUPS).await {
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
            items => items?,
        };
        let id = |item: &Json| item.get("id").and_then(Json::as_str).map(clean);
        Ok(Some(items.iter().filter_map(id).collect()))
    }

    /// The ids of one kind of what is inside of a resource.
    ///
    /// # Errors
    /// Every [`Error`].
    pub async fn list_below(&self, id: &str, kind: &str, api_version: &str) -> Result<Vec<String>, Error> {
        let items = self.list(&format!("{id}/{kind}"), api_version).await?;
        let id = |item: &Json| item.get("id").and_then(Json::as_str).map(clean);
        Ok(items.iter().filter_map(id).collect())
    }

    /// Whether a resource is deleted and still restorable.
    ///
    /// # Errors
    /// Every [`Error`] but `NotFound`.
    pub async fn is_restorable(&self, subscription_id: &str, resource: &Restorable) -> Result<bool, Error> {
        let (id, api_version) = resource.deleted_id(subscription_id)?;
        match self.get_resource(&id, api_version).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Deletes for good what was deleted, so that its name is free.
    ///
    /// # Errors
    /// As [`ArmClient::delete`].
    pub async fn purge(&self, subscription_id: &str, resource: &Restorable) -> Result<Purge, Error> {
        let (id, api_version) = resource.deleted_id(subscription_id)?;
        if resource.kind != NameOf::KeyVault {
            let was_there = self.delete(&id, api_version).await?;
            return Ok(if was_there { Purge::Done } else { Purge::Nothing });
        }
        match self.call(Method::POST, &format!("{id}/purge"), api_version, None).await {
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Purge::Nothing),
            // What Key Vault says of a vault with purge protection (public reports of az keyvault purge, 2026-11).
            Err(error) if error.code() == "MethodNotAllowed" => Ok(Purge::Protected),
            answer => {
                self.wait_until_gone(&id, api_version, &answer?).await?;
                Ok(Purge::Done)
            }
        }
    }

    /// Follows a deletion. Its status may be gone before we ask for it; then the resource itself has to be.
    async fn wait_until_gone(&self, id: &str, api_version: &str, answer: &Answer) -> Result<(), Error> {
        if answer.status != 202 && answer.header("azure-asyncoperation").is_none() {
            return Ok(());
        }
        let resource = self.own_url(&format!("{id}?api-version={api_version}"))?;
        let mut poller = Poller::new(self, resource, answer)?;
        let patience = CancelFlag::default();
        loop {
            match poller.poll(self).await {
                Ok(None) => poller.pause(self, &patience).await?,
                Ok(Some(end)) if end.state == ProvisioningState::Succeeded => return Ok(()),
                Ok(Some(end)) => {
                    let arm = end.error.unwrap_or_else(|| ArmError::new("", "Azure gives no reason"));
                    let message = format!("`{id}` could not be deleted");
                    let mut error = Error::new(ErrorKind::Refused, Blame::User, Retry::No, message);
                    (error.arm, error.correlation_id) =
                        (Some(Box::new(arm)), Some(self.correlation_id().to_owned()));
                    return Err(error);
                }
                Err(error) if error.kind == ErrorKind::NotFound => {
                    return match self.get_resource(id, api_version).await {
                        Err(gone) if gone.kind == ErrorKind::NotFound => Ok(()),
                        Ok(_) => Err(error),
                        Err(other) => Err(other),
                    };
                }
                Err(error) => return Err(error),
            }
        }
    }
}

fn group_id(subscription_id: &str, name: &str) -> Result<String, Error> {
    let scope =
        Scope::ResourceGroup { subscription_id: subscription_id.to_owned(), resource_group: name.to_owned() };
    scope.path()
}
