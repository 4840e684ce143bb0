//! `<jsonp callback-parameter-name="cb"/>`: where the caller's query names a function, the answer becomes a call of it.
//! Learn, jsonp (2024-03-18); a name that is no identifier of JavaScript is refused with the reason and the message of
//! the page about errors (2020-01-10).
//!
//! Decisions, where the pages are silent: the answer is `cb(<body>);` with the body as it is (the page writes quotes
//! around it, which would break any body that holds one), of type `application/javascript`. The refusal is a 400. A
//! name may have parts with dots between them, as jQuery's have.

use std::sync::Arc;

use super::Executor;
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveBody};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;

pub(super) static EXECUTOR: Executor = Executor {
    element: "jsonp",
    compile: |compiler, placed| {
        Some(Box::new(Jsonp { parameter: compiler.setting(&placed.element, "callback-parameter-name")? }))
    },
};

struct Jsonp {
    parameter: Setting<String>,
}

impl Run for Jsonp {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let parameter = self.parameter.get(live)?;
        let mut state = live.state();
        let query = &state.request.original_url.query;
        let callback = query.iter().find(|(name, _)| *name == parameter).map(|(_, value)| value.clone());
        let Some(callback) = callback.filter(|callback| !callback.is_empty()) else { return Ok(Flow::Next) };
        if !callback.split('.').all(is_identifier) {
            let message =
                format!("Value of callback parameter {parameter} is not a valid JavaScript identifier.");
            return Err(Fault::refusal(400, "CallbackParameterInvalid", message));
        }
        let Some(response) = &mut state.response else { return Ok(Flow::Next) };
        let body = response.body.read(false).map_err(|why| Fault::broken("BodyNotReadable", why))?;
        let mut call = format!("{callback}(").into_bytes();
        call.extend(body);
        call.extend(b");");
        response.body = LiveBody::Bytes(call);
        response.headers.set("Content-Type", "application/javascript");
        Ok(Flow::Next)
    }
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    let begins = characters.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '$'));
    begins && characters.all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
}
