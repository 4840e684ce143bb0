//! Runs a case from top to bottom: builds the gateway, sends what it says, and compares.

use std::sync::Arc;

use indexmap::IndexMap;

use super::assemble::{Assembled, assemble};
use super::charts::{self, ChartKind};
use super::check::{Seen, check};
use super::expect::Expectation;
use super::report::{self, CaseReport, Check};
use super::rows::{LEFT, intern};
use super::send::{Door, Got, Whose};
use super::steps::{Exact, Step, StepKind};
use super::upstreams::Accounts;
use super::{Case, File, Specs, codes, exact, network, users};
use crate::diag::{DiagResult, Diagnostic, Diagnostics};
use crate::gateway::sim_host::{Keeps, Record, START_UNIX_MS, SimHost};
use crate::gateway::{Config, Gateway, Host as _, Request, Trace};
use crate::text::{Source, Span};

/// How scenarios run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// From which all random numbers follow.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1 }
    }
}

/// Runs a case.
///
/// # Errors
/// What is wrong with its configuration, policies and names; nothing was sent then.
pub fn run(file: &File, case: &Case, options: &Options, specs: &dyn Specs) -> DiagResult<CaseReport> {
    let source = &file.source;
    let Assembled { config, accounts: deployed, documents } = assemble(source, case, specs)?;
    let network = specs.network();
    if network.is_some() {
        network::check(source, case).map_err(|refused| *refused)?;
    }
    let host = SimHost::new(options.seed);
    let mut accounts = Accounts::default();
    for (name, account) in deployed {
        accounts.add(&host, &name, account);
    }
    let built = Gateway::build(config.clone());
    let wants_findings = case.steps.iter().any(|step| matches!(step.kind, StepKind::Exact(Exact::Findings)));
    let (mut door, mut findings) = match built {
        Ok((gateway, warnings)) => (Some(Door::new(Arc::new(gateway), host.clone(), &config)), warnings),
        Err(Diagnostics(found)) if wants_findings => (None, found),
        Err(Diagnostics(found)) => {
            return Err(Diagnostics(found.into_iter().map(|one| placed(one, source, &documents)).collect()));
        }
    };
    if let (Some(network), Some(door)) = (network, &mut door) {
        let hosts = network::hosts(case, &config);
        let line = network
            .open(Arc::clone(&door.gateway), host.clone(), hosts)
            .map_err(|why| Diagnostic::new(&codes::NETWORK, why).at(source, case.span))?;
        door.line = Some(line);
        findings.extend(network::not_compared(source, &case.steps));
    }
    let mut running = Running {
        source,
        config,
        documents,
        host,
        accounts,
        door,
        findings,
        is_deployed: case.is_deployed(),
        last: None,
        seed: options.seed,
        checks: Vec::new(),
        charts: Vec::new(),
    };
    case.steps.iter().for_each(|step| running.step(step));
    Ok(running.report(case))
}

struct Running<'a> {
    source: &'a Arc<Source>,
    config: Config,
    documents: IndexMap<String, Span>,
    host: SimHost,
    accounts: Accounts,
    /// None where the gateway could not be built, and the case wants to see why.
    door: Option<Door>,
    findings: Vec<Diagnostic>,
    /// Whether the configuration comes from a spec.
    is_deployed: bool,
    last: Option<(Got, Record)>,
    seed: u64,
    checks: Vec<Check>,
    charts: Vec<ChartKind>,
}

