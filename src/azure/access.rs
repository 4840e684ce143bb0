//! Subscriptions, who may do what in them, and which resource providers they have: api-versions 2022-12-01, 2022-04-01
//! and 2024-11-01, those that az 2.91 sends where it asks the same (2026-11).

use serde_json::Value as Json;

use super::scope::subscription_path;
use super::{ArmClient, Error};
use crate::text::wildcard;

const SUBSCRIPTIONS: &str = "2022-12-01";
const AUTHORIZATION: &str = "2022-04-01";
const PROVIDERS: &str = "2024-11-01";

/// A subscription that the account sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: String,
    pub name: String,
    /// `Enabled`, `Warned`, `PastDue`, `Disabled`, `Deleted`.
    pub state: String,
    pub tenant_id: String,
}

/// What roles allow at one scope: actions with `*` for any text, and those that are taken out again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    pub actions: Vec<String>,
    pub not_actions: Vec<String>,
}

/// Whether a resource provider may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    pub namespace: String,
    /// `Registered`, `Registering`, `NotRegistered`, `Unregistered` …
    pub state: String,
}

/// Whether one of the permissions holds an action: what one role takes out, another may still give
/// (learn.microsoft.com, role-definitions, 2026-11).
pub fn is_allowed(permissions: &[Permission], action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let holds =
        |patterns: &[String]| patterns.iter().any(|pattern| wildcard(&pattern.to_ascii_lowercase(), &action));
    permissions.iter().any(|permission| holds(&permission.actions) && !holds(&permission.not_actions))
}

impl ArmClient {
    /// # Errors
    /// Every [`Error`].
    pub async fn list_subscriptions(&self) -> Result<Vec<Subscription>, Error> {
        Ok(self.list("/subscriptions", SUBSCRIPTIONS).await?.iter().filter_map(read_subscription).collect())
    }

    /// # Errors
    /// `NotFound` where the account does not see it, and every other [`Error`].
    pub async fn get_subscription(&self, subscription_id: &str) -> Result<Subscription, Error> {
        let path = subscription_path(subscription_id)?;
        let body = self.get_resource(&path, SUBSCRIPTIONS).await?;
        read_subscription(&body).ok_or_else(|| Error::bad_answer("the answer is not a subscription"))
    }

    /// What the account may do in a subscription.
    ///
    /// # Errors
    /// Every [`Error`].
    pub async fn list_permissions(&self, subscription_id: &str) -> Result<Vec<Permission>, Error> {
        let path =
            format!("{}/providers/Microsoft.Authorization/permissions", subscription_path(subscription_id)?);
        let read = |item: &Json| Permission {
            actions: texts(item, "actions"),
            not_actions: texts(item, "notActions"),
        };
        Ok(self.list(&path, AUTHORIZATION).await?.iter().map(read).collect())
    }

    /// The names of the roles that a principal has in a subscription, each once, also by groups.
    ///
    /// # Errors
    /// `Forbidden` where the account may not read role assignments, and every other [`Error`].
    pub async fn list_roles(&self, subscription_id: &str, principal_id: &str) -> Result<Vec<String>, Error> {
        let path = format!(
            "{}/providers/Microsoft.Authorization/roleAssignments",
            subscription_path(subscription_id)?
        );
        // The id comes from a token's claims; a quote in it would end the filter's text.
        if uuid::Uuid::try_parse(principal_id).is_err() {
            return Err(Error::bad_request(format!(
                "`{principal_id}` is not the id of a principal, which is a GUID"
            )));
        }
        let filter = format!("assignedTo('{principal_id}')");
        let assignments = self.list_with(&path, AUTHORIZATION, &[("$filter", &filter)]).await?;
        let mut names = Vec::new();
        for assignment in &assignments {
            let Some(role) = assignment.pointer("/properties/roleDefinitionId").and_then(Json::as_str) else {
                continue;
            };
            let definition = self.get_resource(role, AUTHORIZATION).await?;
            let name = definition.pointer("/properties/roleName").and_then(Json::as_str);
            let name = super::arm_error::clean(name.unwrap_or("a role without a name"));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Whether a resource provider is registered.
    ///
    /// # Errors
    /// `NotFound` where there is none of that name, and every other [`Error`].
    pub async fn get_registration(
        &self,
        subscription_id: &str,
        namespace: &str,
    ) -> Result<Registration, Error> {
        let path = format!("{}/providers/{namespace}", subscription_path(subscription_id)?);
        let body = self.get_resource(&path, PROVIDERS).await?;
        let state = body.get("registrationState").and_then(Json::as_str).unwrap_or("unknown");
        Ok(Registration { namespace: namespace.to_owned(), state: super::arm_error::clean(state) })
    }
}

fn read_subscription(item: &Json) -> Option<Subscription> {
    let text = |name: &str| item.get(name).and_then(Json::as_str).map(super::arm_error::clean);
    Some(Subscription {
        id: text("subscriptionId")?,
        name: text("displayName").unwrap_or_default(),
        state: text("state").unwrap_or_default(),
        tenant_id: text("tenantId").unwrap_or_default(),
    })
}

fn texts(item: &Json, name: &str) -> Vec<String> {
    let texts = item.get(name).and_then(Json::as_array).into_iter().flatten();
    texts.filter_map(Json::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_role_takes_out_another_may_give() {
        let permission = |actions: &[&str], not_actions: &[&str]| Permission {
            actions: actions.iter().map(|text| (*text).to_owned()).collect(),
            not_actions: not_actions.iter().map(|text| (*text).to_owned()).collect(),
        };
        let contributor = || permission(&["*"], &["Microsoft.Authorization/*/Write"]);
        let access = || permission(&["*/read", "Microsoft.Authorization/roleAssignments/*"], &[]);
        let write = "Microsoft.Authorization/roleAssignments/write";
        for (permissions, action, expected) in [
            (vec![contributor()], "Microsoft.ApiManagement/service/write", true),
            (vec![contributor()], write, false),
            (vec![contributor(), access()], write, true),
            (vec![access()], "microsoft.apimanagement/service/READ", true),
            (vec![access()], "Microsoft.ApiManagement/service/write", false),
            (Vec::new(), "Microsoft.ApiManagement/service/read", false),
        ] {
            assert_eq!(is_allowed(&permissions, action), expected, "{action} {permissions:?}");
        }
    }
}
