//! The workbook: one tile for each query of the parts that the spec wants. Its form is that of Azure's gallery templates
//! (github.com/microsoft/Application-Insights-Workbooks, schema/workbook.json, read 2026-11).

use serde_json::{Value as Json, json};

use super::{Query, queries};
use crate::model::LandingZone;

const DAY_MS: u64 = 86_400_000;

/// The content of the workbook without the workspace it asks, which the module adds; None where there is none.
pub(in crate::render) fn workbook(zone: &LandingZone) -> Option<String> {
    if zone.dashboards.is_empty() {
        return None;
    }
    let wanted = zone.dashboards.iter().flat_map(|part| {
        let all = queries(zone);
        all.into_iter().filter(move |query| query.dashboard == *part)
    });
    let mut items = vec![heading(zone), time_range()];
    items.extend(wanted.map(|query| tile(&query)));
    let content = json!({
        "version": "Notebook/1.0",
        "items": items,
        "$schema": "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json",
    });
    Some(format!("{content:#}\n"))
}

fn heading(zone: &LandingZone) -> Json {
    let prices = zone.pricing.as_ref().map_or_else(String::new, |pricing| {
        // Markdown reads the text: a source is shown as code, in which nothing is markup.
        let source = pricing.source.replace('`', "'");
        format!("\n\nCosts in {} by the prices of {} (`{source}`).", pricing.currency, pricing.as_of)
    });
    let text = format!("## GenAI gateway {}-{}{prices}", zone.name, zone.environment);
    json!({ "type": 1, "content": { "json": text }, "name": "about" })
}

fn time_range() -> Json {
    let days = [1, 7, 30, 90].map(|days| json!({ "durationMs": days * DAY_MS }));
    json!({
        "type": 9,
        "content": {
            "version": "KqlParameterItem/1.0",
            "parameters": [{
                "id": "6f4d6f2e-6a3f-4c55-9a0e-6f2b7f4c1d01",
                "version": "KqlParameterItem/1.0",
                "name": "TimeRange",
                "label": "Time",
                "type": 4,
                "isRequired": true,
                "value": { "durationMs": 7 * DAY_MS },
                "typeSettings": { "selectableValues": days, "allowCustom": true },
            }],
            "style": "pills",
        },
        "name": "time",
    })
}

fn tile(query: &Query) -> Json {
    json!({
        "type": 3,
        "content": {
            "version": "KqlItem/1.0",
            "query": query.text,
            "size": 0,
            "title": query.title,
            "timeContextFromParameter": "TimeRange",
            "queryType": 0,
            "resourceType": "microsoft.operationalinsights/workspaces",
            "visualization": query.chart,
        },
        "name": query.name,
    })
}
