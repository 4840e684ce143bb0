//! The queries of alerts. Each gives rows exactly where the alert is to fire, so every rule asks for more than none.

use super::{Query, head, literal, rows};
use crate::model::{Alert, LandingZone, TokenSource, Watched};

/// An alert with the query that finds it.
pub(in crate::render) struct AlertQuery<'a> {
    pub alert: &'a Alert,
    pub query: Query,
    pub description: String,
}

pub(in crate::render) fn alert_queries(zone: &LandingZone) -> Vec<AlertQuery<'_>> {
    let found = zone.alerts.iter().map(|alert| {
        let (title, description, text) = of(zone, &alert.what);
        // There are several, and a rule keeps its name when others come and go.
        let name = match &alert.what {
            Watched::ContractBudget { contract, percent, .. } => {
                format!("alert-{}-{contract}-{percent}", alert.what.word())
            }
            _ => format!("alert-{}", alert.what.word()),
        };
        let query = Query { name, title, dashboard: "", chart: "", text };
        AlertQuery { alert, query, description }
    });
    found.collect()
}

/// Title, description, query.
fn of(zone: &LandingZone, what: &Watched) -> (String, String, String) {
    match what {
        Watched::Throttling { percent, min_requests } => (
            "Requests meet limits".to_owned(),
            format!(
                "{percent} percent of the requests and more were answered 429, of the gateway or of a model."
            ),
            share(zone, "Code == 429", *percent, *min_requests),
        ),
        Watched::BackendFailures { percent, min_requests } => (
            "Requests fail".to_owned(),
            format!("{percent} percent of the requests and more failed with 5xx."),
            share(zone, "Code >= 500", *percent, *min_requests),
        ),
        Watched::Auth { percent, min_requests } => (
            "Callers are turned away".to_owned(),
            format!("{percent} percent of the requests and more were answered 401."),
            share(zone, "Code == 401", *percent, *min_requests),
        ),
        Watched::QuotaExceeded { requests } => (
            "A quota is used up".to_owned(),
            "Callers were answered 403 because a quota of tokens or calls is used up.".to_owned(),
            count(zone, "Reason contains 'QuotaExceeded'", *requests),
        ),
        Watched::ContentSafety { requests } => (
            "Content Safety turns requests away".to_owned(),
            "Callers were answered 403 because of what they wrote.".to_owned(),
            count(zone, "Source contains 'content-safety'", *requests),
        ),
        Watched::ContractBudget { contract, team, per_day, percent } => {
            let currency = zone.pricing.as_ref().map_or("", |pricing| &pricing.currency);
            let cost = per_day.percent(*percent).decimal();
            let source = zone.token_source().unwrap_or(TokenSource::Log);
            (
                format!("Contract {contract} of {team} has spent {percent} percent of its budget"),
                format!(
                    "The tokens of contract {contract} cost {cost} {currency} and more in 24 hours, by the price table of \
                     the spec; its budget is {} {currency} a day.",
                    per_day.decimal()
                ),
                format!(
                    "{}{}tokens\n| where Product == {}\n| summarize Cost = sum(Cost)\n| where Cost >= {cost}\n",
                    head(
                        zone,
                        "A row where the contract has spent that much of its budget, none where it has not."
                    ),
                    rows::tokens(zone, source),
                    literal(contract)
                ),
            )
        }
    }
}

fn share(zone: &LandingZone, condition: &str, percent: u32, min_requests: u32) -> String {
    format!(
        "{}requests\n| summarize Requests = count(), Met = countif({condition})\n\
         | extend Percent = 100.0 * Met / Requests\n| where Requests >= {min_requests} and Percent >= {percent}\n",
        head(zone, "A row where the alert fires, none where it does not.")
    )
}

/// Requests of a subscription that were answered 403 for one reason.
fn count(zone: &LandingZone, condition: &str, requests: u32) -> String {
    format!(
        "{}requests\n| where Code == 403 and {condition}\n\
         | summarize Requests = count() by Team, Product, Subscription\n| where Requests >= {requests}\n",
        head(zone, "A row for each subscription that the alert fires for.")
    )
}
