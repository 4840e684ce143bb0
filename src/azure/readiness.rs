//! What Azure is asked besides what a region offers: whether an account may be had, which policies a gateway knows, and
//! resource providers to be registered. Paths, api-versions and fields: REST references of the providers (2026-11).

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::arm_error::clean;
use super::scope::subscription_path;
use super::{ArmClient, Blame, Capacity, Error, ErrorKind, Registration, Retry, offers};

const PROVIDERS: &str = "2024-11-01";
/// Registering takes a minute or two, now and then ten (learn.microsoft.com, error-register-resource-provider, 2026-11).
const REGISTRATION_POLLS_MAX: u32 = 120;

impl ArmClient {
    /// Whether an account of that kind and SKU may be had in a region; otherwise why not.
    ///
    /// # Errors
    /// Every [`Error`], as all of these.
    pub async fn check_account_sku(
        &self,
        subscription_id: &str,
        location: &str,
        kind: &str,
        sku: &str,
    ) -> Result<Result<(), String>, Error> {
        let subscription = subscription_path(subscription_id)?;
        let path = format!(
            "{subscription}/providers/Microsoft.CognitiveServices/locations/{location}/checkSkuAvailability"
        );
        let body = json!({"skus": [sku], "kind": kind, "type": "Microsoft.CognitiveServices/accounts"});
        let answer = self
            .call(Method::POST, &path, offers::COGNITIVE_SERVICES, Some(body.to_string().as_bytes()))
            .await?
            .body;
        let found = answer
            .get("value")
            .and_then(Json::as_array)
            .and_then(|all| all.iter().find(|one| one.get("skuName").and_then(Json::as_str) == Some(sku)));
        let text = |name: &str| found?.get(name)?.as_str().map(clean).filter(|text| !text.is_empty());
        match found.and_then(|found| found.get("skuAvailable")).and_then(Json::as_bool) {
            Some(true) => Ok(Ok(())),
            Some(false) => Ok(Err(text("message").or_else(|| text("reason")).unwrap_or_default())),
            None => {
                Err(Error::bad_answer(format!("the answer for {kind} {sku} does not say whether it is had")))
            }
        }
    }

    /// How much of a model can be deployed right now in one region.
    ///
    /// # Errors
    /// Every [`Error`].
    pub async fn list_capacities_in(
        &self,
        subscription_id: &str,
        location: &str,
        model: &str,
        version: &str,
    ) -> Result<Vec<Capacity>, Error> {
        let subscription = subscription_path(subscription_id)?;
        let path = format!(
            "{subscription}/providers/Microsoft.CognitiveServices/locations/{location}/modelCapacities"
        );
        self.capacities(&path, model, version).await
    }

    /// The names of the policies that a running gateway knows.
    ///
    /// # Errors
    /// `NotFound` where there is no such gateway, and every other [`Error`].
    pub async fn list_gateway_policies(&self, service_id: &str) -> Result<Vec<String>, Error> {
        let path = format!("{service_id}/policyDescriptions");
        let items = self.list(&path, offers::API_MANAGEMENT).await?;
        Ok(items.iter().filter_map(|item| item.get("name").and_then(Json::as_str).map(clean)).collect())
    }

    /// Registers a resource provider and waits until it is.
    ///
    /// # Errors
    /// `Forbidden` without the right to, `TimedOut` where it takes too long, and every other [`Error`].
    pub async fn register_provider(
        &self,
        subscription_id: &str,
        namespace: &str,
    ) -> Result<Registration, Error> {
        let path = format!("{}/providers/{namespace}/register", subscription_path(subscription_id)?);
        self.call(Method::POST, &path, PROVIDERS, None).await?;
        for _ in 0..REGISTRATION_POLLS_MAX {
            let found = self.get_registration(subscription_id, namespace).await?;
            if found.state.eq_ignore_ascii_case("Registered") {
                return Ok(found);
            }
            tokio::time::sleep(self.options().poll_interval).await;
        }
        let message = format!("{namespace} is still not registered; Azure goes on with it");
        Err(Error::new(ErrorKind::TimedOut, Blame::Azure, Retry::No, message))
    }
}
