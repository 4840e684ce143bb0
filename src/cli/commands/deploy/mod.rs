//! `genai-lz deploy`: plan, ask, deploy, prove, report. What is the same for Azure and the sandbox stands here;
//! what differs in `azure` and `sandbox`.

mod azure;
pub(super) mod events;
pub(super) mod report;
pub(super) mod sandbox;
pub(super) mod stages;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::pipeline::{self, Evaluated, Rendered};
use crate::cli::sign_in::{self, SignInArgs};
use crate::cli::ui::{Mark, Ui};
use crate::plan;
use crate::sandbox::State;
use crate::text::{counted, plural};

/// Deploy a landing zone: to Azure, or with --sandbox to this machine
///
/// Shows the plan and asks first. With --sandbox nothing leaves this machine: an ARM endpoint, the gateway and simulated
/// Azure OpenAI run on loopback, the rendered policies are executed as they are, and requests prove that they do
/// what the spec says.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The spec file; `-` is standard input
    spec: PathBuf,

    /// Deploy to this machine instead of Azure, and prove the gateway
    #[arg(long, conflicts_with_all = ["credential", "cloud", "arm_endpoint", "authority", "ca_file"])]
    sandbox: bool,

    /// Go on serving until Ctrl-C
    #[arg(long, requires = "sandbox")]
    keep: bool,

    /// The port of the sandbox's gateway on 127.0.0.1; any free one where 0
    #[arg(long, value_name = "PORT", default_value_t = 0, requires = "sandbox")]
    gateway_port: u16,

    /// Let each resource of the sandbox take this long
    #[arg(long, value_name = "MS", default_value_t = 0, requires = "sandbox")]
    sandbox_delay_ms: u64,

    /// Let the resource of that name fail in the sandbox, to see what a failure looks like
    #[arg(long, value_name = "RESOURCE", requires = "sandbox")]
    sandbox_fail: Option<String>,

    /// The Azure subscription; goes before the one in the spec
    #[arg(long, value_name = "GUID", value_parser = sign_in::guid)]
    subscription: Option<String>,

    /// Do not ask before deploying to Azure
    #[arg(short, long, conflicts_with = "sandbox")]
    yes: bool,

    /// Do not ask Azure first whether it has what the landing zone needs
    #[arg(long, conflicts_with = "sandbox")]
    skip_preflight: bool,

    #[command(flatten)]
    sign_in: SignInArgs,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    if args.sandbox {
        sandbox::check_port(args.gateway_port)?;
    }
    let mut rendered = pipeline::render(&args.spec)?;
    ui.warnings(&rendered.warnings);
    let subscription = subscription(args, &rendered)?;
    if !args.sandbox && !args.yes {
        azure::somebody_to_ask(ui)?;
    }
    let (evaluated, warnings) = pipeline::evaluate(&rendered.bundle, &subscription)?;
    ui.warnings(&warnings);
    rendered.warnings.extend(warnings);
    let plan = pipeline::plan(&rendered.zone, &evaluated);
    prepared(args, &rendered, &evaluated, &plan, ui);
    show_plan(&plan, ui)?;
    let runtime = runtime()?;
    if args.sandbox {
        runtime.block_on(sandbox::run(args, ui, &rendered, evaluated, &subscription))
    } else {
        runtime.block_on(azure::run(args, ui, &rendered, evaluated, plan, &subscription))
    }
}

/// Deploys a spec to the sandbox's ARM without a word, and returns what stands there then.
///
/// # Errors
/// All that is wrong with the spec, or the failure of the deployment.
pub(crate) fn to_state(spec: &Path) -> Result<State, CommandError> {
    let rendered = pipeline::render(spec)?;
    let subscription = rendered.zone.subscription_id.as_deref().unwrap_or(sandbox::SUBSCRIPTION);
    let (evaluated, _warnings) = pipeline::evaluate(&rendered.bundle, subscription)?;
    let requests = stages::requests(evaluated, spec)?;
    runtime()?.block_on(sandbox::to_state(&rendered.zone, &requests, subscription))
}

/// Says what has been done before anything is sent.
fn prepared(args: &Args, rendered: &Rendered, evaluated: &[Evaluated], plan: &plan::Plan, ui: &Ui) {
    let n_policies = rendered.bundle.files.keys().filter(|path| path.starts_with("policies/")).count();
    let modules: BTreeSet<&String> = evaluated.iter().flat_map(|stage| &stage.modules).collect();
    let plan::Counts { create, maybe, read, skip } = plan.counts();
    let zone = &rendered.zone;
    ui.step(
        Mark::Done,
        &format!(
            "{}: {}, {}, {}, {}",
            files::shown(&args.spec),
            plural(zone.accounts.len(), "model account"),
            plural(zone.pools.len(), "pool"),
            plural(zone.apis.len(), "API"),
            plural(zone.products.len(), "product"),
        ),
    );
    ui.step(Mark::Done, &format!("{} rendered and read back", counted(n_policies, "policy", "policies")));
    ui.step(Mark::Done, &format!("{} compiled", plural(modules.len(), "Bicep module")));
    ui.step(
        Mark::Done,
        &format!(
            "{} evaluated in {}\n",
            plural(create + maybe + read + skip, "resource"),
            plural(evaluated.len(), "stage")
        ),
    );
}

/// The sandbox has a subscription of its own; Azure wants one from the spec or the command line.
fn subscription(args: &Args, rendered: &Rendered) -> Result<String, CommandError> {
    let named = args.subscription.clone().or_else(|| rendered.zone.subscription_id.clone());
    match named {
        Some(id) => Ok(id),
        None if args.sandbox => Ok(sandbox::SUBSCRIPTION.to_owned()),
        None => Err(CommandError::usage("no Azure subscription to deploy to")
            .hint("set `azure.subscription` in the spec, or give `--subscription GUID`")
            .hint("try it on this machine first with `--sandbox`")),
    }
}

/// Prints the plan for people and refuses where a check is blocked.
fn show_plan(plan: &plan::Plan, ui: &Ui) -> Result<(), CommandError> {
    ui.say(plan::view::overview(plan, ui.err_style()).trim_end());
    pipeline::blocked(plan)
        .map_or(Ok(()), |blocked| Err(blocked.with_details(plan::view::checks_value(&plan.checks))))
}

pub(in crate::cli) fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CommandError::new(Exit::Bug, format!("the async runtime did not start: {error}")))
}
