//! A plan as a page: the stages, their resource groups and in them a tree of resources; then the checks, what only
//! the deployment can tell, and what to do next. Made for 100 columns and for terminals without colour.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use indexmap::{IndexMap, IndexSet};

use super::text::{BOLD, CYAN, DIM, GREEN, PAGE_WIDTH, RED, YELLOW, count, cut, hang, paint};
use super::tree::{Row, rows, short_name};
use super::{Look, changes, checks};
use crate::diag::render::Style;
use crate::plan::preview::{Compared, Reason};
use crate::plan::{Change, Counts, Group, Plan, Resource, Stage};
use crate::text::visible;

/// Of the values that only the deployment can tell, more than these are left to the JSON view.
const MAX_UNKNOWNS: usize = 12;

/// Columns before the type of a resource: the indent and the mark.
const MARGIN: usize = 6;

/// Names are aligned up to this width; private DNS zones are named after whole host names.
const MAX_NAME: usize = 36;

/// An expression is recognised by its beginning; the JSON view has all of it.
const MAX_EXPRESSION: usize = 160;

/// Resources that stay as they are and are not in the templates; more than these are left to the JSON view.
const MAX_LEFT_ALONE: usize = 6;

/// Renders the plan, and what to do next.
pub fn human(plan: &Plan, look: Look) -> String {
    overview(plan, look) + &next_steps(plan, look)
}

/// Renders the plan for somebody who knows what comes next, such as `deploy`.
pub fn overview(plan: &Plan, look: Look) -> String {
    let style = look.style;
    let mut out = format!(
        "{}: {} in {}\n",
        paint("Plan", BOLD, style),
        counts(plan.counts(), plan.is_previewed()),
        count(plan.stages.len(), "stage")
    );
    providers(&mut out, plan);
    for stage in &plan.stages {
        one_stage(&mut out, stage, look);
    }
    if !plan.checks.is_empty() {
        out.push('\n');
        out.push_str(&checks::human(&plan.checks, style));
    }
    unknowns(&mut out, plan, style);
    noise(&mut out, plan, look);
    out
}

/// `34 to create, 1 maybe, 2 read`; `1 to create, 2 to change, 40 unchanged`.
fn counts(counts: Counts, is_previewed: bool) -> String {
    let Counts { create, maybe, read, skip, modify, delete, unchanged, unknown } = counts;
    let mut parts = Vec::new();
    let mut part = |number: usize, word: &str| {
        if number > 0 {
            parts.push(format!("{number} {word}"));
        }
    };
    part(create, "to create");
    part(modify, "to change");
    part(delete, "to delete");
    part(maybe, "maybe");
    part(unknown, "unknown");
    if counts.changes() == 0 && is_previewed {
        parts.push("nothing to change".to_owned());
    } else if create == 0 && !is_previewed {
        parts.insert(0, "0 to create".to_owned());
    }
    let mut part = |number: usize, word: &str| {
        if number > 0 {
            parts.push(format!("{number} {word}"));
        }
    };
    part(unchanged, "unchanged");
    part(read, "read");
    part(skip, "skipped");
    parts.join(", ")
}

/// The subscription must know these before the first resource is made.
fn providers(out: &mut String, plan: &Plan) {
    let names: IndexSet<&str> = plan
        .resources()
        .filter(|resource| matches!(resource.change, Change::Create | Change::Maybe))
        .filter_map(|resource| resource.resource_type.split('/').next())
        .collect();
    if !names.is_empty() {
        let names: Vec<&str> = names.into_iter().collect();
        hang(out, "  resource providers: ", 22, &names.join(", "));
    }
}

fn one_stage(out: &mut String, stage: &Stage, look: Look) {
    let title = format!("Stage {}", stage.name);
    let what = format!(
        "{}, by deployment {} in {}",
        counts(stage.counts(), stage.preview.is_some()),
        stage.deployment_name,
        stage.location
    );
    hang(out, &format!("\n{}: ", paint(&title, BOLD, look.style)), title.len() + 2, &what);
    asked(out, stage, look.style);
    for group in &stage.groups {
        one_group(out, group, stage.preview.is_some(), look);
    }
    left_alone(out, stage);
}

/// What Azure was asked for the stage, and what it says beside the changes.
fn asked(out: &mut String, stage: &Stage, style: Style) {
    let Some(preview) = &stage.preview else { return };
    if let Some(why) = &preview.not_asked {
        let lead = format!("  {} ", paint("not compared:", YELLOW, style));
        hang(out, &lead, 16, &visible(why));
    }
    if let Some(basis) = &preview.basis {
        hang(out, "  ", 2, &visible(basis));
    }
    for warning in &preview.warnings {
        let about = warning.deployment.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
        let text = format!("{}{about}: {}", warning.code, warning.message);
        hang(out, &format!("  {} ", paint("!", YELLOW, style)), 4, &visible(&text));
    }
}

