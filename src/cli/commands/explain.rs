//! `genai-lz explain`: what a diagnostic's code means, what the catalogues say of an error of Azure or of a policy, and
//! what a field of the spec takes.

mod arm_error;
mod element;

use crate::cli::codes;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::reference;
use crate::cli::ui::Ui;
use crate::diag::Code;
use crate::diag::render::page;
use crate::spec;

/// Explain a diagnostic or an error of Azure by its code, a policy by its element or a field of the spec, or list all codes
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A code in the square brackets, such as `section-without-base`; a code of Azure, such as `SkuNotAvailable`; an element, such as `llm-token-limit` or
    /// `dimension`; an attribute, such as `llm-token-limit@counter-key`; a field, such as `pools.breaker.trip`
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
    } else if let Some((field, section)) = spec::reference::find(name) {
        let (field, section) = (field.as_ref(), section.as_ref());
        if ui.is_json() {
            let fields = reference::spec::explained_json(field, section);
            ui.document(Exit::Ok, serde_json::json!({ "fields": fields }))?;
        } else {
            ui.data(&reference::spec::explained(field, section))?;
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
        "`{name}` is neither a diagnostic's code nor one of Azure's that is known here, nor a policy, nor a field of the spec"
    ));
    let without_area = all.iter().map(|code| code.id).find(|known| known.ends_with(&format!("-{name}")));
    let fields = spec::reference::paths();
    let known = all.iter().map(|code| code.id).chain(arm_error::codes()).chain(element::names());
    let near = without_area.or_else(|| crate::text::suggest(name, known)).map(str::to_owned);
    let near = near.or_else(|| {
        let field = crate::text::suggest(name, fields.iter().map(String::as_str))?;
        Some(field.to_owned())
    });
    match near {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error
            .hint("list all codes with `genai-lz explain`; docs/reference/azure-errors.md lists those of Azure, policies.md the policies, spec.md the fields of a spec"),
    }
}

fn json(code: &Code) -> serde_json::Value {
    serde_json::json!({
        "id": code.id, "severity": code.severity.name(), "summary": code.summary, "doc": code.doc, "url": code.url,
        "why": code.why, "example": code.example, "instead": code.instead,
        "service": code.service, "references": code.references,
    })
}
