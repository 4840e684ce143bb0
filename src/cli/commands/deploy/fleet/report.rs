//! How each of many landing zones ended: a line while it happens, one table and one document at the end.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::item::{Item, Looked};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::{Mark, Ui, failure_json};
use crate::deploy::{Outcome, Way};
use crate::text::plural;

/// How one landing zone ended.
pub(super) struct Ended {
    spec: String,
    looked: Option<Looked>,
    result: Result,
}

pub(super) enum Result {
    Deployed {
        stages: Vec<(String, Way)>,
        under_way: Option<String>,
        took: Duration,
    },
    /// It waited for its turn when the run was stopped.
    NotStarted,
    Failed(CommandError),
}

impl Result {
    pub(super) fn of(outcome: &Outcome, took: Duration) -> Self {
        Self::Deployed {
            stages: outcome.stages.iter().map(|stage| (stage.stage.clone(), stage.way)).collect(),
            under_way: outcome.under_way.as_ref().map(|under_way| under_way.stage.clone()),
            took,
        }
    }
}

impl Ended {
    pub(super) fn new(spec: String, looked: Option<Looked>, result: Result) -> Self {
        Self { spec, looked, result }
    }

    pub(super) fn mark(&self) -> Mark {
        match &self.result {
            Result::Deployed { .. } if self.word() == "unchanged" => Mark::Skipped,
            Result::Deployed { .. } => Mark::Done,
            Result::NotStarted => Mark::Skipped,
            Result::Failed(_) => Mark::Failed,
        }
    }

    /// Part of the public format.
    fn word(&self) -> &'static str {
        match &self.result {
            Result::Deployed { under_way: Some(_), .. } => "underWay",
            Result::Deployed { stages, .. } if stages.iter().all(|(_, way)| *way == Way::Unchanged) => {
                "unchanged"
            }
            Result::Deployed { .. } => "deployed",
            Result::NotStarted => "notStarted",
            Result::Failed(error) if error.exit() == Exit::Cancelled => "stopped",
            Result::Failed(_) => "failed",
        }
    }

    pub(super) fn line(&self) -> String {
        let said = match &self.result {
            Result::Deployed { under_way: Some(stage), .. } => format!("stage {stage} is being deployed"),
            Result::Deployed { took, .. } if self.word() == "deployed" => {
                format!("deployed in {} s", took.as_secs())
            }
            Result::Deployed { .. } => "unchanged".to_owned(),
            Result::NotStarted => "not started".to_owned(),
            Result::Failed(error) => reason(error),
        };
        format!("{}: {said}", self.spec)
    }

    fn exit(&self) -> Exit {
        match &self.result {
            Result::Deployed { .. } => Exit::Ok,
            Result::NotStarted => Exit::Cancelled,
            Result::Failed(error) => error.exit(),
        }
    }

    fn json(&self) -> Json {
        let mut entry = json!({"spec": self.spec, "result": self.word(), "exitCode": self.exit() as u8});
        if let Some(looked) = &self.looked {
            entry["name"] = json!(looked.name);
            entry["subscription"] = json!(looked.subscription);
        }
        match &self.result {
            Result::Deployed { stages, took, .. } => {
                let stages = stages.iter().map(|(name, way)| json!({"name": name, "way": way.name()}));
                entry["stages"] = stages.collect();
                entry["durationMs"] = json!(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
            }
            Result::NotStarted => {}
            Result::Failed(error) => {
                if let (Json::Object(entry), Json::Object(failure)) = (&mut entry, failure_json(error)) {
                    entry.extend(failure);
                }
            }
        }
        entry
    }
}

/// Why it failed, in one line.
fn reason(error: &CommandError) -> String {
    match error {
        CommandError::Failed { message, .. } => message.clone(),
        CommandError::Refused(found) => {
            let first = found.iter().find(|finding| finding.is_error());
            let more = found.iter().filter(|finding| finding.is_error()).count().saturating_sub(1);
            let first = first.map_or_else(|| "refused".to_owned(), |finding| finding.message.clone());
            if more == 0 { first } else { format!("{first}, and {} more", plural(more, "error")) }
        }
    }
}

/// All of them, in the order they were given.
pub(super) struct Report {
    ended: Vec<Ended>,
    /// Empty where nothing was sent.
    correlation_id: String,
}

impl Report {
    pub(super) fn new(ended: Vec<Ended>, correlation_id: &str) -> Self {
        Self { ended, correlation_id: correlation_id.to_owned() }
    }

    /// Of specs that are all wrong.
    pub(super) fn of_none(items: Vec<Item>) -> Self {
        let failed = items.into_iter().filter_map(|item| Some((item.shown, item.looked.err()?)));
        Self::new(failed.map(|(spec, error)| Ended::new(spec, None, Result::Failed(error))).collect(), "")
    }

    /// What weighs most: a bug, then being stopped, no access, Azure, and the specs themselves.
    pub(super) fn exit(&self) -> Exit {
        let weighs = [
            Exit::Bug,
            Exit::Cancelled,
            Exit::NoAccess,
            Exit::Azure,
            Exit::InputOrCheck,
            Exit::UsageOrChanges,
        ];
        weighs
            .into_iter()
            .find(|exit| self.ended.iter().any(|ended| ended.exit() == *exit))
            .unwrap_or(Exit::Ok)
    }

    pub(super) fn print(&self, ui: &Ui) -> std::result::Result<(), CommandError> {
        if ui.is_json() {
            let entries: Vec<Json> = self.ended.iter().map(Ended::json).collect();
            let body = json!({"correlationId": self.correlation_id, "landingZones": entries});
            return ui.document(self.exit(), body);
        }
        ui.data(&self.human())
    }

    fn human(&self) -> String {
        let mut text = String::from("\n");
        let width = |of: fn(&Ended) -> &str| {
            self.ended.iter().map(|ended| of(ended).chars().count()).max().unwrap_or(0)
        };
        let (specs, words) = (width(|ended| &ended.spec), width(Ended::word));
        for ended in &self.ended {
            let said = ended.line();
            let said = said[ended.spec.len() + 2..].to_owned();
            let said = if said == ended.word() { String::new() } else { said };
            let line = format!("  {:specs$}  {:words$}  {said}", ended.spec, ended.word());
            let _ = writeln!(text, "{}", line.trim_end());
        }
        let count = |word: &str| self.ended.iter().filter(|ended| ended.word() == word).count();
        let counted = ["deployed", "unchanged", "underWay", "failed", "stopped", "notStarted"]
            .into_iter()
            .map(|word| (count(word), word))
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}"))
            .collect::<Vec<_>>();
        let _ = writeln!(text, "\n{}: {}", plural(self.ended.len(), "landing zone"), counted.join(", "));
        if self.exit() != Exit::Ok {
            text.push_str("the same command again goes on with those that are left\n");
        }
        text
    }
}
