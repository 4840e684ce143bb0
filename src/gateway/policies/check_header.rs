//! `<check-header name="x" failed-check-httpcode="401" failed-check-error-message="…" ignore-case="true">
//! <value>…</value></check-header>`: the request has to have the header, with one of the values where some are
//! written. Learn, check-header (2022-12-08), and its two reasons on the page about error handling (2020-01-10).
//!
//! Decisions, where the page is silent: a header that occurs several times is one value, joined by commas; an empty
//! value is a missing one; without `failed-check-error-message` the caller reads the message of the error.

use std::sync::Arc;

use super::Executor;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::Placed;

pub(super) static EXECUTOR: Executor = Executor { element: "check-header", compile };

struct CheckHeader {
    name: Setting<String>,
    status: Setting<i64>,
    message: Option<Setting<String>>,
    ignores_case: Option<Setting<bool>>,
    values: Vec<Setting<String>>,
}

fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    Some(Box::new(CheckHeader {
        name: compiler.setting(element, "name")?,
        status: compiler.setting(element, "failed-check-httpcode")?,
        message: compiler.setting(element, "failed-check-error-message"),
        ignores_case: compiler.setting(element, "ignore-case"),
        values: element.children.iter().filter_map(|value| compiler.text(value)).collect(),
    }))
}

impl Run for CheckHeader {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let name = self.name.get(live)?;
        let given = live.state().request.headers.get(&name).filter(|value| !value.is_empty());
        let Some(given) = given else {
            let message = format!("Header {name} was not found in the request. Access denied.");
            return Err(self.refusal(live, "HeaderNotFound", message)?);
        };
        let ignores_case = get_or(self.ignores_case.as_ref(), false, live)?;
        let mut fits = self.values.is_empty();
        for value in &self.values {
            let wanted = value.get(live)?;
            let wanted = wanted.trim();
            fits |= wanted == given || (ignores_case && wanted.to_lowercase() == given.to_lowercase());
        }
        if fits {
            return Ok(Flow::Next);
        }
        let message = format!("Header {name} value of {given} is not allowed. Access denied.");
        Err(self.refusal(live, "HeaderValueNotAllowed", message)?)
    }
}

impl CheckHeader {
    fn refusal(&self, live: &Arc<Live>, reason: &str, message: String) -> Result<Fault, Fault> {
        let status = u16::try_from(self.status.get(live)?).unwrap_or(500);
        let public = self.message.as_ref().map(|message| message.get(live)).transpose()?;
        let fault = Fault::refusal(status, reason, message);
        Ok(match public {
            Some(public) => fault.saying(public),
            None => fault,
        })
    }
}
