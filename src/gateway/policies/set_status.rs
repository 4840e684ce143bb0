//! `<set-status code="401" reason="Unauthorized"/>`: the status of the response. Learn, set-status.
//!
//! Decision: before there is a response it does nothing, except inside `return-response`, which makes one first.

use std::sync::Arc;

use super::Executor;
use super::message::Side;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::Placed;

pub(super) static EXECUTOR: Executor = Executor {
    element: "set-status",
    compile: |compiler, placed| Some(compile(compiler, placed, Side::Response)),
};

struct SetStatus {
    side: Side,
    code: Option<Setting<i64>>,
    reason: Option<Setting<String>>,
}

pub(super) fn compile(compiler: &mut Compiler<'_>, placed: &Placed, side: Side) -> Box<dyn Run> {
    let element = &placed.element;
    let (code, reason) = (compiler.needed(element, "code"), compiler.setting(element, "reason"));
    Box::new(SetStatus { side, code, reason })
}

/// What the service answers where a policy asks for a status that HTTP does not have.
const INTERNAL_ERROR: u16 = 500;

impl Run for SetStatus {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let code = get_or(self.code.as_ref(), i64::from(INTERNAL_ERROR), live)?;
        let reason = get_or(self.reason.as_ref(), String::new(), live)?;
        let status = u16::try_from(code).ok().filter(|code| (100..=999).contains(code)).ok_or_else(|| {
            Fault::broken("ExpressionValueEvaluationFailure", format!("{code} is not a status code"))
        })?;
        if let Some(response) = self.side.response(&mut live.state()) {
            response.status = status;
            response.reason = reason;
        }
        Ok(Flow::Next)
    }
}
