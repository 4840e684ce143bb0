//! Single resources and lists of them: GET, PUT, DELETE, POST actions.

use std::sync::PoisonError;

use axum::http::Method;
use serde_json::{Value as Json, json};

use super::http::{Call, Reply, no_route};
use super::subscription::{self, subscription};
use super::{Shared, entities, etag, offers, soft_delete, tags};
use crate::catalog::azure_types;
use crate::policy;
use crate::sandbox::{ArmFault, Resource, ResourceId, providers};
use crate::text::wildcard;

const PRODUCT: &str = "Microsoft.ApiManagement/service/products";
const PRODUCT_POLICY: &str = "Microsoft.ApiManagement/service/products/policies";

/// Deeper changes replace.
const MERGE_DEPTH_MAX: usize = 64;

/// Serves a path below a subscription or resource group.
pub(super) fn serve(
    shared: &Shared,
    call: &Call,
    scope: &ResourceId,
    rest: &[&str],
) -> Result<Reply, ArmFault> {
    let lists =
        |word: &str| rest.len() == 1 && rest[0].eq_ignore_ascii_case(word) && call.method == Method::GET;
    if lists("resourceGroups") {
        return Ok(Reply::list(bodies(shared.state.of_type("Microsoft.Resources/resourceGroups"))));
    }
    if lists("resources") {
        require(shared, scope)?;
        return Ok(Reply::list(tracked_below(shared, scope).into_iter().map(listed).collect()));
    }
    let path =
        |parts: &[&str]| format!("{scope}{}{}", if parts.is_empty() { "" } else { "/" }, parts.join("/"));
    if let Some(id) = ResourceId::parse(&path(rest)) {
        return one(shared, call, &id);
    }
    let Some((last, before)) = rest.split_last() else { return Err(no_route(call)) };
    let owner = ResourceId::parse(&path(before));
    match (call.method.as_str(), owner) {
        ("POST", Some(id))
            if id.is_type("Microsoft.Resources/resourceGroups")
                && last.eq_ignore_ascii_case("exportTemplate") =>
        {
            require(shared, &id)?;
            Ok(shared.accepted(call, 200, Some(exported(shared, &id))))
        }
        ("POST", Some(id)) => act(shared, &id, last),
        // Which policies a gateway knows: those of the catalogue (REST reference, Policy Description, 2024-05-01).
        ("GET", Some(id))
            if id.is_type("Microsoft.ApiManagement/service")
                && last.eq_ignore_ascii_case("policyDescriptions") =>
        {
            require(shared, &id)?;
            let unknown = &shared.options.unknown_policies;
            let known = policy::elements::names().filter(|name| !unknown.iter().any(|other| other == name));
            Ok(Reply::list(known.map(|name| described(&id, name)).collect()))
        }
        ("GET", Some(id)) => {
            require(shared, &id)?;
            if id.is_type(PRODUCT) && last.eq_ignore_ascii_case("apis") {
                let links = shared.state.children(&id, last).into_iter();
                return entities::page(
                    shared,
                    call,
                    &id,
                    last,
                    links.map(|link| linked_api(shared, link)).collect(),
                );
            }
            entities::list(shared, call, &id, last)
        }
        // `…/{resource}/providers/Microsoft.X/types`: what extends that resource.
        ("GET", None) if before.len() > 2 && before[before.len() - 2].eq_ignore_ascii_case("providers") => {
            let (resource, namespace) = before.split_at(before.len() - 2);
            let id = ResourceId::parse(&path(resource)).ok_or_else(|| no_route(call))?;
            require(shared, &id)?;
            Ok(Reply::list(bodies(shared.state.children(&id, &format!("{}/{last}", namespace.join("/"))))))
        }
        // `…/providers/Microsoft.X/types`: all of that type in the scope.
        ("GET", None) if before.len() == 2 && before[0].eq_ignore_ascii_case("providers") => {
            require(shared, scope)?;
            let resource_type = format!("{}/{last}", before[1]);
            let below = |resource: &Resource| is_below(&resource.id, scope);
            let found = shared.state.of_type(&resource_type).into_iter().filter(below).collect();
            let mut found = bodies(found);
            if resource_type.eq_ignore_ascii_case("Microsoft.Authorization/roleAssignments") {
                found.extend(subscription::role_assignments(shared));
            }
            Ok(Reply::list(found))
        }
        _ => Err(no_route(call)),
    }
}

fn described(service: &ResourceId, name: &str) -> Json {
    json!({
        "id": format!("{service}/policyDescriptions/{name}"), "name": name,
        "type": "Microsoft.ApiManagement/service/policyDescriptions",
        "properties": {"description": "", "scope": 31},
    })
}

