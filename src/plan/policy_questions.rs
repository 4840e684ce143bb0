//! What Azure Policy is asked of a deployment: each resource as it will be made, as far as that is known before.
//!
//! ```text
//! evaluated stages --policy_questions--> PolicyQuestions --deploy::preflight--> Azure --checks::check_live--> checks
//! ```
//!
//! A question carries no secret, and nothing of a value that only the deployment can tell: such values are left out,
//! and the question says which, so that an answer that rests on one of them is known as open.

use serde_json::{Map, Value as Json, json};

use crate::arm::{self, Value};

use super::{GROUP_TYPE, StageEvaluation, describe, preview, secrets};

/// So many resources are asked about; a landing zone has about fifty that differ.
pub const QUESTIONS_MAX: usize = 200;

/// Longer texts, such as the XML of a gateway's policy, are left out: no policy of Azure reads them.
const TEXT_BYTES_MAX: usize = 4_096;

/// What policies call a resource group; templates leave `subscriptions` out.
const POLICY_GROUP_TYPE: &str = "Microsoft.Resources/subscriptions/resourceGroups";

/// Entities inside of other resources that built-in policies look at (definitions of the categories API Management,
/// Cognitive Services, Network and Monitoring in Azure/azure-policy, 2026-11); others are not asked about.
const INNER_TYPES: [&str; 6] = [
    "Microsoft.ApiManagement/service/apis",
    "Microsoft.ApiManagement/service/backends",
    "Microsoft.ApiManagement/service/namedValues",
    "Microsoft.ApiManagement/service/subscriptions",
    "Microsoft.CognitiveServices/accounts/deployments",
    "Microsoft.Network/virtualNetworks/subnets",
];

/// Everything that is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyQuestions {
    /// At most [`QUESTIONS_MAX`], in order of deployment.
    pub asked: Vec<PolicyQuestion>,
    /// How many differing resources are beyond that.
    pub beyond: usize,
}

/// One resource, for itself and for those that differ from it in the name alone.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyQuestion {
    /// As policies call it.
    pub resource_type: String,
    /// Of the first: the full name, segments joined by `/`.
    pub name: String,
    /// How many others are the same but for the name.
    pub alike: usize,
    pub api_version: String,
    /// None for what belongs to the subscription.
    pub resource_group: Option<String>,
    /// The id of the resource that it stands in or on.
    pub scope: Option<String>,
    /// `type`, `name`, `location`, `tags`, `properties` …, without what is not known and what is secret.
    pub content: Json,
    /// What was left out of the content: `properties.principalId`.
    pub left_out: Vec<String>,
}

impl PolicyQuestion {
    /// The first step of what was left out, where Azure Policy takes it as a field that is still to come.
    pub fn pending_fields(&self) -> Vec<String> {
        let is_field = |path: &&String| ["name", "location", "kind"].contains(&path.as_str());
        self.left_out.iter().filter(is_field).cloned().collect()
    }

    /// Whether an expression over the field at `path` looks at something that was left out.
    pub fn rests_on_left_out(&self, path: &str) -> bool {
        let path = steps(path);
        !path.is_empty()
            && self.left_out.iter().any(|left_out| {
                let left_out = steps(left_out);
                left_out.iter().zip(&path).all(|(one, other)| one == other)
            })
    }

    fn is_like(&self, other: &Self) -> bool {
        let same = |name: &str| self.content.get(name) == other.content.get(name);
        let (own, others) = (self.content.as_object(), other.content.as_object());
        self.resource_type == other.resource_type
            && self.resource_group == other.resource_group
            && self.left_out == other.left_out
            && own.map(Map::len) == others.map(Map::len)
            && own.into_iter().flatten().all(|(name, _)| name == "name" || same(name))
    }
}

/// The steps of a path in lower case, without the places in lists.
fn steps(path: &str) -> Vec<String> {
    let steps = path.split('.').map(|step| step.split('[').next().unwrap_or(step).to_ascii_lowercase());
    steps.filter(|step| !step.is_empty()).collect()
}

