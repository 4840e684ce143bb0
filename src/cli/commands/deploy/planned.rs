//! Deploying a plan that was written before: the spec, the subscription and the yes come from it, and nothing is deployed
//! where something has moved.

use crate::azure::ArmClient;
use crate::cli::commands::deploy::Args;
use crate::cli::error::CommandError;
use crate::cli::pipeline::{self, Evaluated, Previewed, Rendered};
use crate::cli::plan_file;
use crate::plan::file::{Part, Record};
use crate::plan::{Plan, view};

/// The arguments as the plan file has them, where one is named.
///
/// # Errors
/// Why the file is no plan, or which option contradicts it.
pub(super) fn resolve(args: &Args) -> Result<(Args, Option<Record>), CommandError> {
    let Some(record) = plan_file::read(&args.spec)? else { return Ok((args.clone(), None)) };
    for (is_given, option) in [
        (args.sandbox, "--sandbox"),
        (args.subscription.is_some(), "--subscription"),
        (args.skip_preflight, "--skip-preflight"),
    ] {
        if is_given {
            return Err(plan_file::contradiction(option));
        }
    }
    let args = Args {
        spec: plan_file::spec_of(&record),
        subscription: Some(record.target.subscription_id.clone()),
        // Whoever wrote the plan has read it.
        yes: true,
        // A stage whose template has not changed is left alone, and with it what was changed by hand; the plan says otherwise.
        force: args.force || record.has_changes(),
        ..args.clone()
    };
    Ok((args, Some(record)))
}

/// Refuses before anybody is asked, where that is enough.
///
/// # Errors
/// What has moved.
pub(super) fn check_offline(
    planned: Option<&Record>,
    stages: &[Evaluated],
    plan: &Plan,
) -> Result<(), CommandError> {
    planned.map_or(Ok(()), |planned| plan_file::check_offline(planned, stages, plan))
}

/// Asks everything anew and refuses where something has moved; returns the plan with its checks.
///
/// # Errors
/// What has moved, or why Azure cannot be asked.
pub(super) async fn check(
    planned: &Record,
    client: &ArmClient,
    subscription: &str,
    rendered: &Rendered,
) -> Result<Plan, CommandError> {
    let asked = pipeline::preview(client, subscription, rendered).await?;
    let Previewed { stages, given, plan } = &asked;
    // A check that blocks now is more telling than the change that it prevents.
    if let Some(blocked) = pipeline::blocked(plan) {
        return Err(blocked.with_details(view::checks_value(&plan.checks)));
    }
    let spec = plan_file::spec_of(planned);
    let now = plan_file::record(&spec, client, subscription, stages, given, plan).await?;
    plan_file::check(planned, &now, Part::Whole)?;
    Ok(asked.plan)
}
