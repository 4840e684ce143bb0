//! `genai-lz deploy`: plan, ask, deploy, prove, report. What is the same for Azure and the sandbox stands here;
//! what differs in `azure` and `sandbox`.

mod azure;
pub(in crate::cli::commands) mod calls;
pub(super) mod events;
mod fleet;
mod interrupt;
mod live;
mod planned;
mod remedies;
pub(super) mod report;
pub(super) mod sandbox;
pub(super) mod stages;
mod view;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use events::How;
use interrupt::OnInterrupt;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::pipeline::{self, Evaluated, Rendered};
use crate::cli::sign_in::{self, SignInArgs};
use crate::cli::spec_args::SpecArgs;
use crate::cli::ui::{Mark, Ui};
use crate::deploy::{OnBusy, Options};
use crate::plan;
use crate::sandbox::State;
use crate::text::{counted, plural};

/// Deploy a landing zone: to Azure, or with --sandbox to this machine
///
/// Shows the plan and asks first. A stage that was deployed before with the same template and parameters is left alone
/// (--force), and one that is being deployed so is followed, whoever started it. With --sandbox nothing leaves this machine: an ARM endpoint, the gateway and simulated
/// Azure OpenAI run on loopback, the rendered policies are executed as they are, and requests prove that they do
/// what the spec says.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The spec file, `-` for standard input, or the file of `plan --out`
    spec: PathBuf,

    /// More specs: each is deployed on its own, and one that fails stops no other
    #[arg(value_name = "SPEC")]
    more: Vec<PathBuf>,

    /// Of several specs, deploy so many at the same time
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: u8,

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

    /// Let the resource of that name fail in the sandbox, to see what a failure looks like; with SkuNotAvailable, or the
    /// code that is named, in the words of `genai-lz explain CODE` or those that are given
    #[arg(long, value_name = "RESOURCE[=CODE[:MESSAGE]]", requires = "sandbox")]
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

    /// Deploy stages that have not changed, too: what was changed by hand goes back to what the spec says
    #[arg(long, conflicts_with = "sandbox")]
    force: bool,

    /// Begin the next stage that is not deployed yet, and end; `genai-lz status` says how it goes
    #[arg(long, conflicts_with = "sandbox")]
    no_wait: bool,

    /// What to do where something else is being deployed under the name of a stage; without it, ask or stop
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "sandbox")]
    on_busy: Option<OnBusyArg>,

    /// What Ctrl-C does to the running deployment; without it, ask or leave
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "sandbox")]
    on_interrupt: Option<OnInterrupt>,

    #[command(flatten)]
    remedies: remedies::Remedies,

    #[command(flatten)]
    layers: SpecArgs,

    #[command(flatten)]
    sign_in: SignInArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OnBusyArg {
    /// Wait until it has ended, and deploy then
    Wait,
    /// Ask Azure to stop it, and deploy then
    Cancel,
    /// Leave it alone and end with an error
    Stop,
}

impl Args {
    fn how(&self) -> How {
        let on_busy = self.on_busy.map(|given| match given {
            OnBusyArg::Wait => OnBusy::Wait,
            OnBusyArg::Cancel => OnBusy::Cancel,
            OnBusyArg::Stop => OnBusy::Refuse,
        });
        How {
            options: Options {
                force: self.force,
                on_busy: on_busy.unwrap_or(OnBusy::Refuse),
                wait: !self.no_wait,
                details: true,
            },
            may_ask: on_busy.is_none(),
            // A sandbox ends with this program, so nothing could be left running in it.
            on_interrupt: if self.sandbox { Some(OnInterrupt::Cancel) } else { self.on_interrupt },
        }
    }
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    if !args.more.is_empty() {
        return fleet::run(args, ui);
    }
    let (args, planned) = &planned::resolve(args)?;
    if args.sandbox {
        sandbox::check_port(args.gateway_port)?;
    }
    let mut rendered = pipeline::render(&args.spec, &args.layers)?;
    ui.warnings(&rendered.warnings);
    let subscription = subscription(args, &rendered)?;
    if !args.sandbox && !args.yes {
        azure::somebody_to_ask(ui)?;
    }
    let (evaluated, warnings) = pipeline::evaluate(&rendered.bundle, &subscription)?;
    ui.warnings(&warnings);
    rendered.warnings.extend(warnings);
    let plan = pipeline::plan(&rendered.zone, &evaluated);
    planned::check_offline(planned.as_ref(), &evaluated, &plan)?;
    prepared(args, &rendered, &evaluated, &plan, ui);
    // That of a plan file is shown as Azure sees it, once it is known to hold.
    if planned.is_none() {
        show_plan(&plan, ui)?;
    }
    let runtime = runtime()?;
    if args.sandbox {
        runtime.block_on(sandbox::run(args, ui, &rendered, evaluated, &subscription))
    } else {
        runtime.block_on(azure::run(args, ui, &rendered, evaluated, plan, &subscription, planned.as_ref()))
    }
}

/// Deploys a spec to the sandbox's ARM without a word, and returns what stands there then.
///
/// # Errors
/// All that is wrong with the spec, or the failure of the deployment.
pub(crate) fn to_state(spec: &Path, layers: &SpecArgs) -> Result<State, CommandError> {
    let rendered = pipeline::render(spec, layers)?;
    let subscription = rendered.zone.subscription_id.as_deref().unwrap_or(sandbox::SUBSCRIPTION);
    let (evaluated, _warnings) = pipeline::evaluate(&rendered.bundle, subscription)?;
    let requests = stages::requests(evaluated, spec, stages::Keys::MadeUp)?;
    runtime()?.block_on(sandbox::to_state(&rendered.zone, &requests, subscription))
}

/// Says what has been done before anything is sent.
fn prepared(args: &Args, rendered: &Rendered, evaluated: &[Evaluated], plan: &plan::Plan, ui: &Ui) {
    let n_policies = rendered.bundle.files.keys().filter(|path| path.starts_with("policies/")).count();
    let modules: BTreeSet<&String> = evaluated.iter().flat_map(|stage| &stage.modules).collect();
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
            plural(plan.counts().total(), "resource"),
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
    ui.say(plan::view::overview(plan, plan::view::Look::new(ui.err_style())).trim_end());
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
