//! What a case does, step by step: each block read into what it means.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;

use super::charts::ChartKind;
use super::expect::{self, Expectation};
use super::load::Load;
use super::markdown::Block;
use super::values::{self, Ms};
use super::{codes, config, tokens, upstreams};
use crate::diag::Diagnostic;
use crate::dotnet::Certificate;
use crate::gateway::{Headers, Request};
use crate::text::{Source, Span};

/// A block with its meaning.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub block: Block,
    pub kind: StepKind,
}

#[derive(Clone, Debug)]
pub(super) enum StepKind {
    /// A whole landing zone; the path as written.
    Spec(String),
    Config(Box<config::Short>),
    /// The words after `xml policy`.
    Policy(Vec<String>),
    Fragment(String),
    Upstreams(IndexMap<String, upstreams::Short>),
    Tokens(tokens::Written),
    Wait(u64),
    Request(Request),
    Load(Load),
    /// The whole of something, word for word.
    Exact(Exact),
    Expect(Vec<Expectation>),
    Charts(Vec<ChartKind>),
}

/// What a block shows in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exact {
    Response,
    Attempts,
    Trace,
    Changes,
    Upstream,
    Telemetry,
    Findings,
}

/// The first words of every kind of block.
const KINDS: [&str; 17] = [
    "spec",
    "toml config",
    "xml policy",
    "xml fragment",
    "toml upstreams",
    "toml tokens",
    "toml load",
    "wait",
    "http request",
    "http response",
    "text attempts",
    "text trace",
    "text changes",
    "text upstream",
    "text telemetry",
    "text findings",
    "expect",
];

impl StepKind {
    /// Whether it is an expectation.
    pub(super) fn expects(&self) -> bool {
        matches!(self, Self::Exact(_) | Self::Expect(_))
    }
}

/// Reads a block; what is wrong goes into `found`.
pub(super) fn read(source: &Arc<Source>, block: &Block, found: &mut Vec<Diagnostic>) -> Option<Step> {
    let words: Vec<&str> = block.info.split(' ').collect();
    let kind = match words[..] {
        ["spec"] => Ok(StepKind::Spec(block.text.trim().to_owned())),
        ["toml", "config"] => values::toml(source, block).map(StepKind::Config),
        ["xml", "policy", ref scope @ ..] => {
            Ok(StepKind::Policy(scope.iter().map(|word| (*word).to_owned()).collect()))
        }
        ["xml", "fragment", id] => Ok(StepKind::Fragment(id.to_owned())),
        ["toml", "upstreams"] => read_upstreams(source, block),
        ["toml", "tokens"] => values::toml(source, block).map(StepKind::Tokens),
        ["toml", "load"] => read_load(source, block),
        ["wait"] => wait(source, block),
        ["http", "request"] => request(source, block).map(StepKind::Request),
        ["http", "response"] => Ok(StepKind::Exact(Exact::Response)),
        ["text", "attempts"] => Ok(StepKind::Exact(Exact::Attempts)),
        ["text", "trace"] => Ok(StepKind::Exact(Exact::Trace)),
        ["text", "changes"] => Ok(StepKind::Exact(Exact::Changes)),
        ["text", "upstream"] => Ok(StepKind::Exact(Exact::Upstream)),
        ["text", "telemetry"] => Ok(StepKind::Exact(Exact::Telemetry)),
        ["text", "findings"] => Ok(StepKind::Exact(Exact::Findings)),
        ["expect"] => {
            let lines = expect::read(source, block, found)?;
            Ok(StepKind::Expect(lines))
        }
        ["charts"] => charts(source, block),
        _ => Err(unknown(source, block)),
    };
    match kind {
        Ok(kind) => Some(Step { block: block.clone(), kind }),
        Err(diagnostic) => {
            found.push(*diagnostic);
            None
        }
    }
}

fn unknown(source: &Arc<Source>, block: &Block) -> Box<Diagnostic> {
    let message = match block.info.as_str() {
        "" => "a block without words after its fence is not a step of a scenario".to_owned(),
        info => format!("`{info}` is not a block of a scenario"),
    };
    let diagnostic = Diagnostic::new(&codes::BLOCK, message).at(source, block.info_span);
    let diagnostic = diagnostic.did_you_mean(&block.info, KINDS.into_iter().chain(["charts"]));
    Box::new(diagnostic.help("for code that is only to be read, use a fence of `~~~`"))
}

