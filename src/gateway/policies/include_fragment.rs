//! `<include-fragment fragment-id="x"/>`: runs the policies of the fragment, which composing has put inside.

use std::sync::Arc;

use super::{Cors, Executor};
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{self, Flow, Run, Step};

pub(super) static EXECUTOR: Executor = Executor {
    element: "include-fragment",
    compile: |compiler, placed| {
        let id = placed.element.literal("fragment-id").unwrap_or_default().to_owned();
        Some(Box::new(IncludeFragment { id, steps: compiler.steps(&placed.inside) }))
    },
};

struct IncludeFragment {
    id: String,
    steps: Vec<Step>,
}

impl Run for IncludeFragment {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        live.note(&self.id);
        pipeline::run(&self.steps, live)
    }

    fn cors(&self) -> Vec<&Cors> {
        self.steps.iter().flat_map(|step| step.run.cors()).collect()
    }
}
