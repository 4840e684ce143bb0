//! What Azure has for a subscription before anything is deployed: regions, tiers, models, quota, capacity, free names and
//! rule sets. Paths, api-versions and fields: REST references of the providers (2026-11).

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::arm_error::clean;
use super::scope::subscription_path;
use super::{ArmClient, Error};

const SUBSCRIPTIONS: &str = "2022-12-01";
pub(super) const COGNITIVE_SERVICES: &str = "2024-10-01";
pub(super) const API_MANAGEMENT: &str = "2024-05-01";
const KEY_VAULT: &str = "2023-07-01";
const EVENT_HUB: &str = "2024-01-01";
const STORAGE: &str = "2023-05-01";
const NETWORK: &str = "2023-09-01";

/// A region that the subscription may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub name: String,
    /// Its logical zones.
    pub zones: Vec<String>,
}

/// A tier of API Management in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewaySku {
    pub tier: String,
    pub location: String,
    /// `NotAvailableForSubscription`, `QuotaId`; None where nothing speaks against it.
    pub restricted: Option<String>,
}

/// A model version under one deployment SKU in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelOffer {
    pub name: String,
    pub version: String,
    pub sku: String,
    /// The quota that its deployments draw from.
    pub usage_name: String,
}

/// A quota of a region.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    pub name: String,
    pub used: f64,
    pub limit: f64,
}

/// How much of a model can be deployed right now.
#[derive(Clone, Debug, PartialEq)]
pub struct Capacity {
    pub location: String,
    pub sku: String,
    pub available: f64,
}

/// What a name is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOf {
    ApiManagement,
    CognitiveServices,
    KeyVault,
    EventHub,
    Storage,
}

impl NameOf {
    /// What a resource of that type needs; None for types whose names nobody else can take.
    pub fn of_type(resource_type: &str) -> Option<Self> {
        match resource_type.to_ascii_lowercase().as_str() {
            "microsoft.apimanagement/service" => Some(Self::ApiManagement),
            "microsoft.cognitiveservices/accounts" => Some(Self::CognitiveServices),
            "microsoft.keyvault/vaults" => Some(Self::KeyVault),
            "microsoft.eventhub/namespaces" => Some(Self::EventHub),
            "microsoft.storage/storageaccounts" => Some(Self::Storage),
            _ => None,
        }
    }

    /// Whether such a resource keeps its name after it was deleted, until it is purged.
    pub fn stays_restorable(self) -> bool {
        matches!(self, Self::ApiManagement | Self::CognitiveServices | Self::KeyVault)
    }

    /// What people call it.
    pub fn describe(self) -> &'static str {
        match self {
            Self::ApiManagement => "API Management service",
            Self::CognitiveServices => "Azure OpenAI account",
            Self::KeyVault => "key vault",
            Self::EventHub => "Event Hubs namespace",
            Self::Storage => "storage account",
        }
    }
}

impl ArmClient {
    /// # Errors
    /// Every [`Error`], as all of these.
    pub async fn list_locations(&self, subscription_id: &str) -> Result<Vec<Location>, Error> {
        let path = format!("{}/locations", subscription_path(subscription_id)?);
        let read = |item: &Json| {
            let zones = item.get("availabilityZoneMappings").and_then(Json::as_array).into_iter().flatten();
            Some(Location {
                name: text(item, "/name")?,
                zones: zones.filter_map(|zone| text(zone, "/logicalZone")).collect(),
            })
        };
        Ok(self.list(&path, SUBSCRIPTIONS).await?.iter().filter_map(read).collect())
    }

    /// # Errors
    /// Every [`Error`].
    pub async fn list_gateway_skus(&self, subscription_id: &str) -> Result<Vec<GatewaySku>, Error> {
        let path = format!("{}/providers/Microsoft.ApiManagement/skus", subscription_path(subscription_id)?);
        let mut skus = Vec::new();
        for item in self.list(&path, API_MANAGEMENT).await? {
            let Some(tier) = text(&item, "/name") else { continue };
            let restricted = text(&item, "/restrictions/0/reasonCode");
            let places = item.get("locations").and_then(Json::as_array).into_iter().flatten();
            skus.extend(places.filter_map(Json::as_str).map(|location| GatewaySku {
                tier: tier.clone(),
                location: clean(location),
                restricted: restricted.clone(),
            }));
        }
        Ok(skus)
    }

    /// # Errors
    /// Every [`Error`].
    pub async fn list_models(&self, subscription_id: &str, location: &str) -> Result<Vec<ModelOffer>, Error> {
        let path = cognitive_services(subscription_id, location, "models")?;
        let mut offers = Vec::new();
        for item in self.list(&path, COGNITIVE_SERVICES).await? {
            // Accounts of other kinds list the same models again.
            if text(&item, "/kind").is_some_and(|kind| kind != "OpenAI") {
                continue;
            }
            let (Some(name), Some(version)) = (text(&item, "/model/name"), text(&item, "/model/version"))
            else {
                continue;
            };
            let skus = item.pointer("/model/skus").and_then(Json::as_array).into_iter().flatten();
            offers.extend(skus.filter_map(|sku| {
                Some(ModelOffer {
                    name: name.clone(),
                    version: version.clone(),
                    sku: text(sku, "/name")?,
                    usage_name: text(sku, "/usageName").unwrap_or_default(),
                })
            }));
        }
        Ok(offers)
    }

