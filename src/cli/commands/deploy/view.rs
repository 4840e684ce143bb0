//! What happens during a deployment, as it happens: a line for each thing that has ended, and on a terminal the tree of what
//! is under way. Elsewhere a line now and then says that a long wait is one, so that no build service takes it for a hang.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::live::{Live, span};
use crate::cli::progress::Progress;
use crate::cli::ui::Mark;
use crate::deploy::Event;
use crate::text::plural;

/// The times in the tree are redrawn so often.
const REFRESH: Duration = Duration::from_secs(1);
/// Without a terminal, a line after so long without any.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// One run as it is shown.
pub(super) struct View<'a> {
    progress: &'a Progress<'a>,
    live: Mutex<Live>,
    began: Instant,
    spoke: Mutex<Instant>,
}

impl<'a> View<'a> {
    pub(super) fn new(progress: &'a Progress<'a>, tier: &str) -> Self {
        Self { progress, live: Mutex::new(Live::new(tier)), began: now(), spoke: Mutex::new(now()) }
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn happened(&self, mark: Mark, line: &str) {
        *self.spoke.lock().unwrap_or_else(PoisonError::into_inner) = now();
        self.progress.happened(mark, line);
    }

    /// Goes on for ever: redraws the tree, or speaks after a long silence.
    #[expect(clippy::disallowed_methods, reason = "progress goes by the time that the user really waits")]
    pub(super) async fn refresh(&self) {
        loop {
            tokio::time::sleep(REFRESH).await;
            self.draw();
            let silent = self.spoke.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
            if !self.progress.is_live() && silent >= SILENCE_MAX {
                let summary = self.live().summary(now());
                if let Some(summary) = summary {
                    self.happened(Mark::Doing, &summary);
                }
            }
        }
    }

    fn draw(&self) {
        let lines = self.live().lines(now());
        self.progress.doing(&lines);
    }

    /// Keeps the tree and says what has happened.
    pub(super) fn told(&self, event: &Event) {
        match event {
            Event::StageStarted { stage, .. } | Event::StageFollowed { stage, .. } => {
                self.live().stage_began(stage, now());
            }
            Event::ResourceStarted { resource, began, .. } => {
                self.live().began(resource, *began, OffsetDateTime::now_utc(), now());
            }
            Event::ResourceSucceeded { resource, .. } | Event::ResourceFailed { resource, .. } => {
                self.live().ended(resource);
            }
            Event::StageSucceeded { .. }
            | Event::StageFailed { .. }
            | Event::StageCanceled { .. }
            | Event::StageLeft { .. } => self.live().stage_ended(),
            Event::StageUnchanged { .. }
            | Event::WaitsForOther { .. }
            | Event::OutOfSight { .. }
            | Event::InSight { .. }
            | Event::CancelRequested { .. } => {}
        }
        self.say(event);
        self.draw();
    }

    fn say(&self, event: &Event) {
        let elapsed = span(self.began.elapsed());
        let since = |since: &Option<String>| {
            since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default()
        };
        match event {
            Event::StageStarted { stage, because, .. } => {
                let because = because.as_ref().map(|because| format!(": {because}")).unwrap_or_default();
                self.happened(Mark::Doing, &format!("stage {stage}{because}"));
            }
            Event::StageUnchanged { stage, since: at, n_resources, keeps_certificate } => {
                let certificate =
                    if *keeps_certificate { ", with the certificate that was made for it then" } else { "" };
                let resources = plural(*n_resources, "resource");
                let line = format!("stage {stage}: unchanged{}, {resources}{certificate}", since(at));
                self.happened(Mark::Skipped, &line);
            }
            Event::StageFollowed { stage, since: at, correlation_id, .. } => {
                let run =
                    correlation_id.as_ref().map(|id| format!(" (correlation id {id})")).unwrap_or_default();
                let line =
                    format!("stage {stage}: another run deploys the same{}{run}; following it", since(at));
                self.happened(Mark::Doing, &line);
            }
            Event::WaitsForOther { stage, since: at, cancels } => {
                let asked = if *cancels { "asked ARM to cancel it and " } else { "" };
                let line = format!(
                    "stage {stage}: something else is being deployed under its name{}; {asked}waiting for its end",
                    since(at)
                );
                self.happened(Mark::Warning, &line);
            }
            Event::OutOfSight { stage, error } => {
                self.happened(Mark::Warning, &format!("stage {stage} goes on out of sight: {error}"));
            }
            Event::InSight { stage } => {
                self.happened(Mark::Doing, &format!("stage {stage} is in sight again"));
            }
            Event::StageLeft { stage } => {
                self.happened(Mark::Warning, &format!("stage {stage} is left running in Azure"));
            }
            Event::ResourceStarted { .. } => {}
            Event::ResourceSucceeded { resource, .. } if resource.is_deployment() => {}
            Event::ResourceSucceeded { resource, .. } => {
                self.happened(Mark::Done, &format!("{} {}", resource.resource_type, resource.name));
            }
            Event::ResourceFailed { resource, .. } => {
                self.happened(Mark::Failed, &format!("{} {}", resource.resource_type, resource.name));
            }
            Event::StageSucceeded { stage, n_resources } => self.happened(
                Mark::Done,
                &format!("stage {stage}: {} after {elapsed}", plural(*n_resources, "resource")),
            ),
            Event::StageFailed { stage } => self.happened(Mark::Failed, &format!("stage {stage}")),
            Event::CancelRequested { stage } => {
                self.happened(Mark::Warning, &format!("asked ARM to cancel stage {stage}"));
            }
            Event::StageCanceled { stage } => {
                self.happened(Mark::Warning, &format!("stage {stage} is cancelled"));
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "progress shows how long the user has really waited")]
fn now() -> Instant {
    Instant::now()
}
