//! Diagnostics as bytes. Each renderer is a pure function from a list to a `String`.

mod concise;
mod github;
mod human;
mod json;
mod junit;
mod msbuild;
mod page;
mod sarif;

pub use concise::concise;
pub use github::github;
pub use human::{Look, Style, allowed, human, human_as};
pub use json::{allowed_json, json};
pub use junit::{escaped as xml_escaped, junit};
pub use msbuild::msbuild;
pub use page::{markdown, page};
pub use sarif::sarif;

use super::{Allowed, Diagnostic};
use crate::text::Position;

/// A file that was checked, with what was found in it.
#[derive(Clone, Debug)]
pub struct Report {
    /// As the user named it.
    pub file: String,
    pub found: Vec<Diagnostic>,
    /// What is allowed and is to be reported all the same.
    pub allowed: Vec<Allowed>,
}

/// Where a finding is shown by formats that know only the files of the user.
struct Place<'a> {
    file: &'a str,
    start: Position,
    end: Position,
    /// The finding is in a text made from `file`: its name and place there.
    inside: Option<String>,
}

/// The place of a finding. One in a text that was made from the file, such as a rendered policy, is shown where the
/// file begins, since no reader of a report could open that text.
fn place<'a>(report: &'a Report, found: &Diagnostic) -> Place<'a> {
    let file = report.file.as_str();
    let first = Position { line: 1, column: 1 };
    let Some(label) = &found.primary else { return Place { file, start: first, end: first, inside: None } };
    let (start, end) = (label.source.position(label.span.start), label.source.position(label.span.end));
    if label.source.path() == file {
        return Place { file, start, end, inside: None };
    }
    Place { file, start: first, end: first, inside: Some(format!("{}:{start}", label.source.path())) }
}

/// The message with what the service says and what to do, a line each, for formats that have one text.
fn whole_message(found: &Diagnostic, place: &Place<'_>) -> String {
    let inside = place.inside.as_ref().map(|inside| format!("in {inside}, which is made from this file"));
    let help = found.help.iter().map(|help| format!("help: {help}"));
    let lines: Vec<String> =
        std::iter::once(found.message.clone()).chain(inside).chain(found.quoted()).chain(help).collect();
    lines.join("\n")
}

/// What the tests of all formats show.
#[cfg(test)]
mod example {
    use super::Report;
    use crate::diag::{Allowed, AllowedBy, Code, Confidence, Diagnostic, Fix, Wording};
    use crate::text::{Source, Span};

    pub(super) static ERROR: Code = Code::error("no-key", "a limit has no key", "Limits count per key.")
        .service_says(&["Required attribute missing: '{name}'"])
        .with_url("https://example.org/no-key");
    pub(super) static NOTE: Code = Code::note("odd", "something odd", "It is odd.");

    /// An error with everything that a finding can have, a note in a text made from the file, and a clean file.
    pub(super) fn reports() -> Vec<Report> {
        let source = Source::new("a, b/50%é.xml", "<limit\n  x='1'/>\n");
        let made = Source::new("policies/made.xml", "<a/>");
        let error = Diagnostic::new(&ERROR, "`limit` & co < \"key\":\u{1} none, 100%")
            .at(&source, Span::new(0, 6))
            .related(&source, Span::new(9, 14), "counted here")
            .service_says(Wording::of("Required attribute missing: '{name}'", &[&"key"]))
            .help("write `key`")
            .fix(Fix::safe("write `key`", &source, Span::at(6), " key='1'"));
        let note = Diagnostic::new(&NOTE, "odd").at(&made, Span::new(1, 2)).confidence(Confidence::Low);
        vec![
            Report { file: "a, b/50%é.xml".to_owned(), found: vec![error, note], allowed: Vec::new() },
            Report { file: "clean.xml".to_owned(), found: Vec::new(), allowed: Vec::new() },
        ]
    }

    /// A file in which a comment and an option allow a note each.
    pub(super) fn allowing() -> Vec<Report> {
        let source = Source::new("c.xml", "<a/>\n<b/>\n");
        let allowed = |start, by, why: &str| {
            let finding = Diagnostic::new(&NOTE, "odd").at(&source, Span::new(start, start + 4));
            Allowed { finding, by, why: why.to_owned() }
        };
        let allowed =
            vec![allowed(0, AllowedBy::Comment, "it is <meant>"), allowed(5, AllowedBy::Option, "")];
        vec![Report { file: "c.xml".to_owned(), found: Vec::new(), allowed }]
    }
}
