//! `genai-lz explain`: what a diagnostic's code means, and what the catalogue says of a policy.

mod element;

use crate::cli::codes;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::diag::Code;
use crate::diag::render::page;

/// Explain a diagnostic by its code or a policy by its element, or list all codes
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A code in the square brackets, such as `section-without-base`; an element, such as `llm-token-limit` or
    /// `dimension`; an attribute, such as `llm-token-limit@counter-key`
    code: Option<String>,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let all = codes::all();
    let Some(name) = &args.code else {
        list(&all, ui)?;
        return Ok(Exit::Ok);
    };
    if let Some(code) = all.iter().find(|code| code.id.eq_ignore_ascii_case(name)) {
        if ui.is_json() {
            ui.document(Exit::Ok, serde_json::json!({ "codes": [json(code)] }))?;
        } else {
            ui.data(&page(code))?;
        }
    } else if let Some(named) = element::find(name)? {
        if ui.is_json() {
            ui.document(Exit::Ok, serde_json::json!({ "elements": element::json(&named) }))?;
        } else {
            ui.data(&element::page(&named))?;
        }
    } else {
        return Err(unknown(&all, name));
    }
    Ok(Exit::Ok)
}

fn list(all: &[&Code], ui: &Ui) -> Result<(), CommandError> {
    if ui.is_json() {
        let codes: Vec<_> = all.iter().map(|code| json(code)).collect();
        return ui.document(Exit::Ok, serde_json::json!({ "codes": codes }));
    }
    let width = all.iter().map(|code| code.id.len()).max().unwrap_or(0);
    ui.data(&all.iter().map(|code| format!("{:width$}  {}\n", code.id, code.summary)).collect::<String>())
}

fn unknown(all: &[&Code], name: &str) -> CommandError {
    let error = CommandError::usage(format!("`{name}` is neither a diagnostic's code nor a policy"));
    let without_area = all.iter().map(|code| code.id).find(|known| known.ends_with(&format!("-{name}")));
    let known = all.iter().map(|code| code.id).chain(element::names());
    match without_area.or_else(|| crate::text::suggest(name, known)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error
            .hint("list all codes with `genai-lz explain`; docs/reference/policies.md lists the policies"),
    }
}

fn json(code: &Code) -> serde_json::Value {
    serde_json::json!({
        "id": code.id, "severity": code.severity.name(), "summary": code.summary, "doc": code.doc, "url": code.url,
        "why": code.why, "example": code.example, "instead": code.instead,
        "service": code.service, "references": code.references,
    })
}
