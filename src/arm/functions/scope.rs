//! Functions that say where an expression stands: its parameters, variables and loops, and the deployment's
//! target.

use indexmap::IndexMap;
use serde_json::json;

use super::{Body, Function, int, text};
use crate::arm::codes::UNSUPPORTED;
use crate::arm::eval::Env;
use crate::arm::fault::{Eval, Fault};
use crate::arm::{Target, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "copyIndex", min: 0, max: Some(2), body: Body::Scope(copy_index) },
    Function { name: "deployer", min: 0, max: Some(0), body: Body::Scope(deployer) },
    Function { name: "deployment", min: 0, max: Some(0), body: Body::Scope(deployment) },
    Function { name: "environment", min: 0, max: Some(0), body: Body::Scope(|_, _| Ok(environment())) },
    Function {
        name: "extensions",
        min: 1,
        max: None,
        body: Body::Refused(&UNSUPPORTED, "extensions are not deployed by genai-lz"),
    },
    Function {
        name: "externalInputs",
        min: 1,
        max: Some(1),
        body: Body::Scope(|env, args| env.external_input(text(args, 0)?)),
    },
    Function {
        name: "lambdaVariables",
        min: 1,
        max: Some(1),
        body: Body::Scope(|env, args| env.lambda_variable(text(args, 0)?)),
    },
    Function { name: "managementGroup", min: 0, max: Some(0), body: Body::Scope(management_group) },
    Function {
        name: "parameters",
        min: 1,
        max: Some(1),
        body: Body::Scope(|env, args| env.parameter(text(args, 0)?)),
    },
    Function { name: "resourceGroup", min: 0, max: Some(0), body: Body::Scope(resource_group) },
    Function { name: "subscription", min: 0, max: Some(0), body: Body::Scope(subscription) },
    Function { name: "tenant", min: 0, max: Some(0), body: Body::Scope(tenant) },
    Function {
        name: "variables",
        min: 1,
        max: Some(1),
        body: Body::Scope(|env, args| env.variable(text(args, 0)?)),
    },
];

/// `copyIndex([loopName], [offset])`
fn copy_index(env: &Env<'_>, args: &[Value]) -> Eval<Value> {
    let (name, offset) = match args {
        [] => (None, 0),
        [Value::Int(offset)] => (None, *offset),
        [_] => (Some(text(args, 0)?), 0),
        _ => (Some(text(args, 0)?), int(args, 1)?),
    };
    let index = env.copy_index(name)?;
    index
        .checked_add(offset)
        .map(Value::Int)
        .ok_or_else(|| Fault::failed("the index leaves the 64-bit integers"))
}

fn deployment(env: &Env<'_>, _: &[Value]) -> Eval<Value> {
    let target = env.target();
    let mut map = IndexMap::from([("name".to_owned(), Value::from(target.deployment_name.as_str()))]);
    if target.scope.resource_group().is_none() {
        map.insert("location".to_owned(), env.group_fact("location")?);
    }
    let template = json!({ "contentVersion": env.content_version() });
    let properties = json!({ "template": template, "mode": "Incremental", "provisioningState": "Accepted" });
    map.insert("properties".to_owned(), Value::from_json(&properties));
    Ok(Value::Object(map))
}

/// Who deploys; what the caller does not say stays unknown.
fn deployer(env: &Env<'_>, _: &[Value]) -> Eval<Value> {
    let known = |fact: &Option<String>, name: &str| match fact {
        Some(fact) => Value::from(fact.as_str()),
        None => Value::supplied_later(&format!("deployer().{name}")),
    };
    let (target, facts) = (env.target(), env.facts());
    Ok(Value::Object(IndexMap::from([
        ("objectId".to_owned(), known(&facts.deployer_object_id, "objectId")),
        ("tenantId".to_owned(), tenant_id(target)),
        ("userPrincipalName".to_owned(), known(&facts.deployer_name, "userPrincipalName")),
    ])))
}

