//! `<wait for="all|any"><send-request …/><choose>…</choose></wait>`: runs the policies directly inside side by side
//! and goes on when all of them, or the first, have ended. Learn, wait (2024-07-23).
//!
//! Every policy inside works on a branch of the request (`fork`). On the virtual clock all begin at the same instant,
//! and the clock then stands where the last, or the first, has ended; the sandbox gives each a thread.
//!
//! Decisions, where the page is silent:
//! - `all` waits for the others also where one has failed; then the first failure in the order of the text is that
//!   of `wait`. A failure ends a policy, so with `any` it may be the first to end.
//! - What the policies change is carried over in the order of the text. With `any` only what the first has changed:
//!   the page says that the others are terminated. What they have sent upstream by then has been sent.
//! - `return-response` inside ends the request once `wait` is done.

use std::sync::{Arc, Mutex, PoisonError};

use super::Executor;
use crate::diag::Diagnostic;
use crate::gateway::codes;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{self, Flow, Run, Step};
use crate::gateway::setting::{Setting, get_or};
use crate::gateway::{Branch, Until};
use crate::policy::PolicyElement;

pub(super) static EXECUTOR: Executor = Executor {
    element: "wait",
    compile: |compiler, placed| {
        let steps: Vec<Arc<Step>> = compiler.steps(&placed.inside).into_iter().map(Arc::new).collect();
        if steps.len() > MAX_BRANCHES {
            refuse_many(compiler, &placed.element);
        }
        Some(Box::new(Wait { until: compiler.setting(&placed.element, "for"), steps }))
    },
};

/// Policies side by side: each may take a thread.
const MAX_BRANCHES: usize = 32;

fn refuse_many(compiler: &mut Compiler<'_>, element: &PolicyElement) {
    let message = format!("the sandbox does not run `wait` with more than {MAX_BRANCHES} policies inside");
    let diagnostic = Diagnostic::new(&codes::NOT_EMULATED, message);
    compiler.found.push(diagnostic.at(&element.source, element.name_span));
}

struct Wait {
    until: Option<Setting<String>>,
    steps: Vec<Arc<Step>>,
}

/// A policy inside on its way.
struct Running {
    live: Arc<Live>,
    /// What came of it; None until it has ended.
    result: Arc<Mutex<Option<Result<Flow, Fault>>>>,
}

impl Run for Wait {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let step = live.step_count();
        let until = match get_or(self.until.as_ref(), String::new(), live)?.as_str() {
            "any" => Until::FirstEnds,
            _ => Until::AllEnd,
        };
        let before = live.fork();
        let (running, branches): (Vec<Running>, Vec<Branch>) =
            self.steps.iter().map(|step| begin(step, live)).unzip();
        let first = live.host.run_together(branches, until);
        let kept = match (until, first) {
            (Until::FirstEnds, Some(first)) => first..first + 1,
            _ => 0..running.len(),
        };
        running.iter().for_each(|branch| branch.live.give_up());
        if let Some(first) = first.filter(|_| until == Until::FirstEnds) {
            live.note_at(step, format!("`{}` was first", self.steps[first].place.policy));
        }
        let mut result = Ok(Flow::Next);
        for branch in running.iter().take(kept.end).skip(kept.start) {
            live.join(&branch.live, &before);
            result = and(result, branch.result());
        }
        result
    }
}

fn begin(step: &Arc<Step>, live: &Live) -> (Running, Branch) {
    let (branch, result) = (live.fork(), Arc::new(Mutex::new(None)));
    let (run_on, told, step) = (Arc::clone(&branch), Arc::clone(&result), Arc::clone(step));
    let work = move || {
        let result = pipeline::run(std::slice::from_ref(step.as_ref()), &run_on);
        *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    };
    (Running { live: branch, result }, Box::new(work))
}

impl Running {
    fn result(&self) -> Result<Flow, Fault> {
        let result = self.result.lock().unwrap_or_else(PoisonError::into_inner).take();
        result.unwrap_or_else(|| Err(Fault::broken("WaitFailure", "a policy inside `wait` did not end")))
    }
}

/// The first failure, else the first that ends the request.
fn and(left: Result<Flow, Fault>, right: Result<Flow, Fault>) -> Result<Flow, Fault> {
    match (left?, right?) {
        (Flow::Next, right) => Ok(right),
        (left, _) => Ok(left),
    }
}
