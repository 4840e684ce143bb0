//! The resources of one deployment, declared: loops expanded, names, ids and conditions computed. Their bodies
//! come later (`resource`), because those may speak of each other.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::env::{Env, Loop};
use super::expression::too_late;
use super::invalid;
use super::resource::Complete;
use super::scope::Scope;
use crate::arm::codes::{LIMIT, UNSUPPORTED};
use crate::arm::fault::{Eval, Fault};
use crate::arm::functions::{counted, find, scoped_id};
use crate::arm::limits::MAX_RESOURCES;
use crate::arm::machine::described;
use crate::arm::{Target, Value};

pub(super) struct Frame<'a> {
    /// What expressions see. For a template in the scope of its parent: the parent's.
    pub(super) scope: &'a Scope<'a>,
    pub(super) place: Place<'a>,
    pub(super) entries: Vec<Entry<'a>>,
    /// Names of loops that made no copies.
    empty_loops: Vec<String>,
    pub(super) memos: RefCell<Vec<Memo>>,
}

/// Where a deployment stands: its template, its target, and the deployment around it.
pub(super) struct Place<'a> {
    pub(super) template: &'a Map<String, Json>,
    pub(super) path: String,
    pub(super) target: Target,
    pub(super) outer: Option<&'a Frame<'a>>,
    /// The template is evaluated in the scope of its parent and sees the parent's resources.
    pub(super) inherits: bool,
    /// The loops around a template that is evaluated in the scope of its parent.
    pub(super) loops: Vec<Loop>,
}

/// One resource, before its body.
pub(super) struct Entry<'a> {
    pub(super) json: &'a Map<String, Json>,
    pub(super) path: String,
    pub(super) symbolic_name: Option<String>,
    pub(super) copy: Option<Copy>,
    pub(super) loops: Vec<Loop>,
    pub(super) existing: bool,
    pub(super) resource_type: String,
    pub(super) api_version: String,
    pub(super) name: Value,
    pub(super) id: Value,
    pub(super) condition: Value,
}

/// Which copy of a looped resource this is.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub(super) name: String,
    pub(super) index: usize,
    /// How many are deployed at a time; None: all.
    pub(super) batch: Option<usize>,
}

pub(super) enum Memo {
    Idle,
    Running,
    Done(Rc<Complete>),
    /// Refused, and reported.
    Failed,
}

impl Entry<'_> {
    pub(super) fn is_deployment(&self) -> bool {
        self.resource_type.eq_ignore_ascii_case("Microsoft.Resources/deployments")
    }

    /// The condition is known to be false.
    pub(super) fn is_left_out(&self) -> bool {
        self.condition == Value::Bool(false)
    }

    /// The id, or a readable stand-in for one that is not known yet.
    pub(super) fn id_text(&self) -> String {
        text_or_residual(&self.id)
    }

    pub(super) fn name_text(&self) -> String {
        text_or_residual(&self.name)
    }

    /// `symbolic` or `symbolic[3]`, as dependsOn names it.
    fn is_called(&self, name: &str) -> bool {
        let Some(symbolic) = &self.symbolic_name else { return false };
        match (&self.copy, name.strip_suffix(']').and_then(|name| name.rsplit_once('['))) {
            (Some(copy), Some((base, index))) => base == symbolic && index.parse() == Ok(copy.index),
            _ => name == symbolic,
        }
    }
}

fn text_or_residual(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Unknown(residual) => residual.stand_in(),
        // Names and ids are checked to be strings when they are declared.
        other => other.type_name().to_owned(),
    }
}

