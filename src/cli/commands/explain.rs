//! `genai-lz explain`: what a diagnostic's code means, and what the catalogues say of an error of Azure or of a policy.

mod arm_error;
mod element;

use crate::cli::codes;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::diag::Code;
use crate::diag::render::page;

/// Explain a diagnostic or an error of Azure by its code or a policy by its element, or list all codes
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A code in the square brackets, such as `section-without-base`; a code of Azure, such as `SkuNotAvailable`; an element, such as `llm-token-limit` or
    /// `dimension`; an attribute, such as `llm-token-limit@counter-key`
    code: Option<String>,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let all = codes::all();
    let Some(name) = &args.code else {
        list(&all, ui)?;
        return Ok(Exit::Ok);
    };
    let (code, of_azure) =
        (all.iter().find(|code| code.id.eq_ignore_ascii_case(name)), arm_error::find(name));
    if code.is_some() || !of_azure.is_empty() {
        if ui.is_json() {
            let mut body =
                serde_json::json!({ "codes": code.iter().map(|code| json(code)).collect::<Vec<_>>() });
            if !of_azure.is_empty() {
                body["azureErrors"] = arm_error::json(&of_azure);
            }
            ui.document(Exit::Ok, body)?;
        } else {
            // `InvalidTemplate` and the like are the evaluator's and Azure's alike.
            let pages = [code.map(|code| page(code)).unwrap_or_default(), arm_error::page(&of_azure)];
            ui.data(&pages.iter().filter(|page| !page.is_empty()).cloned().collect::<Vec<_>>().join("\n"))?;
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
    let error = CommandError::usage(format!(
        "`{name}` is neither a diagnostic's code nor one of Azure's that is known here, nor a policy"
    ));
    let without_area = all.iter().map(|code| code.id).find(|known| known.ends_with(&format!("-{name}")));
    let known = all.iter().map(|code| code.id).chain(arm_error::codes()).chain(element::names());
    match without_area.or_else(|| crate::text::suggest(name, known)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error
            .hint("list all codes with `genai-lz explain`; docs/reference/azure-errors.md lists those of Azure, policies.md the policies"),
    }
}

fn json(code: &Code) -> serde_json::Value {
    serde_json::json!({
        "id": code.id, "severity": code.severity.name(), "summary": code.summary, "doc": code.doc, "url": code.url,
        "why": code.why, "example": code.example, "instead": code.instead,
        "service": code.service, "references": code.references,
    })
}
