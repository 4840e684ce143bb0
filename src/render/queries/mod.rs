//! Queries over the gateway's logs and metrics in the workspace, made from the spec: which subscription belongs to whom,
//! which host is which account, what a model costs. `genai-lz usage`, the workbook and the alerts run these texts, and
//! none of them names a time: whoever runs a query says of which.
//!
//! Tables and columns: learn.microsoft.com/azure/azure-monitor/reference/tables/ApiManagementGatewayLogs,
//! …/ApiManagementGatewayLlmLog and …/AppMetrics, read 2026-11. Texts of the user stand in them as literals alone.

mod alerts;
mod records;
mod rows;
mod workbook;

use std::fmt::Write as _;

pub(super) use alerts::alert_queries;
pub(super) use records::store_queries;
pub use records::store_query;
pub(super) use workbook::workbook;

use crate::kql;
use crate::model::{LandingZone, TokenSource};

/// What usage is summed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageBy {
    Team,
    Product,
    Subscription,
    Model,
    Backend,
    Api,
}

impl UsageBy {
    pub const ALL: [Self; 6] =
        [Self::Team, Self::Product, Self::Subscription, Self::Model, Self::Backend, Self::Api];

    /// The column of the result that names what a row is for.
    pub fn column(self) -> &'static str {
        match self {
            Self::Team => "Team",
            Self::Product => "Product",
            Self::Subscription => "Subscription",
            Self::Model => "Model",
            Self::Backend => "Backend",
            Self::Api => "Api",
        }
    }

    /// The word of command lines and file names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Product => "product",
            Self::Subscription => "subscription",
            Self::Model => "model",
            Self::Backend => "backend",
            Self::Api => "api",
        }
    }
}

/// A query of the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Query {
    /// Of its file, without the ending.
    pub name: String,
    pub title: String,
    /// The part of the workbook it belongs to.
    pub dashboard: &'static str,
    /// How the workbook shows it.
    pub chart: &'static str,
    pub text: String,
}

/// The query that `genai-lz usage` runs. Its columns: what it is by, then Requests, Throttled (429), Refused (403),
/// Failed (5xx), PromptTokens, CompletionTokens, TotalTokens, and with a price table Cost and UnpricedTokens.
///
/// None where the gateway sends no logs.
pub fn usage_query(zone: &LandingZone, by: UsageBy) -> Option<String> {
    zone.monitoring
        .diagnostics
        .then(|| usage(zone, by.column(), by.column(), "TotalTokens desc, Requests desc"))
}

/// All queries of the bundle, in order; empty where the gateway sends no logs.
pub(super) fn queries(zone: &LandingZone) -> Vec<Query> {
    if !zone.monitoring.diagnostics {
        return Vec::new();
    }
    let query = |name: &str, title: &str, dashboard, chart, text| Query {
        name: name.to_owned(),
        title: title.to_owned(),
        dashboard,
        chart,
        text,
    };
    let mut found = Vec::new();
    for by in UsageBy::ALL {
        let (name, title) = (format!("usage-by-{}", by.word()), format!("Usage by {}", by.word()));
        let text = usage(zone, by.column(), by.column(), "TotalTokens desc, Requests desc");
        found.push(query(&name, &title, "tokens", "table", text));
    }
    if zone.token_source().is_some() {
        let time = "TimeGenerated = bin(TimeGenerated, 1h)";
        let text =
            over_time(zone, &format!("TotalTokens = sum(PromptTokens + CompletionTokens) by {time}, Team"));
        found.push(query("tokens-over-time", "Tokens by team over time", "tokens", "timechart", text));
        if zone.pricing.is_some() {
            let text = over_time(zone, &format!("Cost = sum(Cost) by {time}, Team"));
            found.push(query("cost-over-time", "Cost by team over time", "cost", "timechart", text));
            let text =
                over_time(zone, "Cost = sum(Cost), UnpricedTokens = sum(UnpricedTokens) by Team, Model");
            found.push(query("cost-by-team-and-model", "Cost by team and model", "cost", "table", text));
        }
    }
    found.push(query(
        "throttling",
        "Requests that met a limit or failed, over time",
        "throttling",
        "timechart",
        throttling(zone),
    ));
    if has_both_kinds(zone) {
        let text = spillover(zone);
        found.push(query(
            "spillover",
            "Share of pay-as-you-go answers over time",
            "spillover",
            "timechart",
            text,
        ));
    }
    found
}

