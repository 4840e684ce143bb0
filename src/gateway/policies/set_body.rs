//! `<set-body>…</set-body>`: replaces the body of the request or the response by text or the value of an expression.
//! Learn, set-body. Not modelled, and refused: Liquid templates.

use std::sync::Arc;

use super::Executor;
use super::message::Side;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveBody};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::Placed;

pub(super) static EXECUTOR: Executor = Executor {
    element: "set-body",
    compile: |compiler, placed| Some(compile(compiler, placed, Side::of(placed))),
};

struct SetBody {
    side: Side,
    text: Option<Setting<String>>,
}

pub(super) fn compile(compiler: &mut Compiler<'_>, placed: &Placed, side: Side) -> Box<dyn Run> {
    let element = &placed.element;
    if element.literal("template") == Some("liquid") {
        compiler.refuse_attributes(element, &["template"]);
    }
    compiler.refuse_attributes(element, &["xsi-nil", "parse-date", "html-decode-expression"]);
    Box::new(SetBody { side, text: compiler.text(element) })
}

impl Run for SetBody {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let text = get_or(self.text.as_ref(), String::new(), live)?;
        let mut state = live.state();
        if let Some(body) = self.side.body(&mut state) {
            *body = LiveBody::Bytes(text.into_bytes());
        }
        if self.side == Side::Request {
            state.request.body_is_kept = true;
        }
        Ok(Flow::Next)
    }
}
