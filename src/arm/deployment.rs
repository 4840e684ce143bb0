//! What a template comes to: a deployment of resources, and what evaluating it needs from outside.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::Value;

/// Where a deployment is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// A GUID; empty where it is not known.
    pub tenant_id: String,
    pub scope: TargetScope,
    /// The location of the deployment, or of the resource group that it goes to; empty where it is not known,
    /// as in a nested deployment whose resource group is not part of the template.
    pub location: String,
    pub deployment_name: String,
}

impl Target {
    /// The id of what the deployment goes to; empty for the tenant.
    pub fn id(&self) -> String {
        self.scope.id()
    }
}

/// What a deployment goes to. Subscriptions are GUIDs, `00000000-…` where only an offline plan is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetScope {
    Tenant,
    /// By its id, which is its name and not what people see.
    ManagementGroup(String),
    Subscription(String),
    ResourceGroup {
        subscription_id: String,
        name: String,
    },
}

/// How the ids of management groups begin.
pub(super) const MANAGEMENT_GROUPS: &str = "/providers/Microsoft.Management/managementGroups/";

impl TargetScope {
    /// A resource group of a subscription.
    pub fn group(subscription_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self::ResourceGroup { subscription_id: subscription_id.into(), name: name.into() }
    }

    /// The id that resources below it begin with; empty for the tenant.
    pub fn id(&self) -> String {
        match self {
            Self::Tenant => String::new(),
            Self::ManagementGroup(name) => format!("{MANAGEMENT_GROUPS}{name}"),
            Self::Subscription(id) => format!("/subscriptions/{id}"),
            Self::ResourceGroup { subscription_id, name } => {
                format!("/subscriptions/{subscription_id}/resourceGroups/{name}")
            }
        }
    }

    /// The subscription; None above of one.
    pub fn subscription_id(&self) -> Option<&str> {
        match self {
            Self::Subscription(id) | Self::ResourceGroup { subscription_id: id, .. } => Some(id),
            Self::Tenant | Self::ManagementGroup(_) => None,
        }
    }

    /// The name of the resource group; None above of one.
    pub fn resource_group(&self) -> Option<&str> {
        if let Self::ResourceGroup { name, .. } = self { Some(name) } else { None }
    }

    /// The name of the management group itself; None for what stands in one.
    pub fn management_group(&self) -> Option<&str> {
        if let Self::ManagementGroup(name) = self { Some(name) } else { None }
    }

    /// What it is called in a sentence: `a resource group`.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Tenant => "the tenant",
            Self::ManagementGroup(_) => "a management group",
            Self::Subscription(_) => "a subscription",
            Self::ResourceGroup { .. } => "a resource group",
        }
    }

    /// The scope that a resource's id begins with: `/subscriptions/S[/resourceGroups/G]/providers/…`.
    pub(super) fn of_resource(id: &str) -> Self {
        let parts: Vec<&str> = id.split('/').collect();
        let is = |at: usize, word: &str| parts.get(at).is_some_and(|part| part.eq_ignore_ascii_case(word));
        match parts.as_slice() {
            ["", _, subscription, _, group, ..] if is(1, "subscriptions") && is(3, "resourceGroups") => {
                Self::group(*subscription, *group)
            }
            ["", _, subscription, ..] if is(1, "subscriptions") => {
                Self::Subscription((*subscription).to_owned())
            }
            ["", _, _, _, group, _, ..] if is(2, "Microsoft.Management") && is(3, "managementGroups") => {
                Self::ManagementGroup((*group).to_owned())
            }
            _ => Self::Tenant,
        }
    }
}

/// What differs in every run or by who runs it. Whatever is None stays unknown where a template asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The time that `utcNow` gives, in seconds since 1970.
    pub now_unix_s: Option<i64>,
    /// What the values of `newGuid` are made from; the same seed gives the same values.
    pub guid_seed: Option<String>,
    /// `deployer().objectId`, a GUID.
    pub deployer_object_id: Option<String>,
    /// `deployer().userPrincipalName`.
    pub deployer_name: Option<String>,
}

