//! What to do about a failure: what `catalog::arm_errors` knows of ARM's codes at any depth, what the kind of failure
//! says by itself, and where to look otherwise.

use super::{Failure, FailureKind, codes, explain};
use crate::azure::{ArmError, ErrorKind};

/// The hints for a failure, at least one.
pub(super) fn of(failure: &Failure) -> Vec<String> {
    let mut errors: Vec<&ArmError> = failure.failed.iter().map(|failed| &failed.error).collect();
    let mut hints = Vec::new();
    let mut of_kind = None;
    match &failure.kind {
        FailureKind::MissingOutput { from_stage, .. } => {
            hints.push(format!("deploy stage `{from_stage}` in the same run"));
        }
        FailureKind::Refused(error) | FailureKind::Lost(error) => {
            errors.extend(error.arm.as_deref());
            of_kind = for_kind(error.kind);
        }
        FailureKind::Failed(error) => errors.push(error),
        FailureKind::Busy { .. } => {
            hints.push("wait for it with `--on-busy wait`, or stop it with `--on-busy cancel`".to_owned());
            hints.push("see with `genai-lz status` what it is doing".to_owned());
            hints.push(format!("read more with `genai-lz explain {}`", codes::UNDER_WAY.id));
        }
        FailureKind::Contended => {
            hints.push("see with `genai-lz status` how it stands, and run again".to_owned());
        }
        FailureKind::Left { .. } => {
            hints.push("see with `genai-lz status` how it goes".to_owned());
            hints.push("run the same command again to follow it to its end and deploy the rest".to_owned());
            return hints;
        }
        FailureKind::Canceled { .. } | FailureKind::CanceledElsewhere => {}
    }
    for hint in errors.into_iter().flat_map(explain::advice) {
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    if hints.is_empty() {
        hints.extend(of_kind.map(str::to_owned));
    }
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
        ErrorKind::TimedOut => Some("wait until the deployment has ended, and run again"),
        ErrorKind::BadAnswer => Some("check whether a proxy answers in place of Azure"),
        ErrorKind::NotFound | ErrorKind::Refused | ErrorKind::BadRequest => None,
    }
}
