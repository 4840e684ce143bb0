//! throw-away
use genai_lz::policy::lints::{self, Unit};
use genai_lz::policy::project::{self, Given};
use genai_lz::policy::{Scope, Surroundings};
use genai_lz::text::Source;
fn main() {
    let scope = std::env::args().nth(2);
    let scope = match scope.as_deref() {
        Some("global") => Some(Scope::Global),
        Some("api") => Some(Scope::Api),
        _ => None,
    };
    let only: Vec<String> = std::env::args().skip(3).collect();
    let list = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    for path in list.lines() {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let file = project::read(Source::new(path, text), &Given::default());
        let around = Surroundings { scope, ..Surroundings::default() };
        let unit = Unit { document: &file.document, policy: &file.policy, around: &around };
        for found in lints::check(&unit) {
            if !only.is_empty() && !only.iter().any(|id| id == found.code.id) {
                continue;
            }
            let label = found.primary.as_ref().unwrap();
            println!(
                "{} {} {}:{} [{}] {}",
                found.code.id,
                found.severity.name(),
                label.source.path(),
                label.source.position(label.span.start),
                found.confidence.name(),
                found.message
            );
            let line = label.source.position(label.span.start).line as usize;
            println!(
                "      {}",
                label
                    .source
                    .text()
                    .lines()
                    .nth(line - 1)
                    .unwrap_or("")
                    .trim()
                    .chars()
                    .take(220)
                    .collect::<String>()
            );
        }
    }
}