fn one(shared: &Shared, call: &Call, id: &ResourceId) -> Result<Reply, ArmFault> {
    if id.is_type("Microsoft.Resources/tags")
        && let Some(scope) = id.parent()
    {
        return tags::serve(shared, call, &scope);
    }
    etag::check(shared, call, id)?;
    match call.method.as_str() {
        "GET" => {
            if shared.faults().is_hidden(id) {
                return Err(not_found(id));
            }
            let Some(resource) = require(shared, id)? else { return Ok(Reply::ok(subscription(shared))) };
            let tag = etag::has(id).then(|| ("etag", etag::of(&resource)));
            Ok(Reply { headers: tag.into_iter().collect(), ..Reply::ok(entities::shown(call, resource)?) })
        }
        "HEAD" => Ok(match shared.state.get(id) {
            None => Reply::empty(404),
            // Whether an API or a group belongs to a product (REST reference, `Product Api - Check Entity Exists`, 2026-11).
            Some(_)
                if id.parent().is_some_and(|parent| parent.is_type(PRODUCT))
                    && !id.is_type(PRODUCT_POLICY) =>
            {
                Reply::empty(204)
            }
            // API Management answers with the entity's tag (REST reference, `Get Entity Tag`, 2026-11).
            Some(resource) if etag::has(id) => {
                Reply { headers: vec![("etag", etag::of(&resource))], ..Reply::empty(200) }
            }
            Some(_) => Reply::empty(204),
        }),
        "PUT" => {
            let is_new = !shared.state.exists(id);
            let body = put(shared, id, call.body.clone())?.body;
            Ok(Reply { status: if is_new { 201 } else { 200 }, ..Reply::ok(body) })
        }
        "PATCH" => {
            let before = shared.state.get(id).ok_or_else(|| not_found(id))?;
            let Json::Object(changes) = &call.body else {
                return Err(ArmFault::bad_request("InvalidRequestContent", "A patch is an object."));
            };
            let mut body = before.body;
            changes.iter().for_each(|(name, change)| merge(&mut body[name.as_str()], change, 0));
            // What the server alone knows of a secret stays, as the provider finds it in the resource before.
            Ok(Reply::ok(put(shared, id, body)?.body))
        }
        "DELETE" => {
            let is_group = id.is_type("Microsoft.Resources/resourceGroups");
            allowed(shared, id, "delete")?;
            unlocked(shared, id)?;
            Ok(match soft_delete::remove(shared, id) {
                true if is_group => shared.accepted(call, 200, None),
                false if is_group => return Err(group_not_found(id)),
                true => Reply::empty(200),
                false => Reply::empty(204),
            })
        }
        _ => Err(no_route(call)),
    }
}

/// Merges as RFC 7396 says: objects member by member, null takes away, anything else replaces.
fn merge(target: &mut Json, change: &Json, depth: usize) {
    match change {
        Json::Object(changes) if depth < MERGE_DEPTH_MAX => {
            if !target.is_object() {
                *target = json!({});
            }
            for (name, change) in changes {
                merge(&mut target[name.as_str()], change, depth + 1);
            }
            if let Json::Object(members) = target {
                members.retain(|_, member| !member.is_null());
            }
        }
        other => *target = other.clone(),
    }
}

/// A lock holds for its scope and all below it, and what is below a scope goes with it. Locks themselves can be deleted
/// (learn.microsoft.com/azure/azure-resource-manager/management/lock-resources, 2025-07-17).
fn unlocked(shared: &Shared, id: &ResourceId) -> Result<(), ArmFault> {
    const LOCKS: &str = "Microsoft.Authorization/locks";
    if id.is_type(LOCKS) {
        return Ok(());
    }
    let key = id.key();
    let scope = |lock: &ResourceId| {
        let lock = lock.key();
        lock.split("/providers/microsoft.authorization/locks/").next().unwrap_or_default().to_owned()
    };
    let holding = shared.state.of_type(LOCKS).into_iter().find(|lock| {
        let scope = scope(&lock.id);
        key == scope || key.starts_with(&format!("{scope}/")) || scope.starts_with(&format!("{key}/"))
    });
    let Some(lock) = holding else { return Ok(()) };
    let message = format!(
        "The scope '{id}' cannot perform delete operation because following scope(s) are locked: '{}'. Please remove \
         the lock and try again.",
        scope(&lock.id),
    );
    Err(ArmFault::new(409, "ScopeLocked", message))
}

