//! Azure Policy, as far as a test or a demonstration needs it: assignments that deny a type of resource, or one whose
//! field is so or so. Asked before (`checkPolicyRestrictions`, 2024-10-01) and when a resource is made.

use serde_json::{Value as Json, json};

use crate::sandbox::{ArmFault, ResourceId};

/// Stands for every type that has a location, as the mode `Indexed` of a policy does.
const EVERY_TYPE: &str = "*";

/// A policy assignment that forbids resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Such as `Microsoft.Network/publicIPAddresses`; `*` for every resource with a location.
    pub resource_type: String,
    /// The assignment's display name.
    pub policy: String,
    /// Denied is what the condition is true of; everything of the type where there is none.
    pub condition: Option<Condition>,
}

/// What a field has to be for a resource to be denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `location`, `tags.owner`, `properties.publicNetworkAccess`.
    pub field: String,
    pub test: Test,
}

/// How a field is looked at, as in the language of policies: texts are compared without case, and a field that is not there
/// equals nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    Equals(Json),
    NotEquals(Json),
    Exists(bool),
}

impl Test {
    fn operator(&self) -> &'static str {
        match self {
            Self::Equals(_) => "equals",
            Self::NotEquals(_) => "notEquals",
            Self::Exists(_) => "exists",
        }
    }

    fn target(&self) -> Json {
        match self {
            Self::Equals(value) | Self::NotEquals(value) => value.clone(),
            Self::Exists(exists) => json!(exists),
        }
    }

    fn holds(&self, value: Option<&Json>) -> bool {
        let equals = |wanted: &Json| match (value, wanted) {
            (Some(Json::String(value)), Json::String(wanted)) => value.eq_ignore_ascii_case(wanted),
            (value, wanted) => value == Some(wanted),
        };
        match self {
            Self::Equals(wanted) => equals(wanted),
            Self::NotEquals(wanted) => !equals(wanted),
            Self::Exists(exists) => value.is_some_and(|value| !value.is_null()) == *exists,
        }
    }
}

/// The value at a path such as `properties.sku.name`; names without case.
fn field<'a>(body: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(body, |value, name| {
        value.as_object()?.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, inner)| inner)
    })
}

/// Whether a value waits for the deployment, and so for the request that makes the resource.
fn is_expression(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.starts_with('[') && text.ends_with(']'))
}

impl Denial {
    /// Denies every resource of a type.
    pub fn of_type(resource_type: impl Into<String>, policy: impl Into<String>) -> Self {
        Self { resource_type: resource_type.into(), policy: policy.into(), condition: None }
    }

    fn slug(&self) -> String {
        self.policy.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-")
    }

    fn assignment_id(&self, subscription_id: &str) -> String {
        format!(
            "/subscriptions/{subscription_id}/providers/Microsoft.Authorization/policyAssignments/{}",
            self.slug()
        )
    }

    fn definition_id(&self) -> String {
        format!("/providers/Microsoft.Authorization/policyDefinitions/{}", self.slug())
    }

    fn is_about(&self, resource_type: &str, body: &Json) -> bool {
        match self.resource_type.as_str() {
            EVERY_TYPE => body.get("location").is_some(),
            own => own.eq_ignore_ascii_case(resource_type),
        }
    }

    /// Whether a resource is denied when it is made. A value that waits for the deployment is decided over then.
    pub(super) fn denies(&self, resource_type: &str, body: &Json) -> bool {
        self.is_about(resource_type, body)
            && self.condition.as_ref().is_none_or(|condition| {
                let value = field(body, &condition.field);
                !value.is_some_and(is_expression) && condition.test.holds(value)
            })
    }

    pub(super) fn fault(&self, id: &ResourceId) -> ArmFault {
        let (assignment, definition) = (self.assignment_id(id.subscription_id()), self.definition_id());
        let message = format!(
            "Resource '{}' was disallowed by policy. Policy identifiers: '[{{\"policyAssignment\":{{\"name\":\"{}\",\"id\":\"{assignment}\"}},\"policyDefinition\":{{\"id\":\"{definition}\"}}}}]'.",
            id.name(),
            self.policy
        );
        let info = json!({
            "type": "PolicyViolation",
            "info": {
                "policyAssignmentDisplayName": self.policy, "policyAssignmentId": assignment,
                "policyDefinitionDisplayName": self.policy, "policyDefinitionId": definition,
                "policyDefinitionEffect": "deny",
            },
        });
        ArmFault::new(403, "RequestDisallowedByPolicy", message).with_info(info)
    }

    fn reference(&self, subscription_id: &str) -> Json {
        json!({"policyAssignmentId": self.assignment_id(subscription_id), "policyDefinitionId": self.definition_id()})
    }

    fn reason(&self) -> String {
        match &self.condition {
            None => format!("resources of the type are denied by '{}'", self.policy),
            Some(Condition { field, test }) => {
                format!("'{field}' {} {} is denied by '{}'", test.operator(), test.target(), self.policy)
            }
        }
    }
}

/// The answer of `checkPolicyRestrictions`.
pub(super) fn restrictions(denied: &[Denial], subscription_id: &str, request: &Json) -> Json {
    let nothing = Json::Null;
    let content = request.pointer("/resourceDetails/resourceContent").unwrap_or(&nothing);
    let resource_type = content.get("type").and_then(Json::as_str).unwrap_or_default();
    let pending: Vec<&str> = request
        .get("pendingFields")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(|pending| pending.get("field")?.as_str())
        .collect();
    let (mut evaluations, mut restrictions) = (Vec::new(), Vec::new());
    for denial in denied.iter().filter(|denial| denial.is_about(resource_type, content)) {
        let policy = denial.reference(subscription_id);
        match &denial.condition {
            Some(Condition { field: name, test })
                if field(content, name).is_none()
                    && pending.iter().any(|pending| pending.eq_ignore_ascii_case(name)) =>
            {
                let (result, values) = match test {
                    Test::Equals(value) => ("Deny", vec![value.clone()]),
                    Test::NotEquals(value) => ("Required", vec![value.clone()]),
                    Test::Exists(exists) => (if *exists { "Deny" } else { "Required" }, Vec::new()),
                };
                let restriction = json!({
                    "result": result, "values": values, "policy": policy, "policyEffect": "Deny", "reason": denial.reason(),
                });
                restrictions.push(json!({"field": name, "restrictions": [restriction]}));
            }
            _ if denial.denies(resource_type, content) => {
                let mut expressions = vec![json!({
                    "result": "True", "expressionKind": "Field", "expression": "type", "path": "type",
                    "expressionValue": resource_type, "targetValue": denial.resource_type, "operator": "equals",
                })];
                expressions.extend(denial.condition.as_ref().map(|Condition { field: name, test }| {
                    json!({
                        "result": "True", "expressionKind": "Field", "expression": name, "path": name,
                        "expressionValue": field(content, name), "targetValue": test.target(), "operator": test.operator(),
                    })
                }));
                evaluations.push(json!({
                    "policyInfo": policy, "evaluationResult": "NonCompliant", "effectDetails": {"policyEffect": "Deny"},
                    "evaluationDetails": {"evaluatedExpressions": expressions, "reason": denial.reason()},
                }));
            }
            _ => {}
        }
    }
    json!({"fieldRestrictions": restrictions, "contentEvaluationResult": {"policyEvaluations": evaluations}})
}
