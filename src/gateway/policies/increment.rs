//! `increment-condition`, `increment-count` and `increment-after-response` of the policies that count calls: with any
//! of them a call is counted when its answer is about to leave, and so the refusal comes one call later.

use std::sync::Arc;

use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::setting::{Setting, get_or};
use crate::policy::PolicyElement;

/// When and by how much a call is counted.
#[derive(Clone, Default)]
pub(super) struct Increment {
    condition: Option<Setting<bool>>,
    count: Option<Setting<i64>>,
    after_response: bool,
}

impl Increment {
    pub(super) fn compile(compiler: &Compiler<'_>, element: &PolicyElement) -> Self {
        Self {
            condition: compiler.setting(element, "increment-condition"),
            count: compiler.setting(element, "increment-count"),
            after_response: element.literal("increment-after-response").is_some_and(|text| text == "true"),
        }
    }

    /// Whether the answer has to be there first.
    pub(super) fn waits(&self) -> bool {
        self.after_response || self.condition.is_some() || self.count.is_some()
    }

    /// Returns by how much the call counts, seen from the end; nothing where an expression throws, which the trace
    /// then says. Decision: a negative count is none.
    pub(super) fn amount(&self, live: &Arc<Live>) -> u64 {
        let amount = || -> Result<i64, Fault> {
            let counts = get_or(self.condition.as_ref(), true, live)?;
            if counts { get_or(self.count.as_ref(), 1, live) } else { Ok(0) }
        };
        match amount() {
            Ok(amount) => u64::try_from(amount).unwrap_or_default(),
            Err(fault) => {
                live.note(format!("the call was not counted: {}", fault.error.message));
                0
            }
        }
    }
}
