//! `<mock-response status-code="200" content-type="application/json"/>`: ends the request with an example of the
//! operation's answer. Learn, mock-response (2022-11-18): the example for the status and the media type, the first
//! media type where none is named, and no content where there is no example.
//!
//! Not modelled: answers made up from schemas, which the service writes where there is no example; here such an answer
//! is empty, and the trace says so. `index` is refused: the schema alone has it.
//! Decision: `enabled="false"`, which the schema alone has, makes it do nothing.

use std::sync::Arc;

use super::Executor;
use crate::gateway::Example;
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveBody, LiveResponse};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};

pub(super) static EXECUTOR: Executor = Executor {
    element: "mock-response",
    compile: |compiler, placed| {
        let element = &placed.element;
        compiler.refuse_attributes(element, &["index"]);
        Some(Box::new(MockResponse {
            enabled: compiler.setting(element, "enabled"),
            status: compiler.setting(element, "status-code"),
            content_type: compiler.setting(element, "content-type"),
        }))
    },
};

struct MockResponse {
    enabled: Option<Setting<bool>>,
    status: Option<Setting<i64>>,
    content_type: Option<Setting<String>>,
}

impl Run for MockResponse {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        if !get_or(self.enabled.as_ref(), true, live)? {
            live.note("not enabled");
            return Ok(Flow::Next);
        }
        let code = get_or(self.status.as_ref(), 200, live)?;
        let status = u16::try_from(code).ok().filter(|code| (100..=999).contains(code)).ok_or_else(|| {
            Fault::broken("ExpressionValueEvaluationFailure", format!("{code} is not a status code"))
        })?;
        let wanted = self.content_type.as_ref().map(|wanted| wanted.get(live)).transpose()?;
        let fits = |example: &&Example| {
            example.status == status
                && wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(&example.content_type))
        };
        let example = live.route.operation.examples.iter().find(fits);
        let mut response = LiveResponse::empty(status);
        if let Some(content_type) = wanted.as_deref().or(example.map(|example| example.content_type.as_str()))
        {
            response.headers.set("Content-Type", content_type);
        }
        match example {
            Some(example) => response.body = LiveBody::Bytes(example.body.clone().into_bytes()),
            None => live.note(format!("the operation has no example for {status}: no content")),
        }
        live.state().response = Some(response);
        Ok(Flow::End)
    }
}
