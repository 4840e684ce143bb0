//! Declares the resources of a deployment: loops expanded, names, ids and conditions computed. All of it is known
//! before anything is deployed, but for names that wait for a parameter of a nested deployment.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::env::Env;
use super::frame::{Copy, Entry, Frame, Memo, Names, Place, is_deployment};
use super::invalid;
use super::scope::Scope;
use crate::arm::codes::{BATCH_SIZE, LIMIT, UNSUPPORTED};
use crate::arm::deployment::MANAGEMENT_GROUPS;
use crate::arm::fault::{Eval, Fault};
use crate::arm::functions::{find, scoped_id};
use crate::arm::limits::{MAX_DECLARED, MAX_RESOURCES, check_number};
use crate::arm::machine::described;
use crate::arm::{TargetScope, Value};
use crate::text::plural;

/// What Bicep writes `@onlyIfNotExists()` and `@retryOn()` as (Azure/bicep, `ResourceDecoratorsTests`, 2026-08-21).
const OPTIONS: &str = "@options";

/// A resource as the template writes it, with loops still to be expanded.
struct Written<'a> {
    json: &'a Json,
    path: String,
    symbolic_name: Option<String>,
    /// For a resource written inside of another: the type and name of that one.
    parent: Option<(String, Value)>,
}

impl<'a> Frame<'a> {
    /// Declares all resources of a template; None where some were refused (and reported).
    pub(super) fn declare(scope: &'a Scope<'a>, place: Place<'a>) -> Option<Self> {
        let mut frame = Self {
            scope,
            place,
            entries: Vec::new(),
            names: Names::default(),
            declared: Vec::new(),
            empty_loops: Vec::new(),
            memos: RefCell::default(),
        };
        let written = frame.written().map_err(|fault| fault.within(&frame.place.path));
        let env = Env::early(scope, "the name or condition of a resource").in_loops(&frame.place.loops);
        let mut refused = false;
        let mut declared = Vec::new();
        for written in scope.session.keep(written)? {
            let place = frame.located(&written.path);
            let declared = frame.declare_resource(&env, written).map_err(|fault| fault.within(&place));
            refused |= scope.session.keep(declared).is_none();
        }
        frame.names = Names::of(&frame.entries);
        let checked = frame.check_ids().and_then(|()| frame.check_count());
        refused |= scope.session.keep(checked).is_none();
        for entry in &frame.entries {
            let found = frame.declared_dependencies(entry);
            let found = scope.session.keep(found.map_err(|fault| fault.within(&frame.located(&entry.path))));
            refused |= found.is_none();
            declared.extend(found);
        }
        frame.declared = declared;
        frame.memos = RefCell::new(frame.entries.iter().map(|_| Memo::Idle).collect());
        (!refused).then_some(frame)
    }

