//! What has moved between a plan and now.

use std::collections::{BTreeMap, BTreeSet};

use super::read::AGAIN;
use super::{Fate, Record, StageRecord};
use crate::diag::Diagnostic;
use crate::plan::codes;

/// So many findings are told.
const TOLD_MAX: usize = 20;
/// So many parameters are named.
const NAMES_MAX: usize = 8;

/// How much is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is known without asking Azure.
    Offline,
    Whole,
}

/// One finding for everything that is not as it was, the most telling first.
pub fn moved(planned: &Record, now: &Record, part: Part) -> Vec<Diagnostic> {
    let mut found: Vec<String> = Vec::new();
    let (old, new) = (&planned.tool, &now.tool);
    if old.version != new.version {
        found.push(format!("the plan was made by genai-lz {}, and this is {}", old.version, new.version));
    } else if old.modules != new.modules {
        found.push("the modules inside this binary are others than those of the plan".to_owned());
    }
    if part == Part::Whole {
        target(planned, now, &mut found);
    }
    let names = |record: &Record| record.stages.iter().map(|stage| stage.name.clone()).collect::<Vec<_>>();
    if names(planned) != names(now) {
        found.push(format!(
            "the plan has the stages {}, and the spec has {}",
            names(planned).join(", "),
            names(now).join(", ")
        ));
    }
    for old in &planned.stages {
        if let Some(new) = now.stages.iter().find(|new| new.name == old.name) {
            stage(old, new, part, &mut found);
        }
    }
    let n_found = found.len();
    let mut told: Vec<Diagnostic> =
        found.into_iter().take(TOLD_MAX).map(|what| Diagnostic::new(&codes::PLAN_MOVED, what)).collect();
    if n_found > TOLD_MAX {
        let more = format!("and {} more things have moved since the plan", n_found - TOLD_MAX);
        told.push(Diagnostic::new(&codes::PLAN_MOVED, more));
    }
    if let Some(last) = told.pop() {
        told.push(last.help(AGAIN));
    }
    told
}

fn target(planned: &Record, now: &Record, found: &mut Vec<String>) {
    for (what, old, new) in [
        ("Resource Manager", &planned.target.endpoint, &now.target.endpoint),
        ("tenant", &planned.target.tenant_id, &now.target.tenant_id),
        ("subscription", &planned.target.subscription_id, &now.target.subscription_id),
    ] {
        if !old.eq_ignore_ascii_case(new) {
            found.push(format!("the plan is for the {what} {old}, and this is {new}"));
        }
    }
}

