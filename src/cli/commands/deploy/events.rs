//! What happens during a deployment, as lines; and how a deployment that did not end well is told.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::azure::ArmClient;
use crate::cli::commands::deploy::interrupt::{self, OnInterrupt};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::pipeline::Rendered;
use crate::cli::progress::Progress;
use crate::cli::stop::StopSignals;
use crate::cli::ui::{Mark, Ui};
use crate::deploy::explain::{self, Cause};
use crate::deploy::{
    Control, Event, Failure, FailureKind, OnBusy, Options, Outcome, ResourceRef, StageRequest,
};
use crate::deploy::{codes, policy_place};
use crate::diag::Diagnostic;
use crate::diag::render::json as diagnostics_json;
use crate::text::plural;

/// At most so many deployed resources are listed when a deployment fails; the count tells the rest.
const LISTED_MAX: usize = 12;

/// How a deployment is gone about.
pub(super) struct How {
    pub(super) options: Options,
    /// Where something else is under way, whoever sits at the terminal says what to do.
    pub(super) may_ask: bool,
    /// What Ctrl-C does; None where it is asked.
    pub(super) on_interrupt: Option<OnInterrupt>,
}

/// Deploys with progress.
///
/// # Errors
/// The failure in words, with the exit code that is documented for it.
pub(super) async fn deploy(
    client: &ArmClient,
    subscription: &str,
    requests: &[StageRequest],
    rendered: &Rendered,
    how: &How,
    ui: &Ui,
) -> Result<Outcome, CommandError> {
    let mut signals = StopSignals::listen()?;
    ui.heading("deploying");
    let mut options = how.options.clone();
    loop {
        let progress = Progress::start(ui);
        let control = Control::default();
        let began = now();
        let mut show = |event: Event| told(&progress, &event, began);
        let outcome = tokio::select! {
            outcome = crate::deploy::apply(client, subscription, requests, &options, &mut show, &control) => outcome,
            () = interrupt::listen(&mut signals, &control, how.on_interrupt, &progress, ui) => {
                drop(progress);
                return Err(left_at_once(client));
            }
        };
        drop(progress);
        let failure = match outcome {
            Ok(outcome) => return Ok(outcome),
            Err(failure) => failure,
        };
        if matches!(failure.kind, FailureKind::Busy { .. }) && how.may_ask && interrupt::is_somebody_there(ui)
        {
            ui.say(&failure.to_string());
            match interrupt::ask("[w]ait for its end, [c]ancel it in Azure, or Enter to stop here? ").await {
                Some(answer) if answer.trim().eq_ignore_ascii_case("w") => options.on_busy = OnBusy::Wait,
                Some(answer) if answer.trim().eq_ignore_ascii_case("c") => options.on_busy = OnBusy::Cancel,
                _ => return Err(ended(&failure, rendered, ui)),
            }
            continue;
        }
        return Err(ended(&failure, rendered, ui));
    }
}

/// Says what stands, and why it stopped.
fn ended(failure: &Failure, rendered: &Rendered, ui: &Ui) -> CommandError {
    what_stands(failure, ui);
    let policies = refused_policies(failure, rendered);
    ui.warnings(&policies);
    in_words(failure).with_details(standing(failure, &policies))
}

fn left_at_once(client: &ArmClient) -> CommandError {
    let message = "stopped at once; what Azure was deploying goes on there, or is being cancelled";
    CommandError::new(Exit::Cancelled, message)
        .hint("see with `genai-lz status` how it stands")
        .hint(format!("the correlation id of this run is {}", client.correlation_id()))
}

/// Deploys without saying what happens.
///
/// # Errors
/// As [`deploy`].
pub(super) async fn deploy_quietly(
    client: &ArmClient,
    subscription: &str,
    requests: &[StageRequest],
) -> Result<Outcome, CommandError> {
    let (options, control) = (Options::default(), Control::default());
    let outcome = crate::deploy::apply(client, subscription, requests, &options, &mut |_| (), &control).await;
    outcome.map_err(|failure| in_words(&failure))
}

