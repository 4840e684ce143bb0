//! `<return-response><set-status …/><set-header …/><set-body …/></return-response>`: ends the request with a new
//! answer, 200 and empty unless the elements inside say otherwise. Learn, return-response.
//! Not modelled, and refused: `response-variable-name`.

use std::sync::Arc;

use super::message::Side;
use super::{Executor, set_body, set_header, set_status};
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveResponse};
use crate::gateway::pipeline::{Flow, Run};

pub(super) static EXECUTOR: Executor = Executor {
    element: "return-response",
    compile: |compiler, placed| {
        compiler.refuse_attributes(&placed.element, &["response-variable-name"]);
        let mut inside: Vec<Box<dyn Run>> = Vec::new();
        for child in &placed.inside {
            match child.element.name.as_str() {
                "set-status" => inside.push(set_status::compile(compiler, child, Side::Draft)),
                "set-header" => inside.push(set_header::compile(compiler, child, Side::Draft)),
                _ => inside.push(set_body::compile(compiler, child, Side::Draft)),
            }
        }
        Some(Box::new(ReturnResponse { inside }))
    },
};

struct ReturnResponse {
    inside: Vec<Box<dyn Run>>,
}

impl Run for ReturnResponse {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        live.state().draft = Some(LiveResponse::empty(200));
        for run in &self.inside {
            run.run(live)?;
        }
        let mut state = live.state();
        state.response = state.draft.take();
        Ok(Flow::End)
    }
}
