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
}

impl Code {
    /// An error; the usual case.
    pub const fn error(id: &'static str, summary: &'static str, doc: &'static str) -> Self {
        Self { id, severity: Severity::Error, summary, doc, url: "" }
    }

    /// A finding that does not refuse the document.
    pub const fn warning(id: &'static str, summary: &'static str, doc: &'static str) -> Self {
        Self { id, severity: Severity::Warning, summary, doc, url: "" }
    }

    /// Adds the page where the fact behind it is documented.
    pub const fn with_url(self, url: &'static str) -> Self {
        Self { url, ..self }
    }
}
