//! What to do about a failure, by ARM's code at any depth. Sources: learn.microsoft.com, "Troubleshoot common Azure
//! deployment errors" (read 2026-11), and the providers' own messages.

use super::{Failure, FailureKind};
use crate::azure::{ArmError, ErrorKind};

/// Code, and an imperative sentence. The first that occurs anywhere in the error is taken, so special ones come first.
const BY_CODE: &[(&str, &str)] = &[
    ("FlagMustBeSetForRestore", "purge the soft-deleted resource of that name, or choose another name"),
    (
        "ServiceAlreadyExistsInSoftDeletedState",
        "purge the soft-deleted API Management service, or choose another name",
    ),
    ("InsufficientQuota", "lower `capacity`, choose another region, or ask for more quota of that model"),
    ("QuotaExceeded", "ask for more quota in that region, or choose another region"),
    ("SkuNotAvailable", "choose another SKU or region; `genai-lz regions` lists where it is offered"),
    (
        "LocationNotAvailableForResourceType",
        "choose another region; `genai-lz regions` lists where it is offered",
    ),
    ("InvalidResourceLocation", "keep the region it was created in, or delete the existing resource first"),
    (
        "MissingSubscriptionRegistration",
        "register the resource provider with `az provider register --namespace`",
    ),
    ("NoRegisteredProviderFound", "use an api-version and a region that the provider offers"),
    (
        "AuthorizationFailed",
        "ask for the role Owner, or Contributor and User Access Administrator, on the subscription",
    ),
    ("LinkedAuthorizationFailed", "ask for rights on the linked resource that the message names"),
    ("RequestDisallowedByPolicy", "change what the named Azure Policy forbids, or ask for an exemption"),
    (
        "DeploymentActive",
        "wait until the running deployment of that name has ended, or cancel it, and run again",
    ),
    ("StorageAccountAlreadyTaken", "choose another name: it is taken by somebody else"),
    (
        "VaultAlreadyExists",
        "choose another key vault name: it is taken, or soft-deleted and waiting to be purged",
    ),
    ("CustomDomainInUse", "choose another `customSubDomain`: it is taken by somebody else"),
    ("ResourceGroupBeingDeleted", "wait until the resource group is gone, and run again"),
    ("ScopeLocked", "remove the lock that the message names, and run again"),
    ("AnotherOperationInProgress", "run again: another change of the same resource was going on"),
    ("InvalidTemplate", "report this: the template was made by genai-lz"),
    ("InvalidTemplateDeployment", "look at the inner errors: Azure checked the template before starting"),
];

/// The hints for a failure, at least one.
pub(super) fn of(failure: &Failure) -> Vec<String> {
    let mut errors: Vec<&ArmError> = failure.failed.iter().map(|failed| &failed.error).collect();
    let mut hints = Vec::new();
    match &failure.kind {
        FailureKind::MissingOutput { from_stage, .. } => {
            hints.push(format!("deploy stage `{from_stage}` in the same run"));
        }
        FailureKind::Refused(error) | FailureKind::Lost(error) => {
            errors.extend(error.arm.as_deref());
            hints.extend(for_kind(error.kind).map(str::to_owned));
        }
        FailureKind::Failed(error) => errors.push(error),
        FailureKind::Canceled { .. } | FailureKind::CanceledElsewhere => {}
    }
    let known = BY_CODE.iter().filter(|(code, _)| errors.iter().any(|error| error.has_code(code)));
    hints.extend(known.map(|(_, hint)| (*hint).to_owned()));
    if !failure.deployment_id.is_empty() {
        hints.push("run the same command again: what is deployed stays, the rest is made up for".to_owned());
    }
    if hints.is_empty() {
        let correlation_id = &failure.correlation_id;
        hints.push(format!(
            "look the code up at https://aka.ms/arm-common-errors; Azure support needs the correlation id {correlation_id}"
        ));
    }
    hints
}

fn for_kind(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::NotSignedIn => Some(
            "sign in with `az login`, or set `AZURE_CLIENT_ID`, `AZURE_TENANT_ID` and `AZURE_CLIENT_SECRET`",
        ),
        ErrorKind::Forbidden => {
            Some("ask for the role Owner, or Contributor and User Access Administrator, on the subscription")
        }
        ErrorKind::Unreachable => Some("check the network and `HTTPS_PROXY`, and run again"),
        ErrorKind::BadAnswer => Some("check whether a proxy answers in place of Azure"),
        ErrorKind::NotFound | ErrorKind::Refused | ErrorKind::BadRequest => None,
    }
}
