//! Deploying to Azure: sign in, ask, deploy. The same requests as to the sandbox, to another endpoint.

use std::io::{BufRead as _, IsTerminal as _};

use crate::cli::commands::deploy::calls::KeyFrom;
use crate::cli::commands::deploy::{Args, events, report, stages};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::pipeline::{self, Evaluated, Rendered};
use crate::cli::sign_in;
use crate::cli::ui::Ui;
use crate::plan;
use crate::plan::file::Record;

pub(super) async fn run(
    args: &Args,
    ui: &Ui,
    rendered: &Rendered,
    evaluated: Vec<Evaluated>,
    mut plan: plan::Plan,
    subscription: &str,
    planned: Option<&Record>,
) -> Result<Exit, CommandError> {
    let client = args.sign_in.client(Some(subscription), ui).await?;
    client.sign_in().await.map_err(|error| sign_in::not_signed_in(&error))?;
    super::remedies::apply(args, &client, subscription, &plan, ui).await?;
    if let Some(planned) = planned {
        ui.heading("asking Azure whether the plan still holds");
        plan = super::planned::check(planned, &client, subscription, rendered).await?;
        ui.say("nothing has moved since the plan was made\n");
        ui.say(plan::view::overview(&plan, plan::view::Look::new(ui.err_style())).trim_end());
    } else if !args.skip_preflight {
        ui.heading("asking Azure");
        pipeline::ask_before(&client, subscription, rendered, &evaluated, &mut plan).await?;
    }
    if planned.is_none() && !args.skip_preflight {
        ui.say(plan::view::checks_human(&plan.checks, ui.err_style()).trim_end());
        if let Some(blocked) = pipeline::blocked(&plan) {
            let details = plan::view::checks_value(&plan.checks);
            return Err(blocked
                .with_details(details)
                .hint("or give `--skip-preflight` to try it all the same"));
        }
    }
    if !args.yes {
        let question = format!("deploy this to subscription {subscription}?");
        confirm(&question, "not confirmed, nothing was deployed")?;
    }
    let requests = stages::requests(evaluated, &args.spec, stages::Keys::Read)?;
    let outcome = events::deploy(&client, subscription, &requests, rendered, &args.how(), ui).await?;
    let is_another = rendered.zone.subscription_id.as_deref() != Some(subscription);
    let named = is_another.then_some(subscription);
    let key = KeyFrom::Command { spec: &args.spec, layers: &args.layers, subscription: named };
    report::Report::of_azure(&outcome, &rendered.zone, &key, &rendered.warnings).print(ui)?;
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

/// Asks the person at the terminal.
///
/// # Errors
/// `otherwise`, where the answer is no.
#[expect(clippy::print_stderr, reason = "a question is for the person at the terminal")]
pub(super) fn confirm(question: &str, otherwise: &str) -> Result<(), CommandError> {
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    match (read, answer.trim().to_ascii_lowercase().as_str()) {
        (Ok(_), "y" | "yes") => Ok(()),
        _ => Err(CommandError::new(Exit::Cancelled, otherwise)),
    }
}
