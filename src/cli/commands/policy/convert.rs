//! `genai-lz policy convert`: a policy in the other of its two formats.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;
use crate::diag::Diagnostic;
use crate::policy;

/// Print a policy with its expressions escaped, or as C# wrote them
///
/// API Management takes a policy as `xml`, where expressions are escaped as XML needs it, and as `rawxml`, where they
/// are not. Both mean the same. What is no expression stays as it is, byte for byte.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The format to print
    #[arg(long, value_enum)]
    to: Form,

    /// The policy file, in either format; `-` is standard input
    file: PathBuf,
}

/// The formats that API Management takes policies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Expressions escaped: `@(a &amp;&amp; b)`
    Xml,
    /// Expressions as C#: `@(a && b)`
    Rawxml,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let bytes = files::read_named(&args.file, policy::MAX_FILE_BYTES as u64)?;
    let source = policy::read(&files::shown(&args.file), &bytes)
        .map_err(|found| CommandError::Refused(vec![found]))?;
    let (document, found) = policy::parse(&source);
    // Half a conversion of what was not understood would be worse than none.
    if found.iter().any(Diagnostic::is_error) {
        return Err(CommandError::Refused(found));
    }
    let text = match args.to {
        Form::Xml => policy::to_xml(&document),
        Form::Rawxml => policy::to_rawxml(&document),
    };
    if ui.is_json() {
        ui.document(Exit::Ok, serde_json::json!({ "text": text }))?;
    } else {
        ui.data(&text)?;
    }
    Ok(Exit::Ok)
}
