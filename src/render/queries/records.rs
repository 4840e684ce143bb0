//! The same questions asked of the store behind the Event Hub. A record knows what its `fields` say: who called, by which
//! name, and the sum of tokens as the limit counts them. It knows neither who answered nor how many of the tokens were
//! the prompt's, so there is no report by backend and none of costs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::rows::{names_of_models, subscriptions};
use super::{Query, UsageBy, comment, datatable, literal};
use crate::model::LandingZone;
use crate::render::STORE_TABLE;
use crate::spec::UsageField;

/// How far back the queries of the bundle look, in minutes. Whoever runs one may write another time: unlike a workspace, a
/// cluster asks nobody for it.
const MINUTES: u64 = 30 * 24 * 60;

/// The query that `genai-lz usage --from store` runs over the last `minutes`. Its columns: what it is by, Requests,
/// TotalTokens.
///
/// # Errors
/// Why the store cannot be asked that, in the words of a message and of a hint.
pub fn store_query(zone: &LandingZone, by: UsageBy, minutes: u64) -> Result<String, [String; 2]> {
    if zone.event_hub.as_ref().is_none_or(|hub| hub.store.is_none()) {
        return Err([
            "no store keeps what the Event Hub takes".to_owned(),
            "add `baseline.eventHub.store: {}`, deploy, and ask again once there was traffic".to_owned(),
        ]);
    }
    if by == UsageBy::Backend {
        return Err([
            "a record does not say which backend answered".to_owned(),
            "ask the logs: leave `--from` out".to_owned(),
        ]);
    }
    let fields = fields_of(by);
    if !fields.iter().any(|field| is_recorded(zone, *field)) {
        let named: Vec<String> = fields.iter().map(|field| format!("`{}`", field.word())).collect();
        return Err([
            format!("no API records {}, by which a {} is known", named.join(" or "), by.word()),
            format!("add {} to `policies.usage.eventHub.fields`", named[0]),
        ]);
    }
    let column = by.column();
    let mut text = head(zone, "What was used, by what was recorded of answers.", minutes);
    let _ = write!(
        text,
        "records\n| summarize Requests = count(), TotalTokens = sum(TotalTokens) by {column}\n\
         | order by TotalTokens desc, Requests desc\n"
    );
    Ok(text)
}

/// The queries of the bundle; empty where there is no store.
pub(in crate::render) fn store_queries(zone: &LandingZone) -> Vec<Query> {
    let query = |name: String, title: String, text| Query { name, title, dashboard: "", chart: "", text };
    let reports = UsageBy::ALL.into_iter().filter_map(|by| {
        let text = store_query(zone, by, MINUTES).ok()?;
        Some(query(format!("store-usage-by-{}", by.word()), format!("Usage by {}", by.word()), text))
    });
    let mut all: Vec<Query> = reports.collect();
    if !all.is_empty() {
        let mut text = head(zone, "Tokens by team over time.", MINUTES);
        text.push_str(
            "records\n| summarize TotalTokens = sum(TotalTokens) by EventTime = bin(EventTime, 1h), Team\n\
             | order by EventTime asc\n",
        );
        all.push(query("store-tokens-over-time".to_owned(), "Tokens by team over time".to_owned(), text));
    }
    all
}

/// The fields of a record that tell it, any of which will do.
fn fields_of(by: UsageBy) -> &'static [UsageField] {
    match by {
        UsageBy::Team | UsageBy::Product => &[UsageField::SubscriptionId, UsageField::ProductId],
        UsageBy::Subscription => &[UsageField::SubscriptionId],
        UsageBy::Api => &[UsageField::ApiId],
        UsageBy::Model => &[UsageField::RequestedModel],
        UsageBy::Backend => &[],
    }
}

fn is_recorded(zone: &LandingZone, field: UsageField) -> bool {
    let of_apis = zone.apis.iter().filter_map(|api| api.usage_records.as_ref());
    of_apis.into_iter().any(|records| records.fields.contains(&field))
}

/// A comment, and the `let` of all records with what the spec knows of them. A name of a model is recorded in lower case.
fn head(zone: &LandingZone, about: &str, minutes: u64) -> String {
    let mut text = comment(zone, about);
    text.push_str(&subscriptions(zone));
    text.push_str(&datatable(
        "models",
        "RequestedModel: string, Model: string",
        recorded_names(zone).into_iter().map(|(name, model)| vec![literal(&name), literal(model)]),
    ));
    let _ = write!(
        text,
        "let records = {STORE_TABLE}\n\
         | where EventTime > ago({minutes}m)\n\
         | extend Subscription = SubscriptionId, Api = ApiId\n\
         | lookup kind=leftouter subscriptions on Subscription\n\
         | lookup kind=leftouter models on RequestedModel\n\
         | extend Product = iff(isempty(ProductId) or ProductId == 'none', SubscriptionProduct, ProductId)\n\
         | extend Team = coalesce(SubscriptionTeam, Product)\n\
         | project EventTime, Team, Product, Subscription, Api, Model, TotalTokens;\n"
    );
    text
}

/// Each name in lower case with its model; one that stands for several models is left out, as it would count twice.
fn recorded_names(zone: &LandingZone) -> Vec<(String, &str)> {
    let mut models: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (name, model) in names_of_models(zone) {
        models.entry(name.to_ascii_lowercase()).or_default().insert(model);
    }
    let single = models.into_iter().filter(|(_, models)| models.len() == 1);
    single.filter_map(|(name, models)| Some((name, models.into_iter().next()?))).collect()
}
