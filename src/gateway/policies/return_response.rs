//! `<return-response><set-status …/><set-header …/><set-body …/></return-response>`: ends the request with a new
//! answer, 200 and empty unless the elements inside say otherwise. Learn, return-response (2022-12-08). With
//! `response-variable-name` it begins with the answer that `send-request` has kept, which the elements then change.
//!
//! Decision: a variable that is not there, is null or holds no answer is an error, as reading it in an expression is.

use std::sync::Arc;

use super::message::Side;
use super::{Executor, set_body, set_header, set_status};
use crate::gateway::context::KeptResponse;
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveResponse};
use crate::gateway::pipeline::{Flow, Run};

pub(super) static EXECUTOR: Executor = Executor {
    element: "return-response",
    compile: |compiler, placed| {
        let mut inside: Vec<Box<dyn Run>> = Vec::new();
        for child in &placed.inside {
            match child.element.name.as_str() {
                "set-status" => inside.push(set_status::compile(compiler, child, Side::Draft)),
                "set-header" => inside.push(set_header::compile(compiler, child, Side::Draft)),
                _ => inside.extend(set_body::compile(compiler, child, Side::Draft)),
            }
        }
        let variable = placed.element.literal("response-variable-name").map(str::to_owned);
        Some(Box::new(ReturnResponse { variable, inside }))
    },
};

struct ReturnResponse {
    /// The variable that holds the answer to begin with.
    variable: Option<String>,
    inside: Vec<Box<dyn Run>>,
}

impl Run for ReturnResponse {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let begin = match &self.variable {
            Some(name) => kept_answer(live, name)?,
            None => LiveResponse::empty(200),
        };
        live.state().draft = Some(begin);
        for run in &self.inside {
            run.run(live)?;
        }
        let mut state = live.state();
        state.response = state.draft.take();
        Ok(Flow::End)
    }
}

fn kept_answer(live: &Live, name: &str) -> Result<LiveResponse, Fault> {
    let value = live.state().variables.get(name).cloned();
    let kept = value.as_ref().and_then(KeptResponse::from_value).map(KeptResponse::to_live);
    kept.ok_or_else(|| Fault::broken("ResponseNotFound", format!("the variable `{name}` holds no response")))
}