fn left_alone(out: &mut String, stage: &Stage) {
    let left = stage.preview.iter().flat_map(|preview| &preview.left_alone);
    let names: Vec<String> =
        left.map(|id| visible(id.rsplit("/providers/").next().unwrap_or(id)).into_owned()).collect();
    if names.is_empty() {
        return;
    }
    let more = names.len().saturating_sub(MAX_LEFT_ALONE);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let lead = format!(
        "\n  left alone, since the spec does not speak of {}: ",
        if names.len() == 1 { "it" } else { "them" }
    );
    hang(out, &lead, 4, &format!("{}{more}", names[..names.len().min(MAX_LEFT_ALONE)].join(", ")));
}

fn one_group(out: &mut String, group: &Group, is_previewed: bool, look: Look) {
    let style = look.style;
    let is_quiet = |change: Change| match change {
        Change::Read => true,
        Change::Unchanged => !look.noise,
        Change::Skip => is_previewed,
        _ => false,
    };
    let rows = rows(&group.resources, &is_quiet);
    if rows.is_empty() && group.change.is_none_or(|change| is_previewed && is_quiet(change)) {
        return;
    }
    let name = group.name.as_deref().unwrap_or("(the subscription)");
    let place = match (&group.change, &group.location) {
        (Some(_), Some(location)) => format!("  {location}"),
        _ => String::new(),
    };
    let mark = mark(group.change.unwrap_or(Change::Read), style);
    let _ = writeln!(out, "\n  {mark} {}{place}", paint(name, CYAN, style));
    changes::write(out, &group.compared, MARGIN + 2, look);
    let columns = Columns {
        kind: rows.iter().map(|row| row.kind.chars().count()).max().unwrap_or(0),
        name: rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).min(MAX_NAME),
        sku: rows
            .iter()
            .filter(|row| !row.location.is_empty())
            .map(|row| row.sku.chars().count())
            .max()
            .unwrap_or(0),
    };
    for row in &rows {
        one_row(out, row, &columns, style);
        if let Some(compared) = row.compared {
            changes::write(out, compared, MARGIN + 4, look);
        }
    }
}

/// How wide the columns of a group are.
struct Columns {
    kind: usize,
    name: usize,
    /// Of the rows that have a region, so that the regions stand below one another.
    sku: usize,
}

/// A row that would leave the page gives up the alignment first, then puts its notes on a line of their own, then all
/// but its name.
fn one_row(out: &mut String, row: &Row<'_>, columns: &Columns, style: Style) {
    let Columns { kind, name, sku } = *columns;
    let lead = format!("{:kind$}  {:name$}  ", row.kind, row.name);
    let fits = |line: &str| MARGIN + line.trim_end().chars().count() <= PAGE_WIDTH;
    let gap = if sku == 0 { "" } else { "  " };
    let aligned = format!("{lead}{:sku$}{gap}{}  {}", row.sku, row.location, row.notes);
    let cells: Vec<&str> = [&row.sku, &row.location, &row.notes]
        .into_iter()
        .map(String::as_str)
        .filter(|cell| !cell.is_empty())
        .collect();
    let compact = lead.clone() + &cells.join("  ");
    let without_notes = format!("{lead}{:sku$}{gap}{}", row.sku, row.location);
    let is_aligned = row.name.chars().count() <= name && fits(&aligned);
    let (line, rest) = if is_aligned {
        (aligned, String::new())
    } else if fits(&compact) {
        (compact, String::new())
    } else if fits(&without_notes) {
        (without_notes, row.notes.clone())
    } else {
        (lead, cells.join("  "))
    };
    let _ = writeln!(out, "    {} {}", mark(row.change, style), line.trim_end());
    if !rest.is_empty() {
        let indent = MARGIN + kind + 2 + name + 2;
        hang(out, &" ".repeat(indent), indent, &rest);
    }
}

fn mark(change: Change, style: Style) -> String {
    match change {
        Change::Create => paint("+", GREEN, style),
        Change::Maybe | Change::Unknown => paint("?", YELLOW, style),
        Change::Read | Change::Unchanged => paint("=", DIM, style),
        Change::Skip => paint("-", DIM, style),
        Change::Modify => paint("~", YELLOW, style),
        Change::Delete => paint("-", RED, style),
    }
}

/// Each expression once, with the place it goes to.
fn unknowns(out: &mut String, plan: &Plan, style: Style) {
    let mut places: IndexMap<&str, Vec<String>> = IndexMap::new();
    let matters = |resource: &&Resource| !matches!(resource.change, Change::Skip | Change::Unchanged);
    for resource in plan.resources().filter(matters) {
        for unknown in &resource.unknowns {
            let expression = unknown.expression.as_deref().unwrap_or("(secrets, not shown)");
            let kind = resource.resource_type.rsplit('/').next().unwrap_or_default();
            let place = format!("{} of {kind} {}", unknown.path, short_name(resource));
            places.entry(expression).or_default().push(place);
        }
    }
    if places.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{}: {}\n",
        paint("Known only after deployment", BOLD, style),
        count(places.len(), "value")
    );
    for (expression, places) in places.iter().take(MAX_UNKNOWNS) {
        hang(out, "  ", 4, &cut(expression, MAX_EXPRESSION));
        let more = match places.len() {
            1 => String::new(),
            number => format!(", and {} more", number - 1),
        };
        hang(out, "      -> ", 9, &format!("{}{more}", places[0]));
    }
    if let Some(more) = places.len().checked_sub(MAX_UNKNOWNS).filter(|more| *more > 0) {
        let _ = writeln!(out, "  and {more} more: `genai-lz plan --format json` lists them");
    }
}

