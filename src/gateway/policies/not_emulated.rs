//! The policies that the gateway does not run, and why. They are refused by name where a gateway is built, and the
//! page of policies prints the reasons; a test holds that each policy has an executor or stands here.

const UNDOCUMENTED: &str = "not documented: what it does is not known";
const RESOLVER: &str = "runs in resolvers of GraphQL APIs, which the gateway does not serve";
const DAPR: &str = "needs the Dapr runtime beside a self-hosted gateway";

/// Element and reason, by element.
const REASONS: &[(&str, &str)] = &[
    ("authentication-token", UNDOCUMENTED),
    ("authentication-token-store", UNDOCUMENTED),
    ("block", UNDOCUMENTED),
    ("cache-value", UNDOCUMENTED),
    ("cosmosdb-data-source", RESOLVER),
    (
        "get-authorization-context",
        "there is no credential manager, and its tokens belong to people who have signed in",
    ),
    ("graphql-data-source", RESOLVER),
    ("http-data-source", RESOLVER),
    ("invoke-dapr-binding", DAPR),
    ("invoke-request", UNDOCUMENTED),
    ("publish-event", RESOLVER),
    ("publish-to-dapr", DAPR),
    ("send-service-bus-message", "there is no Service Bus to send to"),
    ("set-request-metric-dimension-value", UNDOCUMENTED),
    ("sql-data-source", RESOLVER),
    ("validate-graphql-request", "GraphQL APIs are not served"),
    ("validate-odata-request", "needs the schema of an OData API, which the gateway does not read"),
    ("xsl-transform", "there is no XSLT processor"),
];

/// Why a policy is not run; None for one that is.
pub(in crate::gateway) fn reason(policy: &str) -> Option<&'static str> {
    if super::find(policy).is_some() {
        return None;
    }
    REASONS.iter().find(|(element, _)| *element == policy).map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;
    use crate::policy::elements;

    #[test]
    fn every_policy_is_run_or_has_a_reason() {
        let without: Vec<&str> = elements::ALL
            .iter()
            .map(|element| element.name)
            .filter(|name| *name != "base" && find(name).is_none() && reason(name).is_none())
            .collect();
        assert_eq!(without, [""; 0], "give each an executor, or say here why it has none");
    }

    #[test]
    fn reasons_are_sorted_and_name_policies() {
        assert!(REASONS.is_sorted());
        assert!(REASONS.iter().all(|(element, _)| elements::find(element).is_some()));
    }
}