impl<'a> Frame<'a> {
    /// Declares all resources of a template; None where some were refused (and reported).
    pub(super) fn declare(scope: &'a Scope<'a>, place: Place<'a>) -> Option<Self> {
        let mut frame =
            Self { scope, place, entries: Vec::new(), empty_loops: Vec::new(), memos: RefCell::default() };
        let mut refused = false;
        for (symbolic_name, path, json) in frame.declarations()? {
            let env = Env::early(scope, "the name or condition of a resource").in_loops(&frame.place.loops);
            let result = frame.declare_resource(&env, json, &path, symbolic_name, None);
            refused |=
                scope.session.keep(result.map_err(|fault| fault.within(&frame.located(&path)))).is_none();
        }
        if frame.entries.len() > MAX_RESOURCES {
            let message = format!(
                "the template has {} resources, and Azure takes {MAX_RESOURCES}",
                frame.entries.len()
            );
            scope.session.report(Fault::new(&LIMIT, message).within(&frame.place.path));
            refused = true;
        }
        refused |= scope.session.keep(frame.check_ids()).is_none();
        frame.memos = RefCell::new(frame.entries.iter().map(|_| Memo::Idle).collect());
        (!refused).then_some(frame)
    }

    /// Refuses two resources of one id, unless one of them is left out or only read.
    fn check_ids(&self) -> Eval<()> {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for entry in
            self.entries.iter().filter(|entry| !entry.existing && entry.condition == Value::Bool(true))
        {
            let Some(id) = entry.id.as_str() else { continue };
            if let Some(first) = seen.insert(id.to_ascii_lowercase(), &entry.path) {
                let message = format!("the resource `{}` is defined already by `{first}`", entry.name_text());
                return Err(invalid(message).within(&self.located(&entry.path)));
            }
        }
        Ok(())
    }

