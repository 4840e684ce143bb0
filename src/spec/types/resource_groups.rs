//! `azure.resourceGroups`: how resources are spread, what the groups are called, and which are there already.

use crate::spec::decode::{At, choice, record, text};

record! {
    /// How resources are spread over resource groups.
    pub struct ResourceGroups {
        /// The layout.
        "layout" layout: ResourceGroupLayout = default("baseline");
        /// Names of your own, in the place of those that the naming scheme makes. Several purposes may share one group.
        "names" names: ResourceGroupNames = default({});
        /// The purposes whose group is there already, in the subscription that is deployed to. Such a group is not made, not tagged and not locked, and `destroy`
        /// takes out of it only what the spec has put there.
        "existing" existing: Vec<At<GroupPurpose>> = default([]);
    }
}

record! {
    /// Names of resource groups. Left out, the naming scheme makes them.
    pub struct ResourceGroupNames {
        /// That of network, private endpoints, zones and Application Gateway.
        "networking" networking: ResourceGroupName = optional;
        /// That of Key Vault, logs, workbook and alerts.
        "shared" shared: ResourceGroupName = optional;
        /// That of API Management and its identity.
        "apim" apim: ResourceGroupName = optional;
        /// That of model accounts, Event Hub, Content Safety, Language and Redis.
        "openai" openai: ResourceGroupName = optional;
    }
}

choice! {
    /// A layout of resource groups.
    pub enum ResourceGroupLayout {
        /// One each for networking, shared services, API Management and Azure OpenAI.
        Baseline = "baseline",
    }
    refused {
        "existing": "list the purposes whose group is there already in `existing`",
        "single": "give all four purposes the same name in `names`",
    }
}

choice! {
    /// What a resource group is for.
    pub enum GroupPurpose {
        /// Network, private endpoints, zones and Application Gateway.
        Networking = "networking",
        /// Key Vault, logs, workbook and alerts.
        Shared = "shared",
        /// API Management and its identity.
        Apim = "apim",
        /// Model accounts, Event Hub, Content Safety, Language and Redis.
        Openai = "openai",
    }
}

// Azure takes letters and digits of all scripts; those of ASCII go through every tool
// (learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, seen 2026-11-22).
text! {
    /// The name of a resource group.
    pub struct ResourceGroupName,
    "1 to 90 letters, digits, `.`, `_`, `-` and parentheses, no dot last",
    "^[A-Za-z0-9._()-]{0,89}[A-Za-z0-9_()-]$",
    is_group_name
}

fn is_group_name(text: &str) -> bool {
    (1..=90).contains(&text.len())
        && !text.ends_with('.')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-()".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_called_as_azure_allows() {
        for (name, expected) in [
            ("rg", true),
            ("RG_(one)-two.3", true),
            (&*"x".repeat(90), true),
            (&*"x".repeat(91), false),
            ("", false),
            ("rg.", false),
            ("rg/one", false),
            ("rg one", false),
            ("rg\u{fc}", false),
        ] {
            assert_eq!(is_group_name(name), expected, "{name}");
        }
    }
}