    /// The resources as written: an array, or (languageVersion 2.0) an object by symbolic name.
    fn written(&self) -> Eval<Vec<Written<'a>>> {
        let written = |symbolic_name, path, json| Written { json, path, symbolic_name, parent: None };
        match self.place.template.get("resources") {
            None => Ok(Vec::new()),
            Some(Json::Array(items)) => {
                let numbered = items.iter().enumerate();
                Ok(numbered.map(|(at, json)| written(None, format!("resources[{at}]"), json)).collect())
            }
            Some(Json::Object(map)) => Ok(map
                .iter()
                .map(|(name, json)| written(Some(name.clone()), format!("resources.{name}"), json))
                .collect()),
            Some(_) => Err(invalid("`resources` must be an array or an object")),
        }
    }

    /// Declares each copy of a resource.
    fn declare_resource(&mut self, env: &Env<'a>, written: Written<'a>) -> Eval<()> {
        let json = written.json.as_object().ok_or_else(|| invalid("a resource must be an object"))?;
        let Some(copy) = json.get("copy") else { return self.declare_copy(env, json, &written, None) };
        let (name, count, batch) = resource_loop(env, copy).map_err(|fault| fault.under(".copy"))?;
        if count == 0 {
            self.empty_loops.extend(written.symbolic_name.clone());
            self.empty_loops.push(name.clone());
        }
        if self.entries.len() + count as usize > MAX_DECLARED {
            let message = format!("the loops of the template make more than {MAX_DECLARED} resources");
            return Err(Fault::new(&LIMIT, message));
        }
        for index in 0..count {
            let turn = env.with_loop(&name, index, true);
            let copy = Copy { name: name.clone(), index: index as usize, batch };
            self.declare_copy(&turn, json, &written, Some(copy))?;
        }
        Ok(())
    }

    /// Declares one copy, and the children written inside of it.
    fn declare_copy(
        &mut self,
        env: &Env<'a>,
        json: &'a Map<String, Json>,
        written: &Written<'a>,
        copy: Option<Copy>,
    ) -> Eval<()> {
        if let Some(key) = json.keys().find(|key| key.starts_with('@') && *key != OPTIONS) {
            return Err(Fault::new(&UNSUPPORTED, format!("the resource option `{key}` is not supported")));
        }
        let text = |key: &str| match json.get(key) {
            Some(json) => env.known_text(json, "this").map_err(|fault| fault.under(&format!(".{key}"))),
            None => Err(invalid(format!("the resource has no `{key}`"))),
        };
        let (mut resource_type, api_version) = (text("type")?, text("apiVersion")?);
        let mut name = resource_name(env, json).map_err(|fault| fault.under(".name"))?;
        if let Some((parent_type, parent_name)) = &written.parent {
            resource_type = format!("{parent_type}/{resource_type}");
            name = child_name(env, parent_name, name)?;
        }
        env.scope.session.count_resource()?;
        let children =
            json.get("resources").filter(|_| !is_deployment(&resource_type)).and_then(Json::as_array);
        self.entries.push(Entry {
            json,
            path: written.path.clone(),
            symbolic_name: written.symbolic_name.clone(),
            copy,
            loops: env.loops.clone(),
            existing: json.get("existing") == Some(&Json::Bool(true)),
            id: self.id(env, json, &resource_type, &name)?,
            condition: condition(env, json).map_err(|fault| fault.under(".condition"))?,
            options: options(env, json).map_err(|fault| fault.under(".@options"))?,
            resource_type: resource_type.clone(),
            api_version,
            name: name.clone(),
        });
        for (index, json) in children.into_iter().flatten().enumerate() {
            let path = format!("{}.resources[{index}]", written.path);
            let parent = Some((resource_type.clone(), name.clone()));
            self.declare_resource(env, Written { json, path, symbolic_name: None, parent })
                .map_err(|fault| fault.under(&format!(".resources[{index}]")))?;
        }
        Ok(())
    }

    /// The id of a resource: below its `scope`, or below the target (another one where the resource names it).
    fn id(&self, env: &Env<'a>, json: &Map<String, Json>, resource_type: &str, name: &Value) -> Eval<Value> {
        let names = segments(env, resource_type, name)?;
        let target = self.target(env, json)?.id();
        let Some(scope) = json.get("scope").filter(|scope| !scope.is_null()) else {
            return scoped_id(&target.into(), resource_type, &names);
        };
        let scope = match env.json(scope).map_err(|fault| fault.under(".scope"))? {
            Value::String(scope) if scope == "/" => "".into(),
            // A management group has an id of its own wherever the deployment goes.
            Value::String(scope) if is_management_group(&scope) => format!("/providers/{scope}").into(),
            Value::String(scope) if !scope.starts_with('/') => format!("{target}/providers/{scope}").into(),
            scope @ (Value::String(_) | Value::Unknown(_)) => scope,
            other => {
                let message = format!("a scope must be a string, not {}", described(&other));
                return Err(invalid(message).under(".scope"));
            }
        };
        let id = scoped_id(&scope, resource_type, &names)?;
        if is_deployment(resource_type)
            && let (Some(id), Some(scope)) = (id.as_str(), scope.as_str())
            && !TargetScope::of_resource(id).id().eq_ignore_ascii_case(scope)
        {
            let message = format!(
                "a deployment goes to the tenant (`/`), a management group, a subscription or a resource group, not to \
                 `{scope}`"
            );
            return Err(invalid(message).under(".scope"));
        }
        Ok(id)
    }

    /// Where a resource goes: to the deployment's target, unless it names a subscription or resource group.
    fn target(&self, env: &Env<'a>, json: &Map<String, Json>) -> Eval<TargetScope> {
        let named = |key: &str| {
            let json = json.get(key).filter(|json| !json.is_null());
            json.map(|json| env.known_text(json, "this").map_err(|fault| fault.under(&format!(".{key}"))))
                .transpose()
        };
        let own = &self.place.target.scope;
        Ok(match (named("subscriptionId")?, named("resourceGroup")?) {
            (None, None) => own.clone(),
            (Some(subscription), None) => TargetScope::Subscription(subscription),
            (Some(subscription), Some(group)) => TargetScope::group(subscription, group),
            (None, Some(group)) => match own.subscription_id() {
                Some(subscription) => TargetScope::group(subscription, group),
                None => {
                    let message = format!(
                        "a deployment to {} has no subscription: beside `resourceGroup` stands `subscriptionId`",
                        own.noun()
                    );
                    return Err(invalid(message).under(".resourceGroup"));
                }
            },
        })
    }

    /// Refuses two resources of one id, unless one of them is left out or only read.
    fn check_ids(&self) -> Eval<()> {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        let is_made = |entry: &&Entry<'_>| !entry.existing && entry.condition == Value::Bool(true);
        for entry in self.entries.iter().filter(is_made) {
            let Some(id) = entry.id.as_str() else { continue };
            if let Some(first) = seen.insert(id.to_ascii_lowercase(), &entry.path) {
                let message = format!("the resource `{}` is defined already by `{first}`", entry.name_text());
                return Err(invalid(message).within(&self.located(&entry.path)));
            }
        }
        Ok(())
    }

    /// Refuses too many resources. What is counted is what is deployed: `existing` resources are not.
    fn check_count(&self) -> Eval<()> {
        let n_resources = self.entries.iter().filter(|entry| !entry.existing).count();
        check_number("resources", n_resources, MAX_RESOURCES, true)
            .map_err(|fault| fault.within(&self.place.path))
    }
}

