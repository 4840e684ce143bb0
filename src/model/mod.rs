//! Spec and catalog become a `LandingZone`: everything named, sized and placed. What the rest of the pipeline
//! asks about the landing zone it asks here, never the spec.

/// A landing zone, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct LandingZone {
    /// `metadata.name`.
    pub name: String,
    /// The subscription to deploy to; None where the spec leaves it to the command line.
    pub subscription_id: Option<String>,
    pub gateway: GatewayPlacement,
    /// Azure OpenAI accounts in spec order.
    pub accounts: Vec<Account>,
}

/// Where and how large the gateway is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayPlacement {
    /// The APIM service's name.
    pub service_name: String,
    /// Normalized region name, such as `westus3`.
    pub location: String,
    /// `Developer`, `Premium`, `StandardV2` …
    pub sku: String,
    pub capacity: u32,
}

/// One Azure OpenAI account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The id used in the spec.
    pub id: String,
    /// The Azure name of the account.
    pub name: String,
    pub location: String,
    pub deployments: Vec<ModelDeployment>,
}

/// One model deployment of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelDeployment {
    pub name: String,
    pub model: String,
    pub version: String,
    /// `GlobalStandard`, `GlobalProvisionedManaged` …
    pub sku: String,
    /// Thousands of tokens per minute for Standard SKUs, PTUs for provisioned ones.
    pub capacity: u32,
}
