//! Microsoft.EventHub: the namespace that token usage is streamed to.

use serde_json::{Map, Value as Json, json};

use super::{ArmFault, Draft, Provider, no_action, random_key};
use crate::sandbox::Resource;

/// Every namespace has this rule from the start.
const ROOT_RULE: &str = "RootManageSharedAccessKey";

pub(super) const TYPES: &[Provider] = &[
    Provider { resource_type: "Microsoft.EventHub/namespaces", complete: namespace, action: no_action },
    Provider {
        resource_type: "Microsoft.EventHub/namespaces/authorizationRules",
        complete: rule,
        action: rule_keys,
    },
    Provider {
        resource_type: "Microsoft.EventHub/namespaces/eventhubs/authorizationRules",
        complete: rule,
        action: rule_keys,
    },
];

fn namespace(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    draft.set("serviceBusEndpoint", format!("https://{}.servicebus.windows.net:443/", draft.name()));
    let id = draft.id().child("authorizationRules", ROOT_RULE);
    if draft.state.exists(&id) {
        return Ok(());
    }
    let body = json!({
        "id": id.to_string(), "name": ROOT_RULE, "type": id.resource_type(),
        "properties": {"rights": ["Listen", "Manage", "Send"]},
    });
    let secret = ["primaryKey", "secondaryKey"].map(|name| (name.to_owned(), Json::from(random_key())));
    draft.also.push(Resource { id, body, secret: Map::from_iter(secret) });
    Ok(())
}

fn rule(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    draft.key("primaryKey");
    draft.key("secondaryKey");
    Ok(())
}

fn rule_keys(rule: &Resource, action: &str) -> Option<Json> {
    if !action.eq_ignore_ascii_case("listKeys") {
        return None;
    }
    let namespace = rule.id.full_name();
    let namespace = namespace.split('/').next().unwrap_or_default();
    let mut keys = rule.secret.clone();
    keys.insert("keyName".to_owned(), Json::from(rule.id.name()));
    for which in ["primary", "secondary"] {
        let key = rule.secret.get(&format!("{which}Key")).and_then(Json::as_str).unwrap_or_default();
        let text = format!(
            "Endpoint=sb://{namespace}.servicebus.windows.net/;SharedAccessKeyName={};SharedAccessKey={key}",
            rule.id.name()
        );
        keys.insert(format!("{which}ConnectionString"), Json::from(text));
    }
    Some(Json::Object(keys))
}
