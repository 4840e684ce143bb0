//! `<set-body>…</set-body>`: replaces the body of the request or the response by text, by the value of an expression
//! or, with `template="liquid"`, by what a template makes of the body that is there. Learn, set-body (2023-01-13); the
//! language of templates is in `liquid`.
//!
//! Decisions, where the page is silent:
//! - A template reads the body without using it up, and the new body replaces it.
//! - Inside `return-response` the body that a template sees is empty, as the page says; `context` is there.
//! - A `byte[]` becomes the body as it is.
//!
//! Refused: a template that is an expression, and `html-decode-expression`, which only a schema has.

use std::sync::Arc;

use super::Executor;
use super::message::Side;
use crate::diag::Diagnostic;
use crate::gateway::codes;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::liquid::{self, Options, Template};
use crate::gateway::live::{Live, LiveBody};
use crate::gateway::pipeline::{Flow, Run};
use crate::policy::{Expression, Placed, PolicyElement, ValueKind};

pub(super) static EXECUTOR: Executor =
    Executor { element: "set-body", compile: |compiler, placed| compile(compiler, placed, Side::of(placed)) };

struct SetBody {
    side: Side,
    content: Content,
}

enum Content {
    Text(String),
    Expression(Arc<Expression>),
    Liquid(Template, Options),
}

pub(super) fn compile(compiler: &mut Compiler<'_>, placed: &Placed, side: Side) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    compiler.refuse_attributes(element, &["html-decode-expression"]);
    let text = element.text.as_ref().map(|text| &text.kind);
    let content = match (element.literal("template") == Some("liquid"), text) {
        (true, text) => liquid(compiler, element, text)?,
        (false, Some(ValueKind::Expression(expression))) => Content::Expression(Arc::clone(expression)),
        (false, Some(ValueKind::Literal(text))) => Content::Text(text.clone()),
        (false, None) => Content::Text(String::new()),
    };
    Some(Box::new(SetBody { side, content }))
}

fn liquid(compiler: &mut Compiler<'_>, element: &PolicyElement, text: Option<&ValueKind>) -> Option<Content> {
    let problem = match text {
        Some(ValueKind::Expression(_)) => "an expression for a template".to_owned(),
        Some(ValueKind::Literal(text)) => match liquid::parse(text) {
            Ok(template) => return Some(Content::Liquid(template, options(element))),
            Err(problem) => format!("this template: {problem}"),
        },
        None => return Some(Content::Text(String::new())),
    };
    let message = format!("the sandbox does not run `{}` with {problem}", element.name);
    let diagnostic = Diagnostic::new(&codes::NOT_EMULATED, message);
    compiler.found.push(diagnostic.at(&element.source, element.name_span));
    None
}

fn options(element: &PolicyElement) -> Options {
    Options {
        nil_is_null: element.literal("xsi-nil") == Some("null"),
        parses_dates: element.literal("parse-date").is_none_or(|text| text.trim() != "false"),
    }
}

impl Run for SetBody {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let bytes = match &self.content {
            Content::Text(text) => text.clone().into_bytes(),
            Content::Expression(expression) => {
                let value = live.evaluate(expression)?;
                value.as_bytes().unwrap_or_else(|| value.display().into_bytes())
            }
            Content::Liquid(template, options) => {
                liquid::render(template, *options, self.side_read(), live)?.into_bytes()
            }
        };
        let mut state = live.state();
        if let Some(body) = self.side.body(&mut state) {
            *body = LiveBody::Bytes(bytes);
        }
        if self.side == Side::Request {
            state.request.body_is_kept = true;
        }
        Ok(Flow::Next)
    }
}

impl SetBody {
    /// The message that a template reads.
    fn side_read(&self) -> liquid::Reads {
        match self.side {
            Side::Request | Side::Outgoing => liquid::Reads::Request,
            Side::Response => liquid::Reads::Response,
            Side::Draft => liquid::Reads::Nothing,
        }
    }
}
