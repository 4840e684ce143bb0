//! `genai-lz deploy SPEC...`: many landing zones in one run. Each is read, planned and deployed on its own, so that one that fails
//! stops no other; they share the sign-in and ARM's limits. What is kept of each while others are at work is its text.

mod item;
mod report;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use item::{Item, Looked};
use report::{Ended, Report, Result as ItemResult};

use crate::azure::ArmClient;
use crate::cli::commands::deploy::events::{self, How};
use crate::cli::commands::deploy::interrupt::OnInterrupt;
use crate::cli::commands::deploy::{Args, azure, runtime, stages};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::progress::Progress;
use crate::cli::spec_args::SpecArgs;
use crate::cli::stop::StopSignals;
use crate::cli::ui::{Mark, Ui};
use crate::cli::{files, parallel, pipeline, sign_in};
use crate::deploy::{Control, Event, Options, Wish};
use crate::text::plural;

/// More specs than this are a mistake in a pattern; ARM keeps 980 resource groups in a subscription.
const SPECS_MAX: usize = 10_000;

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    usable(args)?;
    if !args.yes {
        azure::somebody_to_ask(ui)?;
    }
    let paths: Vec<PathBuf> = std::iter::once(&args.spec).chain(&args.more).cloned().collect();
    if paths.len() > SPECS_MAX {
        return Err(CommandError::usage(format!("{} specs are more than {SPECS_MAX}", paths.len())));
    }
    let mut items: Vec<Item> =
        parallel::map(&paths, |path| Item::read(path, &args.layers, args.subscription.as_deref()));
    item::refuse_doubles(&mut items);
    overview(&items, ui);
    let n_ready = items.iter().filter(|item| item.looked.is_ok()).count();
    if n_ready == 0 {
        return finish(Report::of_none(items), ui);
    }
    if !args.yes {
        azure::confirm(
            &format!("deploy these {} to Azure?", plural(n_ready, "landing zone")),
            "not confirmed, nothing was deployed",
        )?;
    }
    runtime()?.block_on(deploy(args, ui, items))
}

/// What makes no sense for many.
fn usable(args: &Args) -> Result<(), CommandError> {
    if args.sandbox {
        return Err(CommandError::usage("`--sandbox` proves one landing zone at a time")
            .hint("give one spec, or deploy many to `genai-lz sandbox arm` as to Azure"));
    }
    if std::iter::once(&args.spec).chain(&args.more).any(|path| path.as_os_str() == "-") {
        return Err(CommandError::usage("standard input is one spec, and cannot be one of many"));
    }
    Ok(())
}

/// What each spec comes to, a line each.
fn overview(items: &[Item], ui: &Ui) {
    ui.heading(&plural(items.len(), "spec"));
    for item in items {
        match &item.looked {
            Ok(Looked { name, subscription, n_resources, .. }) => ui.step(
                Mark::Done,
                &format!("{}: {name}, {} in {subscription}", item.shown, plural(*n_resources, "resource")),
            ),
            Err(error) => {
                ui.step(Mark::Failed, &item.shown);
                if !ui.is_json() {
                    ui.tell(error);
                }
            }
        }
    }
}

async fn deploy(args: &Args, ui: &Ui, items: Vec<Item>) -> Result<Exit, CommandError> {
    let mut signals = StopSignals::listen()?;
    let first =
        items.iter().find_map(|item| item.looked.as_ref().ok()).map(|looked| looked.subscription.clone());
    let client = Arc::new(args.sign_in.client(first.as_deref(), ui).await?);
    client.sign_in().await.map_err(|error| sign_in::not_signed_in(&error))?;
    let How { options, on_interrupt, .. } = args.how();
    let work = Arc::new(Work {
        client: Arc::clone(&client),
        options: Options { details: false, ..options },
        skip_preflight: args.skip_preflight,
        layers: args.layers.clone(),
        places: Semaphore::new(usize::from(args.jobs)),
        control: Control::default(),
        stops: AtomicBool::new(false),
    });
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut running = JoinSet::new();
    let n_all = items.len();
    for (index, item) in items.into_iter().enumerate() {
        let (work, tell) = (Arc::clone(&work), tell.clone());
        running.spawn(async move { (index, work.one(item, tell).await) });
    }
    drop(tell);
    ui.heading("deploying");
    let progress = Progress::start(ui);
    let mut ended: Vec<Option<Ended>> = (0..n_all).map(|_| None).collect();
    let mut n_signals = 0;
    let mut n_ended = 0;
    while n_ended < n_all {
        progress.doing(&[format!("{n_ended} of {n_all} ended")]);
        tokio::select! {
            // What a deployment told before it ended is shown before its end.
            biased;
            Some(line) = told.recv() => progress.happened(Mark::Doing, &line),
            Some(joined) = running.join_next() => {
                let (index, end) = joined.map_err(|error| CommandError::new(Exit::Bug, format!("a task broke: {error}")))?;
                progress.happened(end.mark(), &end.line());
                ended[index] = Some(end);
                n_ended += 1;
            }
            () = signals.told() => {
                n_signals += 1;
                if n_signals > 1 {
                    drop(progress);
                    return Err(events::left_at_once(&client));
                }
                work.stop(on_interrupt, &progress);
            }
        }
    }
    drop(progress);
    finish(Report::new(ended.into_iter().flatten().collect(), client.correlation_id()), ui)
}