/// The parameter values of a deployment; an `Unknown` is the output of an earlier stage that is not there yet.
pub type Parameters = IndexMap<String, Value>;

/// What a template comes to: resources in template order (copies expanded, nested deployments evaluated).
#[derive(Clone, Debug, PartialEq)]
pub struct Deployment {
    pub target: Target,
    pub resources: Vec<Resource>,
    pub outputs: IndexMap<String, Output>,
}

impl Deployment {
    /// All resources, those of nested deployments after the deployment that holds them, each with the names of
    /// the nested deployments around it, outermost first.
    pub fn walk(&self) -> Vec<(Vec<&str>, &Resource)> {
        let mut found = Vec::new();
        self.collect(&[], &mut found);
        found
    }

    fn collect<'a>(&'a self, path: &[&'a str], found: &mut Vec<(Vec<&'a str>, &'a Resource)>) {
        for resource in &self.resources {
            found.push((path.to_vec(), resource));
            if let Some(nested) = &resource.nested {
                let inner: Vec<&str> = path.iter().copied().chain([resource.name.as_str()]).collect();
                nested.collect(&inner, found);
            }
        }
    }
}

/// One resource of a deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The full ARM id, `/subscriptions/…/providers/Type/name[/…]`.
    pub id: String,
    /// For example `Microsoft.ApiManagement/service/apis`.
    pub resource_type: String,
    pub api_version: String,
    /// The full name, segments joined by `/`.
    pub name: String,
    /// Where the name itself waits for Azure, as a role assignment named `guid(principalId)` does inside a
    /// nested deployment: the name and the id as unknown values. `name` and `id` hold readable stand-ins then.
    pub late: Option<Box<LateName>>,
    pub symbolic_name: Option<String>,
    /// An `existing` resource is read, never written.
    pub existing: bool,
    /// True, false, or unknown until deployment.
    pub condition: Value,
    /// How it is deployed, where the template says more than that it is: `{ onlyIfNotExists, retryOn, waitUntil }`.
    pub options: Option<Value>,
    /// What is sent to the provider: location, sku, kind, tags, identity, properties … as an object; without
    /// name, type, apiVersion, dependsOn, condition, copy, scope. A nested deployment's template is left out,
    /// too: it is in `nested`.
    pub body: Value,
    /// Ids of resources of the same deployment that come first: explicit ones and those that `reference()` implies.
    pub depends_on: Vec<String>,
    /// For `Microsoft.Resources/deployments`: what the nested template comes to. None where `condition` is false.
    pub nested: Option<Box<Deployment>>,
}

/// The name of a resource that only the deployment can tell.
#[derive(Clone, Debug, PartialEq)]
pub struct LateName {
    pub name: Value,
    pub id: Value,
}

/// An output of the template.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The declared type: string, securestring, int, bool, object, secureobject, array.
    pub output_type: String,
    pub value: Value,
}

impl Output {
    /// A secure output never leaves ARM's answer.
    pub fn is_secure(&self) -> bool {
        self.output_type.to_ascii_lowercase().starts_with("secure")
    }
}

/// What is already deployed, asked when a residual is resolved. Answers None where the resource is not there.
pub trait Runtime {
    /// `reference(id, apiVersion)`: the resource's `properties`, or the whole resource where `full`.
    fn reference(&self, id: &str, api_version: Option<&str>, full: bool) -> Option<Json>;
    /// `list*(id, apiVersion, body)`: for example function = "listKeys".
    fn list(&self, function: &str, id: &str, api_version: &str, body: Option<&Json>) -> Option<Json>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_of_a_resource_is_read_off_its_id() {
        let deployment = "/providers/Microsoft.Resources/deployments/x";
        for scope in [
            TargetScope::Tenant,
            TargetScope::ManagementGroup("mg".to_owned()),
            TargetScope::Subscription("s".to_owned()),
            TargetScope::group("s", "g"),
        ] {
            assert_eq!(TargetScope::of_resource(&format!("{}{deployment}", scope.id())), scope);
        }
        // A management group is a resource of the tenant.
        assert_eq!(TargetScope::of_resource(&format!("{MANAGEMENT_GROUPS}mg")), TargetScope::Tenant);
    }
}
