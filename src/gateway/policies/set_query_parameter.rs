//! `<set-query-parameter name="q" exists-action="override"><value>…</value></set-query-parameter>`: sets, adds to or
//! removes a query parameter of the request that goes upstream. Learn, set-query-parameter.

use std::sync::Arc;

use super::Executor;
use super::message::ExistsAction;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};

pub(super) static EXECUTOR: Executor = Executor {
    element: "set-query-parameter",
    compile: |compiler, placed| {
        let element = &placed.element;
        Some(Box::new(SetQueryParameter {
            name: compiler.setting(element, "name"),
            action: compiler.setting(element, "exists-action"),
            values: element.children.iter().filter_map(|value| compiler.text(value)).collect(),
        }))
    },
};

struct SetQueryParameter {
    name: Option<Setting<String>>,
    action: Option<Setting<ExistsAction>>,
    values: Vec<Setting<String>>,
}

impl Run for SetQueryParameter {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let name = get_or(self.name.as_ref(), String::new(), live)?;
        let action = get_or(self.action.as_ref(), ExistsAction::Override, live)?;
        let values =
            self.values.iter().map(|value| value.get(live)).collect::<Result<Vec<String>, Fault>>()?;
        let query = &mut live.state().request.query;
        let same = |known: &str| known.eq_ignore_ascii_case(&name);
        match action {
            ExistsAction::Skip if query.iter().any(|(known, _)| same(known)) => return Ok(Flow::Next),
            ExistsAction::Append => {}
            _ => query.retain(|(known, _)| !same(known)),
        }
        if action != ExistsAction::Delete {
            query.extend(values.into_iter().map(|value| (name.clone(), value.trim().to_owned())));
        }
        Ok(Flow::Next)
    }
}
