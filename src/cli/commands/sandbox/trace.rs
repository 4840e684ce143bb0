//! The live trace: a paragraph for each request, or a line of JSON. Requests never wait for whoever reads it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use clap::ValueEnum;
use serde_json::{Value as Json, json};

use crate::gateway::{Attempt, TraceStep};
use crate::sandbox::{End, Served};

/// Requests that wait to be written before further ones are only counted.
const MAX_WAITING: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceFormat {
    /// For people: a paragraph for each request, a line for each policy
    Human,
    /// For machines: one line of JSON for each request
    Json,
}

/// Takes requests; clones go to every gateway.
#[derive(Clone)]
pub(super) struct Lines {
    format: TraceFormat,
    sender: SyncSender<String>,
    n_lost: Arc<AtomicU64>,
}

/// The thread that writes.
pub(super) struct Writing(JoinHandle<()>);

impl Lines {
    /// Starts writing to stdout.
    pub(super) fn start(format: TraceFormat) -> (Self, Writing) {
        let (sender, receiver) = sync_channel(MAX_WAITING);
        let n_lost = Arc::new(AtomicU64::new(0));
        let lost = Arc::clone(&n_lost);
        let writing = std::thread::spawn(move || write_all(&receiver, format, &lost));
        (Self { format, sender, n_lost }, Writing(writing))
    }

    /// Writes what became of a request to the gateway of `spec`, soon.
    pub(super) fn tell(&self, spec: Option<&str>, served: &Served) {
        let text = match self.format {
            TraceFormat::Human => human(spec, served),
            TraceFormat::Json => format!("{}\n", json(spec, served)),
        };
        if self.sender.try_send(text).is_err() {
            self.n_lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Writing {
    /// Waits until everything is written; whoever tells must be gone.
    pub(super) fn finish(self) {
        // It ends by itself, and a panic there has been reported.
        let _ended = self.0.join();
    }
}

/// A reader that has gone away (`| head`) ends the trace, not the gateway.
fn write_all(texts: &Receiver<String>, format: TraceFormat, n_lost: &AtomicU64) {
    for text in texts {
        let lost = n_lost.swap(0, Ordering::Relaxed);
        let note = match (lost, format) {
            (0, _) => String::new(),
            (_, TraceFormat::Human) => {
                format!("({lost} requests are not shown: stdout is read too slowly)\n")
            }
            (_, TraceFormat::Json) => format!("{}\n", json!({ "lost": lost })),
        };
        let mut out = std::io::stdout().lock();
        if out
            .write_all(note.as_bytes())
            .and_then(|()| out.write_all(text.as_bytes()))
            .and_then(|()| out.flush())
            .is_err()
        {
            return;
        }
    }
}

fn human(spec: Option<&str>, served: &Served) -> String {
    let Served { number, method, path, status, duration, body_bytes, end, trace } = served;
    let ms = duration.as_micros() as f64 / 1000.0;
    let spec = spec.map(|spec| format!(" {spec}")).unwrap_or_default();
    let asked = if method.is_empty() { "no request".to_owned() } else { format!("{method} {path}") };
    let mut text =
        format!("#{number}{spec} {asked} -> {status} in {ms:.1} ms, {body_bytes} bytes{}\n", told(end));
    for step in &trace.steps {
        let TraceStep { policy, section, document, line, note, attempt, .. } = step;
        let attempt = attempt.as_ref().map(tell_attempt).unwrap_or_default();
        let said = [attempt.as_str(), note.as_str()].into_iter().filter(|text| !text.is_empty());
        let said = said.collect::<Vec<_>>().join("; ");
        let _ = writeln!(text, "  {:8} {policy:28} {said:40} {document}:{line}", section.name());
    }
    text
}

fn told(end: &End) -> String {
    match end {
        End::Whole => String::new(),
        End::Refused(why) => format!(", refused: {why}"),
        End::CallerLeft => ", the caller left".to_owned(),
        End::BrokeOff(why) => format!(", broke off: {why}"),
    }
}

fn tell_attempt(attempt: &Attempt) -> String {
    let Attempt { backend, url, status, duration_ms } = attempt;
    let to = if backend.is_empty() { without_query(url) } else { backend };
    let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    format!("{to} {status} in {duration_ms} ms")
}

/// A query may hold a key.
fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

fn json(spec: Option<&str>, served: &Served) -> Json {
    let Served { number, method, path, status, duration, body_bytes, end, trace } = served;
    let (end, why) = match end {
        End::Whole => ("whole", None),
        End::Refused(why) => ("refused", Some(*why)),
        End::CallerLeft => ("callerLeft", None),
        End::BrokeOff(why) => ("brokeOff", Some(why.as_str())),
    };
    let steps: Vec<Json> = trace.steps.iter().map(step_json).collect();
    let duration_ms = duration.as_micros() as f64 / 1000.0;
    let mut line = json!({
        "number": number,
        "method": method,
        "path": path,
        "status": status,
        "durationMs": duration_ms,
        "bodyBytes": body_bytes,
        "end": end,
        "steps": steps,
    });
    if let Some(why) = why {
        line["why"] = why.into();
    }
    if let Some(spec) = spec {
        line["spec"] = spec.into();
    }
    line
}

fn step_json(step: &TraceStep) -> Json {
    let mut json = json!({
        "policy": &*step.policy,
        "section": step.section.name(),
        "scope": step.scope.name(),
        "document": step.document.as_ref(),
        "line": step.line,
    });
    if !step.note.is_empty() {
        json["note"] = step.note.as_str().into();
    }
    if let Some(Attempt { backend, url, status, duration_ms }) = &step.attempt {
        json["attempt"] = json!({
            "backend": backend,
            "url": without_query(url),
            "status": status,
            "durationMs": duration_ms,
        });
    }
    json
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::gateway::Trace;
    use crate::policy::{Scope, Section};

    fn served() -> Served {
        let step = TraceStep {
            policy: "forward-request".into(),
            section: Section::Backend,
            scope: Scope::Api,
            document: "api openai".into(),
            line: 7,
            note: String::new(),
            attempt: Some(Attempt {
                backend: "ptu-1".to_owned(),
                url: "https://ptu/openai?key=secret".to_owned(),
                status: Some(429),
                duration_ms: 3,
            }),
            changes: Vec::new(),
        };
        Served {
            number: 2,
            method: "POST".to_owned(),
            path: "/openai".to_owned(),
            status: 429,
            duration: Duration::from_micros(4500),
            body_bytes: 11,
            end: End::CallerLeft,
            trace: Arc::new(Trace { steps: vec![step] }),
        }
    }

    #[test]
    fn a_request_is_a_paragraph_or_a_line_without_its_query() {
        assert_eq!(
            human(Some("a.yaml"), &served()),
            "#2 a.yaml POST /openai -> 429 in 4.5 ms, 11 bytes, the caller left\n  backend  forward-request              \
             ptu-1 429 in 3 ms                        api openai:7\n"
        );
        let line = json(None, &served());
        assert_eq!(line["steps"][0]["attempt"]["url"], "https://ptu/openai");
        assert_eq!((line["end"].as_str(), line["durationMs"].as_f64()), (Some("callerLeft"), Some(4.5)));
        assert!(!line.to_string().contains("secret"));
    }
}