/// `Microsoft.Management/managementGroups/NAME`
fn is_management_group(scope: &str) -> bool {
    let groups = &MANAGEMENT_GROUPS["/providers/".len()..];
    scope.get(..groups.len()).is_some_and(|start| start.eq_ignore_ascii_case(groups))
        && !scope[groups.len()..].contains('/')
}

/// The name and number of turns of a resource's loop, and how many resources are deployed at a time (None: all).
fn resource_loop(env: &Env<'_>, copy: &Json) -> Eval<(String, i64, Option<usize>)> {
    let name = copy.get("name").ok_or_else(|| invalid("a loop needs a `name`"))?;
    let (count, batch) = (env.count(copy)?, batch_size(env, copy)?);
    if let Some(size) = batch.filter(|size| count > 0 && *size > count as usize) {
        env.scope.session.report(batch_too_large(size, count));
    }
    Ok((env.known_text(name, "the name of a loop")?, count, batch))
}

/// MicrosoftDocs/azure-docs#62948, seen 2026-11-30. A loop that makes nothing is let through since 2021
/// (Azure/bicep#4319); whether others are today is not documented, so that this is a warning.
fn batch_too_large(size: usize, count: i64) -> Fault {
    let message = format!("the loop makes {count} copies, and `batchSize` asks for {size} at a time");
    Fault::new(&BATCH_SIZE, message).service_says(format!(
        "The copy batch size must be a non-negative integer value and cannot exceed the copy count '{count}'. Please \
         see https://aka.ms/arm-copy for usage details."
    ))
}