/// Makes the questions about everything that `stages` will or may make.
pub fn policy_questions(stages: &[StageEvaluation<'_>]) -> PolicyQuestions {
    let mut questions = PolicyQuestions::default();
    for (_, resource) in stages.iter().flat_map(|stage| stage.deployment.walk()) {
        let is_made = !resource.existing && resource.condition != Value::Bool(false);
        if !is_made || !is_asked_about(&resource.resource_type) {
            continue;
        }
        let question = question(resource);
        if let Some(first) = questions.asked.iter_mut().find(|first| first.is_like(&question)) {
            first.alike += 1;
        } else if questions.asked.len() < QUESTIONS_MAX {
            questions.asked.push(question);
        } else {
            questions.beyond += 1;
        }
    }
    questions
}

fn is_asked_about(resource_type: &str) -> bool {
    let is = |name: &str| resource_type.eq_ignore_ascii_case(name);
    let stands_alone = resource_type.matches('/').count() == 1;
    (stands_alone && !is("Microsoft.Resources/deployments")) || INNER_TYPES.iter().any(|inner| is(inner))
}

fn question(resource: &arm::Resource) -> PolicyQuestion {
    let is_group = resource.resource_type.eq_ignore_ascii_case(GROUP_TYPE);
    let resource_type = if is_group { POLICY_GROUP_TYPE } else { resource.resource_type.as_str() };
    let mut reader = Reader {
        resource_type,
        is_open: resource.body.at("properties.secret").and_then(Value::as_bool) == Some(false),
        left_out: Vec::new(),
    };
    let mut content = match reader.read(&resource.body, "") {
        Some(Json::Object(content)) => content,
        _ => Map::new(),
    };
    content.insert("type".to_owned(), json!(resource_type));
    match resource.late {
        Some(_) => reader.left_out.push("name".to_owned()),
        None => drop(content.insert("name".to_owned(), json!(resource.name))),
    }
    PolicyQuestion {
        resource_type: resource_type.to_owned(),
        name: resource.name.clone(),
        alike: 0,
        api_version: resource.api_version.clone(),
        resource_group: describe::group_of(&resource.id).filter(|_| !is_group).map(str::to_owned),
        scope: scope(&resource.id),
        content: Json::Object(content),
        left_out: reader.left_out,
    }
}

/// The resource that a resource stands in (`…/service/apim` of `…/service/apim/apis/chat`) or on, as a role assignment
/// does; None for those that stand alone.
fn scope(id: &str) -> Option<String> {
    let (on, own) = id.rsplit_once("/providers/")?;
    // namespace, type, name, and a pair for each resource inside
    if own.split('/').count() > 3 {
        let (inside, _name) = id.rsplit_once('/')?;
        return inside.rsplit_once('/').map(|(parent, _type)| parent.to_owned());
    }
    on.contains("/providers/").then(|| on.to_owned())
}

/// Reads what may be sent out of a body.
struct Reader<'a> {
    resource_type: &'a str,
    is_open: bool,
    left_out: Vec<String>,
}

