//! Microsoft.ApiManagement: the service and the entities in it. What a gateway would refuse in a policy is found by
//! the validators of the ARM server; here are the checks that need no policy.

use serde_json::{Map, Value as Json, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{ArmFault, Draft, Provider, no_action, random_key, service_network, stable_octet};
use crate::sandbox::gateway_config::{operation_of, read_certificate};
use crate::sandbox::{Resource, ResourceId};

pub(super) const TYPES: &[Provider] = &[
    Provider { resource_type: "Microsoft.ApiManagement/service", complete: service, action: no_action },
    Provider { resource_type: "Microsoft.ApiManagement/service/apis", complete: api, action: no_action },
    Provider {
        resource_type: "Microsoft.ApiManagement/service/apis/tools",
        complete: tool,
        action: no_action,
    },
    Provider {
        resource_type: "Microsoft.ApiManagement/service/backends",
        complete: backend,
        action: no_action,
    },
    Provider { resource_type: "Microsoft.ApiManagement/service/caches", complete: cache, action: no_action },
    Provider {
        resource_type: "Microsoft.ApiManagement/service/certificates",
        complete: certificate,
        action: no_action,
    },
    Provider {
        resource_type: "Microsoft.ApiManagement/service/namedValues",
        complete: named_value,
        action: list_value,
    },
    Provider {
        resource_type: "Microsoft.ApiManagement/service/products/apis",
        complete: product_api,
        action: no_action,
    },
    Provider {
        resource_type: "Microsoft.ApiManagement/service/subscriptions",
        complete: subscription,
        action: list_secrets,
    },
];

fn service(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let name = draft.name().to_ascii_lowercase();
    let location = draft.text("/location").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
    draft.set("gatewayUrl", format!("https://{name}.azure-api.net"));
    draft.set("gatewayRegionalUrl", format!("https://{name}-{location}-01.regional.azure-api.net"));
    draft.set("managementApiUrl", format!("https://{name}.management.azure-api.net"));
    draft.set("publicIPAddresses", json!([format!("203.0.113.{}", stable_octet(draft.id()))]));
    // Authorities come with passwords.
    draft.hide("certificates");
    service_network::check(draft)
}

/// The connection string goes into a named value, whose name is shown in its place (REST reference of caches, 2024-05-01).
fn cache(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let known = draft.text("/properties/connectionString").is_some_and(|text| text.contains("password="));
    if !known || draft.text("/properties/useFromLocation").is_none() {
        let message = "One or more fields contain incorrect values: `connectionString` and `useFromLocation` are needed.";
        return Err(ArmFault::bad_request("ValidationError", message));
    }
    draft.hide("connectionString");
    let shown = format!("{{{{{}}}}}", draft.guid("connection string").replace('-', ""));
    draft.set("connectionString", shown);
    Ok(())
}

fn api(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let (own, path) = (draft.id().key(), draft.text("/properties/path").unwrap_or_default().to_owned());
    let siblings =
        draft.id().parent().map(|service| draft.state.children(&service, "apis")).unwrap_or_default();
    let taken = siblings.iter().any(|other| {
        other.id.key() != own
            && other.text("/properties/path").unwrap_or_default().eq_ignore_ascii_case(&path)
    });
    if taken {
        let message =
            "Cannot create API with the same Path, Prefix and Version as another API in the service.";
        return Err(validation_error(message).with_target("path"));
    }
    draft.default("apiRevision", "1");
    draft.default("isCurrent", true);
    draft.default("subscriptionRequired", true);
    let names = json!({"header": "Ocp-Apim-Subscription-Key", "query": "subscription-key"});
    draft.default("subscriptionKeyParameterNames", names);
    if draft.text("/properties/type").is_some_and(|kind| kind.eq_ignore_ascii_case("websocket")) {
        // The operation is there as soon as the API is (learn.microsoft.com/azure/api-management/websocket-api, 2025-06-25).
        let id = draft.id().child("operations", "onHandshake");
        if !draft.state.exists(&id) {
            let properties = json!({"displayName": "onHandshake", "method": "GET", "urlTemplate": "/", "templateParameters": []});
            draft.also.push(Resource { id, body: json!({ "properties": properties }), secret: Map::new() });
        }
    }
    Ok(())
}

/// A tool is an operation that is there (learn.microsoft.com/azure/api-management/manage-mcp-servers-rest-api, 2026-06-23,
/// "Common errors").
fn tool(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let id = draft.text("/properties/operationId").unwrap_or_default().to_owned();
    let service = draft.id().parent().and_then(|server| server.parent());
    let known = operation_of(&id).zip(service).is_some_and(|((api, operation), service)| {
        draft.state.exists(&service.child("apis", api).child("operations", operation))
    });
    if known {
        return Ok(());
    }
    Err(validation_error(format!("Operation with id '{id}' could not be found.")).with_target("operationId"))
}

/// A pool may name only backends that are there, each once. A proxy may have a password.
fn backend(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    draft.hide("proxy");
    // A template says null of what it leaves out, and no published answer has a null there.
    if let Some(properties) = draft.resource.body["properties"].as_object_mut() {
        properties.retain(|_, value| !value.is_null());
    }
    let Some(service) = draft.id().parent() else { return Ok(()) };
    let members =
        draft.resource.at("/properties/pool/services").and_then(Json::as_array).cloned().unwrap_or_default();
    for member in &members {
        let id = member.get("id").and_then(Json::as_str).unwrap_or_default();
        let name = id.rsplit('/').next().unwrap_or_default();
        if name.is_empty() || !draft.state.exists(&service.child("backends", name)) {
            return Err(
                validation_error(format!("Backend with id '{name}' could not be found.")).with_target("pool")
            );
        }
    }
    Ok(())
}

/// The file and its password are taken, and never shown.
fn certificate(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let data = draft.text("/properties/data").map(str::to_owned);
    if data.is_none() && draft.text("/properties/keyVault/secretIdentifier").is_none() {
        let message = "A certificate needs the data of a PFX file or a key vault secret.";
        return Err(validation_error(message).with_target("data"));
    }
    let password = draft.text("/properties/password").unwrap_or_default().to_owned();
    draft.hide("data");
    draft.hide("password");
    if let Some(data) = data {
        let held = read_certificate(&data, &password).map_err(|why| {
            validation_error(format!("The certificate cannot be read: {why}.")).with_target("data")
        })?;
        draft.set("subject", held.certificate.subject.to_string());
        draft.set("thumbprint", held.certificate.thumbprint());
    }
    Ok(())
}

fn named_value(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    if draft.text("/properties/value").is_none()
        && draft.text("/properties/keyVault/secretIdentifier").is_none()
    {
        return Err(
            validation_error("A named value needs a value or a key vault secret.").with_target("value")
        );
    }
    if draft.resource.at("/properties/secret") == Some(&Json::Bool(true)) {
        draft.hide("value");
    }
    Ok(())
}

fn list_value(named_value: &Resource, action: &str) -> Option<Json> {
    let value = named_value.secret.get("value").or_else(|| named_value.at("/properties/value"));
    action.eq_ignore_ascii_case("listValue").then(|| json!({"value": value}))
}

fn product_api(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let service = draft.id().parent().and_then(|product| product.parent());
    let is_there = service.is_some_and(|service| draft.state.exists(&service.child("apis", draft.name())));
    if is_there {
        Ok(())
    } else {
        Err(ArmFault::not_found("ResourceNotFound", format!("API '{}' not found.", draft.name())))
    }
}

/// Keys are made once and shown only by `listSecrets`; a second deployment keeps them.
fn subscription(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let scope = draft.text("/properties/scope").unwrap_or_default().to_owned();
    let service = draft.id().parent();
    let (kind, name) = scope_of_subscription(&scope).ok_or_else(|| {
        validation_error(format!("Scope '{scope}' is none of a product, an API, or all APIs."))
            .with_target("scope")
    })?;
    if let (Some(service), Some(name)) = (service, name)
        && !draft.state.exists(&service.child(kind, name))
    {
        return Err(validation_error(format!("Scope '{scope}' could not be found.")).with_target("scope"));
    }
    // "If no value is specified, subscription is created with Submitted state" (REST reference, 2024-05-01).
    draft.default("state", "submitted");
    within_limit(draft, kind, name)?;
    let created =
        draft.before.as_ref().and_then(|before| before.text("/properties/createdDate")).map(str::to_owned);
    draft.set("createdDate", created.unwrap_or_else(now));
    for key in ["primaryKey", "secondaryKey"] {
        draft.hide(key);
        draft.key(key);
    }
    Ok(())
}

/// A product may limit how many subscriptions a user has at the same time. The words are those of the service
/// (github.com/Azure/apiops/issues/623, 2024-08-10). Decision: those that have come to an end do not count, nor do those
/// without an owner.
fn within_limit(draft: &Draft<'_>, kind: &str, product: Option<&str>) -> Result<(), ArmFault> {
    let (Some(service), Some(product), Some(owner)) =
        (draft.id().parent(), product.filter(|_| kind == "products"), draft.text("/properties/ownerId"))
    else {
        return Ok(());
    };
    let limit = draft
        .state
        .get(&service.child("products", product))
        .and_then(|product| product.at("/properties/subscriptionsLimit").and_then(Json::as_u64));
    let own = draft.id().key();
    let counts = |one: &&Resource| {
        let text = |name: &str| one.text(&format!("/properties/{name}")).unwrap_or_default();
        let is_of =
            matches!(scope_of_subscription(text("scope")), Some(("products", Some(name))) if name == product);
        let is_over =
            ["cancelled", "rejected", "expired"].iter().any(|over| text("state").eq_ignore_ascii_case(over));
        one.id.key() != own && is_of && !is_over && text("ownerId").eq_ignore_ascii_case(owner)
    };
    let n_others = draft.state.children(&service, "subscriptions").iter().filter(counts).count() as u64;
    match limit {
        Some(limit) if n_others >= limit => {
            Err(validation_error("Subscriptions limit reached for same user"))
        }
        _ => Ok(()),
    }
}

/// In the form of ARM's dates, to the second.
fn now() -> String {
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    now.format(&Rfc3339).unwrap_or_default()
}

fn list_secrets(subscription: &Resource, action: &str) -> Option<Json> {
    let keys: Map<String, Json> = subscription.secret.clone();
    action.eq_ignore_ascii_case("listSecrets").then_some(Json::Object(keys))
}

/// Makes one of a subscription's keys anew; None where the action is another one. Azure answers 204 without a body, and the other
/// key stays (REST reference, `Subscription - Regenerate Primary Key`, 2024-05-01).
pub(in crate::sandbox) fn regenerated(subscription: &Resource, action: &str) -> Option<Resource> {
    if !subscription.id.is_type("Microsoft.ApiManagement/service/subscriptions") {
        return None;
    }
    let names = [("regeneratePrimaryKey", "primaryKey"), ("regenerateSecondaryKey", "secondaryKey")];
    let (_, key) = names.into_iter().find(|(known, _)| action.eq_ignore_ascii_case(known))?;
    let mut changed = subscription.clone();
    changed.secret.insert(key.to_owned(), Json::from(random_key()));
    Some(changed)
}

/// `/products/x`, `/apis/x`, `/apis` or `/`, alone or behind the id of the service.
pub(in crate::sandbox) fn scope_of_subscription(scope: &str) -> Option<(&'static str, Option<&str>)> {
    let full = ResourceId::parse(scope.trim_end_matches('/'));
    if full.is_some_and(|id| id.is_type("Microsoft.ApiManagement/service")) {
        return Some(("apis", None));
    }
    let mut parts = scope.trim_end_matches('/').rsplit('/');
    match (parts.next()?, parts.next()) {
        ("", None) => Some(("apis", None)),
        (last, _) if last.eq_ignore_ascii_case("apis") => Some(("apis", None)),
        (name, Some(kind)) if kind.eq_ignore_ascii_case("products") => Some(("products", Some(name))),
        (name, Some(kind)) if kind.eq_ignore_ascii_case("apis") => Some(("apis", Some(name))),
        _ => None,
    }
}

fn validation_error(message: impl Into<String>) -> ArmFault {
    ArmFault::bad_request("ValidationError", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_of_a_subscription_is_read_in_all_its_forms() {
        let service = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ApiManagement/service/apim";
        for (scope, expected) in [
            ("/products/p".to_owned(), Some(("products", Some("p")))),
            (format!("{service}/products/p"), Some(("products", Some("p")))),
            (format!("{service}/apis/a"), Some(("apis", Some("a")))),
            (format!("{service}/apis"), Some(("apis", None))),
            (format!("{service}/"), Some(("apis", None))),
            ("/apis".to_owned(), Some(("apis", None))),
            ("/users/u".to_owned(), None),
            ("p".to_owned(), None),
        ] {
            assert_eq!(scope_of_subscription(&scope), expected, "{scope}");
        }
    }
}