impl Running<'_> {
    fn step(&mut self, step: &Step) {
        match &step.kind {
            StepKind::Spec(_) | StepKind::Config(_) | StepKind::Policy(_) | StepKind::Fragment(_) => {}
            StepKind::Tokens(written) => {
                if let Some(door) = &mut self.door {
                    door.tokens.add(written.clone());
                }
            }
            StepKind::Upstreams(upstreams) => self.accounts.set_up(&self.host, upstreams),
            StepKind::Wait(ms) => match &self.door {
                Some(door) => door.sleep_ms(*ms),
                None => self.host.advance_ms(*ms),
            },
            StepKind::Request(request) => self.send(request.clone()),
            StepKind::Load(load) => {
                let Some(door) = &self.door else { return };
                self.host.set_keeps(Keeps::Totals);
                if let Err(why) = users::run(load, door, &self.config, self.seed) {
                    self.checks.push(too_many(self.source, step, why));
                }
                self.host.set_keeps(Keeps::All);
            }
            StepKind::Exact(what) => self.exact(*what, step),
            StepKind::Expect(lines) => {
                self.door.iter().for_each(Door::settle);
                lines.iter().for_each(|line| self.expect(line));
            }
            StepKind::Charts(kinds) => self.charts.extend(kinds),
        }
    }

    fn send(&mut self, mut request: Request) {
        let Some(door) = &self.door else { return };
        for (_, value) in &mut request.headers.0 {
            if let Some(key) = key_named(&self.config, value) {
                *value = key;
            }
            if let Some(filled) = door.tokens.fill(value, door.token_time_ms()) {
                *value = filled;
            }
        }
        let key = self.config.apis.iter().find_map(|api| request.headers.get(&api.subscription_key_header));
        let subscription = key.and_then(|key| door.keys.get(&key)).map(String::as_str).unwrap_or_default();
        let subscription = intern(&mut door.rows().names.subscriptions, subscription);
        let got = door.send(request, Whose { subscription, ..Whose::NOBODY });
        door.settle();
        self.last = Some((got, self.host.take_record()));
    }

    fn exact(&mut self, what: Exact, step: &Step) {
        if self.door.as_ref().is_some_and(|door| door.line.is_some()) && !network::is_compared(what) {
            return;
        }
        let actual = match (what, &self.last) {
            (Exact::Findings, _) => exact::findings(&self.findings),
            (_, None) => "the gateway was not built".to_owned(),
            (Exact::Response, Some((got, _))) => exact::response(got),
            (Exact::Attempts, Some((got, _))) => exact::attempts(&got.trace),
            (Exact::Trace, Some((got, _))) => exact::trace(&got.trace),
            (Exact::Changes, Some((got, _))) => exact::changes(&got.trace),
            (Exact::Upstream, Some((_, record))) => exact::upstream(record),
            (Exact::Telemetry, Some((_, record))) => exact::telemetry(record),
        };
        let actual = self.shown(actual);
        let passed = step.block.text.trim_end() == actual.trim_end();
        self.checks.push(Check {
            line: self.line_of(step.block.info_span),
            text: step.block.info.clone(),
            passed,
            expected: step.block.text.clone(),
            actual,
            trace: if passed { String::new() } else { self.trace_of_last() },
            is_exact: true,
            span: step.block.span,
        });
    }

    fn expect(&mut self, line: &Expectation) {
        let Some(door) = &self.door else { return };
        let (passed, actual) = {
            let rows = door.rows();
            let last = self.last.as_ref().map(|(got, record)| (got, record));
            check(line, &Seen { rows: &rows, last, host: &self.host })
        };
        let actual = self.shown(actual);
        let trace = match passed {
            true => String::new(),
            false if line.subject.is_of_last() => self.trace_of_last(),
            false => self.trace_of_sample(),
        };
        self.checks.push(Check {
            line: self.line_of(line.span),
            text: line.text.clone(),
            passed,
            expected: String::new(),
            actual,
            trace,
            is_exact: false,
            span: line.span,
        });
    }

    /// What may be printed: secrets of a deployed spec are real ones, those of a configuration stand in the file.
    fn shown(&self, actual: String) -> String {
        match &self.door {
            Some(door) if self.is_deployed => door.gateway.hide_secrets(&actual),
            _ => actual,
        }
    }

    fn trace_of_last(&self) -> String {
        self.last.as_ref().map(|(got, _)| self.trace(&got.trace)).unwrap_or_default()
    }

    /// One request of those that were not answered well; else one of the others.
    fn trace_of_sample(&self) -> String {
        let Some(door) = &self.door else { return String::new() };
        let samples = door.samples();
        let bad = samples.iter().find(|(status, _)| !(200..300).contains(*status));
        let Some((status, trace)) = bad.or(samples.first()) else { return String::new() };
        match *status {
            LEFT => format!("the first request whose caller gave up:\n{}", self.trace(trace)),
            status => format!("the first request that was answered {status}:\n{}", self.trace(trace)),
        }
    }

    /// A trace with the lines of the scenario file.
    fn trace(&self, trace: &Trace) -> String {
        let mut text = String::new();
        for step in &trace.shown() {
            let place = match self.documents.get(step.document.as_ref()) {
                Some(span) => {
                    let first = self.source.position(span.start).line;
                    format!("{}:{}", self.source.path(), first + step.line.saturating_sub(1))
                }
                None => format!("{}:{}", step.document, step.line),
            };
            let note = if step.note.is_empty() { String::new() } else { format!(": {}", step.note) };
            text.push_str(&format!("{:<8} {place} {}{note}\n", step.section.name(), step.policy));
            for change in &step.changes {
                text.push_str(&format!("         {change}\n"));
            }
            if let Some(attempt) = &step.attempt {
                let status =
                    attempt.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
                let backend = if attempt.backend.is_empty() { "" } else { &format!("{} ", attempt.backend) };
                text.push_str(&format!(
                    "         -> {backend}{} {status} after {} ms\n",
                    attempt.url, attempt.duration_ms
                ));
            }
        }
        text
    }

    fn line_of(&self, span: Span) -> u32 {
        self.source.position(span.start).line
    }

    fn report(self, case: &Case) -> CaseReport {
        let line = self.line_of(case.span);
        let now_ms = self.door.as_ref().map_or_else(|| self.host.now_unix_ms(), Door::now_unix_ms);
        let none = super::rows::Rows::default();
        let rows = self.door.as_ref().map(|door| door.rows());
        let rows = rows.as_deref().unwrap_or(&none);
        CaseReport {
            name: case.name.clone(),
            line,
            charts: charts::draw(&self.charts, rows),
            all_charts: charts::draw(&ChartKind::ALL, rows),
            backends: report::by_backend(rows),
            subscriptions: report::by_subscription(rows),
            n_requests: rows.requests.len(),
            virtual_ms: u64::try_from(now_ms - START_UNIX_MS).unwrap_or_default(),
            warnings: self
                .findings
                .iter()
                .map(|one| placed(one.clone(), self.source, &self.documents))
                .collect(),
            checks: self.checks,
        }
    }
}

