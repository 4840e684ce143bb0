//! Resources that are not gone when they are deleted: API Management services, Azure OpenAI accounts and key vaults stay
//! restorable, and their names taken, until somebody purges them.
//!
//! Sources (learn.microsoft.com, 2026-11): api-management/soft-delete, ai-services/recover-purge-resources,
//! key-vault/general/soft-delete-overview; the errors are those of src/catalog/data/arm_errors.

use std::sync::{MutexGuard, PoisonError};

use serde_json::{Value as Json, json};

use super::Shared;
use super::http::{Call, Reply};
use crate::catalog::regions::normalize;
use crate::sandbox::{ArmFault, Resource, ResourceId};

const SERVICE: &str = "Microsoft.ApiManagement/service";
const ACCOUNT: &str = "Microsoft.CognitiveServices/accounts";
const VAULT: &str = "Microsoft.KeyVault/vaults";

/// A deleted resource that can be restored.
#[derive(Clone, Debug)]
pub(super) struct Deleted {
    resource: Resource,
    at: String,
}

impl Deleted {
    fn location(&self) -> String {
        normalize(self.resource.text("/location").unwrap_or_default())
    }

    fn is(&self, resource_type: &str, name: &str) -> bool {
        self.resource.id.is_type(resource_type) && self.resource.id.name().eq_ignore_ascii_case(name)
    }

    fn to_json(&self) -> Json {
        let id = &self.resource.id;
        let subscription_id = id.subscription_id();
        let (namespace, collection) = if id.is_type(SERVICE) {
            ("Microsoft.ApiManagement", "deletedservices")
        } else if id.is_type(ACCOUNT) {
            ("Microsoft.CognitiveServices", "deletedAccounts")
        } else {
            ("Microsoft.KeyVault", "deletedVaults")
        };
        let group = match id.resource_group() {
            Some(group) if id.is_type(ACCOUNT) => format!("/resourceGroups/{group}"),
            _ => String::new(),
        };
        let properties = if id.is_type(SERVICE) {
            json!({"serviceId": id.to_string(), "deletionDate": self.at})
        } else if id.is_type(ACCOUNT) {
            json!({"deletionDate": self.at})
        } else {
            json!({"vaultId": id.to_string(), "location": self.location(), "deletionDate": self.at})
        };
        json!({
            "id": format!(
                "/subscriptions/{subscription_id}/providers/{namespace}/locations/{}{group}/{collection}/{}",
                self.location(), id.name()
            ),
            "name": id.name(), "type": format!("{namespace}/{collection}"), "location": self.location(),
            "properties": properties,
        })
    }
}

/// Deletes a resource with all below it, and keeps what can be restored. True where there was something.
pub(super) fn remove(shared: &Shared, id: &ResourceId) -> bool {
    let (key, below) = (id.key(), format!("{}/", id.key()));
    let is_kept = |resource: &Resource| {
        let own = resource.id.key();
        (own == key || own.starts_with(&below))
            && [SERVICE, ACCOUNT, VAULT].iter().any(|kept| resource.id.is_type(kept))
    };
    let at = super::timestamp(shared.now());
    let kept = shared.state.all().into_iter().filter(is_kept);
    shared.deleted().extend(kept.map(|resource| Deleted { resource, at: at.clone() }));
    shared.state.remove(id)
}

