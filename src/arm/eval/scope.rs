//! What the expressions of one template see: its parameters, variables and functions, and where it is sent.
//! Parameters and variables are computed on first use, because defaults and variables may use each other in any
//! order.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::env::Env;
use super::{Session, invalid, parameters};
use crate::arm::codes::{CIRCULAR_DEPENDENCY, INVALID_TEMPLATE};
use crate::arm::fault::{Eval, Fault};
use crate::arm::{Target, Value};
use crate::diag::Diagnostic;

/// What has been computed, by its name as declared.
type Computed = RefCell<HashMap<String, Rc<Value>>>;

pub(super) struct Scope<'a> {
    pub(super) session: &'a Session,
    pub(super) template: &'a Map<String, Json>,
    /// The JSON path of the template; empty for the outermost one.
    pub(super) path: String,
    pub(super) target: Target,
    /// The location of the target, which may be unknown where the resource group is not in the template.
    pub(super) location: Value,
    /// Values given from outside, keyed by the names as declared.
    pub(super) given: RefCell<BTreeMap<String, Value>>,
    parameters: Computed,
    variables: Computed,
    /// The parameters and variables being computed right now, as `variables.x`.
    running: RefCell<Vec<String>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        session: &'a Session,
        template: &'a Map<String, Json>,
        path: &str,
        target: Target,
        location: Value,
    ) -> Self {
        Self {
            session,
            template,
            path: path.to_owned(),
            target,
            location,
            given: RefCell::default(),
            parameters: RefCell::default(),
            variables: RefCell::default(),
            running: RefCell::default(),
        }
    }

    /// A section that is an object; empty where it is not there.
    pub(super) fn section(&self, name: &str) -> Eval<Option<&'a Map<String, Json>>> {
        match self.template.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Object(map)) => Ok(Some(map)),
            Some(_) => Err(invalid(format!("`{name}` must be an object")).within(&self.path)),
        }
    }

    /// The path of a place in this template.
    pub(super) fn place(&self, path: &str) -> String {
        format!("{}.{path}", self.path)
    }

    pub(super) fn parameter(&self, name: &str) -> Eval<Rc<Value>> {
        let declared = self.section("parameters")?;
        let Some((name, declaration)) = declared.and_then(|map| entry(map, name)) else {
            let names = declared.into_iter().flatten().map(|(name, _)| name.as_str());
            return Err(undeclared("parameter", name, names));
        };
        self.once(&self.parameters, name, &|| format!("parameters.{name}"), || {
            parameters::value(self, name, declaration)
        })
    }

    pub(super) fn variable(&self, name: &str) -> Eval<Rc<Value>> {
        let declared = self.section("variables")?;
        if let Some((name, json)) =
            declared.and_then(|map| entry(map, name)).filter(|(name, _)| *name != "copy")
        {
            let path = || format!("variables.{name}");
            return self.once(&self.variables, name, &path, || Env::early(self, "a variable").json(json));
        }
        let loops = declared.and_then(|map| map.get("copy")).and_then(Json::as_array);
        for (index, item) in loops.into_iter().flatten().enumerate() {
            let Some(loop_name) = item.get("name").and_then(Json::as_str) else { continue };
            if loop_name.eq_ignore_ascii_case(name) {
                let path = || format!("variables.copy[{index}]");
                return self.once(&self.variables, loop_name, &path, || {
                    Ok(Env::early(self, "a variable").property_loop(item)?.1)
                });
            }
        }
        let loop_names =
            loops.into_iter().flatten().filter_map(|item| item.get("name").and_then(Json::as_str));
        let names = declared.into_iter().flatten().map(|(name, _)| name.as_str());
        Err(undeclared("variable", name, names.chain(loop_names)))
    }

    /// Computes something once, and refuses what needs itself.
    fn once(
        &self,
        computed: &Computed,
        name: &str,
        path: &dyn Fn() -> String,
        compute: impl FnOnce() -> Eval<Value>,
    ) -> Eval<Rc<Value>> {
        if let Some(value) = computed.borrow().get(name) {
            return Ok(Rc::clone(value));
        }
        let path = path();
        if let Some(start) = self.running.borrow().iter().position(|running| *running == path) {
            let running = self.running.borrow();
            let cycle: Vec<_> = running[start..].iter().map(String::as_str).chain([path.as_str()]).collect();
            return Err(Fault::new(&CIRCULAR_DEPENDENCY, format!("`{}` needs itself", cycle.join(" -> "))));
        }
        self.running.borrow_mut().push(path.clone());
        let result = self.session.meter.deeper(compute).map_err(|fault| fault.within(&self.place(&path)));
        self.running.borrow_mut().pop();
        let value = Rc::new(result?);
        computed.borrow_mut().insert(name.to_owned(), Rc::clone(&value));
        Ok(value)
    }

    /// All user-defined functions: `namespace.name`, JSON path, declaration.
    pub(super) fn functions(&self) -> Vec<(String, String, &'a Json)> {
        let spaces = self.template.get("functions").and_then(Json::as_array);
        let mut found = Vec::new();
        for (index, space) in spaces.into_iter().flatten().enumerate() {
            let namespace = space.get("namespace").and_then(Json::as_str).unwrap_or_default();
            let members = space.get("members").and_then(Json::as_object);
            found.extend(members.into_iter().flatten().map(|(name, declaration)| {
                (format!("{namespace}.{name}"), format!("functions[{index}].members.{name}"), declaration)
            }));
        }
        found
    }

    /// Finds a user-defined function: its declaration and JSON path.
    pub(super) fn function(&self, namespace: &str, name: &str) -> Option<(&'a Json, String)> {
        let spaces = self.template.get("functions").and_then(Json::as_array)?;
        spaces.iter().enumerate().find_map(|(index, space)| {
            space.get("namespace")?.as_str().filter(|found| found.eq_ignore_ascii_case(namespace))?;
            let (name, declaration) = entry(space.get("members")?.as_object()?, name)?;
            Some((declaration, format!("functions[{index}].members.{name}")))
        })
    }
}

/// Finds a key without regard to case, as ARM does.
pub(super) fn entry<'a>(map: &'a Map<String, Json>, name: &str) -> Option<(&'a str, &'a Json)> {
    map.get_key_value(name)
        .or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)))
        .map(|(key, value)| (key.as_str(), value))
}

fn undeclared<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Fault {
    Diagnostic::new(&INVALID_TEMPLATE, format!("the template has no {kind} `{name}`"))
        .did_you_mean(name, known)
        .into()
}
