//! Where one expression stands: its template's scope, the resources it may speak of, the loops and lambdas
//! around it. It is also the machine's outside while a template is evaluated.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::frame::Frame;
use super::invalid;
use super::scope::Scope;
use crate::arm::codes::{INVALID_TEMPLATE, NOT_REPEATABLE, TOO_LATE};
use crate::arm::fault::{Eval, Fault};
use crate::arm::functions;
use crate::arm::machine::{Machine, Outside};
use crate::arm::residual::{Node, Variable};
use crate::arm::{Facts, Target, Value};
use crate::diag::Diagnostic;

#[derive(Clone)]
pub(in crate::arm) struct Env<'a> {
    pub(super) scope: &'a Scope<'a>,
    /// The resources that `reference` may name; None where the expression belongs to no deployment yet.
    pub(super) frame: Option<&'a Frame<'a>>,
    /// Innermost last.
    pub(super) loops: Vec<Loop>,
    pub(super) lambdas: Vec<Variable>,
    /// Inside a user-defined function: its arguments stand for the template's parameters.
    pub(super) arguments: Option<&'a IndexMap<String, Value>>,
    /// What the expression computes, where that must be known before the deployment starts.
    early: Option<&'static str>,
    /// Collects the ids of the deployment's own resources that were asked for.
    touched: Option<&'a RefCell<Vec<String>>>,
}

/// One turn of a copy loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Loop {
    pub(super) name: Rc<str>,
    pub(super) index: i64,
    /// The loop of the resource itself, which `copyIndex()` without a name means.
    pub(super) is_resource: bool,
}

impl<'a> Env<'a> {
    /// For what must be known before the deployment starts; `what` names it in messages.
    pub(super) fn early(scope: &'a Scope<'a>, what: &'static str) -> Self {
        Self {
            scope,
            frame: None,
            loops: Vec::new(),
            lambdas: Vec::new(),
            arguments: None,
            early: Some(what),
            touched: None,
        }
    }

    /// For the bodies of resources and for outputs, which may wait for other resources.
    pub(super) fn late(frame: &'a Frame<'a>, loops: Vec<Loop>, touched: &'a RefCell<Vec<String>>) -> Self {
        Self {
            frame: Some(frame),
            loops,
            early: None,
            touched: Some(touched),
            ..Self::early(frame.scope, "")
        }
    }

    /// The same place, inside of the given loops.
    pub(super) fn in_loops(self, loops: &[Loop]) -> Self {
        Self { loops: loops.to_vec(), ..self }
    }

    /// The body of a user-defined function, called from here.
    pub(super) fn in_function<'b>(&'b self, arguments: &'b IndexMap<String, Value>) -> Env<'b> {
        Env {
            arguments: Some(arguments),
            lambdas: self.lambdas.clone(),
            ..Env::early(self.scope, "a user-defined function")
        }
    }

    pub(super) fn with_loop(&self, name: &str, index: i64, is_resource: bool) -> Self {
        let mut env = self.clone();
        env.loops.push(Loop { name: name.into(), index, is_resource });
        env
    }