    /// # Errors
    /// `Forbidden` without the role Cognitive Services Usages Reader, and every other [`Error`].
    pub async fn list_usages(&self, subscription_id: &str, location: &str) -> Result<Vec<Usage>, Error> {
        let path = cognitive_services(subscription_id, location, "usages")?;
        let read = |item: &Json| {
            Some(Usage {
                name: text(item, "/name/value")?,
                used: number(item, "/currentValue")?,
                limit: number(item, "/limit")?,
            })
        };
        Ok(self.list(&path, COGNITIVE_SERVICES).await?.iter().filter_map(read).collect())
    }

    /// In all regions.
    ///
    /// # Errors
    /// Every [`Error`].
    pub async fn list_capacities(
        &self,
        subscription_id: &str,
        model: &str,
        version: &str,
    ) -> Result<Vec<Capacity>, Error> {
        let subscription = subscription_path(subscription_id)?;
        let path = format!("{subscription}/providers/Microsoft.CognitiveServices/modelCapacities");
        self.capacities(&path, model, version).await
    }

    pub(super) async fn capacities(
        &self,
        path: &str,
        model: &str,
        version: &str,
    ) -> Result<Vec<Capacity>, Error> {
        let query = [("modelFormat", "OpenAI"), ("modelName", model), ("modelVersion", version)];
        let read = |item: &Json| {
            Some(Capacity {
                location: text(item, "/location")?,
                sku: text(item, "/properties/skuName")?,
                available: number(item, "/properties/availableCapacity")?,
            })
        };
        Ok(self.list_with(path, COGNITIVE_SERVICES, &query).await?.iter().filter_map(read).collect())
    }

    /// Whether a name is free; otherwise why it is not.
    ///
    /// # Errors
    /// Every [`Error`].
    pub async fn check_name(
        &self,
        subscription_id: &str,
        of: NameOf,
        name: &str,
    ) -> Result<Result<(), String>, Error> {
        let (provider, action, version, body) = match of {
            NameOf::ApiManagement => {
                ("Microsoft.ApiManagement", "checkNameAvailability", API_MANAGEMENT, json!({"name": name}))
            }
            NameOf::CognitiveServices => (
                "Microsoft.CognitiveServices",
                "checkDomainAvailability",
                COGNITIVE_SERVICES,
                json!({"subdomainName": name, "type": "Microsoft.CognitiveServices/accounts"}),
            ),
            NameOf::KeyVault => (
                "Microsoft.KeyVault",
                "checkNameAvailability",
                KEY_VAULT,
                json!({"name": name, "type": "Microsoft.KeyVault/vaults"}),
            ),
            NameOf::EventHub => {
                ("Microsoft.EventHub", "checkNameAvailability", EVENT_HUB, json!({"name": name}))
            }
            NameOf::Storage => (
                "Microsoft.Storage",
                "checkNameAvailability",
                STORAGE,
                json!({"name": name, "type": "Microsoft.Storage/storageAccounts"}),
            ),
        };
        let path = format!("{}/providers/{provider}/{action}", subscription_path(subscription_id)?);
        let answer = self.call(Method::POST, &path, version, Some(body.to_string().as_bytes())).await?.body;
        let free = answer
            .get("nameAvailable")
            .or_else(|| answer.get("isSubdomainAvailable"))
            .and_then(Json::as_bool);
        match free {
            Some(true) => Ok(Ok(())),
            Some(false) => {
                let why = text(&answer, "/message")
                    .filter(|why| !why.is_empty())
                    .or_else(|| text(&answer, "/reason"));
                Ok(Err(why.unwrap_or_else(|| "the name is taken".to_owned())))
            }
            None => Err(Error::bad_answer(format!(
                "the answer for the name `{name}` does not say whether it is free"
            ))),
        }
    }

    /// `OWASP 3.2` and the like.
    ///
    /// # Errors
    /// Every [`Error`].
    pub async fn list_waf_rule_sets(&self, subscription_id: &str) -> Result<Vec<(String, String)>, Error> {
        let subscription = subscription_path(subscription_id)?;
        let path =
            format!("{subscription}/providers/Microsoft.Network/applicationGatewayAvailableWafRuleSets");
        let read = |item: &Json| {
            Some((text(item, "/properties/ruleSetType")?, text(item, "/properties/ruleSetVersion")?))
        };
        Ok(self.list(&path, NETWORK).await?.iter().filter_map(read).collect())
    }
}

fn cognitive_services(subscription_id: &str, location: &str, collection: &str) -> Result<String, Error> {
    let subscription = subscription_path(subscription_id)?;
    Ok(format!("{subscription}/providers/Microsoft.CognitiveServices/locations/{location}/{collection}"))
}

fn text(item: &Json, pointer: &str) -> Option<String> {
    item.pointer(pointer).and_then(Json::as_str).map(clean)
}

fn number(item: &Json, pointer: &str) -> Option<f64> {
    item.pointer(pointer).and_then(Json::as_f64)
}
