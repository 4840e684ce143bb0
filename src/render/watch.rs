//! The parameter `watch` of stage `genai`: workbook, alerts and budget.

use super::baseline::region_networks;
use super::literal::{Literal, list, object};
use super::queries::{alert_queries, workbook};
use crate::model::{Alert, Budget, LandingZone};

/// Where the workbook's content stands in the bundle.
pub(super) const WORKBOOK: &str = "queries/workbook.json";

pub(super) fn watch(zone: &LandingZone) -> Literal {
    let book = workbook(zone);
    let alerts = alert_queries(zone).into_iter().map(|it| {
        object([
            ("name", Literal::Text(format!("{}-{}", it.query.name, zone.gateway.service_name))),
            ("displayName", Literal::Text(format!("{}: {}", zone.gateway.service_name, it.query.title))),
            ("description", Literal::Text(it.description)),
            ("severity", it.alert.severity.into()),
            ("window", it.alert.window.into()),
            ("frequency", frequency(it.alert).into()),
            ("query", Literal::File { path: path(&it.query.name), text: it.query.text }),
        ])
    });
    object([
        (
            "workbook",
            object([
                ("enabled", book.is_some().into()),
                ("displayName", Literal::Text(format!("GenAI gateway {}-{}", zone.name, zone.environment))),
                (
                    "content",
                    match book {
                        Some(text) => Literal::File { path: WORKBOOK.to_owned(), text },
                        None => "".into(),
                    },
                ),
            ]),
        ),
        ("alerts", Literal::List(alerts.collect())),
        (
            "actionGroup",
            if zone.notify.emails.is_empty() { "".into() } else { (&zone.names.action_group).into() },
        ),
        ("emails", list(&zone.notify.emails, Literal::from)),
        ("actionGroups", list(&zone.notify.action_groups, Literal::from)),
        ("budget", budget(zone, zone.budget.as_ref())),
    ])
}

/// The path of a query in the bundle.
pub(super) fn path(name: &str) -> String {
    format!("queries/{name}.kql")
}

/// As often as the window is long, and at least once an hour. A rule of a day is not run once a day: an alarm that comes
/// on the next one is none.
fn frequency(alert: &Alert) -> &'static str {
    match alert.window {
        "PT6H" | "P1D" => "PT1H",
        window => window,
    }
}

/// All fields are there even where there is no budget, so that the module may name them.
fn budget(zone: &LandingZone, budget: Option<&Budget>) -> Literal {
    let names = &zone.names;
    let mut groups = vec![
        &names.networking_resource_group,
        &names.shared_resource_group,
        &names.apim_resource_group,
        &names.openai_resource_group,
    ];
    groups.extend(
        region_networks(zone).filter_map(|network| Some(&network.endpoints.as_ref()?.resource_group)),
    );
    groups.sort();
    groups.dedup();
    object([
        ("enabled", budget.is_some().into()),
        ("name", (&names.budget).into()),
        ("amount", budget.map_or(0, |budget| budget.amount).into()),
        ("from", budget.map_or("", |budget| &budget.from).into()),
        ("contacts", list(budget.map_or(&[][..], |budget| &budget.contacts), Literal::from)),
        ("percents", list(budget.map_or(&[][..], |budget| &budget.percents), |percent| (*percent).into())),
        ("resourceGroups", list(groups, Literal::from)),
    ])
}
