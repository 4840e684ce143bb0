//! `<set-header name="X" exists-action="override"><value>…</value></set-header>`: sets, adds to or removes a header
//! of the request (inbound, backend) or the response (outbound, on-error). Learn, set-header (2024-03-18): several
//! values become one field with commas between them, but for those whose values may hold commas or dates; fields of
//! the connection cannot be changed.
//!
//! Decisions: `append` joins its values to the field that is there, as several values are joined. A field of the
//! connection is left as it is, which a warning says when the policy is deployed and the trace when its name is
//! computed. A name that is none, and a value with a line break in it, are an error. `Server` cannot be removed;
//! overwriting it is allowed.

use std::sync::Arc;

use super::Executor;
use super::message::{ExistsAction, Side};
use crate::diag::Diagnostic;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::gateway::{Headers, codes};
use crate::policy::Placed;

pub(super) static EXECUTOR: Executor = Executor {
    element: "set-header",
    compile: |compiler, placed| Some(compile(compiler, placed, Side::of(placed))),
};

/// Headers that belong to the connection; the service does not let a policy set them (Learn, set-header).
const CONNECTION_HEADERS: [&str; 4] = ["Connection", "Content-Length", "Keep-Alive", "Transfer-Encoding"];

/// The page says that removing it is not supported.
const SERVER: &str = "Server";

/// Fields that stay apart: their values may hold commas, or are dates (Learn, set-header, 2024-03-18).
const NOT_JOINED: [&str; 12] = [
    "Cookie",
    "Date",
    "Expires",
    "If-Modified-Since",
    "If-Unmodified-Since",
    "Last-Modified",
    "Proxy-Authenticate",
    "Retry-After",
    "Set-Cookie",
    "User-Agent",
    "Warning",
    "WWW-Authenticate",
];

struct SetHeader {
    side: Side,
    name: Option<Setting<String>>,
    action: Option<Setting<ExistsAction>>,
    values: Vec<Setting<String>>,
}

pub(super) fn compile(compiler: &mut Compiler<'_>, placed: &Placed, side: Side) -> Box<dyn Run> {
    let element = &placed.element;
    if let Some(name) = element.literal("name")
        && is_one_of(&CONNECTION_HEADERS, name)
    {
        let message = format!("the header `{name}` belongs to the connection and cannot be set");
        let diagnostic = Diagnostic::new(&codes::CONNECTION_HEADER, message);
        compiler.found.push(diagnostic.at(&element.source, element.name_span));
    }
    Box::new(SetHeader {
        side,
        name: compiler.setting(element, "name"),
        action: compiler.setting(element, "exists-action"),
        values: element.children.iter().filter_map(|value| compiler.text(value)).collect(),
    })
}

impl Run for SetHeader {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let name = get_or(self.name.as_ref(), String::new(), live)?;
        let action = get_or(self.action.as_ref(), ExistsAction::Override, live)?;
        let values =
            self.values.iter().map(|value| value.get(live)).collect::<Result<Vec<String>, Fault>>()?;
        if is_one_of(&CONNECTION_HEADERS, &name) {
            live.note(format!("left alone: `{name}` belongs to the connection"));
            return Ok(Flow::Next);
        }
        check(&name, &values)?;
        let mut state = live.state();
        if self.side == Side::Request && name.eq_ignore_ascii_case("Host") && action != ExistsAction::Skip {
            state.request.host_is_set = action != ExistsAction::Delete;
        }
        let Some(headers) = self.side.headers(&mut state) else { return Ok(Flow::Next) };
        let exists = headers.contains(&name);
        match action {
            ExistsAction::Skip if exists => {}
            ExistsAction::Delete if name.eq_ignore_ascii_case(SERVER) => {}
            ExistsAction::Delete => headers.remove(&name),
            ExistsAction::Append if exists => add(headers, &name, &values),
            _ => {
                headers.remove(&name);
                add(headers, &name, &values);
            }
        }
        Ok(Flow::Next)
    }
}

/// A line break in a value, or a name that is none, would let whoever chose it write header fields of their own.
fn check(name: &str, values: &[String]) -> Result<(), Fault> {
    let is_token = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    let problem = if !is_token {
        format!("`{}` is no name of a header", name.escape_debug())
    } else if values.iter().any(|value| value.trim().contains(['\r', '\n', '\0'])) {
        format!("the value of `{name}` holds a line break")
    } else {
        return Ok(());
    };
    Err(Fault::broken("ExpressionValueEvaluationFailure", problem))
}

/// Adds values to what a field holds: joined by commas, or as fields of their own.
fn add(headers: &mut Headers, name: &str, values: &[String]) {
    let values = values.iter().map(|value| value.trim());
    if is_one_of(&NOT_JOINED, name) {
        values.for_each(|value| headers.append(name, value));
        return;
    }
    let known = headers.get(name);
    let joined: Vec<&str> = known.as_deref().into_iter().chain(values).collect();
    if !joined.is_empty() {
        headers.set(name, joined.join(","));
    }
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}
