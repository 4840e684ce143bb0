//! `<set-variable name="x" value="@(…)"/>`: keeps the value for later policies. An expression keeps its .NET type, a
//! literal is text. Learn, set-variable (2024-07-23).
//!
//! Decision: the page lists the types that an expression may give, plain ones only. They are not enforced, because
//! policies that are deployed keep JSON objects in variables.

use std::sync::Arc;

use super::Executor;
use crate::csharp::Value;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::ValueKind;

pub(super) static EXECUTOR: Executor = Executor {
    element: "set-variable",
    compile: |compiler, placed| {
        let name = compiler.setting(&placed.element, "name");
        let value = placed.element.value("value")?.kind.clone();
        Some(Box::new(SetVariable { name, value }))
    },
};

struct SetVariable {
    name: Option<Setting<String>>,
    value: ValueKind,
}

impl Run for SetVariable {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let name = get_or(self.name.as_ref(), String::new(), live)?;
        let value = match &self.value {
            ValueKind::Literal(text) => Value::String(Arc::from(text.as_str())),
            ValueKind::Expression(expression) => live.evaluate(expression)?,
        };
        live.state().variables.insert(name, value);
        Ok(Flow::Next)
    }
}
