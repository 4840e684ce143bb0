//! Deploying to Azure: sign in, ask, deploy. The same requests as to the sandbox, to another endpoint.

use std::io::{BufRead as _, IsTerminal as _};

use crate::cli::commands::deploy::{Args, events, report, stages};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::pipeline::{self, Evaluated, Rendered};
use crate::cli::sign_in;
use crate::cli::ui::Ui;
use crate::plan;

pub(super) async fn run(
    args: &Args,
    ui: &Ui,
    rendered: &Rendered,
    evaluated: Vec<Evaluated>,
    mut plan: plan::Plan,
    subscription: &str,
) -> Result<Exit, CommandError> {
    let client = args.sign_in.client(Some(subscription), ui).await?;
    client.sign_in().await.map_err(|error| sign_in::not_signed_in(&error))?;
    if !args.skip_preflight {
        ui.heading("asking Azure");
        pipeline::ask(&client, subscription, rendered, &mut plan).await?;
        ui.say(plan::view::checks_human(&plan.checks, ui.err_style()).trim_end());
        if let Some(blocked) = pipeline::blocked(&plan) {
            let details = plan::view::checks_value(&plan.checks);
            return Err(blocked
                .with_details(details)
                .hint("or give `--skip-preflight` to try it all the same"));
        }
    }
    if !args.yes {
        confirm(subscription)?;
    }
    let requests = stages::requests(evaluated, &args.spec)?;
    let outcome = events::deploy(&client, subscription, &requests, rendered, &args.how(), ui).await?;
    report::Report::of_azure(&outcome, &rendered.warnings).print(ui)?;
    Ok(Exit::Ok)
}

/// Says early that a question would reach nobody who has seen the plan.
///
/// # Errors
/// A usage error.
pub(super) fn somebody_to_ask(ui: &Ui) -> Result<(), CommandError> {
    if std::io::stdin().is_terminal() && !ui.is_json() {
        return Ok(());
    }
    Err(CommandError::usage("deploying to Azure wants a yes, and there is nobody to ask")
        .hint("give `--yes` where there is no terminal, and with `--format json`")
        .hint("try it on this machine first with `--sandbox`"))
}

#[expect(clippy::print_stderr, reason = "a question is for the person at the terminal")]
fn confirm(subscription: &str) -> Result<(), CommandError> {
    eprint!("deploy this to subscription {subscription}? [y/N] ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    match (read, answer.trim().to_ascii_lowercase().as_str()) {
        (Ok(_), "y" | "yes") => Ok(()),
        _ => Err(CommandError::new(Exit::Cancelled, "not confirmed, nothing was deployed")),
    }
}
