//! Resource ids, and what deployed resources answer.

use super::Needs::Nothing;
use super::{Body, Function, built_in, described, text, values};
use crate::arm::codes::{TOO_LATE, UNSUPPORTED};
use crate::arm::deployment::MANAGEMENT_GROUPS;
use crate::arm::eval::Env;
use crate::arm::fault::{Eval, Fault};
use crate::arm::machine::Machine;
use crate::arm::residual::Node;
use crate::arm::{Target, TargetScope, Value};
use crate::text::plural;

pub(super) const FUNCTIONS: &[Function] = &[
    values("extensionResourceId", 3, None, Nothing, |args| {
        let (resource_type, names) = split_type(&args[1..])?;
        scoped_id(&args[0], resource_type, names)
    }),
    Function { name: "list*", min: 3, max: Some(4), body: Body::Machine(list) },
    Function {
        name: "managementGroupResourceId",
        min: 2,
        max: None,
        body: Body::Scope(management_group_resource_id),
    },
    Function { name: "pickZones", min: 3, max: Some(5), body: Body::Azure },
    Function { name: "providers", min: 1, max: Some(2), body: Body::Azure },
    Function { name: "reference", min: 1, max: Some(3), body: Body::Machine(reference) },
    Function { name: "references", min: 1, max: Some(2), body: Body::Machine(references) },
    Function {
        name: "resourceInfo",
        min: 1,
        max: Some(2),
        body: Body::Refused(&UNSUPPORTED, "it is an experiment of the Bicep compiler; use `resourceId`"),
    },
    Function {
        name: "resourceId",
        min: 2,
        max: None,
        body: Body::Scope(|env, args| resource_id(env.target(), args)),
    },
    Function { name: "roleDefinitions", min: 1, max: Some(1), body: Body::Azure },
    Function {
        name: "subscriptionResourceId",
        min: 2,
        max: None,
        body: Body::Scope(subscription_resource_id),
    },
    // What `this.exists()` of Bicep asks (Azure/bicep, ThisNamespaceType.cs, 2026-08-21): whether the resource is there
    // before the deployment, which only Azure can tell.
    Function { name: "target", min: 0, max: Some(1), body: Body::Azure },
    values("tenantResourceId", 2, None, Nothing, |args| {
        let (resource_type, names) = split_type(args)?;
        scoped_id(&"".into(), resource_type, names)
    }),
    Function { name: "toLogicalZone", min: 3, max: Some(3), body: Body::Azure },
    Function { name: "toLogicalZones", min: 3, max: Some(3), body: Body::Azure },
    Function { name: "toPhysicalZone", min: 3, max: Some(3), body: Body::Azure },
    Function { name: "toPhysicalZones", min: 3, max: Some(3), body: Body::Azure },
];

/// `resourceId([subscriptionId], [resourceGroupName], resourceType, names…)`
fn resource_id(target: &Target, args: &[Value]) -> Eval<Value> {
    let at = type_position(args)?;
    let (resource_type, names) = split_type(&args[at..])?;
    let subscription = |id: Value| joined([Value::from("/subscriptions/"), id]);
    let group = |scope: Value, group: Value| joined([scope, "/resourceGroups/".into(), group]);
    let scope = match (&args[..at], &target.scope) {
        // Above of subscriptions the answer is an id of the tenant (documented, seen 2026-11-30).
        ([], TargetScope::ManagementGroup(_) | TargetScope::Tenant) => "".into(),
        ([], own) => own.id().into(),
        // Where there is no resource group the optional argument is the subscription (documented, seen 2026-11-22).
        ([id], own) if own.resource_group().is_none() && id.as_str().is_some_and(is_guid) => {
            subscription(id.clone())
        }
        ([name], own) => group(subscription(own_subscription(own)?), name.clone()),
        ([id, name], _) => group(subscription(id.clone()), name.clone()),
        _ => {
            return Err(Fault::failed(
                "before the resource type stand a subscription id and a resource group at most",
            ));
        }
    };
    scoped_id(&scope, resource_type, names)
}

fn own_subscription(scope: &TargetScope) -> Eval<Value> {
    scope.subscription_id().map(Value::from).ok_or_else(|| {
        Fault::failed(format!("a deployment to {} has no subscription: name one", scope.noun()))
    })
}

fn subscription_resource_id(env: &Env<'_>, args: &[Value]) -> Eval<Value> {
    let at = type_position(args)?;
    let (resource_type, names) = split_type(&args[at..])?;
    let id = match &args[..at] {
        [] => own_subscription(&env.target().scope)?,
        [id] => id.clone(),
        _ => return Err(Fault::failed("before the resource type stands a subscription id at most")),
    };
    scoped_id(&joined([Value::from("/subscriptions/"), id]), resource_type, names)
}

