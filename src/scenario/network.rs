//! Where a case may run besides virtual time: over the real ports of a gateway. The same interpreter runs, requests and
//! answers are HTTP, upstreams answer from another port, and a second takes a second. Who opens ports is above; here is what
//! a case needs of it, and what it may not ask for.

use std::sync::Arc;

use super::Case;
use super::load::Senders;
use super::steps::{Exact, Step, StepKind};
use super::values::Ms;
use super::{codes, config};
use crate::diag::Diagnostic;
use crate::gateway::sim_host::SimHost;
use crate::gateway::sim_host::tasks::Task;
use crate::gateway::{Gateway, Headers, Metric, Request, Trace};
use crate::text::Source;

/// Opens ports.
pub trait Network: Sync {
    /// Puts a gateway on a port, and on another the upstreams of `world`, at the host names that it has then and at
    /// `hosts`.
    ///
    /// # Errors
    /// Why there is no port.
    fn open(
        &self,
        gateway: Arc<Gateway>,
        world: SimHost,
        hosts: Vec<String>,
    ) -> Result<Box<dyn Line>, String>;
}

/// A gateway on a port.
pub trait Line: Send + Sync {
    /// Sends a request and reads its answer, or leaves after so long. Blocks.
    fn send(&self, request: Request, patience_ms: Option<u64>) -> Answered;

    /// Of the case: it begins at the time at which virtual time begins, too.
    fn now_unix_ms(&self) -> i64;

    /// By the real clock, which the gateway goes by.
    fn real_unix_ms(&self) -> i64;

    fn sleep_ms(&self, duration_ms: u64);

    /// Runs each task on a thread of its own from its time on, and waits for all of them.
    fn run(&self, tasks: &mut dyn Iterator<Item = Task<'_>>);

    /// Metrics and events since the last time.
    fn take_telemetry(&self) -> (Vec<Metric>, Vec<(String, String)>);
}

/// What came of a request.
pub struct Answered {
    /// None where the caller left, or the connection broke.
    pub status: Option<u16>,
    pub reason: String,
    pub headers: Headers,
    pub pieces: Vec<Vec<u8>>,
    pub streamed: bool,
    /// Why the body broke off, or no answer came.
    pub broke: Option<String>,
    pub trace: Trace,
    /// When the first byte of the body was there.
    pub first_ms: Option<i64>,
}

/// How long the loads and waits of a case may take together.
const MAX_MS: u64 = 60_000;
/// Users at once; each is a thread here.
const MAX_USERS: usize = 200;
/// Requests a second.
const MAX_RATE: f64 = 200.0;

/// Says why a case cannot run over ports.
pub(super) fn check(source: &Arc<Source>, case: &Case) -> Result<(), Box<Diagnostic>> {
    let mut total_ms: u64 = 0;
    for step in &case.steps {
        let refuse = |why: String| {
            let diagnostic = Diagnostic::new(&codes::NETWORK, why).at(source, step.block.info_span);
            Box::new(diagnostic.help("run it without `--network`, in virtual time"))
        };
        match &step.kind {
            StepKind::Wait(ms) => total_ms = total_ms.saturating_add(*ms),
            StepKind::Load(load) => {
                for phase in &load.phases {
                    let Ms(lasts_ms) = phase.lasts;
                    total_ms = total_ms.saturating_add(lasts_ms);
                    match phase.senders().map_err(&refuse)? {
                        Senders::Users(n, _) if n > MAX_USERS => {
                            return Err(refuse(format!(
                                "{n} users are more than the {MAX_USERS} of real time"
                            )));
                        }
                        Senders::Rate(rate) if rate.from.max(rate.to) > MAX_RATE => {
                            return Err(refuse(format!(
                                "a rate above {MAX_RATE} a second is for virtual time"
                            )));
                        }
                        Senders::Users(..) | Senders::Rate(_) => {}
                    }
                }
            }
            _ => {}
        }
        if total_ms > MAX_MS {
            let seconds = total_ms.div_ceil(1000);
            return Err(refuse(format!(
                "loads and waits take {seconds} s up to here, and a case has {} s in real time",
                MAX_MS / 1000
            )));
        }
    }
    Ok(())
}

/// Whether what a block shows word for word differs from run to run over ports: times and fields of HTTP.
pub(super) fn is_compared(what: Exact) -> bool {
    what == Exact::Findings
}

/// Says what was not looked at.
pub(super) fn not_compared(source: &Arc<Source>, steps: &[Step]) -> Option<Diagnostic> {
    let blocks: Vec<&Step> = steps
        .iter()
        .filter(|step| matches!(step.kind, StepKind::Exact(what) if !is_compared(what)))
        .collect();
    let first = blocks.first()?;
    let message = match blocks.len() {
        1 => {
            "the block is not compared over ports: times and fields of HTTP differ from run to run".to_owned()
        }
        n => format!(
            "{n} such blocks are not compared over ports: times and fields of HTTP differ from run to run"
        ),
    };
    Some(Diagnostic::new(&codes::NOT_COMPARED, message).at(source, first.block.info_span))
}

/// The host names that blocks set up.
pub(super) fn hosts(case: &Case, config: &crate::gateway::Config) -> Vec<String> {
    let of_blocks = case.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Upstreams(upstreams) => Some(upstreams.keys().cloned()),
        _ => None,
    });
    of_blocks.flatten().chain(config::hosts(config)).collect()
}
