//! `genai-lz drift`: what runs beside what the spec renders.

use crate::arm;
use crate::cli::commands::deploy;
use crate::cli::deployed::{DeployedArgs, failed};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::cli::{files, pipeline};
use crate::deploy::look::look;
use crate::drift::{compare, view};

/// Compare what runs with what the spec renders
///
/// Reads every resource of the spec from Azure and compares it by meaning: policies as the gateway reads them, so that
/// blanks, comments and the order of attributes do not count; of other resources the properties that the spec sets.
/// Also told: what is missing, and what stands there that the spec does not know. Nothing is changed, and no key or
/// secret value is read. Ends with 0 where there is no drift, with 2 where there is some.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    of: DeployedArgs,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let deployed = args.of.read(ui)?;
    let drift = deploy::runtime()?.block_on(async {
        let client = args.of.sign_in(&deployed, ui).await?;
        let tenant_id = client.get_subscription(&deployed.subscription_id).await.map_err(failed)?.tenant_id;
        let (stages, _) =
            pipeline::evaluate_in(&deployed.rendered.bundle, &tenant_id, &deployed.subscription_id)?;
        let stages: Vec<(&str, &arm::Deployment)> =
            stages.iter().map(|stage| (stage.stage.name.as_str(), &stage.deployment)).collect();
        let found = look(&client, &deployed.subscription_id, &deployed.plan, &stages).await;
        let (wanted, running) = found.map_err(failed)?;
        Ok::<_, CommandError>(compare(&wanted, &running))
    })?;
    if drift.n_compared == 0 {
        return Err(CommandError::new(Exit::Azure, "nothing of the spec is deployed in this subscription")
            .hint("deploy it with `genai-lz deploy`, or give the subscription where it is"));
    }
    let exit = if drift.is_none() { Exit::Ok } else { Exit::UsageOrChanges };
    if ui.is_json() {
        ui.document(exit, view::document(&drift))?;
    } else {
        ui.data(&view::human(&drift))?;
        if !drift.missing.is_empty() || !drift.changed.is_empty() {
            ui.say(&format!(
                "`genai-lz deploy {} --force` sets right what is missing or changed; what the spec does not know stays",
                files::shown(&args.of.spec),
            ));
        }
    }
    Ok(exit)
}