/// `managementGroupResourceId([managementGroup], resourceType, names…)`
fn management_group_resource_id(env: &Env<'_>, args: &[Value]) -> Eval<Value> {
    let at = type_position(args)?;
    let (resource_type, names) = split_type(&args[at..])?;
    let scope = &env.target().scope;
    let group = match (&args[..at], scope.management_group()) {
        ([], Some(own)) => own.into(),
        ([], None) => {
            let message = format!("a deployment to {} has no management group: name one", scope.noun());
            return Err(Fault::failed(message));
        }
        ([name], _) => name.clone(),
        _ => return Err(Fault::failed("before the resource type stands a management group at most")),
    };
    scoped_id(&joined([Value::from(MANAGEMENT_GROUPS), group]), resource_type, names)
}

/// The first known argument with a slash is the type.
fn type_position(args: &[Value]) -> Eval<usize> {
    args.iter()
        .position(|arg| arg.as_str().is_some_and(|text| text.contains('/') && !text.starts_with('/')))
        .ok_or_else(|| {
            Fault::failed("no argument is a resource type such as `Microsoft.ApiManagement/service`")
        })
}

fn split_type(args: &[Value]) -> Eval<(&str, &[Value])> {
    match args.split_first() {
        Some((Value::Unknown(_), _)) => {
            Err(Fault::new(&TOO_LATE, "a resource type must be known before the deployment starts"))
        }
        Some((_, names)) => Ok((text(args, 0)?, names)),
        None => Err(Fault::failed("the resource type is missing")),
    }
}

/// The id of a resource below `scope` (an id, or empty for the tenant). Unknown parts make it a residual.
pub(in crate::arm) fn scoped_id(scope: &Value, resource_type: &str, names: &[Value]) -> Eval<Value> {
    let mut types = resource_type.split('/');
    let namespace = types.next().unwrap_or("");
    let types: Vec<_> = types.collect();
    if types.len() != names.len() {
        return Err(Fault::failed(format!(
            "the type `{resource_type}` needs {}, not {}",
            plural(types.len(), "name"),
            names.len()
        )));
    }
    // A resource group has no provider in its id (as the answers of Azure show; `subscriptionResourceId` of one, which
    // Bicep emits, gives the same).
    let provider = if resource_type.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups") {
        String::new()
    } else {
        format!("/providers/{namespace}")
    };
    let mut parts = vec![scope.clone(), provider.into()];
    for (segment, name) in types.iter().zip(names) {
        if !matches!(name, Value::String(_) | Value::Int(_) | Value::Unknown(_)) {
            return Err(Fault::failed(format!("a resource name must be a string, not {}", described(name))));
        }
        parts.extend([format!("/{segment}/").into(), name.clone()]);
    }
    Ok(joined(parts))
}

/// The text of all parts, or a residual `concat` where some are unknown.
fn joined(parts: impl IntoIterator<Item = Value>) -> Value {
    let mut args: Vec<Value> = Vec::new();
    for part in parts {
        match (args.last_mut(), part) {
            (_, Value::Unknown(residual)) => match residual.node {
                Node::Call { function, args: inner } if function.name == "concat" => args.extend(inner),
                node => args.push(node.into_value()),
            },
            (Some(Value::String(before)), Value::String(text)) => before.push_str(&text),
            (Some(Value::String(before)), Value::Int(number)) => before.push_str(&number.to_string()),
            (_, known) => args.push(known),
        }
    }
    match args.as_slice() {
        [Value::String(text)] => text.as_str().into(),
        _ => Node::Call { function: built_in("concat"), args }.into_value(),
    }
}

fn is_guid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok()
}

fn reference(machine: &Machine<'_>, args: &[Value]) -> Eval<Value> {
    if !args.iter().all(Value::is_known) {
        return Err(Fault::Stuck);
    }
    let full = match args.get(2) {
        None => false,
        Some(Value::String(word)) if word.eq_ignore_ascii_case("full") => true,
        Some(other) => {
            return Err(Fault::failed(format!("argument 3 can only be `'full'`, not {}", described(other))));
        }
    };
    let api_version = if args.len() > 1 { Some(text(args, 1)?) } else { None };
    machine.outside.reference(text(args, 0)?, api_version, full)
}

fn references(machine: &Machine<'_>, args: &[Value]) -> Eval<Value> {
    let full = args.get(1).is_some();
    let ids = machine.outside.copies(text(args, 0)?)?;
    ids.iter().map(|id| machine.outside.reference(id, None, full)).collect::<Eval<_>>().map(Value::Array)
}

/// The name of the operation comes first, the evaluator puts it there.
fn list(machine: &Machine<'_>, args: &[Value]) -> Eval<Value> {
    if !args.iter().all(Value::is_known) {
        return Err(Fault::Stuck);
    }
    machine.outside.list(text(args, 0)?, text(args, 1)?, text(args, 2)?, args.get(3))
}
