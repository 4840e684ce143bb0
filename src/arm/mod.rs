//! ARM templates: the expression language, and the evaluator that turns a template and its parameters into the
//! resources that would be deployed. The same evaluator serves `genai-lz plan` (nothing exists yet: what only
//! Azure can know stays a [`Value::Unknown`]) and the sandbox (which resolves those against what it stored).

use indexmap::IndexMap;
use serde_json::Value as Json;

/// The value of a template expression. Residuals carry no parameters, variables or loop indexes any more: only
/// calls such as `reference('/subscriptions/…', '2024-05-01').gatewayUrl` whose answer Azure alone knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    /// ARM has no fractional literals; they come in through JSON only.
    Float(f64),
    String(String),
    Array(Vec<Value>),
    Object(IndexMap<String, Value>),
    Unknown(Box<Residual>),
}

/// A closed expression that waits for a deployed resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Residual {
    // private to arm: the closed expression
}

/// Where a deployment is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub tenant_id: String,
    /// A GUID; `00000000-…` where only an offline plan is wanted.
    pub subscription_id: String,
    /// None for a deployment at subscription scope.
    pub resource_group: Option<String>,
    /// The location of the deployment (subscription scope) or of the resource group.
    pub location: String,
    pub deployment_name: String,
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
    pub symbolic_name: Option<String>,
    /// An `existing` resource is read, never written.
    pub existing: bool,
    /// True, false, or unknown until deployment.
    pub condition: Value,
    /// What is sent to the provider: location, sku, kind, tags, identity, properties … as an object; without
    /// name, type, apiVersion, dependsOn, condition, copy, scope.
    pub body: Value,
    /// Ids of resources of the same deployment that come first: explicit ones and those that `reference()` implies.
    pub depends_on: Vec<String>,
    /// For `Microsoft.Resources/deployments`: what the nested template comes to.
    pub nested: Option<Box<Deployment>>,
}

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