/// The key of the subscription in `{{key NAME}}`: keys of a deployed spec are made when it is deployed.
fn key_named(config: &Config, value: &str) -> Option<String> {
    let name = value.strip_prefix("{{key ")?.strip_suffix("}}")?.trim();
    let one = config.subscriptions.iter().find(|one| one.id == name || one.display_name == name)?;
    Some(one.primary_key.clone())
}

/// A load that does not end is a failure, not half a result.
fn too_many(source: &Source, step: &Step, why: String) -> Check {
    Check {
        line: source.position(step.block.info_span.start).line,
        text: step.block.info.clone(),
        passed: false,
        expected: String::new(),
        actual: why,
        trace: String::new(),
        is_exact: false,
        span: step.block.span,
    }
}

/// Moves a finding about a policy to where the policy stands in the scenario file.
fn placed(
    mut diagnostic: Diagnostic,
    source: &Arc<Source>,
    documents: &IndexMap<String, Span>,
) -> Diagnostic {
    if let Some(label) = &mut diagnostic.primary
        && let Some(span) = documents.get(label.source.path())
    {
        let moved = |offset: u32| (span.start + offset).min(span.end) as usize;
        label.span = Span::new(moved(label.span.start), moved(label.span.end));
        label.source = Arc::clone(source);
    }
    diagnostic
}