    /// The resources as written: an array, or (languageVersion 2.0) an object by symbolic name.
    fn declarations(&self) -> Option<Vec<(Option<String>, String, &'a Json)>> {
        match self.place.template.get("resources") {
            None => Some(Vec::new()),
            Some(Json::Array(items)) => Some(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, json)| (None, format!("resources[{index}]"), json))
                    .collect(),
            ),
            Some(Json::Object(map)) => Some(
                map.iter()
                    .map(|(name, json)| (Some(name.clone()), format!("resources.{name}"), json))
                    .collect(),
            ),
            Some(_) => {
                let fault = invalid("`resources` must be an array or an object");
                self.scope.session.report(fault.within(&self.place.path));
                None
            }
        }
    }

    pub(super) fn located(&self, path: &str) -> String {
        format!("{}.{path}", self.place.path)
    }

    /// Declares one resource, each copy of it, and the children written inside of it.
    fn declare_resource(
        &mut self,
        env: &Env<'a>,
        json: &'a Json,
        path: &str,
        symbolic_name: Option<String>,
        parent: Option<(&str, &Value)>,
    ) -> Eval<()> {
        let json = json.as_object().ok_or_else(|| invalid("a resource must be an object"))?;
        let Some(copy) = json.get("copy") else {
            return self.declare_copy(env, json, path, symbolic_name, None, parent);
        };
        let under_copy = |fault: Fault| fault.under(".copy");
        let name = match copy.get("name") {
            Some(name) => env.known_text(name, "the name of a loop").map_err(under_copy)?,
            None => return Err(under_copy(invalid("a loop needs a `name`"))),
        };
        let count = env.count(copy).map_err(under_copy)?;
        let batch = batch_size(env, copy).map_err(under_copy)?;
        if count == 0 {
            self.empty_loops.push(symbolic_name.clone().unwrap_or_else(|| name.clone()));
            self.empty_loops.push(name.clone());
        }
        for index in 0..count {
            let turn = env.with_loop(&name, index, true);
            let copy = Copy { name: name.clone(), index: index as usize, batch };
            self.declare_copy(&turn, json, path, symbolic_name.clone(), Some(copy), parent)?;
        }
        Ok(())
    }

    fn declare_copy(
        &mut self,
        env: &Env<'a>,
        json: &'a Map<String, Json>,
        path: &str,
        symbolic_name: Option<String>,
        copy: Option<Copy>,
        parent: Option<(&str, &Value)>,
    ) -> Eval<()> {
        let required =
            |key: &str| json.get(key).ok_or_else(|| invalid(format!("the resource has no `{key}`")));
        let own_type = env.known_text(required("type")?, "a resource type").map_err(|f| f.under(".type"))?;
        let api_version = env
            .known_text(required("apiVersion")?, "an API version")
            .map_err(|fault| fault.under(".apiVersion"))?;
        let own_name = resource_name(env, required("name")?).map_err(|fault| fault.under(".name"))?;
        let (resource_type, name) = match parent {
            None => (own_type, own_name),
            Some((parent_type, parent_name)) => {
                (format!("{parent_type}/{own_type}"), child_name(env, parent_name, own_name)?)
            }
        };
        let condition = match json.get("condition") {
            None => Value::Bool(true),
            Some(condition) => condition_of(env, condition).map_err(|fault| fault.under(".condition"))?,
        };
        let id = self.id(env, json, &resource_type, &name)?;
        let existing = json.get("existing").and_then(Json::as_bool).unwrap_or(false);
        let children = json.get("resources").filter(|_| !is_deployment(&resource_type));
        self.entries.push(Entry {
            json,
            path: path.to_owned(),
            symbolic_name,
            copy,
            loops: env.loops.clone(),
            existing,
            resource_type: resource_type.clone(),
            api_version,
            name: name.clone(),
            id,
            condition,
        });
        for (index, child) in children.and_then(Json::as_array).into_iter().flatten().enumerate() {
            let child_path = format!("{path}.resources[{index}]");
            self.declare_resource(env, child, &child_path, None, Some((&resource_type, &name)))
                .map_err(|fault| fault.under(&format!(".resources[{index}]")))?;
        }
        Ok(())
    }

    /// The id of a resource: below its `scope`, or below the target (another one where it names it).
    fn id(&self, env: &Env<'a>, json: &Map<String, Json>, resource_type: &str, name: &Value) -> Eval<Value> {
        let place = |key: &str| {
            let json = json.get(key).filter(|json| !json.is_null());
            json.map(|json| env.json(json).map_err(|fault| fault.under(&format!(".{key}")))).transpose()
        };
        let (subscription, group) = (place("subscriptionId")?, place("resourceGroup")?);
        let own_group = self.place.target.resource_group.as_deref();
        let inherited = own_group.filter(|_| subscription.is_none());
        let group = group.or_else(|| inherited.map(Value::from));
        let subscription = subscription.unwrap_or_else(|| self.place.target.subscription_id.as_str().into());
        for (key, value) in [("subscriptionId", Some(&subscription)), ("resourceGroup", group.as_ref())] {
            match value {
                None | Some(Value::String(_)) => {}
                Some(Value::Unknown(residual)) => {
                    return Err(too_late(&format!("`{key}`"), &residual.short()));
                }
                Some(other) => {
                    return Err(invalid(format!("`{key}` must be a string, not {}", described(other))));
                }
            }
        }
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let target = Target {
            subscription_id: text(Some(&subscription)).unwrap_or_default(),
            resource_group: text(group.as_ref()),
            ..self.place.target.clone()
        };
        let scope = match place("scope")? {
            None => target.id().into(),
            Some(Value::String(scope)) if scope == "/" => "".into(),
            Some(Value::String(scope)) if scope.starts_with('/') => scope.into(),
            Some(Value::String(scope)) => format!("{}/providers/{scope}", target.id()).into(),
            Some(scope @ Value::Unknown(_)) => scope,
            Some(other) => {
                return Err(invalid(format!("must be a string, not {}", described(&other))).under(".scope"));
            }
        };
        if is_deployment(resource_type) && json.contains_key("scope") {
            let message =
                "a nested deployment with a `scope` (to a management group or tenant) is not supported";
            return Err(Fault::new(&UNSUPPORTED, message));
        }
        let names = segments(env, resource_type, name)?;
        scoped_id(&scope, resource_type, &names)
    }

    /// The resources that an id, a symbolic name, the name of a loop, or a resource name means.
    pub(super) fn find(&self, wanted: &str) -> Vec<usize> {
        let matching = |is: &dyn Fn(&Entry<'_>) -> bool| -> Vec<usize> {
            self.entries.iter().enumerate().filter(|(_, entry)| is(entry)).map(|(index, _)| index).collect()
        };
        let same_id = |entry: &Entry<'_>| entry.id.as_str().is_some_and(|id| id.eq_ignore_ascii_case(wanted));
        if wanted.starts_with('/') {
            return matching(&same_id);
        }
        let in_loop = |entry: &Entry<'_>| {
            entry.copy.as_ref().is_some_and(|copy| copy.name.eq_ignore_ascii_case(wanted))
        };
        let named = |entry: &Entry<'_>| {
            let id = entry.id.as_str().and_then(|id| id.rsplit_once("/providers/"));
            let is_path = id.is_some_and(|(_, path)| path.eq_ignore_ascii_case(wanted));
            is_path || entry.name.as_str().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        };
        let ways: [&dyn Fn(&Entry<'_>) -> bool; 3] = [&|entry| entry.is_called(wanted), &in_loop, &named];
        ways.into_iter().map(matching).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// True for a loop that made no copies: what depends on it depends on nothing.
    pub(super) fn is_empty_loop(&self, name: &str) -> bool {
        self.empty_loops.iter().any(|empty| empty.eq_ignore_ascii_case(name))
    }

    /// What resources can be called, for suggestions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| entry.symbolic_name.as_deref().or(entry.name.as_str()))
    }

    /// The deployment around this one, where this one may speak of its resources.
    pub(super) fn visible_outer(&self) -> Option<&'a Frame<'a>> {
        self.place.outer.filter(|_| self.place.inherits)
    }
}

