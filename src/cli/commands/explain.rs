//! `genai-lz explain`: what a diagnostic's code means.

use crate::cli::codes;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::diag::Code;
use crate::diag::render::page;

/// Explain a diagnostic by its code, or list all codes
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code in the square brackets, such as `section-without-base` or `BCP057`
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
        let without_area = all.iter().map(|code| code.id).find(|known| known.ends_with(&format!("-{id}")));
        match without_area.or_else(|| crate::text::suggest(id, all.iter().map(|code| code.id))) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("list all codes with `genai-lz explain`"),
        }
    })
}

fn json(code: &Code) -> serde_json::Value {
    serde_json::json!({
        "id": code.id, "severity": code.severity.name(), "summary": code.summary, "doc": code.doc, "url": code.url,
        "why": code.why, "example": code.example, "instead": code.instead,
        "service": code.service, "references": code.references,
    })
}
