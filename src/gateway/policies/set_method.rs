//! `<set-method>POST</set-method>`: the method of the request that goes upstream. Learn, set-method.

use std::sync::Arc;

use super::Executor;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;

pub(super) static EXECUTOR: Executor = Executor {
    element: "set-method",
    compile: |compiler, placed| Some(Box::new(SetMethod { method: compiler.text(&placed.element)? })),
};

struct SetMethod {
    method: Setting<String>,
}

impl Run for SetMethod {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let method = self.method.get(live)?;
        method.trim().clone_into(&mut live.state().request.method);
        Ok(Flow::Next)
    }
}