impl Reader<'_> {
    /// None where the value is not sent. The depth is bounded by the evaluator.
    fn read(&mut self, value: &Value, path: &str) -> Option<Json> {
        let is_secret = secrets::is_secret(self.resource_type, path, self.is_open);
        let is_long = value.as_str().is_some_and(|text| text.len() > TEXT_BYTES_MAX);
        if is_secret || is_long || matches!(value, Value::Unknown(_)) {
            self.left_out.push(path.to_owned());
            return None;
        }
        Some(match value {
            Value::Array(items) => {
                let read = |(index, item)| self.read(item, &format!("{path}[{index}]"));
                Json::Array(items.iter().enumerate().filter_map(read).collect())
            }
            Value::Object(fields) => {
                let mut content = Map::new();
                for (name, value) in fields {
                    if let Some(value) = self.read(value, &preview::below(path, name)) {
                        content.insert(name.clone(), value);
                    }
                }
                Json::Object(content)
            }
            known => known.to_json()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = "/subscriptions/s/resourceGroups/rg";

    fn resource(resource_type: &str, name: &str, body: &Json) -> arm::Resource {
        let (namespace, types) = resource_type.split_once('/').unwrap();
        let pairs = types.split('/').zip(name.split('/')).map(|(one, other)| format!("/{one}/{other}"));
        arm::Resource {
            id: format!("{GROUP}/providers/{namespace}{}", pairs.collect::<String>()),
            resource_type: resource_type.to_owned(),
            api_version: "2024-05-01".to_owned(),
            name: name.to_owned(),
            late: None,
            symbolic_name: None,
            existing: false,
            condition: Value::Bool(true),
            options: None,
            body: Value::from_json(body),
            depends_on: Vec::new(),
            nested: None,
        }
    }

    #[test]
    fn what_is_secret_or_not_known_is_left_out_and_named() {
        let mut vault = resource(
            "Microsoft.KeyVault/vaults",
            "kv",
            &json!({
                "location": "westus3", "tags": {"owner": "me"},
                "properties": {"publicNetworkAccess": "Disabled", "password": "p", "long": "x".repeat(TEXT_BYTES_MAX + 1)},
            }),
        );
        let Value::Object(body) = &mut vault.body else { panic!("no object") };
        let Some(Value::Object(properties)) = body.get_mut("properties") else { panic!("no object") };
        properties.insert(
            "rules".to_owned(),
            Value::Array(vec![Value::Int(1), Value::supplied_later("a certificate")]),
        );
        body.insert("kind".to_owned(), Value::supplied_later("a kind"));
        let question = question(&vault);
        assert_eq!(
            question.content,
            json!({
                "type": "Microsoft.KeyVault/vaults", "name": "kv", "location": "westus3", "tags": {"owner": "me"},
                "properties": {"publicNetworkAccess": "Disabled", "rules": [1]},
            })
        );
        assert_eq!(
            question.left_out,
            ["properties.password", "properties.long", "properties.rules[1]", "kind"]
        );
        assert_eq!(question.pending_fields(), ["kind"]);
        assert_eq!((question.resource_group.as_deref(), question.scope.as_deref()), (Some("rg"), None));
        for (path, expected) in [
            ("Properties.Rules[*]", true),
            ("properties.password", true),
            ("properties.rules.inner", true),
            ("kind", true),
            ("properties.publicNetworkAccess", false),
            ("properties", true),
            ("tags.owner", false),
            ("", false),
        ] {
            assert_eq!(question.rests_on_left_out(path), expected, "{path}");
        }
    }

    #[test]
    fn an_entity_is_asked_about_where_it_stands() {
        let api = question(&resource("Microsoft.ApiManagement/service/apis", "apim/chat", &json!({})));
        let service = format!("{GROUP}/providers/Microsoft.ApiManagement/service/apim");
        assert_eq!(api.scope.as_deref(), Some(service.as_str()));
        let assignment = format!("{service}/providers/Microsoft.Authorization/roleAssignments/r");
        assert_eq!(scope(&assignment), Some(service));
        assert_eq!(scope("/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/r"), None);
    }

    #[test]
    fn resources_that_differ_in_the_name_alone_are_asked_about_once_and_not_without_end() {
        let target = arm::Target {
            tenant_id: String::new(),
            scope: arm::TargetScope::Subscription("s".to_owned()),
            location: "westus3".to_owned(),
            deployment_name: "d".to_owned(),
        };
        let zone = |index: usize| {
            resource(
                "Microsoft.Network/privateDnsZones",
                &format!("zone{index}"),
                &json!({"location": "global"}),
            )
        };
        let mut resources: Vec<arm::Resource> = (0..3).map(zone).collect();
        resources.push(arm::Resource { existing: true, ..zone(3) });
        resources.push(arm::Resource { condition: Value::Bool(false), ..zone(4) });
        resources.push(resource("Microsoft.ApiManagement/service/policies", "apim/policy", &json!({})));
        let different = |index: usize| json!({"location": "global", "tags": {"index": index}});
        let many = (0..=QUESTIONS_MAX).map(|index| {
            resource("Microsoft.Network/publicIPAddresses", &format!("pip{index}"), &different(index))
        });
        resources.extend(many);
        let deployment = arm::Deployment { target, resources, outputs: indexmap::IndexMap::new() };
        let stage = StageEvaluation {
            name: "baseline".to_owned(),
            deployment_name: "d".to_owned(),
            location: "westus3".to_owned(),
            deployment: &deployment,
        };
        let PolicyQuestions { asked, beyond } = policy_questions(&[stage]);
        assert_eq!((asked.len(), beyond), (QUESTIONS_MAX, 2));
        assert_eq!((asked[0].name.as_str(), asked[0].alike), ("zone0", 2));
    }
}