fn told(progress: &Progress<'_>, event: &Event, began: Instant) {
    let elapsed = seconds(began.elapsed());
    let since =
        |since: &Option<String>| since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
    match event {
        Event::StageStarted { stage, because, .. } => {
            let because = because.as_ref().map(|because| format!(": {because}")).unwrap_or_default();
            progress.happened(Mark::Doing, &format!("stage {stage}{because}"));
        }
        Event::StageUnchanged { stage, since: at, n_resources, keeps_certificate } => {
            let certificate =
                if *keeps_certificate { ", with the certificate that was made for it then" } else { "" };
            let resources = plural(*n_resources, "resource");
            let line = format!("stage {stage}: unchanged{}, {resources}{certificate}", since(at));
            progress.happened(Mark::Skipped, &line);
        }
        Event::StageFollowed { stage, since: at, correlation_id, .. } => {
            let run = correlation_id.as_ref().map(|id| format!(" (correlation id {id})")).unwrap_or_default();
            let line = format!("stage {stage}: another run deploys the same{}{run}; following it", since(at));
            progress.happened(Mark::Doing, &line);
        }
        Event::WaitsForOther { stage, since: at, cancels } => {
            let asked = if *cancels { "asked ARM to cancel it and " } else { "" };
            let line = format!(
                "stage {stage}: something else is being deployed under its name{}; {asked}waiting for its end",
                since(at)
            );
            progress.happened(Mark::Warning, &line);
        }
        Event::OutOfSight { stage, error } => {
            progress.happened(Mark::Warning, &format!("stage {stage} goes on out of sight: {error}"));
        }
        Event::InSight { stage } => {
            progress.happened(Mark::Doing, &format!("stage {stage} is in sight again"));
        }
        Event::StageLeft { stage } => {
            progress.happened(Mark::Warning, &format!("stage {stage} is left running in Azure"));
        }
        Event::ResourceStarted { resource, .. } => {
            progress.doing(&format!("{} {} ({elapsed})", resource.resource_type, resource.name));
        }
        Event::ResourceSucceeded { resource, .. } if resource.is_deployment() => {}
        Event::ResourceSucceeded { resource, .. } => {
            progress.happened(Mark::Done, &format!("{} {}", resource.resource_type, resource.name));
        }
        Event::ResourceFailed { resource, .. } => {
            progress.happened(Mark::Failed, &format!("{} {}", resource.resource_type, resource.name));
        }
        Event::StageSucceeded { stage, n_resources } => progress.happened(
            Mark::Done,
            &format!("stage {stage}: {} after {elapsed}", plural(*n_resources, "resource")),
        ),
        Event::StageFailed { stage } => progress.happened(Mark::Failed, &format!("stage {stage}")),
        Event::CancelRequested { stage } => {
            progress.happened(Mark::Warning, &format!("asked ARM to cancel stage {stage}"));
        }
        Event::StageCanceled { stage } => {
            progress.happened(Mark::Warning, &format!("stage {stage} is cancelled"));
        }
    }
}

/// `0.3 s`, `12 s`: tenths count only while there are few seconds.
fn seconds(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(10) {
        format!("{}.{} s", elapsed.as_secs(), elapsed.subsec_millis() / 100)
    } else {
        format!("{} s", elapsed.as_secs())
    }
}

