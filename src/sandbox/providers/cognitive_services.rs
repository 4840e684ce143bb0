//! Microsoft.CognitiveServices: Azure OpenAI accounts and their model deployments.

use serde_json::{Value as Json, json};

use super::{ArmFault, Draft, Provider, no_action};
use crate::sandbox::Resource;

pub(super) const TYPES: &[Provider] = &[
    Provider {
        resource_type: "Microsoft.CognitiveServices/accounts",
        complete: account,
        action: account_keys,
    },
    Provider {
        resource_type: "Microsoft.CognitiveServices/accounts/deployments",
        complete: deployment,
        action: no_action,
    },
];

/// Without a custom subdomain an account answers at its region's address, where Entra tokens are refused.
fn account(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let location = draft.text("/location").unwrap_or_default().to_owned();
    let domain = draft.text("/properties/customSubDomainName").map(str::to_owned);
    if let Some(domain) = &domain {
        let own = draft.id().key();
        let taken = draft.state.of_type("Microsoft.CognitiveServices/accounts").into_iter().any(|other| {
            let theirs = other.text("/properties/customSubDomainName").unwrap_or_default();
            other.id.key() != own && theirs.eq_ignore_ascii_case(domain)
        });
        if taken {
            let message = format!("The subdomain name '{domain}' is already used by another resource.");
            return Err(ArmFault::new(409, "CustomDomainInUse", message));
        }
    }
    let endpoint = match &domain {
        Some(domain) => format!("https://{domain}.openai.azure.com/"),
        None => format!("https://{location}.api.cognitive.microsoft.com/"),
    };
    draft.set("endpoint", endpoint.clone());
    draft.set("endpoints", json!({"OpenAI Language Model Instance API": endpoint}));
    draft.key("key1");
    draft.key("key2");
    Ok(())
}

fn account_keys(account: &Resource, action: &str) -> Option<Json> {
    let may = account.at("/properties/disableLocalAuth") != Some(&Json::Bool(true));
    (may && action.eq_ignore_ascii_case("listKeys")).then(|| Json::Object(account.secret.clone()))
}

fn deployment(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    for required in ["/properties/model/format", "/properties/model/name"] {
        if draft.text(required).is_none() {
            let message =
                format!("The property '{}' is required.", required.trim_start_matches('/').replace('/', "."));
            return Err(ArmFault::bad_request("InvalidResourceProperties", message));
        }
    }
    Ok(())
}
