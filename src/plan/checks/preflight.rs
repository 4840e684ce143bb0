//! What the spec's `preflight` makes of the answers: which checks may stop a deployment, and whether an open one does.

use super::{Check, Question, Verdict};
use crate::model::Preflight;

/// Weighs `checks` by the spec: a check that is not required does not block, and where `unverified` is `fail` a required
/// one that stays open does. `asked`: Azure was; before, what only Azure knows has to stay open.
pub(super) fn weigh(checks: Vec<Check>, preflight: &Preflight, asked: bool) -> Vec<Check> {
    checks.into_iter().map(|check| one(check, preflight, asked)).collect()
}

fn one(check: Check, preflight: &Preflight, asked: bool) -> Check {
    let Some(word) = word(check.question) else { return check };
    let required = preflight.required.iter().any(|required| required == word);
    let verdict = match check.verdict {
        Verdict::Blocked { why, .. } if !required => Verdict::Warning {
            why,
            advice: format!("`{word}` is not in `preflight.require`, so this does not stop a deployment"),
        },
        Verdict::Unverified { why, .. }
            if required && preflight.unverified_fails && (asked || !is_azures(check.question)) =>
        {
            Verdict::Blocked {
                why: format!("{why}; unverified, and `preflight.unverified` is `fail`"),
                alternatives: Vec::new(),
            }
        }
        verdict => verdict,
    };
    Check { verdict, ..check }
}

/// Whether nobody but Azure can answer.
fn is_azures(question: Question) -> bool {
    matches!(
        question,
        Question::Quota | Question::Capacity | Question::Name | Question::Policy | Question::GatewayPolicies
    )
}

/// The word of `preflight.require` for a question; None where the spec has no say.
fn word(question: Question) -> Option<&'static str> {
    match question {
        Question::Region => Some("region"),
        Question::GatewayTier => Some("apimSku"),
        Question::Zones => Some("zones"),
        Question::Model => Some("models"),
        Question::Quota => Some("quota"),
        Question::Capacity => Some("ptuCapacity"),
        Question::Name => Some("names"),
        Question::Policy => Some("azurePolicy"),
        Question::GatewayPolicies => Some("policiesOnGateway"),
        Question::SharedQuota
        | Question::Provider
        | Question::Permissions
        | Question::Account
        | Question::RuleSet
        | Question::ResourceGroup
        | Question::Template => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(
        question: Question,
        verdict: Verdict,
        required: &[&str],
        unverified_fails: bool,
        asked: bool,
    ) -> &'static str {
        let check = Check { question, subject: String::new(), verdict, facts: Vec::new() };
        let required = required.iter().map(|word| (*word).to_owned()).collect();
        weigh(vec![check], &Preflight { required, unverified_fails }, asked)[0].verdict.name()
    }

    #[test]
    fn the_spec_says_what_blocks() {
        let blocked = || Verdict::Blocked { why: String::new(), alternatives: Vec::new() };
        let open = || Verdict::Unverified { why: String::new(), decided_by: Vec::new() };
        for (question, verdict, required, unverified_fails, expected) in [
            (Question::Model, blocked(), &["models"][..], false, "blocked"),
            (Question::Model, blocked(), &["region"][..], false, "warning"),
            (Question::GatewayTier, open(), &["apimSku"][..], false, "unverified"),
            (Question::GatewayTier, open(), &["apimSku"][..], true, "blocked"),
            (Question::GatewayTier, open(), &[][..], true, "unverified"),
            (Question::Quota, open(), &["models"][..], true, "unverified"),
            (Question::Quota, open(), &["quota"][..], true, "blocked"),
            (Question::Quota, blocked(), &["models"][..], false, "warning"),
            (Question::Capacity, blocked(), &["ptuCapacity"][..], false, "blocked"),
            (Question::Name, blocked(), &[][..], false, "warning"),
            (Question::Policy, blocked(), &["azurePolicy"][..], false, "blocked"),
            (Question::GatewayPolicies, blocked(), &["policiesOnGateway"][..], false, "blocked"),
            (Question::Permissions, blocked(), &[][..], false, "blocked"),
        ] {
            assert_eq!(
                weighed(question, verdict, required, unverified_fails, true),
                expected,
                "{question:?} {required:?}"
            );
        }
        // Before Azure is asked its questions are open for everybody.
        assert_eq!(weighed(Question::Quota, open(), &["quota"], true, false), "unverified");
        assert_eq!(weighed(Question::Model, open(), &["models"], true, false), "blocked");
    }
}
