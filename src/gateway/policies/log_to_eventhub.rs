//! `<log-to-eventhub logger-id="x">@{ … }</log-to-eventhub>`: sends a message to the logger's event hub. Learn,
//! log-to-eventhub: messages above 200 KB are cut without a word. Partitions are accepted and have no effect here.

use std::sync::Arc;

use super::Executor;
use crate::diag::Diagnostic;
use crate::gateway::codes;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::PolicyElement;

const MAX_MESSAGE_BYTES: usize = 200 * 1024;

pub(super) static EXECUTOR: Executor = Executor {
    element: "log-to-eventhub",
    compile: |compiler, placed| {
        check_logger(compiler, &placed.element);
        Some(Box::new(LogToEventHub {
            logger: compiler.setting(&placed.element, "logger-id")?,
            message: compiler.text(&placed.element),
        }))
    },
};

struct LogToEventHub {
    logger: Setting<String>,
    message: Option<Setting<String>>,
}

fn check_logger(compiler: &mut Compiler<'_>, element: &PolicyElement) {
    let Some(value) = element.value("logger-id") else { return };
    let Some(id) = value.literal().filter(|id| !compiler.config.loggers.iter().any(|known| known == id))
    else {
        return;
    };
    let message = format!("there is no logger `{id}`; the service says \"Logger not found\"");
    let known = compiler.config.loggers.iter().map(String::as_str);
    let diagnostic = Diagnostic::new(&codes::UNKNOWN_LOGGER, message).at(&element.source, value.span);
    compiler.found.push(diagnostic.did_you_mean(id, known));
}

impl Run for LogToEventHub {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let logger = self.logger.get(live)?;
        let mut message = get_or(self.message.as_ref(), String::new(), live)?;
        let mut end = message.len().min(MAX_MESSAGE_BYTES);
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        message.truncate(end);
        live.host.log_event(&logger, &message);
        Ok(Flow::Next)
    }
}
