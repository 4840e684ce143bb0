//! What a code means, as a page: plain for a terminal, Markdown for the reference and for code scanning.

use std::fmt::Write as _;

use crate::diag::Code;

/// Every part that the code has, in the order in which one reads it.
pub fn page(code: &Code) -> String {
    let mut page =
        format!("{}[{}]: {}\n\n{}\n", code.severity.name(), code.id, code.summary, code.doc.trim());
    if !code.service.is_empty() {
        let _ = write!(page, "\n{SERVICE}:\n\n");
        code.service.iter().for_each(|wording| {
            let _ = writeln!(page, "  {wording}");
        });
    }
    for (heading, text) in parts(code) {
        let _ = write!(page, "\n{heading}:\n\n{text}\n");
    }
    if !code.references.is_empty() {
        page.push_str("\nReferences:\n\n");
        code.references.iter().for_each(|reference| {
            let _ = writeln!(page, "- {reference}");
        });
    }
    if !code.url.is_empty() {
        let _ = write!(page, "\nSee {}\n", code.url);
    }
    page
}

/// The same as Markdown, without the line that names the code.
pub fn markdown(code: &Code) -> String {
    let mut page = format!("{}\n", code.doc.trim());
    if !code.service.is_empty() {
        let _ = write!(page, "\n**{SERVICE}**\n\n```text\n{}\n```\n", code.service.join("\n"));
    }
    for (heading, text) in parts(code) {
        let text = match heading {
            WHY => text.to_owned(),
            _ => format!("```xml\n{text}\n```"),
        };
        let _ = write!(page, "\n**{heading}**\n\n{text}\n");
    }
    let pages = code.references.iter().map(|reference| linked(reference));
    let pages: Vec<String> =
        Some(code.url).filter(|url| !url.is_empty()).map(linked).into_iter().chain(pages).collect();
    if !pages.is_empty() {
        page.push_str("\n**References**\n\n");
        pages.iter().for_each(|reference| {
            let _ = writeln!(page, "- {reference}");
        });
    }
    page
}

const WHY: &str = "Why it matters";
const SERVICE: &str = "API Management says";

fn parts(code: &Code) -> impl Iterator<Item = (&'static str, &'static str)> {
    [(WHY, code.why), ("Example", code.example), ("Use instead", code.instead)]
        .into_iter()
        .map(|(heading, text)| (heading, text.trim_matches('\n')))
        .filter(|(_, text)| !text.is_empty())
}

/// An address alone is no link in Markdown.
fn linked(reference: &str) -> String {
    if reference.starts_with("https://") && !reference.contains(' ') {
        format!("<{reference}>")
    } else {
        reference.to_owned()
    }
}
