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

impl KeyOf {
    /// As API Management names it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Primary => "primaryKey",
            Self::Secondary => "secondaryKey",
        }
    }
}

impl ArmClient {
    /// Fetches a key of the API Management subscription with that id.
    ///
    /// # Errors
    /// `NotFound` where there is no such subscription, `Forbidden` without the action `listSecrets`, `BadAnswer` where
    /// the answer holds no key, and every other [`Error`].
    pub async fn subscription_key(&self, id: &str, which: KeyOf) -> Result<SecretString, Error> {
        let answer = self.call(Method::POST, &format!("{id}/listSecrets"), API_MANAGEMENT, None).await?;
        let name = which.word();
        let key = answer.body.get(name).and_then(Json::as_str).filter(|key| !key.is_empty());
        key.map(SecretString::new).ok_or_else(|| Error::bad_answer(format!("the answer holds no `{name}`")))
    }

    /// Makes a key of the API Management subscription with that id anew; the other one stays. The answer holds no key (204; REST
    /// reference, `Subscription - Regenerate Primary Key`, 2024-05-01, read 2026-11).
    ///
    /// # Errors
    /// `NotFound` where there is no such subscription, `Forbidden` without the action `regeneratePrimaryKey` or
    /// `regenerateSecondaryKey`, and every other [`Error`].
    pub async fn regenerate_subscription_key(&self, id: &str, which: KeyOf) -> Result<(), Error> {
        let action = match which {
            KeyOf::Primary => "regeneratePrimaryKey",
            KeyOf::Secondary => "regenerateSecondaryKey",
        };
        self.call(Method::POST, &format!("{id}/{action}"), API_MANAGEMENT, None).await.map(drop)
    }

    /// When the API Management subscription with that id was made, as ARM writes it. None where there is none.
    ///
    /// # Errors
    /// Every [`Error`] but `NotFound`.
    pub async fn subscription_created(&self, id: &str) -> Result<Option<String>, Error> {
        let found = self.find_resource(id, API_MANAGEMENT).await?;
        let created = |body: &Json| body.pointer("/properties/createdDate")?.as_str().map(str::to_owned);
        Ok(found.as_ref().and_then(created))
    }
}