fn is_deployment(resource_type: &str) -> bool {
    resource_type.eq_ignore_ascii_case("Microsoft.Resources/deployments")
}

fn resource_name(env: &Env<'_>, json: &Json) -> Eval<Value> {
    match env.json(json)? {
        Value::String(name) if name.is_empty() => Err(invalid("the name is empty")),
        name @ (Value::String(_) | Value::Unknown(_)) => Ok(name),
        other => Err(invalid(format!("a name must be a string, not {}", described(&other)))),
    }
}

fn child_name(env: &Env<'_>, parent: &Value, name: Value) -> Eval<Value> {
    let concat = find("concat").expect("`concat` has a row; a test looks it up");
    env.machine().call(concat, vec![parent.clone(), "/".into(), name])
}

fn condition_of(env: &Env<'_>, json: &Json) -> Eval<Value> {
    match env.json(json)? {
        condition @ (Value::Bool(_) | Value::Unknown(_)) => Ok(condition),
        other => Err(invalid(format!("a condition must be a bool, not {}", described(&other)))),
    }
}

fn batch_size(env: &Env<'_>, copy: &Json) -> Eval<Option<usize>> {
    let serial = match copy.get("mode") {
        None => false,
        Some(mode) => match env.known_text(mode, "the mode of a loop")?.to_ascii_lowercase().as_str() {
            "serial" => true,
            "parallel" => false,
            other => return Err(invalid(format!("the mode `{other}` is neither `serial` nor `parallel`"))),
        },
    };
    if !serial {
        return Ok(None);
    }
    match copy.get("batchSize").map(|json| env.json(json)).transpose()? {
        None => Ok(Some(1)),
        Some(Value::Int(size)) if size > 0 => Ok(usize::try_from(size).ok()),
        Some(other) => Err(invalid(format!("`batchSize` must be a positive int, not {}", described(&other)))),
    }
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
                    counted(n_segments, "segment"),
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