    pub(super) fn machine(&self) -> Machine<'_> {
        Machine { outside: self, meter: &self.scope.session.meter }
    }

    pub(in crate::arm) fn target(&self) -> &Target {
        &self.scope.target
    }

    /// What the caller said beyond the template and its target.
    pub(in crate::arm) fn facts(&self) -> &Facts {
        &self.scope.session.facts
    }

    /// Refuses a function whose value differs in every run where it is not a parameter's default: there, whoever
    /// deploys can give the value instead.
    pub(in crate::arm) fn refuse_outside_of_defaults(&self, function: &str) -> Eval<()> {
        if self.early == Some(A_DEFAULT) {
            return Ok(());
        }
        let message = format!("`{function}` can only stand in the default value of a parameter");
        Err(Fault::new(&NOT_REPEATABLE, message))
    }

    /// The number of this call of `newGuid`.
    pub(in crate::arm) fn next_guid(&self) -> u32 {
        let made = &self.scope.session.guids;
        made.set(made.get() + 1);
        made.get()
    }

    pub(in crate::arm) fn parameter(&self, name: &str) -> Eval<Value> {
        let Some(arguments) = self.arguments else {
            return self.machine().copied(&*self.scope.parameter(name)?);
        };
        let found = arguments.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found
            .map(|(_, value)| value.clone())
            .ok_or_else(|| invalid(format!("the function has no parameter `{name}`")))
    }

    pub(in crate::arm) fn variable(&self, name: &str) -> Eval<Value> {
        self.machine().copied(&*self.scope.variable(name)?)
    }

    pub(in crate::arm) fn lambda_variable(&self, name: &str) -> Eval<Value> {
        let found = self.lambdas.iter().rev().find(|variable| variable.name.eq_ignore_ascii_case(name));
        found
            .map(|variable| Node::Variable(variable.clone()).into_value())
            .ok_or_else(|| Fault::failed(format!("no lambda around this has a variable `{name}`")))
    }

    /// The index of the named loop, or of the resource's own (else the innermost) one.
    pub(in crate::arm) fn copy_index(&self, name: Option<&str>) -> Eval<i64> {
        let found = match name {
            Some(name) => self.loops.iter().rev().find(|turn| turn.name.eq_ignore_ascii_case(name)),
            None => self.loops.iter().rev().find(|turn| turn.is_resource).or(self.loops.last()),
        };
        found.map(|turn| turn.index).ok_or_else(|| match name {
            Some(name) => Fault::failed(format!("there is no loop `{name}` around this")),
            None => Fault::failed("there is no loop around this"),
        })
    }

    /// What the tool that deploys gives beside the parameters; only the expressions of a parameters file may ask.
    pub(in crate::arm) fn external_input(&self, name: &str) -> Eval<Value> {
        let Some(inputs) = &self.scope.session.external_inputs else {
            return Err(Fault::failed(
                "external inputs are known to parameters files alone, not to templates",
            ));
        };
        let unknown = || Value::supplied_later(&format!("externalInputs('{}')", name.replace('\'', "''")));
        Ok(inputs.get(name).cloned().unwrap_or_else(unknown))
    }

    pub(in crate::arm) fn content_version(&self) -> &str {
        self.scope.template.get("contentVersion").and_then(serde_json::Value::as_str).unwrap_or("1.0.0.0")
    }

    /// A property of the target resource group.
    pub(in crate::arm) fn group_fact(&self, key: &str) -> Eval<Value> {
        if key == "location" {
            return Ok(self.scope.location.clone());
        }
        self.fact(&self.target().id(), GROUP_API_VERSION, key)
    }

    /// A property of something that the template does not deploy: always unknown.
    pub(in crate::arm) fn fact(&self, id: &str, api_version: &str, key: &str) -> Eval<Value> {
        self.machine().member(reference_node(id.into(), Some(api_version), true), key.into(), false)
    }

    fn refuse_early(&self, function: &str) -> Eval<()> {
        match self.early {
            None => Ok(()),
            Some(what) => Err(Fault::new(
                &TOO_LATE,
                format!("`{function}` answers during the deployment, but {what} must be known before"),
            )),
        }
    }

    /// Notes that a resource of this deployment was asked for.
    pub(super) fn touch(&self, id: &str) {
        if let Some(touched) = self.touched {
            touched.borrow_mut().push(id.to_owned());
        }
    }

    /// Finds the resource that an id, a symbolic name or a name means, in this deployment or, where the template
    /// is evaluated in the scope of its parent, in the ones around it.
    fn find(&self, target: &str) -> Eval<Option<(&'a Frame<'a>, usize)>> {
        let mut frame = self.frame;
        while let Some(current) = frame {
            let found = current.find(target);
            // The same resource may be written twice with conditions that exclude each other.
            let made: Vec<_> =
                found.iter().filter(|at| !current.entries[**at].is_left_out()).copied().collect();
            match if made.is_empty() { found } else { &made } {
                [] => frame = current.visible_outer(),
                [index] => return Ok(Some((current, *index))),
                several => {
                    let message = format!("`{target}` means {} resources of the template", several.len());
                    return Err(invalid(message));
                }
            }
        }
        Ok(None)
    }

    /// The id behind the first argument of `reference` or `list*`, and its API version where the template
    /// declares the resource. The id of a resource whose name is late is late, too.
    fn resource(&self, target: &str) -> Eval<(Value, Option<&str>)> {
        if let Some((frame, index)) = self.find(target)? {
            let entry = &frame.entries[index];
            self.touch(&entry.id_text());
            return Ok((entry.id.clone(), Some(&entry.api_version)));
        }
        if target.starts_with('/') {
            return Ok((target.into(), None));
        }
        let known = self.frame.into_iter().flat_map(Frame::known_names);
        let message = format!("the template has no resource `{target}`");
        Err(Diagnostic::new(&INVALID_TEMPLATE, message).did_you_mean(target, known).into())
    }
}

/// What the default value of a parameter is called in messages.
pub(super) const A_DEFAULT: &str = "a default value";

/// The API version that facts about resource groups are read with.
pub(super) const GROUP_API_VERSION: &str = "2022-09-01";

fn reference_node(id: Value, api_version: Option<&str>, full: bool) -> Value {
    let mut args = vec![id];
    args.extend(api_version.map(Value::from));
    if full {
        args.push("full".into());
    }
    call_node("reference", args)
}

fn call_node(name: &str, args: Vec<Value>) -> Value {
    let function = functions::find(name).expect("`reference` and `list*` have rows; a test looks them up");
    Node::Call { function, args }.into_value()
}

impl Outside for Env<'_> {
    fn reference(&self, id: &str, api_version: Option<&str>, full: bool) -> Eval<Value> {
        self.refuse_early("reference")?;
        let (id, declared) = self.resource(id)?;
        let api_version = api_version.or(declared);
        if full && api_version.is_none() {
            return Err(Fault::failed(
                "`reference` needs an API version for a resource outside of the template",
            ));
        }
        Ok(reference_node(id, api_version, full))
    }

    fn list(&self, function: &str, id: &str, api_version: &str, body: Option<&Value>) -> Eval<Value> {
        self.refuse_early(function)?;
        let (id, _) = self.resource(id)?;
        let mut args = vec![function.into(), id, api_version.into()];
        args.extend(body.cloned());
        Ok(call_node("list*", args))
    }

    fn outputs(&self, id: &str, secure: bool) -> Eval<Option<Value>> {
        match self.find(id)? {
            Some((frame, index))
                if frame.entries[index].is_deployment() && !frame.entries[index].existing =>
            {
                frame.outputs(index, secure).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn azure(&self, _: &str) -> Eval<Value> {
        Err(Fault::Stuck)
    }

    fn copies(&self, symbolic_name: &str) -> Eval<Vec<String>> {
        self.refuse_early("references")?;
        let Some(frame) = self.frame else { return Err(Fault::Stuck) };
        let found = frame.find(symbolic_name);
        if found.is_empty() && !frame.is_empty_loop(symbolic_name) {
            return Err(invalid(format!("the template has no resource `{symbolic_name}`")));
        }
        let id = |index: &usize| frame.entries[*index].id.as_str().map(str::to_owned).ok_or(Fault::Stuck);
        found.iter().map(id).collect()
    }
}
