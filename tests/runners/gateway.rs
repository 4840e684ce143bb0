//! Requests through a gateway on a virtual clock. A case is read from top to bottom: `toml config`, `xml policy …`
//! and `xml fragment …` build the gateway, `toml upstreams` scripts what answers, `http request` sends, `wait`
//! lets seconds pass, and the expectations look at the last request: `http response`, `text attempts`, `text trace`,
//! `text upstream` (what was sent upstream), `text telemetry`. `text findings` is what building says instead.

mod config;

use std::fmt::Write as _;
use std::sync::Arc;

use genai_lz::diag::{Diagnostic, Diagnostics};
use genai_lz::gateway::sim_host::{Record, SimHost};
use genai_lz::gateway::{Body, Config, Exchange, Gateway, Headers, Host, Request, Trace};

use super::markdown::{self, Block, Case};
use super::support;

pub(crate) fn cases() -> Vec<libtest_mimic::Trial> {
    markdown::trials("gateway", run)
}

/// A case while it is read.
struct Running {
    config: Config,
    built: Option<Result<Arc<Gateway>, Diagnostics>>,
    warnings: Vec<Diagnostic>,
    host: Arc<SimHost>,
    last: Option<Last>,
}

/// What came of the last request.
struct Last {
    response: String,
    trace: Trace,
    record: Record,
}

fn run(case: &Case) -> Vec<(Block, String)> {
    let mut running = Running {
        config: Config::default(),
        built: None,
        warnings: Vec::new(),
        host: Arc::new(SimHost::new(1)),
        last: None,
    };
    let mut expectations = Vec::new();
    for block in &case.blocks {
        if let Some(actual) = running.block(block) {
            expectations.push((block.clone(), actual));
        }
    }
    expectations
}

impl Running {
    /// Does what an input says; returns what is there for an expectation.
    fn block(&mut self, block: &Block) -> Option<String> {
        let words: Vec<&str> = block.info.split(' ').collect();
        match words[..] {
            ["toml", "config"] => config::read(&block.text, &mut self.config),
            ["xml", "policy", scope, ..] => {
                config::policy(&mut self.config, scope, words.get(3), &block.text);
            }
            ["xml", "fragment", id] => {
                self.config.fragments.insert(id.to_owned(), block.text.clone());
            }
            ["toml", "upstreams"] => config::upstreams(&block.text, &self.host),
            ["wait"] => self
                .host
                .advance_ms(block.text.trim().strip_suffix(" s").unwrap().parse::<u64>().unwrap() * 1000),
            ["http", "request"] => self.send(&block.text),
            ["http", "response"] => return Some(self.last().response.clone()),
            ["text", "attempts"] => return Some(attempts(&self.last().trace)),
            ["text", "trace"] => return Some(trace(&self.last().trace)),
            ["text", "upstream"] => return Some(upstream(&self.last().record)),
            ["text", "telemetry"] => return Some(telemetry(&self.last().record)),
            ["text", "findings"] => return Some(self.findings()),
            _ => panic!("unknown block `{}`", block.info),
        }
        None
    }

    fn build(&mut self) {
        if self.built.is_none() {
            self.built = Some(Gateway::build(self.config.clone()).map(|(gateway, warnings)| {
                self.warnings = warnings;
                Arc::new(gateway)
            }));
        }
    }

    fn send(&mut self, text: &str) {
        self.build();
        let gateway = match self.built.as_ref().unwrap() {
            Ok(gateway) => Arc::clone(gateway),
            Err(_) => panic!("{}", self.findings()),
        };
        let host: Arc<dyn Host> = self.host.clone();
        let Exchange { response, trace } = gateway.handle(request(text), host);
        let mut printed = format!("{}", response.status);
        if !response.reason.is_empty() {
            write!(printed, " {}", response.reason).unwrap();
        }
        printed.push('\n');
        for (name, value) in &response.headers.0 {
            writeln!(printed, "{name}: {value}").unwrap();
        }
        printed.push('\n');
        printed.push_str(&body(response.body));
        self.last = Some(Last { response: printed, trace, record: self.host.take_record() });
    }

    fn last(&self) -> &Last {
        self.last.as_ref().expect("a request comes before an expectation")
    }

    fn findings(&mut self) -> String {
        self.build();
        let found = match self.built.as_ref().unwrap() {
            Ok(_) => &self.warnings,
            Err(Diagnostics(found)) => found,
        };
        let mut text = String::new();
        for diagnostic in found {
            let place = diagnostic.primary.as_ref().map_or_else(String::new, |label| {
                format!("{}:{} ", label.source.path(), label.source.position(label.span.start))
            });
            writeln!(text, "{place}{}", support::finding(diagnostic)).unwrap();
        }
        if text.is_empty() { "none".to_owned() } else { text }
    }
}

fn request(text: &str) -> Request {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, path) = lines.next().unwrap().split_once(' ').unwrap();
    let headers = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    Request {
        method: method.to_owned(),
        url: format!("https://gateway.example{path}"),
        headers: Headers(headers.collect()),
        body: body.as_bytes().to_vec(),
        client_ip: "203.0.113.7".to_owned(),
    }
}

/// Chunks of a stream are separated by a line of their own.
fn body(body: Body) -> String {
    match body {
        Body::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
        Body::Stream(mut stream) => {
            let mut text = String::new();
            while let Some(chunk) = stream.next_chunk() {
                writeln!(text, "<chunk>\n{}", String::from_utf8(chunk.unwrap()).unwrap().trim_end()).unwrap();
            }
            text
        }
    }
}

fn attempts(trace: &Trace) -> String {
    let line = |attempt: &genai_lz::gateway::Attempt| {
        let status = attempt.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        format!("{} {} {status} {} ms\n", attempt.backend, attempt.url, attempt.duration_ms)
    };
    let text: String = trace.attempts().map(line).collect();
    if text.is_empty() { "none".to_owned() } else { text }
}

fn trace(trace: &Trace) -> String {
    let line = |step: &genai_lz::gateway::TraceStep| {
        let note = if step.note.is_empty() { String::new() } else { format!(": {}", step.note) };
        format!("{} {}:{} {}{note}\n", step.section.name(), step.document, step.line, step.policy)
    };
    trace.steps.iter().map(line).collect()
}

fn upstream(record: &Record) -> String {
    let mut text = String::new();
    for request in &record.requests {
        writeln!(text, "{} {}", request.method, request.url).unwrap();
        for (name, value) in &request.headers.0 {
            writeln!(text, "{name}: {value}").unwrap();
        }
        if let Some(certificate) = &request.client_certificate {
            writeln!(text, "(shows the certificate: {certificate})").unwrap();
        }
        if let Some(proxy) = &request.proxy {
            writeln!(text, "(through {proxy:?})").unwrap();
        }
        writeln!(text, "\n{}", String::from_utf8_lossy(&request.body)).unwrap();
    }
    text
}

fn telemetry(record: &Record) -> String {
    let mut text = String::new();
    for metric in &record.metrics {
        let dimensions: Vec<String> =
            metric.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
        writeln!(text, "{} {} {} {}", metric.namespace, metric.name, metric.value, dimensions.join(", "))
            .unwrap();
    }
    for (logger, message) in &record.events {
        writeln!(text, "{logger} {message}").unwrap();
    }
    if text.is_empty() { "none".to_owned() } else { text }
}
