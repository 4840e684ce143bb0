//! What blocks show in full: the text that a block has to hold word for word.

use std::fmt::Write as _;

use super::send::Got;
use crate::diag::Diagnostic;
use crate::gateway::sim_host::Record;
use crate::gateway::{Attempt, ShownAttempt, ShownStep, Trace};

/// `http response`: status and reason, headers, an empty line and the body.
pub(super) fn response(got: &Got) -> String {
    let mut text = got.status.to_string();
    if !got.reason.is_empty() {
        let _ = write!(text, " {}", got.reason);
    }
    text.push('\n');
    for (name, value) in &got.headers.0 {
        let _ = writeln!(text, "{name}: {value}");
    }
    text.push('\n');
    text.push_str(&body(got));
    text
}

/// Pieces of a stream are separated by a line of their own.
fn body(got: &Got) -> String {
    let mut text = String::new();
    for piece in &got.pieces {
        let piece = String::from_utf8_lossy(piece);
        if got.streamed {
            let _ = writeln!(text, "<chunk>\n{}", piece.trim_end());
        } else {
            text.push_str(&piece);
        }
    }
    if let Some(why) = &got.broke {
        let _ = writeln!(text, "<broke off: {why}>");
    }
    text
}

/// `text attempts`: the calls upstream that policies made.
pub(super) fn attempts(trace: &Trace) -> String {
    let line = |attempt: &ShownAttempt| {
        let status = status(attempt.status);
        format!("{} {} {status} {} ms\n", attempt.backend, attempt.url, attempt.duration_ms)
    };
    or_none(trace.shown().iter().filter_map(|step| step.attempt.as_ref()).map(line).collect())
}

/// Backends and statuses on one line, for expectations: `ptu 429, payg 200`.
pub(super) fn attempts_in_short(trace: &Trace) -> String {
    let one = |attempt: &Attempt| format!("{} {}", attempt.backend, status(attempt.status)).trim().to_owned();
    trace.attempts().map(one).collect::<Vec<_>>().join(", ")
}

fn status(status: Option<u16>) -> String {
    status.map_or_else(|| "no answer".to_owned(), |status| status.to_string())
}

/// `text trace`: each policy that ran.
pub(super) fn trace(trace: &Trace) -> String {
    let line = |step: &ShownStep| {
        let note = if step.note.is_empty() { String::new() } else { format!(": {}", step.note) };
        format!("{} {}:{} {}{note}\n", step.section.name(), step.document, step.line, step.policy)
    };
    trace.shown().iter().map(line).collect()
}

/// `text changes`: each policy that ran, with what is different after it.
pub(super) fn changes(trace: &Trace) -> String {
    let mut text = String::new();
    for step in trace.shown() {
        let _ = writeln!(text, "{} {}:{} {}", step.section.name(), step.document, step.line, step.policy);
        for change in step.changes {
            let _ = writeln!(text, "    {change}");
        }
    }
    text
}

/// `text upstream`: what was sent there.
pub(super) fn upstream(record: &Record) -> String {
    let mut text = String::new();
    for request in &record.requests {
        let _ = writeln!(text, "{} {}", request.method, request.url);
        for (name, value) in &request.headers.0 {
            let _ = writeln!(text, "{name}: {value}");
        }
        if let Some(certificate) = &request.client_certificate {
            let _ = writeln!(text, "(shows the certificate: {certificate})");
        }
        if let Some(proxy) = &request.proxy {
            let _ = writeln!(text, "(through {proxy:?})");
        }
        let _ = writeln!(text, "\n{}", String::from_utf8_lossy(&request.body));
    }
    text
}

/// `text telemetry`: metrics and events.
pub(super) fn telemetry(record: &Record) -> String {
    let mut text = String::new();
    for metric in &record.metrics {
        let dimensions: Vec<String> =
            metric.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let _ =
            writeln!(text, "{} {} {} {}", metric.namespace, metric.name, metric.value, dimensions.join(", "));
    }
    for (logger, message) in &record.events {
        let _ = writeln!(text, "{logger} {message}");
    }
    or_none(text)
}

/// `text findings`: what building the gateway says.
pub(super) fn findings(found: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in found {
        let place = diagnostic.primary.as_ref().map_or_else(String::new, |label| {
            format!("{}:{} ", label.source.path(), label.source.position(label.span.start))
        });
        let help: String = diagnostic.help.iter().map(|help| format!(" ({help})")).collect();
        let _ = writeln!(text, "{place}{}: {}{help}", diagnostic.code.id, diagnostic.message);
    }
    or_none(text)
}

fn or_none(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}
