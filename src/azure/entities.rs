//! What stands inside of a resource: lists of it, and policies as they were written. ApiManagement 2024-05-01 (REST
//! reference, 2026-11): lists are paged with `nextLink`; a policy is given escaped unless `format=rawxml` asks for it
//! as it is.

use reqwest::Method;
use serde_json::Value as Json;

use super::{ArmClient, Error, ErrorKind};

/// Types whose `properties.value` is a policy text.
const POLICY_TYPES: &[&str] = &["policies", "policyFragments"];

impl ArmClient {
    /// GETs a resource by its id, the text of a policy as it was written. None where there is none.
    ///
    /// # Errors
    /// Every [`Error`] but `NotFound`.
    pub async fn find_resource(&self, id: &str, api_version: &str) -> Result<Option<Json>, Error> {
        let parameters: &[(&str, &str)] = if is_policy(id) { &[("format", "rawxml")] } else { &[] };
        match self.exchange(Method::GET, self.url(id, api_version, parameters)?, None).await {
            Ok(answer) => Ok(Some(answer.body)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All entities of a kind inside of a resource, such as the `backends` of a service. None where there is no such
    /// resource.
    ///
    /// # Errors
    /// Every [`Error`] but `NotFound`.
    pub async fn list_inside(
        &self,
        id: &str,
        kind: &str,
        api_version: &str,
    ) -> Result<Option<Vec<Json>>, Error> {
        match self.list(&format!("{id}/{kind}"), api_version).await {
            Ok(items) => Ok(Some(items)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether the id is that of a policy or of a fragment.
fn is_policy(id: &str) -> bool {
    let mut parts = id.rsplit('/');
    let kind = parts.nth(1).unwrap_or_default();
    id.to_ascii_lowercase().contains("/microsoft.apimanagement/")
        && POLICY_TYPES.iter().any(|policy| policy.eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_known_by_their_id() {
        let service = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/a";
        for (rest, expected) in [
            ("/policies/policy", true),
            ("/apis/policies", false),
            ("/apis/x/operations/y/policies/policy", true),
            ("/policyfragments/f", true),
            ("/backends/policies", false),
            ("", false),
        ] {
            assert_eq!(is_policy(&format!("{service}{rest}")), expected, "{rest}");
        }
        assert!(!is_policy("/subscriptions/s/providers/Microsoft.X/policies/policy"));
    }
}
