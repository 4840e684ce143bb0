//! `genai-lz sandbox arm`: Azure Resource Manager alone, with TLS and sign-in, for clients that are not ours.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::situation;
use crate::cli::commands::deploy::{runtime, sandbox as deploying};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::sign_in::guid;
use crate::cli::stop::StopSignals;
use crate::cli::ui::Ui;
use crate::sandbox::{ArmOptions, ArmServer};

/// Run Azure Resource Manager on this machine until Ctrl-C
///
/// An empty subscription on https://127.0.0.1 with sign-in, for genai-lz, az and the Azure SDKs as they are.
/// Its certificate comes from an authority made for this run, whose certificate is written to --ca-file and
/// removed at the end. The secret that is printed is made for this run and opens nothing but this port.
///
///     genai-lz sandbox arm                            an empty subscription
///     genai-lz sandbox arm --situation trouble.json   one with faults, limits and missing rights
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The port on 127.0.0.1; any free one where 0
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,

    /// Where the certificate that clients have to trust is written
    #[arg(long, value_name = "FILE", default_value = "genai-lz-sandbox-ca.pem")]
    ca_file: PathBuf,

    /// The id of its subscription
    #[arg(long, value_name = "GUID", value_parser = guid, default_value = deploying::SUBSCRIPTION)]
    subscription: String,

    /// Let each resource take this long
    #[arg(long, value_name = "MS", default_value_t = 0)]
    delay_ms: u64,

    /// A JSON file with faults, quota, policies and rights; docs/SANDBOX.md lists its fields
    #[arg(long, value_name = "FILE")]
    situation: Option<PathBuf>,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let mut options = ArmOptions {
        port: args.port,
        tls: true,
        subscription_id: args.subscription.clone(),
        resource_delay: Duration::from_millis(args.delay_ms),
        ..ArmOptions::default()
    };
    if let Some(path) = &args.situation {
        situation::read(path)?.apply(&mut options);
    }
    runtime()?.block_on(serve(args, ui, options))
}

async fn serve(args: &Args, ui: &Ui, options: ArmOptions) -> Result<Exit, CommandError> {
    let server = ArmServer::start(options).await.map_err(|error| deploying::failed(&error))?;
    let mut stop_signals = StopSignals::listen()?;
    let ca_pem = server.ca_pem().unwrap_or_default();
    files::write_atomically(&args.ca_file, ca_pem.as_bytes())?;
    let told = tell(args, &server, ui);
    if told.is_ok() {
        ui.say("\nserving until Ctrl-C");
        stop_signals.told().await;
        ui.say("stopped");
    }
    files::remove(&args.ca_file)?;
    told.map(|()| Exit::Ok)
}

fn tell(args: &Args, server: &ArmServer, ui: &Ui) -> Result<(), CommandError> {
    let (client_id, client_secret) = server.client();
    let (url, tenant, subscription) = (server.base_url(), server.tenant_id(), server.subscription_id());
    let ca_file = std::path::absolute(&args.ca_file).unwrap_or_else(|_| args.ca_file.clone());
    let ca_file = files::shown(&ca_file);
    if ui.is_json() {
        return ui.document(
            Exit::Ok,
            json!({
                "resourceManager": url, "authority": url, "tenantId": tenant, "subscriptionId": subscription,
                "clientId": client_id, "clientSecret": client_secret, "caFile": ca_file,
            }),
        );
    }
    ui.data(&format!(
        "Azure Resource Manager on {url}\n\n\
         # for genai-lz\n\
         export GENAI_LZ_ARM_ENDPOINT={url} GENAI_LZ_CA_FILE={ca_file}\n\
         export AZURE_TENANT_ID={tenant} AZURE_CLIENT_ID={client_id} AZURE_CLIENT_SECRET={client_secret}\n\
         genai-lz doctor --subscription {subscription}\n\n\
         # for az, in a configuration of its own\n\
         export AZURE_CONFIG_DIR=$(mktemp -d) REQUESTS_CA_BUNDLE={ca_file} AZURE_CORE_INSTANCE_DISCOVERY=false\n\
         az cloud register --name GenaiLzSandbox --endpoint-resource-manager {url}\n\
         az cloud set --name GenaiLzSandbox\n\
         az login --service-principal --tenant $AZURE_TENANT_ID --username $AZURE_CLIENT_ID --password $AZURE_CLIENT_SECRET\n"
    ))
}