/// Requests and tokens, put below each other and summed.
fn usage(zone: &LandingZone, column: &str, by: &str, order: &str) -> String {
    let mut text = head(zone, "What was used. Say of which time where you run it.");
    let counts = "Requests = 1, Throttled = iff(Code == 429, 1, 0), Refused = iff(Code == 403, 1, 0), \
                  Failed = iff(Code >= 500, 1, 0)";
    let requests = format!("(requests | project {column}, {counts})");
    let mut sums = String::from(
        "Requests = sum(Requests), Throttled = sum(Throttled), Refused = sum(Refused), Failed = sum(Failed)",
    );
    match zone.token_source() {
        None => {
            let _ = write!(text, "requests\n| project {column}, {counts}\n| summarize {sums} by {by}\n");
            let _ = writeln!(text, "| order by Requests desc");
            return text;
        }
        Some(source) => text.push_str(&rows::tokens(zone, source)),
    }
    let mut tokens = "PromptTokens, CompletionTokens".to_owned();
    sums.push_str(
        ",\n    PromptTokens = sum(PromptTokens), CompletionTokens = sum(CompletionTokens), \
         TotalTokens = sum(PromptTokens) + sum(CompletionTokens)",
    );
    if zone.pricing.is_some() {
        tokens.push_str(", Cost, UnpricedTokens");
        sums.push_str(",\n    Cost = round(sum(Cost), 6), UnpricedTokens = sum(UnpricedTokens)");
    }
    let _ = write!(
        text,
        "union {requests},\n    (tokens | project {column}, {tokens})\n| summarize {sums} by {by}\n| order by {order}\n"
    );
    text
}

/// Tokens, summed in some way.
fn over_time(zone: &LandingZone, summarize: &str) -> String {
    let source = zone.token_source().unwrap_or(TokenSource::Log);
    let order = if summarize.contains("TimeGenerated") { "TimeGenerated asc" } else { "Cost desc" };
    format!(
        "{}{}tokens\n| summarize {summarize}\n| order by {order}\n",
        head(zone, "Tokens of the answers that said how many they had."),
        rows::tokens(zone, source)
    )
}

fn throttling(zone: &LandingZone) -> String {
    format!(
        "{}requests\n\
         | summarize Requests = count(), ThrottledByGateway = countif(Code == 429 and isempty(Host)),\n    \
         ThrottledByModels = countif(Code == 429 and isnotempty(Host)),\n    \
         QuotaExceeded = countif(Code == 403 and Reason contains 'QuotaExceeded'), Failed = countif(Code >= 500),\n    \
         ThrottledPercent = round(100.0 * countif(Code == 429) / count(), 2) by TimeGenerated = bin(TimeGenerated, 1h)\n\
         | order by TimeGenerated asc\n",
        head(
            zone,
            "Requests that met a limit: of the gateway itself where it called no model, else of the models."
        )
    )
}

fn spillover(zone: &LandingZone) -> String {
    format!(
        "{}requests\n\
         | where isnotempty(Kind) and Code < 400\n\
         | summarize Provisioned = countif(Kind == 'provisioned'), PayAsYouGo = countif(Kind == 'pay-as-you-go'),\n    \
         Mixed = countif(Kind == 'mixed'),\n    \
         SpilloverPercent = round(100.0 * countif(Kind == 'pay-as-you-go') / count(), 2)\n    \
         by TimeGenerated = bin(TimeGenerated, 1h)\n\
         | order by TimeGenerated asc\n",
        head(
            zone,
            "Who answered, by how it is paid. What spills over inside of one account (`spillover` of a deployment) is not in \
             the gateway's log: see the metric AzureOpenAIRequests of the account by IsSpillover."
        )
    )
}

fn has_both_kinds(zone: &LandingZone) -> bool {
    let all = || zone.accounts.iter().flat_map(|account| &account.deployments);
    all().any(|deployment| deployment.is_provisioned())
        && all().any(|deployment| !deployment.is_provisioned())
}

/// Who made the query, and what it tells.
fn comment(zone: &LandingZone, about: &str) -> String {
    format!("// Rendered by genai-lz from the spec of {}-{}.\n// {about}\n", zone.name, zone.environment)
}

/// A comment, and the `let` of all requests with what the spec knows of them.
fn head(zone: &LandingZone, about: &str) -> String {
    let mut text = comment(zone, about);
    if let Some(pricing) = &zone.pricing {
        // A line break in the source was refused where it was read.
        let _ = writeln!(text, "// Prices in {} of {}: {}", pricing.currency, pricing.as_of, pricing.source);
    }
    text.push_str(&rows::requests(zone));
    text
}

/// `let NAME = datatable(COLUMNS) [ROWS];`, a row a line.
fn datatable(name: &str, columns: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows: Vec<String> = rows.map(|row| format!("    {}", row.join(", "))).collect();
    if rows.is_empty() {
        return format!("let {name} = datatable({columns}) [];\n");
    }
    format!("let {name} = datatable({columns}) [\n{}\n];\n", rows.join(",\n"))
}

fn literal(text: &str) -> String {
    kql::literal(text)
}
