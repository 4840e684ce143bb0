//! The identity of a kind of finding. Each module keeps its codes in one `codes.rs` with a table `ALL`;
//! `cli::codes` joins the tables for `genai-lz explain` and for docs/reference/diagnostics.md.

use super::Severity;

/// A kind of finding. Ours are kebab-case; Bicep's keep their BCP number and ARM's their own code where the
/// meaning is the same.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    pub id: &'static str,
    pub severity: Severity,
    /// One line: what the finding says, whatever the document.
    pub summary: &'static str,
    /// What it means, why it matters and what to do, in a few sentences.
    pub doc: &'static str,
    /// Where the fact behind it is documented; empty where the fact is our own.
    pub url: &'static str,
    /// What goes wrong for whom when nothing is done; empty where `doc` has said it.
    pub why: &'static str,
    /// The smallest text that has the finding; may be empty.
    pub example: &'static str,
    /// The same text put right; may be empty.
    pub instead: &'static str,
    /// What API Management says then, as patterns such as `Backend with id '{id}' could not be found.`
    pub service: &'static [&'static str],
    /// Further pages, issues and field reports, each with its date where it has one.
    pub references: &'static [&'static str],
}

impl Code {
    /// An error; the usual case.
    pub const fn error(id: &'static str, summary: &'static str, doc: &'static str) -> Self {
        Self::new(id, Severity::Error, summary, doc)
    }

    /// A finding that does not refuse the document.
    pub const fn warning(id: &'static str, summary: &'static str, doc: &'static str) -> Self {
        Self::new(id, Severity::Warning, summary, doc)
    }

    /// Advice.
    pub const fn note(id: &'static str, summary: &'static str, doc: &'static str) -> Self {
        Self::new(id, Severity::Note, summary, doc)
    }

    const fn new(id: &'static str, severity: Severity, summary: &'static str, doc: &'static str) -> Self {
        Self {
            id,
            severity,
            summary,
            doc,
            url: "",
            why: "",
            example: "",
            instead: "",
            service: &[],
            references: &[],
        }
    }

    /// Adds the page where the fact behind it is documented.
    pub const fn with_url(self, url: &'static str) -> Self {
        Self { url, ..self }
    }

    /// Adds what goes wrong for whom.
    pub const fn why(self, why: &'static str) -> Self {
        Self { why, ..self }
    }

    /// Adds a text that has the finding, and the same text put right.
    pub const fn example(self, example: &'static str, instead: &'static str) -> Self {
        Self { example, instead, ..self }
    }

    /// Adds what the service says in its own words; findings fill them in with
    /// [`Diagnostic::service_says`](super::Diagnostic::service_says).
    pub const fn service_says(self, service: &'static [&'static str]) -> Self {
        Self { service, ..self }
    }

    /// Adds further pages, issues and field reports.
    pub const fn references(self, references: &'static [&'static str]) -> Self {
        Self { references, ..self }
    }
}
