//! `genai-lz import`: a spec to start from, of a service that runs.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::commands::deploy;
use crate::cli::deployed::failed;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::sign_in::{self, SignInArgs};
use crate::cli::ui::Ui;
use crate::deploy::read_service::read_service;
use crate::diag::render::json as json_of;
use crate::import::{Imported, import};
use crate::text::plural;

/// Start a spec from an API Management service that runs
///
/// Reads the service, its APIs, products, backends, pools, policies and subscriptions, and the Azure
/// OpenAI accounts behind its backends, and writes a spec that says of them what a spec can. The
/// rest is told: in the output, in the comments of the spec, and as files in a folder beside it.
/// Nothing is changed in Azure, and nothing is taken over: a deployment of the spec makes its own
/// landing zone. No key or secret value is read.
///
///     genai-lz import --subscription GUID --resource-group rg-apim --service contoso-apim
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The Azure subscription of the service
    #[arg(long, value_name = "GUID", value_parser = sign_in::guid)]
    subscription: String,

    /// The resource group of the service
    #[arg(short = 'g', long, value_name = "NAME")]
    resource_group: String,

    /// The name of the service
    #[arg(long, value_name = "NAME")]
    service: String,

    /// Where to write the spec; what it cannot say goes into a folder beside it
    #[arg(short, long, value_name = "FILE", default_value = "landing-zone.yaml")]
    output: PathBuf,

    /// Replace the file if it is there
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    sign_in: SignInArgs,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let shown = files::shown(&args.output);
    if args.output.is_dir() {
        return Err(CommandError::usage(format!("`{shown}` is a folder"))
            .hint("name the file to write in it, such as `landing-zone.yaml`"));
    }
    if args.output.exists() && !args.force {
        return Err(CommandError::usage(format!("`{shown}` exists already"))
            .hint("choose another name with `--output`, or replace it with `--force`"));
    }
    let found = deploy::runtime()?.block_on(async {
        let client = args.sign_in.client(Some(&args.subscription), ui).await?;
        client.sign_in().await.map_err(|error| sign_in::not_signed_in(&error))?;
        client.get_subscription(&args.subscription).await.map_err(failed)?;
        read_service(&client, &args.subscription, &args.resource_group, &args.service).await.map_err(failed)
    })?;
    let found = found.ok_or_else(|| {
        let Args { service, resource_group, .. } = args;
        CommandError::new(
            Exit::Azure,
            format!("there is no service `{service}` in resource group `{resource_group}`"),
        )
        .hint("see with `az apim list` which there are")
    })?;
    let imported = import(&found);
    let written = write(&args.output, &imported)?;
    let exit = if imported.refused.is_none() { Exit::Ok } else { Exit::InputOrCheck };
    if ui.is_json() {
        let refused = imported.refused.as_ref().map(|refused| json_of(&refused.0));
        ui.document(
            exit,
            json!({"written": written, "findings": json_of(&imported.findings), "refused": refused}),
        )?;
        return Ok(exit);
    }
    ui.warnings(&imported.findings);
    ui.data(&written.iter().map(|path| format!("{path}\n")).collect::<String>())?;
    ui.say(&format!(
        "wrote {}; {} it cannot say",
        plural(written.len(), "file"),
        plural(imported.findings.len(), "thing")
    ));
    match imported.refused {
        None => {
            ui.say(&format!("read it, then run `genai-lz plan {shown}`"));
            Ok(exit)
        }
        Some(refused) => {
            ui.say(&format!("`{shown}` has to be mended by hand before it can be planned:"));
            Err(CommandError::Refused(refused.0))
        }
    }
}

/// Writes the spec, and the rest into a folder of its name.
fn write(output: &Path, imported: &Imported) -> Result<Vec<String>, CommandError> {
    files::write_atomically(output, imported.spec.as_bytes())?;
    let mut written = vec![files::shown(output)];
    let folder = output.with_extension("found");
    for (path, text) in &imported.files {
        let path = folder.join(path);
        files::write_atomically(&path, text.as_bytes())?;
        written.push(files::shown(&path));
    }
    Ok(written)
}
