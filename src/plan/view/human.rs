//! A plan as a page: the stages, their resource groups and in them a tree of resources; then the checks, what only
//! the deployment can tell, and what to do next. Made for 100 columns and for terminals without colour.

use std::fmt::Write as _;

use indexmap::{IndexMap, IndexSet};

use super::checks;
use super::text::{BOLD, CYAN, DIM, GREEN, PAGE_WIDTH, RED, YELLOW, count, cut, hang, paint};
use super::tree::{Row, rows, short_name};
use crate::diag::render::Style;
use crate::plan::{Change, Counts, Group, Plan, Stage};

/// Of the values that only the deployment can tell, more than these are left to the JSON view.
const MAX_UNKNOWNS: usize = 12;

/// Columns before the type of a resource: the indent and the mark.
const MARGIN: usize = 6;

/// Names are aligned up to this width; private DNS zones are named after whole host names.
const MAX_NAME: usize = 36;

/// An expression is recognised by its beginning; the JSON view has all of it.
const MAX_EXPRESSION: usize = 160;

/// Renders the plan, and what to do next.
pub fn human(plan: &Plan, style: Style) -> String {
    overview(plan, style) + &next_steps(plan, style)
}

/// Renders the plan for somebody who knows what comes next, such as `deploy`.
pub fn overview(plan: &Plan, style: Style) -> String {
    let mut out = format!(
        "{}: {} in {}\n",
        paint("Plan", BOLD, style),
        counts(plan.counts()),
        count(plan.stages.len(), "stage")
    );
    providers(&mut out, plan);
    for stage in &plan.stages {
        one_stage(&mut out, stage, style);
    }
    if !plan.checks.is_empty() {
        out.push('\n');
        out.push_str(&checks::human(&plan.checks, style));
    }
    unknowns(&mut out, plan, style);
    out
}

/// `34 to create, 1 maybe, 2 read`
fn counts(counts: Counts) -> String {
    let Counts { create, maybe, read, skip } = counts;
    let mut parts = vec![format!("{create} to create")];
    parts.extend((maybe > 0).then(|| format!("{maybe} maybe")));
    parts.extend((read > 0).then(|| format!("{read} read")));
    parts.extend((skip > 0).then(|| format!("{skip} skipped")));
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

fn one_stage(out: &mut String, stage: &Stage, style: Style) {
    let _ = writeln!(
        out,
        "\n{}: {}, by deployment {} in {}",
        paint(&format!("Stage {}", stage.name), BOLD, style),
        counts(stage.counts()),
        stage.deployment_name,
        stage.location
    );
    for group in &stage.groups {
        one_group(out, group, style);
    }
}

fn one_group(out: &mut String, group: &Group, style: Style) {
    let rows = rows(&group.resources);
    if rows.is_empty() && group.change.is_none() {
        return;
    }
    let name = group.name.as_deref().unwrap_or("(the subscription)");
    let place = match (&group.change, &group.location) {
        (Some(_), Some(location)) => format!("  {location}"),
        _ => String::new(),
    };
    let mark = mark(group.change.unwrap_or(Change::Read), style);
    let _ = writeln!(out, "\n  {mark} {}{place}", paint(name, CYAN, style));
    let widest = |cell: fn(&Row) -> &str| rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0);
    let columns = Columns {
        kind: widest(|row| &row.kind),
        name: widest(|row| &row.name).min(MAX_NAME),
        sku: widest(|row| if row.location.is_empty() { "" } else { &row.sku }),
    };
    for row in &rows {
        one_row(out, row, &columns, style);
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
fn one_row(out: &mut String, row: &Row, columns: &Columns, style: Style) {
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
        Change::Maybe => paint("?", YELLOW, style),
        Change::Read => paint("=", DIM, style),
        Change::Skip => paint("-", DIM, style),
    }
}

/// Each expression once, with the place it goes to.
fn unknowns(out: &mut String, plan: &Plan, style: Style) {
    let mut places: IndexMap<&str, Vec<String>> = IndexMap::new();
    for resource in plan.resources().filter(|resource| resource.change != Change::Skip) {
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

fn next_steps(plan: &Plan, style: Style) -> String {
    if plan.counts() == Counts::default() {
        return "\nThere is nothing to deploy.\n".to_owned();
    }
    let asked = if plan.asked {
        "Azure was asked for the checks; what exists is not compared, and nothing was changed."
    } else {
        "Nothing was asked of Azure and nothing was changed."
    };
    let legend =
        format!("Marks: + create, ? create if its condition turns out true, = read, - skipped. {asked}");
    let mut out = String::from("\n");
    hang(&mut out, "", 0, &legend);
    out.push('\n');
    let blocked = plan.checks.iter().filter(|check| check.verdict.is_blocked()).count();
    if blocked > 0 {
        let what = format!(
            "{} above would stop the deployment. Change the spec as advised there, then plan again.",
            count(blocked, "check")
        );
        hang(&mut out, &format!("{}: ", paint("Blocked", RED, style)), 9, &what);
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
            resources: Vec::new(),
        };
        let stage = Stage {
            name: "baseline".to_owned(),
            deployment_name: "lzv01-dev-baseline".to_owned(),
            location: "westus3".to_owned(),
            groups: vec![group],
            outputs: Vec::new(),
        };
        let subject = "gateway apim-lzv01".to_owned();
        let check = Check { question: Question::Region, subject, verdict, facts: Vec::new() };
        Plan { stages: vec![stage], checks: vec![check], asked: false }
    }

    #[test]
    fn a_blocked_check_is_what_to_do_next() {
        let plan = plan(Verdict::Blocked { why: "no such region".to_owned(), alternatives: Vec::new() });
        let page = human(&plan, Style::Plain);
        assert!(plan.is_errored());
        assert!(page.contains("Blocked: 1 check above would stop the deployment."), "{page}");
        assert!(!page.contains("--sandbox"), "{page}");
    }

    #[test]
    fn without_one_the_next_step_is_the_sandbox() {
        let page = human(&plan(Verdict::Ok { note: "West US 3".to_owned() }), Style::Plain);
        assert!(page.contains("Next: run `genai-lz deploy SPEC --sandbox`"), "{page}");
    }

    #[test]
    fn colour_adds_codes_and_changes_no_text() {
        let plan = plan(Verdict::Ok { note: "West US 3".to_owned() });
        let colored = human(&plan, Style::Colored);
        let plain: String = colored
            .split('\u{1b}')
            .enumerate()
            .map(|(index, part)| if index == 0 { part } else { part.split_once('m').unwrap().1 })
            .collect();
        assert_ne!(colored, plain);
        assert_eq!(plain, human(&plan, Style::Plain));
    }
}