/// How many differences are hidden, and why; they are a flag away.
fn noise(out: &mut String, plan: &Plan, look: Look) {
    let mut reasons: BTreeMap<Reason, usize> = BTreeMap::new();
    for (_, reason) in plan.compared().flat_map(Compared::noise) {
        *reasons.entry(reason).or_default() += 1;
    }
    let total = reasons.values().sum::<usize>();
    if total == 0 {
        return;
    }
    let whys: Vec<String> =
        reasons.iter().map(|(reason, number)| format!("{number} {}", reason.counted())).collect();
    let (verb, hint) = match look.noise {
        true => ("are marked `.` as noise", ""),
        false => ("are hidden as noise", "; `--show-noise` lists them"),
    };
    out.push('\n');
    hang(out, "", 0, &format!("{} {verb} ({}){hint}.", count(total, "difference"), whys.join(", ")));
}

fn next_steps(plan: &Plan, look: Look) -> String {
    let style = look.style;
    if plan.counts() == Counts::default() {
        return "\nThere is nothing to deploy.\n".to_owned();
    }
    let legend = match (plan.is_previewed(), plan.asked) {
        (true, _) => {
            "Marks: + create, ~ change, - delete, ? not known, = there already. Azure was asked, and nothing was changed."
        }
        (false, true) => {
            "Marks: + create, ? create if its condition turns out true, = read, - skipped. Azure was asked for the checks; \
             what exists is not compared, and nothing was changed."
        }
        (false, false) => {
            "Marks: + create, ? create if its condition turns out true, = read, - skipped. Nothing was asked of Azure and \
             nothing was changed."
        }
    };
    let mut out = String::from("\n");
    hang(&mut out, "", 0, legend);
    out.push('\n');
    let blocked = plan.checks.iter().filter(|check| check.verdict.is_blocked()).count();
    if blocked > 0 {
        let what = format!(
            "{} above would stop the deployment. Change the spec as advised there, then plan again.",
            count(blocked, "check")
        );
        hang(&mut out, &format!("{}: ", paint("Blocked", RED, style)), 9, &what);
    } else if plan.is_previewed() {
        let what = match plan.counts().changes() {
            0 => "there is nothing to do. What is deployed is what the spec says.",
            _ => "run `genai-lz deploy SPEC` to make these changes.",
        };
        hang(&mut out, &format!("{}: ", paint("Next", BOLD, style)), 6, what);
    } else {
        let what = "run `genai-lz deploy SPEC --sandbox` to deploy this on your machine and call the gateway, then \
                    `genai-lz deploy SPEC` to deploy it to Azure.";
        hang(&mut out, &format!("{}: ", paint("Next", BOLD, style)), 6, what);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::checks::{Check, Question, Verdict};
    use crate::plan::{Group, Stage};

    fn plan(verdict: Verdict) -> Plan {
        let group = Group {
            name: Some("rg-apim".to_owned()),
            change: Some(Change::Create),
            location: Some("westus3".to_owned()),
            compared: Compared::default(),
            resources: Vec::new(),
        };
        let stage = Stage {
            name: "baseline".to_owned(),
            deployment_name: "lzv01-dev-baseline".to_owned(),
            location: "westus3".to_owned(),
            groups: vec![group],
            outputs: Vec::new(),
            preview: None,
        };
        let subject = "gateway apim-lzv01".to_owned();
        let check = Check { question: Question::Region, subject, verdict, facts: Vec::new() };
        Plan { stages: vec![stage], checks: vec![check], asked: false }
    }

    #[test]
    fn a_blocked_check_is_what_to_do_next() {
        let plan = plan(Verdict::Blocked { why: "no such region".to_owned(), alternatives: Vec::new() });
        let page = human(&plan, Look::new(Style::Plain));
        assert!(plan.is_errored());
        assert!(page.contains("Blocked: 1 check above would stop the deployment."), "{page}");
        assert!(!page.contains("--sandbox"), "{page}");
    }

    #[test]
    fn without_one_the_next_step_is_the_sandbox() {
        let page = human(&plan(Verdict::Ok { note: "West US 3".to_owned() }), Look::new(Style::Plain));
        assert!(page.contains("Next: run `genai-lz deploy SPEC --sandbox`"), "{page}");
    }

    #[test]
    fn colour_adds_codes_and_changes_no_text() {
        let plan = plan(Verdict::Ok { note: "West US 3".to_owned() });
        let colored = human(&plan, Look::new(Style::Colored));
        let plain: String = colored
            .split('\u{1b}')
            .enumerate()
            .map(|(index, part)| if index == 0 { part } else { part.split_once('m').unwrap().1 })
            .collect();
        assert_ne!(colored, plain);
        assert_eq!(plain, human(&plan, Look::new(Style::Plain)));
    }
}