/// What is there now, for machines.
fn standing(failure: &Failure, policies: &[Diagnostic]) -> Json {
    let named = |resource: &ResourceRef| json!({ "type": resource.resource_type, "name": resource.name });
    let deployed = |stage: &str, complete: bool, resources: &[ResourceRef]| {
        let resources = resources.iter().filter(|resource| !resource.is_deployment());
        json!({ "name": stage, "complete": complete, "deployed": resources.map(named).collect::<Vec<_>>() })
    };
    let mut stages: Vec<Json> =
        failure.done.iter().map(|done| deployed(&done.stage, true, &done.deployed)).collect();
    stages.push(deployed(&failure.stage, false, &failure.deployed));
    let failed = failure.failed.iter().map(|failed| {
        let mut resource = named(&failed.resource);
        resource["error"] = failed.error.to_json();
        let causes = explain::causes(&failed.error);
        resource["causes"] = causes.iter().map(|cause| cause_json(*cause)).collect();
        resource
    });
    let code = matches!(failure.kind, FailureKind::Busy { .. }).then_some(codes::UNDER_WAY.id);
    json!({
        "code": code,
        "correlationId": failure.correlation_id,
        "stages": stages,
        "failed": failed.collect::<Vec<_>>(),
        "policies": diagnostics_json(policies),
    })
}

fn cause_json(cause: Cause<'_>) -> Json {
    let Cause { error, known } = cause;
    json!({
        "code": error.code, "message": error.message, "target": error.target,
        "meaning": known.map(|known| &known.meaning),
        "action": known.map(|known| &known.action),
        "link": known.map(|known| &known.link),
    })
}

fn refused_policies(failure: &Failure, rendered: &Rendered) -> Vec<Diagnostic> {
    let rendered = policy_place::Rendered { files: &rendered.bundle.files, origins: &rendered.origins };
    policy_place::refused(failure, &rendered)
}

/// Says what is there now, before the error says why it stopped.
fn what_stands(failure: &Failure, ui: &Ui) {
    ui.heading("what stands now");
    for stage in &failure.done {
        ui.say(&format!("stage {}: complete, {}", stage.stage, plural(stage.deployed.len(), "resource")));
    }
    ui.say(&format!("stage {}: {} deployed", failure.stage, plural(failure.deployed.len(), "resource")));
    for resource in failure.deployed.iter().filter(|resource| !resource.is_deployment()).take(LISTED_MAX) {
        ui.step(Mark::Done, &format!("{} {}", resource.resource_type, resource.name));
    }
    if failure.deployed.len() > LISTED_MAX {
        ui.say(&format!("       and {} more", failure.deployed.len() - LISTED_MAX));
    }
    for failed in &failure.failed {
        let resource = &failed.resource;
        let causes = explain::causes(&failed.error);
        for cause in causes.iter().take(explain::CAUSES_MAX) {
            ui.step(Mark::Failed, &format!("{} {}: {}", resource.resource_type, resource.name, cause.error));
        }
        if causes.len() > explain::CAUSES_MAX {
            ui.say(&format!("       and {} more", causes.len() - explain::CAUSES_MAX));
        }
    }
    if !failure.correlation_id.is_empty() {
        ui.say(&format!("correlation id {}", failure.correlation_id));
    }
}

pub(in crate::cli::commands) fn in_words(failure: &Failure) -> CommandError {
    let exit = match &failure.kind {
        FailureKind::Canceled { .. } | FailureKind::Left { .. } => Exit::Cancelled,
        FailureKind::Busy { .. } | FailureKind::Contended => Exit::Azure,
        FailureKind::MissingOutput { .. } => Exit::Bug,
        FailureKind::Refused(error) | FailureKind::Lost(error) => Exit::of_azure(error.kind),
        FailureKind::Failed(_) | FailureKind::CanceledElsewhere => Exit::Azure,
    };
    failure
        .hints
        .iter()
        .fold(CommandError::new(exit, failure.to_string()), |error, hint| error.hint(hint.clone()))
}

#[expect(clippy::disallowed_methods, reason = "progress shows how long the user has really waited")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_have_tenths_while_they_are_few() {
        for (millis, expected) in
            [(0, "0.0 s"), (349, "0.3 s"), (9_999, "9.9 s"), (10_000, "10 s"), (61_500, "61 s")]
        {
            assert_eq!(seconds(Duration::from_millis(millis)), expected);
        }
    }
}