fn act(shared: &Shared, id: &ResourceId, action: &str) -> Result<Reply, ArmFault> {
    let resource = shared.state.get(id).ok_or_else(|| not_found(id))?;
    allowed(shared, id, &format!("{action}/action"))?;
    if let Some(changed) = providers::regenerated(&resource, action) {
        shared.state.put(changed);
        return Ok(Reply::empty(204));
    }
    let answer = providers::action(&resource, action).ok_or_else(|| {
        let message = format!("The sandbox has no action '{action}' for {}.", id.resource_type());
        ArmFault::not_found("ResourceActionNotFound", message)
    })?;
    Ok(Reply::ok(answer))
}

/// Creates or replaces a resource: its parent must be there, its provider adds what only a server knows, and the
/// validators may refuse it, which undoes the change.
pub(super) fn put(shared: &Shared, id: &ResourceId, body: Json) -> Result<Resource, ArmFault> {
    let _alone = shared.putting.lock().unwrap_or_else(PoisonError::into_inner);
    let state = &shared.state;
    allowed(shared, id, "write")?;
    if let Some(fault) = shared.faults().denial_of(id, &body) {
        return Err(fault);
    }
    registered(shared, id)?;
    soft_delete::restore(shared, id, &body)?;
    if let Some(parent) = id.parent() {
        require_parent(shared, id, &parent)?;
    }
    if id.is_type("Microsoft.Resources/resourceGroups") {
        check_group(state.get(id).as_ref(), &body)?;
    }
    let draft = providers::complete(state, &shared.options.tenant_id, id, body)?;
    let (resource, also) = (draft.resource, draft.also);
    let before = state.put(resource.clone());
    let also_before: Vec<_> = also.into_iter().map(|other| (other.id.clone(), state.put(other))).collect();
    let is_model = id.is_type("Microsoft.CognitiveServices/accounts/deployments");
    let quota = if is_model { offers::check_quota(shared, &resource) } else { Ok(()) };
    let validations = shared.options.on_put.iter().map(|validate| validate(state, &resource));
    for checked in std::iter::once(quota).chain(validations) {
        if let Err(fault) = checked {
            for (id, before) in also_before.into_iter().chain([(id.clone(), before)]) {
                match before {
                    Some(before) => drop(state.put(before)),
                    None => drop(state.remove(&id)),
                }
            }
            return Err(fault);
        }
    }
    Ok(resource)
}

/// Whether the principal's roles hold the action.
pub(super) fn allowed(shared: &Shared, id: &ResourceId, verb: &str) -> Result<(), ArmFault> {
    let options = &shared.options;
    let resource_type = match id.resource_type().as_str() {
        "Microsoft.Resources/resourceGroups" => "Microsoft.Resources/subscriptions/resourceGroups".to_owned(),
        other => other.to_owned(),
    };
    let action = format!("{resource_type}/{verb}");
    // `*` stands for any text, slashes included; case does not count (learn.microsoft.com, role-definitions, 2026-11).
    let is_meant = |pattern: &String| wildcard(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase());
    let holds = |patterns: &[String]| patterns.iter().any(is_meant);
    if holds(&options.actions) && !holds(&options.not_actions) {
        return Ok(());
    }
    let message = format!(
        "The client '{}' does not have authorization to perform action '{action}' over scope '{id}' or the scope is invalid.",
        shared.issuer.object_id()
    );
    Err(ArmFault::new(403, "AuthorizationFailed", message))
}

fn registered(shared: &Shared, id: &ResourceId) -> Result<(), ArmFault> {
    let resource_type = id.resource_type();
    let namespace = resource_type.split('/').next().unwrap_or_default();
    if !shared.unregistered().contains(&namespace.to_ascii_lowercase()) {
        return Ok(());
    }
    let message = format!("The subscription is not registered to use namespace '{namespace}'.");
    Err(ArmFault::new(409, "MissingSubscriptionRegistration", message))
}

/// A resource group needs a location and keeps it.
fn check_group(before: Option<&Resource>, body: &Json) -> Result<(), ArmFault> {
    let normalized = |location: &str| location.to_ascii_lowercase().replace(' ', "");
    let Some(location) = body.get("location").and_then(Json::as_str) else {
        return Err(ArmFault::bad_request(
            "LocationRequired",
            "The location property is required for this definition.",
        ));
    };
    let Some(old) = before.and_then(|group| group.text("/location")) else { return Ok(()) };
    if normalized(old) == normalized(location) {
        return Ok(());
    }
    let message = format!(
        "Invalid resource group location '{location}'. The Resource group already exists in location '{old}'."
    );
    Err(ArmFault::new(409, "InvalidResourceGroupLocation", message))
}

