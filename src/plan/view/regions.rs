//! The region table as a page: one line per region; for regions asked for by name, their models below.

use std::fmt::Write as _;

use super::text::{BOLD, CYAN, YELLOW, hang, paint};
use crate::diag::render::Style;
use crate::plan::{RegionRow, RegionSurvey};

/// The deployment SKUs that have a column, in the order of the columns; batch is for the detailed list.
const COLUMNS: [&str; 6] = [
    "GlobalStandard",
    "DataZoneStandard",
    "Standard",
    "GlobalProvisionedManaged",
    "DataZoneProvisionedManaged",
    "ProvisionedManaged",
];

/// Renders the table, and the dates of what it rests on.
pub fn human(survey: &RegionSurvey, style: Style) -> String {
    let mut out = String::new();
    let above = format!("{:50}{:>25}{:>25}", "", "models, pay-as-you-go", "models, provisioned");
    let header = format!(
        "{:<20}{:<6}{:<24}{:>8}{:>10}{:>7}{:>8}{:>10}{:>7}",
        "region",
        "zones",
        "gateway tiers v2",
        "global",
        "data zone",
        "region",
        "global",
        "data zone",
        "region"
    );
    let _ = writeln!(out, "{}\n{}", paint(above.trim_end(), BOLD, style), paint(&header, BOLD, style));
    for row in &survey.rows {
        line(&mut out, row, style);
    }
    if survey.detailed {
        survey.rows.iter().for_each(|row| details(&mut out, row, style));
    }
    notes(&mut out, survey);
    out
}

fn line(out: &mut String, row: &RegionRow, style: Style) {
    let region = &row.region;
    let name = if region.restricted { format!("{} *", region.name) } else { region.name.clone() };
    let zones = if region.zones.is_empty() { "-".to_owned() } else { region.zones.len().to_string() };
    let _ = write!(out, "{}{zones:<6}{:<24}", paint(&format!("{name:<20}"), CYAN, style), tiers(row));
    for (sku, width) in COLUMNS.iter().zip([8, 10, 7, 8, 10, 7]) {
        let number = row.models.get(*sku).map_or(0, Vec::len);
        let cell = if number == 0 { "-".to_owned() } else { number.to_string() };
        let _ = write!(out, "{cell:>width$}");
    }
    out.push('\n');
}

/// `Basic Standard (Premium)`: the tier in brackets takes no new instance.
fn tiers(row: &RegionRow) -> String {
    let Some(tiers) = &row.region.apim_v2 else { return "-".to_owned() };
    let shown = tiers.iter().map(|tier| {
        let short = tier.trim_end_matches("V2");
        let short = if short == "Standard" { "Std" } else { short };
        if row.region.apim_v2_paused.contains(tier) { format!("({short})") } else { short.to_owned() }
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn details(out: &mut String, row: &RegionRow, style: Style) {
    let region = &row.region;
    let _ = writeln!(
        out,
        "\n{}  {}, {}",
        paint(&region.name, BOLD, style),
        region.display_name,
        region.geography
    );
    if row.models.values().all(Vec::is_empty) {
        let _ = writeln!(out, "  {}", paint("no Azure OpenAI model is offered here", YELLOW, style));
        return;
    }
    for (sku, models) in row.models.iter().filter(|(_, models)| !models.is_empty()) {
        let marked: Vec<String> = models
            .iter()
            .map(|name| if row.fading.contains(name) { format!("{name}?") } else { name.clone() })
            .collect();
        hang(out, &format!("  {sku:<28}"), 30, &marked.join(", "));
    }
}

fn notes(out: &mut String, survey: &RegionSurvey) {
    out.push('\n');
    if survey.rows.iter().any(|row| row.region.restricted) {
        out.push_str("* open only to subscriptions that asked for access\n");
    }
    if survey.rows.iter().any(|row| !row.region.apim_v2_paused.is_empty()) {
        out.push_str("(tier) takes no new instance for lack of capacity\n");
    }
    if survey.detailed && survey.rows.iter().any(|row| !row.fading.is_empty()) {
        out.push_str("model? is deprecated, or past the day on which it was to retire\n");
    }
    let classic = "Classic gateway tiers (Developer, Basic, Standard, Premium) have no list in the documentation. \
                   Capacity, quota and what your subscription may use, Azure alone knows: `genai-lz plan` names the \
                   requests that decide.";
    hang(out, "", 0, classic);
    for fact in &survey.facts {
        hang(out, "- ", 2, &format!("{}, {}: {}", fact.title, fact.age(), fact.url));
    }
}
