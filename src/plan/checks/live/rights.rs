//! What may stand in the way besides capacity: names, resource providers, Azure Policy and rights.

use super::{Live, blocked, needed_actions, not_told, ok};
use crate::plan::Plan;
use crate::plan::checks::{Check, PolicyAnswer, PolicyVerdict, Question, Verdict};

/// So many missing actions are named.
const ACTIONS_SHOWN: usize = 6;

pub(super) fn names(live: &Live) -> impl Iterator<Item = Check> {
    live.names.iter().map(|named| {
        let verdict = match &named.answer {
            Ok(Ok(())) => ok("free, or ours already"),
            Ok(Err(why)) if named.is_soft_deleted => blocked(
                format!(
                    "{why}; a deleted resource of this subscription holds it: `genai-lz deploy --purge-deleted` deletes \
                     it for good, and az can restore it"
                ),
                "metadata.identifier",
                Vec::new(),
            ),
            Ok(Err(why)) => blocked(
                format!("{why}; somebody else has it, or a deleted resource: choose another `metadata.identifier`, or another name in \
                     `metadata.names`"),
                "metadata.identifier",
                Vec::new(),
            ),
            Err(why) => not_told(why),
        };
        Check::live(Question::Name, named.subject.clone(), verdict)
    })
}

pub(super) fn providers(live: &Live) -> impl Iterator<Item = Check> {
    live.providers.iter().filter_map(|(namespace, answer)| {
        let verdict = match answer {
            Ok(state) if state.eq_ignore_ascii_case("Registered") => return None,
            Ok(state) => Verdict::Warning {
                why: format!("it is {state}"),
                advice: format!(
                    "az provider register --namespace {namespace} --wait, or `genai-lz deploy --register-providers`"
                ),
            },
            Err(why) => not_told(why),
        };
        Some(Check::live(Question::Provider, namespace.clone(), verdict))
    })
}

pub(super) fn policies(live: &Live) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut fine = 0;
    for PolicyAnswer { subject, resources, answer } in &live.policies {
        let verdict = match answer {
            Ok(PolicyVerdict { denied, open }) if !denied.is_empty() => {
                let also =
                    if open.is_empty() { String::new() } else { format!("; open: {}", open.join("; ")) };
                blocked(
                    format!(
                        "denied by {}{also}: change what it forbids, or ask whoever assigned it to exempt the resource group",
                        denied.join("; ")
                    ),
                    "spec",
                    Vec::new(),
                )
            }
            Ok(PolicyVerdict { open, .. }) if !open.is_empty() => Verdict::Unverified {
                why: format!("decided when it is deployed: {}", open.join("; ")),
                decided_by: Vec::new(),
            },
            Ok(_) => {
                fine += resources;
                continue;
            }
            Err(why) => not_told(why),
        };
        let others = resources.saturating_sub(1);
        let subject = if others == 0 { subject.clone() } else { format!("{subject} and {others} like it") };
        checks.push(Check::live(Question::Policy, subject, verdict));
    }
    if fine > 0 {
        let note = "denied by no policy as far as their values are known";
        checks.push(Check::live(Question::Policy, format!("{fine} resources"), ok(note)));
    }
    if live.policies_beyond > 0 {
        let why = format!(
            "Azure Policy was asked about {} resources that differ, which is the limit",
            live.policies.len()
        );
        let verdict = Verdict::Unverified { why, decided_by: Vec::new() };
        checks.push(Check::live(
            Question::Policy,
            format!("{} further resources", live.policies_beyond),
            verdict,
        ));
    }
    checks
}

pub(super) fn permissions(plan: &Plan, live: &Live) -> Check {
    let verdict = match &live.missing_actions {
        Ok(missing) if missing.is_empty() => ok(format!("all {} actions", needed_actions(plan).len())),
        Ok(missing) => {
            let shown: Vec<&str> = missing.iter().map(String::as_str).take(ACTIONS_SHOWN).collect();
            let more = missing.len().saturating_sub(shown.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            blocked(
                format!(
                    "not allowed: {}{more}; Owner is, or Contributor beside Role Based Access Control Administrator",
                    shown.join(", ")
                ),
                "role",
                Vec::new(),
            )
        }
        Err(why) => not_told(why),
    };
    Check::live(Question::Permissions, "the account", verdict)
}
