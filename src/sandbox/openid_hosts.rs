//! Which hosts the policies of a gateway take for OpenID providers: those of Entra, and those whose URL stands in
//! `openid-config` and `authentication-endpoint`. What an expression computes is not known before it runs.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::gateway::Config;
use crate::policy::{self, Body, PolicyElement};
use crate::services::ENTRA_HOSTS;
use crate::text::Source;

/// The host names, each once, in order.
pub(super) fn of(config: &Config) -> Vec<String> {
    let mut hosts: BTreeSet<String> = ENTRA_HOSTS.into_iter().map(str::to_owned).collect();
    for text in policies(config) {
        // What is wrong with a policy was said when the gateway was built.
        let (policy, _found) = policy::load(&Source::new("policy", text), Some(&config.named_values));
        match &policy.body {
            Body::Document(sections) => {
                sections
                    .iter()
                    .flat_map(|(_, elements)| elements)
                    .for_each(|element| gather(element, &mut hosts));
            }
            Body::Fragment(elements) => elements.iter().for_each(|element| gather(element, &mut hosts)),
        }
    }
    hosts.into_iter().collect()
}

fn policies(config: &Config) -> impl Iterator<Item = &str> {
    let operations = config.apis.iter().flat_map(|api| &api.operations).filter_map(|one| one.policy.as_ref());
    config
        .global_policy
        .iter()
        .chain(config.workspaces.values())
        .chain(config.fragments.values())
        .chain(config.products.iter().filter_map(|product| product.policy.as_ref()))
        .chain(config.apis.iter().filter_map(|api| api.policy.as_ref()))
        .chain(operations)
        .map(String::as_str)
}

fn gather(element: &Arc<PolicyElement>, hosts: &mut BTreeSet<String>) {
    let url = match element.name.as_str() {
        "openid-config" => element.literal("url"),
        "validate-azure-ad-token" => element.literal("authentication-endpoint"),
        _ => None,
    };
    let parsed = url.and_then(|url| reqwest::Url::parse(url.trim()).ok());
    hosts.extend(parsed.and_then(|url| url.host_str().map(str::to_ascii_lowercase)));
    element.children.iter().for_each(|child| gather(child, hosts));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_those_that_policies_name() {
        let policy = r#"<policies><inbound>
            <choose><when condition="@(true)">
                <validate-jwt header-name="Authorization">
                    <openid-config url="https://{{tenant}}.b2clogin.com/x/.well-known/openid-configuration" />
                    <openid-config url="@("https://computed.example")" />
                </validate-jwt>
            </when></choose>
            <validate-azure-ad-token tenant-id="t" authentication-endpoint="https://login.microsoftonline.us" />
        </inbound></policies>"#;
        let config = Config {
            global_policy: Some(policy.to_owned()),
            named_values: [("tenant".to_owned(), "Contoso".to_owned())].into_iter().collect(),
            ..Config::default()
        };
        assert_eq!(
            of(&config),
            [
                "contoso.b2clogin.com",
                "login.microsoftonline.com",
                "login.microsoftonline.us",
                "sts.windows.net"
            ]
        );
    }
}
