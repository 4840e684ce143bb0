//! Where a deployment lives, and the names that may stand in its path.

use super::Error;

/// ARM's limit for a deployment's name (learn.microsoft.com, resource-name-rules).
const DEPLOYMENT_NAME_MAX: usize = 64;
/// ARM's limit for a resource group's name.
const RESOURCE_GROUP_NAME_MAX: usize = 90;

/// Where a deployment lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Subscription { subscription_id: String },
    ResourceGroup { subscription_id: String, resource_group: String },
}

impl Scope {
    /// `/subscriptions/…[/resourcegroups/…]`.
    ///
    /// # Errors
    /// `BadRequest` where the subscription is no GUID or the name is none of a resource group.
    pub(super) fn path(&self) -> Result<String, Error> {
        match self {
            Self::Subscription { subscription_id } => subscription_path(subscription_id),
            Self::ResourceGroup { subscription_id, resource_group } => {
                let name = checked_name("resource group", resource_group, RESOURCE_GROUP_NAME_MAX)?;
                Ok(format!("{}/resourcegroups/{name}", subscription_path(subscription_id)?))
            }
        }
    }

    /// The id of a deployment here.
    ///
    /// # Errors
    /// `BadRequest` where a name cannot be sent.
    pub fn deployment_id(&self, name: &str) -> Result<String, Error> {
        let name = checked_name("deployment", name, DEPLOYMENT_NAME_MAX)?;
        Ok(format!("{}/providers/Microsoft.Resources/deployments/{name}", self.path()?))
    }

    /// The list of operations of a deployment here.
    pub(super) fn operations_path(&self, name: &str) -> Result<String, Error> {
        match self {
            Self::Subscription { .. } => Ok(format!("{}/operations", self.deployment_id(name)?)),
            // The path at resource group scope has no provider segment (REST reference, Deployment Operations).
            Self::ResourceGroup { .. } => {
                let name = checked_name("deployment", name, DEPLOYMENT_NAME_MAX)?;
                Ok(format!("{}/deployments/{name}/operations", self.path()?))
            }
        }
    }

    /// Reads the scope and the name out of a deployment's id.
    pub fn of_deployment(id: &str) -> Option<(Self, String)> {
        let parts: Vec<&str> = id.trim_start_matches('/').split('/').collect();
        let is =
            |index: usize, word: &str| parts.get(index).is_some_and(|part| part.eq_ignore_ascii_case(word));
        let subscription_id = parts.get(1).filter(|_| is(0, "subscriptions"))?.to_string();
        let in_group = is(2, "resourceGroups");
        let at = if in_group { 4 } else { 2 };
        let is_deployment =
            is(at, "providers") && is(at + 1, "Microsoft.Resources") && is(at + 2, "deployments");
        if !is_deployment || parts.len() != at + 4 {
            return None;
        }
        let scope = if in_group {
            Self::ResourceGroup { subscription_id, resource_group: parts[3].to_owned() }
        } else {
            Self::Subscription { subscription_id }
        };
        Some((scope, parts[at + 3].to_owned()))
    }
}

pub(super) fn subscription_path(subscription_id: &str) -> Result<String, Error> {
    if subscription_id.len() == 36 && uuid::Uuid::try_parse(subscription_id).is_ok() {
        Ok(format!("/subscriptions/{subscription_id}"))
    } else {
        Err(Error::bad_request(format!("`{subscription_id}` is not a subscription id, which is a GUID")))
    }
}

/// Names of deployments and resource groups: letters, digits and `-_.()` (learn.microsoft.com, resource-name-rules).
fn checked_name<'a>(what: &str, name: &'a str, max: usize) -> Result<&'a str, Error> {
    let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    let length = name.chars().count();
    if (1..=max).contains(&length) && name.chars().all(allowed) && !name.ends_with('.') {
        return Ok(name);
    }
    Err(Error::bad_request(format!(
        "`{name}` is not a name of a {what}: 1 to {max} letters, digits and `-_.()`, not ending in a period"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: &str = "00000000-0000-0000-0000-000000000001";

    #[test]
    fn a_deployment_id_is_read_back_into_its_scope() {
        for scope in [
            Scope::Subscription { subscription_id: S.to_owned() },
            Scope::ResourceGroup { subscription_id: S.to_owned(), resource_group: "rg".to_owned() },
        ] {
            let id = scope.deployment_id("d1").unwrap();
            assert_eq!(Scope::of_deployment(&id), Some((scope, "d1".to_owned())));
        }
        assert_eq!(Scope::of_deployment(&format!("/subscriptions/{S}/resourceGroups/rg")), None);
    }

    #[test]
    fn names_that_azure_would_not_take_are_refused_here() {
        let group = |name: &str| Scope::ResourceGroup {
            subscription_id: S.to_owned(),
            resource_group: name.to_owned(),
        };
        for (scope, name) in [
            (Scope::Subscription { subscription_id: "not-a-guid".to_owned() }, "d"),
            (group("a/../b"), "d"),
            (group(""), "d"),
            (group("rg."), "d"),
            (group("rg"), "a b"),
            (group("rg"), &"x".repeat(65)),
        ] {
            assert!(scope.deployment_id(name).is_err(), "{scope:?} {name}");
        }
    }
}
