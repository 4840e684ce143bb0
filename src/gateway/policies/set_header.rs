//! `<set-header name="X" exists-action="override"><value>…</value></set-header>`: sets, adds to or removes a header
//! of the request (inbound, backend) or the response (outbound, on-error). Learn, set-header.
//!
//! Decision: several values become several fields; the service joins most of them by commas, which receivers read
//! as the same.

use std::sync::Arc;

use super::Executor;
use super::message::{ExistsAction, Side};
use crate::diag::Diagnostic;
use crate::gateway::codes;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::Placed;

pub(super) static EXECUTOR: Executor = Executor {
    element: "set-header",
    compile: |compiler, placed| Some(compile(compiler, placed, Side::of(placed))),
};

/// Headers that belong to the connection; the service does not let a policy set them (Learn, set-header).
const CONNECTION_HEADERS: [&str; 4] = ["Connection", "Content-Length", "Keep-Alive", "Transfer-Encoding"];

struct SetHeader {
    side: Side,
    name: Option<Setting<String>>,
    action: Option<Setting<String>>,
    values: Vec<Setting<String>>,
}

pub(super) fn compile(compiler: &mut Compiler<'_>, placed: &Placed, side: Side) -> Box<dyn Run> {
    let element = &placed.element;
    if let Some(name) = element.literal("name")
        && CONNECTION_HEADERS.iter().any(|header| header.eq_ignore_ascii_case(name))
    {
        let message = format!("the header `{name}` belongs to the connection and cannot be set");
        let diagnostic = Diagnostic::new(&codes::CONNECTION_HEADER, message);
        compiler.found.push(diagnostic.at(&element.source, element.name_span));
    }
    Box::new(SetHeader {
        side,
        name: compiler.setting(element, "name"),
        action: compiler.setting(element, "exists-action"),
        values: element.children.iter().filter_map(|value| compiler.text(value)).collect(),
    })
}

impl Run for SetHeader {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let name = get_or(self.name.as_ref(), String::new(), live)?;
        let action = ExistsAction::from_name(&get_or(self.action.as_ref(), String::new(), live)?);
        let values =
            self.values.iter().map(|value| value.get(live)).collect::<Result<Vec<String>, Fault>>()?;
        let mut state = live.state();
        let Some(headers) = self.side.headers(&mut state) else { return Ok(Flow::Next) };
        match action {
            ExistsAction::Skip if headers.contains(&name) => return Ok(Flow::Next),
            ExistsAction::Append => {}
            _ => headers.remove(&name),
        }
        if action != ExistsAction::Delete {
            values.iter().for_each(|value| headers.append(&name, value.trim()));
        }
        Ok(Flow::Next)
    }
}