fn require_parent(shared: &Shared, id: &ResourceId, parent: &ResourceId) -> Result<(), ArmFault> {
    if let Some(group) = id.resource_group_id().and_then(|group| ResourceId::parse(&group))
        && group.key() != id.key()
        && !shared.state.exists(&group)
    {
        return Err(group_not_found(&group));
    }
    if exists(shared, parent) {
        return Ok(());
    }
    let message = format!(
        "Failed to perform 'write' on resource(s) of type '{}', because the parent resource '{parent}' could not be found.",
        id.resource_type()
    );
    Err(ArmFault::not_found("ParentResourceNotFound", message))
}

/// The subscription exists without being stored; it is None then.
fn require(shared: &Shared, id: &ResourceId) -> Result<Option<Resource>, ArmFault> {
    match shared.state.get(id) {
        Some(resource) => Ok(Some(resource)),
        None if exists(shared, id) => Ok(None),
        None => Err(not_found(id)),
    }
}

fn exists(shared: &Shared, id: &ResourceId) -> bool {
    id.is_type("Microsoft.Resources/subscriptions") || shared.state.exists(id)
}

pub(super) fn not_found(id: &ResourceId) -> ArmFault {
    if id.is_type("Microsoft.Resources/resourceGroups") {
        return group_not_found(id);
    }
    let group = id.resource_group().unwrap_or_default();
    let message = format!(
        "The Resource '{}/{}' under resource group '{group}' was not found.",
        id.resource_type(),
        id.full_name()
    );
    ArmFault::not_found("ResourceNotFound", message)
}

pub(super) fn group_not_found(group: &ResourceId) -> ArmFault {
    ArmFault::not_found(
        "ResourceGroupNotFound",
        format!("Resource group '{}' could not be found.", group.name()),
    )
}

/// A resource group as a template; `exportTemplate` of a group leaves secrets out, which were never in a body.
fn exported(shared: &Shared, group: &ResourceId) -> Json {
    let inside = shared.state.all().into_iter().filter(|resource| is_below(&resource.id, group));
    let resources = inside.map(|resource| {
        let version =
            azure_types::versions(&resource.id.resource_type()).last().copied().unwrap_or("2024-11-01");
        let mut entry = json!({
            "type": resource.id.resource_type(), "apiVersion": version, "name": resource.id.full_name(),
        });
        if let (Json::Object(entry), Json::Object(body)) = (&mut entry, resource.body) {
            entry.extend(
                body.into_iter().filter(|(name, _)| !["id", "name", "type"].contains(&name.as_str())),
            );
            if let Some(Json::Object(properties)) = entry.get_mut("properties") {
                properties.shift_remove("provisioningState");
            }
        }
        entry
    });
    json!({"template": {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "parameters": {}, "variables": {}, "resources": resources.collect::<Vec<_>>(),
    }})
}

/// What a list of all kinds of resources shows of one (`GenericResourceExpanded` of Microsoft.Resources 2024-03-01).
fn listed(resource: Resource) -> Json {
    const SHOWN: [&str; 9] =
        ["id", "name", "type", "location", "tags", "sku", "kind", "identity", "managedBy"];
    let mut body = resource.body;
    if let Json::Object(members) = &mut body {
        members.retain(|name, _| SHOWN.contains(&name.as_str()));
    }
    body
}

/// The API that a product's link names, under the link's id: lists of a product show APIs, not links.
fn linked_api(shared: &Shared, link: Resource) -> Json {
    let service = link.id.parent().and_then(|product| product.parent());
    let api = service.and_then(|service| shared.state.get(&service.child("apis", link.id.name())));
    let mut body = link.body;
    if let Some(api) = api {
        body["properties"] = api.body["properties"].clone();
    }
    body
}

/// Lists show resources with a location of their own, not the entities inside them.
fn tracked_below(shared: &Shared, scope: &ResourceId) -> Vec<Resource> {
    let is_tracked = |resource: &Resource| {
        resource.text("/location").is_some()
            && !resource.id.is_type("Microsoft.Resources/resourceGroups")
            && is_below(&resource.id, scope)
    };
    shared.state.all().into_iter().filter(is_tracked).collect()
}

fn is_below(id: &ResourceId, scope: &ResourceId) -> bool {
    id.key().strip_prefix(&scope.key()).is_some_and(|rest| rest.starts_with('/'))
}

fn bodies(resources: Vec<Resource>) -> Vec<Json> {
    resources.into_iter().map(|resource| resource.body).collect()
}
