//! `genai-lz schema`: the JSON Schema of the spec, for editors.

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::spec;

/// Print the JSON Schema of the spec file
///
/// Generated from the types that read the spec. Editors with YAML support complete and check
/// with it:
///
///     genai-lz schema > genai-lz.schema.json
///
/// and in the first line of the spec:
///
///     # yaml-language-server: $schema=genai-lz.schema.json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {}

pub(crate) fn run(_: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    ui.json(&spec::json_schema())?;
    Ok(Exit::Ok)
}
