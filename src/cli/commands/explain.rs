//! `genai-lz explain`: what a diagnostic's code means.

use std::fmt::Write as _;

use crate::cli::codes;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::diag::Code;

/// Explain a diagnostic by its code, or list all codes
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code in the square brackets, such as `unknown-field` or `BCP057`
    code: Option<String>,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let all = codes::all();
    let chosen: Vec<&Code> = match &args.code {
        None => all,
        Some(id) => vec![find(&all, id)?],
    };
    if ui.is_json() {
        let codes: Vec<_> = chosen.iter().map(|code| json(code)).collect();
        ui.document(Exit::Ok, serde_json::json!({ "codes": codes }))?;
    } else if args.code.is_some() {
        ui.data(&chosen.iter().map(|code| page(code)).collect::<String>())?;
    } else {
        let width = chosen.iter().map(|code| code.id.len()).max().unwrap_or(0);
        ui.data(
            &chosen.iter().map(|code| format!("{:width$}  {}\n", code.id, code.summary)).collect::<String>(),
        )?;
    }
    Ok(Exit::Ok)
}

fn find<'a>(all: &[&'a Code], id: &str) -> Result<&'a Code, CommandError> {
    all.iter().copied().find(|code| code.id.eq_ignore_ascii_case(id)).ok_or_else(|| {
        let error = CommandError::usage(format!("no diagnostic has the code `{id}`"));
        match crate::text::suggest(id, all.iter().map(|code| code.id)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("list all codes with `genai-lz explain`"),
        }
    })
}

/// Every part that the code has, in the order in which one reads it.
pub(crate) fn page(code: &Code) -> String {
    let mut page =
        format!("{}[{}]: {}\n\n{}\n", code.severity.name(), code.id, code.summary, code.doc.trim());
    for (heading, text) in
        [("Why it matters", code.why), ("Example", code.example), ("Use instead", code.instead)]
    {
        if !text.is_empty() {
            let _ = write!(page, "\n{heading}:\n\n{}\n", text.trim_matches('\n'));
        }
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

fn json(code: &Code) -> serde_json::Value {
    serde_json::json!({
        "id": code.id, "severity": code.severity.name(), "summary": code.summary, "doc": code.doc, "url": code.url,
        "why": code.why, "example": code.example, "instead": code.instead, "references": code.references,
    })
}