fn stage(old: &StageRecord, new: &StageRecord, part: Part, found: &mut Vec<String>) {
    let name = &old.name;
    if old.template != new.template {
        found.push(format!("the template of stage {name} is another one than in the plan"));
    }
    for (what, old, new) in
        [("deployment", &old.deployment_name, &new.deployment_name), ("region", &old.location, &new.location)]
    {
        if old != new {
            found.push(format!("the {what} of stage {name} was {old} in the plan and is {new}"));
        }
    }
    // Without Azure it is not known what stages have given, so these parameters wait.
    let is_known = |parameters: &BTreeMap<String, String>, name: &String| {
        part == Part::Whole || parameters.get(name).is_some_and(|hash| !hash.is_empty())
    };
    let all: BTreeSet<&String> = old.parameters.keys().chain(new.parameters.keys()).collect();
    let differ: Vec<&str> = all
        .into_iter()
        .filter(|name| is_known(&new.parameters, name) || !new.parameters.contains_key(*name))
        .filter(|name| old.parameters.get(*name) != new.parameters.get(*name))
        .map(String::as_str)
        .collect();
    if !differ.is_empty() {
        let more = differ.len().saturating_sub(NAMES_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown = differ[..differ.len().min(NAMES_MAX)].join("`, `");
        found.push(format!(
            "of stage {name} these parameters have other values than in the plan: `{shown}`{more}"
        ));
    }
    if part == Part::Whole {
        outcome(old, new, found);
    }
}

fn outcome(old: &StageRecord, new: &StageRecord, found: &mut Vec<String>) {
    let name = &old.name;
    if old.compared != new.compared {
        found.push(match new.compared {
            true => format!("stage {name} can be compared with what exists now, and could not be then"),
            false => format!("stage {name} cannot be compared with what exists any more"),
        });
    }
    let all: BTreeSet<&String> = old.outcome.keys().chain(new.outcome.keys()).collect();
    let fate = |outcome: &BTreeMap<String, Fate>, id: &str| -> Fate {
        let none = Fate { change: "nothing".to_owned(), differences: String::new() };
        outcome.get(id).cloned().unwrap_or(none)
    };
    for id in all {
        let (then, now) = (fate(&old.outcome, id), fate(&new.outcome, id));
        let shown = id.rsplit("/providers/").next().unwrap_or(id);
        if then.change != now.change {
            found.push(format!(
                "`{shown}` of stage {name}: {} in the plan, {} as Azure says now",
                then.change, now.change
            ));
        } else if then.differences != now.differences {
            found.push(format!("`{shown}` of stage {name} changes otherwise than in the plan"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Target, Tool, read, write};
    use super::*;
    use crate::plan::Plan;

    fn record() -> Record {
        let fate = |change: &str| Fate { change: change.to_owned(), differences: String::new() };
        let stage = StageRecord {
            name: "baseline".to_owned(),
            deployment_name: "d".to_owned(),
            location: "westus3".to_owned(),
            template: "t".to_owned(),
            parameters: BTreeMap::from([
                ("apimName".to_owned(), "a".to_owned()),
                ("given".to_owned(), "g".to_owned()),
            ]),
            compared: true,
            outcome: BTreeMap::from([("/s/providers/A.B/c/d".to_owned(), fate("create"))]),
        };
        Record {
            spec: "spec.yaml".to_owned(),
            tool: Tool { version: "1.0.0".to_owned(), modules: "m".to_owned() },
            target: Target {
                endpoint: "https://arm".to_owned(),
                tenant_id: "T".to_owned(),
                subscription_id: "S".to_owned(),
            },
            stages: vec![stage],
        }
    }

    fn told(change: impl Fn(&mut Record), part: Part) -> Vec<String> {
        let mut now = record();
        change(&mut now);
        moved(&record(), &now, part).iter().map(|found| found.message.clone()).collect()
    }

    #[test]
    fn what_has_moved_is_named() {
        type Moves = fn(&mut Record);
        let cases: [(Moves, Part, &[&str]); 12] = [
            (|_| (), Part::Whole, &[]),
            (
                |now| now.tool.version = "1.1.0".into(),
                Part::Offline,
                &["the plan was made by genai-lz 1.0.0, and this is 1.1.0"],
            ),
            (
                |now| now.tool.modules = "x".into(),
                Part::Offline,
                &["the modules inside this binary are others than those of the plan"],
            ),
            (
                |now| now.target.tenant_id = "U".into(),
                Part::Whole,
                &["the plan is for the tenant T, and this is U"],
            ),
            // Before anybody is asked the target is not known.
            (|now| now.target.tenant_id = "U".into(), Part::Offline, &[]),
            (
                |now| now.stages[0].template = "x".into(),
                Part::Offline,
                &["the template of stage baseline is another one than in the plan"],
            ),
            (
                |now| drop(now.stages[0].parameters.insert("apimName".into(), "x".into())),
                Part::Offline,
                &["of stage baseline these parameters have other values than in the plan: `apimName`"],
            ),
            (|now| drop(now.stages[0].parameters.insert("given".into(), String::new())), Part::Offline, &[]),
            (
                |now| drop(now.stages[0].parameters.insert("given".into(), String::new())),
                Part::Whole,
                &["of stage baseline these parameters have other values than in the plan: `given`"],
            ),
            (
                |now| now.stages[0].outcome.values_mut().for_each(|fate| fate.change = "unchanged".into()),
                Part::Whole,
                &["`A.B/c/d` of stage baseline: create in the plan, unchanged as Azure says now"],
            ),
            (
                |now| now.stages[0].outcome.values_mut().for_each(|fate| fate.differences = "x".into()),
                Part::Whole,
                &["`A.B/c/d` of stage baseline changes otherwise than in the plan"],
            ),
            (|now| now.stages.clear(), Part::Whole, &["the plan has the stages baseline, and the spec has "]),
        ];
        for (index, (change, part, expected)) in cases.into_iter().enumerate() {
            assert_eq!(told(change, part), expected, "case {index}");
        }
    }

    #[test]
    fn a_file_is_read_back_or_says_what_is_wrong_with_it() {
        let plan = Plan { stages: Vec::new(), checks: Vec::new(), asked: true };
        let text = write(&record(), &plan);
        assert_eq!(read("p", text.as_bytes()).unwrap(), record());
        for (text, code) in [
            ("{}".to_owned(), "plan-file-foreign"),
            ("{\"kind\": \"other\"}".to_owned(), "plan-file-foreign"),
            (
                text.replace("\"formatVersion\": 1,\n  \"digest\"", "\"formatVersion\": 7,\n  \"digest\""),
                "plan-file-newer",
            ),
            (text.replace("westus3", "westus2"), "plan-file-damaged"),
            (text[..text.len() / 2].to_owned(), "plan-file-damaged"),
            (text.replace("\"digest\"", "\"digests\""), "plan-file-damaged"),
        ] {
            let found = read("p", text.as_bytes()).unwrap_err();
            assert_eq!(found.code.id, code, "{text}");
        }
    }
}
