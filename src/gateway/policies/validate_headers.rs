//! `<validate-headers specified-header-action="prevent" unspecified-header-action="ignore"><header name="X" action="…"/>
//! </validate-headers>`: the headers of an answer against what the API has for its status. Learn, validate-headers
//! (2024-03-18).
//!
//! Decision, where the page is silent: an answer with a status that the API does not have has no headers specified.

use std::sync::Arc;

use super::Executor;
use super::validation::{Action, ActionSetting, Errors, Given, ValidationError, action, named_actions};
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;
use crate::policy::Placed;

pub(super) static EXECUTOR: Executor = Executor { element: "validate-headers", compile };

struct ValidateHeaders {
    specified: ActionSetting,
    unspecified: ActionSetting,
    headers: Vec<(String, Setting<String>)>,
    errors: Errors,
}

fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    Some(Box::new(ValidateHeaders {
        specified: action(compiler, element, "specified-header-action"),
        unspecified: action(compiler, element, "unspecified-header-action"),
        headers: named_actions(compiler, element, "name"),
        errors: Errors::compile(compiler, placed),
    }))
}

impl Run for ValidateHeaders {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let given =
            live.state().response.as_ref().map(|response| (response.status, response.headers.clone()));
        let Some((status, headers)) = given else { return Ok(Flow::Next) };
        let contract = live.route.operation.contract.response(status);
        let specified = contract.map_or(&[][..], |contract| &contract.headers);
        let mut found = Vec::new();
        for parameter in specified {
            let action = self.action(&parameter.name, self.specified.as_ref(), live)?;
            let values: Vec<String> = headers.get_all(&parameter.name).map(str::to_owned).collect();
            let (kind, words) = ("ResponseHeader", "header");
            let given = Given { kind, words, of_request: false, parameter, values: &values };
            found.extend(given.check(live, action));
        }
        for (name, _) in &headers.0 {
            if specified.iter().any(|parameter| parameter.name.eq_ignore_ascii_case(name)) {
                continue;
            }
            let action = self.action(name, self.unspecified.as_ref(), live)?;
            found.push(ValidationError {
                name: name.clone(),
                kind: "ResponseHeader",
                rule: "Unspecified",
                details: format!("Unspecified header {name} is not allowed."),
                is_public: false,
                action,
            });
        }
        self.errors.tell(live, &found)?;
        Ok(Flow::Next)
    }
}

impl ValidateHeaders {
    fn action(
        &self,
        name: &str,
        general: Option<&Setting<String>>,
        live: &Arc<Live>,
    ) -> Result<Action, Fault> {
        let own = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        Action::of(own.map(|(_, action)| action).or(general), live)
    }
}
