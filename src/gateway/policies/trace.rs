//! `<trace source="x" severity="information"><message>…</message></trace>`: writes a line into the trace. Learn,
//! trace. Metadata are evaluated, so that a failing one fails here too, and shown after the message.

use std::sync::Arc;

use super::Executor;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};

pub(super) static EXECUTOR: Executor = Executor {
    element: "trace",
    compile: |compiler, placed| {
        let element = &placed.element;
        let mut trace = Trace {
            source: compiler.setting(element, "source"),
            message: compiler.text(element),
            metadata: Vec::new(),
        };
        for child in &element.children {
            if child.name == "message" {
                trace.message = compiler.text(child);
            } else if let Some(value) = compiler.setting(child, "value") {
                trace.metadata.push((child.literal("name").unwrap_or_default().to_owned(), value));
            }
        }
        Some(Box::new(trace))
    },
};

struct Trace {
    source: Option<Setting<String>>,
    message: Option<Setting<String>>,
    metadata: Vec<(String, Setting<String>)>,
}

impl Run for Trace {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let source = get_or(self.source.as_ref(), String::new(), live)?;
        let mut note = format!("{source}: {}", get_or(self.message.as_ref(), String::new(), live)?.trim());
        for (name, value) in &self.metadata {
            note.push_str(&format!(" {name}={}", value.get(live)?));
        }
        live.note(note);
        Ok(Flow::Next)
    }
}
