//! Scenarios: Markdown files that say what goes through a gateway and what has to come of it, run in virtual time.
//! docs/SCENARIOS.md is the page for who writes them; `genai-lz test` and the test suites run them through here.
//!
//! ```text
//! text -> read: markdown, steps -> File -> run: config, gateway, requests, load -> CaseReport -> view
//! ```

mod arrivals;
mod assemble;
mod charts;
mod check;
pub mod codes;
mod config;
mod contract;
mod exact;
mod expect;
mod load;
mod markdown;
mod network;
mod report;
mod rows;
mod run;
mod send;
mod steps;
mod tokens;
mod upstreams;
mod users;
mod values;
pub mod view;

use std::sync::Arc;

use crate::diag::{DiagResult, Diagnostic, Diagnostics, finish};
use crate::gateway::Config;
use crate::openai::Account;
use crate::text::{Source, Span};

pub use charts::{Chart, ChartKind, Series};
pub use network::{Answered, Line, Network};
pub use report::{CaseReport, Check, Usage};
pub use run::{Options, run};

use steps::{Exact, Step, StepKind};

#[cfg(test)]
mod tests;

/// A scenario file: cases that are independent of each other.
#[derive(Debug)]
pub struct File {
    pub source: Arc<Source>,
    pub cases: Vec<Case>,
}

/// A case with the blocks of its file that belong to every case.
#[derive(Debug)]
pub struct Case {
    pub name: String,
    span: Span,
    steps: Vec<Step>,
    /// The spec whose landing zone it runs against, where no block names one; a path from where the program runs.
    spec: Option<String>,
}

/// A landing zone that a spec comes to.
pub struct Landing {
    pub config: Config,
    /// By host name.
    pub accounts: Vec<(String, Account)>,
}

/// Where specs come from that scenarios name. Whoever runs scenarios knows how to deploy one.
pub trait Specs: Sync {
    /// Makes a landing zone of the spec at `path`, as the scenario file `from` writes it.
    ///
    /// # Errors
    /// What is wrong with the spec, or why there is none.
    fn landing(&self, path: &str, from: &str) -> Result<Landing, Diagnostics>;

    /// Real ports to run over; None for virtual time.
    fn network(&self) -> Option<&dyn Network> {
        None
    }
}

/// For scenarios that name no spec.
pub struct NoSpecs;

impl Specs for NoSpecs {
    fn landing(&self, path: &str, _from: &str) -> Result<Landing, Diagnostics> {
        let message = format!("the spec `{path}` cannot be deployed from here");
        Err(Diagnostic::new(&codes::SPEC, message).into())
    }
}

impl File {
    /// The same cases against the landing zone of a spec, but for those that name one or have a configuration.
    pub fn against(mut self, spec: &str) -> Self {
        for case in &mut self.cases {
            let has_own = |step: &Step| matches!(step.kind, StepKind::Spec(_) | StepKind::Config(_));
            case.spec = (!case.steps.iter().any(has_own)).then(|| spec.to_owned());
        }
        self
    }
}

impl Case {
    /// Whether its configuration comes from a spec.
    pub fn is_deployed(&self) -> bool {
        self.spec.is_some() || self.steps.iter().any(|step| matches!(step.kind, StepKind::Spec(_)))
    }
}

/// Reads a scenario file.
///
/// # Errors
/// Everything that is wrong with it, with its places.
pub fn read(source: &Arc<Source>) -> DiagResult<File> {
    let mut found = Vec::new();
    let document = markdown::split(source, &mut found);
    let common: Vec<Step> =
        document.common.iter().filter_map(|block| steps::read(source, block, &mut found)).collect();
    let mut cases = Vec::new();
    for section in document.sections {
        let own = section.blocks.iter().filter_map(|block| steps::read(source, block, &mut found));
        let steps: Vec<Step> = common.iter().cloned().chain(own).collect();
        cases.push(Case { name: section.name, span: section.span, steps, spec: None });
    }
    // What a block that was refused would have been is not known.
    if found.is_empty() {
        cases.iter().for_each(|case| check_order(source, case, &mut found));
        if cases.is_empty() {
            let message = "the file has no case, which begins with a heading `## name`";
            found.push(Diagnostic::new(&codes::EMPTY, message).at(source, Span::at(0)));
        }
    }
    let mut unique: Vec<Diagnostic> = Vec::new();
    for diagnostic in found {
        // A block of the whole file is looked at once for each case.
        if !unique.contains(&diagnostic) {
            unique.push(diagnostic);
        }
    }
    finish(File { source: Arc::clone(source), cases }, unique).map(|(file, _)| file)
}

/// Says which blocks of a case stand where they do nothing.
fn check_order(source: &Arc<Source>, case: &Case, found: &mut Vec<Diagnostic>) {
    let (mut asked, mut loaded) = (false, false);
    for step in &case.steps {
        let wrong = match &step.kind {
            StepKind::Request(_) => {
                asked = true;
                None
            }
            StepKind::Load(_) => {
                loaded = true;
                None
            }
            StepKind::Spec(_) | StepKind::Config(_) | StepKind::Policy(_) | StepKind::Fragment(_)
                if asked || loaded =>
            {
                Some("stands behind a request: the gateway was built before")
            }
            StepKind::Exact(Exact::Findings) | StepKind::Charts(_) => None,
            StepKind::Exact(_) if !asked => Some("stands before the request that it is about"),
            StepKind::Expect(lines) if !asked && lines.iter().any(|line| line.subject.is_of_last()) => {
                Some("looks at one request, and stands before it")
            }
            StepKind::Expect(_) if !asked && !loaded => Some("stands before the requests that it is about"),
            _ => None,
        };
        if let Some(wrong) = wrong {
            let message = format!("the block `{}` {wrong}", step.block.info);
            found.push(Diagnostic::new(&codes::BLOCK, message).at(source, step.block.info_span));
        }
    }
    if !case.steps.iter().any(|step| step.kind.expects()) {
        let message = format!("the case `{}` expects nothing", case.name);
        let diagnostic = Diagnostic::new(&codes::EMPTY, message).at(source, case.span);
        found.push(diagnostic.help("add an `expect` block"));
    }
}

/// Writes what came into the blocks that show something in full, in place of what stands there.
pub fn bless<'a>(file: &File, reports: impl IntoIterator<Item = &'a CaseReport>) -> String {
    let checks = reports.into_iter().flat_map(|report| &report.checks);
    let blocks = checks
        .filter(|check| check.is_exact && !check.passed)
        .map(|check| (check.span, check.actual.clone()));
    markdown::replace(file.source.text(), blocks.collect())
}
