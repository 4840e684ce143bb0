//! The questions for Azure Policy: at the resource group where it is there already, for it may have policies of its own, and
//! else at the subscription.

use std::collections::BTreeSet;

use super::why;
use crate::azure::{ArmClient, Error, ErrorKind, PolicyDenial, PolicyRequest, PolicyRuling, Scope};
use crate::plan::PolicyQuestion;
use crate::plan::checks::{PolicyAnswer, PolicyVerdict};

/// Asks one question after the other; there are at most [`crate::plan::QUESTIONS_MAX`].
pub(super) async fn ask(
    client: &ArmClient,
    subscription_id: &str,
    questions: &[PolicyQuestion],
) -> Vec<PolicyAnswer> {
    let mut missing = BTreeSet::new();
    let mut answers = Vec::new();
    for question in questions {
        let answer = ruling(client, subscription_id, question, &mut missing).await;
        answers.push(PolicyAnswer {
            subject: format!("{} {}", question.resource_type, question.name),
            resources: question.alike + 1,
            answer: answer.map(|ruling| verdict(question, ruling)).map_err(why),
        });
    }
    answers
}

/// `missing`: the resource groups that are known not to be there.
async fn ruling(
    client: &ArmClient,
    subscription_id: &str,
    question: &PolicyQuestion,
    missing: &mut BTreeSet<String>,
) -> Result<PolicyRuling, Error> {
    let pending = question.pending_fields();
    let request = PolicyRequest {
        content: &question.content,
        api_version: &question.api_version,
        scope: question.scope.as_deref(),
        pending: &pending,
    };
    let subscription_id = subscription_id.to_owned();
    if let Some(group) = question.resource_group.as_ref().filter(|group| !missing.contains(*group)) {
        let scope =
            Scope::ResourceGroup { subscription_id: subscription_id.clone(), resource_group: group.clone() };
        match client.check_policies(&scope, request).await {
            Err(error) if error.kind == ErrorKind::NotFound => drop(missing.insert(group.clone())),
            answer => return answer,
        }
    }
    client.check_policies(&Scope::Subscription { subscription_id }, request).await
}

/// A denial that rests on a value which was not sent is no denial yet.
fn verdict(question: &PolicyQuestion, ruling: PolicyRuling) -> PolicyVerdict {
    let mut verdict = PolicyVerdict { denied: Vec::new(), open: ruling.open };
    for PolicyDenial { policy, reason, fields } in ruling.denials {
        let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        let unknown: Vec<&String> = fields.iter().filter(|field| question.rests_on_left_out(field)).collect();
        match unknown.first() {
            Some(field) => {
                verdict.open.push(format!("{policy} looks at `{field}`, which is not known yet{reason}"));
            }
            None => verdict.denied.push(format!("{policy}{reason}")),
        }
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_denial_that_rests_on_what_is_not_known_stays_open() {
        let question = PolicyQuestion {
            resource_type: "A/b".to_owned(),
            name: "c".to_owned(),
            alike: 0,
            api_version: "2024-05-01".to_owned(),
            resource_group: None,
            scope: None,
            content: json!({"type": "A/b"}),
            left_out: vec!["properties.principalId".to_owned()],
        };
        let denial = |policy: &str, field: &str| PolicyDenial {
            policy: policy.to_owned(),
            reason: Some("why".to_owned()),
            fields: vec!["type".to_owned(), field.to_owned()],
        };
        let denials = vec![denial("one", "properties.principalId"), denial("two", "location")];
        let expected = PolicyVerdict {
            denied: vec!["two (why)".to_owned()],
            open: vec!["one looks at `properties.principalId`, which is not known yet (why)".to_owned()],
        };
        assert_eq!(verdict(&question, PolicyRuling { denials, open: Vec::new() }), expected);
    }
}