fn resource_group(env: &Env<'_>, _: &[Value]) -> Eval<Value> {
    let target = env.target();
    let Some(name) = target.scope.resource_group() else { return Err(not_there(target, "resourceGroup")) };
    Ok(Value::Object(IndexMap::from([
        ("id".to_owned(), target.id().into()),
        ("name".to_owned(), name.into()),
        ("type".to_owned(), "Microsoft.Resources/resourceGroups".into()),
        ("location".to_owned(), env.group_fact("location")?),
        ("tags".to_owned(), env.group_fact("tags")?),
        ("properties".to_owned(), Value::from_json(&json!({ "provisioningState": "Succeeded" }))),
    ])))
}

fn subscription(env: &Env<'_>, _: &[Value]) -> Eval<Value> {
    let target = env.target();
    let Some(subscription_id) = target.scope.subscription_id() else {
        return Err(not_there(target, "subscription"));
    };
    let id = format!("/subscriptions/{subscription_id}");
    Ok(Value::Object(IndexMap::from([
        ("displayName".to_owned(), env.fact(&id, "2022-12-01", "displayName")?),
        ("id".to_owned(), id.into()),
        ("subscriptionId".to_owned(), subscription_id.into()),
        ("tenantId".to_owned(), tenant_id(target)),
    ])))
}

/// Only a deployment to a management group knows one (documented, as is what it answers:
/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-scope#managementgroup>,
/// seen 2026-11-30).
fn management_group(env: &Env<'_>, _: &[Value]) -> Eval<Value> {
    let target = env.target();
    let Some(name) = target.scope.management_group() else {
        return Err(not_there(target, "managementGroup"));
    };
    let id = target.id();
    Ok(Value::Object(IndexMap::from([
        ("name".to_owned(), name.into()),
        ("type".to_owned(), "/providers/Microsoft.Management/managementGroups".into()),
        ("properties".to_owned(), env.fact(&id, "2023-04-01", "properties")?),
        ("id".to_owned(), id.into()),
    ])))
}

fn not_there(target: &Target, function: &str) -> Fault {
    Fault::failed(format!("a deployment to {} has no `{function}()`", target.scope.noun()))
}

fn tenant(env: &Env<'_>, _: &[Value]) -> Eval<Value> {
    let target = env.target();
    let id = match target.tenant_id.as_str() {
        "" => Value::supplied_later("tenant().id"),
        known => format!("/tenants/{known}").into(),
    };
    Ok(Value::Object(IndexMap::from([
        ("countryCode".to_owned(), Value::supplied_later("tenant().countryCode")),
        ("displayName".to_owned(), Value::supplied_later("tenant().displayName")),
        ("id".to_owned(), id),
        ("tenantId".to_owned(), tenant_id(target)),
    ])))
}

/// The tenant of the target; unknown where the caller does not say it.
fn tenant_id(target: &Target) -> Value {
    match target.tenant_id.as_str() {
        "" => Value::supplied_later("tenant().tenantId"),
        known => known.into(),
    }
}

/// The public cloud, which is the only one genai-lz deploys to. Values from the documentation of `environment`
/// (<https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-deployment#environment>).
fn environment() -> Value {
    Value::from_json(&json!({
        "name": "AzureCloud",
        "gallery": "https://gallery.azure.com/",
        "graph": "https://graph.windows.net/",
        "portal": "https://portal.azure.com",
        "graphAudience": "https://graph.windows.net/",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "batch": "https://batch.core.windows.net/",
        "media": "https://rest.media.azure.net",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "resourceManager": "https://management.azure.com/",
        "authentication": {
            "loginEndpoint": "https://login.microsoftonline.com/",
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": {
            "acrLoginServer": ".azurecr.io",
            "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
            "azureFrontDoorEndpointSuffix": "azurefd.net",
            "keyvaultDns": ".vault.azure.net",
            "sqlServerHostname": ".database.windows.net",
            "storage": "core.windows.net",
        },
    }))
}
