//! What stands in the way of a deployment before it starts: one answer per question, each with the fact behind it.
//!
//! A check answers from the catalogue alone. Where only Azure knows, it says so and names the request that decides;
//! `deploy` asks it.

mod live;
mod preflight;
mod quota;
mod regions;

pub use live::{
    Answer, Capacity, Live, Named, Offer, PolicyAnswer, PolicyVerdict, Quota, check_live, needed_actions,
    needed_providers,
};
pub use regions::{check_placement, check_regions};

use crate::catalog::Fact;

/// One question and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub question: Question,
    /// What is asked about: `gateway apim-lzv01 in westus3`, `payg-1/aoai`.
    pub subject: String,
    pub verdict: Verdict,
    /// What the answer rests on.
    pub facts: Vec<Fact>,
}

/// What a check asks, in the order in which checks are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Is there such a region, and may everybody use it?
    Region,
    /// Can the gateway's tier be had there?
    GatewayTier,
    /// Can the gateway spread over zones?
    Zones,
    /// Is the model offered there, in this version and under this SKU?
    Model,
    /// Do several deployments draw from one quota?
    SharedQuota,
    /// Is there quota, and for provisioned deployments capacity?
    Quota,
    /// Can a provisioned deployment be had right now?
    Capacity,
    /// Is the name free?
    Name,
    /// Is the resource provider registered?
    Provider,
    /// Does Azure Policy deny the resource?
    Policy,
    /// May the account do what the deployment does?
    Permissions,
    /// Can an account of Azure OpenAI be had there?
    Account,
    /// Does the firewall's rule set exist?
    RuleSet,
    /// Is a resource group there that the spec says is?
    ResourceGroup,
    /// Does the running gateway know the policies?
    GatewayPolicies,
    /// Does Azure take the template of a stage?
    Template,
}

impl Question {
    /// The word that people and machines read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::GatewayTier => "gateway tier",
            Self::Zones => "zones",
            Self::Model => "model",
            Self::SharedQuota => "shared quota",
            Self::Quota => "quota",
            Self::Capacity => "capacity",
            Self::Name => "name",
            Self::Provider => "provider",
            Self::Policy => "policy",
            Self::Permissions => "permissions",
            Self::Account => "account",
            Self::RuleSet => "rule set",
            Self::ResourceGroup => "resource group",
            Self::GatewayPolicies => "policies",
            Self::Template => "template",
        }
    }
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The documentation says it works.
    Ok { note: String },
    /// It works, but probably not as meant.
    Warning { why: String, advice: String },
    /// The documentation says it cannot work.
    Blocked { why: String, alternatives: Vec<Alternative> },
    /// Nobody knows before Azure is asked.
    Unverified { why: String, decided_by: Vec<LiveRequest> },
}

impl Verdict {
    /// The word that people and machines read.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ok { .. } => "ok",
            Self::Warning { .. } => "warning",
            Self::Blocked { .. } => "blocked",
            Self::Unverified { .. } => "unverified",
        }
    }

    /// True where a deployment would fail.
    pub fn is_blocked(&self) -> bool {
        matches!(self, Self::Blocked { .. })
    }

    fn unverified(why: impl Into<String>, decided_by: LiveRequest) -> Self {
        Self::Unverified { why: why.into(), decided_by: vec![decided_by] }
    }
}

/// Values of one field of the spec that would not be blocked, the nearest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// `location`, `sku`, `version` or `model`.
    pub field: &'static str,
    pub values: Vec<String>,
}

/// A request to Azure Resource Manager that decides what the catalogue cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveRequest {
    /// Which regions may this subscription use?
    Locations,
    /// Which API Management tiers may this subscription create, and where?
    ApiManagementSkus,
    /// Which models, versions and SKUs does the region offer?
    Models { location: String },
    /// How much quota is used and left?
    Usages { location: String },
    /// How much can be deployed right now?
    ModelCapacities { location: String },
}

impl LiveRequest {
    /// The request, with `{subscription}` left open. Api-versions are the client's business.
    pub fn text(&self) -> String {
        let path = match self {
            Self::Locations => "locations".to_owned(),
            Self::ApiManagementSkus => "providers/Microsoft.ApiManagement/skus".to_owned(),
            Self::Models { location } => cognitive_services(location, "models"),
            Self::Usages { location } => cognitive_services(location, "usages"),
            Self::ModelCapacities { location } => cognitive_services(location, "modelCapacities"),
        };
        format!("GET /subscriptions/{{subscription}}/{path}")
    }
}

fn cognitive_services(location: &str, collection: &str) -> String {
    format!("providers/Microsoft.CognitiveServices/locations/{location}/{collection}")
}
