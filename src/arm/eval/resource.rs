//! The bodies of resources, what they depend on, and their late resolution.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::env::Env;
use super::frame::{Entry, Frame, Memo};
use super::{invalid, nested};
use crate::arm::codes::CIRCULAR_DEPENDENCY;
use crate::arm::fault::{Eval, Fault};
use crate::arm::{Deployment, LateName, Resource, Runtime, Value};
use crate::diag::Diagnostic;

/// What stands in a resource for ARM itself, and is not sent to the provider.
const ENVELOPE: [&str; 12] = [
    "apiVersion",
    "comments",
    "condition",
    "copy",
    "dependsOn",
    "existing",
    "metadata",
    "name",
    "resourceGroup",
    "scope",
    "subscriptionId",
    "type",
];

/// A resource with its body, and what its body asked for.
#[derive(Clone, Debug)]
pub(super) struct Complete {
    pub(super) body: Value,
    /// Ids of resources of this deployment, or of those around it, that the body reads.
    pub(super) touched: Vec<String>,
    pub(super) nested: Option<Deployment>,
}

impl Resource {
    /// Computes everything that waited for other resources: name, id, condition and body. The nested deployment
    /// is left as it is; its resources are resolved one by one, in their order. Where the condition turns out
    /// false, the body is left as it is, too.
    ///
    /// # Errors
    /// As [`Value::resolve`].
    #[expect(
        clippy::result_large_err,
        reason = "fails at most once per resource, and callers want the finding"
    )]
    pub fn resolve(&self, runtime: &dyn Runtime) -> Result<Self, Diagnostic> {
        let condition = self.condition.resolve(runtime)?;
        if condition == Value::Bool(false) {
            return Ok(Self { condition, ..self.clone() });
        }
        let mut resolved = Self { condition, body: self.body.resolve(runtime)?, ..self.clone() };
        if let Some(late) = resolved.late.take() {
            let (name, id) = (late.name.resolve(runtime)?, late.id.resolve(runtime)?);
            match (name, id) {
                (Value::String(name), Value::String(id)) => (resolved.name, resolved.id) = (name, id),
                (name, _) => {
                    let message = format!("the name of a resource came to be of type {}", name.type_name());
                    return Err(Diagnostic::new(&crate::arm::codes::INVALID_TEMPLATE, message));
                }
            }
        }
        Ok(resolved)
    }
}

impl<'a> Frame<'a> {
    /// Evaluates the body of a resource once, and its nested deployment with it.
    pub(super) fn complete(&'a self, index: usize) -> Eval<Rc<Complete>> {
        match &self.memos.borrow()[index] {
            Memo::Done(complete) => return Ok(Rc::clone(complete)),
            Memo::Failed => return Err(Fault::Reported),
            Memo::Running => return Err(self.waits_for_itself()),
            Memo::Idle => {}
        }
        self.memos.borrow_mut()[index] = Memo::Running;
        let entry = &self.entries[index];
        let result = self.scope.session.meter.deeper(|| self.evaluate(entry));
        let (memo, answer) = match result {
            Ok(complete) => {
                let complete = Rc::new(complete);
                (Memo::Done(Rc::clone(&complete)), Ok(complete))
            }
            Err(fault) => {
                self.scope.session.report(fault.within(&self.located(&entry.path)));
                (Memo::Failed, Err(Fault::Reported))
            }
        };
        self.memos.borrow_mut()[index] = memo;
        answer
    }

    fn evaluate(&'a self, entry: &Entry<'a>) -> Eval<Complete> {
        let touched = RefCell::default();
        let env = Env::late(self, entry.loops.clone(), &touched);
        if entry.is_left_out() {
            return Ok(Complete { body: Value::Object(IndexMap::new()), touched: Vec::new(), nested: None });
        }
        let mut body = IndexMap::new();
        for (key, json) in entry.json {
            let is_child_list = key == "resources" && !entry.is_deployment();
            if ENVELOPE.contains(&key.as_str()) || is_child_list {
                continue;
            }
            let key = env.key(key)?;
            let value = if entry.is_deployment() && key == "properties" {
                nested::properties(&env, json)
            } else {
                env.json(json)
            };
            body.insert(key.clone(), value.map_err(|fault| fault.under(&format!(".{key}")))?);
        }
        let body = Value::Object(body);
        let nested = if entry.is_deployment() && !entry.existing {
            nested::evaluate(&env, self, entry, &body)?
        } else {
            None
        };
        Ok(Complete { body, touched: touched.into_inner(), nested })
    }

