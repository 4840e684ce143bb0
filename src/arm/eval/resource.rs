//! The bodies of resources, what they depend on, and their late resolution.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::env::Env;
use super::frame::{Entry, Frame, Memo};
use super::nested;
use crate::arm::codes::CIRCULAR_DEPENDENCY;
use crate::arm::fault::{Eval, Fault};
use crate::arm::{Deployment, LateName, Resource, Runtime, Value};
use crate::diag::Diagnostic;

/// What stands in a resource for ARM itself, and is not sent to the provider.
const ENVELOPE: [&str; 13] = [
    "@options",
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
        let is_made = entry.is_deployment() && !entry.existing;
        let nested = if is_made { Some(nested::evaluate(&env, self, entry, &body)?) } else { None };
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
    pub(super) fn finished(&self, index: usize, complete: &Complete, waits_for: &[usize]) -> Resource {
        let entry = &self.entries[index];
        let late = match (&entry.name, &entry.id) {
            (Value::String(_), Value::String(_)) => None,
            (name, id) => Some(Box::new(LateName { name: name.clone(), id: id.clone() })),
        };
        Resource {
            id: entry.id_text(),
            resource_type: entry.resource_type.clone(),
            api_version: entry.api_version.clone(),
            name: entry.name_text(),
            late,
            symbolic_name: entry.symbolic_name.clone(),
            existing: entry.existing,
            condition: entry.condition.clone(),
            options: entry.options.clone(),
            body: complete.body.clone(),
            depends_on: waits_for.iter().map(|index| self.entries[*index].id_text()).collect(),
            nested: complete.nested.clone().map(Box::new),
        }
    }
}
