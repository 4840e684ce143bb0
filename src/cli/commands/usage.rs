//! `genai-lz usage`: who used how many tokens, and what they cost, by the query that the spec renders.

mod layout;
mod store;

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use layout::{aligned, field};

use crate::azure::{ErrorKind, LogTable};
use crate::cli::commands::deploy;
use crate::cli::deployed::{Deployed, DeployedArgs, failed};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::model::{LandingZone, Money, TokenSource};
use crate::render::{UsageBy, usage_query};
use crate::text::{iso_duration_s, visible};

const WORKSPACES: &str = "Microsoft.OperationalInsights/workspaces";
/// That of bicep/baseline/modules/monitoring.bicep.
const WORKSPACES_VERSION: &str = "2026-03-01";
/// What a row is called that the logs have no name for.
const UNNAMED: &str = "(not recorded)";

/// Report who used how many tokens, and what they cost
///
/// Runs the query `queries/usage-by-….kql` of the bundle in the workspace of a deployed landing zone. The account
/// needs the right to read it: the role Log Analytics Reader holds that. Logs arrive some minutes late. Costs are
/// those of the table `pricing` of the spec; without it everything is told in tokens.
///
/// With `--from store` it runs `queries/store-usage-by-….kql` in the cluster of `baseline.eventHub.store`, which keeps
/// records for years. The account needs to be among its `viewers`. Records know requests that were answered, and tokens.
///
///     genai-lz usage landing-zone.yaml                          the last day, by team
///     genai-lz usage landing-zone.yaml --by model --since P30D  a month, by model
///     genai-lz usage landing-zone.yaml --csv > usage.csv        for a spreadsheet
///     genai-lz usage landing-zone.yaml --from store --since P365D   a year, by what the store has kept
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    of: DeployedArgs,

    /// What usage is summed by
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = ByArg::Team)]
    by: ByArg,

    /// How far back, as an ISO 8601 duration of days, hours and minutes
    #[arg(long, value_name = "DURATION", default_value = "P1D", value_parser = duration)]
    since: String,

    /// Where it is asked: the logs of the workspace, or the store that keeps what the Event Hub takes
    #[arg(long, value_enum, value_name = "WHERE", default_value_t = FromArg::Logs)]
    from: FromArg,

    /// Comma-separated values with a line of names, for a spreadsheet
    #[arg(long)]
    csv: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FromArg {
    Logs,
    Store,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ByArg {
    Team,
    Product,
    Subscription,
    Model,
    Backend,
    Api,
}

impl ByArg {
    fn by(self) -> UsageBy {
        match self {
            Self::Team => UsageBy::Team,
            Self::Product => UsageBy::Product,
            Self::Subscription => UsageBy::Subscription,
            Self::Model => UsageBy::Model,
            Self::Backend => UsageBy::Backend,
            Self::Api => UsageBy::Api,
        }
    }
}

fn duration(text: &str) -> Result<String, String> {
    match iso_duration_s(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("not a duration such as P1D, P30D or PT6H".to_owned()),
    }
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    if args.csv && ui.is_json() {
        return Err(CommandError::usage("`--csv` and `--format json` exclude each other")
            .hint("leave one of the two out"));
    }
    if args.from == FromArg::Store {
        return store::run(args, ui);
    }
    let deployed = args.of.read(ui)?;
    let zone = &deployed.rendered.zone;
    let query = usage_query(zone, args.by.by()).ok_or_else(|| {
        CommandError::input(
            "the gateway sends no logs to a workspace (`baseline.monitoring.diagnostics: none`)",
        )
        .hint("set it to `all`, deploy, and ask again once there was traffic")
    })?;
    let table = deploy::runtime()?.block_on(async {
        let (client, logs) = args.of.sign_in_to_logs(&deployed, ui).await?;
        let id = workspace(&deployed)?;
        let workspace = match client.get_resource(&id, WORKSPACES_VERSION).await {
            Ok(workspace) => workspace,
            Err(error) if error.kind == ErrorKind::NotFound => {
                return Err(CommandError::new(Exit::Azure, format!("there is no workspace {id}"))
                    .hint("deploy the spec with `genai-lz deploy`, or give the subscription where it is"));
            }
            Err(error) => return Err(failed(error)),
        };
        let customer_id =
            workspace.pointer("/properties/customerId").and_then(Json::as_str).unwrap_or_default();
        logs.query(customer_id, &query, &args.since).await.map_err(failed)
    })?;
    let report = Report::of(&table, zone, args)?;
    match (args.csv, ui.is_json()) {
        (true, _) => ui.data(&report.csv())?,
        (_, true) => ui.document(Exit::Ok, report.json())?,
        _ => {
            ui.data(&report.human())?;
            report.notes(zone).iter().for_each(|note| ui.say(note));
        }
    }
    Ok(Exit::Ok)
}

/// The id of the workspace that the spec names or deploys.
fn workspace(deployed: &Deployed) -> Result<String, CommandError> {
    if let Some(id) = &deployed.rendered.zone.monitoring.existing_workspace {
        return Ok(id.clone());
    }
    let mut resources = deployed.plan.resources();
    let found = resources.find(|resource| resource.resource_type.eq_ignore_ascii_case(WORKSPACES));
    found
        .map(|resource| resource.id.clone())
        .ok_or_else(|| CommandError::new(Exit::Bug, "the plan has no workspace"))
}

/// What was used, a row for each name.
struct Report {
    by: UsageBy,
    since: String,
    rows: Vec<Row>,
    total: Row,
    counts_tokens: bool,
    /// Currency and day of the price table.
    prices: Option<(String, String)>,
    /// Units of provisioned throughput, and what they cost in an hour.
    provisioned: Option<(u32, Option<Money>)>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    name: String,
    /// Requests, throttled, refused, failed.
    requests: [i64; 4],
    /// Prompt, completion, total.
    tokens: [i64; 3],
    cost: f64,
    unpriced: i64,
}

const REQUESTS: [&str; 4] = ["Requests", "Throttled", "Refused", "Failed"];
const TOKENS: [&str; 3] = ["PromptTokens", "CompletionTokens", "TotalTokens"];

impl Report {
    /// # Errors
    /// Where the answer has not the columns of the query.
    fn of(table: &LogTable, zone: &LandingZone, args: &Args) -> Result<Self, CommandError> {
        let by = args.by.by();
        let index = |name: &str| table.columns.iter().position(|(column, _)| column == name);
        let missing =
            |name: &str| CommandError::new(Exit::Azure, format!("the answer has no column `{name}`"));
        let key = index(by.column()).ok_or_else(|| missing(by.column()))?;
        for name in REQUESTS {
            index(name).ok_or_else(|| missing(name))?;
        }
        let whole = |row: &[Json], name: &str| {
            let cell = index(name).map(|index| &row[index]);
            #[expect(clippy::cast_possible_truncation, reason = "counts that JSON may carry as real numbers")]
            cell.and_then(|cell| cell.as_i64().or_else(|| cell.as_f64().map(|it| it as i64)))
                .unwrap_or_default()
        };
        let row = |row: &Vec<Json>| Row {
            name: row[key].as_str().unwrap_or_default().to_owned(),
            requests: REQUESTS.map(|name| whole(row, name)),
            tokens: TOKENS.map(|name| whole(row, name)),
            cost: index("Cost").and_then(|index| row[index].as_f64()).unwrap_or_default(),
            unpriced: whole(row, "UnpricedTokens"),
        };
        let rows: Vec<Row> = table.rows.iter().map(row).collect();
        let mut total = Row { name: "total".to_owned(), ..Row::default() };
        for row in &rows {
            total.requests.iter_mut().zip(row.requests).for_each(|(sum, n)| *sum += n);
            total.tokens.iter_mut().zip(row.tokens).for_each(|(sum, n)| *sum += n);
            total.cost += row.cost;
            total.unpriced += row.unpriced;
        }
        Ok(Self {
            by,
            since: args.since.clone(),
            rows,
            total,
            counts_tokens: zone.token_source().is_some(),
            prices: zone.pricing.as_ref().map(|pricing| (pricing.currency.clone(), pricing.as_of.clone())),
            provisioned: provisioned(zone),
        })
    }

    fn costs(&self) -> bool {
        self.counts_tokens && self.prices.is_some()
    }

    fn human(&self) -> String {
        let mut lines = vec![self.heads()];
        lines.extend(self.rows.iter().map(|row| self.cells(row)));
        if self.rows.is_empty() {
            return format!("nothing was used in {}\n", self.since);
        }
        lines.push(self.cells(&self.total));
        aligned(&lines)
    }

    fn heads(&self) -> Vec<String> {
        let mut heads = vec![self.by.word(), "requests", "429", "429 %", "403", "5xx"];
        if self.counts_tokens {
            heads.extend(["prompt", "completion", "tokens"]);
        }
        let mut heads: Vec<String> = heads.into_iter().map(str::to_owned).collect();
        if let (true, Some((currency, _))) = (self.costs(), &self.prices) {
            heads.push(currency.clone());
            heads.push("unpriced".to_owned());
        }
        heads
    }

    fn cells(&self, row: &Row) -> Vec<String> {
        let [requests, throttled, refused, failed] = row.requests;
        let name = if row.name.is_empty() { UNNAMED.to_owned() } else { visible(&row.name).to_string() };
        let mut cells = vec![
            name,
            requests.to_string(),
            throttled.to_string(),
            format!("{:.1}", row.throttled_percent()),
            refused.to_string(),
            failed.to_string(),
        ];
        if self.counts_tokens {
            cells.extend(row.tokens.map(|tokens| tokens.to_string()));
        }
        if self.costs() {
            cells.push(format!("{:.4}", row.cost));
            cells.push(row.unpriced.to_string());
        }
        cells
    }

    /// What has to be known to read the numbers right.
    fn notes(&self, zone: &LandingZone) -> Vec<String> {
        let mut notes = Vec::new();
        match zone.token_source() {
            None => notes.push(
                "nothing counts tokens: set `baseline.monitoring.llmLogs` to `metadata`, or give an API `policies.usage.metric`"
                    .to_owned(),
            ),
            Some(TokenSource::Metric) => notes.push(
                "tokens come from the metric, which knows what it is split by (`policies.usage.metric.dimensions`) and never the \
                 backend; `baseline.monitoring.llmLogs: metadata` knows all"
                    .to_owned(),
            ),
            Some(TokenSource::Log) => {}
        }
        if let (true, Some((currency, as_of))) = (self.costs(), &self.prices) {
            notes.push(format!("costs in {currency} by the prices of {as_of}; this is no bill"));
            if self.total.unpriced > 0 {
                notes.push(
                    "`unpriced` are tokens of models that `pricing.models` has no price for".to_owned(),
                );
            }
        }
        if let (Some((units, per_hour)), Some((currency, _))) = (self.provisioned, &self.prices) {
            let cost = per_hour.map_or_else(
                || "no price: give `pricing.ptuPerHour`".to_owned(),
                |cost| format!("{} {currency} an hour, used or not", cost.decimal()),
            );
            notes.push(format!("provisioned throughput, not in the table: {units} PTU, {cost}"));
        }
        notes
    }

    fn json(&self) -> Json {
        let costs = self.costs();
        let row = |row: &Row| {
            let [requests, throttled, refused, failed] = row.requests;
            let mut fields = Map::new();
            let mut set = |name: &str, value: Json| drop(fields.insert(name.to_owned(), value));
            set(self.by.word(), row.name.as_str().into());
            set("requests", requests.into());
            set("throttled", throttled.into());
            set("refused", refused.into());
            set("failed", failed.into());
            if self.counts_tokens {
                let [prompt, completion, total] = row.tokens;
                set("promptTokens", prompt.into());
                set("completionTokens", completion.into());
                set("totalTokens", total.into());
            }
            if costs {
                set("cost", row.cost.into());
                set("unpricedTokens", row.unpriced.into());
            }
            Json::Object(fields)
        };
        let prices =
            self.prices.as_ref().map(|(currency, as_of)| json!({ "currency": currency, "asOf": as_of }));
        let provisioned = self
            .provisioned
            .map(|(units, per_hour)| json!({ "units": units, "costPerHour": per_hour.map(Money::decimal) }));
        json!({
            "by": self.by.word(), "since": self.since, "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
            "total": row(&self.total), "prices": prices, "provisioned": provisioned,
        })
    }

    /// By RFC 4180, without the line of totals.
    fn csv(&self) -> String {
        let mut heads = vec![self.by.word(), "requests", "throttled", "refused", "failed"];
        if self.counts_tokens {
            heads.extend(["promptTokens", "completionTokens", "totalTokens"]);
        }
        if self.costs() {
            heads.extend(["cost", "currency", "unpricedTokens"]);
        }
        let mut text = format!("{}\r\n", heads.join(","));
        for row in &self.rows {
            let mut cells = vec![field(&row.name)];
            cells.extend(row.requests.map(|n| n.to_string()));
            if self.counts_tokens {
                cells.extend(row.tokens.map(|n| n.to_string()));
            }
            if let (true, Some((currency, _))) = (self.costs(), &self.prices) {
                cells.extend([format!("{}", row.cost), currency.clone(), row.unpriced.to_string()]);
            }
            let _ = write!(text, "{}\r\n", cells.join(","));
        }
        text
    }
}

impl Row {
    fn throttled_percent(&self) -> f64 {
        let [requests, throttled, ..] = self.requests;
        #[expect(clippy::cast_precision_loss, reason = "a share for eyes")]
        let share = 100.0 * throttled as f64 / requests.max(1) as f64;
        share
    }
}

/// The units of all provisioned deployments, and what they cost in an hour by the price table.
fn provisioned(zone: &LandingZone) -> Option<(u32, Option<Money>)> {
    let deployments = zone.accounts.iter().flat_map(|account| &account.deployments);
    let units: u32 = deployments.filter(|it| it.is_provisioned()).map(|it| it.capacity).sum();
    let price = zone.pricing.as_ref().and_then(|pricing| pricing.ptu_per_hour);
    let cost = price.map(|price| Money { millionths: price.millionths * u64::from(units) });
    (units > 0).then_some((units, cost))
}