    /// The deployments that are being evaluated right now need each other's outputs.
    fn waits_for_itself(&self) -> Fault {
        let memos = self.memos.borrow();
        let running = self.entries.iter().zip(memos.iter()).filter(|(_, memo)| matches!(memo, Memo::Running));
        let names: Vec<_> = running.map(|(entry, _)| format!("`{}`", entry.name_text())).collect();
        Fault::new(
            &CIRCULAR_DEPENDENCY,
            format!("nested deployments need each other's outputs: {}", names.join(", ")),
        )
    }

    /// The resource as the evaluation's result shows it.
    pub(super) fn finished(&self, index: usize, complete: Complete) -> Eval<Resource> {
        let entry = &self.entries[index];
        let late = match (&entry.name, &entry.id) {
            (Value::String(_), Value::String(_)) => None,
            (name, id) => Some(Box::new(LateName { name: name.clone(), id: id.clone() })),
        };
        Ok(Resource {
            id: entry.id_text(),
            resource_type: entry.resource_type.clone(),
            api_version: entry.api_version.clone(),
            name: entry.name_text(),
            late,
            symbolic_name: entry.symbolic_name.clone(),
            existing: entry.existing,
            condition: entry.condition.clone(),
            body: complete.body,
            depends_on: self.depends_on(index, &complete.touched)?,
            nested: complete.nested.map(Box::new),
        })
    }

    /// Explicit dependencies, those of a serial loop, and those that `reference` and `list*` imply.
    fn depends_on(&self, index: usize, touched: &[String]) -> Eval<Vec<String>> {
        let entry = &self.entries[index];
        let mut ids: Vec<String> = Vec::new();
        let mut add = |id: String| {
            if !ids.iter().any(|known| known.eq_ignore_ascii_case(&id)) {
                ids.push(id);
            }
        };
        for (at, json) in explicit(entry)?.iter().enumerate() {
            let found = self.dependency(entry, json);
            found.map_err(|fault| fault.under(&format!(".dependsOn[{at}]")))?.into_iter().for_each(&mut add);
        }
        if let Some(copy) = &entry.copy
            && let Some(batch) = copy.batch
            && let Some(before) = (copy.index / batch).checked_sub(1)
        {
            let earlier = self.entries.iter().filter(|other| {
                std::ptr::eq(other.json, entry.json)
                    && other.loops[..other.loops.len() - 1] == entry.loops[..entry.loops.len() - 1]
                    && other.copy.as_ref().is_some_and(|other| other.index / batch == before)
            });
            earlier.map(Entry::id_text).for_each(&mut add);
        }
        let own = |id: &&String| self.entries.iter().any(|other| other.id_text().eq_ignore_ascii_case(id));
        touched.iter().filter(own).cloned().for_each(&mut add);
        Ok(ids)
    }

    /// What one entry of `dependsOn` means: an id, or the name of a resource or loop of this template.
    fn dependency(&self, entry: &Entry<'_>, json: &Json) -> Eval<Vec<String>> {
        let env = Env::early(self.scope, "a dependency").in_loops(&entry.loops);
        let wanted = match env.json(json)? {
            Value::String(wanted) => wanted,
            // The id of a resource whose own name waits: it is one of ours where it reads the same.
            unknown @ Value::Unknown(_) => match self.entries.iter().find(|other| other.id == unknown) {
                Some(other) => return Ok(vec![other.id_text()]),
                None => {
                    return Err(super::expression::too_late(
                        "a dependency",
                        &unknown.to_display_json().to_string(),
                    ));
                }
            },
            _ => return Err(invalid("a dependency must be a string")),
        };
        let found = self.find(&wanted);
        if found.is_empty() && !self.is_empty_loop(&wanted) {
            let message = format!("the resource `{wanted}` is not defined in the template");
            let diagnostic = Diagnostic::new(&crate::arm::codes::INVALID_TEMPLATE, message);
            let last = wanted.rsplit('/').next().unwrap_or(&wanted);
            return Err(diagnostic.did_you_mean(last, self.names()).into());
        }
        Ok(found.into_iter().map(|at| self.entries[at].id_text()).collect())
    }
}

fn explicit<'a>(entry: &Entry<'a>) -> Eval<&'a [Json]> {
    match entry.json.get("dependsOn") {
        None | Some(Json::Null) => Ok(&[]),
        Some(Json::Array(items)) => Ok(items),
        Some(_) => Err(invalid("`dependsOn` must be an array").under(".dependsOn")),
    }
}