/// Refuses the name of a deleted resource, unless the request restores it; then it is no longer deleted.
pub(super) fn restore(shared: &Shared, id: &ResourceId, body: &Json) -> Result<(), ArmFault> {
    let mut deleted = shared.deleted();
    let found = deleted.iter().position(|deleted| {
        let kind = deleted.resource.id.resource_type();
        id.is_type(&kind) && deleted.is(&kind, id.name())
    });
    let Some(found) = found.filter(|_| !shared.state.exists(id)) else { return Ok(()) };
    let flag = |pointer: &str| body.pointer(pointer) == Some(&Json::Bool(true));
    let recovers = body.pointer("/properties/createMode").and_then(Json::as_str) == Some("recover");
    if flag("/properties/restore") || (id.is_type(VAULT) && recovers) {
        deleted.remove(found);
        return Ok(());
    }
    let name = id.name();
    Err(if id.is_type(SERVICE) {
        let message = format!(
            "Api service {name} was soft-deleted. In order to create the new service with the same name, you have to either undelete the service or purge it."
        );
        ArmFault::new(409, "ServiceAlreadyExistsInSoftDeletedState", message)
    } else if id.is_type(ACCOUNT) {
        let message = format!(
            "An existing resource with ID '{id}' has been soft-deleted. To restore the resource, you must specify 'restore' to be 'true' in the property."
        );
        ArmFault::new(409, "FlagMustBeSetForRestore", message)
    } else {
        let message = format!("A vault with the same name '{name}' already exists in deleted state.");
        ArmFault::new(409, "ConflictError", message)
    })
}

/// True where a deleted resource of that type holds the name.
pub(super) fn is_taken(shared: &Shared, resource_type: &str, name: &str) -> bool {
    shared.deleted().iter().any(|deleted| deleted.is(resource_type, name))
}

/// Serves the lists of deleted resources, and purging; None for other paths below a subscription.
pub(super) fn serve(shared: &Shared, call: &Call, rest: &[&str]) -> Option<Result<Reply, ArmFault>> {
    let lower: Vec<String> = rest.iter().map(|part| part.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let (resource_type, collection) = match *lower.get(1).filter(|_| lower.first() == Some(&"providers"))? {
        "microsoft.apimanagement" => (SERVICE, "deletedservices"),
        "microsoft.cognitiveservices" => (ACCOUNT, "deletedaccounts"),
        "microsoft.keyvault" => (VAULT, "deletedvaults"),
        _ => return None,
    };
    let all = || {
        let deleted = shared.deleted();
        deleted
            .iter()
            .filter(|one| one.resource.id.is_type(resource_type))
            .map(Deleted::to_json)
            .collect::<Vec<_>>()
    };
    let one = |name: &str, location: &str| {
        let deleted = shared.deleted();
        deleted
            .iter()
            .find(|one| one.is(resource_type, name) && one.location() == normalize(location))
            .cloned()
    };
    let not_found =
        |name: &str| ArmFault::not_found("ResourceNotFound", format!("There is no deleted '{name}'."));
    let method = call.method.as_str();
    let (location, name, verb) = match lower[2..] {
        [list] if list == collection && method == "GET" => return Some(Ok(Reply::list(all()))),
        ["locations", location, list, name] if list == collection => (location, name, ""),
        ["locations", location, "resourcegroups", _, list, name] if list == collection => {
            (location, name, "")
        }
        ["locations", location, list, name, verb] if list == collection => (location, name, verb),
        _ => return None,
    };
    match (method, verb) {
        ("GET", "") => {
            Some(one(name, location).map(|one| Reply::ok(one.to_json())).ok_or_else(|| not_found(name)))
        }
        ("DELETE", "") | ("POST", "purge") => {
            let Some(found) = one(name, location) else { return Some(Err(not_found(name))) };
            let protection = found.resource.at("/properties/enablePurgeProtection").and_then(Json::as_bool);
            if resource_type == VAULT && protection == Some(true) {
                let message = "Operation 'DeletedVaultPurge' is not allowed.";
                return Some(Err(ArmFault::new(405, "MethodNotAllowed", message)));
            }
            shared.deleted().retain(|one| !one.is(resource_type, name));
            let mut reply = shared.accepted(call, 200, None);
            // Of the three, API Management's contract has a body (`DeletedServices_Purge`, 2023-09-01-preview).
            reply.body = (resource_type == SERVICE).then(|| found.to_json());
            Some(Ok(reply))
        }
        _ => None,
    }
}

impl Shared {
    pub(super) fn deleted(&self) -> MutexGuard<'_, Vec<Deleted>> {
        self.deleted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
