//! Keys of API Management's subscriptions, asked for when somebody wants one: ApiManagement 2024-05-01, `Subscription -
//! List Secrets` (REST reference, 2026-11).

use reqwest::Method;
use serde_json::Value as Json;

use super::{ArmClient, Error, SecretString};

const API_MANAGEMENT: &str = "2024-05-01";

/// Which of a subscription's two keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOf {
    Primary,
    Secondary,
}

impl ArmClient {
    /// Fetches a key of the API Management subscription with that id.
    ///
    /// # Errors
    /// `NotFound` where there is no such subscription, `Forbidden` without the action `listSecrets`, `BadAnswer` where
    /// the answer holds no key, and every other [`Error`].
    pub async fn subscription_key(&self, id: &str, which: KeyOf) -> Result<SecretString, Error> {
        let answer = self.call(Method::POST, &format!("{id}/listSecrets"), API_MANAGEMENT, None).await?;
        let name = match which {
            KeyOf::Primary => "primaryKey",
            KeyOf::Secondary => "secondaryKey",
        };
        let key = answer.body.get(name).and_then(Json::as_str).filter(|key| !key.is_empty());
        key.map(SecretString::new).ok_or_else(|| Error::bad_answer(format!("the answer holds no `{name}`")))
    }
}