fn read_upstreams(source: &Arc<Source>, block: &Block) -> Result<StepKind, Box<Diagnostic>> {
    let written = values::toml(source, block)?;
    upstreams::read(written).map(StepKind::Upstreams).map_err(|(range, message)| {
        Box::new(Diagnostic::new(&codes::VALUE, message).at(source, values::within(block, range)))
    })
}

fn read_load(source: &Arc<Source>, block: &Block) -> Result<StepKind, Box<Diagnostic>> {
    let load: Load = values::toml(source, block)?;
    load.check().map_err(|why| Box::new(Diagnostic::new(&codes::VALUE, why).at(source, block.span)))?;
    Ok(StepKind::Load(load))
}

fn wait(source: &Arc<Source>, block: &Block) -> Result<StepKind, Box<Diagnostic>> {
    Ms::try_from(block.text.clone())
        .map(|Ms(ms)| StepKind::Wait(ms))
        .map_err(|why| Box::new(Diagnostic::new(&codes::VALUE, why).at(source, block.span)))
}

fn charts(source: &Arc<Source>, block: &Block) -> Result<StepKind, Box<Diagnostic>> {
    let lines = block.text.lines().map(str::trim).filter(|line| !line.is_empty());
    let charts: Result<Vec<ChartKind>, Box<Diagnostic>> = lines
        .map(|line| {
            ChartKind::of(line).ok_or_else(|| {
                let message = format!("`{line}` is not a chart");
                let diagnostic = Diagnostic::new(&codes::VALUE, message).at(source, block.span);
                let names = ChartKind::ALL.iter().map(|kind| kind.title());
                let list: Vec<String> = names.clone().map(|name| format!("`{name}`")).collect();
                Box::new(diagnostic.did_you_mean(line, names).help(format!("charts are {}", list.join(", "))))
            })
        })
        .collect();
    charts.map(StepKind::Charts)
}

/// `POST /path?query`, headers, an empty line, the body. `:certificate: BASE64` is what the caller shows.
fn request(source: &Arc<Source>, block: &Block) -> Result<Request, Box<Diagnostic>> {
    let wrong = |span: Span, message: String| {
        Box::new(
            Diagnostic::new(&codes::REQUEST, message)
                .at(source, span)
                .help("write `POST /path?query`, then `name: value` lines, then an empty line and the body"),
        )
    };
    let (head, body) = block.text.split_once("\n\n").unwrap_or((&block.text, ""));
    let mut offset = block.span.start as usize;
    let mut first = None;
    let mut headers = Headers::default();
    let mut certificate = None;
    for line in head.trim_end_matches('\n').split('\n') {
        let span = Span::new(offset, offset + line.len());
        offset += line.len() + 1;
        if let Some(encoded) = line.strip_prefix(":certificate:") {
            let decoded = STANDARD.decode(encoded.trim()).map_err(|_| "it is not Base64".to_owned());
            let read = decoded.and_then(|der| Certificate::read(&der));
            let read =
                read.map_err(|why| wrong(span, format!("the caller's certificate cannot be read: {why}")))?;
            certificate = Some(Arc::new(read));
        } else if first.is_none() {
            let parts = line.split_once(' ').filter(|(method, path)| {
                !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase()) && path.starts_with('/')
            });
            first = Some(parts.ok_or_else(|| wrong(span, format!("`{line}` is not a method and a path")))?);
        } else {
            let (name, value) = line
                .split_once(':')
                .filter(|(name, _)| !name.is_empty() && !name.contains(' '))
                .ok_or_else(|| wrong(span, format!("`{line}` is not a header")))?;
            headers.append(name, value.trim());
        }
    }
    let (method, path) = first.unwrap_or_default();
    Ok(Request {
        method: method.to_owned(),
        url: format!("https://gateway.example{path}"),
        headers,
        body: body.as_bytes().to_vec(),
        client_ip: "203.0.113.7".to_owned(),
        client_certificate: certificate,
    })
}