fn batch_size(env: &Env<'_>, copy: &Json) -> Eval<Option<usize>> {
    let mode = copy.get("mode").map(|mode| env.known_text(mode, "the mode of a loop")).transpose()?;
    match mode.map(|mode| mode.to_ascii_lowercase()).as_deref() {
        None | Some("parallel") => return Ok(None),
        Some("serial") => {}
        Some(other) => return Err(invalid(format!("the mode `{other}` is neither `serial` nor `parallel`"))),
    }
    match copy.get("batchSize").map(|json| env.json(json)).transpose()? {
        None => Ok(Some(1)),
        Some(Value::Int(size)) if size > 0 => Ok(usize::try_from(size).ok()),
        Some(other) => Err(invalid(format!("`batchSize` must be a positive int, not {}", described(&other)))),
    }
}

fn resource_name(env: &Env<'_>, json: &Map<String, Json>) -> Eval<Value> {
    let name = json.get("name").ok_or_else(|| invalid("the resource has no name"))?;
    match env.json(name)? {
        Value::String(name) if name.is_empty() => Err(invalid("the name is empty")),
        name @ (Value::String(_) | Value::Unknown(_)) => Ok(name),
        other => Err(invalid(format!("a name must be a string, not {}", described(&other)))),
    }
}

fn child_name(env: &Env<'_>, parent: &Value, name: Value) -> Eval<Value> {
    let concat = find("concat").expect("`concat` has a row; a test looks it up");
    env.machine().call(concat, vec![parent.clone(), "/".into(), name])
}

fn condition(env: &Env<'_>, json: &Map<String, Json>) -> Eval<Value> {
    let Some(condition) = json.get("condition") else { return Ok(true.into()) };
    match env.json(condition)? {
        condition @ (Value::Bool(_) | Value::Unknown(_)) => Ok(condition),
        other => Err(invalid(format!("a condition must be a bool, not {}", described(&other)))),
    }
}

/// How the resource is deployed: only where it is not there yet, again after some failures, until something holds.
fn options(env: &Env<'_>, json: &Map<String, Json>) -> Eval<Option<Value>> {
    let Some(options) = json.get(OPTIONS) else { return Ok(None) };
    let known = ["onlyIfNotExists", "retryOn", "waitUntil"];
    let options = options.as_object().ok_or_else(|| invalid("options must be an object"))?;
    if let Some(key) = options.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(Fault::new(&UNSUPPORTED, format!("the resource option `{key}` is not supported")));
    }
    env.json(&Json::Object(options.clone())).map(Some)
}

/// The names of a type's segments: `a/b` of `service/apis`. Of an unknown name, each is read when it is known.
fn segments(env: &Env<'_>, resource_type: &str, name: &Value) -> Eval<Vec<Value>> {
    let n_segments = resource_type.split('/').count() - 1;
    if n_segments == 0 {
        return Err(invalid(format!("`{resource_type}` is no resource type such as `Microsoft.Web/sites`")));
    }
    match name {
        Value::String(name) => {
            let names: Vec<Value> = name.split('/').map(Value::from).collect();
            if names.len() != n_segments {
                return Err(invalid(format!(
                    "the type `{resource_type}` needs a name of {}, and `{name}` has {}",
                    plural(n_segments, "segment"),
                    names.len()
                )));
            }
            Ok(names)
        }
        _ if n_segments == 1 => Ok(vec![name.clone()]),
        _ => {
            let split = find("split").expect("`split` has a row; a test looks it up");
            let parts = env.machine().call(split, vec![name.clone(), "/".into()])?;
            let part = |index| env.machine().member(parts.clone(), Value::Int(index as i64), false);
            (0..n_segments).map(part).collect()
        }
    }
}