fn finish(report: Report, ui: &Ui) -> Result<Exit, CommandError> {
    report.print(ui)?;
    Ok(report.exit())
}

/// What the deployments of a run share.
struct Work {
    client: Arc<ArmClient>,
    options: Options,
    skip_preflight: bool,
    layers: SpecArgs,
    /// So many are deployed at the same time.
    places: Semaphore,
    control: Control,
    /// Nothing more is begun.
    stops: AtomicBool,
}

impl Work {
    fn stop(&self, on_interrupt: Option<OnInterrupt>, progress: &Progress<'_>) {
        let (wish, line) = match on_interrupt {
            Some(OnInterrupt::Cancel) => {
                (Wish::Cancel, "cancelling what is under way; nothing more is begun")
            }
            Some(OnInterrupt::Leave) | None => {
                (Wish::Leave, "what is under way goes on in Azure; nothing more is begun")
            }
        };
        self.stops.store(true, Ordering::SeqCst);
        progress.happened(Mark::Warning, &format!("{line}; Ctrl-C again ends this program at once"));
        self.control.ask(wish);
    }

    /// Deploys one landing zone when there is a place for it.
    async fn one(&self, item: Item, tell: mpsc::UnboundedSender<String>) -> Ended {
        let Item { path, shown, bytes, looked } = item;
        let looked = match looked {
            Ok(looked) => looked,
            Err(error) => return Ended::new(shown, None, ItemResult::Failed(error)),
        };
        let place = self.places.acquire().await;
        if place.is_err() || self.stops.load(Ordering::SeqCst) {
            return Ended::new(shown, Some(looked), ItemResult::NotStarted);
        }
        let began = now();
        let result = self.carry_out(&path, bytes, &looked, &tell).await;
        let result =
            result.map_or_else(ItemResult::Failed, |outcome| ItemResult::of(&outcome, began.elapsed()));
        Ended::new(shown, Some(looked), result)
    }

    async fn carry_out(
        &self,
        path: &std::path::Path,
        bytes: Vec<u8>,
        looked: &Looked,
        tell: &mpsc::UnboundedSender<String>,
    ) -> Result<crate::deploy::Outcome, CommandError> {
        let (own, layers) = (path.to_owned(), self.layers.clone());
        let subscription = looked.subscription.clone();
        let read = move || item::evaluate(&own, &bytes, &layers, &subscription);
        let prepared = tokio::task::spawn_blocking(read).await;
        let broken = |error| CommandError::new(Exit::Bug, format!("reading a spec broke: {error}"));
        let (rendered, evaluated, mut plan) = prepared.map_err(broken)??;
        if !self.skip_preflight {
            pipeline::ask(&self.client, &looked.subscription, &rendered, &evaluated, &mut plan).await?;
            if let Some(blocked) = pipeline::blocked(&plan) {
                return Err(blocked.hint("`genai-lz plan SPEC --online` shows all checks"));
            }
        }
        let requests = stages::requests(evaluated, path, stages::Keys::Read)?;
        let mut show = |event: Event| {
            if let Some(line) = line_of(&event) {
                // Whoever listens may have ended at the second Ctrl-C.
                let _ = tell.send(format!("{}: {line}", files::shown(path)));
            }
        };
        let outcome = crate::deploy::apply(
            &self.client,
            &looked.subscription,
            &requests,
            &self.options,
            &mut show,
            &self.control,
        );
        outcome
            .await
            .map_err(|failure| events::in_words(&failure).with_details(events::standing(&failure, &[])))
    }
}

/// What is told of one among many: its stages, and what keeps it.
fn line_of(event: &Event) -> Option<String> {
    Some(match event {
        Event::StageStarted { stage, .. } => format!("stage {stage}"),
        Event::StageFollowed { stage, .. } => {
            format!("stage {stage}: another run deploys the same; following it")
        }
        Event::WaitsForOther { stage, .. } => {
            format!("stage {stage}: waiting for another deployment of its name")
        }
        Event::OutOfSight { stage, error } => format!("stage {stage} goes on out of sight: {error}"),
        Event::InSight { stage } => format!("stage {stage} is in sight again"),
        Event::CancelRequested { stage } => format!("stage {stage}: asked ARM to cancel it"),
        _ => return None,
    })
}

#[expect(clippy::disallowed_methods, reason = "the summary says how long the user has really waited")]
fn now() -> Instant {
    Instant::now()
}
