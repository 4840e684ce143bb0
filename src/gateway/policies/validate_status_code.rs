//! `<validate-status-code unspecified-status-code-action="prevent"><status-code code="404" action="ignore"/>
//! </validate-status-code>`: what the backend answers has to be one of the statuses that the API has for the operation.
//! Learn, validate-status-code (2022-12-05).

use std::sync::Arc;

use super::Executor;
use super::validation::{Action, ActionSetting, Errors, ValidationError, action, named_actions};
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;
use crate::policy::Placed;

pub(super) static EXECUTOR: Executor = Executor { element: "validate-status-code", compile };

struct ValidateStatusCode {
    unspecified: ActionSetting,
    codes: Vec<(String, Setting<String>)>,
    errors: Errors,
}

fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    Some(Box::new(ValidateStatusCode {
        unspecified: action(compiler, element, "unspecified-status-code-action"),
        codes: named_actions(compiler, element, "code"),
        errors: Errors::compile(compiler, placed),
    }))
}

impl Run for ValidateStatusCode {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let status = live.state().response.as_ref().map(|response| response.status);
        let Some(status) = status else { return Ok(Flow::Next) };
        if live.route.operation.contract.response(status).is_some() {
            return Ok(Flow::Next);
        }
        let own = self.codes.iter().find(|(code, _)| code.trim() == status.to_string());
        let action = Action::of(own.map(|(_, action)| action).or(self.unspecified.as_ref()), live)?;
        let error = ValidationError {
            name: status.to_string(),
            kind: "StatusCode",
            rule: "Unspecified",
            details: format!("Response status code {status} is not allowed."),
            is_public: false,
            action,
        };
        self.errors.tell(live, &[error])?;
        Ok(Flow::Next)
    }
}
