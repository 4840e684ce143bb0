//! What Azure Policy would say of a resource that is not there yet: `checkPolicyRestrictions` of Microsoft.PolicyInsights
//! (Azure/azure-rest-api-specs, policyinsights, stable/2024-10-01/checkPolicyRestrictions.json; read 2026-12). From 2023 on its
//! answers name the effect of a policy and a reason.

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::arm_error::clean;
use super::scope::Scope;
use super::{ArmClient, Error};

const POLICY_INSIGHTS: &str = "2024-10-01";
/// So many statements of one answer are told.
const STATEMENTS_MAX: usize = 20;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct PolicyRequest<'a> {
    /// `type`, `name`, `location`, `properties` …: what is known of the resource.
    pub content: &'a Json,
    pub api_version: &'a str,
    /// The id of the resource that it stands in or on.
    pub scope: Option<&'a str>,
    /// Fields that will have a value which is not known yet.
    pub pending: &'a [String],
}

/// What Azure Policy says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyRuling {
    pub denials: Vec<PolicyDenial>,
    /// What holds for the pending fields, and policies that could not be evaluated, in words.
    pub open: Vec<String>,
}

/// A policy that denies the resource as it is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDenial {
    /// The id of its assignment.
    pub policy: String,
    /// Azure's own words; None where it has none.
    pub reason: Option<String>,
    /// The fields that decided, such as `properties.publicNetworkAccess`.
    pub fields: Vec<String>,
}

impl ArmClient {
    /// Asks what Azure Policy says of a resource. The policies of a resource group are asked only where it is there already.
    ///
    /// # Errors
    /// `NotFound` where the resource group is not there, and every other [`Error`].
    pub async fn check_policies(
        &self,
        scope: &Scope,
        request: PolicyRequest<'_>,
    ) -> Result<PolicyRuling, Error> {
        let path = format!("{}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions", scope.path()?);
        let mut body = json!({
            "resourceDetails": {"resourceContent": request.content, "apiVersion": request.api_version},
        });
        if let Some(scope) = request.scope {
            body["resourceDetails"]["scope"] = json!(scope);
        }
        if !request.pending.is_empty() {
            let fields = request.pending.iter().map(|field| json!({"field": field}));
            body["pendingFields"] = fields.collect();
        }
        let body = body.to_string();
        Ok(ruling(&self.call(Method::POST, &path, POLICY_INSIGHTS, Some(body.as_bytes())).await?.body))
    }
}

fn ruling(answer: &Json) -> PolicyRuling {
    let mut ruling = PolicyRuling::default();
    for evaluation in list(answer, "/contentEvaluationResult/policyEvaluations").take(STATEMENTS_MAX) {
        let effect = text(evaluation, "/effectDetails/policyEffect");
        if effect.is_some_and(|effect| !effect.eq_ignore_ascii_case("deny")) {
            continue;
        }
        let policy = policy(evaluation, "/policyInfo");
        match text(evaluation, "/evaluationResult") {
            Some(result) if result.eq_ignore_ascii_case("NonCompliant") => {
                ruling.denials.push(PolicyDenial {
                    policy,
                    reason: text(evaluation, "/evaluationDetails/reason").filter(|reason| !reason.is_empty()),
                    fields: list(evaluation, "/evaluationDetails/evaluatedExpressions")
                        .filter_map(|expression| text(expression, "/path"))
                        .collect(),
                });
            }
            Some(result) if result.eq_ignore_ascii_case("Compliant") => {}
            result => {
                let result = result.unwrap_or_else(|| "no result".to_owned());
                ruling.open.push(format!("{policy} was not evaluated: {result}"));
            }
        }
    }
    for field in list(answer, "/fieldRestrictions").take(STATEMENTS_MAX) {
        let name = text(field, "/field").unwrap_or_else(|| "a field".to_owned());
        // `Audit` stops nothing.
        let restrictions = list(field, "/restrictions")
            .filter(|one| !text(one, "/result").is_some_and(|result| result.eq_ignore_ascii_case("audit")));
        ruling.open.extend(restrictions.take(STATEMENTS_MAX).map(|one| restriction(&name, one)));
    }
    ruling
}

/// `location: deny [westus3] by /subscriptions/… (only in Europe)`.
fn restriction(field: &str, restriction: &Json) -> String {
    let result = text(restriction, "/result").unwrap_or_else(|| "restricted".to_owned()).to_ascii_lowercase();
    let values: Vec<String> =
        list(restriction, "/values").filter_map(Json::as_str).take(STATEMENTS_MAX).map(clean).collect();
    let values = if values.is_empty() { String::new() } else { format!(" [{}]", values.join(", ")) };
    let reason = text(restriction, "/reason").filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{field}: {result}{values} by {}{reason}", policy(restriction, "/policy"))
}

fn policy(item: &Json, pointer: &str) -> String {
    let id = ["policyAssignmentId", "policyDefinitionId"]
        .iter()
        .find_map(|name| text(item, &format!("{pointer}/{name}")));
    id.unwrap_or_else(|| "a policy without a name".to_owned())
}

fn list<'a>(item: &'a Json, pointer: &str) -> impl Iterator<Item = &'a Json> {
    item.pointer(pointer).and_then(Json::as_array).into_iter().flatten()
}

fn text(item: &Json, pointer: &str) -> Option<String> {
    item.pointer(pointer).and_then(Json::as_str).map(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denials_have_reasons_and_what_is_not_decided_stays_open() {
        let evaluation = |result: &str, effect: &str| {
            json!({
                "policyInfo": {"policyAssignmentId": "/a/no-public"}, "evaluationResult": result,
                "effectDetails": {"policyEffect": effect},
                "evaluationDetails": {
                    "reason": "access is public",
                    "evaluatedExpressions": [{"path": "type"}, {"path": "properties.publicNetworkAccess"}],
                },
            })
        };
        let answer = json!({
            "contentEvaluationResult": {"policyEvaluations": [
                evaluation("NonCompliant", "Deny"), evaluation("NonCompliant", "Audit"), evaluation("Compliant", "Deny"),
                evaluation("Error", "Deny"),
            ]},
            "fieldRestrictions": [{"field": "location", "restrictions": [
                {"result": "Deny", "values": ["westus3"], "policy": {"policyDefinitionId": "/d/eu"}, "reason": "Europe"},
                {"result": "Audit", "values": ["westus3"]},
            ]}],
        });
        let denial = PolicyDenial {
            policy: "/a/no-public".to_owned(),
            reason: Some("access is public".to_owned()),
            fields: vec!["type".to_owned(), "properties.publicNetworkAccess".to_owned()],
        };
        assert_eq!(
            ruling(&answer),
            PolicyRuling {
                denials: vec![denial],
                open: vec![
                    "/a/no-public was not evaluated: Error".to_owned(),
                    "location: deny [westus3] by /d/eu (Europe)".to_owned(),
                ],
            }
        );
        assert_eq!(ruling(&json!({})), PolicyRuling::default());
    }
}
