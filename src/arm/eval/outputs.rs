//! The outputs of a deployment, and what its parent reads of them.

use std::cell::RefCell;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::env::Env;
use super::frame::Frame;
use super::{invalid, types};
use crate::arm::codes::FUNCTION_FAILED;
use crate::arm::fault::{Eval, Fault};
use crate::arm::limits::{MAX_OUTPUTS, check_number};
use crate::arm::machine::described;
use crate::arm::{Output, Value};

/// Evaluates all outputs; None where one was refused (and reported).
pub(super) fn evaluate<'a>(frame: &'a Frame<'a>) -> Option<IndexMap<String, Output>> {
    let session = frame.scope.session;
    let declared = match frame.place.template.get("outputs") {
        None | Some(Json::Null) => return Some(IndexMap::new()),
        Some(Json::Object(declared)) => declared,
        Some(_) => {
            session.report(invalid("`outputs` must be an object").within(&frame.place.path));
            return None;
        }
    };
    let checked = check_number("outputs", declared.len(), MAX_OUTPUTS, false);
    session.keep(checked.map_err(|fault| fault.within(&frame.place.path)))?;
    let mut outputs = IndexMap::new();
    let mut refused = false;
    for (name, json) in declared {
        let place = frame.located(&format!("outputs.{name}"));
        match session.keep(output(frame, json).map_err(|fault| fault.within(&place))) {
            Some(Some(output)) => {
                outputs.insert(name.clone(), output);
            }
            Some(None) => {}
            None => refused = true,
        }
    }
    (!refused).then_some(outputs)
}

/// One output; None where its condition is false.
fn output<'a>(frame: &'a Frame<'a>, json: &'a Json) -> Eval<Option<Output>> {
    let declared = json.as_object().ok_or_else(|| invalid("an output must be an object"))?;
    let touched = RefCell::default();
    let env = Env::late(frame, frame.place.loops.clone(), &touched);
    match declared.get("condition").map(|json| env.json(json)).transpose()? {
        None | Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) => return Ok(None),
        Some(other) => return Err(invalid(format!("a condition must be a bool, not {}", described(&other)))),
    }
    let value = match (declared.get("value"), declared.get("copy")) {
        (Some(value), _) => env.json(value)?,
        (None, Some(copy)) => {
            let input = copy.get("input").ok_or_else(|| invalid("a loop of values needs an `input`"))?;
            env.turns("", env.count(copy)?, input)?
        }
        (None, None) => return Err(invalid("an output needs a `value`")),
    };
    types::check(frame.scope, declared, &value)?;
    Ok(Some(Output { output_type: types::name(frame.scope, declared)?, value }))
}

impl<'a> Frame<'a> {
    /// The outputs of a nested deployment, as `reference(…).outputs` gives them: `{ name: { type, value } }`.
    /// With `secure`, as `listOutputsWithSecureValues` does: `{ name: value }`.
    pub(super) fn outputs(&'a self, index: usize, secure: bool) -> Eval<Value> {
        let complete = self.complete(index)?;
        let Some(nested) = &complete.nested else {
            let name = self.entries[index].name_text();
            let message = format!(
                "the deployment `{name}` is not made, because its condition is false; it has no outputs"
            );
            return Err(Fault::new(&FUNCTION_FAILED, message));
        };
        let each = |(name, output): (&String, &Output)| {
            let mut map = IndexMap::from([("type".to_owned(), Value::from(output.output_type.as_str()))]);
            if secure {
                return (name.clone(), output.value.clone());
            }
            if !output.is_secure() {
                map.insert("value".to_owned(), output.value.clone());
            }
            (name.clone(), Value::Object(map))
        };
        Ok(Value::Object(nested.outputs.iter().map(each).collect()))
    }
}
