//! `<choose><when condition="@(…)">…</when><otherwise>…</otherwise></choose>`: runs the policies of the first
//! condition that holds. Learn, choose.

use std::sync::Arc;

use super::Executor;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{self, Flow, Run, Step};
use crate::gateway::setting::Setting;

pub(super) static EXECUTOR: Executor = Executor {
    element: "choose",
    compile: |compiler, placed| {
        let mut branches = Vec::new();
        for (index, branch) in placed.inside.iter().enumerate() {
            let element = &branch.element;
            let (name, condition) = if element.name == "when" {
                (format!("when[{}]", index + 1), Some(compiler.setting(element, "condition")?))
            } else {
                ("otherwise".to_owned(), None)
            };
            let steps = compiler.within(name.clone(), |compiler| compiler.steps(&branch.inside));
            branches.push(Branch { name, condition, steps });
        }
        Some(Box::new(Choose { branches }))
    },
};

struct Choose {
    branches: Vec<Branch>,
}

struct Branch {
    /// For the trace: `when[2]`.
    name: String,
    /// None for `otherwise`.
    condition: Option<Setting<bool>>,
    steps: Vec<Step>,
}

impl Run for Choose {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        for branch in &self.branches {
            if branch.condition.as_ref().map_or(Ok(true), |condition| condition.get(live))? {
                live.note(&branch.name);
                return pipeline::run(&branch.steps, live);
            }
        }
        live.note("no condition holds");
        Ok(Flow::Next)
    }
}
